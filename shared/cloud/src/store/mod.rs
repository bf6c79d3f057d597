//! The one DynamoDB table. `keys` says where each item lives, `transaction` writes what must go together, the
//! others read.

mod admit;
mod catalog;
mod edits;
mod events;
mod keys;
mod moves;
mod read;
mod transaction;

pub use events::NewToken;
