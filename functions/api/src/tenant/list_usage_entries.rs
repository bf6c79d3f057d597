//! `GET /tenant/usage/entries`: the ledger of a tenant's month, as JSON or as CSV.

use cloud::Cloud;
use domain::budget::{LedgerEntry, LedgerKind};
use domain::{EditId, EventId, MicroUsd, Problem, ProviderName, StyleKey};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::tenant;
use crate::model::csv::{csv_page, prefers_csv};
use crate::model::month::{MonthQuery, month};
use crate::openapi::Reads;
use crate::page::{Page, PageQuery};
use crate::response::list;
use crate::{Answer, Request};

/// What became of the money that was reserved for an edit.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum EntryKind {
    /// The edit succeeded, and was paid for.
    Settled,
    /// The reservation was given back, less what a provider charged all the same.
    Released,
}

/// An entry of the ledger; every edit that ended has one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageEntry)]
struct UsageEntryBody<'a> {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = String)]
    edit_id: EditId,
    /// Null only in entries from before it was kept.
    #[schema(value_type = Option<String>)]
    event_id: Option<&'a EventId>,
    /// Null: by prompt alone.
    #[schema(value_type = Option<String>)]
    style_key: Option<&'a StyleKey>,
    kind: EntryKind,
    /// Why money was given back: the failure code of the edit.
    reason: Option<&'a str>,
    #[schema(value_type = i64)]
    cost_micro_usd: MicroUsd,
    /// Where the last attempt was made; null: nowhere.
    provider: Option<ProviderName>,
    model: Option<&'a str>,
}

function!("tenant-list-usage-entries", Tenant, list_usage_entries);

/// The ledger of the tenant's month (UTC), newest edit first; as CSV with `Accept: text/csv`
///
/// CSV has the same columns, and `cost_usd` with six decimals and a dot. It is a page, too: `Link` with `rel="next"` names
/// the next one.
#[utoipa::path(get, path = "/tenant/usage/entries", params(PageQuery, MonthQuery),
    responses((status = 200, content(([UsageEntryBody<'_>] = "application/json"), (String = "text/csv"))), Reads))]
async fn list_usage_entries(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant = tenant(request)?;
    let page: Page<EditId> = Page::of(request)?;
    let month = month(request, cloud.now())?;
    let mut found = cloud
        .ledger_entries(&tenant, &month, page.after, page.to_read())
        .await?;
    let next = page.cut(&mut found, |entry| entry.edit_id);
    let entries = found.iter().map(UsageEntryBody::new);
    if prefers_csv(request) {
        csv_page(request, &COLUMNS, entries.map(|entry| entry.row()), next)
    } else {
        Ok(list(entries, next))
    }
}

const COLUMNS: [&str; 10] = [
    "at",
    "edit_id",
    "event_id",
    "style_key",
    "kind",
    "reason",
    "cost_micro_usd",
    "provider",
    "model",
    "cost_usd",
];

impl<'a> UsageEntryBody<'a> {
    fn new(entry: &'a LedgerEntry) -> Self {
        let (kind, reason) = match entry.kind {
            LedgerKind::Settlement => (EntryKind::Settled, None),
            LedgerKind::Release => (EntryKind::Released, Some(entry.reason.as_str())),
        };
        Self {
            at: entry.at,
            edit_id: entry.edit_id,
            event_id: entry.event_id.as_ref(),
            style_key: entry.style_key.as_ref(),
            kind,
            reason,
            cost_micro_usd: entry.amount_micro_usd,
            provider: entry.provider,
            model: entry.model.as_deref(),
        }
    }

    fn row(&self) -> [String; COLUMNS.len()] {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let cost = self.cost_micro_usd.get();
        let kind = match self.kind {
            EntryKind::Settled => "settled",
            EntryKind::Released => "released",
        };
        [
            self.at.to_string(),
            self.edit_id.to_string(),
            text(self.event_id.map(EventId::as_str)),
            text(self.style_key.map(StyleKey::as_str)),
            kind.to_owned(),
            text(self.reason),
            cost.to_string(),
            text(self.provider.map(ProviderName::as_str)),
            text(self.model),
            format!("{}.{:06}", cost / 1_000_000, cost % 1_000_000),
        ]
    }
}
