//! The providers in use: the default, the fallback, and those of active styles.

use cloud::PortError;
use domain::ProviderName;
use domain::settings::ProviderMode;
use workflow::{Reach, check_provider};

use super::{CheckError, Finding, Scope};

async fn in_use(scope: &Scope<'_>) -> Result<Vec<ProviderName>, PortError> {
    let styles = scope.cloud.styles().await?;
    let of_styles = styles
        .iter()
        .filter(|style| style.is_active)
        .filter_map(|style| style.provider);
    let named: Vec<ProviderName> = of_styles
        .chain([scope.settings.default_provider])
        .chain(scope.settings.fallback_provider)
        .collect();
    let is_named = |provider: &ProviderName| named.contains(provider);
    Ok(ProviderName::ALL.iter().copied().filter(is_named).collect())
}

/// Fake pictures must not be sold.
fn must_be_live(scope: &Scope<'_>) -> bool {
    scope.target.stage == "prod"
}

pub(super) async fn keys(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let set = scope.cloud.providers_with_key().await?;
    let missing = in_use(scope)
        .await?
        .into_iter()
        .filter(|provider| scope.settings.mode_of(*provider) == ProviderMode::Live)
        .find(|provider| !set.contains(provider));
    Ok(match missing {
        Some(provider) => Finding::fails(
            format!("the API key of {provider} is not set"),
            format!("echo \"$KEY\" | magic-edits settings key {provider}"),
        ),
        None => Finding::Holds("every live provider in use has one".to_owned()),
    })
}

pub(super) async fn reachable(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let mut seen = Vec::new();
    for provider in in_use(scope).await? {
        match check_provider(scope.cloud, scope.kit, provider, scope.settings).await? {
            Reach::Reached => seen.push(format!("{provider} answers and accepts the key")),
            Reach::Fake if must_be_live(scope) => {
                return Ok(Finding::fails(
                    format!("{provider} is in fake mode: guests would pay for fake pictures"),
                    format!("magic-edits settings set {provider}_mode live"),
                ));
            }
            Reach::Fake => seen.push(format!("{provider} is in fake mode and needs no request")),
            Reach::Unreachable(why) => {
                return Ok(Finding::fails(
                    format!("{provider}: {why}"),
                    format!(
                        "echo \"$KEY\" | magic-edits settings key {provider}  (or look at {provider}_base_url and the \
                         provider's status page)"
                    ),
                ));
            }
        }
    }
    Ok(Finding::Holds(seen.join("; ")))
}

pub(super) async fn breakers(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let breakers = scope.cloud.breakers().await?;
    let down = in_use(scope)
        .await?
        .into_iter()
        .find(|provider| breakers.of(*provider).outage().is_some());
    Ok(match down {
        Some(provider) => Finding::fails(
            format!("{provider} is out of service: it gets probes only"),
            format!("magic-edits breaker reset {provider}"),
        ),
        None => Finding::Holds("every breaker is closed".to_owned()),
    })
}
