//! What tests of the product share: a place in which the product runs, in memory or deployed, and the callers,
//! sample data and checks that are the same in both.

// A test's helper fails by panicking: the test that called it then shows where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod books;
pub mod caller;
pub mod deployed;
pub mod doubled;
pub mod guest;
pub mod invoke;
pub mod mark;
pub mod memory;
pub mod patience;
pub mod pictures;
pub mod place;
pub mod queue;
pub mod reply;
pub mod servers;
pub mod settings;
pub mod styles;
pub mod table;
pub mod traces;
pub mod transport;
mod world;
pub mod written;

pub use books::Books;
pub use caller::Caller;
pub use deployed::Stack;
pub use doubled::{Duo, Live};
pub use guest::Guest;
pub use place::Place;
pub use reply::Reply;
pub use traces::Traces;
pub use world::World;

use domain::audit::{Action, Actor, Deed};

/// Whoever changes something past the API.
pub fn somebody() -> Actor {
    Actor::operator("tests")
}

/// A change past the API, which tells nobody what it changed.
pub fn deed() -> Deed {
    somebody().did(Action::TenantChanged)
}

pub use deployed::stack::{fixture, root};
pub use place::unique;
