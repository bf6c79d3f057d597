//! Tenants: name, budget, watermark.

use cloud::Cloud;
use domain::audit::{Action, Actor, Change, Deed};
use domain::budget::{BudgetCaps, Tenant};
use domain::{MicroUsd, Problem, TenantId};
use garde::Validate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::watermarks::check_watermark;
use super::{Outcome, Saved};
use crate::body::json_body;
use crate::caller::{actor, new_id, path_id};
use crate::model::text::{MAX_CAP, MAX_NAME, is_name};
use crate::model::watermark::{WatermarkBody, WatermarkInput};
use crate::openapi::{Changes, Reads};
use crate::page::{Page, PageQuery};
use crate::response::{list, ok};
use crate::{Answer, Request};

const MISSING: Problem = Problem::NotFound("tenant");

/// A tenant.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantInput {
    /// For people.
    #[garde(length(chars, min = 1, max = MAX_NAME), custom(is_name))]
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What it may spend.
    #[serde(default)]
    #[garde(dive)]
    pub ai_editing: AiEditingInput,
    /// Null: the installation's.
    #[serde(default)]
    #[garde(dive)]
    pub watermark: Option<WatermarkInput>,
}

/// What a tenant may spend on AI edits.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AiEditingInput {
    /// In a month (UTC).
    #[serde(default)]
    #[garde(dive)]
    pub budget: BudgetInput,
}

/// A month's budget.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BudgetInput {
    /// Alerts at this; null: never.
    #[garde(range(min = 0, max = MAX_CAP))]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64)]
    pub soft_cap_micro_usd: Option<i64>,
    /// What else the soft cap does.
    #[garde(dive)]
    pub soft_cap_action: SoftCapAction,
    /// Refuses above this; null: never.
    #[garde(range(min = 0, max = MAX_CAP))]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64)]
    pub hard_cap_micro_usd: Option<i64>,
    /// Until then the hard cap does not refuse.
    #[garde(skip)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub override_until: Option<Timestamp>,
}

/// What a soft cap does beyond alerting.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SoftCapAction {
    /// Nothing.
    #[default]
    None,
    /// From then on, only styles that cost at most this.
    MaxStyleCostMicroUsd(#[garde(range(min = 0, max = MAX_CAP))] i64),
}

/// A tenant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tenant)]
pub struct TenantBody<'a> {
    #[schema(value_type = String)]
    id: &'a TenantId,
    name: &'a str,
    ai_editing: AiEditingBody,
    watermark: Option<WatermarkBody>,
}

#[derive(Debug, Serialize, ToSchema)]
struct AiEditingBody {
    budget: BudgetBody,
}

#[derive(Debug, Serialize, ToSchema)]
struct BudgetBody {
    soft_cap_micro_usd: Option<i64>,
    soft_cap_action: SoftCapAction,
    hard_cap_micro_usd: Option<i64>,
    #[schema(value_type = Option<String>, format = DateTime)]
    override_until: Option<Timestamp>,
}

function!("admin-tenants", Superadmin, {
    GET => list_tenants,
    GET [tenantId] => get_tenant,
    PUT [tenantId] => put_tenant,
});

/// Lists the tenants, page by page
#[utoipa::path(get, path = "/admin/tenants", params(PageQuery),
    responses((status = 200, body = [TenantBody<'_>]), Reads))]
async fn list_tenants(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let page: Page<TenantId> = Page::of(request)?;
    let mut found = cloud.tenants_page(page.after.as_ref(), page.to_read()).await?;
    let next = page.cut(&mut found, |tenant| tenant.id.clone());
    Ok(list(found.iter().map(TenantBody::new), next))
}

/// Shows a tenant
#[utoipa::path(get, path = "/admin/tenants/{tenantId}", responses((status = 200, body = TenantBody<'_>), Reads))]
async fn get_tenant(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let id = path_id(request, "tenantId", MISSING)?;
    let tenant = cloud.tenant(&id).await?.ok_or(MISSING)?;
    Ok(ok(TenantBody::new(&tenant)))
}

/// Creates or replaces a tenant; repeating it changes nothing
#[utoipa::path(put, path = "/admin/tenants/{tenantId}", request_body = TenantInput,
    responses((status = 200, body = TenantBody<'_>), Changes))]
async fn put_tenant(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let id: TenantId = new_id(request, "tenantId")?;
    let input: TenantInput = json_body(request)?;
    let saved = save(cloud, &actor(request)?, input.into_tenant(id)).await?;
    Ok(ok(TenantBody::new(&saved.value)))
}

/// Creates or replaces a tenant.
///
/// # Errors
/// The caps contradict each other, or the watermark cannot be drawn.
pub async fn save(cloud: &Cloud, by: &Actor, tenant: Tenant) -> Result<Saved<Tenant>, Problem> {
    check_caps(&tenant)?;
    if let Some(watermark) = &tenant.watermark {
        check_watermark(cloud, "/watermark", watermark).await?;
    }
    let before = cloud.tenant(&tenant.id).await?;
    let outcome = Outcome::of(before.as_ref(), &tenant);
    if outcome != Outcome::Unchanged {
        cloud
            .save_tenant(&tenant, &deed(by, before.as_ref(), &tenant))
            .await?;
    }
    Ok(Saved {
        value: tenant,
        outcome,
    })
}

fn deed(by: &Actor, before: Option<&Tenant>, after: &Tenant) -> Deed {
    let caps = before.map(|before| before.budget.clone()).unwrap_or_default();
    let action = if caps == after.budget {
        Action::TenantChanged
    } else {
        Action::BudgetChanged
    };
    let changes = Change::between(before, Some(after));
    by.did(action).of(&after.id).to(&after.id).with(changes)
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

impl TenantInput {
    /// The tenant of this id.
    pub fn into_tenant(self, id: TenantId) -> Tenant {
        let budget = self.ai_editing.budget;
        Tenant {
            id,
            name: self.name,
            budget: BudgetCaps {
                soft_cap_micro_usd: budget.soft_cap_micro_usd.map(MicroUsd::new),
                soft_cap_max_style_cost_micro_usd: match budget.soft_cap_action {
                    SoftCapAction::None => None,
                    SoftCapAction::MaxStyleCostMicroUsd(cost) => Some(MicroUsd::new(cost)),
                },
                hard_cap_micro_usd: budget.hard_cap_micro_usd.map(MicroUsd::new),
                override_until: budget.override_until,
            },
            watermark: self.watermark.map(WatermarkInput::into_settings),
        }
    }
}

impl<'a> TenantBody<'a> {
    /// A tenant.
    pub fn new(tenant: &'a Tenant) -> Self {
        let budget = &tenant.budget;
        let action = budget.soft_cap_max_style_cost_micro_usd;
        Self {
            id: &tenant.id,
            name: &tenant.name,
            ai_editing: AiEditingBody {
                budget: BudgetBody {
                    soft_cap_micro_usd: budget.soft_cap_micro_usd.map(MicroUsd::get),
                    soft_cap_action: action.map_or(SoftCapAction::None, |cost| {
                        SoftCapAction::MaxStyleCostMicroUsd(cost.get())
                    }),
                    hard_cap_micro_usd: budget.hard_cap_micro_usd.map(MicroUsd::get),
                    override_until: budget.override_until,
                },
            },
            watermark: tenant.watermark.as_ref().map(WatermarkBody::new),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tenant_reads_back_as_it_was_sent() {
        for action in [json!("none"), json!({ "max_style_cost_micro_usd": 40_000 })] {
            let sent = json!({
                "name": "Demo Weddings",
                "ai_editing": { "budget": {
                    "soft_cap_micro_usd": 80, "soft_cap_action": action, "hard_cap_micro_usd": 100,
                    "override_until": "2026-11-22T00:00:00Z",
                } },
                "watermark": null,
            });
            let input: TenantInput = serde_json::from_value(sent.clone()).unwrap();
            assert_eq!(input.validate().map_err(|report| report.to_string()), Ok(()));
            let tenant = input.into_tenant("t1".parse().unwrap());
            let mut body = serde_json::to_value(TenantBody::new(&tenant)).unwrap();
            assert_eq!(body.as_object_mut().unwrap().remove("id"), Some(json!("t1")));
            assert_eq!(body, sent);
        }
    }

    #[test]
    fn a_negative_cap_gets_its_pointer() {
        let sent = json!({ "name": "T", "ai_editing": { "budget": { "hard_cap_micro_usd": -1 } } });
        let input: TenantInput = serde_json::from_value(sent).unwrap();
        let report = input.validate().unwrap_err();
        let paths: Vec<_> = report.iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(paths, ["ai_editing.budget.hard_cap_micro_usd"]);
    }

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
