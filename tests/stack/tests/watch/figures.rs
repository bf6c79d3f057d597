//! The summary's figures equal a recount of all edits.

use domain::admission::Admission;
use domain::budget::parts::BudgetParts;
use domain::edit::{Origin, Step};
use domain::guard::EditRequest;
use domain::photo::Photo;
use domain::settings::ProviderMode;
use domain::{Edit, FailureCode, MicroUsd, Status};
use futures::StreamExt;
use futures::stream;
use jiff::SignedDuration;
use serde_json::{Value, json};
use world::caller::of_event;
use world::written::{applicant, approval, claim, success};
use world::{Caller, Place, World, styles};

use super::in_style;

contract! {
    in_memory {
        the_summary_equals_a_recount_of_a_thousand_mixed_edits,
    }
}

/// Edits in every state, written past the API.
const WRITTEN: u32 = 980;
/// Edits of each kind that guests ask for.
const ASKED: usize = 5;
/// Reads of a summary: the event, its counters, its tenant's and its alerts. Edits would take pages.
const MOST_READS: usize = 4;
/// Writes in parallel.
const AT_ONCE: usize = 4;

async fn the_summary_equals_a_recount_of_a_thousand_mixed_edits(place: Place) {
    let world = World::with(&place, |_, event| {
        event.policy.blocked_terms = vec!["forbiddenword".to_owned()].into();
    })
    .await;
    let photo = photo_of(&world).await;
    stream::iter(0..WRITTEN)
        .for_each_concurrent(AT_ONCE, |number| write(&world, &photo, number))
        .await;
    let kinds = ["sync", "ok", "rejected"];
    let mut ids = Vec::new();
    for number in 0..3 * ASKED {
        let body = in_style(&styles::fake(kinds[number % 3]));
        ids.push(world.guest.insist(photo.id, &body).await.edit_id());
    }
    let blocked = json!({ "style_key": styles::OK, "prompt": "a forbiddenword in every picture" });
    for _ in 0..ASKED {
        let reply = world.guest.insist(photo.id, &blocked).await;
        reply.problem(422, "prompt_blocked");
    }
    for id in ids {
        world.guest.wait(id).await;
    }

    let edits = all(&world).await;
    assert_eq!(edits.len(), WRITTEN as usize + 4 * ASKED);
    let organiser = Caller::organiser(&world).await;
    let path = format!("{}/ai-edits/summary", of_event(&world));
    let twin = &place.memory().twin;
    twin.forget_operations();
    let reply = organiser.get(&path).await;
    let summary = reply.data(200);
    let operations = twin.operations().into_iter();
    let of_the_table = operations.filter(|operation| operation.call.name().starts_with("dynamodb."));
    let calls: Vec<_> = of_the_table.map(|operation| operation.about).collect();
    // A function that runs has the settings; this one reads them every time.
    let reads = calls.iter().filter(|about| !about.contains("SETTINGS")).count();
    assert!((1..=MOST_READS).contains(&reads), "{calls:?}");
    let of = |status: Status| edits.iter().filter(|edit| edit.status == status).count();
    let counts = json!({
        "total": edits.len(), "queued": of(Status::Queued), "processing": of(Status::Processing),
        "succeeded": of(Status::Succeeded), "failed": of(Status::Failed), "blocked": of(Status::Blocked),
    });
    assert_eq!(summary["counts"], counts);

    let ended = of(Status::Succeeded) + of(Status::Failed) + of(Status::Blocked);
    let failed_by = |is_meant: fn(FailureCode) -> bool| {
        let codes = edits.iter().filter_map(|edit| Some(edit.failure.as_ref()?.code));
        codes.filter(|code| is_meant(*code)).count()
    };
    let rates = &summary["rates"];
    assert_share(&rates["failure_rate"], of(Status::Failed), ended);
    assert_share(&rates["moderation_hit_rate"], of(Status::Blocked), ended);
    assert_share(
        &rates["provider_failure_rate"],
        failed_by(FailureCode::is_provider_failure),
        ended,
    );

    let mut latencies: Vec<u64> = edits.iter().filter_map(|edit| edit.provider_latency_ms).collect();
    latencies.sort_unstable();
    let latency = &summary["latency_ms"];
    assert_eq!(latency["samples"], latencies.len());
    assert_eq!(
        latency["avg"],
        latencies.iter().sum::<u64>() / latencies.len() as u64
    );
    for (name, percent) in [("p50", 50), ("p95", 95)] {
        let truth = latencies[(latencies.len() * percent).div_ceil(100) - 1];
        let found = latency[name].as_u64().unwrap();
        assert!(
            found.abs_diff(truth) * 5 <= truth,
            "{name}: {found}, and really {truth}"
        );
    }

    let sum = |amounts: &mut dyn Iterator<Item = MicroUsd>| amounts.sum::<MicroUsd>().get();
    let spent = sum(&mut edits.iter().filter_map(|edit| edit.cost_micro_usd));
    let open = edits.iter().filter(|edit| !edit.status.is_terminal());
    let reserved = sum(&mut open.map(|edit| edit.reserved_micro_usd));
    assert_eq!(summary["spend"]["event_micro_usd"], spent);
    assert_eq!(summary["spend"]["tenant_micro_usd"], spent);
    assert_eq!(summary["spend"]["reserved_micro_usd"], reserved);
}

/// A stored photo of the world.
pub(super) async fn photo_of(world: &World) -> Photo {
    world.photo("cat.jpg").await;
    let photos = world.place.cloud.photos(&world.event.id, None, 1).await.unwrap();
    photos.into_iter().next().unwrap()
}

/// Writes an edit in the state that the last digit of its number chooses; 3 is queued.
pub(super) async fn write(world: &World, photo: &Photo, number: u32) {
    let cloud = &world.place.cloud;
    let applicant = applicant(world, photo, Origin::Tenant, cloud.now());
    let request = EditRequest::default();
    let approval = approval(MicroUsd::new(20_000 + i64::from(number)));
    let kind = number % 10;
    let admission = if kind < 3 {
        Admission::prompt_blocked(&applicant, &request, approval)
    } else {
        Admission::approved(&applicant, &request, approval)
    };
    cloud.admit(&admission, &BudgetParts::default()).await.unwrap();
    let mut edit = admission.edit;
    for step in steps(kind, number, &edit) {
        // From 10 ms to some 40 s at the provider.
        let later = SignedDuration::from_millis(10 + 41 * i64::from(number));
        let at = edit.updated_at.checked_add(later).unwrap();
        edit = world.take(&edit, step, at).await;
    }
}

fn steps(kind: u32, number: u32, edit: &Edit) -> Vec<Step> {
    let claim = || claim(ProviderMode::Fake);
    let fail = |code| Step::Fail {
        code,
        detail: String::new(),
        polls: 1,
        cost: None,
    };
    let retry = Step::Retry {
        code: FailureCode::ProviderError,
        detail: String::new(),
        polls: 1,
        cost: None,
        route: None,
    };
    let succeed = || success(edit, MicroUsd::new(19_000 + i64::from(number)));
    match kind {
        0..=4 => Vec::new(),
        5 => vec![claim()],
        6 => vec![claim(), fail(FailureCode::ProviderTimeout)],
        7 => vec![claim(), fail(FailureCode::Moderated)],
        8 => vec![claim(), retry, claim(), succeed()],
        _ => vec![claim(), succeed()],
    }
}

async fn all(world: &World) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    loop {
        let after = edits.last().map(|edit| edit.id);
        let page = world.place.cloud.edits(&world.event.id, None, after, 100).await;
        let page = page.unwrap();
        if page.is_empty() {
            return edits;
        }
        edits.extend(page);
    }
}

#[track_caller]
#[allow(clippy::cast_precision_loss)] // a thousand edits
fn assert_share(found: &Value, part: usize, of: usize) {
    let truth = part as f64 / of as f64;
    assert!(
        (found.as_f64().unwrap() - truth).abs() < 1e-6,
        "{found}, and really {truth}"
    );
}
