//! Errors of the provider decide about the edit and its money.

use std::time::Duration;

use domain::{EditId, Status};
use doubles::runware::{Behaviour, Ending, ErrorShape, Fault, Faults};
use world::{Books, Live, Place, World};

use super::take_all;

contract! {
    in_memory {
        a_permanent_refusal_ends_at_the_first_attempt,
        a_transient_refusal_is_followed_by_another_attempt,
        a_lasting_refusal_ends_after_three_attempts,
        a_lost_answer_is_polled_for_and_not_submitted_again,
        a_failed_poll_does_not_end_the_edit,
        a_moderation_verdict_is_final_in_every_shape,
        an_answer_about_another_task_does_not_end_the_edit,
    }
}

async fn code(world: &World, id: EditId) -> String {
    let edit = world.stored(id).await;
    edit.failure.map_or_else(
        || edit.status.as_str().to_owned(),
        |failure| failure.code.code().to_owned(),
    )
}

async fn a_permanent_refusal_ends_at_the_first_attempt(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let cases = [
        (Fault::error(402, "insufficientCredits"), "provider_quota"),
        (Fault::error_without_task(401, "invalidApiKey"), "provider_auth"),
        (Fault::html(403), "provider_auth"),
        (Fault::error(400, "invalidPositivePrompt"), "provider_rejected"),
        (Fault::error(400, "contentPolicyViolation"), "moderated"),
    ];
    let behaviours = cases
        .clone()
        .map(|(fault, _)| vec![Behaviour::submit(Faults::always(fault))]);
    let ids = take_all(&live, &world, behaviours).await;
    let books = Books::of(&world).await;
    for (id, (fault, expected)) in ids.into_iter().zip(cases) {
        assert_eq!(code(&world, id).await, expected, "{fault:?}");
        let [task] = live.tasks(id).try_into().unwrap();
        assert_eq!((task.submits, task.billed_micro_usd), (1, 0), "{fault:?}");
        books.assert_released(id, expected);
    }
    assert_eq!(
        (
            books.figures.failed,
            books.figures.blocked,
            books.figures.provider_failed
        ),
        (4, 1, 4)
    );
    books.assert_at_rest();
}

async fn a_transient_refusal_is_followed_by_another_attempt(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let faults = [
        Fault::rate_limited(1),
        Fault::error(503, "serviceUnavailable"),
        Fault::error(500, "internalServerError"),
        Fault::error(400, "providerTimeout"),
    ];
    let behaviours = faults.map(|fault| vec![Behaviour::submit(fault), Behaviour::default()]);
    let ids = take_all(&live, &world, behaviours).await;
    let books = Books::of(&world).await;
    for id in ids {
        let edit = world.stored(id).await;
        assert_eq!((edit.status, edit.attempt), (Status::Succeeded, 2), "{edit:?}");
        let submits: Vec<_> = live
            .tasks(id)
            .iter()
            .map(|task| (task.submits, task.accepted))
            .collect();
        assert_eq!(submits, [(1, false), (1, true)], "a new attempt has a new name");
        books.assert_paid(id, 39_000);
    }
    books.assert_at_rest();
}

async fn a_lasting_refusal_ends_after_three_attempts(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let busy = Behaviour::submit(Faults::always(Fault::error(503, "serviceUnavailable")));
    let slow = Behaviour::failing("providerTimeout", ErrorShape::Item).processing(0);
    let ids = take_all(&live, &world, [vec![busy], vec![slow]]).await;
    let books = Books::of(&world).await;
    for (id, expected) in ids.into_iter().zip(["provider_error", "provider_timeout"]) {
        assert_eq!(code(&world, id).await, expected);
        assert_eq!(live.tasks(id).len(), 3);
        books.assert_released(id, expected);
    }
    books.assert_at_rest();
}

async fn a_lost_answer_is_polled_for_and_not_submitted_again(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let faults = [
        Fault::ResetAfter,
        Fault::CutOff,
        Fault::html(502).but_carried_out(),
        // The timeout of these tests is 2 s.
        Fault::Slow(Duration::from_secs(4)),
    ];
    let ids = take_all(&live, &world, faults.map(|fault| vec![Behaviour::submit(fault)])).await;
    let books = Books::of(&world).await;
    for id in ids {
        let edit = world.stored(id).await;
        assert_eq!((edit.status, edit.attempt), (Status::Succeeded, 1), "{edit:?}");
        let [task] = live.tasks(id).try_into().unwrap();
        assert_eq!((task.submits, task.billed_micro_usd), (1, 39_000));
        books.assert_paid(id, 39_000);
    }
    books.assert_at_rest();
}

async fn a_failed_poll_does_not_end_the_edit(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let faults = [
        Fault::html(500),
        Fault::rate_limited(1),
        Fault::error_without_task(401, "invalidApiKey"),
        Fault::ResetBefore,
        Fault::another_tasks_result(),
        Fault::status("an unheard-of state"),
    ];
    let behaviours = faults.map(|fault| vec![Behaviour::poll(fault).processing(0)]);
    for id in take_all(&live, &world, behaviours).await {
        let edit = world.stored(id).await;
        assert_eq!((edit.status, edit.attempt), (Status::Succeeded, 1), "{edit:?}");
        assert_eq!(live.tasks(id)[0].submits, 1);
    }
    Books::of(&world).await.assert_at_rest();
}

async fn a_moderation_verdict_is_final_in_every_shape(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let failing = |shape| vec![Behaviour::failing("invalidProviderContent", shape).processing(0)];
    let made_but_flagged = Behaviour {
        nsfw: true,
        ending: Ending::Success,
        ..Behaviour::default().processing(0)
    };
    let ids = take_all(
        &live,
        &world,
        [
            failing(ErrorShape::Errors),
            failing(ErrorShape::Item),
            failing(ErrorShape::Bare),
            vec![made_but_flagged],
        ],
    )
    .await;
    let flagged = *ids.last().unwrap();
    let books = Books::of(&world).await;
    for id in ids {
        let edit = world.stored(id).await;
        assert_eq!((edit.status, edit.attempt), (Status::Blocked, 1), "{edit:?}");
        assert_eq!(code(&world, id).await, "moderated");
        assert_eq!(
            live.tasks(id)[0].downloads,
            0,
            "a flagged picture is not even fetched"
        );
        // The provider charges a picture that it made and then flagged, and no refused one.
        let charged = if id == flagged { 39_000 } else { 0 };
        books.assert_released_but_charged(id, "moderated", charged);
    }
    assert_eq!((books.figures.blocked, books.figures.moderation_hits), (4, 4));
    books.assert_at_rest();
}

async fn an_answer_about_another_task_does_not_end_the_edit(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let nothing = || {
        [
            Fault::html(200),
            Fault::empty_data(),
            Fault::another_tasks_result(),
            Fault::status("an unheard-of state"),
            Fault::text(200, "application/json", ""),
        ]
    };
    // The provider took the submit, whatever it answered.
    let submits = nothing().map(|fault| Behaviour::submit(fault.but_carried_out()).processing(0));
    let polls = nothing().map(|fault| Behaviour::poll(fault).processing(0));
    let failed = Fault::error_without_task(200, "internalServerError");
    let failed = Behaviour::poll(failed).processing(0);
    let all = submits.into_iter().chain(polls).chain([failed]);
    let behaviours: Vec<_> = all.map(|one| vec![one]).collect();
    let behaviours: [Vec<Behaviour>; 11] = behaviours.try_into().unwrap();
    let ids = take_all(&live, &world, behaviours.clone()).await;
    let books = Books::of(&world).await;
    for (id, behaviour) in ids.into_iter().zip(behaviours) {
        let edit = world.stored(id).await;
        let found = (edit.status, edit.attempt);
        assert_eq!(found, (Status::Succeeded, 1), "{behaviour:?}: {edit:?}");
        let [task] = live.tasks(id).try_into().unwrap();
        assert_eq!(
            (task.submits, task.billed_micro_usd),
            (1, 39_000),
            "{behaviour:?}"
        );
        books.assert_paid(id, 39_000);
    }
    books.assert_at_rest();
}
