//! Answers on the wire.

use std::io;

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use bytes::Bytes;
use futures::stream;
use serde_json::Value;

/// A body with this status.
pub(crate) fn json_response(status: u16, body: &Value) -> Response<Body> {
    canned(
        status,
        &[("content-type", "application/json".to_owned())],
        body.to_string(),
    )
}

/// Any answer.
pub(crate) fn canned(status: u16, headers: &[(&'static str, String)], body: String) -> Response<Body> {
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    for (name, value) in headers {
        response = response.header(*name, value);
    }
    response.body(Body::from(body)).unwrap()
}

/// An answer that breaks off in the middle of its body.
pub(crate) fn cut_off(kind: &'static str, mut body: Vec<u8>) -> Response<Body> {
    let promised = body.len();
    body.truncate(promised / 2);
    let broken = stream::iter([Ok(Bytes::from(body)), Err(io::Error::other("cut off on purpose"))]);
    Response::builder()
        .header(header::CONTENT_TYPE, kind)
        .header(header::CONTENT_LENGTH, promised)
        .body(Body::from_stream(broken))
        .unwrap()
}
