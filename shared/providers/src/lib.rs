//! Outside AI image APIs behind one trait, and the fake that stands in for them.
//!
//! | module | holds |
//! | --- | --- |
//! | [`registry`] | one descriptor per provider: models, client, handles; the counterpart of a model |
//! | [`model`] | what a model is: id, job, price, prompt limits |
//! | [`provider`] | the port |
//! | [`job`] | what goes to a provider and what comes back |
//! | [`error`] | how a provider fails, as policy |
//! | [`runware`] | runware.ai: `client`, `error`, `models`, `request`, `response` |
//! | [`fal`] | fal.ai: the same files, and the signatures of its webhooks |
//! | [`fake`] | the same promises without an outside call; the model chooses the outcome |
//! | [`download`] | fetches an output from where a provider put it |
//! | [`http`] | the one HTTP client |
//!
//! Nothing here reads a clock, the environment or a random source. No key, prompt or picture appears in an error,
//! a log line or a `Debug` text.

mod config;
pub mod download;
pub mod error;
mod exchange;
pub mod fake;
pub mod fal;
pub mod http;
pub mod job;
pub mod model;
pub mod provider;
pub mod registry;
pub mod runware;

pub use config::{Config, ConfigError};
pub use download::{AllowedHosts, DownloadError, Downloader, InvalidHostPattern};
pub use error::{Acceptance, ErrorClass, ProviderError};
pub use fake::{DemoPicture, Fake, Restyle, RestyleError};
pub use fal::Fal;
pub use http::{HttpClient, HttpClientError};
pub use job::{Cancelled, EditJob, Output, OutputImage, Progress, SourcePhoto, Submitted, Task, Unusable};
pub use model::{Job, Model, PromptLimits};
pub use provider::{AnyProvider, Descriptor, Provider};
pub use registry::{Counterpart, counterpart, descriptor, model_name, prompt_limits};
pub use runware::Runware;
