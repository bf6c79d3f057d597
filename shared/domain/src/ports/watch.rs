//! What the people who watch the installation get to see.

use std::future::Future;

use crate::metric::{About, Sample};
use crate::notice::Notice;

/// Figures of the installation. Measuring makes no call, and cannot fail.
pub trait Meter {
    /// Notes what has just happened.
    fn measure(&self, about: About<'_>, samples: &[Sample]);
}

/// Telling systems outside.
pub trait Announcements {
    /// Publishes a signal to whoever has subscribed to it. Where that fails it is logged and nothing else: a signal never
    /// fails the request that caused it, and stands in the log anyway.
    fn announce(&self, notice: &Notice) -> impl Future<Output = ()> + Send;
}
