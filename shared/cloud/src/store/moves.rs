//! Moving edits, and reading what a move needs.

use domain::breaker::Breakers;
use domain::budget::parts::BudgetParts;
use domain::budget::{BudgetChange, Tenant};
use domain::context::month_of;
use domain::edit::Move;
use domain::metric::{self, About};
use domain::{Edit, EditId, Event, EventId, MicroUsd, TenantId};
use jiff::Timestamp;

use super::breakers::{breaker_keys, breakers};
use super::removal::Gone;
use super::write::TransactionError;
use super::{activity, budget, figures, keys};
use crate::patience::Patience;
use crate::table::{Condition, Write, number, text};
use crate::{Cloud, MoveError, PortError};

/// See [`Cloud::edit_in_context`].
#[derive(Debug, Clone, PartialEq)]
pub struct EditInContext {
    /// `None` where it is gone.
    pub edit: Option<Edit>,
    pub event: Option<Event>,
    pub tenant: Option<Tenant>,
    pub breakers: Breakers,
    /// The latency that a quarter of the event's edits stay within, where it has a history: as the edit's shard of the
    /// counters has it, else as the edit found it when it was admitted.
    pub quick_latency_ms: Option<u64>,
}

impl Cloud {
    /// An edit with everything that work on it needs, in one read.
    pub async fn edit_in_context(
        &self,
        tenant: &TenantId,
        event_id: &EventId,
        id: EditId,
    ) -> Result<EditInContext, PortError> {
        let (edit, event, tenant) = (
            keys::edit(event_id, id),
            keys::event(event_id),
            keys::tenant(tenant),
        );
        let shard = figures::key_of(event_id, &month_of(id.created_at()), id);
        let asked = [edit.clone(), event.clone(), tenant.clone(), shard.clone()];
        let found = self
            .read_together(asked.into_iter().chain(breaker_keys()))
            .await?;
        let edit: Option<Edit> = found.get(&edit, "an edit")?;
        let of_shard = found
            .item(&shard)
            .and_then(|shard| figures::histogram(shard).quick());
        let found_then = edit.as_ref().and_then(|edit| edit.arrival?.quick_latency_ms);
        Ok(EditInContext {
            edit,
            quick_latency_ms: of_shard.or(found_then),
            event: found.get(&event, "an event")?,
            tenant: found.get(&tenant, "a tenant")?,
            breakers: breakers(&found),
        })
    }

    /// The only way in which an edit moves: one transaction, on condition that the edit is still where the move starts.
    ///
    /// What somebody says of the edit at the same moment, that it is hidden or deleted, is no move, and is never lost: the
    /// move is made to the edit as it is marked. The move that ends a deleted edit takes its row and its pictures away.
    pub async fn apply(&self, made: &Move) -> Result<(), MoveError> {
        let mut patience = Patience::new();
        let mut made = made.clone();
        let gone = loop {
            let gone = ending(&made, self.now());
            let writes = self.writes_of_move(&made, gone.as_ref()).await?;
            match self.transact_once(&writes, &mut patience).await {
                Ok(()) => break gone,
                // The edit comes first. Where only the budget refuses, it has moved since it was read.
                Err(TransactionError::Refused(items)) if made.reserves().is_none() || items.contains(&0) => {
                    if !self.take_marks(&mut made).await? {
                        return Err(MoveError::Superseded);
                    }
                    continue;
                }
                Err(TransactionError::Refused(_) | TransactionError::Contended) => {}
                Err(error) => return Err(MoveError::Port(error.into())),
            }
            if !patience.pause().await {
                return Err(MoveError::Port(TransactionError::Contended.into()));
            }
        };
        if let Some(gone) = gone
            && let Err(error) = self.remove_objects(&gone.object_keys).await
        {
            tracing::warn!(%error, "the pictures of a deleted edit are still there; recovery removes them");
        }
        let edit = &made.edit;
        if let Some(stated) = made.disbelieved {
            tracing::warn!(
                edit_id = %edit.id, provider = edit.current_attempt().map(|attempt| attempt.provider.as_str()),
                stated_micro_usd = stated.get(), booked_micro_usd = edit.estimate().get(),
                "a provider stated a cost out of bounds"
            );
        }
        self.measure(About::edit(edit), &metric::of_move(&made));
        Ok(())
    }

    /// Takes over the marks of the stored edit; false where it has none that are new, or is not where the move starts.
    async fn take_marks(&self, made: &mut Move) -> Result<bool, MoveError> {
        let edit = &mut made.edit;
        let Some(stored) = self.edit(&edit.event_id, edit.id).await? else {
            return Ok(false);
        };
        let is_there = stored.status == made.from_status && stored.attempt == made.from_attempt;
        let marks = (stored.review, stored.deleted_at);
        if !is_there || marks == (edit.review, edit.deleted_at) {
            return Ok(false);
        }
        (edit.review, edit.deleted_at) = marks;
        Ok(true)
    }

    async fn writes_of_move(&self, made: &Move, gone: Option<&Gone>) -> Result<Vec<Write>, MoveError> {
        let edit = &made.edit;
        let unmoved = Condition::eq("status", text(made.from_status.as_str()))
            .and(Condition::eq("attempt", number(made.from_attempt)));
        let unmoved = unmoved.and(keys::unmarked(edit));
        let mut writes = match gone {
            None => vec![Write::put(keys::edit_item(edit)?).when(unmoved)],
            Some(gone) => vec![
                Write::delete(keys::edit(&edit.event_id, edit.id)).when(unmoved),
                gone.write()?,
            ],
        };
        if let Some(change) = made.reserves() {
            writes.extend(self.raise(change, made.cap).await?);
        } else if let Some(change) = &made.budget {
            writes.extend(budget::settle(change, edit.id));
        }
        if !made.figures.is_empty() {
            writes.push(figures::add(edit, &made.figures));
            writes.extend(activity::add(edit, &made.figures));
        }
        if let Some(entry) = &made.ledger {
            let key = keys::ledger(&entry.tenant_id, &entry.month, entry.edit_id);
            writes.push(Write::put(keys::item(key, entry)?).when(Condition::Absent));
        }
        if let Some(scope_hash) = &made.frees_guest {
            writes.push(self.add_open(keys::guest_open(scope_hash), -1));
        }
        if made.frees_event {
            writes.push(self.add_open(keys::event_open(&edit.event_id), -1));
        }
        Ok(writes)
    }

    /// The writes that reserve more for an edit.
    async fn raise(&self, change: &BudgetChange, cap: Option<MicroUsd>) -> Result<Vec<Write>, MoveError> {
        let parts = match cap {
            Some(_) => self.budget(&change.tenant_id, &change.month).await?,
            None => BudgetParts::default(),
        };
        let reservation = self.reservation(&parts, change.committed, cap);
        let reservation = reservation.ok_or(MoveError::OverBudget)?;
        Ok(budget::reserve(&change.tenant_id, &change.month, &reservation))
    }
}

/// What remains of a deleted edit that this move ends.
fn ending(made: &Move, now: Timestamp) -> Option<Gone> {
    let edit = &made.edit;
    let ends = edit.deleted_at.is_some() && edit.status.is_terminal();
    ends.then(|| Gone::edit(edit, now))
}
