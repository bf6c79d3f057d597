//! One pass of recovery, as an operator makes it.

use serde_json::{Value, json};
use world::Place;

/// More pages than a pass ever needs.
const MOST_PAGES: usize = 20;

#[derive(Debug, Default, Clone, Copy)]
pub struct Recovered {
    /// Edits that did not move.
    pub matched: u64,
    /// Sent or polled again.
    pub requeued: u64,
    /// Delivered at once.
    pub delivered: u64,
    /// Failed.
    pub failed: u64,
}

/// Recovers every open edit once.
pub async fn pass(place: &Place) -> Recovered {
    let mut recovered = Recovered::default();
    let everything = json!({ "minutes": 0, "action": "requeue", "limit": 500 });
    for _ in 0..MOST_PAGES {
        let page = place.invoke("recover-stuck", &everything).await;
        let count = |name: &str| page[name].as_u64().unwrap_or_default();
        recovered.matched += count("matched");
        recovered.requeued += count("requeued");
        recovered.delivered += count("delivered");
        recovered.failed += count("failed");
        if page["more"] != Value::Bool(true) {
            break;
        }
    }
    recovered
}
