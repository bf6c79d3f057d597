//! Photos inside requests.

use data_encoding::BASE64;
use serde_json::Value;

/// The file in a data URI.
pub(crate) fn decode(data_uri: &str) -> Option<Vec<u8>> {
    let (_, base64) = data_uri
        .split_once(";base64,")
        .filter(|(kind, _)| kind.starts_with("data:image/"))?;
    BASE64.decode(base64.as_bytes()).ok()
}

/// The request without the bulk of its pictures.
pub(crate) fn shortened(value: Value) -> Value {
    match value {
        Value::String(text) if text.starts_with("data:") => Value::String(text.chars().take(32).collect()),
        Value::Array(values) => values.into_iter().map(shortened).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, shortened(value)))
            .collect(),
        other => other,
    }
}
