//! A tenant's events, and what they did in a month.

use std::fmt;
use std::str::FromStr;

use domain::figures::{Figures, FiguresByStyle, count_by_style};
use domain::{Event, EventId, TenantId};
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::keys;
use super::read::parse;
use crate::table::{MAX_BATCH_GET, Query};
use crate::{Cloud, PortError};

/// Events whose months are read at the same time.
const READ_AT_ONCE: usize = 16;

/// An event's place in the list of its tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEvent {
    pub created_at: Timestamp,
    pub event_id: EventId,
}

/// As it stands in the sort key: texts of one length sort like the numbers in them.
impl fmt::Display for ListedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:015}#{}", self.created_at.as_millisecond(), self.event_id)
    }
}

impl FromStr for ListedEvent {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (millis, event_id) = text.split_once('#').ok_or(())?;
        let millis = millis.parse().map_err(drop)?;
        Ok(Self {
            created_at: Timestamp::from_millisecond(millis).map_err(drop)?,
            event_id: event_id.parse().map_err(drop)?,
        })
    }
}

/// What the list holds of an event.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) event_id: EventId,
}

/// What an event did in a month.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventMonth {
    pub figures: Figures,
    pub styles: FiguresByStyle,
}

impl Cloud {
    /// A page of a tenant's events, newest first: one query, and a batch read.
    pub async fn tenant_events(
        &self,
        tenant: &TenantId,
        after: Option<&ListedEvent>,
        limit: Option<u32>,
    ) -> Result<Vec<Event>, PortError> {
        let query = Query::table(keys::tenant(tenant).pk)
            .begins_with("EVENT#")
            .backward()
            .after(after.map(|event| keys::tenant_event(tenant, event)))
            .consistent();
        let query = match limit {
            Some(limit) => query.limit(limit),
            None => query,
        };
        let entries: Vec<Entry> = self.page(query, "an event in a list").await?;
        let mut events: Vec<Event> = Vec::with_capacity(entries.len());
        for batch in entries.chunks(MAX_BATCH_GET) {
            let keys: Vec<_> = batch.iter().map(|entry| keys::event(&entry.event_id)).collect();
            let found = self.read_together(keys.iter().cloned()).await?;
            for key in keys {
                events.extend(found.get::<Event>(&key, "an event")?);
            }
        }
        events.retain(|event| event.tenant_id == *tenant);
        Ok(events)
    }

    /// What each of these events did in a month, in their order. One query for each, which reads its shards and nothing
    /// else, however many edits they count.
    pub async fn months_of(&self, events: &[Event], month: &str) -> Result<Vec<EventMonth>, PortError> {
        let mut months = Vec::with_capacity(events.len());
        for batch in events.chunks(READ_AT_ONCE) {
            let reads = batch.iter().map(|event| self.month_of_event(&event.id, month));
            months.extend(try_join_all(reads).await?);
        }
        Ok(months)
    }

    async fn month_of_event(&self, event: &EventId, month: &str) -> Result<EventMonth, PortError> {
        let shards = keys::figures(event, month);
        let (items, _) = self.query(Query::table(shards.pk).begins_with(shards.sk)).await?;
        let (mut parts, mut styles) = (Vec::with_capacity(items.len()), FiguresByStyle::new());
        for item in items {
            for (attribute, value) in &item {
                let amount = value.as_n().ok().and_then(|amount| amount.parse().ok());
                count_by_style(&mut styles, attribute, amount.unwrap_or_default());
            }
            parts.push(parse::<Figures>(item, "an event's figures")?);
        }
        let figures = parts.into_iter().sum();
        Ok(EventMonth { figures, styles })
    }
}
