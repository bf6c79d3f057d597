//! Each service has a backend on AWS and, with the feature `testing`, a twin in memory.

/// Calls a method of whichever backend is behind an enum of two.
macro_rules! on_backend {
    ($self:ident, $aws:ident, $backend:ident => $call:expr) => {
        match $self {
            Self::$aws($backend) => $call.await,
            #[cfg(feature = "testing")]
            Self::Memory($backend) => $call.await,
        }
    };
}

pub(crate) use on_backend;
