//! Tenants.

use domain::budget::{BudgetCaps, Tenant};
use domain::{MicroUsd, TenantId};
use garde::Validate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MAX_CAP, MAX_NAME, WatermarkBody, WatermarkInput, not_blank};

/// A tenant.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantInput {
    /// For people.
    #[garde(length(chars, min = 1, max = MAX_NAME), custom(not_blank))]
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
    fn a_tenant_comes_back_as_it_was_sent() {
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
    fn a_negative_cap_is_pointed_at() {
        let sent = json!({ "name": "T", "ai_editing": { "budget": { "hard_cap_micro_usd": -1 } } });
        let input: TenantInput = serde_json::from_value(sent).unwrap();
        let report = input.validate().unwrap_err();
        let paths: Vec<_> = report.iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(paths, ["ai_editing.budget.hard_cap_micro_usd"]);
    }
}
