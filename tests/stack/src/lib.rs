//! What the tests of the deployed local stack stand on: the stack itself, a world of one's own for every test, and
//! the means to look behind the API.

// A test's helper fails by panicking: the test that called it then shows where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod accounts;
pub mod api;
pub mod books;
pub mod command_line;
pub mod duo;
pub mod empty;
pub mod functions;
pub mod guest;
pub mod invoke;
pub mod live;
pub mod logs;
pub mod mark;
pub mod patience;
pub mod pictures;
pub mod queue;
pub mod servers;
pub mod settings;
pub mod stack;
pub mod styles;
pub mod subscriber;
pub mod traces;
pub mod world;
pub mod written;

pub use api::Caller;
pub use books::Books;
pub use duo::Duo;
pub use guest::{Guest, Reply};
pub use live::Live;
pub use stack::Stack;
pub use subscriber::Subscriber;
pub use traces::Traces;
pub use world::World;
