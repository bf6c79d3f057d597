//! The signals that operators and organisers watch for. Each is given once per crossing and cooldown: whoever writes its
//! mark first logs it and publishes it as an event. A failure here never fails the request that caused the signal.

use cloud::{AdmissionFacts, Cloud, PortError};
use domain::breaker::Transition;
use domain::budget::{BudgetAlert, BudgetMonth, Tenant};
use domain::notice::Notice;
use domain::symptom::Symptom;
use domain::{Edit, MicroUsd, ProviderName, Settings};
use jiff::{SignedDuration, Timestamp};

use crate::admit::entry::Entry;

/// What an admission has done to the budget.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reached {
    /// So much was reserved.
    Reserved(MicroUsd),
    /// The hard cap refused; the month as it was then.
    Refused(BudgetMonth),
}

/// Admissions that others may have written since this one read the budget: as many as API Gateway lets through at once.
const AT_ONCE: i64 = 256;

/// Signals the budget thresholds that an admission has reached.
pub(crate) async fn budget(
    cloud: &Cloud,
    entry: &Entry,
    found: &AdmissionFacts,
    settings: &Settings,
    reached: Reached,
    now: Timestamp,
) {
    let Some(tenant) = &found.tenant else {
        return;
    };
    match due_alerts(cloud, tenant, found, settings, reached, now).await {
        Ok(alerts) => {
            for alert in alerts {
                raise(cloud, entry, alert, cooldown(settings)).await;
            }
        }
        Err(error) => tracing::warn!(tenant_id = %entry.tenant_id, %error, "budget not read for its alerts"),
    }
}

async fn due_alerts(
    cloud: &Cloud,
    tenant: &Tenant,
    found: &AdmissionFacts,
    settings: &Settings,
    reached: Reached,
    now: Timestamp,
) -> Result<Vec<BudgetAlert>, PortError> {
    let (caps, cooldown) = (&tenant.budget, cooldown(settings));
    let month_name = domain::context::month_of(now);
    let (month, refused) = match reached {
        Reached::Refused(month) => (month, true),
        Reached::Reserved(amount) => {
            let before = found.budget.total();
            // In a burst nobody has read what the others reserved. Near a threshold it is worth reading again.
            let most = before.committed + MicroUsd::new(amount.get().saturating_mul(AT_ONCE));
            if before.due_alerts(caps, most, false, cooldown, now).is_empty() {
                return Ok(Vec::new());
            }
            (cloud.budget(&tenant.id, &month_name).await?.total(), false)
        }
    };
    let due = month.due_alerts(caps, month.committed, refused, cooldown, now);
    let alerts = due.into_iter().map(|(kind, cap)| BudgetAlert {
        kind,
        tenant_id: tenant.id.clone(),
        month: month_name.clone(),
        at: now,
        spent_micro_usd: month.committed,
        cap_micro_usd: cap,
    });
    Ok(alerts.collect())
}

async fn raise(cloud: &Cloud, entry: &Entry, alert: BudgetAlert, cooldown: SignedDuration) {
    match cloud.raise_budget_alert(&alert, cooldown).await {
        Ok(true) => {
            let event_id = entry.event_id.clone();
            give(cloud, &Notice::Budget { event_id, alert }).await;
        }
        Ok(false) => {}
        Err(error) => tracing::warn!(tenant_id = %entry.tenant_id, %error, "budget alert not stored"),
    }
}

/// Signals a guest, or an address, that has reached its threshold of blocked prompts in the hour of `now`, which counts
/// this prompt too.
pub(crate) async fn abuse(
    cloud: &Cloud,
    entry: &Entry,
    found: &AdmissionFacts,
    settings: &Settings,
    one_more: bool,
    now: Timestamp,
) {
    let guest = (settings.abuse_escalation_threshold_per_hour, &found.guest_hour);
    let address = (settings.abuse_address_threshold_per_hour, &found.address_hour);
    for (scope, (threshold, hour)) in [(entry.guest(), guest), (entry.address.as_deref(), address)] {
        let Some(scope_hash) = scope.filter(|_| hour.must_escalate(threshold, one_more)) else {
            continue;
        };
        match cloud.mark_escalated(&entry.event_id, scope_hash, now).await {
            Ok(true) => {
                let notice = Notice::Abuse {
                    tenant_id: entry.tenant_id.clone(),
                    event_id: entry.event_id.clone(),
                    scope_hash: scope_hash.to_owned(),
                    blocked: hour.blocked + u32::from(one_more),
                    at: now,
                };
                give(cloud, &notice).await;
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(event_id = %entry.event_id, %error, "abuse escalation not marked"),
        }
    }
}

/// Signals an edit that ended badly or late. An edit that ended well and in time costs no call; any other edit costs one
/// read, and one write where the signal is due.
pub(crate) async fn ended(cloud: &Cloud, edit: &Edit) {
    if !edit.status.is_terminal() {
        return;
    }
    match symptom(cloud, edit).await {
        Ok(Some(notice)) => give(cloud, &notice).await,
        Ok(None) => {}
        Err(error) => tracing::warn!(event_id = %edit.event_id, %error, "figures of an event not read"),
    }
}

async fn symptom(cloud: &Cloud, edit: &Edit) -> Result<Option<Notice>, PortError> {
    let settings = cloud.settings().await?;
    let Some(symptom) = Symptom::of(edit, &settings) else {
        return Ok(None);
    };
    let (event, month, now) = (&edit.event_id, &edit.month, cloud.now());
    let figures = cloud.figures(event, month).await?;
    let cooldown = cooldown(&settings);
    let due = symptom.due(edit, &figures, &settings, cooldown, now);
    let marked = due.is_some() && cloud.mark_symptom(event, month, symptom, cooldown, now).await?;
    Ok(due.filter(|_| marked))
}

/// Signals a breaker's transition; only the worker that wrote it calls this. Only the beginning and the end of an outage
/// are worth a person's time.
pub(crate) async fn breaker(cloud: &Cloud, provider: ProviderName, transition: Transition) {
    let at = cloud.now();
    let notice = match transition {
        Transition::Opened(reason) => Notice::BreakerOpened { provider, reason, at },
        Transition::Closed => Notice::BreakerClosed { provider, at },
        Transition::StillOpen(reason) => {
            tracing::info!(%provider, reason = reason.as_str(), "AI provider is still out of service");
            return;
        }
    };
    give(cloud, &notice).await;
}

/// All signals share the cooldown; the setting is named after the first of them.
fn cooldown(settings: &Settings) -> SignedDuration {
    SignedDuration::from_mins(settings.budget_alert_cooldown_minutes.into())
}

async fn give(cloud: &Cloud, notice: &Notice) {
    log(notice);
    cloud.announce(notice).await;
}

/// The texts are a contract: alarms and operators search for them.
fn log(notice: &Notice) {
    match notice {
        Notice::Budget { event_id, alert } => tracing::warn!(
            tenant_id = %alert.tenant_id,
            %event_id,
            threshold = alert.kind.as_str(),
            spent_micro_usd = alert.spent_micro_usd.get(),
            cap_micro_usd = alert.cap_micro_usd.get(),
            month = alert.month,
            "{}", notice.signal()
        ),
        Notice::Abuse {
            tenant_id,
            event_id,
            scope_hash,
            blocked,
            ..
        } => tracing::warn!(%tenant_id, %event_id, scope_hash, blocked, "{}", notice.signal()),
        Notice::FailureRate {
            tenant_id,
            event_id,
            failure_rate,
            threshold,
            samples,
            ..
        } => tracing::warn!(%tenant_id, %event_id, failure_rate, threshold, samples, "{}", notice.signal()),
        Notice::Latency {
            tenant_id,
            event_id,
            provider,
            model,
            latency_ms,
            threshold_ms,
            mean_latency_ms,
            ..
        } => tracing::warn!(
            %tenant_id, %event_id, %provider, model, latency_ms, threshold_ms, mean_latency_ms,
            "{}", notice.signal()
        ),
        Notice::BreakerOpened { provider, reason, .. } => {
            tracing::warn!(%provider, reason = reason.as_str(), "{}", notice.signal());
        }
        Notice::BreakerClosed { provider, .. } => {
            tracing::warn!(%provider, reason = "works", "{}", notice.signal());
        }
    }
}
