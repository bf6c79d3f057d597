//! AWS: the only crate that names `aws_sdk_*`. [`Cloud`] is the one context that handlers, use cases and the command line
//! hold: DynamoDB, S3, SQS, SSM and EventBridge, or with the feature `testing` their twin in memory.

mod backend;
mod cache;
mod calls;
mod cloud;
mod config;
mod context;
mod error;
mod event_bus;
pub mod invocation;
mod meter;
mod objects;
mod parameters;
mod patience;
mod queues;
mod settings;
mod settings_copy;
mod store;
pub mod table;
#[cfg(feature = "testing")]
pub mod testing;
mod time;

pub use calls::Call;
pub use cloud::{Access, Cloud, LocalEndpoint};
pub use config::{Config, ConfigError};
pub use error::{AdmitError, MoveError, ObjectError, PortError, SaveError};
pub use objects::Presigned;
pub use patience::within;
pub use store::{
    AdmissionFacts, Counted, EditInContext, EditKey, EventMonth, FactsQuery, FoundEdits, Gone, IssuedToken,
    ListedEvent, NewToken, OldPhoto, SummaryItems,
};
