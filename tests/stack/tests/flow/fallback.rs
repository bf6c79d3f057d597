//! An edit that its provider cannot finish continues at the other one.

use domain::edit::FALLBACK_PATIENCE;
use domain::settings::setting;
use domain::{Edit, MicroUsd, ProviderName, Status};
use doubles::fal;
use doubles::runware::{Behaviour, Ending, ErrorShape, Fault, Faults};
use futures::future::join_all;
use jiff::SignedDuration;
use world::doubled::duo::Known;
use world::settings::Shared;
use world::{Books, Duo, Place, World, queue, styles};

contract! {
    in_memory {
        a_failure_of_the_provider_moves_the_edit_to_the_other_once_its_tries_are_spent,
        a_failure_of_the_request_never_moves_the_edit_to_another_provider,
        a_model_without_a_counterpart_fails_at_its_own_provider,
        the_second_provider_decides_where_both_fail,
        an_endless_provider_leaves_time_to_the_other,
        a_dearer_provider_is_paid_where_the_budget_has_room,
        a_dearer_provider_is_not_asked_where_the_budget_has_no_room,
    }
}

fn refused(fault: Fault) -> Behaviour {
    Behaviour::submit(Faults::always(fault))
}

async fn take_all(duo: &Duo<Shared>, world: &World, behaviours: Vec<Behaviour>) -> Vec<Known> {
    let photo = world.photo("cat.jpg").await;
    let starts = behaviours
        .into_iter()
        .map(|behaviour| duo.start(world, photo, [behaviour]));
    let edits = join_all(starts).await;
    join_all(edits.iter().map(|known| world.guest.wait(known.id))).await;
    edits
}

fn providers(edit: &Edit) -> Vec<ProviderName> {
    edit.attempts.iter().map(|attempt| attempt.provider).collect()
}

async fn a_failure_of_the_provider_moves_the_edit_to_the_other_once_its_tries_are_spent(place: Place) {
    let duo = Duo::shared(&place).await;
    let world = World::new(&place).await;
    // Attempts at the first provider, and how each of them ends.
    let cases = [
        (refused(Fault::rate_limited(1)), 3, "provider_error"),
        (
            refused(Fault::error(503, "serviceUnavailable")),
            3,
            "provider_error",
        ),
        (
            Behaviour::failing("providerTimeout", ErrorShape::Item).processing(0),
            3,
            "provider_timeout",
        ),
        (
            Behaviour::failing("providerError", ErrorShape::Errors).processing(0),
            3,
            "provider_error",
        ),
        (
            refused(Fault::error(402, "insufficientCredits")),
            1,
            "provider_quota",
        ),
        (
            refused(Fault::error_without_task(401, "invalidApiKey")),
            1,
            "provider_auth",
        ),
    ];
    let behaviours = cases.iter().map(|(behaviour, ..)| behaviour.clone()).collect();
    let edits = take_all(&duo, &world, behaviours).await;
    let books = Books::of(&world).await;
    for (known, (behaviour, tries, outcome)) in edits.iter().zip(cases) {
        let edit = world.stored(known.id).await;
        assert_eq!(edit.status, Status::Succeeded, "{behaviour:?}: {edit:?}");
        let mut expected = vec![ProviderName::Runware; tries];
        expected.push(ProviderName::Fal);
        assert_eq!(providers(&edit), expected, "{behaviour:?}");
        let tasks = duo.tasks(known);
        for attempt in &edit.attempts {
            let is_last = attempt.provider == ProviderName::Fal;
            let (outcome, model) = if is_last {
                ("succeeded", "fal-ai/nano-banana/edit")
            } else {
                (outcome, "google:4@1")
            };
            assert_eq!(attempt.outcome.as_deref(), Some(outcome), "{behaviour:?}");
            assert_eq!(attempt.model, model);
            assert!(attempt.ended_at.is_some_and(|end| end >= attempt.started_at));
            let is_taken = is_last
                || tasks
                    .iter()
                    .any(|task| task.id == attempt.task_id.uuid() && task.accepted);
            assert_eq!(
                attempt.handle.is_some(),
                is_taken,
                "what was acknowledged is known by name"
            );
        }
        assert_eq!(edit.provider, ProviderName::Fal);
        let [request] = duo.requests(known).try_into().unwrap();
        assert!(request.accepted);
        books.assert_paid(known.id, 39_000);
    }
    books.assert_at_rest();
}

async fn a_failure_of_the_request_never_moves_the_edit_to_another_provider(place: Place) {
    let duo = Duo::shared(&place).await;
    let world = World::new(&place).await;
    let flagged = Behaviour {
        nsfw: true,
        ending: Ending::Success,
        ..Behaviour::default().processing(0)
    };
    let cases = [
        (refused(Fault::error(400, "contentPolicyViolation")), "moderated"),
        (
            Behaviour::failing("invalidProviderContent", ErrorShape::Item).processing(0),
            "moderated",
        ),
        (flagged, "moderated"),
        (
            refused(Fault::error(400, "invalidPositivePrompt")),
            "provider_rejected",
        ),
    ];
    let behaviours = cases.iter().map(|(behaviour, _)| behaviour.clone()).collect();
    let edits = take_all(&duo, &world, behaviours).await;
    for (known, (behaviour, code)) in edits.iter().zip(cases) {
        let edit = world.stored(known.id).await;
        let found = edit.failure.as_ref().map(|failure| failure.code.code());
        assert_eq!(found, Some(code), "{behaviour:?}");
        assert_eq!(providers(&edit), [ProviderName::Runware], "{behaviour:?}");
        assert!(duo.requests(known).is_empty(), "{behaviour:?}");
    }
    Books::of(&world).await.assert_at_rest();
}

async fn a_model_without_a_counterpart_fails_at_its_own_provider(place: Place) {
    let duo = Duo::shared(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let empty = refused(Fault::error(402, "insufficientCredits"));
    let known = duo
        .hold(&world, photo, styles::LIVE_AT_RUNWARE_ALONE, [empty])
        .await;
    queue::submit(&world, known.id).await;
    world.guest.wait(known.id).await;
    assert_eq!(providers(&world.stored(known.id).await), [ProviderName::Runware]);
    Books::of(&world)
        .await
        .assert_released(known.id, "provider_quota");
    assert!(duo.requests(&known).is_empty());
}

async fn the_second_provider_decides_where_both_fail(place: Place) {
    let duo = Duo::shared(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let empty = refused(Fault::error(402, "insufficientCredits"));
    let known = duo.hold(&world, photo, styles::LIVE, [empty]).await;
    let full = fal::Faults::always(fal::Fault::queue_full(1));
    duo.at_fal(&known, [fal::Behaviour::submit(full)]);
    queue::submit(&world, known.id).await;
    world.guest.wait(known.id).await;
    let edit = world.stored(known.id).await;
    assert_eq!(
        providers(&edit),
        [
            ProviderName::Runware,
            ProviderName::Fal,
            ProviderName::Fal,
            ProviderName::Fal
        ],
        "and there is no way back"
    );
    let books = Books::of(&world).await;
    books.assert_released(known.id, "provider_error");
    books.assert_at_rest();
}

async fn an_endless_provider_leaves_time_to_the_other(place: Place) {
    let duo = Duo::shared(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let endless = Behaviour::default().processing(1_000);
    let known = duo.start(&world, photo, [endless]).await;
    world.guest.wait_until_processing(known.id).await;
    // The other's three minutes begin in a moment.
    let soon = FALLBACK_PATIENCE + SignedDuration::from_secs(5);
    let deadline = place.now() + soon;
    world.set_deadline(known.id, deadline).await;
    assert_eq!(world.guest.wait(known.id).await["status"], "succeeded");
    let edit = world.stored(known.id).await;
    assert_eq!(providers(&edit), [ProviderName::Runware, ProviderName::Fal]);
    assert_eq!(edit.attempts[0].outcome.as_deref(), Some("provider_timeout"));
    assert_eq!(edit.deadline_at, deadline, "what the guest was told");
    let left = deadline.duration_since(edit.attempts[1].started_at);
    assert!(left > FALLBACK_PATIENCE / 2, "{left:?}");
    let books = Books::of(&world).await;
    // Runware finishes the abandoned task and bills it; nobody learns its price, so the estimate is booked.
    books.assert_paid(known.id, styles::COST + 39_000);
    books.assert_at_rest();
}

/// An edit that was admitted without a fallback: its reservation covers the first provider, and the second takes twice as
/// much.
async fn dearer(place: &Place, room: i64) -> (Duo, World, Known) {
    let mut duo = Duo::open(place, &[(setting!(fallback_provider), "none")]).await;
    let world = World::with(place, |tenant, _| {
        tenant.budget.hard_cap_micro_usd = Some(MicroUsd::new(room));
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    let empty = refused(Fault::error(402, "insufficientCredits"));
    let known = duo.hold(&world, photo, styles::LIVE_DEARER_AT_FAL, [empty]).await;
    let reserved = world.stored(known.id).await.reserved_micro_usd;
    assert_eq!(reserved, MicroUsd::new(styles::COST));
    duo.settings.change(setting!(fallback_provider), "fal").await;
    queue::submit(&world, known.id).await;
    world.guest.wait(known.id).await;
    (duo, world, known)
}

async fn a_dearer_provider_is_paid_where_the_budget_has_room(place: Place) {
    let (_duo, world, known) = dearer(&place, 2 * styles::COST).await;
    let edit = world.stored(known.id).await;
    assert_eq!(edit.status, Status::Succeeded, "{edit:?}");
    assert_eq!(edit.reserved_micro_usd, MicroUsd::new(2 * styles::COST));
    let books = Books::of(&world).await;
    books.assert_paid(known.id, 80_000);
    books.assert_at_rest();
}

async fn a_dearer_provider_is_not_asked_where_the_budget_has_no_room(place: Place) {
    let (duo, world, known) = dearer(&place, 2 * styles::COST - 1).await;
    let edit = world.stored(known.id).await;
    assert_eq!(providers(&edit), [ProviderName::Runware]);
    assert!(duo.requests(&known).is_empty());
    let books = Books::of(&world).await;
    books.assert_released(known.id, "budget_hard_cap_reached");
    books.assert_at_rest();
}
