//! The protocol: arrays of tasks in, `data` and `errors` out.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State as Extracted};
use axum::http::{HeaderMap, Response, header};
use bytes::Bytes;
use data_encoding::BASE64;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::behaviour::{Ending, ErrorShape, Fault, Output};
use super::state::{State, Task};
use super::{API_KEY, Shared, rules};
use crate::answer::{canned, cut_off, json_response};
use crate::connection::ResetSwitch;
use crate::webhook::call;
use crate::{photo, picture};

/// Answers `POST /v1`.
pub(super) async fn answer(
    Extracted(shared): Extracted<Shared>,
    ConnectInfo(connection): ConnectInfo<ResetSwitch>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let authorization = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    if authorization != Some(&format!("Bearer {API_KEY}")) {
        shared.state().counts.unauthorized += 1;
        let error = json!({ "code": "invalidApiKey", "message": "Invalid API key.", "parameter": "apiKey" });
        return json_response(401, &json!({ "errors": [error] }));
    }
    let Ok(Value::Array(tasks)) = serde_json::from_slice(&body) else {
        shared.state().counts.rejected += 1;
        let error = json!({ "code": "invalidRequest", "message": "The body must be an array of tasks." });
        return json_response(400, &json!({ "errors": [error] }));
    };
    let mut envelope = Envelope::default();
    let mut fault = None;
    for task in tasks {
        let mut state = shared.state();
        fault = fault.or(one(&mut state, task, &mut envelope, &shared));
    }
    let normal = envelope.response();
    match fault {
        None => normal,
        Some(Fault::Answer(answer)) => canned(answer.status, &answer.headers, answer.body),
        Some(Fault::ResetBefore | Fault::ResetAfter) => {
            connection.reset();
            normal
        }
        Some(Fault::CutOff) => {
            let body = envelope
                .body
                .unwrap_or_else(|| envelope_body(&envelope.data, &envelope.errors));
            cut_off("application/json", body.to_string().into_bytes())
        }
        Some(Fault::Slow(delay)) => {
            tokio::time::sleep(delay.max(Duration::from_millis(1))).await;
            normal
        }
    }
}

/// Answers `GET /output/{task}.jpg`.
pub(super) async fn output(Extracted(shared): Extracted<Shared>, Path(file): Path<String>) -> Response<Body> {
    let id = file.strip_suffix(".jpg").and_then(|id| Uuid::try_parse(id).ok());
    let (output, photo) = {
        let mut state = shared.state();
        state.counts.downloads += 1;
        let Some(task) = id.and_then(|id| state.tasks.get_mut(&id)) else {
            return picture::status(404);
        };
        task.record.downloads += 1;
        (task.behaviour.output.clone(), task.record.photo.clone())
    };
    picture::serve(output, &photo).await
}

/// The answers to the tasks of a request.
#[derive(Default)]
struct Envelope {
    data: Vec<Value>,
    errors: Vec<Value>,
    /// Instead of `data` and `errors`.
    body: Option<Value>,
}

impl Envelope {
    fn response(&self) -> Response<Body> {
        if let Some(body) = &self.body {
            return json_response(200, body);
        }
        let status = if self.data.is_empty() && !self.errors.is_empty() {
            400
        } else {
            200
        };
        json_response(status, &envelope_body(&self.data, &self.errors))
    }

    fn refuse(&mut self, mut error: Value, task: &Map<String, Value>) {
        for field in ["taskUUID", "taskType"] {
            if let Some(value) = task.get(field) {
                error[field] = value.clone();
            }
        }
        self.errors.push(error);
    }
}

/// Without errors `errors` is left out, as Runware does.
fn envelope_body(data: &[Value], errors: &[Value]) -> Value {
    if errors.is_empty() {
        json!({ "data": data })
    } else {
        json!({ "data": data, "errors": errors })
    }
}

/// Carries out a task and returns the fault of the answer.
fn one(state: &mut State, task: Value, envelope: &mut Envelope, shared: &Shared) -> Option<Fault> {
    let Value::Object(task) = task else {
        envelope
            .errors
            .push(json!({ "code": "invalidRequest", "message": "A task must be an object." }));
        return None;
    };
    let kind = task
        .get("taskType")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if kind == "ping" {
        envelope.data.push(json!({ "taskType": "ping", "pong": true }));
        return None;
    }
    let id = task
        .get("taskUUID")
        .and_then(Value::as_str)
        .and_then(|id| Uuid::try_parse(id).ok());
    let Some(id) = id.filter(|id| id.get_version_num() == 4) else {
        state.counts.rejected += 1;
        envelope.refuse(
            json!({ "code": "invalidTaskUUID", "message": "Invalid UUID v4.", "parameter": "taskUUID" }),
            &task,
        );
        return None;
    };
    match kind.as_str() {
        "imageInference" => submit(state, id, task, envelope, shared),
        "getResponse" => poll(state, id, &task, envelope, shared),
        "getTaskDetails" => lookup(state, id, &task, envelope, shared),
        _ => {
            state.counts.rejected += 1;
            envelope.refuse(json!({ "code": "unsupportedTaskType", "message": "Unknown task type.", "parameter": "taskType" }), &task);
            None
        }
    }
}

fn submit(
    state: &mut State,
    id: Uuid,
    task: Map<String, Value>,
    envelope: &mut Envelope,
    shared: &Shared,
) -> Option<Fault> {
    state.counts.submits += 1;
    let photo = match rules::photo_of(&task) {
        Ok(photo) => photo::decode(photo),
        Err(error) => {
            state.counts.rejected += 1;
            envelope.refuse(error, &task);
            return None;
        }
    };
    let Some(photo) = photo else {
        state.counts.rejected += 1;
        envelope.refuse(
            json!({ "code": "invalidImage", "message": "The image cannot be read.", "parameter": "inputs" }),
            &task,
        );
        return None;
    };
    let model = task
        .get("model")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let known = state.task(id, &model);
    known.record.submits += 1;
    let fault = known.behaviour.submit.at(known.record.submits - 1);
    let is_carried_out = match &fault {
        Some(Fault::Answer(answer)) => answer.carried_out,
        Some(Fault::ResetBefore) => false,
        _ => true,
    };
    if !is_carried_out {
        return with_task(fault, id);
    }
    if known.record.accepted {
        state.counts.conflicts += 1;
        envelope.refuse(json!({ "code": "conflictTaskUUID", "message": "This taskUUID is in use.", "parameter": "taskUUID" }), &task);
        return with_task(fault, id);
    }
    known.accept();
    known.record.photo = photo;
    known.record.request = photo::shortened(Value::Object(task));
    call_back(known, shared);
    if known.behaviour.sync {
        finish(known, envelope, shared);
    } else {
        envelope
            .data
            .push(json!({ "taskType": "imageInference", "taskUUID": id }));
    }
    with_task(fault, id)
}

fn poll(
    state: &mut State,
    id: Uuid,
    task: &Map<String, Value>,
    envelope: &mut Envelope,
    shared: &Shared,
) -> Option<Fault> {
    state.counts.polls += 1;
    if !only_names_task(task, envelope) {
        return None;
    }
    // An unknown task gets the same empty answer as a task that was just accepted.
    let known = state.tasks.get_mut(&id)?;
    known.record.polls += 1;
    let fault = known.behaviour.poll.at(known.record.polls - 1);
    if known.record.accepted && known.has_ended() {
        if !known.behaviour.archived {
            finish(known, envelope, shared);
        }
    } else if known.record.accepted {
        let progress = 90 * (known.record.polls + known.record.lookups) / (known.behaviour.processing + 1);
        envelope.data.push(json!({
            "taskType": "imageInference", "taskUUID": id, "status": "processing", "progress": progress,
        }));
    }
    with_task(fault, id)
}

fn lookup(
    state: &mut State,
    id: Uuid,
    task: &Map<String, Value>,
    envelope: &mut Envelope,
    shared: &Shared,
) -> Option<Fault> {
    state.counts.lookups += 1;
    if !only_names_task(task, envelope) {
        return None;
    }
    let unknown = json!({ "code": "taskFailedOrNotFound", "message": "No such task." });
    let Some(known) = state.tasks.get_mut(&id) else {
        envelope.refuse(unknown, task);
        return None;
    };
    known.record.lookups += 1;
    let fault = known.behaviour.lookup.at(known.record.lookups - 1);
    if !known.record.accepted {
        envelope.refuse(unknown, task);
        return with_task(fault, id);
    }
    let mut archived = Envelope::default();
    if known.has_ended() {
        finish(known, &mut archived, shared);
    } else {
        archived
            .data
            .push(json!({ "taskType": "imageInference", "taskUUID": id }));
    }
    // The archive keeps whole envelopes: one of `data` and `errors`, and the request with the photo in it.
    let response = archived.body.unwrap_or_else(|| match archived.errors.is_empty() {
        true => json!({ "data": archived.data }),
        false => json!({ "errors": archived.errors }),
    });
    let mut request = known.record.request.clone();
    request["inputs"] = json!({ "referenceImages": [BASE64.encode(&known.record.photo)] });
    envelope.data.push(json!({
        "taskType": "getTaskDetails", "taskUUID": id, "request": [request], "response": response,
    }));
    with_task(fault, id)
}

/// `getResponse` and `getTaskDetails` take no other field.
fn only_names_task(task: &Map<String, Value>, envelope: &mut Envelope) -> bool {
    let is_right = task
        .keys()
        .all(|field| field == "taskType" || field == "taskUUID");
    if !is_right {
        envelope.refuse(
            json!({ "code": "unknownParameter", "message": "Unknown parameter." }),
            task,
        );
    }
    is_right
}

/// Calls the task's webhook once the task has finished.
fn call_back(task: &Task, shared: &Shared) {
    let Some((webhook, url)) = task.webhook() else {
        return;
    };
    let mut outcome = Envelope::default();
    finish(task, &mut outcome, shared);
    let body = outcome
        .body
        .unwrap_or_else(|| envelope_body(&outcome.data, &outcome.errors));
    let (shared, id) = (shared.clone(), task.record.id);
    tokio::spawn(async move {
        tokio::time::sleep(webhook.finished_after + webhook.late_by).await;
        for _ in 0..webhook.calls {
            let status = call(&url, &[], &body.to_string()).await;
            if let Some(task) = shared.state().tasks.get_mut(&id) {
                task.record.webhook_answers.push(status);
            }
        }
    });
}

/// Stores the ending of the task.
fn finish(task: &Task, envelope: &mut Envelope, shared: &Shared) {
    let id = task.record.id;
    match &task.behaviour.ending {
        Ending::Success => envelope.data.push(success(task, shared)),
        Ending::Error { code, message, shape } => {
            let error = json!({ "code": code, "message": message });
            let mut told = match shape {
                ErrorShape::Errors => json!({
                    "code": code, "message": message, "taskUUID": id, "taskType": "imageInference",
                }),
                ErrorShape::Item => json!({
                    "taskType": "imageInference", "taskUUID": id, "status": "error", "error": error,
                }),
                ErrorShape::Flat => json!({
                    "taskType": "imageInference", "taskUUID": id, "status": "error", "code": code, "message": message,
                }),
                ErrorShape::Bare => json!({ "error": error, "taskUUID": id }),
            };
            if let Some(cost) = task
                .behaviour
                .cost
                .as_ref()
                .filter(|_| task.behaviour.charges_failure)
            {
                told["cost"] = cost.clone();
            }
            match shape {
                ErrorShape::Errors => envelope.errors.push(told),
                ErrorShape::Item | ErrorShape::Flat => envelope.data.push(told),
                ErrorShape::Bare => envelope.body = Some(told),
            }
        }
    }
}

fn success(task: &Task, shared: &Shared) -> Value {
    let id = task.record.id;
    let mut item = json!({
        "taskType": "imageInference",
        "taskUUID": id,
        "status": "success",
        "imageUUID": id,
        "seed": task.behaviour.seed,
        "NSFWContent": task.behaviour.nsfw,
    });
    match &task.behaviour.output {
        Output::Missing => {}
        Output::Elsewhere(url) => item["imageURL"] = json!(url),
        Output::Base64 => item["imageBase64Data"] = json!(picture::base64(&task.record.photo)),
        Output::DataUri => item["imageDataURI"] = json!(picture::data_uri(&task.record.photo)),
        _ => item["imageURL"] = json!(format!("http://{}/output/{id}.jpg", shared.address)),
    }
    if let Some(cost) = &task.behaviour.cost {
        item["cost"] = cost.clone();
    }
    item
}

fn with_task(fault: Option<Fault>, id: Uuid) -> Option<Fault> {
    match fault {
        Some(Fault::Answer(mut answer)) => {
            answer.body = answer.body.replace("{task}", &id.to_string());
            Some(Fault::Answer(answer))
        }
        other => other,
    }
}
