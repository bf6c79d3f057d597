//! What guests can buy, use and spend.

use domain::Style;
use domain::budget::Tenant;
use domain::event::{ADDON_AI_STYLING, FEATURE_AI_STYLING};

use super::{Finding, Scene, Unseen};

/// Read at once.
const PAGE: u32 = 100;
/// Named in a finding; the others are counted.
const NAMED: usize = 3;

pub(super) async fn entitlement(scene: &Scene<'_>) -> Result<Finding, Unseen> {
    let addon = scene.cloud.catalog_addon(&ADDON_AI_STYLING.parse()?).await?;
    if addon.is_some_and(|addon| addon.is_purchasable()) {
        return Ok(Finding::Holds(format!(
            "the add-on {ADDON_AI_STYLING} has a price"
        )));
    }
    let mut after = None;
    loop {
        let page = scene.cloud.packages_page(after.as_ref(), PAGE).await?;
        let unlocks = page.iter().find(|package| {
            package
                .features
                .iter()
                .any(|feature| feature == FEATURE_AI_STYLING)
        });
        if let Some(package) = unlocks {
            return Ok(Finding::Holds(format!(
                "the package {} has {FEATURE_AI_STYLING}",
                package.key
            )));
        }
        let Some(last) = page.last() else { break };
        after = Some(last.key.clone());
    }
    Ok(Finding::fails(
        format!("no package has {FEATURE_AI_STYLING}, and the add-on {ADDON_AI_STYLING} has no price"),
        "magic-edits catalog apply FILE  (a package with features: [ai_styling])",
    ))
}

pub(super) async fn active_style(scene: &Scene<'_>) -> Result<Finding, Unseen> {
    let styles = scene.cloud.styles().await?;
    let active: Vec<&Style> = styles.iter().filter(|style| style.is_active).collect();
    Ok(if active.is_empty() {
        Finding::fails(
            format!("none of {} styles is active", styles.len()),
            "magic-edits styles apply FILE  (with is_active: true)",
        )
    } else {
        Finding::Holds(format!("{} of {} styles are active", active.len(), styles.len()))
    })
}

pub(super) async fn budgets(scene: &Scene<'_>) -> Result<Finding, Unseen> {
    let mut tenants: Vec<Tenant> = Vec::new();
    loop {
        let after = tenants.last().map(|tenant| tenant.id.clone());
        let page = scene.cloud.tenants_page(after.as_ref(), PAGE).await?;
        if page.is_empty() {
            break;
        }
        tenants.extend(page);
    }
    if tenants.is_empty() {
        return Ok(Finding::fails(
            "there is no tenant",
            "magic-edits catalog apply FILE  (tenants:)",
        ));
    }
    let open: Vec<&str> = tenants
        .iter()
        .filter(|tenant| tenant.budget.hard_cap_micro_usd.is_none())
        .map(|tenant| tenant.id.as_str())
        .collect();
    Ok(if open.is_empty() {
        Finding::Holds(format!("every tenant has a hard cap ({})", tenants.len()))
    } else {
        let named = open.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        Finding::fails(
            format!(
                "{} of {} tenants have no hard cap: {named}",
                open.len(),
                tenants.len()
            ),
            "magic-edits catalog apply FILE  (tenants: … budget: {hard_cap_micro_usd: …})",
        )
    })
}

pub(super) fn blocked_terms(scene: &Scene<'_>) -> Finding {
    match scene.settings.blocked_terms.len() {
        0 => Finding::fails(
            "no term is blocked",
            "magic-edits settings set blocked_terms '[\"…\", \"…\"]'",
        ),
        count => Finding::Holds(format!("{count} terms")),
    }
}
