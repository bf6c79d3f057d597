//! The sums that must hold at the end.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::edit::Origin;
use domain::{Edit, EditId, MicroUsd, ProviderName, Status};
use sha2::{Digest, Sha256};
use world::{Books, Place, World};

use crate::providers::{Billed, Providers};

/// One promise, and whether it was kept.
#[derive(Debug)]
pub struct Check {
    pub what: &'static str,
    pub expected: String,
    pub found: String,
    pub is_kept: bool,
}

/// How the edits ended, and whether every promise was kept.
pub struct Audit {
    /// Edits by how they ended.
    pub endings: BTreeMap<String, u32>,
    /// The promises.
    pub checks: Vec<Check>,
}

/// The subject of the audit.
pub struct Ground {
    pub worlds: Vec<World>,
    /// Every edit that was answered with 202.
    pub accepted: Vec<EditId>,
    pub providers: Providers,
}

/// Checks the sums.
pub async fn audit(place: &Place, ground: &Ground) -> Audit {
    let mut edits = Vec::new();
    let mut books = Vec::new();
    for world in &ground.worlds {
        edits.extend(edits_of(world).await);
        books.push(Books::read(world).await);
    }
    let mut checks = Vec::from(ends(&edits, &ground.accepted));
    checks.extend(submits(&edits, ground));
    checks.extend(money(&edits, &books, ground));
    checks.extend(reservations(&books));
    checks.push(places_of_guests(place, &edits).await);
    checks.push(alerts(place, ground, &books).await);
    checks.extend(objects(place, &ground.worlds, &edits).await);
    Audit {
        endings: endings(&edits),
        checks,
    }
}

/// Every stored edit of an event.
pub async fn edits_of(world: &World) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut start = None;
    loop {
        let asked = world.place.stack().dynamodb.query();
        let asked = asked
            .table_name(&world.place.stack().described.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", AttributeValue::S(format!("EVENT#{}", world.event.id)))
            .expression_attribute_values(":sk", AttributeValue::S("EDIT#".to_owned()))
            .set_exclusive_start_key(start);
        let page = asked.send().await.unwrap();
        edits.extend(serde_dynamo::from_items::<_, Edit>(page.items.unwrap_or_default()).unwrap());
        start = page.last_evaluated_key;
        if start.is_none() {
            return edits;
        }
    }
}

fn endings(edits: &[Edit]) -> BTreeMap<String, u32> {
    let mut endings = BTreeMap::new();
    for edit in edits {
        let status = edit.status.as_str();
        let ending = match &edit.failure {
            Some(failure) => format!("{status}: {}", failure.code.code()),
            None => status.to_owned(),
        };
        *endings.entry(ending).or_default() += 1;
    }
    endings
}

/// Promise 1: no accepted edit is lost, and no other edit exists.
fn ends(edits: &[Edit], accepted: &[EditId]) -> [Check; 3] {
    let stored: BTreeSet<_> = edits.iter().map(|edit| edit.id).collect();
    let told: BTreeSet<_> = accepted.iter().copied().collect();
    let open = edits.iter().filter(|edit| !edit.status.is_terminal()).count();
    [
        equal(
            "edits that were accepted and are not stored",
            0,
            told.difference(&stored).count(),
        ),
        equal(
            "edits that are stored and nobody was told of",
            0,
            stored.difference(&told).count(),
        ),
        equal("edits that have not come to an end", 0, open),
    ]
}

/// Promise 2: one submit per attempt.
fn submits(edits: &[Edit], ground: &Ground) -> [Check; 3] {
    let attempts: usize = edits.iter().map(|edit| edit.attempts.len()).sum();
    let ours: BTreeSet<_> = edits
        .iter()
        .flat_map(|edit| edit.attempts.iter().map(|attempt| attempt.task_id.uuid()))
        .collect();
    let tasks = ground.providers.runware.tasks();
    let sent: u32 = tasks.iter().map(|task| task.submits).sum();
    let sent = usize::try_from(sent).unwrap() + ground.providers.fal.requests().len();
    let twice = tasks.iter().filter(|task| task.submits > 1).count();
    let unknown = tasks.iter().filter(|task| !ours.contains(&task.id)).count();
    [
        Check {
            what: "submits that providers saw",
            expected: format!("≤ {attempts} attempts"),
            found: sent.to_string(),
            is_kept: sent <= attempts,
        },
        equal("tasks that were submitted twice", 0, twice),
        equal("tasks that belong to no attempt", 0, unknown),
    ]
}

/// Promise 2: ledger = counters = what the providers billed.
fn money(edits: &[Edit], books: &[Books], ground: &Ground) -> [Check; 8] {
    let Billed {
        named: billed,
        nameless,
        nameless_requests,
    } = ground.providers.billed_micro_usd(edits);
    let entered: i64 = books
        .iter()
        .flat_map(|books| &books.ledger)
        .map(|entry| entry.amount_micro_usd.get())
        .sum();
    let spent: i64 = books.iter().map(|books| books.budget.spent.get()).sum();
    let figures: i64 = books.iter().map(|books| books.figures.spent_micro_usd).sum();
    let costs: i64 = edits
        .iter()
        .filter_map(|edit| edit.cost_micro_usd)
        .map(MicroUsd::get)
        .sum();
    let without_name = edits
        .iter()
        .flat_map(|edit| &edit.attempts)
        .filter(|attempt| attempt.provider == ProviderName::Fal && attempt.handle.is_none())
        .count();
    let entries: usize = books.iter().map(|books| books.ledger.len()).sum();
    let bought_again = edits.iter().filter(|edit| is_bought_again(edit)).count();
    let beyond = edits.iter().filter(|edit| is_booked_beyond_reason(edit)).count();
    [
        equal("ledger, against what providers billed (µ$)", billed, entered),
        equal("budget counters (µ$)", billed, spent),
        equal("event counters (µ$)", billed, figures),
        equal("costs of the edits (µ$)", billed, costs),
        Check {
            what: "requests of fal whose names got lost with the answer",
            expected: format!("≤ {without_name} attempts"),
            found: format!("{nameless_requests} ({nameless} µ$)"),
            is_kept: nameless_requests <= without_name,
        },
        equal("ledger entries, one per edit", edits.len(), entries),
        equal(
            "edits that were paid for and tried again at the same provider",
            0,
            bought_again,
        ),
        equal(
            "edits with an attempt booked beyond ten times its estimate",
            0,
            beyond,
        ),
    ]
}

/// Whether an attempt that cost money was followed by another at the same provider.
fn is_bought_again(edit: &Edit) -> bool {
    edit.attempts.windows(2).any(|pair| {
        let is_paid = pair[0].cost_micro_usd.is_some_and(|cost| cost != MicroUsd::ZERO);
        is_paid && pair[0].provider == pair[1].provider
    })
}

fn is_booked_beyond_reason(edit: &Edit) -> bool {
    let most = edit.reserved_micro_usd.max(edit.estimate()).times(10);
    let costs = edit.attempts.iter().filter_map(|attempt| attempt.cost_micro_usd);
    costs
        .into_iter()
        .any(|cost| !(MicroUsd::ZERO..=most).contains(&cost))
}

/// No reservation left, and the counters at rest.
fn reservations(books: &[Books]) -> [Check; 3] {
    let over = |count: fn(&Books) -> i64| books.iter().map(count).map(i64::abs).sum::<i64>();
    [
        equal(
            "reserved in budgets (µ$)",
            0,
            over(|books| books.budget.committed.get() - books.budget.spent.get()),
        ),
        equal(
            "reserved in event counters (µ$)",
            0,
            over(|books| books.figures.reserved_micro_usd),
        ),
        equal(
            "open in event counters",
            0,
            over(|books| books.figures.queued.abs() + books.figures.processing.abs()),
        ),
    ]
}

/// An ended edit no longer counts against the limit of its guest.
async fn places_of_guests(place: &Place, edits: &[Edit]) -> Check {
    let guests: BTreeSet<_> = edits
        .iter()
        .filter_map(|edit| match &edit.origin {
            Origin::Guest { scope_hash } => Some(scope_hash),
            Origin::Tenant => None,
        })
        .collect();
    let mut held = 0;
    for guest in &guests {
        let asked = place
            .stack()
            .dynamodb
            .get_item()
            .table_name(&place.stack().described.table);
        let asked = asked
            .key("pk", AttributeValue::S(format!("SCOPE#{guest}")))
            .key("sk", AttributeValue::S("OPEN".to_owned()))
            .consistent_read(true);
        let found = asked.send().await.unwrap().item.unwrap_or_default();
        let open = found
            .get("open")
            .and_then(|count| count.as_n().ok())
            .expect("guests' edits are counted");
        held += open.parse::<i64>().unwrap().abs();
    }
    equal("edits that guests are still counted for", 0, held)
}

/// Whoever crosses a soft cap in a rush is alerted, and once.
async fn alerts(place: &Place, ground: &Ground, books: &[Books]) -> Check {
    let (mut crossed, mut alerted) = (0, 0);
    for (world, books) in ground.worlds.iter().zip(books) {
        // Two edits pass the soft cap, which is the price of one; blocked ones reserve nothing.
        crossed += u32::from(books.figures.total - books.figures.blocked > 1);
        let items = place.partition(&format!("TENANT#{}", world.tenant.id)).await;
        let is_alert =
            |sort_key: &str| sort_key.starts_with("ALERT#") && sort_key.ends_with("#ai_budget_soft_cap");
        let found = items.iter().filter(|item| is_alert(item["sk"].as_s().unwrap()));
        alerted += u32::try_from(found.count()).unwrap();
    }
    equal(
        "budget alerts, one per tenant past its soft cap",
        crossed,
        alerted,
    )
}

/// Every object under `ai-edits/` belongs to a succeeded edit and matches its description.
async fn objects(place: &Place, worlds: &[World], edits: &[Edit]) -> [Check; 3] {
    let mut there = BTreeSet::new();
    for world in worlds {
        let prefix = format!("events/{}/ai-edits/", world.event.slug);
        there.extend(place.objects_below(&prefix).await);
    }
    let succeeded: Vec<_> = edits
        .iter()
        .filter(|edit| edit.status == Status::Succeeded)
        .collect();
    let wanted: BTreeSet<_> = succeeded
        .iter()
        .flat_map(|edit| [edit.output_key(), edit.thumbnail_key()])
        .collect();
    let mut different = 0;
    for edit in &succeeded {
        let bytes = place.object(&edit.output_key()).await.unwrap_or_default();
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes));
        different += u32::from(edit.output.as_ref().is_none_or(|output| output.sha256 != digest));
    }
    [
        equal(
            "objects in S3 that belong to nobody",
            0,
            there.difference(&wanted).count(),
        ),
        equal(
            "objects in S3 that are missing",
            0,
            wanted.difference(&there).count(),
        ),
        equal("pictures in S3 that are not what their edit says", 0, different),
    ]
}

/// Both must be the same.
pub fn equal<T: PartialEq + ToString + Copy>(what: &'static str, expected: T, found: T) -> Check {
    Check {
        what,
        is_kept: expected == found,
        expected: expected.to_string(),
        found: found.to_string(),
    }
}
