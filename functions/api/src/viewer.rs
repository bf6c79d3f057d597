//! The viewer's address, for requests through the site: the API itself sees the address of the site's distribution.

use std::net::IpAddr;

use cloud::Cloud;
use domain::scope::token_hash;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};

/// The distribution adds this header to every request, in place of what a viewer sent under its name.
const KEY: &str = "x-origin-key";
/// The viewer's address, which the site's function writes.
const ADDRESS: &str = "x-viewer-address";

/// The request as if the viewer had called the API: a request that shows the key comes from the address that it names.
/// Anybody may call the API without the site and send such headers, but nobody else knows the key.
pub(crate) fn behind_the_site(cloud: &Cloud, mut request: Request) -> Request {
    let headers = request.headers_mut();
    let (key, address) = (headers.remove(KEY), headers.remove(ADDRESS));
    let is_the_site = match (cloud.origin_key(), &key) {
        // Hashes are compared, so that the time of the comparison tells nothing about the key's first letters.
        (Some(expected), Some(shown)) => shown
            .to_str()
            .is_ok_and(|shown| token_hash(shown) == token_hash(expected)),
        _ => false,
    };
    let address = address.filter(|_| is_the_site);
    let viewer: Option<IpAddr> = address.and_then(|address| address.to_str().ok()?.parse().ok());
    let (Some(viewer), RequestContext::ApiGatewayV2(mut context)) = (viewer, request.request_context())
    else {
        return request;
    };
    context.http.source_ip = Some(viewer.to_string());
    request.with_request_context(RequestContext::ApiGatewayV2(context))
}
