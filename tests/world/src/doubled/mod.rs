//! Live mode against the providers' doubles on loopback.

pub mod duo;
pub mod live;

pub use duo::Duo;
pub use live::Live;
