//! The signals that operators and organisers watch for. Each is given once per crossing and cooldown, by whoever
//! writes its mark first. A signal that cannot be given never fails the request that caused it.

use domain::budget::{BudgetAlert, BudgetAlertKind};
use domain::ports::{AdmissionFacts, Signals};
use domain::{Context, MicroUsd, Settings};
use jiff::SignedDuration;

use crate::entry::Entry;

/// Budget thresholds that an admission has reached, or, where nothing was reserved, a refusal by the hard cap.
pub(crate) async fn budget<D>(
    deps: &D,
    entry: &Entry,
    found: &AdmissionFacts,
    settings: &Settings,
    reserved: Option<MicroUsd>,
) where
    D: Context + Signals,
{
    let Some(tenant) = &found.tenant else {
        return;
    };
    let now = deps.now();
    let committed = found.month.committed + reserved.unwrap_or_default();
    let cooldown = SignedDuration::from_mins(settings.budget_alert_cooldown_minutes.into());
    for (kind, cap) in found
        .month
        .due_alerts(&tenant.budget, committed, reserved.is_none(), cooldown, now)
    {
        let alert = BudgetAlert {
            kind,
            tenant_id: entry.tenant_id.clone(),
            month: domain::context::month_of(now),
            at: now,
            spent_micro_usd: committed,
            cap_micro_usd: cap,
        };
        match deps.raise_budget_alert(&alert, cooldown).await {
            Ok(true) => log_budget(&alert, entry),
            Ok(false) => {}
            Err(error) => tracing::warn!(tenant_id = %entry.tenant_id, %error, "budget alert not stored"),
        }
    }
}

fn log_budget(alert: &BudgetAlert, entry: &Entry) {
    let threshold: BudgetAlertKind = alert.kind;
    tracing::warn!(
        tenant_id = %entry.tenant_id,
        event_id = %entry.event_id,
        threshold = threshold.as_str(),
        spent_micro_usd = alert.spent_micro_usd.get(),
        cap_micro_usd = alert.cap_micro_usd.get(),
        month = alert.month,
        "AI budget threshold reached"
    );
}

/// A guest that has reached the threshold of blocked prompts in this hour.
pub(crate) async fn abuse<D>(
    deps: &D,
    entry: &Entry,
    found: &AdmissionFacts,
    settings: &Settings,
    one_more: bool,
) where
    D: Context + Signals,
{
    let Some(scope_hash) = entry.guest() else {
        return;
    };
    if !found.guest_hour.must_escalate(settings, one_more) {
        return;
    }
    match deps.mark_escalated(&entry.event_id, scope_hash, deps.now()).await {
        Ok(true) => tracing::warn!(
            tenant_id = %entry.tenant_id,
            event_id = %entry.event_id,
            scope_hash,
            blocked = found.guest_hour.blocked + u32::from(one_more),
            "AI abuse escalation threshold reached"
        ),
        Ok(false) => {}
        Err(error) => tracing::warn!(event_id = %entry.event_id, %error, "abuse escalation not marked"),
    }
}
