//! Getting edits in: one batch read, one transaction.

use std::collections::HashMap;

use domain::Context;
use domain::admission::{Admission, IDEMPOTENCY_RETENTION, IdempotencyKey, IdempotencyRecord};
use domain::ports::{AdmissionFacts, Admissions, AdmitError, FactsQuery, PortError};

use super::keys::{self, number};
use super::transaction::{Condition, TransactionError};
use crate::Cloud;

impl Admissions for Cloud {
    async fn admission_facts(&self, query: &FactsQuery<'_>) -> Result<AdmissionFacts, PortError> {
        let event = keys::event(query.event_id);
        let tenant = keys::tenant(query.tenant_id);
        let photo = keys::photo(query.event_id, query.photo_id);
        let month = keys::budget(query.tenant_id, query.month);
        let figures = keys::figures(query.event_id, query.month);
        let idempotency = query.idempotency.map(keys::idempotency);
        let fixed = [&event, &tenant, &photo, &month, &figures];
        let found = self
            .read_together(fixed.into_iter().chain(&idempotency).cloned())
            .await?;
        let remembered: Option<Remembered> = idempotency
            .map(|key| found.get(&key, "an idempotency record"))
            .transpose()?
            .flatten();
        // DynamoDB removes what has expired when it gets round to it.
        let now = self.now().as_second();
        Ok(AdmissionFacts {
            event: found.get(&event, "an event")?,
            tenant: found.get(&tenant, "a tenant")?,
            photo: found.get(&photo, "a photo")?,
            month: found.get(&month, "a budget")?.unwrap_or_default(),
            figures: found.get(&figures, "an event's figures")?.unwrap_or_default(),
            idempotency: remembered
                .filter(|held| now < held.expires_at)
                .map(|held| held.record),
        })
    }

    async fn admit(&self, admission: &Admission) -> Result<(), AdmitError> {
        let edit = &admission.edit;
        let mut writes = vec![
            self.put(keys::edit_item(edit)?, Condition::absent())?,
            self.add_figures(&edit.event_id, &edit.month, &admission.figures)?,
        ];
        let budget_at = admission.budget.as_ref().map(|_| writes.len());
        if let Some(change) = &admission.budget {
            writes.push(self.change_budget(change, admission.cap)?);
        }
        let key_at = admission.idempotency.as_ref().map(|_| writes.len());
        if let Some((key, record)) = &admission.idempotency {
            writes.push(self.remember(key, record)?);
        }
        self.transact(writes).await.map_err(|error| match error {
            // The key first: a repeated request has nothing to do with the budget any more.
            TransactionError::Refused(items) if key_at.is_some_and(|at| items.contains(&at)) => {
                AdmitError::KeyTaken
            }
            TransactionError::Refused(items) if budget_at.is_some_and(|at| items.contains(&at)) => {
                AdmitError::OverBudget
            }
            TransactionError::Refused(_) | TransactionError::Contended => AdmitError::Contended,
            TransactionError::Port(error) => AdmitError::Port(error),
        })
    }
}

impl Cloud {
    fn remember(
        &self,
        key: &IdempotencyKey,
        record: &IdempotencyRecord,
    ) -> Result<aws_sdk_dynamodb::types::TransactWriteItem, PortError> {
        let now = self.now().as_second();
        let remembered = Remembered {
            record: record.clone(),
            expires_at: now + IDEMPOTENCY_RETENTION.as_secs(),
        };
        let condition = Condition {
            expression: "attribute_not_exists(pk) OR expires_at <= :now".to_owned(),
            names: None,
            values: Some(HashMap::from([(":now".to_owned(), number(now))])),
        };
        self.put(keys::item(keys::idempotency(key), remembered)?, condition)
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Remembered {
    record: IdempotencyRecord,
    /// Seconds since 1970: the table's TTL attribute.
    expires_at: i64,
}
