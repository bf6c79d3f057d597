//! Every outcome of the fake provider, with the books that belong to it.

use domain::settings::setting;
use domain::{Edit, Status};
use serde_json::json;
use world::{Books, Place, World, settings, styles};

contract! {
    in_memory {
        ok_succeeds_at_the_first_poll,
        sync_succeeds_without_a_poll,
        moderated_ends_blocked_and_counts_as_a_hit_not_as_a_failure,
        rejected_fails_at_once,
        error_is_tried_three_times_and_no_more,
        broken_output_is_not_delivered,
        never_fails_after_the_allowed_polls,
    }
    both {
        flaky_succeeds_at_the_second_attempt_and_is_paid_once,
        slow_succeeds_at_the_third_poll,
    }
}

/// Takes an edit to its end and asserts what holds for every end.
async fn take(place: &Place, outcome: &str) -> (Edit, Books) {
    let world = World::new(place).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake(outcome)).await;
    let shown = world.guest.wait(id).await;
    let edit = world.stored(id).await;
    let books = Books::of(&world).await;
    books.assert_at_rest();
    assert_eq!(books.ledger.len(), 1);
    assert_eq!(
        (
            books.figures.total,
            books.figures.queued,
            books.figures.processing
        ),
        (1, 0, 0)
    );
    assert_eq!(shown["status"], json!(edit.status));
    match &edit.failure {
        Some(failure) => {
            assert_eq!(shown["failure"]["code"], failure.code.code());
            books.assert_released(id, failure.code.code());
            assert_eq!(
                place.object(&edit.output_key()).await,
                None,
                "no picture is left behind"
            );
            assert_eq!(books.figures.latency_samples, 0);
        }
        None => {
            books.assert_paid(id, styles::COST);
            assert_eq!((books.figures.succeeded, books.figures.latency_samples), (1, 1));
            assert_eq!(
                u64::try_from(books.figures.latency_sum_ms).ok(),
                edit.provider_latency_ms
            );
            assert_eq!(edit.cost_micro_usd, Some(books.budget.spent));
        }
    }
    (edit, books)
}

fn code(edit: &Edit) -> &'static str {
    edit.failure.as_ref().map_or("", |failure| failure.code.code())
}

async fn ok_succeeds_at_the_first_poll(place: Place) {
    let (edit, _) = take(&place, "ok").await;
    assert_eq!((edit.status, edit.attempt, edit.polls), (Status::Succeeded, 1, 1));
    assert!(
        edit.provider_latency_ms.is_some_and(|millis| millis >= 1_500),
        "{edit:?}"
    );
}

async fn sync_succeeds_without_a_poll(place: Place) {
    let (edit, _) = take(&place, "sync").await;
    assert_eq!((edit.status, edit.attempt, edit.polls), (Status::Succeeded, 1, 0));
    assert_eq!(
        edit.seed,
        edit.current_attempt().map(|attempt| attempt.task_id.seed())
    );
}

async fn slow_succeeds_at_the_third_poll(place: Place) {
    let _settings = settings::defaults(&place).await;
    let (edit, _) = take(&place, "slow").await;
    assert_eq!((edit.status, edit.attempt, edit.polls), (Status::Succeeded, 1, 3));
}

async fn moderated_ends_blocked_and_counts_as_a_hit_not_as_a_failure(place: Place) {
    let (edit, books) = take(&place, "moderated").await;
    assert_eq!(
        (edit.status, code(&edit), edit.attempt),
        (Status::Blocked, "moderated", 1)
    );
    let figures = books.figures;
    assert_eq!(
        (figures.blocked, figures.moderation_hits, figures.provider_failed),
        (1, 1, 0)
    );
}

async fn rejected_fails_at_once(place: Place) {
    let (edit, books) = take(&place, "rejected").await;
    assert_eq!(
        (edit.status, code(&edit), edit.attempt),
        (Status::Failed, "provider_rejected", 1)
    );
    assert_eq!((books.figures.failed, books.figures.provider_failed), (1, 1));
}

async fn error_is_tried_three_times_and_no_more(place: Place) {
    let (edit, books) = take(&place, "error").await;
    assert_eq!(
        (edit.status, code(&edit), edit.attempt),
        (Status::Failed, "provider_error", 3)
    );
    let outcomes: Vec<_> = edit
        .attempts
        .iter()
        .map(|attempt| attempt.outcome.as_deref())
        .collect();
    assert_eq!(outcomes, [Some("provider_error"); 3]);
    assert_eq!(
        (books.figures.failed, books.figures.provider_failed),
        (1, 1),
        "one edit, not three"
    );
}

async fn flaky_succeeds_at_the_second_attempt_and_is_paid_once(place: Place) {
    let _settings = settings::defaults(&place).await;
    let (edit, books) = take(&place, "flaky").await;
    assert_eq!((edit.status, edit.attempt), (Status::Succeeded, 2));
    let outcomes: Vec<_> = edit
        .attempts
        .iter()
        .map(|attempt| attempt.outcome.as_deref())
        .collect();
    assert_eq!(outcomes, [Some("provider_error"), Some("succeeded")]);
    assert_ne!(edit.attempts[0].task_id, edit.attempts[1].task_id);
    assert_eq!((books.figures.failed, books.figures.provider_failed), (0, 0));
}

async fn broken_output_is_not_delivered(place: Place) {
    let (edit, books) = take(&place, "broken-output").await;
    assert_eq!((edit.status, code(&edit)), (Status::Failed, "output_invalid"));
    assert_eq!((books.figures.failed, books.figures.provider_failed), (1, 1));
}

async fn never_fails_after_the_allowed_polls(place: Place) {
    let _settings = settings::alone(&place, &[(setting!(queue_max_polls), "2")]).await;
    let (edit, books) = take(&place, "never").await;
    assert_eq!(
        (edit.status, code(&edit), edit.polls),
        (Status::Failed, "provider_timeout", 2)
    );
    assert_eq!((books.figures.failed, books.figures.provider_failed), (1, 1));
}
