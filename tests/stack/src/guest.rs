//! A guest: the HTTP API from outside.

use std::time::Duration;

use domain::scope::{GuestIdentity, scope_hash};
use domain::{EditId, Event, PhotoId};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::patience::{PATIENCE, answered, insist};
use crate::world::unique;
use crate::{Stack, logs};

/// An answer of the API.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body; null where it is no JSON.
    pub body: Value,
}

impl Reply {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("the API answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        Self {
            status,
            headers,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        }
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The resource of an answer of this status.
    #[track_caller]
    pub fn data(&self, status: u16) -> &Value {
        assert_eq!(self.status, status, "{}", self.body);
        &self.body["data"]
    }

    /// The id of the edit that was accepted.
    #[track_caller]
    pub fn edit_id(&self) -> EditId {
        text(&self.data(202)["id"]).parse().unwrap()
    }

    /// A problem of this status and code, with everything that every problem has.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> &Value {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(self.body["status"], json!(status));
        assert_eq!(
            self.body["type"],
            json!(format!("urn:magic-edits:problem:{code}"))
        );
        assert!(self.body["title"].is_string(), "{}", self.body);
        let request = text(&self.body["request_id"]);
        assert!(!request.is_empty(), "{}", self.body);
        assert_eq!(
            self.body["instance"],
            json!(format!("urn:magic-edits:request:{request}"))
        );
        &self.body
    }

    /// The pointers of a validation problem.
    #[track_caller]
    pub fn pointers(&self) -> Vec<&str> {
        let errors = self.problem(422, "validation_failed")["errors"].as_array();
        errors
            .unwrap()
            .iter()
            .map(|error| text(&error["pointer"]))
            .collect()
    }
}

/// Whoever holds an event's token.
#[derive(Clone)]
pub struct Guest {
    stack: Stack,
    events: String,
    token: String,
    id: Option<String>,
}

impl Guest {
    /// A guest with this token and device id.
    pub fn new(stack: &Stack, token: &str, id: Option<&str>) -> Self {
        Self {
            stack: stack.clone(),
            events: format!("{}/api/v1/events", stack.described.api_url),
            token: token.to_owned(),
            id: id.map(str::to_owned),
        }
    }

    /// The scope in which an event counts this guest, who has a device id.
    pub fn scope_hash(&self, event: &Event) -> String {
        let id = self.id.as_deref().expect("a guest with a device id");
        scope_hash(&event.scope_key, GuestIdentity::Device(id))
    }

    /// A request to a path below the event.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .stack
            .http
            .request(method, format!("{}/{}{path}", self.events, self.token));
        match &self.id {
            Some(id) => request.header("x-guest-id", id),
            None => request,
        }
    }

    /// `GET` of a path below the event.
    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path)).await
    }

    /// `POST` of a JSON body to a path below the event.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_raw(path, "application/json", body.to_string()).await
    }

    /// `POST` of any body.
    pub async fn post_raw(&self, path: &str, content_type: &str, body: impl Into<String>) -> Reply {
        let request = self
            .request(Method::POST, path)
            .header(CONTENT_TYPE, content_type);
        Reply::of(request.body(body.into())).await
    }

    /// Registers a photo.
    pub async fn create_photo(&self, mime_type: &str, size_bytes: usize) -> Reply {
        self.post(
            "/photos",
            &json!({ "mime_type": mime_type, "size_bytes": size_bytes }),
        )
        .await
    }

    /// Uploads to where [`Guest::create_photo`] said, and returns the status.
    pub async fn upload(&self, upload: &Value, bytes: Vec<u8>) -> u16 {
        let mut request = self.stack.http.put(text(&upload["url"]));
        for (name, value) in upload["headers"].as_object().unwrap() {
            // The client writes the length that the body really has.
            if name != "content-length" && name != "host" {
                request = request.header(name, text(value));
            }
        }
        request.body(bytes).send().await.unwrap().status().as_u16()
    }

    /// Asks for an edit.
    pub async fn create_edit(&self, photo: PhotoId, body: &Value) -> Reply {
        remember_prompts(body);
        self.post(&edits_of(photo), body).await
    }

    /// Asks for an edit under an idempotency key.
    pub async fn create_edit_once(&self, photo: PhotoId, body: &Value, key: &str) -> Reply {
        remember_prompts(body);
        answered(async || {
            let request = self.request(Method::POST, &edits_of(photo));
            Reply::of(request.header("idempotency-key", key).json(body)).await
        })
        .await
    }

    /// Asks for one edit, under a key of its own, until it is accepted or refused for good.
    pub async fn insist(&self, photo: PhotoId, body: &Value) -> Reply {
        let key = unique(&self.stack);
        insist(async || self.create_edit_once(photo, body, &key).await).await
    }

    /// Asks for an edit in a style, which must be accepted.
    #[track_caller]
    pub fn start(&self, photo: PhotoId, style: &str) -> impl Future<Output = EditId> {
        let (guest, body) = (self.clone(), json!({ "style_key": style }));
        async move { guest.insist(photo, &body).await.edit_id() }
    }

    /// How an edit is getting on.
    pub async fn edit(&self, id: EditId) -> Reply {
        self.get(&format!("/ai-edits/{id}")).await
    }

    /// Waits until an edit has ended, and returns it.
    pub async fn wait(&self, id: EditId) -> Value {
        self.wait_until(id, "terminal", |edit| edit["wait"].is_null())
            .await
    }

    /// Waits until an edit is as it should be, and returns it.
    pub async fn wait_until(&self, id: EditId, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let reply = self.edit(id).await;
            let edit = reply.data(200);
            if is_so(edit) {
                return edit.clone();
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{id} is not {what} after {PATIENCE:?}: {edit}"
            );
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    /// Fetches a link from an answer.
    pub async fn download(&self, link: &Value) -> Vec<u8> {
        let response = self.stack.http.get(text(link)).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{link}");
        response.bytes().await.unwrap().to_vec()
    }
}

/// The path of a photo's edits.
pub fn edits_of(photo: PhotoId) -> String {
    format!("/photos/{photo}/ai-edits")
}

/// A JSON text.
#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}

pub(crate) fn remember_prompts(body: &Value) {
    for field in ["prompt", "negative_prompt"] {
        if let Some(words) = body[field].as_str() {
            logs::keep_out(words);
        }
    }
}
