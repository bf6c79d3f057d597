//! Tests of the deployed local stack, in one binary. They run side by side; see `stack_tests::settings` for the few
//! that cannot.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod command_line;
mod faults;
mod flow;
mod prune;
mod recovery;
mod secrets;
mod watch;
