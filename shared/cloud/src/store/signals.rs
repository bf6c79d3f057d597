//! Signals that are given once: whoever writes the mark first gives the signal.

use domain::EventId;
use domain::budget::BudgetAlert;
use domain::context::{hour_of, month_of};
use domain::figures::Counter;
use domain::symptom::Symptom;
use jiff::{SignedDuration, Timestamp};

use super::keys;
use crate::table::{Condition, Key, Update, Value, Write, text};
use crate::{Cloud, PortError};

impl Cloud {
    /// Stores a budget alert unless one of its kind was stored within the cooldown; true where it was stored.
    pub async fn raise_budget_alert(
        &self,
        alert: &BudgetAlert,
        cooldown: SignedDuration,
    ) -> Result<bool, PortError> {
        let month = keys::budget(&alert.tenant_id, &alert.month);
        let kind = alert.kind.as_str();
        let key = keys::budget_alert(&alert.tenant_id, &alert.at.to_string(), kind);
        self.transact_if(vec![
            mark(month, alert.kind.alerted_at(), alert.at, cooldown),
            Write::put(keys::item(key, alert)?).when(Condition::Absent),
        ])
        .await
    }

    /// Marks a guest's hour as escalated; true for whoever marks it first.
    pub async fn mark_escalated(
        &self,
        event: &EventId,
        scope_hash: &str,
        now: Timestamp,
    ) -> Result<bool, PortError> {
        let marked = Update::default().set("escalated", Value::Bool(true));
        // The hour is there, because a blocked prompt was counted in it; without it, this mark would never expire.
        let unmarked = Condition::Exists.and(Condition::missing("escalated"));
        let counted = Update::default()
            .add(Counter::AbuseEscalations.attribute(), 1)
            .set("abuse_escalated_at", text(now.to_string()));
        self.transact_if(vec![
            Write::update(keys::guest_hour(scope_hash, &hour_of(now)), marked).when(unmarked),
            Write::update(keys::figures(event, &month_of(now)), counted),
        ])
        .await
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
        let month = keys::figures(event, month);
        self.transact_if(vec![mark(month, symptom.alerted_at(), now, cooldown)])
            .await
    }
}

/// Sets the time of a signal, unless it was set within the cooldown.
fn mark(key: Key, attribute: &str, now: Timestamp, cooldown: SignedDuration) -> Write {
    let quiet_since = now.checked_sub(cooldown).unwrap_or(now);
    let due = Condition::missing(attribute).or(Condition::le(attribute, text(quiet_since.to_string())));
    let update = Update::default().set(attribute, text(now.to_string()));
    Write::update(key, update).when(due)
}
