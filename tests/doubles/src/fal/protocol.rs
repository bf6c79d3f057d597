//! The protocol: submit, status, result and cancel, each at its address.

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State as Extracted};
use axum::http::{HeaderMap, Method, Response, Uri, header};
use bytes::Bytes;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::behaviour::{Ending, Fault, Output};
use super::state::{Request, RequestRecord, Stage, State};
use super::{API_KEY, Shared, Signer, rules};
use crate::answer::{canned, cut_off, json_response};
use crate::connection::ResetSwitch;
use crate::webhook::call;
use crate::{photo, picture};

/// An answer before its fault.
struct Normal {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Value,
}

impl Normal {
    fn new(status: u16, body: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body,
        }
    }

    fn response(&self) -> Response<Body> {
        let mut headers = vec![("content-type", "application/json".to_owned())];
        headers.extend(self.headers.iter().cloned());
        canned(self.status, &headers, self.body.to_string())
    }
}

/// Answers everything below `/queue/`.
pub(super) async fn answer(
    Extracted(shared): Extracted<Shared>,
    ConnectInfo(connection): ConnectInfo<ResetSwitch>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let authorization = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    if authorization != Some(&format!("Key {API_KEY}")) {
        shared.state().counts.unauthorized += 1;
        return json_response(401, &json!({ "detail": "No user found for Key ID and Secret" }));
    }
    let Some(path) = uri.path().strip_prefix("/queue/") else {
        return json_response(404, &json!({ "detail": "Not Found" }));
    };
    let segments: Vec<&str> = path.split('/').collect();
    let (normal, fault) = match (method.as_str(), segments.as_slice()) {
        ("GET", [_, _, "requests", id, "status"]) => status(&mut shared.state(), id, wants_logs(&uri)),
        ("GET", [_, _, "requests", id]) => result(&mut shared.state(), id, &shared),
        ("PUT", [_, _, "requests", id, "cancel"]) => (cancel(&mut shared.state(), id), None),
        ("POST", _) => submit(&shared, path, &uri, &headers, &body),
        _ => (Normal::new(404, json!({ "detail": "Not Found" })), None),
    };
    match fault {
        None => normal.response(),
        Some(Fault::Answer(answer)) => canned(answer.status, &answer.headers, answer.body),
        Some(Fault::ResetBefore | Fault::ResetAfter) => {
            connection.reset();
            normal.response()
        }
        Some(Fault::CutOff) => cut_off("application/json", normal.body.to_string().into_bytes()),
        Some(Fault::Slow(delay)) => {
            tokio::time::sleep(delay).await;
            normal.response()
        }
    }
}

fn submit(
    shared: &Shared,
    endpoint: &str,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> (Normal, Option<Fault>) {
    let mut state = shared.state();
    state.counts.submits += 1;
    let input: Value = serde_json::from_slice(body).unwrap_or_default();
    let checked = match input.as_object() {
        Some(input) => rules::check(endpoint, input),
        None => Err(rules::invalid("body", "dict_type")),
    };
    let read = checked.and_then(|(prompt, text)| {
        let bytes = photo::decode(text).ok_or_else(|| rules::invalid("image_url", "image_load_error"))?;
        Ok((prompt.to_owned(), bytes))
    });
    let (prompt, photo) = match read {
        Ok(read) => read,
        Err((status, body)) => {
            state.counts.rejected += 1;
            return (Normal::new(status, body), None);
        }
    };
    let query = uri.query().unwrap_or_default().as_bytes();
    let webhook_url = form_urlencoded::parse(query).find(|(name, _)| name == "fal_webhook");
    let names = headers.iter().filter(|(name, _)| *name != header::AUTHORIZATION);
    let request = state.open(RequestRecord {
        id: String::new(),
        endpoint: endpoint.to_owned(),
        prompt,
        statuses: 0,
        results: 0,
        downloads: 0,
        accepted: false,
        cancelled: false,
        billed_micro_usd: 0,
        input: photo::shortened(input),
        headers: names
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect::<HashMap<_, _>>(),
        photo,
        webhook_url: webhook_url.map(|(_, url)| url.into_owned()),
        webhook_answers: Vec::new(),
    });
    let fault = request.behaviour.submit.at(0);
    let is_carried_out = match &fault {
        Some(Fault::Answer(answer)) => answer.carried_out,
        Some(Fault::ResetBefore) => false,
        _ => true,
    };
    if is_carried_out {
        request.accept();
        call_back(request, shared);
    }
    // Owner and app, without the rest of the path.
    let app = endpoint.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
    let id = &request.record.id;
    let address = format!("http://{}/queue/{app}/requests/{id}", shared.address);
    let ack = json!({
        "status": "IN_QUEUE",
        "request_id": id,
        "gateway_request_id": id,
        "response_url": address,
        "status_url": format!("{address}/status"),
        "cancel_url": format!("{address}/cancel"),
        "queue_position": 0,
        "logs": null,
        "metrics": {},
    });
    (Normal::new(200, ack), fault)
}

fn not_found() -> Normal {
    Normal::new(404, json!({ "detail": "Request not found" }))
}

/// The request of this id, if it is visible.
fn known<'a>(state: &'a mut State, id: &str) -> Option<&'a mut Request> {
    let request = state.requests.get_mut(id)?;
    (request.record.accepted && !request.behaviour.forgotten).then_some(request)
}

/// Whether a status request asks for the runner's log lines.
fn wants_logs(uri: &Uri) -> bool {
    let query = uri.query().unwrap_or_default().as_bytes();
    form_urlencoded::parse(query).any(|(name, value)| name == "logs" && (value == "1" || value == "true"))
}

fn status(state: &mut State, id: &str, wants_logs: bool) -> (Normal, Option<Fault>) {
    state.counts.statuses += 1;
    let Some(request) = known(state, id) else {
        return (not_found(), None);
    };
    request.record.statuses += 1;
    let fault = request.behaviour.status.at(request.record.statuses - 1);
    // Whatever was asked for, the field is there.
    let logs = wants_logs.then(|| json!([{ "message": "step 1 of 1", "level": "INFO" }]));
    let normal = match request.stage() {
        Stage::Queued => Normal::new(202, json!({ "status": "IN_QUEUE", "queue_position": 0 })),
        Stage::Running => Normal::new(202, json!({ "status": "IN_PROGRESS", "logs": logs })),
        Stage::Completed => {
            let body = json!({ "status": "COMPLETED", "logs": logs, "metrics": { "inference_time": 1.5 } });
            Normal::new(200, body)
        }
    };
    (normal, fault)
}

fn result(state: &mut State, id: &str, shared: &Shared) -> (Normal, Option<Fault>) {
    state.counts.results += 1;
    let Some(request) = known(state, id) else {
        return (not_found(), None);
    };
    request.record.results += 1;
    let fault = request.behaviour.result.at(request.record.results - 1);
    let normal = match request.stage() {
        Stage::Completed => outcome(request, shared),
        _ => Normal::new(400, json!({ "detail": "Request is still in progress" })),
    };
    (normal, fault)
}

fn cancel(state: &mut State, id: &str) -> Normal {
    state.counts.cancels += 1;
    match known(state, id).map(Request::cancel) {
        Some(true) => Normal::new(202, json!({ "status": "CANCELLATION_REQUESTED" })),
        Some(false) => Normal::new(400, json!({ "status": "ALREADY_COMPLETED" })),
        None => Normal::new(404, json!({ "status": "NOT_FOUND" })),
    }
}

/// The ending of a completed request.
fn outcome(request: &Request, shared: &Shared) -> Normal {
    let (behaviour, id) = (&request.behaviour, &request.record.id);
    if request.record.cancelled {
        let body = json!({ "detail": "cancelled", "error_type": "client_cancelled" });
        return Normal::new(499, body);
    }
    let units = behaviour.units.iter();
    let units = units.map(|units| ("x-fal-billable-units", units.clone()));
    if let Ending::Error { status, body } = behaviour.ending.clone() {
        return Normal {
            headers: units.filter(|_| behaviour.charges_failure).collect(),
            ..Normal::new(status, body)
        };
    }
    let url = match &behaviour.output {
        Output::Missing => None,
        Output::Elsewhere(url) => Some(url.clone()),
        Output::Base64 | Output::DataUri => Some(picture::data_uri(&request.record.photo)),
        _ => Some(format!("http://{}/output/{id}.jpeg", shared.address)),
    };
    let images: Vec<Value> = url
        .into_iter()
        .map(|url| json!({ "url": url, "content_type": "image/jpeg", "width": 1024, "height": 768 }))
        .collect();
    let body = json!({
        "images": images,
        "seed": 1_234_567,
        "has_nsfw_concepts": [behaviour.nsfw],
        "timings": {},
        "prompt": request.record.prompt,
    });
    Normal {
        headers: units.collect(),
        ..Normal::new(200, body)
    }
}

/// Calls the request's webhook once the request has finished.
fn call_back(request: &Request, shared: &Shared) {
    let (Some(webhook), Some(url)) = (request.behaviour.webhook, request.record.webhook_url.clone()) else {
        return;
    };
    let Normal { status, body, .. } = outcome(request, shared);
    let (shared, id) = (shared.clone(), request.record.id.clone());
    let status = if status == 200 { "OK" } else { "ERROR" };
    let body = json!({ "request_id": id, "gateway_request_id": id, "status": status, "payload": body });
    tokio::spawn(async move {
        tokio::time::sleep(webhook.finished_after + webhook.late_by).await;
        let body = body.to_string();
        for _ in 0..webhook.calls {
            let headers = Signer::of_the_double().headers(&id, &body);
            let answer = call(&url, &headers, &body).await;
            if let Some(request) = shared.state().requests.get_mut(&id) {
                request.record.webhook_answers.push(answer);
            }
        }
    });
}

/// Answers `GET /output/{request}.jpeg`.
pub(super) async fn output(Extracted(shared): Extracted<Shared>, Path(file): Path<String>) -> Response<Body> {
    let (output, photo) = {
        let mut state = shared.state();
        state.counts.downloads += 1;
        let id = file.strip_suffix(".jpeg").unwrap_or_default();
        let Some(request) = state.requests.get_mut(id) else {
            return picture::status(404);
        };
        request.record.downloads += 1;
        (request.behaviour.output.clone(), request.record.photo.clone())
    };
    picture::serve(output, &photo).await
}

/// Answers `GET /.well-known/jwks.json`.
pub(super) async fn jwks(Extracted(shared): Extracted<Shared>) -> Response<Body> {
    shared.state().counts.jwks += 1;
    json_response(200, &Signer::of_the_double().jwks())
}
