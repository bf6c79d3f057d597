//! One call of the API, over HTTP or in process.

use std::collections::HashMap;

use domain::TenantId;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::deployed::accounts;
use crate::{Place, Reply};

/// A call, before it is sent.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: Method,
    /// Below `/api/v1`, with its query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
    pub credential: Credential,
}

impl Call {
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            headers: HeaderMap::new(),
            body: String::new(),
            credential: Credential::None,
        }
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).unwrap();
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }

    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<String>) -> Self {
        let content_type = HeaderValue::from_str(content_type).unwrap();
        self.headers.insert(CONTENT_TYPE, content_type);
        self.body = body.into();
        self
    }

    #[must_use]
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credential = credential;
        self
    }
}

/// What a caller shows to API Gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    None,
    /// A JWT, which only the deployed authorizer can check. In process it opens nothing.
    Token(String),
    /// The claims of a JWT that passed the authorizer: what a call in process starts with.
    Claims(HashMap<String, String>),
}

impl Credential {
    pub fn superadmin(place: &Place) -> Self {
        match place.deployed_stack() {
            Some(stack) => Self::Token(stack.described.superadmin_jwt.clone()),
            None => Self::claims("cognito:groups", "[superadmin]"),
        }
    }

    pub async fn organiser(place: &Place, tenant: &TenantId) -> Self {
        match place.deployed_stack() {
            Some(stack) => Self::Token(accounts::tenant_token(stack, tenant.as_str()).await),
            None => Self::claims("custom:tenant_id", tenant.as_str()),
        }
    }

    fn claims(name: &str, value: &str) -> Self {
        Self::Claims(HashMap::from([(name.to_owned(), value.to_owned())]))
    }
}

impl Place {
    /// Sends a call and returns the answer.
    pub async fn send(&self, call: Call) -> Reply {
        match self.in_process() {
            Some(memory) => memory.answer(&self.cloud, call).await,
            None => over_http(self, call).await,
        }
    }
}

impl Place {
    /// Posts to an address that a provider was given for its webhook, and returns the status.
    pub async fn post_webhook(&self, url: &str, headers: &[(&'static str, String)], body: &str) -> u16 {
        let base = format!("{}/api/v1", self.api_url());
        let path = url.strip_prefix(&base).expect("an address of this API");
        let call = Call::new(Method::POST, path).body("application/json", body);
        let with_header = |call: Call, (name, value): &(&'static str, String)| call.header(name, value);
        self.send(headers.iter().fold(call, with_header)).await.status
    }
}

async fn over_http(place: &Place, call: Call) -> Reply {
    let stack = place.stack();
    let url = format!("{}/api/v1{}", stack.described.api_url, call.path);
    let request = stack.http.request(call.method, url).headers(call.headers);
    let request = match &call.credential {
        Credential::None => request,
        Credential::Token(token) => request.bearer_auth(token),
        Credential::Claims(claims) => panic!("the stack takes tokens, not claims: {claims:?}"),
    };
    let response = request.body(call.body).send().await.expect("the API answers");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Reply::new(status, headers, &response.text().await.unwrap())
}
