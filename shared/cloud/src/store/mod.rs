//! What the one table holds. `keys` says where each item lives; `read` and `write` are what the other files share.

mod admit;
mod breakers;
mod budget;
mod catalog;
mod edits;
mod event_addons;
mod events;
mod figures;
mod hints;
mod keys;
mod moves;
mod open_edits;
mod own;
mod packages;
mod photos;
mod read;
mod registrations;
mod retention;
mod settings_copy;
mod signals;
mod tenant;
mod tenants;
mod tokens;
mod write;

pub use admit::{AdmissionFacts, FactsQuery};
pub use moves::EditInContext;
pub use open_edits::{EditKey, FoundEdits};
pub use registrations::Counted;
pub use retention::OldPhoto;
pub(crate) use settings_copy::StoredCopy;
pub use tenant::SummaryItems;
pub use tokens::{IssuedToken, NewToken};
