//! What API Gateway does before a function is called: it finds the route, decodes its parameters, and hands over the
//! claims of a token that it has checked.

use std::collections::HashMap;
use std::sync::LazyLock;

use api::Route;
use cloud::Cloud;
use domain::EditId;
use lambda_http::aws_lambda_events::apigw::{
    ApiGatewayRequestAuthorizer, ApiGatewayRequestAuthorizerJwtDescription, ApiGatewayV2httpRequestContext,
};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt};
use reqwest::Url;
use reqwest::header::HeaderMap;

use crate::Reply;
use crate::transport::{Call, Credential};

/// The address that every call comes from.
const SOURCE_ADDRESS: &str = "192.0.2.1";
/// Made from the rows of all endpoints, once.
static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(api::routes);
/// The answer of API Gateway where no route matches.
const NO_ROUTE: &str = r#"{"message":"Not Found"}"#;

pub(super) async fn answer(cloud: &Cloud, call: Call) -> Reply {
    let url = Url::parse(&format!("https://in-memory.test{}", call.path)).unwrap();
    let Some((route, parameters)) = find(&call, url.path()) else {
        return Reply::new(404, HeaderMap::new(), NO_ROUTE);
    };
    let request = request(cloud, &call, &url, parameters);
    let response = api::answer(cloud, route.function, request).await;
    let (parts, body) = response.into_parts();
    Reply::new(parts.status.as_u16(), parts.headers, &body)
}

fn find(call: &Call, path: &str) -> Option<(&'static Route, HashMap<String, String>)> {
    let mut routes = ROUTES.iter().filter(|route| route.method == call.method.as_str());
    routes.find_map(|route| {
        let parameters = parameters(&route.path, path)?;
        Some((route, parameters))
    })
}

/// The parameters of a path that matches a route.
fn parameters(route: &str, path: &str) -> Option<HashMap<String, String>> {
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    if route.len() != path.len() {
        return None;
    }
    let mut parameters = HashMap::new();
    for (expected, found) in route.into_iter().zip(path) {
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(_) if found.is_empty() => return None,
            Some(name) => _ = parameters.insert(name.to_owned(), decoded(found)),
            None if expected == found => {}
            None => return None,
        }
    }
    Some(parameters)
}

/// A path segment without its percent encoding.
fn decoded(segment: &str) -> String {
    let encoded = format!("{}=", segment.replace('+', "%2B"));
    let url = Url::parse(&format!("https://in-memory.test/?{encoded}")).unwrap();
    let (decoded, _) = url.query_pairs().next().unwrap();
    decoded.into_owned()
}

fn request(cloud: &Cloud, call: &Call, url: &Url, parameters: HashMap<String, String>) -> Request {
    let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
    let mut request = lambda_http::http::Request::builder()
        .method(call.method.clone())
        .uri(format!("https://in-memory.test/api/v1{}", call.path));
    request.headers_mut().unwrap().extend(call.headers.clone());
    let body = match call.body.as_str() {
        "" => Body::Empty,
        text => Body::Text(text.to_owned()),
    };
    let request = request.body(body).unwrap();
    let mut context = lambda_http::Context::default();
    context.request_id = EditId::new(cloud.now(), cloud.random()).ulid();
    request
        .with_path_parameters(parameters)
        .with_query_string_parameters(query)
        .with_request_context(RequestContext::ApiGatewayV2(gateway_context(&call.credential)))
        .with_lambda_context(context)
}

fn gateway_context(credential: &Credential) -> ApiGatewayV2httpRequestContext {
    let mut context = ApiGatewayV2httpRequestContext::default();
    context.http.source_ip = Some(SOURCE_ADDRESS.to_owned());
    if let Credential::Claims(claims) = credential {
        let mut jwt = ApiGatewayRequestAuthorizerJwtDescription::default();
        jwt.claims = claims.clone();
        let mut authorizer = ApiGatewayRequestAuthorizer::default();
        authorizer.jwt = Some(jwt);
        context.authorizer = Some(authorizer);
    }
    context
}
