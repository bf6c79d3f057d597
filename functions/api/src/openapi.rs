//! `GET /openapi.json`: the OpenAPI 3.1 document, made of the rows of all endpoints.
//!
//! It is checked in as `openapi.json` and served from there. A test says when it is out of date; then
//! `cargo run -p api --example openapi > openapi.json` brings it up to date.

use std::collections::BTreeMap;

use cloud::Cloud;
use domain::Problem;
use lambda_http::Response;
use serde_json::Value;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Content, ContentBuilder, Info, OpenApi, Ref, RefOr, Required, Response as Documented, ResponseBuilder,
    Schema, Server,
};
use utoipa::{IntoResponses, OpenApi as _};

use crate::function::operations;
use crate::problem::ProblemBody;
use crate::{Access, Answer, Request, caller, documented, response};

/// The document as it is checked in and served.
pub const CHECKED_IN: &str = include_str!("../../../openapi.json");

/// The answers that no function gives, and so no row documents.
const GATEWAY: &str = "Every operation may also be answered by the gateway in front of it: 429 above the limit of its route, 503 \
                       while its function cannot start, 413 for a body of more than 10 MB. Such an answer is \
                       `application/json` with the body `{\"message\": \"…\"}`; it has no problem details and no `Retry-After`. \
                       Wait a second, double it each time, and try again with the same `Idempotency-Key`. Our own answers \
                       carry `Retry-After` wherever waiting helps.\n\nA number that may pass 2^53 is a text: an edit's `seed` is \
                       the only one. Money is a whole number of micro-USD; caps end at 10^15, and no sum of edits comes near \
                       2^53. Months and hours are UTC.";

/// What the gateway may answer to any operation, and to one with a body.
const GATEWAY_STATUSES: [&str; 2] = ["429", "503"];
const GATEWAY_STATUS_OF_BODIES: &str = "413";
/// The statuses after which waiting helps, of answers of ours.
const WORTH_WAITING: [&str; 4] = ["202", "409", "429", "503"];

/// Requests and answers that a test has run, by operation.
const EXAMPLES: &str = include_str!("../examples.json");

/// The name of the JWT in the document.
const JWT: &str = "jwt";

function!("get-openapi", Open, get_open_api);

/// The name of the function that serves the document.
pub const NAME: &str = FUNCTION.name;

/// This document
#[utoipa::path(get, path = "/openapi.json", responses((status = 200, body = inline(Document))))]
async fn get_open_api(_: &Cloud, _: &Request) -> Result<Answer, Problem> {
    Ok(response::document(CHECKED_IN))
}

/// The answer to every request for the document.
pub fn served() -> Response<String> {
    response::document(CHECKED_IN).into_response()
}

#[derive(utoipa::ToSchema)]
#[allow(dead_code)] // only its schema is used
struct Document {}

/// The document as the code has it: the rows, and what they share.
pub fn document() -> OpenApi {
    #[derive(utoipa::OpenApi)]
    #[openapi(components(schemas(ProblemBody)))]
    struct Shared;
    let mut document = Shared::openapi();
    document.info = Info::new("AI Magic Edits", env!("CARGO_PKG_VERSION"));
    document.info.description = Some(GATEWAY.to_owned());
    document.servers = Some(vec![Server::new("/api/v1")]);
    let jwt = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT");
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(JWT, SecurityScheme::Http(jwt.build()));
    let examples: Value = serde_json::from_str(EXAMPLES).unwrap_or_default();
    for (function, mut rows) in documented() {
        for (path, item) in &mut rows.paths.paths {
            for (_, operation) in operations(item) {
                complete(operation, path, function.access);
                show(operation, &examples);
            }
        }
        document.merge(rows);
    }
    document
}

/// Adds what all rows share: ids in camel case, path parameters, what a JWT brings with it, and the envelopes.
fn complete(operation: &mut Operation, path: &str, access: Access) {
    operation.operation_id = operation.operation_id.as_deref().map(camel_case);
    operation.tags = None;
    let names = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = names.map(|name| RefOr::T(path_parameter(name)));
    let parameters: Vec<_> = in_path
        .chain(operation.parameters.take().unwrap_or_default())
        .collect();
    operation.parameters = Some(parameters).filter(|parameters| !parameters.is_empty());
    if access == Access::Tenant {
        operation
            .parameters
            .get_or_insert_default()
            .push(RefOr::T(in_place_of()));
    }
    if access.needs_jwt() {
        operation.security = Some(vec![SecurityRequirement::new::<_, [String; 0], String>(JWT, [])]);
        let refusals = [("401", no_jwt()), ("403", problem())];
        let refusals = refusals.map(|(status, response)| (status.to_owned(), RefOr::T(response)));
        operation.responses.responses.extend(refusals);
    }
    answered_by_gateway(operation);
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && WORTH_WAITING.contains(&status.as_str())
        {
            response
                .headers
                .insert("Retry-After".to_owned(), RefOr::T(retry_after()));
        }
        if let RefOr::T(response) = response
            && status.starts_with('2')
        {
            "Done.".clone_into(&mut response.description);
            for content in response.content.values_mut() {
                if let RefOr::T(content) = content {
                    content.schema = content.schema.take().map(enveloped);
                }
            }
        }
    }
}

/// The gateway's own answers, beside ours of the same status.
fn answered_by_gateway(operation: &mut Operation) {
    let with_body = operation.request_body.as_ref().map(|_| GATEWAY_STATUS_OF_BODIES);
    for status in GATEWAY_STATUSES.into_iter().chain(with_body) {
        let responses = &mut operation.responses.responses;
        let response = responses.entry(status.to_owned()).or_insert_with(|| {
            let only = ResponseBuilder::new().description("The gateway's answer.");
            RefOr::T(only.build())
        });
        if let RefOr::T(response) = response {
            let message = RefOr::T(message_content());
            response.content.insert("application/json".to_owned(), message);
        }
    }
}

fn retry_after() -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(Type::Integer));
    header.description =
        Some("Seconds until it is worth another try; absent where that is not known.".to_owned());
    header
}

/// Adds what a test has sent and got.
fn show(operation: &mut Operation, examples: &Value) {
    let Some(example) = operation.operation_id.as_ref().and_then(|id| examples.get(id)) else {
        return;
    };
    if let Some(RefOr::T(body)) = &mut operation.request_body
        && let Some(RefOr::T(content)) = body.content.get_mut("application/json")
    {
        content.example = example.get("request").cloned();
    }
    let status = example["status"].to_string();
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(&status)
        && let Some(RefOr::T(content)) = response.content.get_mut("application/json")
    {
        content.example = example.get("response").cloned();
    }
}

/// A resource goes out as `{"data": …}`, and a list with `meta` beside it.
fn enveloped(body: RefOr<Schema>) -> RefOr<Schema> {
    let resource = matches!(body, RefOr::Ref(_));
    let list = matches!(body, RefOr::T(Schema::Array(_)));
    if !resource && !list {
        return body;
    }
    let envelope = ObjectBuilder::new().property("data", body).required("data");
    if resource {
        return Schema::from(envelope).into();
    }
    let cursor = ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some("Asks for the next page; null on the last."));
    let meta = ObjectBuilder::new()
        .property("next_cursor", cursor)
        .required("next_cursor");
    Schema::from(envelope.property("meta", meta).required("meta")).into()
}

/// `create_edit` is the operation `createEdit`.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(word.len().min(1));
        name + &initial.to_uppercase() + rest
    })
}

/// A superadmin may do whatever an organiser may.
fn in_place_of() -> Parameter {
    ParameterBuilder::new()
        .name(caller::TENANT_QUERY)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(
            "For superadmins: the tenant in whose place they act, which stands in the audit",
        ))
        .schema(Some(text()))
        .build()
}

fn path_parameter(name: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(text()))
        .build()
}

fn text() -> Object {
    ObjectBuilder::new().schema_type(Type::String).build()
}

fn problem() -> Documented {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
    let response = ResponseBuilder::new().description("See `code`.");
    response
        .content("application/problem+json", content.build())
        .build()
}

/// API Gateway's authorizer answers before a function is asked, in words of its own.
fn no_jwt() -> Documented {
    let response = ResponseBuilder::new().description("A valid token is missing.");
    response.content("application/json", message_content()).build()
}

/// The body of an answer of the gateway's.
fn message_content() -> Content {
    let body = ObjectBuilder::new()
        .property("message", text())
        .required("message");
    ContentBuilder::new().schema(Some(Schema::from(body))).build()
}

/// Declares what an operation can be refused with, by the statuses of its problems. 401 and 403 follow from the caller.
macro_rules! problems {
    ($($(#[$text:meta])* $name:ident: $($status:literal)+;)+) => {
        $(
            $(#[$text])*
            pub(crate) struct $name;

            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Documented>> {
                    [$($status),+].map(|status: u16| (status.to_string(), RefOr::T(problem()))).into()
                }
            }
        )+
    };
}

problems! {
    /// Problems of an operation that only reads.
    Reads: 400 404 503;
    /// Problems of an operation that takes a body.
    Writes: 400 404 413 415 422 503;
    /// Problems of an operation that can collide with another.
    Changes: 400 404 409 413 415 422 503;
    /// Problems of an operation that creates an edit.
    Edits: 400 402 403 404 409 413 415 422 429 503;
    /// Problems of a webhook.
    Hints: 404 413 503;
    /// The refusal by a layer of protection or a signature.
    Refusals: 403;
    /// Problems of an operation that needs a finished edit.
    Reviews: 400 404 409 503;
    /// The refusal of a change that its caller tied to an older version.
    Preconditions: 412;
    /// The refusal by a limit.
    Limits: 429;
}

/// The header that ties a change to what the caller has read.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code)] // documents what `if_match` reads
pub(crate) struct IfMatch {
    /// The `ETag` of the answer that the change is made from. 412 `precondition_failed` where somebody else was faster.
    #[param(rename = "if-match", required = false)]
    tag: String,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{FUNCTIONS, routes};

    #[test]
    fn the_checked_in_document_is_what_the_code_says() {
        let generated = document().to_pretty_json().unwrap();
        assert!(
            generated.trim() == CHECKED_IN.trim(),
            "openapi.json is out of date: run `cargo run -p api --example openapi > openapi.json`"
        );
    }

    /// Providers call a hook, `get-openapi` answers with the document itself, and 204 has no body.
    #[test]
    fn every_operation_with_a_body_has_an_example() {
        let document = serde_json::json!(document());
        let mut without = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            if path.starts_with("/hooks/") || path == "/openapi.json" {
                continue;
            }
            for operation in item.as_object().unwrap().values() {
                let answers = operation["responses"].as_object().unwrap();
                let good = answers.iter().filter(|(status, _)| status.starts_with('2'));
                let bodies = good.map(|(_, answer)| answer).chain([&operation["requestBody"]]);
                let contents = bodies.filter_map(|body| body["content"].get("application/json"));
                if contents.clone().any(|content| content.get("example").is_none()) {
                    without.push(operation["operationId"].as_str().unwrap().to_owned());
                }
            }
        }
        assert_eq!(
            without,
            [] as [&str; 0],
            "add it to tests/stack/tests/api/examples.rs"
        );
    }

    #[test]
    fn every_operation_has_an_id_of_its_own() {
        let routes = routes();
        let ids: BTreeSet<_> = routes.iter().map(|route| &route.operation).collect();
        assert_eq!(ids.len(), routes.len());
    }

    /// A function tells its operations apart by what `function!` says of them, and the document by their rows.
    #[test]
    fn every_operation_is_served_where_its_row_says() {
        for route in routes() {
            let function = FUNCTIONS
                .iter()
                .find(|function| function.name == route.function)
                .unwrap();
            let served = function
                .operations
                .iter()
                .find(|served| served.name == route.operation)
                .unwrap();
            let Some((method, entry)) = served.takes else {
                assert_eq!(function.operations.len(), 1, "{}", function.name);
                continue;
            };
            assert_eq!(method, route.method, "{}", route.operation);
            let last = route
                .path
                .rsplit('/')
                .next()
                .and_then(|last| last.strip_prefix('{')?.strip_suffix('}'));
            assert_eq!(entry, last, "{}", route.operation);
        }
    }
}
