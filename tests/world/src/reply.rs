//! An answer of the API, and what every answer of a kind has.

use domain::EditId;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// An answer of the API.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    /// Null where the body is not JSON.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Reply {
    pub fn new(status: u16, headers: HeaderMap, body: &str) -> Self {
        Self {
            status,
            headers,
            body: serde_json::from_str(body).unwrap_or(Value::Null),
            text: body.to_owned(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The resource or list of an answer with this status.
    #[track_caller]
    pub fn data(&self, status: u16) -> &Value {
        assert_eq!(self.status, status, "{}", self.body);
        &self.body["data"]
    }

    /// The id of the edit that was accepted.
    #[track_caller]
    pub fn edit_id(&self) -> EditId {
        text(&self.data(202)["id"]).parse().unwrap()
    }

    #[track_caller]
    pub fn assert_code(&self, status: u16, code: &str, context: &str) {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{context}: {}",
            self.body
        );
    }

    /// A problem of this status and code, with everything that every problem has.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> &Value {
        self.assert_code(status, code, "problem");
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(self.body["status"], json!(status));
        assert_eq!(
            self.body["type"],
            json!(format!("urn:magic-edits:problem:{code}"))
        );
        assert!(self.body["title"].is_string(), "{}", self.body);
        let request = text(&self.body["request_id"]);
        assert!(!request.is_empty(), "{}", self.body);
        assert_eq!(
            self.body["instance"],
            json!(format!("urn:magic-edits:request:{request}"))
        );
        &self.body
    }

    /// The pointers of a validation problem.
    #[track_caller]
    pub fn pointers(&self) -> Vec<&str> {
        let errors = self.problem(422, "validation_failed")["errors"].as_array();
        errors
            .unwrap()
            .iter()
            .map(|error| text(&error["pointer"]))
            .collect()
    }
}

/// A JSON string.
#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}"))
}
