//! The port to a provider, and the descriptor that each has.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use domain::ProviderName;

use crate::config::{Config, ConfigError};
use crate::error::ProviderError;
use crate::http::HttpClient;
use crate::job::{Cancelled, EditJob, Progress, Submitted, Task};
use crate::model::Model;

/// A provider behind the port: one of the live ones, or the fake.
pub type AnyProvider = Arc<dyn Provider>;

/// An outside AI image API.
///
/// No method retries: a second submit is a new attempt with a new task id, and only the workflow makes one.
//
// Behind a pointer, so that a provider's descriptor can make one: an enum would have to name every provider in every
// method. The allocation of a call is nothing beside its HTTP request.
#[async_trait]
pub trait Provider: Debug + Send + Sync {
    /// Sends an attempt, in exactly one HTTP request. A task id that the provider knows already counts as accepted.
    ///
    /// # Errors
    /// [`ProviderError::acceptance`] decides what is safe to do next.
    async fn submit(&self, job: &EditJob<'_>) -> Result<Submitted, ProviderError>;

    /// Asks for the progress of an attempt.
    ///
    /// # Errors
    /// The poll failed, which says nothing about the job. Ask again later.
    async fn poll(&self, task: &Task<'_>) -> Result<Progress, ProviderError>;

    /// Asks the provider's archive: after an unknown outcome, after a long [`Progress::Absent`], before giving up.
    ///
    /// # Errors
    /// The question failed, which says nothing about the job.
    async fn lookup(&self, task: &Task<'_>) -> Result<Progress, ProviderError>;

    /// Asks the provider not to begin an attempt whose result has no use any more.
    ///
    /// # Errors
    /// The request did not arrive; the attempt goes on.
    async fn cancel(&self, task: &Task<'_>) -> Result<Cancelled, ProviderError>;
}

/// The models of a provider, one after the other.
pub type Models = Box<dyn Iterator<Item = &'static Model>>;

/// All that the rest of the product needs to know of a provider.
#[derive(Debug, Clone, Copy)]
pub struct Descriptor {
    pub name: ProviderName,
    /// Every model that edits can use.
    pub models: fn() -> Models,
    /// Sets up a client. Makes no call.
    pub connect: fn(HttpClient, &Config) -> Result<AnyProvider, ConfigError>,
    /// The handle of a task ([`crate::Task::handle`]), from its model and the id by which a webhook names it; `None` for an
    /// id that the provider cannot have given.
    pub handle: fn(model: &str, request_id: &str) -> Option<String>,
}
