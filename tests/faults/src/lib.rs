//! The fault suite: the deployed stack behind a proxy that misbehaves, providers that misbehave, and workers that die.
//! After the storm and one pass of recovery every sum must be right.

// A suite's helper fails by panicking: the suite that called it then shows where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod audit;
pub mod call;
pub mod fault;
pub mod messages;
pub mod outage;
pub mod plan;
pub mod providers;
pub mod proxy;
pub mod recovery;
pub mod report;
pub mod storm;
