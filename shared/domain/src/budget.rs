//! A tenant's budget and the ledger of what was spent (rows B1–B5).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{EditId, TenantId};
use crate::money::MicroUsd;
use crate::watermark::WatermarkSettings;

/// An organiser's account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tenant {
    /// Chosen by the superadmin.
    pub id: TenantId,
    /// For people.
    pub name: String,
    /// What it may spend in a month.
    #[serde(default)]
    pub budget: BudgetCaps,
    /// Its watermark; absent: the installation's.
    #[serde(default)]
    pub watermark: Option<WatermarkSettings>,
}

/// What a tenant may spend in a month (UTC).
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BudgetCaps {
    /// Alerts at this; absent: never.
    pub soft_cap_micro_usd: Option<MicroUsd>,
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

/// What a tenant has spent and reserved in one month.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BudgetMonth {
    /// Spent and reserved together: one number, because a condition cannot add.
    pub committed: MicroUsd,
    /// The sum of the ledger.
    pub spent: MicroUsd,
}

/// What a move does to a tenant's budget.
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

/// Why a ledger entry was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerKind {
    /// A successful edit was paid for.
    Settlement,
    /// A reservation was given back.
    Release,
}

impl LedgerKind {
    /// As it stands in the table's sort key.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Settlement => "settlement",
            Self::Release => "release",
        }
    }
}

/// One entry of the append-only ledger. An edit gets at most one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// The edit.
    pub edit_id: EditId,
    /// Its tenant.
    pub tenant_id: TenantId,
    /// The month it counts in.
    pub month: String,
    /// What happened.
    pub kind: LedgerKind,
    /// What was spent: the real cost of a settlement, nothing for a release.
    pub amount_micro_usd: MicroUsd,
    /// What had been reserved.
    pub reserved_micro_usd: MicroUsd,
    /// Why: the provider and model of a settlement, the failure code of a release.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}
