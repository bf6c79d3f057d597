//! Loopback servers in place of the providers: they speak the real protocol, count calls, and misbehave on request.
//!
//! Each runs on a thread of its own, so that tests of any kind can use it and so that functions in other processes
//! can call it while a test waits.

// A test's helper fails by panicking: the test that called it then shows where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answer;
pub mod connection;
pub mod fal;
mod fault;
mod host;
mod photo;
mod picture;
pub mod runware;
mod webhook;
