//! The HTTP API with an organiser's or a superadmin's token.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::patience::answered;
use crate::{Reply, Stack, World, accounts, guest};

/// Somebody with a bearer token, or without.
#[derive(Clone)]
pub struct Caller {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Caller {
    /// The superadmin.
    pub fn superadmin(stack: &Stack) -> Self {
        Self::with_token(stack, Some(&stack.described.superadmin_jwt))
    }

    /// The organiser of a world.
    pub async fn organiser(world: &World) -> Self {
        let token = accounts::tenant_token(&world.stack, world.tenant.id.as_str()).await;
        Self::with_token(&world.stack, Some(&token))
    }

    /// Whoever has this token.
    pub fn with_token(stack: &Stack, token: Option<&str>) -> Self {
        Self {
            http: stack.http.clone(),
            base: format!("{}/api/v1", stack.described.api_url),
            token: token.map(str::to_owned),
        }
    }

    /// A request to a path below `/api/v1`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// The same, with a JSON body.
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Reply {
        let request = self
            .request(method, path)
            .header(CONTENT_TYPE, "application/json");
        Reply::of(request.body(body.to_string())).await
    }

    /// `GET` of a path below `/api/v1`.
    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path)).await
    }

    /// `PUT` of a JSON body, which must be taken.
    pub async fn put(&self, path: &str, body: &Value) -> Value {
        self.send(Method::PUT, path, body).await.data(200).clone()
    }

    /// `PATCH` of a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PATCH, path, body).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::DELETE, path)).await
    }

    /// Asks for an edit of a world's event as its organiser, under an idempotency key.
    pub async fn create_edit_once(&self, world: &World, body: &Value, key: &str) -> Reply {
        guest::remember_prompts(body);
        let path = format!("{}/ai-edits", of_event(world));
        answered(async || {
            let request = self.request(Method::POST, &path).header("idempotency-key", key);
            Reply::of(request.json(body)).await
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

/// The path of a world's event, as its organiser sees it.
pub fn of_event(world: &World) -> String {
    format!("/tenant/events/{}", world.event.slug)
}
