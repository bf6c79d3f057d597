//! A circuit breaker per provider: while a provider is down, nothing goes to it but one probe at a time.
//!
//! Pure rules over one stored record that all workers share. A worker writes the next version on the condition that the
//! stored one is the version it read: so one worker writes, and signals, an opening, and one worker wins the probe.
//!
//! A closed breaker costs nothing: it is read along with the edit. A success is written only after a failure, and only
//! until there are enough to outweigh the failures that may follow.

mod breakers;
mod policy;
mod record;
#[cfg(test)]
mod tests;

pub use breakers::Breakers;
pub use policy::{FAILURES_TO_OPEN, FIRST_OPEN, LONGEST_OPEN, PROBE_PATIENCE, WINDOW};
pub use record::{Breaker, BreakerState, Change, Gate, OpenReason, Pin, Signal, Transition};
