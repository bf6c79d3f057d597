//! Tenants: name, budget, watermark.

use cloud::Cloud;
use domain::budget::Tenant;
use domain::{Problem, TenantId};

use super::{Listing, Outcome, Saved, check_watermark};

/// A page of tenants, in the order of their ids.
///
/// # Errors
/// The table is away.
pub async fn list_tenants(
    cloud: &Cloud,
    after: Option<&TenantId>,
    limit: u32,
) -> Result<Listing<Tenant>, Problem> {
    Ok(Listing::of(cloud.tenants_page(after, limit + 1).await?, limit))
}

/// A tenant.
///
/// # Errors
/// There is no such tenant.
pub async fn get_tenant(cloud: &Cloud, id: &TenantId) -> Result<Tenant, Problem> {
    cloud.tenant(id).await?.ok_or(Problem::NotFound("tenant"))
}

/// Creates or replaces a tenant.
///
/// # Errors
/// Caps that contradict each other, or a watermark that cannot be drawn.
pub async fn put_tenant(cloud: &Cloud, tenant: Tenant) -> Result<Saved<Tenant>, Problem> {
    check_caps(&tenant)?;
    if let Some(watermark) = &tenant.watermark {
        check_watermark(cloud, "/watermark", watermark).await?;
    }
    let before = cloud.tenant(&tenant.id).await?;
    let outcome = Outcome::of(before.as_ref(), &tenant);
    if outcome != Outcome::Unchanged {
        cloud.save_tenant(&tenant).await?;
    }
    Ok(Saved {
        value: tenant,
        outcome,
    })
}

fn check_caps(tenant: &Tenant) -> Result<(), Problem> {
    let budget = &tenant.budget;
    let wrong = |name: &str, why: &str| Err(Problem::field(&format!("/ai_editing/budget/{name}"), why));
    match (budget.soft_cap_micro_usd, budget.hard_cap_micro_usd) {
        (Some(soft), Some(hard)) if soft > hard => {
            wrong("soft_cap_micro_usd", "must not be above hard_cap_micro_usd")
        }
        (None, _) if budget.soft_cap_max_style_cost_micro_usd.is_some() => {
            wrong("soft_cap_action", "needs a soft_cap_micro_usd")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use domain::MicroUsd;
    use domain::budget::BudgetCaps;

    use super::*;

    fn tenant(soft: Option<i64>, hard: Option<i64>, style: Option<i64>) -> Tenant {
        Tenant {
            id: "t1".parse().unwrap(),
            name: "T".to_owned(),
            budget: BudgetCaps {
                soft_cap_micro_usd: soft.map(MicroUsd::new),
                hard_cap_micro_usd: hard.map(MicroUsd::new),
                soft_cap_max_style_cost_micro_usd: style.map(MicroUsd::new),
                override_until: None,
            },
            watermark: None,
        }
    }

    #[test]
    fn a_soft_cap_is_never_above_the_hard_one() {
        assert!(check_caps(&tenant(Some(5), Some(5), Some(1))).is_ok());
        assert!(check_caps(&tenant(Some(5), None, None)).is_ok());
        assert!(check_caps(&tenant(None, Some(0), None)).is_ok());
        for (wrong, pointer) in [
            (
                tenant(Some(6), Some(5), None),
                "/ai_editing/budget/soft_cap_micro_usd",
            ),
            (
                tenant(None, Some(5), Some(1)),
                "/ai_editing/budget/soft_cap_action",
            ),
        ] {
            assert_eq!(check_caps(&wrong).unwrap_err().fields()[0].pointer, pointer);
        }
    }
}
