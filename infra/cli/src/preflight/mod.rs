//! The go-live list. Every check looks at the real stack, and a failed one names the command that fixes it.

mod account;
mod catalogue;
mod operations;
mod pages;
mod provider;
mod queues;

use clap::ValueEnum;
use cloud::{Cloud, PortError};
use domain::Settings;
use serde::Serialize;
use workflow::ProviderKit;

use crate::target::Target;

/// The checks, in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CheckId {
    /// `is_enabled` and `guest_enabled` are true, and no unusable setting switches the feature off.
    SwitchedOn,
    /// A package has `ai_styling`, or the add-on `ai_styling_unlock` has a valid price.
    Entitlement,
    /// At least one style is active.
    ActiveStyle,
    /// The API keys of the providers in use are set.
    ApiKey,
    /// The providers in use answer and accept the key.
    ProviderReachable,
    /// New edits are sent at once.
    Dispatch,
    /// Workers receive from the queue that edits are sent to, and from the poll queue.
    Workers,
    /// Every tenant has a hard cap.
    Budgets,
    /// There are alarms, and somebody is notified.
    Alarms,
    /// In production, one page alone may call the API from a browser.
    AllowedOrigin,
    /// The installation blocks terms.
    BlockedTerms,
    /// Recovery runs by itself.
    RecoveryScheduled,
    /// Pruning runs by itself.
    PruningScheduled,
    /// The account may run functions enough at once.
    Concurrency,
    /// Parameter Store bills nothing.
    ParameterStore,
    /// Functions read the settings from a copy that is there and fresh.
    SettingsCopied,
    /// The address of the pages answers with this release.
    PagesPublished,
    /// Table, user pool and stack cannot be deleted by one command.
    Protection,
    /// The user pool has a page to sign in.
    SignIn,
    /// No provider is out of service.
    Breakers,
    /// No message waits in a dead-letter queue.
    DeadLetters,
}

impl CheckId {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::SwitchedOn => "switched on",
            Self::Entitlement => "entitlement available",
            Self::ActiveStyle => "style active",
            Self::ApiKey => "API keys set",
            Self::ProviderReachable => "provider reachable",
            Self::Dispatch => "edits are dispatched",
            Self::Workers => "workers on the right queue",
            Self::Budgets => "budgets set",
            Self::Alarms => "alarms notify somebody",
            Self::AllowedOrigin => "web origin named",
            Self::BlockedTerms => "blocked terms set",
            Self::RecoveryScheduled => "recovery scheduled",
            Self::PruningScheduled => "pruning scheduled",
            Self::Concurrency => "concurrency of the account",
            Self::ParameterStore => "Parameter Store is free",
            Self::SettingsCopied => "settings copied",
            Self::PagesPublished => "pages published",
            Self::Protection => "protected against deletion",
            Self::SignIn => "page to sign in",
            Self::Breakers => "providers in service",
            Self::DeadLetters => "dead-letter queues empty",
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Check {
    pub(crate) id: CheckId,
    pub(crate) holds: bool,
    pub(crate) detail: String,
    /// The command that fixes a failed check.
    pub(crate) mend: Option<String>,
}

/// The result of a check; a failed one names the command that fixes it.
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

/// The subject of the checks.
struct Scope<'a> {
    target: &'a Target,
    cloud: &'a Cloud,
    settings: &'a Settings,
    kit: &'a ProviderKit,
}

impl Scope<'_> {
    /// The physical name of a resource of the stack.
    fn physical_name(&self, name: &str) -> String {
        format!("magic-edits-{}-{name}", self.target.stage)
    }
}

type CheckError = Box<dyn std::error::Error>;

/// Runs every check; `started` is called before each.
pub(crate) async fn all(target: &Target, started: impl Fn(CheckId)) -> Result<Vec<Check>, CheckError> {
    let cloud = &target.cloud;
    let settings = cloud.settings().await?;
    let kit = ProviderKit::new()?;
    let scope = Scope {
        target,
        cloud,
        settings: &settings,
        kit: &kit,
    };
    let mut checks = Vec::new();
    for id in CheckId::value_variants() {
        started(*id);
        checks.push(check(*id, find(*id, &scope).await));
    }
    Ok(checks)
}

async fn find(id: CheckId, scope: &Scope<'_>) -> Result<Finding, CheckError> {
    match id {
        CheckId::SwitchedOn => operations::switches(scope).await,
        CheckId::Entitlement => catalogue::entitlement(scope).await,
        CheckId::ActiveStyle => catalogue::active_style(scope).await,
        CheckId::ApiKey => provider::keys(scope).await,
        CheckId::ProviderReachable => provider::reachable(scope).await,
        CheckId::Dispatch => Ok(queues::dispatch(scope)),
        CheckId::Workers => queues::workers(scope).await,
        CheckId::Budgets => catalogue::budgets(scope).await,
        CheckId::Alarms => operations::alarms(scope).await,
        CheckId::AllowedOrigin => operations::allowed_origin(scope).await,
        CheckId::BlockedTerms => Ok(catalogue::blocked_terms(scope)),
        CheckId::RecoveryScheduled => operations::recovery(scope).await,
        CheckId::PruningScheduled => operations::pruning(scope).await,
        CheckId::Concurrency => account::concurrency(scope).await,
        CheckId::ParameterStore => account::parameter_store(scope).await,
        CheckId::SettingsCopied => operations::settings_copy(scope).await,
        CheckId::PagesPublished => pages::published(scope).await,
        CheckId::Protection => account::protection(scope).await,
        CheckId::SignIn => account::sign_in(scope).await,
        CheckId::Breakers => provider::breakers(scope).await,
        CheckId::DeadLetters => queues::dead_letters(scope).await,
    }
}

/// A check that cannot be made has failed: nobody goes live on a guess.
fn check(id: CheckId, found: Result<Finding, CheckError>) -> Check {
    let (holds, detail, mend) = match found {
        Ok(Finding::Holds(detail)) => (true, detail, None),
        Ok(Finding::Fails { detail, mend }) => (false, detail, Some(mend)),
        Err(error) => {
            let mend = match error.downcast_ref::<PortError>() {
                Some(PortError::Unreadable(_)) => "look at the item, then repair or remove it",
                _ => "check the credentials' permissions, then try again",
            };
            (
                false,
                format!("the check could not be made: {error}"),
                Some(mend.to_owned()),
            )
        }
    };
    Check {
        id,
        holds,
        detail,
        mend,
    }
}
