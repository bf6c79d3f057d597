//! The go-live list, each line looked at for real. A line that does not hold says what mends it.

mod catalogue;
mod operations;
mod provider;
mod queues;

use cloud::PortError;
use std::future::Future;

use cloud::Cloud;
use domain::Settings;
use serde::Serialize;
use workflow::ProviderKit;

use crate::target::Target;

/// A line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CheckId {
    /// The switches, `is_enabled` and `guest_enabled`, and nothing unusable that switches the feature off.
    SwitchedOn,
    /// A package with `ai_styling`, or the add-on `ai_styling_unlock` at a valid price.
    Entitlement,
    /// An active style at least.
    ActiveStyle,
    /// The API keys of the providers in use are set.
    ApiKey,
    /// The providers in use answer, and take the key.
    ProviderReachable,
    /// New edits are sent at once.
    Dispatch,
    /// Workers take from the queue that edits are sent to, and from the poll queue.
    Workers,
    /// Every tenant has a hard cap.
    Budgets,
    /// There are alarms, and they tell somebody.
    Alarms,
    /// The installation blocks terms.
    BlockedTerms,
    /// Recovery runs by itself.
    RecoveryScheduled,
    /// Pruning runs by itself.
    PruningScheduled,
    /// No provider is out of service.
    Breakers,
    /// No message waits in a dead-letter queue.
    DeadLetters,
}

impl CheckId {
    /// For people.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::SwitchedOn => "switched on",
            Self::Entitlement => "entitlement can be had",
            Self::ActiveStyle => "an active style",
            Self::ApiKey => "API keys set",
            Self::ProviderReachable => "provider reachable",
            Self::Dispatch => "edits are dispatched",
            Self::Workers => "workers on the right queue",
            Self::Budgets => "budgets set",
            Self::Alarms => "alarms tell somebody",
            Self::BlockedTerms => "blocked terms set",
            Self::RecoveryScheduled => "recovery scheduled",
            Self::PruningScheduled => "pruning scheduled",
            Self::Breakers => "providers in service",
            Self::DeadLetters => "dead-letter queues empty",
        }
    }
}

/// What a line comes to.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    pub(crate) id: CheckId,
    pub(crate) holds: bool,
    /// What was seen.
    pub(crate) detail: String,
    /// The command that mends it, where it does not hold.
    pub(crate) mend: Option<String>,
}

/// What was seen: as it should be, or not and what mends it.
pub(crate) enum Finding {
    Holds(String),
    Fails { detail: String, mend: String },
}

impl Finding {
    fn fails(detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Fails {
            detail: detail.into(),
            mend: mend.into(),
        }
    }
}

/// What the lines look at.
struct Scene<'a> {
    target: &'a Target,
    cloud: &'a Cloud,
    settings: &'a Settings,
    kit: &'a ProviderKit,
}

impl Scene<'_> {
    /// The physical name of a resource of the stack.
    fn named(&self, name: &str) -> String {
        format!("magic-edits-{}-{name}", self.target.stage)
    }
}

/// Why a line could not be looked at.
type Unseen = Box<dyn std::error::Error>;

/// Looks at every line; `seeing` is told which.
pub(crate) async fn all(target: &Target, seeing: impl Fn(CheckId)) -> Result<Vec<Check>, Unseen> {
    let cloud = &target.cloud;
    let settings = cloud.settings().await?;
    let kit = ProviderKit::new()?;
    let scene = Scene {
        target,
        cloud,
        settings: &settings,
        kit: &kit,
    };
    let mut checks = Vec::new();
    macro_rules! look {
        ($id:ident, $at:expr) => {{
            seeing(CheckId::$id);
            checks.push(looked(CheckId::$id, $at).await);
        }};
    }
    look!(SwitchedOn, operations::switches(&scene));
    look!(Entitlement, catalogue::entitlement(&scene));
    look!(ActiveStyle, catalogue::active_style(&scene));
    look!(ApiKey, provider::keys(&scene));
    look!(ProviderReachable, provider::reachable(&scene));
    look!(Dispatch, async { Ok(queues::dispatch(&scene)) });
    look!(Workers, queues::workers(&scene));
    look!(Budgets, catalogue::budgets(&scene));
    look!(Alarms, operations::alarms(&scene));
    look!(BlockedTerms, async { Ok(catalogue::blocked_terms(&scene)) });
    look!(RecoveryScheduled, operations::recovery(&scene));
    look!(PruningScheduled, operations::pruning(&scene));
    look!(Breakers, provider::breakers(&scene));
    look!(DeadLetters, queues::dead_letters(&scene));
    Ok(checks)
}

/// What cannot be seen does not hold: nobody goes live on a guess.
async fn looked(id: CheckId, looking: impl Future<Output = Result<Finding, Unseen>>) -> Check {
    let (holds, detail, mend) = match looking.await {
        Ok(Finding::Holds(detail)) => (true, detail, None),
        Ok(Finding::Fails { detail, mend }) => (false, detail, Some(mend)),
        Err(error) => {
            let mend = match error.downcast_ref::<PortError>() {
                Some(PortError::Unreadable(_)) => "look at the item, and mend or remove it".to_owned(),
                _ => "check the credentials' permissions, then try again".to_owned(),
            };
            (false, format!("could not be seen: {error}"), Some(mend))
        }
    };
    Check {
        id,
        holds,
        detail,
        mend,
    }
}
