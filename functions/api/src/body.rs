//! JSON bodies: limited, typed, validated.

mod json;

use domain::Problem;
use domain::problem::FieldError;
use garde::Validate;
use lambda_http::Request;
use lambda_http::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Error, Value};
use serde_path_to_error::{Path, Segment};

use json::Json;

/// The largest body, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// The body, if it is small enough, JSON, of the right shape, and within the limits of its type.
///
/// # Errors
/// 413 for a body that is too large, 415 for another media type, 400 for malformed JSON, 422 with pointers for fields
/// that do not fit.
pub(crate) fn json_body<T>(request: &Request) -> Result<T, Problem>
where
    T: DeserializeOwned + Validate<Context = ()>,
{
    let bytes = small_body(request)?;
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Problem::UnsupportedMediaType);
    }
    typed(serde_json::from_slice(bytes).map_err(|error| not_json(&error))?)
}

/// The same for a value from elsewhere, such as an operator's file.
///
/// # Errors
/// Every field that does not fit, with its pointer.
pub fn json_value<T>(value: Value) -> Result<T, Problem>
where
    T: DeserializeOwned + Validate<Context = ()>,
{
    typed(serde_json::from_value(value).map_err(|error| not_json(&error))?)
}

fn typed<T>(json: Json) -> Result<T, Problem>
where
    T: DeserializeOwned + Validate<Context = ()>,
{
    within_limits(serde_path_to_error::deserialize(json).map_err(|error| unfit(&error))?)
}

/// The value, if it is within the limits of its type.
///
/// # Errors
/// Every field that is not, with its pointer.
pub fn within_limits<T: Validate<Context = ()>>(value: T) -> Result<T, Problem> {
    value.validate().map_err(|report| {
        let fields = report.iter().map(|(path, error)| FieldError {
            pointer: format!("/{}", path.to_string().replace(['.', '['], "/").replace(']', "")),
            detail: error.message().to_owned(),
        });
        Problem::ValidationFailed(fields.collect())
    })?;
    Ok(value)
}

/// The raw body, if it is small enough.
///
/// # Errors
/// 413 for a body that is too large.
pub(crate) fn small_body(request: &Request) -> Result<&[u8], Problem> {
    let bytes: &[u8] = request.body();
    if bytes.len() > MAX_BYTES {
        return Err(Problem::PayloadTooLarge(MAX_BYTES));
    }
    Ok(bytes)
}

fn not_json(error: &Error) -> Problem {
    Problem::InvalidRequest(format!("The body is not valid JSON: {error}."))
}

fn unfit(error: &serde_path_to_error::Error<Error>) -> Problem {
    Problem::field(&pointer(error.path()), in_words(&error.inner().to_string()))
}

/// serde's message, with types as a caller knows them instead of Rust's names.
fn in_words(message: &str) -> String {
    let parts = ["invalid type: ", "invalid value: ", "unknown variant "]
        .into_iter()
        .find_map(|kind| message.strip_prefix(kind)?.rsplit_once(", expected "));
    let Some((found, expected)) = parts else {
        return message.to_owned();
    };
    let found = match found {
        "sequence" => "a list",
        "map" => "an object",
        other => other,
    };
    let expected = match expected {
        "a boolean" => "true or false",
        "a string" => "a text",
        "a sequence" => "a list",
        "a map" => "an object",
        "f32" | "f64" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        other => other,
    };
    format!("Expected {expected}, not {found}.")
}

fn pointer(path: &Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => "/".to_owned(),
        })
        .collect()
}

/// Distinguishes a null field from an absent one.
pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// A field that does not fit.
pub(crate) fn field(pointer: &str, detail: &str) -> FieldError {
    FieldError {
        pointer: pointer.to_owned(),
        detail: detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use lambda_http::http;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)] // mostly only read
    struct Sample {
        #[garde(length(chars, min = 1, max = 3))]
        name: String,
        #[garde(skip)]
        inner: Option<Inner>,
        #[garde(skip)]
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)] // only read
    struct Inner {
        count: u64,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        One,
        Two,
    }

    fn parse(content_type: &str, body: &str) -> Result<Sample, Problem> {
        let request = http::Request::builder().header(CONTENT_TYPE, content_type);
        json_body(&request.body(Body::from(body)).unwrap())
    }

    #[test]
    fn each_kind_of_bad_body_gets_its_own_problem() {
        let json = "application/json; charset=utf-8";
        assert_eq!(parse(json, r#"{"name":"abc"}"#).unwrap().name, "abc");
        assert_eq!(
            parse("text/plain", "{}").unwrap_err(),
            Problem::UnsupportedMediaType
        );
        assert_eq!(
            parse(json, &" ".repeat(70_000)).unwrap_err(),
            Problem::PayloadTooLarge(65_536)
        );
        assert!(matches!(
            parse(json, "{").unwrap_err(),
            Problem::InvalidRequest(_)
        ));
        // A second value after the first is malformed.
        assert!(matches!(
            parse(json, r#"{"name":"a"} {}"#).unwrap_err(),
            Problem::InvalidRequest(_)
        ));
        for (body, pointer) in [
            (r#"["abc"]"#, ""),
            (r#"[]"#, ""),
            ("7", ""),
            ("null", ""),
            (r#"{"name":"a","inner":["b"]}"#, "/inner"),
            (r#"{"name":"a","inner":{"count":-1}}"#, "/inner/count"),
            (r#"{"name":"a","kind":{"one":null}}"#, "/kind/one"),
            (r#"{"name":7}"#, "/name"),
            (r#"{"name":"abcd"}"#, "/name"),
            (r#"{"name":"a","nam":1}"#, "/nam"),
        ] {
            let fields = parse(json, body).unwrap_err().fields();
            assert_eq!(fields.len(), 1, "{body}");
            assert_eq!(fields[0].pointer, pointer, "{body}");
        }
    }

    #[test]
    fn a_refusal_names_no_type_of_the_code() {
        for (body, detail) in [
            (r#"["abc"]"#, "Expected an object, not a list."),
            (r#"{"name":"a","inner":["b"]}"#, "Expected an object, not a list."),
            (r#"{"name":7}"#, "Expected a text, not integer `7`."),
            (
                r#"{"name":"a","inner":{"count":-1}}"#,
                "Expected a whole number, 0 or more, not integer `-1`.",
            ),
            (r#"{"name":"a","kind":["one"]}"#, "Expected a text, not a list."),
            (
                r#"{"name":"a","kind":"three"}"#,
                "Expected `one` or `two`, not `three`.",
            ),
            (r#"{"name":"a","name":"b"}"#, "duplicate field `name`"),
        ] {
            let fields = parse("application/json", body).unwrap_err().fields();
            assert_eq!(fields[0].detail, detail, "{body}");
        }
    }

    #[test]
    fn an_operators_value_is_read_as_strictly() {
        for value in [json!(["abc"]), json!({ "name": "a", "inner": ["b"] })] {
            assert!(json_value::<Sample>(value).is_err());
        }
        assert!(json_value::<Sample>(json!({ "name": "a", "inner": { "count": 1 }, "kind": "two" })).is_ok());
    }
}
