//! The styles of the tests. They have keys of their own and never change, so that tests do not disturb each other.

use std::time::Duration;

use domain::style::EntitlementProfile;
use domain::{MicroUsd, ProviderName, Style};
use tokio::sync::OnceCell;

use crate::{Place, deed};

/// The cost of every style of the tests but [`DEAR`].
pub const COST: i64 = 40_000;
/// The prompt template of every style of the tests.
pub const TEMPLATE: &str = "stack test restyle, {prompt} please";

/// Succeeds after one poll.
pub const OK: &str = "test-ok";
/// Needs an add-on that nobody has.
pub const LOCKED: &str = "test-locked";
/// Needs the package feature `ai_styling_premium`.
pub const PREMIUM: &str = "test-premium";
/// Switched off.
pub const INACTIVE: &str = "test-inactive";
/// Costs a hundred dollars.
pub const DEAR: &str = "test-dear";
/// Its template takes no words of a guest.
pub const WORDLESS: &str = "test-wordless";
/// A model of Runware.
pub const LIVE: &str = "test-live";
/// A model whose counterpart at fal costs twice [`COST`].
pub const LIVE_DEARER_AT_FAL: &str = "test-live-dearer-at-fal";
/// A model without a counterpart at fal.
pub const LIVE_AT_RUNWARE_ALONE: &str = "test-live-at-runware-alone";
/// A model of fal.
pub const LIVE_AT_FAL: &str = "test-live-at-fal";
/// A model of Runware with fixed sizes.
pub const LIVE_SIZED: &str = "test-live-sized";

static READY: OnceCell<()> = OnceCell::const_new();

/// Stores the styles on the stack, once, and waits until the functions have seen them.
pub(crate) async fn ensure(place: &Place) {
    READY
        .get_or_init(|| async {
            store(place).await;
            // The local stage keeps styles for a second.
            tokio::time::sleep(Duration::from_millis(1_300)).await;
        })
        .await;
}

/// Stores the styles that are not there: another run of the tests may have stored them.
pub(crate) async fn store(place: &Place) {
    for style in all() {
        if place.cloud.style(&style.key).await.unwrap().is_none() {
            place.cloud.save_style(&style, None, &deed()).await.unwrap();
        }
    }
}

/// The key of the style with the outcome `fake:<outcome>`.
pub fn fake(outcome: &str) -> String {
    format!("test-{outcome}")
}

/// Every style of the tests.
pub fn all() -> Vec<Style> {
    let outcomes = [
        "ok",
        "sync",
        "slow",
        "never",
        "moderated",
        "rejected",
        "error",
        "flaky",
        "broken-output",
    ];
    let mut styles: Vec<Style> = outcomes
        .iter()
        .map(|outcome| style(&fake(outcome), &format!("fake:{outcome}")))
        .collect();
    let locked = EntitlementProfile {
        required_addons: vec!["nobody-has-this".to_owned()],
        ..EntitlementProfile::default()
    };
    styles.extend([
        Style {
            is_premium: true,
            entitlements: locked,
            ..style(LOCKED, "fake:ok")
        },
        Style {
            is_premium: true,
            ..style(PREMIUM, "fake:sync")
        },
        Style {
            is_active: false,
            ..style(INACTIVE, "fake:ok")
        },
        Style {
            estimated_cost_micro_usd: MicroUsd::new(100_000_000),
            ..style(DEAR, "fake:ok")
        },
        Style {
            prompt_template: "no words here".to_owned(),
            ..style(WORDLESS, "fake:ok")
        },
        style(LIVE, "google:4@1"),
        style(LIVE_SIZED, "bfl:3@1"),
        style(LIVE_DEARER_AT_FAL, "google:4@3"),
        style(LIVE_AT_RUNWARE_ALONE, "runware:400@2"),
        Style {
            provider: Some(ProviderName::Fal),
            ..style(LIVE_AT_FAL, "fal-ai/nano-banana/edit")
        },
    ]);
    styles
}

/// A plain style with this model.
pub fn style(key: &str, model: &str) -> Style {
    Style {
        key: key.parse().unwrap(),
        name: format!("Test: {key}"),
        description: "Used by tests.".to_owned(),
        preview_url: None,
        provider: None,
        provider_model: model.to_owned(),
        prompt_template: TEMPLATE.to_owned(),
        negative_prompt_template: None,
        is_active: true,
        is_premium: false,
        entitlements: EntitlementProfile::default(),
        estimated_cost_micro_usd: MicroUsd::new(COST),
        sort: 900,
        version: 1,
        used: false,
    }
}
