//! A tenant's budget and the ledger of its spending.

pub mod parts;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::id::{EditId, EventId, StyleKey, TenantId};
use crate::money::MicroUsd;
use crate::provider::ProviderName;
use crate::watermark::WatermarkSettings;

/// An organiser's account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tenant {
    /// Chosen by the superadmin.
    pub id: TenantId,
    pub name: String,
    #[serde(default)]
    pub budget: BudgetCaps,
    /// Its watermark; absent: the installation's.
    #[serde(default)]
    pub watermark: Option<WatermarkSettings>,
}

/// The caps of a tenant's month (UTC).
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BudgetCaps {
    /// Alerts at this; absent: never.
    pub soft_cap_micro_usd: Option<MicroUsd>,
    /// Above the soft cap, only styles that cost at most this; absent: the soft cap refuses nothing.
    pub soft_cap_max_style_cost_micro_usd: Option<MicroUsd>,
    /// Refuses above this; absent: never.
    pub hard_cap_micro_usd: Option<MicroUsd>,
    /// Until then the hard cap does not refuse.
    pub override_until: Option<Timestamp>,
}

impl BudgetCaps {
    /// The cap that refuses now, if any.
    pub fn enforced_cap(&self, now: Timestamp) -> Option<MicroUsd> {
        let overridden = self.override_until.is_some_and(|until| now < until);
        if overridden { None } else { self.hard_cap_micro_usd }
    }
}

/// A tenant's month: spent and reserved. As it is stored, it is one of the [`parts::BudgetParts`].
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BudgetMonth {
    /// Spent and reserved together: one number, because a condition cannot add.
    pub committed: MicroUsd,
    /// The sum of the ledger.
    pub spent: MicroUsd,
    /// When the soft cap's alert was last raised.
    pub soft_cap_alerted_at: Option<Timestamp>,
    /// When the hard cap's alert was last raised.
    pub hard_cap_alerted_at: Option<Timestamp>,
}

/// A threshold of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, utoipa::ToSchema)]
#[strum(const_into_str)]
pub enum BudgetAlertKind {
    /// The soft cap is reached.
    #[serde(rename = "ai_budget_soft_cap")]
    #[strum(serialize = "ai_budget_soft_cap")]
    SoftCap,
    /// The hard cap refuses.
    #[serde(rename = "ai_budget_hard_cap")]
    #[strum(serialize = "ai_budget_hard_cap")]
    HardCap,
}

impl BudgetAlertKind {
    /// Its name in answers, logs and events.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// The attribute of [`BudgetMonth`] with the time of the last alert.
    pub const fn alerted_at(self) -> &'static str {
        match self {
            Self::SoftCap => "soft_cap_alerted_at",
            Self::HardCap => "hard_cap_alerted_at",
        }
    }
}

/// A budget threshold that was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetAlert {
    #[serde(rename = "type")]
    pub kind: BudgetAlertKind,
    pub tenant_id: TenantId,
    pub month: String,
    pub at: Timestamp,
    /// Spent and reserved by then.
    pub spent_micro_usd: MicroUsd,
    /// The cap that was reached.
    pub cap_micro_usd: MicroUsd,
}

impl BudgetMonth {
    /// The alerts that are due once this much is committed, and that were not raised within the cooldown.
    ///
    /// `refused` tells that the hard cap has just refused an edit: it is reached also where some room is left.
    pub fn due_alerts(
        &self,
        caps: &BudgetCaps,
        committed: MicroUsd,
        refused: bool,
        cooldown: SignedDuration,
        now: Timestamp,
    ) -> Vec<(BudgetAlertKind, MicroUsd)> {
        let reached = |cap: Option<MicroUsd>| cap.filter(|cap| committed >= *cap);
        let hard = if refused {
            caps.hard_cap_micro_usd
        } else {
            reached(caps.hard_cap_micro_usd)
        };
        let quiet = |last: Option<Timestamp>| last.is_none_or(|last| now.duration_since(last) >= cooldown);
        let soft = reached(caps.soft_cap_micro_usd).filter(|_| quiet(self.soft_cap_alerted_at));
        let hard = hard.filter(|_| quiet(self.hard_cap_alerted_at));
        let soft = soft.map(|cap| (BudgetAlertKind::SoftCap, cap));
        soft.into_iter()
            .chain(hard.map(|cap| (BudgetAlertKind::HardCap, cap)))
            .collect()
    }
}

/// The change of a tenant's budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetChange {
    /// Whose.
    pub tenant_id: TenantId,
    /// The month in which the money was reserved, also when the move happens later.
    pub month: String,
    /// Added to [`BudgetMonth::committed`].
    pub committed: MicroUsd,
    /// Added to [`BudgetMonth::spent`].
    pub spent: MicroUsd,
}

/// The kind of a ledger entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum LedgerKind {
    /// A successful edit was paid for.
    Settlement,
    /// A reservation was given back, less what a provider charged all the same.
    Release,
}

impl LedgerKind {
    /// As it stands in the table's sort key.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// One entry of the append-only ledger. An edit gets at most one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    pub edit_id: EditId,
    /// Its tenant.
    pub tenant_id: TenantId,
    /// The month it counts in.
    pub month: String,
    pub kind: LedgerKind,
    /// The amount spent: the real cost of a settlement, nothing for a release.
    pub amount_micro_usd: MicroUsd,
    /// The edit's event; absent in entries from before it was kept.
    #[serde(default)]
    pub event_id: Option<EventId>,
    #[serde(default)]
    pub style_key: Option<StyleKey>,
    /// Where the last attempt was made; absent: nowhere.
    #[serde(default)]
    pub provider: Option<ProviderName>,
    #[serde(default)]
    pub model: Option<String>,
    /// The reservation before.
    pub reserved_micro_usd: MicroUsd,
    /// Why: the provider and model of a settlement, the failure code of a release.
    pub reason: String,
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOLDOWN: SignedDuration = SignedDuration::from_mins(30);

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + 60 * minute).unwrap()
    }

    fn caps() -> BudgetCaps {
        BudgetCaps {
            soft_cap_micro_usd: Some(MicroUsd::new(80)),
            hard_cap_micro_usd: Some(MicroUsd::new(100)),
            ..BudgetCaps::default()
        }
    }

    #[test]
    fn each_threshold_alerts_when_it_is_reached() {
        let month = BudgetMonth::default();
        let due = |committed, refused| {
            let alerts = month.due_alerts(&caps(), MicroUsd::new(committed), refused, COOLDOWN, at(0));
            alerts.into_iter().map(|(kind, _)| kind).collect::<Vec<_>>()
        };
        assert_eq!(due(79, false), []);
        assert_eq!(due(80, false), [BudgetAlertKind::SoftCap]);
        assert_eq!(
            due(100, false),
            [BudgetAlertKind::SoftCap, BudgetAlertKind::HardCap]
        );
        assert_eq!(
            due(70, true),
            [BudgetAlertKind::HardCap],
            "a refusal is the cap at work"
        );
    }

    #[test]
    fn an_alert_is_raised_at_most_once_per_cooldown() {
        let month = BudgetMonth {
            soft_cap_alerted_at: Some(at(0)),
            ..BudgetMonth::default()
        };
        let due = |now| {
            month
                .due_alerts(&caps(), MicroUsd::new(90), false, COOLDOWN, now)
                .len()
        };
        assert_eq!((due(at(29)), due(at(30))), (0, 1));
    }
}
