//! `magic-edits event list`

use api::tenant::list_events::TenantEventBody;
use cloud::Cloud;
use domain::context::month_of;
use domain::guard::entitlement;
use domain::{MicroUsd, TenantId};
use serde_json::json;

use crate::commands::dollars;
use crate::output::{Cell, CommandResult, Output, Table, Tone, Verdict};

pub(super) async fn list(
    cloud: &Cloud,
    output: Output,
    tenant: &TenantId,
    month: Option<String>,
) -> CommandResult {
    let now = cloud.now();
    let month = month.unwrap_or_else(|| month_of(now));
    let events = cloud.tenant_events(tenant, None, None).await?;
    let months = cloud.months_of(&events, &month).await?;
    let mut table = Table::new(
        ["slug", "name", "made", "edits", "succeeded", "spent", "AI edits"],
        "the tenant has no events",
    );
    let mut shown = Vec::new();
    for (event, did) in events.iter().zip(&months) {
        shown.push(json!(TenantEventBody::new(event, did, &month, now)));
        let made = event
            .created_at
            .map_or_else(|| "–".to_owned(), |at| at.to_string());
        let unlocked = match entitlement::check(event, now) {
            Ok(_) => Cell::new(Tone::Good, "unlocked"),
            Err(_) => Cell::new(Tone::Quiet, "locked"),
        };
        table.row([
            event.slug.as_str().into(),
            event.name.as_str().into(),
            made.into(),
            did.figures.total.into(),
            did.figures.succeeded.into(),
            dollars(MicroUsd::new(did.figures.spent_micro_usd)).into(),
            unlocked,
        ]);
    }
    output.table(shown, &table.footer(format!("figures of {month} (UTC)")))?;
    Ok(Verdict::Done)
}
