//! Finishes what deletions began: removes objects that were stored a moment too late, or that a dying process left.

use cloud::{Cloud, PortError};
use futures::stream::{self, StreamExt};

/// Deleted things to look at in one run; the rest waits for the next one.
const AT_MOST: u32 = 100;
/// Deleted things to treat at once.
const CONCURRENCY: usize = 8;

/// Does what is left to do. Every step can be repeated.
///
/// # Errors
/// The list cannot be read. A failure with one thing leaves that one for the next run.
pub(crate) async fn finish_removals(cloud: &Cloud) -> Result<(), PortError> {
    let gone = cloud.gone(AT_MOST).await?;
    let looked_at = gone.len();
    let finishing = stream::iter(gone).map(async |gone| cloud.finish_removal(&gone).await);
    let failed = finishing
        .buffer_unordered(CONCURRENCY)
        .filter_map(async |outcome| outcome.err())
        .inspect(|error| tracing::warn!(%error, "a deletion is not finished; the next run tries again"))
        .count()
        .await;
    if looked_at > 0 {
        tracing::info!(looked_at, failed, "deletions finished");
    }
    Ok(())
}
