//! A month's budget in parts, so that many edits can be reserved at once and the cap stays exact.
//!
//! DynamoDB cancels one of two transactions that meet at one item. The month's own item therefore hands what is left
//! below the cap out to shards, as their room, and an admission takes from one shard. The month counts as committed
//! what it has handed out:
//!
//! - the month's own `committed` stays within the cap, by a condition;
//! - a shard's room stays at 0 or above, by a condition;
//! - so what is really committed, the month's own number less all room, stays within the cap too.
//!
//! Near the cap nothing is handed out any more: what is left is reserved at the month's own item, or collected from the
//! shards. A month that was written before there were shards is a month that has handed out nothing.

use serde::{Deserialize, Serialize};

use super::BudgetMonth;
use crate::money::MicroUsd;

/// Parts of a month's budget besides its own item.
pub const BUDGET_SHARDS: usize = 8;
/// A hand-out gives each shard this part of what is left, so that half of it stays.
const HANDED_OUT: i64 = 2 * BUDGET_SHARDS as i64;

/// A shard of a month's budget.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BudgetShard {
    /// What may still be reserved here. Below 0 where edits were reserved without a cap, or cost more than reserved.
    pub room: MicroUsd,
    /// What was spent here.
    pub spent: MicroUsd,
}

/// A month's budget as it is stored.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct BudgetParts {
    /// The month's own item: `committed` contains what was handed out to the shards.
    pub own: BudgetMonth,
    pub shards: [BudgetShard; BUDGET_SHARDS],
}

/// What one transaction changes to reserve an amount.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Reservation {
    pub own: Option<OwnChange>,
    pub shards: Vec<ShardChange>,
}

/// A change of the month's own item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnChange {
    /// Added to [`BudgetMonth::committed`].
    pub committed: MicroUsd,
    /// On condition that it is no more than this before.
    pub at_most: MicroUsd,
}

/// A change of a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardChange {
    pub shard: usize,
    /// Added to [`BudgetShard::room`].
    pub room: MicroUsd,
    /// On this condition.
    pub needs: Needs,
}

/// What a shard's room must be before a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    AtLeast(MicroUsd),
    Exactly(MicroUsd),
}

impl BudgetParts {
    /// The month as a whole.
    pub fn total(&self) -> BudgetMonth {
        let spent: MicroUsd = self.shards.iter().map(|shard| shard.spent).sum();
        BudgetMonth {
            committed: self.own.committed - self.room(),
            spent: self.own.spent + spent,
            ..self.own
        }
    }

    fn room(&self) -> MicroUsd {
        self.shards.iter().map(|shard| shard.room).sum()
    }

    /// How to reserve an amount; `None` where it would pass the cap. The parts may have changed since they were read:
    /// then a condition of the reservation does not hold, and the caller reads again.
    ///
    /// `random` chooses among shards that are equally good.
    pub fn reserve(&self, amount: MicroUsd, cap: Option<MicroUsd>, random: u64) -> Option<Reservation> {
        let Some(cap) = cap else {
            return Some(Reservation::from_shard(any(random), amount, Needs::Nothing));
        };
        if self.total().committed + amount > cap {
            return None;
        }
        if amount <= MicroUsd::ZERO {
            return Some(Reservation::from_shard(any(random), amount, Needs::Nothing));
        }
        let left = cap - self.own.committed;
        // A lower cap, or a reservation without one: the room of a shard may be no room below this cap.
        if left < MicroUsd::ZERO || self.shards.iter().any(|shard| shard.room < MicroUsd::ZERO) {
            return Some(self.collect(amount, cap));
        }
        let (rich, poor): (Vec<usize>, Vec<usize>) =
            (0..BUDGET_SHARDS).partition(|shard| self.shards[*shard].room >= amount);
        // Whole edits of this price, so that nothing is left over in the shards.
        let slice = left.get() / HANDED_OUT / amount.get() * amount.get();
        if rich.len() < poor.len() && slice > 0 {
            return Some(hand_out(&poor, MicroUsd::new(slice), amount, cap, random));
        }
        Some(if !rich.is_empty() {
            Reservation::from_shard(one_of(&rich, random), amount, Needs::AtLeast(amount))
        } else if left >= amount {
            Reservation {
                own: Some(OwnChange::within(cap, amount)),
                shards: Vec::new(),
            }
        } else {
            self.collect(amount, cap)
        })
    }

    /// Takes all room back to the month's own item, and reserves there.
    fn collect(&self, amount: MicroUsd, cap: MicroUsd) -> Reservation {
        let with_room = self.shards.iter().enumerate();
        let with_room = with_room.filter(|(_, shard)| shard.room != MicroUsd::ZERO);
        Reservation {
            own: Some(OwnChange::within(cap, amount - self.room())),
            shards: with_room
                .map(|(number, shard)| ShardChange {
                    shard: number,
                    room: -shard.room,
                    needs: Needs::Exactly(shard.room),
                })
                .collect(),
        }
    }
}

/// Gives a slice to each of the shards, and takes the amount from one of them.
fn hand_out(to: &[usize], slice: MicroUsd, amount: MicroUsd, cap: MicroUsd, random: u64) -> Reservation {
    let used = one_of(to, random);
    let given = to.iter().map(|_| slice).sum();
    Reservation {
        own: Some(OwnChange::within(cap, given)),
        shards: to
            .iter()
            .map(|shard| ShardChange {
                shard: *shard,
                room: if *shard == used { slice - amount } else { slice },
                needs: Needs::Nothing,
            })
            .collect(),
    }
}

impl Reservation {
    fn from_shard(shard: usize, amount: MicroUsd, needs: Needs) -> Self {
        let room = -amount;
        Self {
            own: None,
            shards: vec![ShardChange { shard, room, needs }],
        }
    }
}

impl OwnChange {
    fn within(cap: MicroUsd, committed: MicroUsd) -> Self {
        Self {
            committed,
            at_most: cap - committed,
        }
    }
}

fn any(random: u64) -> usize {
    one_of(&std::array::from_fn::<_, BUDGET_SHARDS, _>(|shard| shard), random)
}

/// One of several; there is at least one.
fn one_of(shards: &[usize], random: u64) -> usize {
    let at = usize::try_from(random).unwrap_or(usize::MAX) % shards.len().max(1);
    shards.get(at).copied().unwrap_or_default()
}
