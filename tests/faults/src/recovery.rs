//! One pass of recovery, as the operator would make it.

use serde_json::{Value, json};
use world::Place;


/// A pass has as many pages as it needs; more than this is none.
const MOST_PAGES: usize = 20;

/// What a pass did.
#[derive(Debug, Default, Clone, Copy)]
pub struct Recovered {
    /// Edits that did not move.
    pub matched: u64,
    /// Sent, or asked after, again.
    pub requeued: u64,
    /// Delivered on the spot.
    pub delivered: u64,
    /// Ended without a picture.
    pub failed: u64,
}

/// Looks after every open edit, once.
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
