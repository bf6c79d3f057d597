//! Moving edits, and reading what a move needs.

use std::collections::HashMap;

use domain::edit::Move;
use domain::ports::{EditInContext, MoveError, PortError, Work};
use domain::{EditId, EventId, TenantId};

use super::keys::{self, number, text};
use super::transaction::{Condition, TransactionError};
use crate::Cloud;

impl Work for Cloud {
    async fn edit_in_context(
        &self,
        tenant: &TenantId,
        event: &EventId,
        id: EditId,
    ) -> Result<EditInContext, PortError> {
        let (edit, event, tenant) = (keys::edit(event, id), keys::event(event), keys::tenant(tenant));
        let found = self
            .read_together([edit.clone(), event.clone(), tenant.clone()])
            .await?;
        Ok(EditInContext {
            edit: found.get(&edit, "an edit")?,
            event: found.get(&event, "an event")?,
            tenant: found.get(&tenant, "a tenant")?,
        })
    }

    async fn apply(&self, made: &Move) -> Result<(), MoveError> {
        let edit = &made.edit;
        let unmoved = Condition {
            expression: "#status = :status AND attempt = :attempt".to_owned(),
            names: Some(HashMap::from([("#status".to_owned(), "status".to_owned())])),
            values: Some(HashMap::from([
                (":status".to_owned(), text(made.from_status.as_str())),
                (":attempt".to_owned(), number(made.from_attempt.into())),
            ])),
        };
        let mut writes = vec![self.put(keys::edit_item(edit)?, unmoved)?];
        if !made.figures.is_empty() {
            writes.push(self.add_figures(&edit.event_id, &edit.month, &made.figures, None)?);
        }
        if let Some(change) = made
            .budget
            .as_ref()
            .filter(|change| change.committed.get() != 0 || change.spent.get() != 0)
        {
            writes.push(self.change_budget(change, None)?);
        }
        if let Some(entry) = &made.ledger {
            let key = keys::ledger(&entry.tenant_id, &entry.month, entry.edit_id);
            writes.push(self.put(keys::item(key, entry)?, Condition::absent())?);
        }
        if let Some(scope_hash) = &made.frees_guest {
            writes.push(self.add_open_of_guest(scope_hash, -1, None)?);
        }
        self.transact(writes).await.map_err(|error| match error {
            TransactionError::Refused(_) => MoveError::Superseded,
            TransactionError::Contended => {
                MoveError::Port(PortError::Unavailable("dynamodb.TransactWriteItems".to_owned()))
            }
            TransactionError::Port(error) => MoveError::Port(error),
        })
    }
}
