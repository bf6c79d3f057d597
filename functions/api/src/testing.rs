//! Calls in process, as API Gateway makes them: it finds the route, refuses who has no JWT where one is needed, and hands
//! the function an event.
#![allow(clippy::expect_used)] // only tests are here

use std::collections::BTreeMap;
use std::sync::LazyLock;

use cloud::Cloud;
use jiff::SignedDuration;
use lambda_http::aws_lambda_events::query_map::QueryMap;
use lambda_http::{Context, RequestExt, Response};
use serde_json::{Value, json};

use crate::{Request, Route, answer, routes};

/// Lambda's time for a function behind the API, as template.yaml gives it.
pub const FUNCTION_TIME: SignedDuration = SignedDuration::from_secs(10);

/// The address that calls come from.
pub const SOURCE_ADDRESS: &str = "192.0.2.1";

/// The routes of all endpoints, made once from their rows.
static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(routes);

/// A call of the API.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Such as `GET`.
    pub method: &'a str,
    /// Path and query, below `/api/v1`.
    pub target: &'a str,
    pub headers: &'a [(&'a str, &'a str)],
    pub body: &'a str,
    /// The claims of a JWT that the authorizer let pass; none: the call has no JWT.
    pub claims: &'a [(&'a str, &'a str)],
}

impl<'a> Call<'a> {
    /// A call without headers, body and JWT.
    pub const fn new(method: &'a str, target: &'a str) -> Self {
        Self {
            method,
            target,
            headers: &[],
            body: "",
            claims: &[],
        }
    }

    /// The same call with a JSON body.
    #[must_use]
    pub const fn json(self, body: &'a str) -> Self {
        let headers = &[("content-type", "application/json")];
        Self {
            headers,
            body,
            ..self
        }
    }

    /// The same call with these headers only.
    #[must_use]
    pub const fn headers(self, headers: &'a [(&'a str, &'a str)]) -> Self {
        Self { headers, ..self }
    }

    /// The same call with a JWT.
    #[must_use]
    pub const fn claims(self, claims: &'a [(&'a str, &'a str)]) -> Self {
        Self { claims, ..self }
    }

    /// The answer that the caller gets.
    pub async fn send(&self, cloud: &Cloud) -> Response<String> {
        let (path, _) = self.parts();
        let Some((route, parameters)) = route(self.method, path) else {
            return gateway(404, "Not Found");
        };
        if route.access.needs_jwt() && self.claims.is_empty() {
            return gateway(401, "Unauthorized");
        }
        let request = with_time(cloud, self.request(route, &parameters));
        answer(cloud, route.function, request).await
    }

    fn parts(&self) -> (&str, &str) {
        self.target.split_once('?').unwrap_or((self.target, ""))
    }

    fn request(&self, route: &Route, parameters: &BTreeMap<String, String>) -> Request {
        let (path, query) = self.parts();
        let path = format!("/api/v1{path}");
        let route_key = format!("{} /api/v1{}", self.method, route.path);
        let claims: BTreeMap<_, _> = self.claims.iter().copied().collect();
        let jwt = json!({ "jwt": { "claims": claims, "scopes": null } });
        let headers: BTreeMap<_, _> = self.headers.iter().copied().collect();
        let event = json!({
            "version": "2.0",
            "routeKey": route_key,
            "rawPath": path,
            "rawQueryString": query,
            "headers": headers,
            "requestContext": {
                "authorizer": if claims.is_empty() { Value::Null } else { jwt },
                "domainName": "api.test",
                "http": { "method": self.method, "path": path, "sourceIp": SOURCE_ADDRESS },
                "requestId": "call-in-process",
                "routeKey": route_key,
                "stage": "$default",
            },
            "pathParameters": parameters,
            "body": self.body,
            "isBase64Encoded": false,
        });
        request_of(&event.to_string())
    }
}

/// The request that a function gets with an event of API Gateway's, such as a sample of `events/`.
pub fn request_of(event: &str) -> Request {
    let mut context = Context::default();
    "call-in-process".clone_into(&mut context.request_id);
    let request = lambda_http::request::from_str(event).expect("an event of API Gateway's");
    request.with_lambda_context(context)
}

/// The request with the time that Lambda gives a function behind the API.
pub fn with_time(cloud: &Cloud, request: Request) -> Request {
    let mut context = request.lambda_context_ref().cloned().unwrap_or_default();
    let ends_at = (cloud.now() + FUNCTION_TIME).as_millisecond();
    context.deadline = u64::try_from(ends_at).unwrap_or_default();
    request.with_lambda_context(context)
}

/// An answer in API Gateway's own words.
fn gateway(status: u16, message: &str) -> Response<String> {
    let response = Response::builder()
        .status(status)
        .header("content-type", "application/json");
    let body = json!({ "message": message }).to_string();
    response.body(body).expect("a response")
}

/// The route of a path, and its parameters. A route with fewer parameters comes first.
fn route(method: &str, path: &str) -> Option<(&'static Route, BTreeMap<String, String>)> {
    let matching = ROUTES.iter().filter_map(|route| {
        let parameters = parameters(&route.path, path).filter(|_| route.method == method)?;
        Some((route, parameters))
    });
    matching.min_by_key(|(_, parameters)| parameters.len())
}

/// The parameters of a path, where it is one of the route.
fn parameters(route: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (expected, found): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    let mut parameters = BTreeMap::new();
    for (expected, found) in expected.iter().zip(&found) {
        let name = expected.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        match name {
            Some(_) if found.is_empty() => return None,
            Some(name) => {
                parameters.insert(name.to_owned(), decoded(found));
            }
            None if expected != found => return None,
            None => {}
        }
    }
    (expected.len() == found.len()).then_some(parameters)
}

/// A segment of a path without its percent-encoding.
fn decoded(segment: &str) -> String {
    let query: QueryMap = format!("segment={}", segment.replace('+', "%2B"))
        .parse()
        .unwrap_or_default();
    query.first("segment").unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
