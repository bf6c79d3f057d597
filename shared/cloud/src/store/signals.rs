//! Signals that are given once: who writes the mark first, gives them.

use crate::PortError;
use std::collections::HashMap;

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use domain::EventId;
use domain::budget::BudgetAlert;
use domain::context::{hour_of, month_of};
use domain::figures::{Counter, Figures};
use domain::symptom::Symptom;
use jiff::{SignedDuration, Timestamp};

use super::catalog::unwritten;
use super::keys::{self, Item, Key, text};
use super::transaction::{Addition, Condition, TransactionError};
use crate::Cloud;

impl Cloud {
    /// Stores a budget alert unless one of its kind was stored within the cooldown; true where it was stored.
    pub async fn raise_budget_alert(
        &self,
        alert: &BudgetAlert,
        cooldown: SignedDuration,
    ) -> Result<bool, PortError> {
        let at = alert.at.to_string();
        let quiet_since = alert.at.checked_sub(cooldown).unwrap_or(alert.at);
        let mark = self.mark(
            keys::budget(&alert.tenant_id, &alert.month),
            alert.kind.alerted_at(),
            Item::from([
                (":at".to_owned(), text(&at)),
                (":quiet".to_owned(), text(quiet_since.to_string())),
            ]),
            "attribute_not_exists(#mark) OR #mark <= :quiet",
        )?;
        let stored = keys::item(
            keys::budget_alert(&alert.tenant_id, &at, alert.kind.as_str()),
            alert,
        )?;
        self.once(vec![mark, self.put(stored, Condition::absent())?])
            .await
    }

    /// Marks a guest's hour as escalated; true for whoever marks it first.
    pub async fn mark_escalated(
        &self,
        event: &EventId,
        scope_hash: &str,
        now: Timestamp,
    ) -> Result<bool, PortError> {
        let mark = self.mark(
            keys::guest_hour(scope_hash, &hour_of(now)),
            "escalated",
            Item::from([(
                ":at".to_owned(),
                aws_sdk_dynamodb::types::AttributeValue::Bool(true),
            )]),
            // The hour is there, because a blocked prompt was counted in it; without it, this mark would never expire.
            "attribute_exists(pk) AND attribute_not_exists(#mark)",
        )?;
        let counted = self.add(Addition {
            key: keys::figures(event, &month_of(now)),
            amounts: vec![(Counter::AbuseEscalations.attribute(), 1)],
            at_most: None,
            set: Some(("abuse_escalated_at", text(now.to_string()))),
        })?;
        self.once(vec![mark, counted]).await
    }

    /// An event's counters of a month.
    pub async fn figures(&self, event: &EventId, month: &str) -> Result<Figures, PortError> {
        let found = self
            .read(keys::figures(event, month), "an event's figures")
            .await?;
        Ok(found.unwrap_or_default())
    }

    /// Marks a symptom in an event's month unless it was marked within the cooldown; true for whoever marked it.
    pub async fn mark_symptom(
        &self,
        event: &EventId,
        month: &str,
        symptom: Symptom,
        cooldown: SignedDuration,
        now: Timestamp,
    ) -> Result<bool, PortError> {
        let quiet_since = now.checked_sub(cooldown).unwrap_or(now);
        let mark = self.mark(
            keys::figures(event, month),
            symptom.alerted_at(),
            Item::from([
                (":at".to_owned(), text(now.to_string())),
                (":quiet".to_owned(), text(quiet_since.to_string())),
            ]),
            "attribute_not_exists(#mark) OR #mark <= :quiet",
        )?;
        self.once(vec![mark]).await
    }
}

impl Cloud {
    fn mark(
        &self,
        key: Key,
        attribute: &str,
        values: Item,
        condition: &str,
    ) -> Result<TransactWriteItem, PortError> {
        let update = Update::builder()
            .table_name(&self.config.table)
            .set_key(Some(key.into_item()))
            .update_expression("SET #mark = :at")
            .condition_expression(condition)
            .set_expression_attribute_names(Some(HashMap::from([("#mark".to_owned(), attribute.to_owned())])))
            .set_expression_attribute_values(Some(values))
            .build()
            .map_err(|_| PortError::Unreadable("a mark".to_owned()))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// True where this call wrote it, false where somebody else had. Every edit moves these items too: one in the way
    /// is not another signal.
    async fn once(&self, writes: Vec<TransactWriteItem>) -> Result<bool, PortError> {
        match self.transact(writes).await {
            Ok(()) => Ok(true),
            Err(TransactionError::Refused(_)) => Ok(false),
            Err(error) => Err(unwritten(error)),
        }
    }
}
