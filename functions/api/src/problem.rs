//! RFC 9457 problem details: why there is no answer.

use domain::Problem;
use domain::problem::CODES;
use lambda_http::Response;
use lambda_http::http::header::RETRY_AFTER;
use serde::Serialize;
use serde_json::json;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::response;

/// Why there is no answer. Branch on `code`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// A URN of the code.
    #[serde(rename = "type")]
    #[schema(pattern = "^urn:magic-edits:problem:[a-z_]+$")]
    pub(crate) kind: String,
    /// For people; the same for every problem of the code.
    pub(crate) title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub(crate) status: u16,
    /// What this caller can do about it.
    pub(crate) detail: Option<String>,
    /// A URN of the request.
    pub(crate) instance: String,
    /// Stable.
    #[schema(value_type = Code)]
    pub(crate) code: &'static str,
    /// Names the request in our logs.
    pub(crate) request_id: String,
    /// Fields that do not fit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(crate) errors: Vec<FieldBody>,
    /// The blocked edit that was stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) edit_id: Option<String>,
}

/// What a client branches on; the list of the problem table.
struct Code;

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let codes = ObjectBuilder::new().schema_type(Type::String);
        Schema::from(codes.enum_values(Some(CODES))).into()
    }
}

impl ToSchema for Code {
    fn name() -> std::borrow::Cow<'static, str> {
        "ProblemCode".into()
    }
}

/// A field that does not fit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldError)]
pub(crate) struct FieldBody {
    /// JSON pointer to the field.
    pub(crate) pointer: String,
    /// What is wrong with it.
    pub(crate) detail: String,
}

/// The problem as the caller sees it. `instance` names the request and never its path, which may hold an event token.
pub(crate) fn render(problem: &Problem, request_id: &str) -> Response<String> {
    let row = problem.row();
    if row.status >= 500 {
        tracing::warn!(code = row.code, status = row.status, request_id, "refused");
    }
    let fields = problem.fields().into_iter();
    let body = ProblemBody {
        kind: format!("urn:magic-edits:problem:{}", row.code),
        title: row.title,
        status: row.status,
        detail: problem.detail(),
        instance: format!("urn:magic-edits:request:{request_id}"),
        code: row.code,
        request_id: request_id.to_owned(),
        errors: fields
            .map(|field| FieldBody {
                pointer: field.pointer,
                detail: field.detail,
            })
            .collect(),
        edit_id: match problem {
            Problem::PromptBlocked(edit) => Some(edit.to_string()),
            _ => None,
        },
    };
    let headers = row.retry_after.map(|seconds| (RETRY_AFTER, seconds.to_string()));
    response::render(
        row.status,
        "application/problem+json",
        json!(body).to_string(),
        headers.into_iter().collect(),
    )
}

#[cfg(test)]
mod tests {
    use domain::guard::Refusal;
    use serde_json::Value;

    use super::*;

    fn rendered(problem: &Problem) -> (u16, Value, Option<String>) {
        let response = render(problem, "r-1");
        let retry = response
            .headers()
            .get(RETRY_AFTER)
            .map(|value| value.to_str().unwrap().to_owned());
        (
            response.status().as_u16(),
            serde_json::from_str(response.body()).unwrap(),
            retry,
        )
    }

    #[test]
    fn a_refusal_carries_its_message_and_retry_after() {
        let (status, body, retry) = rendered(&Refusal::FeatureDisabled("Back at eight.".to_owned()).into());
        assert_eq!(
            (status, body["code"].as_str(), body["detail"].as_str()),
            (503, Some("feature_disabled"), Some("Back at eight."))
        );
        assert_eq!(retry.as_deref(), Some("30"));
    }

    #[test]
    fn a_wrong_field_gets_its_pointer() {
        let (status, body, _) = rendered(&Problem::field("/style_key", "There is no such style."));
        assert_eq!(status, 422);
        assert_eq!(
            body["errors"],
            json!([{ "pointer": "/style_key", "detail": "There is no such style." }])
        );
    }

    #[test]
    fn an_internal_failure_says_nothing_about_its_cause() {
        for problem in [Problem::Internal, Problem::Unavailable] {
            let (status, body, _) = rendered(&problem);
            assert!(status >= 500);
            assert_eq!(body["detail"], Value::Null);
        }
    }
}
