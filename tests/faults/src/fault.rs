//! Faults of AWS calls, as AWS causes them.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use serde_json::json;

use crate::call::{Call, Service};

/// The fault of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Throttled.
    Throttled,
    /// A server error, and the call is not carried out.
    ServerError,
    /// A server error after the call was carried out.
    ServerErrorAfter,
    /// The connection is reset before the call is carried out.
    ResetBefore,
    /// The call is carried out, then the connection is reset.
    ResetAfter,
    /// The call is carried out, then the connection breaks in the middle of the answer.
    CutOff,
    /// The call is carried out, and its answer is late.
    Slow,
    /// The call is carried out, and its answer comes when nobody waits any more.
    TooLate,
    /// A message is taken and never delivered.
    Lost,
    /// A message is delivered twice.
    Doubled,
}

impl Fault {
    /// In the order of reports.
    pub const ALL: [Self; 10] = [
        Self::Throttled,
        Self::ServerError,
        Self::ServerErrorAfter,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::CutOff,
        Self::Slow,
        Self::TooLate,
        Self::Lost,
        Self::Doubled,
    ];

    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::ServerError => "5xx",
            Self::ServerErrorAfter => "5xx though done",
            Self::ResetBefore => "reset",
            Self::ResetAfter => "reset though done",
            Self::CutOff => "answer cut off",
            Self::Slow => "slow",
            Self::TooLate => "too late",
            Self::Lost => "message lost",
            Self::Doubled => "message doubled",
        }
    }

    /// Its weight among the faults of a call; 0 where it cannot happen.
    pub fn weight(self, call: &Call) -> u32 {
        let is_message = call.operation == "SendMessage";
        match self {
            Self::Throttled | Self::ServerError => 4,
            Self::ServerErrorAfter | Self::ResetBefore | Self::ResetAfter | Self::CutOff | Self::Slow => 2,
            // Costs seconds each.
            Self::TooLate => 1,
            Self::Lost => 3 * u32::from(is_message),
            Self::Doubled => 6 * u32::from(is_message),
        }
    }

    /// The delay of an answer. The SDK waits four seconds.
    pub const fn delay(self) -> Duration {
        match self {
            Self::Slow => Duration::from_millis(700),
            Self::TooLate => Duration::from_millis(4_500),
            _ => Duration::ZERO,
        }
    }
}

/// The answer to a throttled call.
pub fn throttled(call: &Call) -> Response<Body> {
    match (call.service, call.operation.as_str()) {
        (Service::DynamoDb, "TransactWriteItems") => error(
            400,
            &json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]",
                "CancellationReasons": [{ "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" }],
            }),
        ),
        (Service::DynamoDb, _) => named(
            400,
            "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
        ),
        (Service::S3, _) => xml(503, "SlowDown", "Please reduce your request rate."),
        (Service::Sqs, _) => named(403, "com.amazonaws.sqs#RequestThrottled"),
        (Service::Ssm | Service::EventBridge | Service::Provider, _) => named(400, "ThrottlingException"),
    }
}

/// A server error.
pub fn server_error(call: &Call) -> Response<Body> {
    match call.service {
        Service::S3 => xml(
            500,
            "InternalError",
            "We encountered an internal error. Please try again.",
        ),
        Service::DynamoDb => named(500, "com.amazonaws.dynamodb.v20120810#InternalServerError"),
        Service::EventBridge => named(500, "InternalException"),
        Service::Sqs | Service::Ssm | Service::Provider => named(500, "InternalServerError"),
    }
}

/// The answer of SQS to a message that it took.
pub fn message_taken(number: u64) -> Response<Body> {
    error(
        200,
        &json!({ "MessageId": format!("10570000-0000-4000-8000-{number:012x}") }),
    )
}

fn named(status: u16, name: &str) -> Response<Body> {
    error(status, &json!({ "__type": name, "message": "on purpose" }))
}

fn error(status: u16, body: &serde_json::Value) -> Response<Body> {
    answer(status, "application/x-amz-json-1.0", body.to_string())
}

fn xml(status: u16, code: &str, message: &str) -> Response<Body> {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"#
    );
    answer(status, "application/xml", body)
}

fn answer(status: u16, kind: &str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    if let Ok(kind) = kind.parse() {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}
