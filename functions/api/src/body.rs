//! JSON bodies: limited, typed, validated.

use domain::Problem;
use domain::problem::FieldError;
use garde::Validate;
use lambda_http::Request;
use lambda_http::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

/// The largest body, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// The body, if it is small enough, JSON, of the right shape, and within the limits of its type.
///
/// # Errors
/// 413, 415, 400 for malformed JSON, 422 with pointers for fields that do not fit.
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
    let mut parser = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut parser).map_err(|error| unreadable(&error))?;
    // Without this, anything behind the value would be ignored.
    parser
        .end()
        .map_err(|error| Problem::InvalidRequest(format!("The body is not valid JSON: {error}.")))?;
    within_limits(value)
}

/// The same for a value from elsewhere, such as an operator's file.
///
/// # Errors
/// Every field that does not fit, with its pointer.
pub fn json_value<T>(value: Value) -> Result<T, Problem>
where
    T: DeserializeOwned + Validate<Context = ()>,
{
    within_limits(serde_path_to_error::deserialize(value).map_err(|error| unreadable(&error))?)
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
/// 413.
pub(crate) fn small_body(request: &Request) -> Result<&[u8], Problem> {
    let bytes: &[u8] = request.body();
    if bytes.len() > MAX_BYTES {
        return Err(Problem::PayloadTooLarge(MAX_BYTES));
    }
    Ok(bytes)
}

fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let inner = error.inner();
    match inner.classify() {
        Category::Data => {
            // serde's message without the position: the pointer says it better.
            let text = inner.to_string();
            let detail = text.split(" at line ").next().unwrap_or(&text).to_owned();
            Problem::field(&pointer(error.path()), detail)
        }
        Category::Syntax | Category::Eof | Category::Io => {
            Problem::InvalidRequest(format!("The body is not valid JSON: {inner}."))
        }
    }
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

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use lambda_http::http;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[garde(length(chars, min = 1, max = 3))]
        name: String,
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
        for (body, pointer) in [
            (r#"{"name":7}"#, "/name"),
            (r#"{"name":"abcd"}"#, "/name"),
            (r#"{"name":"a","nam":1}"#, "/nam"),
        ] {
            let fields = parse(json, body).unwrap_err().fields();
            assert_eq!(fields.len(), 1, "{body}");
            assert_eq!(fields[0].pointer, pointer, "{body}");
        }
    }
}
