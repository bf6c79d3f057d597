//! The CloudWatch metrics. Each metric owns its name, unit and dimension.
//!
//! A dimension makes a time series, and a time series costs money: the only ones are small closed sets. Whose edit it
//! was stands beside the values as a property, to be searched for in the logs.

#[cfg(test)]
mod tests;

use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::admission::Admission;
use crate::breaker::{Breaker, BreakerState};
use crate::edit::{Edit, FailureCode, Move, Status};
use crate::guard::Layer;
use crate::id::{EditId, EventId, TenantId};
use crate::provider::ProviderName;

/// Something that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumDiscriminants)]
#[strum_discriminants(name(MetricKind), derive(IntoStaticStr, VariantArray), strum(const_into_str))]
#[strum_discriminants(doc = "A metric, whatever its dimension.")]
pub enum Metric {
    /// Edits that passed all layers and were stored.
    EditsAdmitted,
    /// Edits that reached this terminal status. `blocked` are the moderation hits: prompts that prompt safety blocked, and edits that
    /// a provider's moderation refused.
    EditsEnded(Ending),
    /// From admission to the first claim, in milliseconds.
    QueueWait,
    /// From claim to result of an attempt that made a picture, in milliseconds.
    ProviderLatency(ProviderName),
    /// Attempts that ended because of the provider, also those that were followed by another.
    ProviderFailures(ProviderName),
    /// Spent, in micro-USD.
    Spend,
    /// Costs out of bounds that a provider stated, and that were not believed.
    CostsOutOfBounds(ProviderName),
    /// Writes that left the provider's circuit breaker open: the beginning of an outage, and every probe that failed.
    BreakerOpen(ProviderName),
    /// Requests for an edit that this layer refused.
    Refusals(Layer),
    /// Edits that recovery found stuck.
    StuckEdits,
    /// Events and tenants that a run of pruning could not do.
    PruneFailures,
}

/// The end of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Ending {
    /// See [`Status::Succeeded`].
    Succeeded,
    /// See [`Status::Failed`].
    Failed,
    /// See [`Status::Blocked`].
    Blocked,
}

/// The unit of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things; values of one period add up.
    Count,
    /// Milliseconds; every value counts by itself, for percentiles.
    Milliseconds,
    /// Micro-USD, for which CloudWatch has no unit; values of one period add up.
    MicroUsd,
}

/// A label that makes a time series of its own.
pub type Dimension = (&'static str, &'static str);

impl MetricKind {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The metric's name.
    pub const fn name(self) -> &'static str {
        self.into_str()
    }

    pub const fn unit(self) -> Unit {
        match self {
            Self::QueueWait | Self::ProviderLatency => Unit::Milliseconds,
            Self::Spend => Unit::MicroUsd,
            Self::EditsAdmitted
            | Self::EditsEnded
            | Self::ProviderFailures
            | Self::CostsOutOfBounds
            | Self::BreakerOpen
            | Self::Refusals
            | Self::StuckEdits
            | Self::PruneFailures => Unit::Count,
        }
    }
}

impl Metric {
    pub fn kind(self) -> MetricKind {
        self.into()
    }

    /// The dimension, on top of the stage.
    pub const fn dimension(self) -> Option<Dimension> {
        match self {
            Self::EditsEnded(ending) => Some(("Outcome", ending.as_str())),
            Self::ProviderLatency(provider)
            | Self::ProviderFailures(provider)
            | Self::CostsOutOfBounds(provider)
            | Self::BreakerOpen(provider) => Some(("Provider", provider.as_str())),
            Self::Refusals(layer) => Some(("Layer", layer.as_str())),
            Self::EditsAdmitted | Self::QueueWait | Self::Spend | Self::StuckEdits | Self::PruneFailures => {
                None
            }
        }
    }
}

impl Ending {
    /// The dimension's value.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    const fn of(status: Status) -> Option<Self> {
        match status {
            Status::Queued | Status::Processing => None,
            Status::Succeeded => Some(Self::Succeeded),
            Status::Failed => Some(Self::Failed),
            Status::Blocked => Some(Self::Blocked),
        }
    }
}

/// A metric and its value.
pub type Sample = (Metric, u64);

/// The owner of a sample: for the log line, never a time series.
#[derive(Debug, Default, Clone, Copy)]
pub struct About<'a> {
    pub tenant_id: Option<&'a TenantId>,
    pub event_id: Option<&'a EventId>,
    pub edit_id: Option<EditId>,
}

impl<'a> About<'a> {
    /// The installation as a whole.
    pub const INSTALLATION: Self = Self {
        tenant_id: None,
        event_id: None,
        edit_id: None,
    };

    /// An edit.
    pub fn edit(edit: &'a Edit) -> Self {
        Self {
            edit_id: Some(edit.id),
            ..Self::event(&edit.tenant_id, &edit.event_id)
        }
    }

    /// An event.
    pub const fn event(tenant_id: &'a TenantId, event_id: &'a EventId) -> Self {
        Self {
            tenant_id: Some(tenant_id),
            event_id: Some(event_id),
            edit_id: None,
        }
    }
}

/// The samples of a written admission.
pub fn of_admission(admission: &Admission) -> Vec<Sample> {
    match Ending::of(admission.edit.status) {
        None => vec![(Metric::EditsAdmitted, 1)],
        Some(ending) => vec![
            (Metric::EditsEnded(ending), 1),
            (Metric::Refusals(Layer::Safety), 1),
        ],
    }
}

/// The samples of a written move. Its writer measures, so everything is measured once.
pub fn of_move(made: &Move) -> Vec<Sample> {
    let edit = &made.edit;
    let mut samples = Vec::new();
    if made.from_status == Status::Queued && edit.status == Status::Processing && edit.attempt == 1 {
        samples.push((Metric::QueueWait, millis_between(edit)));
    }
    if let Some(attempt) = edit
        .current_attempt()
        .filter(|_| made.from_status == Status::Processing)
        && attempt
            .failure_code()
            .is_some_and(FailureCode::is_provider_failure)
    {
        samples.push((Metric::ProviderFailures(attempt.provider), 1));
    }
    if let Some(attempt) = edit.current_attempt().filter(|_| made.disbelieved.is_some()) {
        samples.push((Metric::CostsOutOfBounds(attempt.provider), 1));
    }
    // A picture that is stored later ends nothing again.
    if let Some(ending) = Ending::of(edit.status).filter(|_| !made.from_status.is_terminal()) {
        samples.push((Metric::EditsEnded(ending), 1));
        if ending == Ending::Succeeded
            && let Some(millis) = edit.provider_latency_ms
        {
            samples.push((Metric::ProviderLatency(edit.provider), millis));
        }
    }
    if let Some(spent) = made
        .budget
        .as_ref()
        .and_then(|change| u64::try_from(change.spent.get()).ok())
        && spent > 0
    {
        samples.push((Metric::Spend, spent));
    }
    samples
}

/// The samples of a written breaker.
pub fn of_breaker(provider: ProviderName, written: &Breaker) -> Vec<Sample> {
    match written.state {
        BreakerState::Open { .. } if written.pinned.is_none() => vec![(Metric::BreakerOpen(provider), 1)],
        _ => Vec::new(),
    }
}

/// The samples of a run of recovery that found this many edits. CloudWatch charges for a series in every hour in which it has
/// a value, and recovery runs every five minutes: a run without a find writes nothing.
pub fn of_recovery(stuck: u64) -> Option<Sample> {
    (stuck > 0).then_some((Metric::StuckEdits, stuck))
}

/// The samples of a run of pruning that could not do this many events and tenants. Its counts are in its log line.
pub fn of_prune(failed: u64) -> Option<Sample> {
    (failed > 0).then_some((Metric::PruneFailures, failed))
}

fn millis_between(edit: &Edit) -> u64 {
    u64::try_from(edit.updated_at.duration_since(edit.created_at).as_millis()).unwrap_or(0)
}
