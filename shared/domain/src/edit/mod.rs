//! An edit: one job for one photo, and the only way it moves from state to state.

mod arrival;
mod attempt;
mod failure;
mod file_name;
mod record;
#[cfg(test)]
pub(crate) mod samples;
mod show;
mod status;
mod step;
#[cfg(test)]
mod tests;

pub use arrival::Arrival;
pub use attempt::Attempt;
pub use failure::FailureCode;
pub use record::{Edit, Failure, Origin, OutputLinks, Review, StoredOutput};
pub use show::Shown;
pub use status::Status;
pub use step::{ATTEMPT_PATIENCE, FALLBACK_PATIENCE, IllegalStep, MAX_ATTEMPTS, Move, PATIENCE, Route, Step};
