//! Where each item lives.

use domain::admission::IdempotencyKey;
use domain::edit::{Origin, Review};
use domain::{
    AddonKey, AuditId, Edit, EditId, EventId, PackageKey, PhotoId, ProviderName, Status, TenantId, TokenId,
};
use serde::Serialize;

use super::tenant_events::ListedEvent;
use crate::PortError;
use crate::table::{Condition, Item, Key, text};

/// Partition of the sparse index of open edits that holds the edits that succeeded and have no stored copy, by the time
/// they ended.
pub(super) const UNSTORED: &str = "UNSTORED";
/// Partition of the same index that holds what was deleted, by the time of its deletion.
pub(super) const GONE: &str = "GONE";
/// The attribute of edits that puts them into the index of galleries.
pub(super) const GALLERY: &str = "gallery_pk";
/// Number of partitions of the open edits.
const OPEN_SHARDS: u64 = 16;

pub(super) const META: &str = "META";

/// The attribute of photos and edits that puts them into the index by guest.
pub(super) const GUEST: &str = "guest";

pub(super) fn event(id: &EventId) -> Key {
    Key::new(event_partition(id), META)
}

pub(super) fn event_partition(id: &EventId) -> String {
    format!("EVENT#{id}")
}

pub(super) fn slug(tenant: &TenantId, slug: &str) -> Key {
    Key::new(format!("SLUG#{tenant}#{slug}"), META)
}

pub(super) fn token(hash: &str) -> Key {
    Key::new(format!("TOKEN#{hash}"), META)
}

pub(super) fn photo(event: &EventId, photo: PhotoId) -> Key {
    Key::new(event_partition(event), format!("PHOTO#{}", photo.ulid()))
}

pub(super) fn edit(event: &EventId, edit: EditId) -> Key {
    Key::new(event_partition(event), format!("EDIT#{}", edit.ulid()))
}

pub(super) fn figures(event: &EventId, month: &str) -> Key {
    Key::new(event_partition(event), format!("STATS#{month}"))
}

/// The photos that were registered at an event in a month.
pub(super) fn registered(event: &EventId, month: &str) -> Key {
    Key::new(event_partition(event), format!("REGISTERED#{month}"))
}

/// The counters of the edits of one shard.
pub(super) fn figures_shard(event: &EventId, month: &str, shard: u8) -> Key {
    Key::new(event_partition(event), format!("STATS#{month}#{shard:02}"))
}

/// An event's edits under way, where it limits them.
pub(super) fn event_open(event: &EventId) -> Key {
    Key::new(event_partition(event), "OPEN")
}

/// A shard of the edits that were admitted at an event in an hour.
pub(super) fn event_hour(event: &EventId, hour: &str, shard: u8) -> Key {
    Key::new(event_partition(event), format!("HOUR#{hour}#{shard:02}"))
}

pub(super) fn tenant(id: &TenantId) -> Key {
    Key::new(format!("TENANT#{id}"), META)
}

pub(super) fn budget(id: &TenantId, month: &str) -> Key {
    Key::new(format!("TENANT#{id}"), format!("BUDGET#{month}"))
}

/// A part of a tenant's month.
pub(super) fn budget_shard(id: &TenantId, month: &str, shard: usize) -> Key {
    Key::new(format!("TENANT#{id}"), format!("BUDGET#{month}#{shard:02}"))
}

/// The last key of a month's parts, and of all months before it.
pub(super) fn budgets_until(id: &TenantId, month: &str) -> Key {
    // `~` sorts after every character of a month and a shard.
    Key::new(format!("TENANT#{id}"), format!("BUDGET#{month}~"))
}

/// An event in the list of its tenant; sorts by time.
pub(super) fn tenant_event(tenant: &TenantId, event: &ListedEvent) -> Key {
    Key::new(format!("TENANT#{tenant}"), format!("EVENT#{event}"))
}

/// What happened at an event within an hour, in the shards of its counters.
pub(super) fn activity(event: &EventId, hour: &str, shard: u8) -> Key {
    Key::new(event_partition(event), format!("ACTIVITY#{hour}#{shard:02}"))
}

/// An edit gets at most one entry, and its key says so. ULIDs sort by time.
pub(super) fn ledger(tenant: &TenantId, month: &str, edit: EditId) -> Key {
    Key::new(ledger_partition(tenant, month), edit.ulid())
}

pub(super) fn ledger_partition(tenant: &TenantId, month: &str) -> String {
    format!("TENANT#{tenant}#LEDGER#{month}")
}

/// An entry of a tenant's audit, or of the installation's, which holds every entry. ULIDs sort by time.
pub(super) fn audit(tenant: Option<&TenantId>, entry: AuditId) -> Key {
    let partition = match tenant {
        Some(tenant) => format!("TENANT#{tenant}#AUDIT"),
        None => "AUDIT".to_owned(),
    };
    Key::new(partition, entry.ulid())
}

/// A guest's edits under way.
pub(super) fn guest_open(scope_hash: &str) -> Key {
    Key::new(format!("SCOPE#{scope_hash}"), "OPEN")
}

/// What a guest, or everybody at an address, has done in an hour.
pub(super) fn guest_hour(scope_hash: &str, hour: &str) -> Key {
    Key::new(format!("SCOPE#{scope_hash}"), format!("HOUR#{hour}"))
}

/// A budget alert; sorts by time.
pub(super) fn budget_alert(tenant: &TenantId, at: &str, kind: &str) -> Key {
    Key::new(format!("TENANT#{tenant}"), format!("ALERT#{at}#{kind}"))
}

pub(super) fn idempotency(key: &IdempotencyKey) -> Key {
    Key::new(format!("IDEM#{}#{}", key.scope, key.key), META)
}

/// The hint that was accepted for an attempt.
pub(super) fn hint(edit: EditId, attempt: u32) -> Key {
    Key::new(format!("HINT#{}", edit.ulid()), attempt.to_string())
}

/// The copy of all settings.
pub(super) fn settings() -> Key {
    Key::new("SETTINGS".to_owned(), META)
}

/// A provider's circuit breaker.
pub(super) fn breaker(provider: ProviderName) -> Key {
    Key::new(format!("BREAKER#{provider}"), META)
}

pub(super) fn style(key: &str) -> Key {
    Key::new(STYLES.to_owned(), key)
}

pub(super) fn package(key: &str) -> Key {
    Key::new(PACKAGES.to_owned(), key)
}

pub(super) fn addon(key: &AddonKey) -> Key {
    Key::new(ADDONS.to_owned(), key.as_str())
}

/// An event that has a package.
pub(super) fn holder(package: &PackageKey, event: &EventId) -> Key {
    Key::new(holders_partition(package), format!("EVENT#{event}"))
}

/// Partition of the events that have a package.
pub(super) fn holders_partition(package: &PackageKey) -> String {
    format!("PACKAGE#{package}")
}

/// An entry of a list.
pub(super) fn listed(list: &str, id: &str) -> Key {
    Key::new(list.to_owned(), id)
}

/// What is remembered of an event's token.
pub(super) fn issued_token(event: &EventId, token: TokenId) -> Key {
    Key::new(event_partition(event), format!("TOKEN#{}", token.ulid()))
}

/// Partition of all styles.
pub(super) const STYLES: &str = "CATALOG#style";
/// Partition of all packages.
pub(super) const PACKAGES: &str = "CATALOG#package";
/// Partition of the add-ons for sale.
pub(super) const ADDONS: &str = "CATALOG#addon";
/// List of all tenants.
pub(super) const TENANTS: &str = "LIST#tenant";
/// List of all events.
pub(super) const EVENTS: &str = "LIST#event";

/// Partition of an event's edits of a status, in the index by status.
pub(super) fn status_partition(event: &EventId, status: Status) -> String {
    format!("EVENT#{event}#{}", status.as_str())
}

/// The item of an edit, with the attributes that put it into the indexes. Only an edit that is not terminal, or whose
/// picture is not stored, is in the sparse index of open edits.
pub(super) fn edit_item(edit: &Edit) -> Result<Item, PortError> {
    let mut item = item(self::edit(&edit.event_id, edit.id), edit)?;
    item.insert(
        "status_pk".to_owned(),
        text(status_partition(&edit.event_id, edit.status)),
    );
    item.insert("status_sk".to_owned(), text(edit.id.ulid()));
    if let Origin::Guest { scope_hash } = &edit.origin
        && edit.deleted_at.is_none()
    {
        item.insert(GUEST.to_owned(), text(scope_hash));
    }
    if let Some(partition) = gallery_of(edit) {
        item.insert(GALLERY.to_owned(), text(partition));
    }
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

/// The partition of the index of galleries that an edit belongs to, if others may ever see it as it stands.
pub(super) fn gallery_of(edit: &Edit) -> Option<String> {
    let may_be_shown = edit.has_picture() && edit.review != Some(Review::Hidden);
    may_be_shown.then(|| gallery_partition(&edit.event_id, edit.review))
}

pub(super) fn gallery_partition(event: &EventId, review: Option<Review>) -> String {
    let review = review.map_or("unreviewed", Review::as_str);
    format!("EVENT#{event}#{review}")
}

/// An entry of the index of galleries.
pub(super) fn in_gallery(key: Key, partition: &str) -> Item {
    let mut entry = key.into_item();
    entry.insert(GALLERY.to_owned(), text(partition));
    entry
}

/// The stored edit has the marks that this one has: what others say of an edit while a worker has it in hand.
pub(super) fn unmarked(edit: &Edit) -> Condition {
    let review = match edit.review {
        Some(review) => Condition::eq("review", text(review.as_str())),
        None => Condition::missing("review"),
    };
    review.and(match edit.deleted_at {
        Some(at) => Condition::eq("deleted_at", text(at.to_string())),
        None => Condition::missing("deleted_at"),
    })
}

/// An entry of the index by guest.
pub(super) fn of_guest(key: Key, scope_hash: &str) -> Item {
    let mut entry = key.into_item();
    entry.insert(GUEST.to_owned(), text(scope_hash));
    entry
}

fn open_partition(edit: EditId) -> String {
    let spread = edit
        .ulid()
        .bytes()
        .fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    open_shard(spread % OPEN_SHARDS)
}

/// Every partition of the index of open edits.
pub(super) fn open_partitions() -> impl Iterator<Item = String> {
    (0..OPEN_SHARDS).map(open_shard)
}

fn open_shard(number: u64) -> String {
    format!("OPEN#{number:02}")
}

/// An item of this key with the fields of `value`.
pub(super) fn item<T: Serialize>(key: Key, value: T) -> Result<Item, PortError> {
    let mut item: Item =
        serde_dynamo::to_item(value).map_err(crate::error::unreadable("an item to write"))?;
    item.extend(key.into_item());
    Ok(item)
}
