//! The double, over a bare connection.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use doubles::runware::{API_KEY, Behaviour, Fault, Output, Server};
use serde_json::{Value, json};
use uuid::Uuid;

const TASK: &str = "3f2b8a1e-5c4d-4e6f-8a9b-0c1d2e3f4a5b";

fn exchange(server: &Server, request: &str) -> std::io::Result<String> {
    let mut connection = TcpStream::connect(("127.0.0.1", server.port()))?;
    connection.write_all(request.as_bytes())?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer)
}

fn post(server: &Server, key: &str, body: &Value) -> std::io::Result<(u16, Value)> {
    let body = body.to_string();
    let answer = exchange(
        server,
        &format!(
            "POST /v1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        ),
    )?;
    let status = answer[9..12].parse().unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    Ok((status, serde_json::from_str(body).unwrap_or(Value::Null)))
}

fn inference() -> Value {
    json!([{
        "taskType": "imageInference", "taskUUID": TASK, "model": "google:4@1", "positivePrompt": "make it blue",
        "inputs": { "referenceImages": ["data:image/jpeg;base64,AAAA"] }, "deliveryMethod": "async",
    }])
}

fn question(kind: &str) -> Value {
    json!([{ "taskType": kind, "taskUUID": TASK }])
}

#[test]
fn a_task_is_acknowledged_processed_and_delivered_and_its_id_taken() {
    let server = Server::start_blocking(0, Behaviour::default());
    let ask = |body| post(&server, API_KEY, &body).unwrap();
    assert_eq!(ask(question("getResponse")), (200, json!({ "data": [] })));
    assert_eq!(
        ask(inference()),
        (
            200,
            json!({ "data": [{ "taskType": "imageInference", "taskUUID": TASK }] })
        )
    );
    let (status, conflict) = ask(inference());
    assert_eq!(
        (status, &conflict["errors"][0]["code"]),
        (400, &json!("conflictTaskUUID"))
    );
    assert_eq!(ask(question("getResponse")).1["data"][0]["status"], "processing");
    let (_, result) = ask(question("getResponse"));
    assert_eq!(
        result["data"][0]["imageURL"],
        format!("http://127.0.0.1:{}/output/{TASK}.jpg", server.port())
    );
    let (_, archive) = ask(question("getTaskDetails"));
    assert_eq!(archive["data"][0]["response"]["data"][0]["status"], "success");

    let counts = server.counts();
    assert_eq!(
        (counts.submits, counts.conflicts, counts.polls, counts.lookups),
        (2, 1, 3, 1)
    );
    let record = server.task(Uuid::try_parse(TASK).unwrap()).unwrap();
    assert_eq!(
        (record.submits, record.polls, record.billed_micro_usd),
        (2, 2, 39_000)
    );
}

#[test]
fn strangers_and_malformed_requests_are_turned_away() {
    let server = Server::start_blocking(0, Behaviour::default());
    assert_eq!(post(&server, "another", &inference()).unwrap().0, 401);
    assert_eq!(
        post(&server, API_KEY, &inference()[0]).unwrap().0,
        400,
        "a body must be an array"
    );
    let (status, answer) = post(
        &server,
        API_KEY,
        &json!([{ "taskType": "getResponse", "taskUUID": "1" }]),
    )
    .unwrap();
    assert_eq!(
        (status, &answer["errors"][0]["code"]),
        (400, &json!("invalidTaskUUID"))
    );
    let (status, answer) = post(&server, API_KEY, &question("frobnicate")).unwrap();
    assert_eq!(
        (status, &answer["errors"][0]["code"]),
        (400, &json!("unsupportedTaskType"))
    );
    assert_eq!(
        (
            server.counts().unauthorized,
            server.tasks().len(),
            server.billed_micro_usd()
        ),
        (1, 0, 0)
    );
}

#[test]
fn a_reset_is_a_reset_and_what_came_before_it_counts() {
    let server = Server::start_blocking(0, Behaviour::submit(Fault::ResetAfter));
    let error = post(&server, API_KEY, &inference()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(server.billed_micro_usd(), 39_000);
}

#[test]
fn behaviours_go_by_task_before_model_and_models_take_turns() {
    let server = Server::start_blocking(0, Behaviour::submit(Fault::html(500)));
    server.when_model_in_turn(
        "google:4@1",
        [Behaviour::submit(Fault::html(502)), Behaviour::default()],
    );
    let special = Uuid::from_u128(0x3f2b_8a1e_5c4d_4e6f_8a9b_0c1d_2e3f_0009);
    server.when_task(special, Behaviour::submit(Fault::html(503)));
    let submit = |id: Uuid, model: &str| {
        let mut task = inference();
        task[0]["taskUUID"] = json!(id);
        task[0]["model"] = json!(model);
        post(&server, API_KEY, &task).unwrap().0
    };
    let id = |n: u128| Uuid::from_u128(0x3f2b_8a1e_5c4d_4e6f_8a9b_0c1d_2e3f_0000 + n);
    assert_eq!(submit(special, "google:4@1"), 503);
    assert_eq!(submit(id(1), "google:4@1"), 502);
    assert_eq!(submit(id(2), "google:4@1"), 200);
    assert_eq!(submit(id(3), "google:4@1"), 200);
    server.otherwise(Behaviour::default());
    assert_eq!(
        submit(id(1), "google:4@1"),
        200,
        "the first call of a task is the only one that goes wrong"
    );
}

#[test]
fn an_output_that_is_cut_off_breaks_in_the_middle() {
    let server = Server::start_blocking(0, Behaviour::output(Output::CutOff));
    post(&server, API_KEY, &inference()).unwrap();
    let request = format!("GET /output/{TASK}.jpg HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    // Less arrives than was promised.
    if let Ok(answer) = exchange(&server, &request) {
        assert!(
            answer
                .split_once("\r\n\r\n")
                .is_none_or(|(_, body)| body.len() < 3),
            "{answer}"
        );
    }
    assert_eq!(server.counts().downloads, 1);
}

#[test]
fn the_port_is_free_again_after_a_stop() {
    let server = Server::start_blocking(0, Behaviour::default());
    let port = server.port();
    drop(server);
    let again = Server::start_blocking(port, Behaviour::default());
    assert_eq!(again.port(), port);
}
