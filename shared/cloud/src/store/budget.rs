//! A tenant's month of money: its own item, and the shards that have room of it.

use domain::budget::parts::{BUDGET_SHARDS, BudgetParts, Needs, Reservation};
use domain::budget::{BudgetChange, BudgetMonth};
use domain::{EditId, MicroUsd, TenantId};

use super::keys;
use super::read::Found;
use super::write::at_most;
use crate::table::{Condition, Key, Update, Write, number};
use crate::{Cloud, PortError};

impl Cloud {
    /// The parts of a tenant's month, in one batch read.
    pub async fn budget(&self, tenant: &TenantId, month: &str) -> Result<BudgetParts, PortError> {
        let found = self.read_together(parts_keys(tenant, month)).await?;
        parts(&found, tenant, month)
    }
}

/// The keys of all parts.
pub(super) fn parts_keys(tenant: &TenantId, month: &str) -> impl Iterator<Item = Key> {
    let shards = (0..BUDGET_SHARDS).map(move |shard| keys::budget_shard(tenant, month, shard));
    std::iter::once(keys::budget(tenant, month)).chain(shards)
}

/// The parts, among items that were read together.
pub(super) fn parts(found: &Found, tenant: &TenantId, month: &str) -> Result<BudgetParts, PortError> {
    let own: Option<BudgetMonth> = found.get(&keys::budget(tenant, month), "a budget")?;
    let mut parts = BudgetParts {
        own: own.unwrap_or_default(),
        ..BudgetParts::default()
    };
    for (number, shard) in parts.shards.iter_mut().enumerate() {
        let key = keys::budget_shard(tenant, month, number);
        *shard = found.get(&key, "a budget's shard")?.unwrap_or_default();
    }
    Ok(parts)
}

/// The writes of a reservation.
pub(super) fn reserve(tenant: &TenantId, month: &str, reservation: &Reservation) -> Vec<Write> {
    let own = reservation.own.map(|change| {
        let update = Update::default().add("committed", change.committed.get());
        let stays_within = at_most("committed", change.at_most.get());
        Write::update(keys::budget(tenant, month), update).when(stays_within)
    });
    let shards = reservation.shards.iter().map(|change| {
        let update = Update::default().add("room", change.room.get());
        let condition = match change.needs {
            Needs::Nothing => Condition::Always,
            Needs::AtLeast(room) => Condition::ge("room", number(room.get())),
            Needs::Exactly(room) => Condition::eq("room", number(room.get())),
        };
        Write::update(keys::budget_shard(tenant, month, change.shard), update).when(condition)
    });
    own.into_iter().chain(shards).collect()
}

/// The write that ends an edit's reservation: what it did not cost is room again. `None` where no money moves.
pub(super) fn settle(change: &BudgetChange, edit: EditId) -> Option<Write> {
    if change.committed == MicroUsd::ZERO && change.spent == MicroUsd::ZERO {
        return None;
    }
    let update = Update::default()
        .add("room", (-change.committed).get())
        .add("spent", change.spent.get());
    let shard = edit.shard(u8::try_from(BUDGET_SHARDS).unwrap_or(u8::MAX));
    let key = keys::budget_shard(&change.tenant_id, &change.month, shard.into());
    Some(Write::update(key, update))
}
