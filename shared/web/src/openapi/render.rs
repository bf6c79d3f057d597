//! From the table of endpoints to the document.

use std::collections::BTreeMap;

use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, Schema,
    ServerBuilder,
};

use super::endpoint::{Access, Endpoint, Method, Model, Shape};
use crate::model::ProblemBody;

/// The name of the JWT in the document.
const JWT: &str = "jwt";

pub(super) fn document(endpoints: &[Endpoint]) -> OpenApi {
    let mut schemas = BTreeMap::new();
    let problem = Model::of::<ProblemBody>();
    collect(&mut schemas, &problem);
    let mut paths = PathsBuilder::new();
    for endpoint in endpoints {
        let models = endpoint.input.iter().chain(match &endpoint.answer {
            Shape::One(model) | Shape::Page(model) => Some(model),
            Shape::Document | Shape::Empty => None,
        });
        models.for_each(|model| collect(&mut schemas, model));
        paths = paths.path(
            endpoint.path,
            PathItem::new(method(endpoint.method), operation(endpoint)),
        );
    }
    let mut components = ComponentsBuilder::new();
    for (name, schema) in schemas {
        components = components.schema(name, schema);
    }
    let jwt = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("AI Magic Edits")
                .version(env!("CARGO_PKG_VERSION"))
                .build(),
        )
        .servers(Some([ServerBuilder::new().url("/api/v1").build()]))
        .paths(paths)
        .components(Some(
            components.security_scheme(JWT, SecurityScheme::Http(jwt)).build(),
        ))
        .build()
}

fn collect(schemas: &mut BTreeMap<String, RefOr<Schema>>, model: &Model) {
    schemas.insert(model.name.clone(), model.schema.clone());
    schemas.extend(model.needs.iter().cloned());
}

fn operation(endpoint: &Endpoint) -> Operation {
    let mut operation = OperationBuilder::new()
        .operation_id(Some(endpoint.id))
        .summary(Some(endpoint.summary))
        .response(endpoint.status.to_string(), answer(&endpoint.answer));
    for name in path_parameters(endpoint.path) {
        operation = operation.parameter(parameter(name, None, ParameterIn::Path, Required::True));
    }
    for (name, text) in &endpoint.query {
        operation = operation.parameter(parameter(name, Some(text), ParameterIn::Query, Required::False));
    }
    for (name, text) in endpoint.headers {
        operation = operation.parameter(parameter(name, Some(text), ParameterIn::Header, Required::False));
    }
    if let Some(input) = &endpoint.input {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(&input.name)))
            .build();
        let body = RequestBodyBuilder::new().required(Some(Required::True));
        operation = operation.request_body(Some(body.content("application/json", content).build()));
    }
    if endpoint.access == Access::Jwt {
        operation = operation.security(SecurityRequirement::new::<_, [String; 0], String>(JWT, []));
    }
    for status in endpoint.problems {
        operation = operation.response(status.to_string(), problem(*status));
    }
    operation.build()
}

fn problem(status: u16) -> utoipa::openapi::Response {
    // API Gateway's authorizer answers before a function is asked, in words of its own.
    if status == 401 {
        let message = ObjectBuilder::new().schema_type(Type::String).build();
        let body = object([("message", Schema::from(message).into())]).build();
        let content = ContentBuilder::new().schema(Some(Schema::from(body))).build();
        let response = ResponseBuilder::new().description("A valid token is missing.");
        return response.content("application/json", content).build();
    }
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let response = ResponseBuilder::new().description("See `code`.");
    response.content("application/problem+json", content).build()
}

fn answer(shape: &Shape) -> utoipa::openapi::Response {
    let schema: Schema = match shape {
        Shape::Empty => return ResponseBuilder::new().description("Done.").build(),
        Shape::Document => object([]).into(),
        Shape::One(model) => object([("data", Ref::from_schema_name(&model.name).into())]).into(),
        Shape::Page(model) => {
            let items = ArrayBuilder::new()
                .items(Ref::from_schema_name(&model.name))
                .build();
            let cursor = ObjectBuilder::new()
                .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
                .description(Some("Asks for the next page; null on the last."))
                .build();
            let meta = object([("next_cursor", Schema::from(cursor).into())]);
            object([
                ("data", Schema::from(items).into()),
                ("meta", Schema::from(meta.build()).into()),
            ])
            .into()
        }
    };
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new()
        .description("Done.")
        .content("application/json", content)
        .build()
}

fn object<const N: usize>(fields: [(&str, RefOr<Schema>); N]) -> ObjectBuilder {
    fields
        .into_iter()
        .fold(ObjectBuilder::new(), |object, (name, schema)| {
            object.property(name, schema).required(name)
        })
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn parameter(name: &str, text: Option<&str>, place: ParameterIn, required: Required) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String).build();
    ParameterBuilder::new()
        .name(name)
        .description(text)
        .parameter_in(place)
        .required(required)
        .schema(Some(schema))
        .build()
}

const fn method(method: Method) -> HttpMethod {
    match method {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Put => HttpMethod::Put,
        Method::Patch => HttpMethod::Patch,
        Method::Delete => HttpMethod::Delete,
    }
}
