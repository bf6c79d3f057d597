//! Entitlement, styles, budgets and blocked terms.

use domain::Style;
use domain::budget::Tenant;
use domain::event::{ADDON_AI_STYLING, FEATURE_AI_STYLING, Package};

use super::{CheckError, Finding, Scope};
use crate::commands::all_pages;

/// The most tenants that a finding names.
const MAX_NAMED: usize = 3;

pub(super) async fn entitlement(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let addon = scope.cloud.catalog_addon(&ADDON_AI_STYLING.parse()?).await?;
    if addon.is_some_and(|addon| addon.is_purchasable()) {
        return Ok(Finding::Holds(format!(
            "the add-on {ADDON_AI_STYLING} has a price"
        )));
    }
    let page = async |last: Option<&Package>, limit| {
        let after = last.map(|package| &package.key);
        scope.cloud.packages_page(after, limit).await
    };
    let has_feature = |package: &Package| {
        package
            .features
            .iter()
            .any(|feature| feature == FEATURE_AI_STYLING)
    };
    Ok(match all_pages(page).await?.into_iter().find(has_feature) {
        Some(package) => Finding::Holds(format!("the package {} has {FEATURE_AI_STYLING}", package.key)),
        None => Finding::fails(
            format!("no package has {FEATURE_AI_STYLING}, and the add-on {ADDON_AI_STYLING} has no price"),
            "magic-edits catalog apply FILE  (a package with features: [ai_styling])",
        ),
    })
}

pub(super) async fn active_style(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let styles = scope.cloud.styles().await?;
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

pub(super) async fn budgets(scope: &Scope<'_>) -> Result<Finding, CheckError> {
    let page = async |last: Option<&Tenant>, limit| {
        let after = last.map(|tenant| &tenant.id);
        scope.cloud.tenants_page(after, limit).await
    };
    let tenants = all_pages(page).await?;
    if tenants.is_empty() {
        return Ok(Finding::fails(
            "there is no tenant",
            "magic-edits catalog apply FILE  (tenants:)",
        ));
    }
    let uncapped: Vec<&str> = tenants
        .iter()
        .filter(|tenant| tenant.budget.hard_cap_micro_usd.is_none())
        .map(|tenant| tenant.id.as_str())
        .collect();
    Ok(if uncapped.is_empty() {
        Finding::Holds(format!("every tenant has a hard cap ({})", tenants.len()))
    } else {
        let named = uncapped
            .iter()
            .take(MAX_NAMED)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        Finding::fails(
            format!(
                "{} of {} tenants have no hard cap: {named}",
                uncapped.len(),
                tenants.len()
            ),
            "magic-edits catalog apply FILE  (tenants: … budget: {hard_cap_micro_usd: …})",
        )
    })
}

pub(super) fn blocked_terms(scope: &Scope<'_>) -> Finding {
    match scope.settings.blocked_terms.len() {
        0 => Finding::fails(
            "no term is blocked",
            "magic-edits settings set blocked_terms '[\"…\", \"…\"]'",
        ),
        count => Finding::Holds(format!("{count} terms")),
    }
}
