//! Calls in process, as API Gateway makes them: it finds the route, refuses who has no JWT where one is needed, and hands
//! the function an event.
#![allow(clippy::expect_used)] // only tests are here

use std::collections::BTreeMap;

use cloud::Cloud;
use lambda_http::aws_lambda_events::query_map::QueryMap;
use lambda_http::{Context, RequestExt, Response};
use serde_json::{Value, json};

use crate::{Request, Route, answer, routes};

/// The address that calls come from.
pub const SOURCE_ADDRESS: &str = "192.0.2.1";

/// A call of the API.
#[derive(Debug, Clone, Copy, Default)]
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

impl Call<'_> {
    /// The answer that the caller gets.
    pub async fn send(&self, cloud: &Cloud) -> Response<String> {
        let (path, _) = self.parts();
        let Some((route, parameters)) = route(self.method, path) else {
            return gateway(404, "Not Found");
        };
        if route.access.needs_jwt() && self.claims.is_empty() {
            return gateway(401, "Unauthorized");
        }
        answer(cloud, route.function, self.request(&route, &parameters)).await
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

/// An answer in API Gateway's own words.
fn gateway(status: u16, message: &str) -> Response<String> {
    let response = Response::builder()
        .status(status)
        .header("content-type", "application/json");
    let body = json!({ "message": message }).to_string();
    response.body(body).expect("a response")
}

/// The route of a path, and its parameters. A route with fewer parameters comes first.
fn route(method: &str, path: &str) -> Option<(Route, BTreeMap<String, String>)> {
    let matching = routes().into_iter().filter_map(|route| {
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
mod tests {
    use std::time::Duration;

    use cloud::{Config, LocalEndpoint};

    use super::*;
    use crate::openapi;

    /// Nothing listens here: what is answered all the same was answered before any call of AWS.
    async fn unreachable() -> Cloud {
        let name = || "test".to_owned();
        let config = Config {
            table: name(),
            bucket: name(),
            settings_path: name(),
            secrets_path: name(),
            max_age: Duration::ZERO,
            submit_queue_url: name(),
            poll_queue_url: name(),
            event_bus: name(),
        };
        let endpoint = LocalEndpoint {
            url: "http://127.0.0.1:9".to_owned(),
            region: "eu-central-1".to_owned(),
        };
        Cloud::local(config, &endpoint).await
    }

    /// Status, and the body's `code`, or its `message` where API Gateway answers.
    async fn refusal(call: Call<'_>) -> (u16, String) {
        let response = call.send(&unreachable().await).await;
        let body: Value = serde_json::from_str(response.body()).unwrap();
        let word = body["code"]
            .as_str()
            .or(body["message"].as_str())
            .unwrap_or_default();
        (response.status().as_u16(), word.to_owned())
    }

    const TENANT: &[(&str, &str)] = &[("custom:tenant_id", "t1")];
    const SUPERADMIN: &[(&str, &str)] = &[("cognito:groups", "[editors superadmin]")];
    const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

    #[tokio::test]
    async fn the_gateway_answers_where_no_function_is_asked() {
        for (method, target, expected) in [
            ("GET", "/admin/packages", (401, "Unauthorized")),
            ("GET", "/tenant/events/e/ai-styles", (401, "Unauthorized")),
            ("GET", "/admin/nothing", (404, "Not Found")),
            ("DELETE", "/openapi.json", (404, "Not Found")),
            ("GET", "/events//photos", (404, "Not Found")),
        ] {
            let call = Call {
                method,
                target,
                ..Call::default()
            };
            assert_eq!(
                refusal(call).await,
                (expected.0, expected.1.to_owned()),
                "{method} {target}"
            );
        }
    }

    #[tokio::test]
    async fn every_admin_operation_refuses_a_tenant() {
        for route in routes().iter().filter(|route| route.path.starts_with("/admin/")) {
            let call = Call {
                method: route.method,
                target: &route.path.replace(['{', '}'], ""),
                claims: TENANT,
                ..Call::default()
            };
            assert_eq!(
                refusal(call).await,
                (403, "forbidden".to_owned()),
                "{}",
                route.operation
            );
        }
    }

    #[tokio::test]
    async fn a_function_refuses_a_malformed_request_before_it_calls_aws() {
        let put = Call {
            method: "PUT",
            target: "/admin/packages/p1",
            claims: SUPERADMIN,
            ..Call::default()
        };
        let large = "x".repeat(70_000);
        for (call, expected) in [
            (put, (415, "unsupported_media_type")),
            (
                Call {
                    headers: JSON,
                    body: "{",
                    ..put
                },
                (400, "invalid_request"),
            ),
            (
                Call {
                    headers: JSON,
                    body: r#"{"name":" ","features":[]}"#,
                    ..put
                },
                (422, "validation_failed"),
            ),
            (
                Call {
                    target: "/admin/packages/a%20b",
                    ..put
                },
                (400, "invalid_request"),
            ),
            (
                Call {
                    method: "GET",
                    target: "/admin/packages?limit=0",
                    ..put
                },
                (400, "invalid_request"),
            ),
            (
                Call {
                    method: "GET",
                    target: "/admin/packages/a%20b",
                    ..put
                },
                (404, "not_found"),
            ),
            (
                Call {
                    method: "GET",
                    target: "/events/t",
                    headers: &[("x-guest-id", "no id")],
                    ..Call::default()
                },
                (400, "invalid_request"),
            ),
            (
                Call {
                    method: "POST",
                    target: "/hooks/fal/edit_01ARZ3NDEKTSV4RRFFQ69G5FAV?t=x",
                    body: &large,
                    ..Call::default()
                },
                (413, "payload_too_large"),
            ),
        ] {
            assert_eq!(
                refusal(call).await,
                (expected.0, expected.1.to_owned()),
                "{} {}",
                call.method,
                call.target
            );
        }
    }

    #[tokio::test]
    async fn the_document_is_served_as_it_is_checked_in() {
        let call = Call {
            method: "GET",
            target: "/openapi.json",
            ..Call::default()
        };
        let response = call.send(&unreachable().await).await;
        let served: Value = serde_json::from_str(response.body()).unwrap();
        assert_eq!(
            served,
            serde_json::from_str::<Value>(openapi::CHECKED_IN).unwrap()
        );
        assert_eq!(openapi::served().body(), response.body());
    }

    #[test]
    fn a_literal_segment_wins_over_a_parameter() {
        let (found, parameters) = route("GET", "/tenant/events/e%2B1/ai-edits/summary").unwrap();
        assert_eq!(found.operation, "get_event_summary");
        assert_eq!(parameters["eventSlug"], "e+1");
    }
}
