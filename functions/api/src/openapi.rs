//! `GET /openapi.json`: the OpenAPI 3.1 document, made of the rows of all endpoints.
//!
//! It is checked in as `openapi.json` and served from there. A test says when it is out of date; then
//! `cargo run -p api --example openapi > openapi.json` brings it up to date.

use std::collections::BTreeMap;

use cloud::Cloud;
use domain::Problem;
use lambda_http::Response;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, Info, OpenApi, Ref, RefOr, Required, Response as Documented, ResponseBuilder, Schema,
    Server,
};
use utoipa::{IntoResponses, OpenApi as _};

use crate::function::operations;
use crate::problem::ProblemBody;
use crate::{Access, Answer, Request, documented, response};

/// The document as it is checked in and served.
pub const CHECKED_IN: &str = include_str!("../../../openapi.json");

/// The answers that no function gives, and so no row documents.
const GATEWAY: &str = "Every operation may also be answered by the gateway in front of it: 429 above the limit of its route, 503 \
                       while its function cannot start. Such an answer has the body `{\"message\": \"…\"}`, no problem details and \
                       no `Retry-After`. Wait a second, double it each time, and try again with the same `Idempotency-Key`.";

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
    for (function, mut rows) in documented() {
        for (path, item) in &mut rows.paths.paths {
            for (_, operation) in operations(item) {
                complete(operation, path, function.access);
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
    if access.needs_jwt() {
        operation.security = Some(vec![SecurityRequirement::new::<_, [String; 0], String>(JWT, [])]);
        let refusals = [("401", no_jwt()), ("403", problem())];
        let refusals = refusals.map(|(status, response)| (status.to_owned(), RefOr::T(response)));
        operation.responses.responses.extend(refusals);
    }
    for (status, response) in &mut operation.responses.responses {
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
    let body = ObjectBuilder::new()
        .property("message", text())
        .required("message");
    let content = ContentBuilder::new().schema(Some(Schema::from(body)));
    let response = ResponseBuilder::new().description("A valid token is missing.");
    response.content("application/json", content.build()).build()
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
    /// Of an operation that only reads.
    Reads: 400 404 503;
    /// Of one that takes a body.
    Writes: 400 404 413 415 422 503;
    /// Of one that can collide with another.
    Changes: 400 404 409 413 415 422 503;
    /// Of one that asks for an edit.
    Edits: 400 402 403 404 409 413 415 422 429 503;
    /// Of a webhook.
    Hints: 404 413 503;
    /// Of one that a layer of protection or a signature can refuse.
    Refusals: 403;
    /// Of one that needs a finished edit.
    Reviews: 400 404 409 503;
    /// Of one that a caller may tie to what it has read.
    Preconditions: 412;
    /// Of one that is counted and limited.
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
