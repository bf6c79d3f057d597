//! Moving edits, and reading what a move needs.

use domain::breaker::Breakers;
use domain::budget::Tenant;
use domain::summary::LatencyHistogram;
use domain::{Edit, Event};

use domain::context::month_of;
use domain::edit::Move;
use domain::metric::{self, About};
use domain::{EditId, EventId, TenantId};

use super::breakers::{breaker_keys, breakers};
use super::keys;
use super::tenant::histogram;
use super::write::{TransactionError, add_figures, change_budget};
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
    /// Provider latencies of the event in the month in which the edit was made.
    pub latencies: LatencyHistogram,
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
        let figures = keys::figures(event_id, &month_of(id.created_at()));
        let asked = [edit.clone(), event.clone(), tenant.clone(), figures.clone()];
        let found = self
            .read_together(asked.into_iter().chain(breaker_keys()))
            .await?;
        Ok(EditInContext {
            edit: found.get(&edit, "an edit")?,
            event: found.get(&event, "an event")?,
            tenant: found.get(&tenant, "a tenant")?,
            breakers: breakers(&found),
            latencies: found.item(&figures).map(histogram).unwrap_or_default(),
        })
    }

    /// The only way in which an edit moves: one transaction, on condition that the edit is still where the move starts.
    pub async fn apply(&self, made: &Move) -> Result<(), MoveError> {
        let edit = &made.edit;
        let unmoved = Condition::eq("status", text(made.from_status.as_str()))
            .and(Condition::eq("attempt", number(made.from_attempt)));
        // The edit first: a refusal by the budget is told apart from one by the edit by its position.
        let mut writes = vec![Write::put(keys::edit_item(edit)?).when(unmoved)];
        if let Some(change) = made
            .budget
            .as_ref()
            .filter(|change| change.committed.get() != 0 || change.spent.get() != 0)
        {
            writes.push(change_budget(change, made.cap));
        }
        if !made.figures.is_empty() {
            writes.push(add_figures(&edit.event_id, &edit.month, &made.figures, None));
        }
        if let Some(entry) = &made.ledger {
            let key = keys::ledger(&entry.tenant_id, &entry.month, entry.edit_id);
            writes.push(Write::put(keys::item(key, entry)?).when(Condition::Absent));
        }
        if let Some(scope_hash) = &made.frees_guest {
            writes.push(self.add_open_of_guest(scope_hash, -1));
        }
        self.transact(writes).await.map_err(|error| match error {
            // Without a cap the budget has no condition.
            TransactionError::Refused(items) if items == [1] && made.cap.is_some() => MoveError::OverBudget,
            TransactionError::Refused(_) => MoveError::Superseded,
            error => MoveError::Port(error.into()),
        })?;
        if let Some(stated) = made.disbelieved {
            tracing::warn!(
                edit_id = %edit.id, provider = edit.current_attempt().map(|attempt| attempt.provider.as_str()),
                stated_micro_usd = stated.get(), booked_micro_usd = edit.estimate().get(),
                "a provider stated a cost out of bounds"
            );
        }
        self.measure(About::edit(edit), &metric::of_move(made));
        Ok(())
    }
}
