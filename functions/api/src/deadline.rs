//! The deadline of a request: the function answers before Lambda ends it, even where work is left.

use std::time::Duration;

use cloud::Cloud;
use lambda_http::RequestExt;

use crate::Request;

/// A function answers this long before Lambda ends it.
const RESERVE: Duration = Duration::from_secs(2);

/// How long a request may be worked on.
pub(crate) fn time_for(cloud: &Cloud, request: &Request) -> Duration {
    let ends_at = request.lambda_context_ref().map_or(0, |context| context.deadline);
    let now = u64::try_from(cloud.now().as_millisecond()).unwrap_or_default();
    Duration::from_millis(ends_at.saturating_sub(now)).saturating_sub(RESERVE)
}
