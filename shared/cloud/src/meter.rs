//! Metrics in CloudWatch's embedded format: log lines from which CloudWatch takes the figures. No call is made.

use std::io;
use std::sync::{Mutex, OnceLock, PoisonError};

use domain::metric::{About, Metric, MetricKind, Sample, Unit};
use metrics_cloudwatch_embedded::{Builder, Collector};

use crate::Cloud;

const NAMESPACE: &str = "MagicEdits";
/// Dimension: several stages may share an account.
const STAGE: &str = "Stage";

static COLLECTOR: OnceLock<Option<&'static Collector>> = OnceLock::new();
/// Taken for each line: the collector holds the properties of one at a time.
static LINE: Mutex<()> = Mutex::new(());

/// Sets up metrics for the stage that the variable `STAGE` names. Without it nothing is measured: the command line does
/// not count.
pub(crate) fn start() {
    COLLECTOR.get_or_init(|| {
        let stage = std::env::var("STAGE").ok().filter(|stage| !stage.is_empty())?;
        let collector = Builder::new()
            .cloudwatch_namespace(NAMESPACE)
            .with_dimension(STAGE, stage)
            .init();
        match collector {
            Ok(collector) => {
                describe();
                Some(collector)
            }
            Err(error) => {
                tracing::error!(%error, "metrics are off");
                None
            }
        }
    });
}

fn describe() {
    for metric in MetricKind::ALL {
        let name = metric.name();
        match metric.unit() {
            Unit::Count => metrics::describe_counter!(name, metrics::Unit::Count, ""),
            Unit::Milliseconds => metrics::describe_histogram!(name, metrics::Unit::Milliseconds, ""),
            // No unit of CloudWatch's fits.
            Unit::MicroUsd => {}
        }
    }
}

impl Cloud {
    /// Writes samples about an edit, an event, a tenant or the installation.
    pub fn measure(&self, about: About<'_>, samples: &[Sample]) {
        let Some(Some(collector)) = COLLECTOR.get() else {
            return;
        };
        let _line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
        let properties = [
            ("tenant_id", about.tenant_id.map(ToString::to_string)),
            ("event_id", about.event_id.map(ToString::to_string)),
            ("edit_id", about.edit_id.map(|id| id.to_string())),
        ];
        for (name, value) in properties {
            match value {
                Some(value) => collector.set_property(name, value),
                None => collector.remove_property(name),
            };
        }
        for (metric, value) in samples {
            record(*metric, *value);
        }
        if let Err(error) = collector.flush(io::stdout()) {
            tracing::warn!(%error, "metrics not written");
        }
    }
}

#[allow(clippy::cast_precision_loss)] // milliseconds of some minutes at the most
fn record(metric: Metric, value: u64) {
    let labels: Vec<_> = metric.dimension().into_iter().collect();
    let name = metric.kind().name();
    match metric.kind().unit() {
        Unit::Milliseconds => metrics::histogram!(name, &labels).record(value as f64),
        Unit::Count | Unit::MicroUsd => metrics::counter!(name, &labels).increment(value),
    }
}
