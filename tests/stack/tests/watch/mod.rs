mod figures;
mod metrics;
mod signals;

use serde_json::{Value, json};

/// A body that asks for a style.
fn in_style(style: &str) -> Value {
    json!({ "style_key": style })
}
