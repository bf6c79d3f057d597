//! Where each item lives.

use crate::PortError;
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::admission::IdempotencyKey;
use domain::{AddonKey, Edit, EditId, EventId, PackageKey, PhotoId, ProviderName, Status, TenantId, TokenId};
use serde::Serialize;

/// An item as DynamoDB has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Index of an event's edits by status.
pub(crate) const BY_STATUS: &str = "by_status";
/// Sparse index of the edits that are not terminal, by deadline.
pub(crate) const OPEN_EDITS: &str = "open_edits";
/// Its partition of the edits that succeeded and have no stored copy, by the time they ended.
pub(crate) const UNSTORED: &str = "UNSTORED";
/// Number of partitions of the open edits.
const OPEN_SHARDS: u64 = 16;

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    pub(crate) fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    /// As a request wants it.
    pub(crate) fn into_item(self) -> Item {
        HashMap::from([("pk".to_owned(), text(self.pk)), ("sk".to_owned(), text(self.sk))])
    }

    /// Whether an item that was read is the one of this key.
    pub(crate) fn is_of(&self, item: &Item) -> bool {
        let has = |name: &str, value: &str| {
            item.get(name)
                .and_then(|attribute| attribute.as_s().ok())
                .is_some_and(|found| found == value)
        };
        has("pk", &self.pk) && has("sk", &self.sk)
    }
}

pub(crate) const META: &str = "META";

pub(crate) fn event(id: &EventId) -> Key {
    Key::new(event_partition(id), META)
}

pub(crate) fn event_partition(id: &EventId) -> String {
    format!("EVENT#{id}")
}

pub(crate) fn slug(tenant: &TenantId, slug: &str) -> Key {
    Key::new(format!("SLUG#{tenant}#{slug}"), META)
}

pub(crate) fn token(hash: &str) -> Key {
    Key::new(format!("TOKEN#{hash}"), META)
}

pub(crate) fn photo(event: &EventId, photo: PhotoId) -> Key {
    Key::new(event_partition(event), format!("PHOTO#{}", photo.ulid()))
}

pub(crate) fn edit(event: &EventId, edit: EditId) -> Key {
    Key::new(event_partition(event), format!("EDIT#{}", edit.ulid()))
}

pub(crate) fn figures(event: &EventId, month: &str) -> Key {
    Key::new(event_partition(event), format!("STATS#{month}"))
}

pub(crate) fn tenant(id: &TenantId) -> Key {
    Key::new(format!("TENANT#{id}"), META)
}

pub(crate) fn budget(id: &TenantId, month: &str) -> Key {
    Key::new(format!("TENANT#{id}"), format!("BUDGET#{month}"))
}

/// An edit gets at most one entry, and its key says so. ULIDs sort by time.
pub(crate) fn ledger(tenant: &TenantId, month: &str, edit: EditId) -> Key {
    Key::new(format!("TENANT#{tenant}#LEDGER#{month}"), edit.ulid())
}

/// A guest's edits under way.
pub(crate) fn guest_open(scope_hash: &str) -> Key {
    Key::new(format!("SCOPE#{scope_hash}"), "OPEN")
}

/// What a guest has done in an hour.
pub(crate) fn guest_hour(scope_hash: &str, hour: &str) -> Key {
    Key::new(format!("SCOPE#{scope_hash}"), format!("HOUR#{hour}"))
}

/// A budget alert; sorts by time.
pub(crate) fn budget_alert(tenant: &TenantId, at: &str, kind: &str) -> Key {
    Key::new(format!("TENANT#{tenant}"), format!("ALERT#{at}#{kind}"))
}

pub(crate) fn idempotency(key: &IdempotencyKey) -> Key {
    Key::new(format!("IDEM#{}#{}", key.scope, key.key), META)
}

/// A hint that was taken at an attempt.
pub(crate) fn hint(edit: EditId, attempt: u32) -> Key {
    Key::new(format!("HINT#{}", edit.ulid()), attempt.to_string())
}

/// A provider's circuit breaker.
pub(crate) fn breaker(provider: ProviderName) -> Key {
    Key::new(format!("BREAKER#{provider}"), META)
}

pub(crate) fn style(key: &str) -> Key {
    Key::new(STYLES.to_owned(), key)
}

pub(crate) fn package(key: &str) -> Key {
    Key::new(PACKAGES.to_owned(), key)
}

pub(crate) fn addon(key: &AddonKey) -> Key {
    Key::new(ADDONS.to_owned(), key.as_str())
}

/// An event that has a package.
pub(crate) fn holder(package: &PackageKey, event: &EventId) -> Key {
    Key::new(holders_partition(package), format!("EVENT#{event}"))
}

/// Partition of the events that have a package.
pub(crate) fn holders_partition(package: &PackageKey) -> String {
    format!("PACKAGE#{package}")
}

/// An entry of a list.
pub(crate) fn listed(list: &str, id: &str) -> Key {
    Key::new(list.to_owned(), id)
}

/// What is remembered of an event's token.
pub(crate) fn issued_token(event: &EventId, token: TokenId) -> Key {
    Key::new(event_partition(event), format!("TOKEN#{}", token.ulid()))
}

/// Partition of all styles.
pub(crate) const STYLES: &str = "CATALOG#style";
/// Partition of all packages.
pub(crate) const PACKAGES: &str = "CATALOG#package";
/// Partition of the add-ons for sale.
pub(crate) const ADDONS: &str = "CATALOG#addon";
/// List of all tenants.
pub(crate) const TENANTS: &str = "LIST#tenant";
/// List of all events.
pub(crate) const EVENTS: &str = "LIST#event";

/// Partition of an event's edits of a status, in [`BY_STATUS`].
pub(crate) fn status_partition(event: &EventId, status: Status) -> String {
    format!("EVENT#{event}#{}", status.as_str())
}

/// The item of an edit, with the attributes that put it into the indexes. Only an edit that is not terminal, or whose
/// picture is not stored, is in the sparse index of open edits.
pub(crate) fn edit_item(edit: &Edit) -> Result<Item, PortError> {
    let mut item = item(self::edit(&edit.event_id, edit.id), edit)?;
    item.insert(
        "status_pk".to_owned(),
        text(status_partition(&edit.event_id, edit.status)),
    );
    item.insert("status_sk".to_owned(), text(edit.id.ulid()));
    if !edit.status.is_terminal() {
        item.insert("open_pk".to_owned(), text(open_partition(edit.id)));
        item.insert("due_at".to_owned(), text(edit.deadline_at.to_string()));
    } else if edit.status == Status::Succeeded && edit.output.is_none() {
        item.insert("open_pk".to_owned(), text(UNSTORED));
        let ended_at = edit.completed_at.unwrap_or(edit.updated_at);
        item.insert("due_at".to_owned(), text(ended_at.to_string()));
    }
    Ok(item)
}

fn open_partition(edit: EditId) -> String {
    let spread = edit
        .ulid()
        .bytes()
        .fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    open_shard(spread % OPEN_SHARDS)
}

/// Every partition of [`OPEN_EDITS`].
pub(crate) fn open_partitions() -> impl Iterator<Item = String> {
    (0..OPEN_SHARDS).map(open_shard)
}

fn open_shard(number: u64) -> String {
    format!("OPEN#{number:02}")
}

/// An item of this key with the fields of `value`.
pub(crate) fn item<T: Serialize>(key: Key, value: T) -> Result<Item, PortError> {
    let mut item: Item =
        serde_dynamo::to_item(value).map_err(crate::error::unreadable("an item to write"))?;
    item.extend(key.into_item());
    Ok(item)
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
