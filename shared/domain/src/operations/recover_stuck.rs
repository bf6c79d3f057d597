//! Edits that do not move: which those are, and what may be done with them.

use std::num::NonZeroU32;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::edit::{Edit, PATIENCE, Status};
use crate::id::EditId;
use crate::settings::Settings;

/// The action for edits that do not move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// Report what `requeue` would do, without asking a provider.
    #[default]
    DryRun,
    /// A queued edit is sent again. The provider is asked about a processing edit: a finished picture is delivered, a
    /// running attempt is polled again, and a failed one is treated like any failed attempt.
    Requeue,
    /// The edit ends, unless the provider has its picture: that is delivered.
    Fail,
}

/// Payload of `recover-stuck`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecoverStuck {
    /// Edits that have not moved for this long are stuck.
    pub minutes: u32,
    pub action: Recovery,
    /// The most edits, those due first.
    pub limit: NonZeroU32,
    /// Leave alone what an operator holds back, by `queue_auto_dispatch` or the kill switch. The schedule does.
    pub spare_held: bool,
}

impl Default for RecoverStuck {
    fn default() -> Self {
        Self {
            minutes: 30,
            action: Recovery::DryRun,
            limit: NonZeroU32::new(500).unwrap_or(NonZeroU32::MIN),
            spare_held: false,
        }
    }
}

impl RecoverStuck {
    fn patience(&self) -> SignedDuration {
        SignedDuration::from_mins(self.minutes.into())
    }

    /// The latest deadline of an edit that is stuck: a deadline is never further away from an edit's last move than
    /// [`PATIENCE`], so whatever is due later has moved since.
    pub fn due_before(&self, now: Timestamp) -> Timestamp {
        now.checked_sub(self.patience())
            .and_then(|moved| moved.checked_add(PATIENCE))
            .unwrap_or(Timestamp::MIN)
    }

    /// Whether an edit is stuck.
    pub fn is_stuck(&self, edit: &Edit, now: Timestamp) -> bool {
        !edit.status.is_terminal() && now.duration_since(edit.updated_at) >= self.patience()
    }

    /// Whether an edit that does not move is to be left alone, because an operator wants it so.
    pub fn spares(&self, edit: &Edit, settings: &Settings) -> bool {
        self.spare_held && is_held(edit, settings)
    }
}

/// Whether an operator's switch is why a queued edit does not move. An edit that had an attempt was let through.
fn is_held(edit: &Edit, settings: &Settings) -> bool {
    edit.status == Status::Queued
        && (!settings.is_enabled || (edit.attempt == 0 && !settings.queue_auto_dispatch))
}

/// The result for an edit, or in a dry run the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// It is with the workers again.
    Requeue,
    /// The provider had finished it, and its picture is stored.
    Deliver,
    /// It has ended without a picture.
    Fail,
    /// Nothing: another worker was faster.
    Leave,
    /// Nothing, although something should be done: a service that it needs cannot be reached now.
    Error,
}

/// The result for one edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveredItem {
    pub id: EditId,
    /// Its status before.
    pub status: Status,
    /// Whole minutes since it last moved.
    pub age_minutes: i64,
    pub action: Treatment,
    /// Why. Never a prompt.
    pub reason: String,
}

impl RecoveredItem {
    /// An edit as it was found, and what was done with it.
    pub fn of(edit: &Edit, now: Timestamp, action: Treatment, reason: String) -> Self {
        Self {
            id: edit.id,
            status: edit.status,
            age_minutes: now.duration_since(edit.updated_at).as_mins(),
            action,
            reason,
        }
    }
}

/// Answer of `recover-stuck`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Recovered {
    /// Edits that do not move.
    pub matched: u32,
    /// Those that are with the workers again; in a dry run, that would be.
    pub requeued: u32,
    /// Those whose picture was at the provider.
    #[serde(default)]
    pub delivered: u32,
    /// Those that ended without a picture.
    pub failed: u32,
    /// Those that could not be treated now.
    #[serde(default)]
    pub errors: u32,
    /// Edits that were spared because an operator holds them back; not among the matched.
    #[serde(default)]
    pub held: u32,
    /// There may be more: it stopped at its limit, or before its time was up.
    #[serde(default)]
    pub more: bool,
    /// One each of the matched.
    pub items: Vec<RecoveredItem>,
}

impl Recovered {
    /// Counts an edit.
    pub fn add(&mut self, item: RecoveredItem) {
        self.matched += 1;
        match item.action {
            Treatment::Requeue => self.requeued += 1,
            Treatment::Deliver => self.delivered += 1,
            Treatment::Fail => self.failed += 1,
            Treatment::Leave => {}
            Treatment::Error => self.errors += 1,
        }
        self.items.push(item);
    }
}

#[cfg(test)]
mod tests;
