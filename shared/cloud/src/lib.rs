//! AWS: the only crate that names `aws_sdk_*`. [`Cloud`] implements the ports of `domain` on DynamoDB, S3, SQS,
//! SSM and EventBridge.

mod announcements;
mod cache;
mod calls;
mod clients;
mod config;
mod context;
mod error;
pub mod invocation;
mod meter;
mod objects;
mod queues;
mod settings;
mod store;

pub use clients::{Access, Cloud, LocalEndpoint};
pub use config::{Config, ConfigError};
pub use error::{AdmitError, MoveError, ObjectError, PortError, SaveError};
pub use objects::Presigned;
pub use store::{
    AdmissionFacts, EditInContext, EditKey, FactsQuery, FoundEdits, IssuedToken, NewToken, SummaryItems,
};
