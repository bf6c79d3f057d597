mod figures;
mod metrics;
mod signals;

use std::time::Duration;

use domain::PhotoId;
use serde_json::{Value, json};
use stack_tests::{Guest, Reply, Stack, world};

/// Asks for an edit until there is an answer, as an app does: on a busy machine functions run into their timeouts.
async fn ask(stack: &Stack, guest: &Guest, photo: PhotoId, body: &Value) -> Reply {
    let key = world::unique(stack);
    for _ in 0..30 {
        let reply = guest.create_edit_once(photo, body, &key).await;
        if !matches!(reply.status, 409 | 500..) {
            return reply;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("no answer to {body}");
}

/// A body that asks for a style.
fn in_style(style: &str) -> Value {
    json!({ "style_key": style })
}
