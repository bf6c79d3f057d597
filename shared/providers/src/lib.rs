//! Outside AI image APIs behind one trait, and the fake that stands in for them.
//!
//! | module | holds |
//! | --- | --- |
//! | [`job`] | what goes to a provider and what comes back |
//! | [`error`] | how a provider fails, as policy |
//! | [`runware`] | runware.ai: `client`, `error`, `models`, `request`, `response` |
//! | [`fal`] | fal.ai, alike, and its webhooks' signatures |
//! | [`counterpart()`] | which model of one provider does the job of which model of the other |
//! | [`fake`] | the same promises without an outside call; the caller chooses the outcome |
//! | [`download`] | fetches an output from where a provider put it |
//! | [`http`] | the one HTTP client |
//!
//! Nothing here reads a clock, the environment or a random source. No key, prompt or picture appears in an error,
//! a log line or a `Debug` text.

mod config;
mod counterpart;
pub mod download;
pub mod error;
mod exchange;
pub mod fake;
pub mod fal;
pub mod http;
pub mod job;
mod provider;
pub mod runware;

pub use config::{Config, ConfigError};
pub use counterpart::{Counterpart, counterpart};
pub use download::{AllowedHosts, DownloadError, Downloader, InvalidHostPattern};
pub use error::{Acceptance, ErrorClass, ProviderError};
pub use fake::{Fake, Restyle, RestyleError};
pub use fal::Fal;
pub use http::{HttpClient, HttpClientError};
pub use job::{Cancelled, EditJob, Output, OutputImage, Progress, SourcePhoto, Submitted, Task};
pub use provider::{AnyProvider, PromptLimits, Provider, model_name, prompt_limits};
pub use runware::Runware;
