//! Sends the edits that `queue_auto_dispatch=false` held back. A second run is harmless: its messages find nothing to
//! do.

use cloud::Cloud;
use domain::message::SubmitMessage;
use domain::operations::{Dispatch, Dispatched};
use jiff::{SignedDuration, Timestamp};

use crate::error::WorkError;
use crate::limits::{BATCH, MAX_KEYS, at_most, has_time};

/// The longest that reading and sending a batch takes.
const MAX_BATCH_TIME: SignedDuration = SignedDuration::from_secs(20);

/// Sends queued edits that had no attempt yet, oldest first.
///
/// # Errors
/// The table or the queue cannot be reached. Edits sent before stay sent; run it again for the others.
pub async fn dispatch(
    cloud: &Cloud,
    payload: Dispatch,
    stops_at: Timestamp,
) -> Result<Dispatched, WorkError> {
    let settings = cloud.settings().await?;
    let found = cloud.open_edits(Timestamp::MAX, MAX_KEYS).await?;
    let mut done = Dispatched {
        more: found.more,
        ..Dispatched::default()
    };
    let mut left = at_most(payload.limit);
    for keys in found.keys.chunks(BATCH) {
        if left == 0 || !has_time(cloud, MAX_BATCH_TIME, stops_at) {
            done.more = true;
            break;
        }
        let edits = cloud.edits_at(keys).await?;
        let held: Vec<_> = edits.iter().filter(|edit| Dispatch::takes(edit)).collect();
        done.more |= held.len() > left;
        // An edit held until now may have passed its deadline before it had a chance.
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
