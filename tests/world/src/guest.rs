//! The guest client.

use domain::scope::{GuestIdentity, scope_hash};
use domain::{EditId, Event, PhotoId};
use reqwest::Method;
use serde_json::{Value, json};

use crate::deployed::logs;
use crate::patience::{insist, until_product_answers};
use crate::reply::text;
use crate::transport::Call;
use crate::{Place, Reply, unique};

/// Whoever holds an event's token.
#[derive(Clone)]
pub struct Guest {
    place: Place,
    token: String,
    id: Option<String>,
}

impl Guest {
    pub fn new(place: &Place, token: &str, device_id: Option<&str>) -> Self {
        Self {
            place: place.clone(),
            token: token.to_owned(),
            id: device_id.map(str::to_owned),
        }
    }

    /// The scope in which an event counts this guest, who has a device id.
    pub fn scope_hash(&self, event: &Event) -> String {
        let id = self.id.as_deref().expect("a guest with a device id");
        scope_hash(&event.scope_key, GuestIdentity::Device(id))
    }

    /// A call to a path below the event.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let call = Call::new(method, format!("/events/{}{path}", self.token));
        match &self.id {
            Some(id) => call.header("x-guest-id", id),
            None => call,
        }
    }

    pub async fn send(&self, method: Method, path: &str) -> Reply {
        self.place.send(self.call(method, path)).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_raw(path, "application/json", body.to_string()).await
    }

    pub async fn post_raw(&self, path: &str, content_type: &str, body: impl Into<String>) -> Reply {
        let call = self.call(Method::POST, path).body(content_type, body);
        self.place.send(call).await
    }

    /// Registers a photo.
    pub async fn create_photo(&self, mime_type: &str, size_bytes: usize) -> Reply {
        let body = json!({ "mime_type": mime_type, "size_bytes": size_bytes });
        self.post("/photos", &body).await
    }

    /// Asks for an edit.
    pub async fn create_edit(&self, photo: PhotoId, body: &Value) -> Reply {
        keep_prompts_out_of_logs(body);
        self.post(&edits_of(photo), body).await
    }

    /// Asks for an edit under an idempotency key.
    pub async fn create_edit_once(&self, photo: PhotoId, body: &Value, key: &str) -> Reply {
        keep_prompts_out_of_logs(body);
        until_product_answers(async || self.place.send(self.call_to_edit(photo, body, key)).await).await
    }

    /// The call that asks for an edit under an idempotency key.
    pub fn call_to_edit(&self, photo: PhotoId, body: &Value, key: &str) -> Call {
        let call = self.call(Method::POST, &edits_of(photo));
        call.header("idempotency-key", key).json(body)
    }

    /// Asks for one edit, under a key of its own, until it is accepted or refused for good.
    pub async fn insist(&self, photo: PhotoId, body: &Value) -> Reply {
        let key = unique(&self.place);
        insist(async || self.create_edit_once(photo, body, &key).await).await
    }

    /// Asks for an edit in a style, which must be accepted.
    #[track_caller]
    pub fn start(&self, photo: PhotoId, style: &str) -> impl Future<Output = EditId> {
        let (guest, body) = (self.clone(), json!({ "style_key": style }));
        async move { guest.insist(photo, &body).await.edit_id() }
    }

    /// The edit as the guest sees it.
    pub async fn edit(&self, id: EditId) -> Reply {
        self.get(&format!("/ai-edits/{id}")).await
    }

    /// Waits until an edit has ended, and returns it.
    pub async fn wait(&self, id: EditId) -> Value {
        self.wait_until(id, "terminal", |edit| edit["wait"].is_null())
            .await
    }

    /// Waits until an edit is as it should be, and returns it.
    pub async fn wait_until(&self, id: EditId, state: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        self.place
            .seen(&format!("{id} {state}"), async || {
                let reply = self.edit(id).await;
                let edit = reply.data(200);
                is_so(edit).then(|| edit.clone())
            })
            .await
    }

    /// Waits until a worker has claimed an edit.
    pub async fn wait_until_processing(&self, id: EditId) {
        self.wait_until(id, "processing", |edit| edit["status"] == "processing")
            .await;
    }

    /// Uploads to where an answer of the API said, and returns the status.
    pub async fn upload(&self, upload: &Value, bytes: Vec<u8>) -> u16 {
        self.place.upload(upload, bytes).await
    }

    /// Fetches a link from an answer.
    pub async fn download(&self, link: &Value) -> Vec<u8> {
        self.place.download(text(link)).await
    }
}

/// The path of a photo's edits.
pub fn edits_of(photo: PhotoId) -> String {
    format!("/photos/{photo}/ai-edits")
}

pub(crate) fn keep_prompts_out_of_logs(body: &Value) {
    for field in ["prompt", "negative_prompt"] {
        if let Some(words) = body[field].as_str() {
            logs::keep_out(words);
        }
    }
}

impl Place {
    /// Uploads to where an answer of the API said, and returns the status.
    pub async fn upload(&self, upload: &Value, bytes: Vec<u8>) -> u16 {
        let Some(stack) = self.deployed_stack() else {
            let mime_type = text(&upload["headers"]["content-type"]);
            return self.memory().upload(text(&upload["url"]), mime_type, bytes);
        };
        let mut request = stack.http.put(text(&upload["url"]));
        for (name, value) in upload["headers"].as_object().unwrap() {
            // The client writes the length that the body really has.
            if name != "content-length" && name != "host" {
                request = request.header(name, text(value));
            }
        }
        request.body(bytes).send().await.unwrap().status().as_u16()
    }

    /// Fetches a link from an answer of the API.
    pub async fn download(&self, link: &str) -> Vec<u8> {
        if let Some(memory) = self.in_process() {
            return memory.download(link);
        }
        let response = self.stack().http.get(link).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{link}");
        response.bytes().await.unwrap().to_vec()
    }
}
