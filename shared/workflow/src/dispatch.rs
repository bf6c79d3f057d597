//! Sends what `queue_auto_dispatch=false` held back. Twice is harmless: the second message finds nothing to do.

use cloud::Cloud;
use domain::message::SubmitMessage;
use domain::operations::{Dispatch, Dispatched};
use jiff::{SignedDuration, Timestamp};

use crate::bulk::{BATCH, MOST_KEYS, has_time, most};
use crate::work_error::WorkError;

/// The longest that reading and sending a batch takes.
const LONGEST: SignedDuration = SignedDuration::from_secs(20);

/// Sends queued edits that had no attempt yet, oldest first.
///
/// # Errors
/// The table or the queue cannot be reached. What was sent is sent; run it again.
pub async fn dispatch(cloud: &Cloud, asked: &Dispatch, stops_at: Timestamp) -> Result<Dispatched, WorkError> {
    let settings = cloud.settings().await?;
    let found = cloud.open_edits(Timestamp::MAX, MOST_KEYS).await?;
    let mut done = Dispatched {
        more: found.more,
        ..Dispatched::default()
    };
    let mut left = most(asked.limit);
    for keys in found.keys.chunks(BATCH) {
        if left == 0 || !has_time(cloud, LONGEST, stops_at) {
            done.more = true;
            break;
        }
        let edits = cloud.edits_at(keys).await?;
        let held: Vec<_> = edits.iter().filter(|edit| Dispatch::takes(edit)).collect();
        done.more |= held.len() > left;
        // Held back until now: its own deadline may be over before it had a chance.
        let now = cloud.now();
        let message = |edit| SubmitMessage::of(edit).held(now);
        let messages: Vec<_> = held.into_iter().take(left).map(message).collect();
        left -= messages.len();
        done.matched += count(messages.len());
        if !messages.is_empty() {
            let sent = cloud
                .send_submits(settings.queue_name.as_deref(), &messages)
                .await?;
            done.sent += count(sent);
        }
    }
    tracing::info!(
        matched = done.matched,
        sent = done.sent,
        more = done.more,
        "edits dispatched"
    );
    Ok(done)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
