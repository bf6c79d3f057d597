//! The API as an organiser, the superadmin, or somebody without a right calls it.

use domain::TenantId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::patience::until_product_answers;
use crate::transport::{Call, Credential};
use crate::{Place, Reply, World, guest};

/// Somebody with a credential, or without.
#[derive(Clone)]
pub struct Caller {
    place: Place,
    credential: Credential,
}

impl Caller {
    pub fn superadmin(place: &Place) -> Self {
        Self::with(place, Credential::superadmin(place))
    }

    /// The organiser of a world's event.
    pub async fn organiser(world: &World) -> Self {
        Self::organiser_of(&world.place, &world.tenant.id).await
    }

    pub async fn organiser_of(place: &Place, tenant: &TenantId) -> Self {
        Self::with(place, Credential::organiser(place, tenant).await)
    }

    pub fn nobody(place: &Place) -> Self {
        Self::with(place, Credential::None)
    }

    pub fn with(place: &Place, credential: Credential) -> Self {
        Self {
            place: place.clone(),
            credential,
        }
    }

    fn call(&self, method: Method, path: &str) -> Call {
        Call::new(method, path).credential(self.credential.clone())
    }

    /// Sends a JSON body to a path below `/api/v1`.
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Reply {
        self.place.send(self.call(method, path).json(body)).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.place.send(self.call(Method::GET, path)).await
    }

    /// `PUT`, which must succeed; returns the resource.
    pub async fn put(&self, path: &str, body: &Value) -> Value {
        self.send(Method::PUT, path, body).await.data(200).clone()
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, body).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PATCH, path, body).await
    }

    /// The same, on condition that it is still as this tag says.
    pub async fn patch_if_match(&self, path: &str, body: &Value, tag: &str) -> Reply {
        let call = self.call(Method::PATCH, path).header("if-match", tag);
        self.place.send(call.json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.place.send(self.call(Method::DELETE, path)).await
    }

    /// Asks for an edit of a world's event as its organiser, under an idempotency key.
    pub async fn create_edit_once(&self, world: &World, body: &Value, key: &str) -> Reply {
        guest::keep_prompts_out_of_logs(body);
        let path = format!("{}/ai-edits", of_event(world));
        until_product_answers(async || {
            let call = self.call(Method::POST, &path).header("idempotency-key", key);
            self.place.send(call.json(body)).await
        })
        .await
    }

    /// Every item of a list, page by page.
    pub async fn pages(&self, path: &str, limit: u32) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let reply = self.get(&format!("{path}?limit={limit}{cursor}")).await;
            items.extend(reply.data(200).as_array().unwrap().iter().cloned());
            match &reply.body["meta"]["next_cursor"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                end => {
                    assert_eq!(end, &json!(null));
                    return items;
                }
            }
        }
    }
}

/// The path of a world's event, as its organiser calls it.
pub fn of_event(world: &World) -> String {
    format!("/tenant/events/{}", world.event.slug)
}
