//! The providers in use: the default one, the one that takes over, and those of active styles.

use cloud::PortError;
use domain::ProviderName;
use domain::settings::ProviderMode;
use workflow::{Reach, check_provider};

use super::{Finding, Scene, Unseen};

async fn in_use(scene: &Scene<'_>) -> Result<Vec<ProviderName>, PortError> {
    let styles = scene.cloud.styles().await?;
    let of_styles = styles
        .iter()
        .filter(|style| style.is_active)
        .filter_map(|style| style.provider);
    let named: Vec<ProviderName> = of_styles
        .chain([scene.settings.default_provider])
        .chain(scene.settings.fallback_provider)
        .collect();
    let is_named = |provider: &ProviderName| named.contains(provider);
    Ok(ProviderName::ALL.iter().copied().filter(is_named).collect())
}

/// Whether pictures are made up here although guests pay for them.
fn must_be_live(scene: &Scene<'_>) -> bool {
    scene.target.stage == "prod"
}

pub(super) async fn keys(scene: &Scene<'_>) -> Result<Finding, Unseen> {
    let set = scene.cloud.providers_with_key().await?;
    let missing = in_use(scene)
        .await?
        .into_iter()
        .filter(|provider| scene.settings.mode_of(*provider) == ProviderMode::Live)
        .find(|provider| !set.contains(provider));
    Ok(match missing {
        Some(provider) => Finding::fails(
            format!("the key of {provider} is not set"),
            format!("echo \"$KEY\" | magic-edits settings key {provider}"),
        ),
        None => Finding::Holds("of every live provider in use".to_owned()),
    })
}

pub(super) async fn reachable(scene: &Scene<'_>) -> Result<Finding, Unseen> {
    let mut seen = Vec::new();
    for provider in in_use(scene).await? {
        match check_provider(scene.cloud, scene.studio, provider, scene.settings).await? {
            Reach::Reached => seen.push(format!("{provider} answers and takes the key")),
            Reach::Fake if must_be_live(scene) => {
                return Ok(Finding::fails(
                    format!("{provider} is in fake mode: guests would pay for filter pictures"),
                    format!("magic-edits settings set {provider}_mode live"),
                ));
            }
            Reach::Fake => seen.push(format!("{provider} is in fake mode, nothing was asked")),
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

pub(super) async fn breakers(scene: &Scene<'_>) -> Result<Finding, Unseen> {
    let breakers = scene.cloud.breakers().await?;
    let down = in_use(scene)
        .await?
        .into_iter()
        .find(|provider| breakers.of(*provider).outage().is_some());
    Ok(match down {
        Some(provider) => Finding::fails(
            format!("nothing but probes is sent to {provider}"),
            format!("magic-edits breaker reset {provider}"),
        ),
        None => Finding::Holds("every breaker is closed".to_owned()),
    })
}
