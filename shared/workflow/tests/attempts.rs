//! Attempts at providers on loopback, as the workers make them: what becomes of the edit, its messages and its money.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod results;
mod world;

use cloud::Call;
use cloud::testing::{Fault, Rule};
use domain::breaker::{Breaker, BreakerState, OpenReason};
use domain::edit::FALLBACK_PATIENCE;
use domain::message::PollMessage;
use domain::settings::setting;
use domain::{FailureCode, ProviderName, Status};
use doubles::fal;
use doubles::runware::{self, Behaviour, Ending, ErrorShape, Faults, Output, Server};
use jiff::{SignedDuration, Timestamp};
use world::{ESTIMATE, Sent, World};

#[tokio::test]
async fn a_picture_out_of_reach_until_the_deadline_is_paid_for_all_the_same() {
    for (cost, booked) in [(Some(0.039.into()), 39_000), (None, ESTIMATE.get())] {
        let behaviour = Behaviour {
            cost,
            ..Behaviour::output(Output::Status(503)).processing(0)
        };
        let server = Server::start(behaviour).await;
        let world = World::at_runware(&server).await;
        world.submit().await;
        world.poll().await;
        assert_eq!(
            world.edit().await.status,
            Status::Processing,
            "it may be there later"
        );
        world.pass_until_left(SignedDuration::ZERO).await;
        world.poll().await;
        assert_eq!(world.failure_code().await, Some(FailureCode::OutputUnavailable));
        assert_eq!(world.booked().await, booked);
    }
}

#[tokio::test]
async fn an_unusable_picture_costs_its_list_price_where_the_provider_names_no_price() {
    let flagged = Behaviour {
        nsfw: true,
        ..Behaviour::default()
    };
    for (behaviour, expected) in [
        (flagged, FailureCode::Moderated),
        (Behaviour::output(Output::NotAnImage), FailureCode::OutputInvalid),
        (
            Behaviour::output(Output::Status(404)),
            FailureCode::OutputUnavailable,
        ),
    ] {
        let server = Server::start(Behaviour {
            cost: None,
            ..behaviour.processing(0)
        })
        .await;
        let world = World::at_runware(&server).await;
        world.submit().await;
        world.poll().await;
        assert_eq!(
            (world.failure_code().await, world.booked().await),
            (Some(expected), ESTIMATE.get())
        );
    }
}

#[tokio::test]
async fn the_fake_charges_for_good_pictures_only() {
    for (model, booked) in [("fake:ok", ESTIMATE.get()), ("fake:broken-output", 0)] {
        let settings = [(setting!(runware_mode), "fake")];
        let world = World::new(ProviderName::Runware, model, &settings).await;
        world.submit().await;
        world.poll().await;
        assert!(world.edit().await.status.is_terminal());
        assert_eq!(world.booked().await, booked, "{model}");
    }
}

/// The provider says that it does not know the task.
fn unknown_task(submit: Faults) -> Behaviour {
    Behaviour {
        submit,
        poll: Faults::always(runware::Fault::empty_data()),
        lookup: Faults::always(runware::Fault::error(400, "taskFailedOrNotFound")),
        ..Behaviour::default()
    }
}

#[tokio::test]
async fn an_acknowledged_attempt_is_polled_until_no_time_is_left() {
    let server = Server::start(unknown_task(Faults::none())).await;
    let world = World::at_runware(&server).await;
    world.submit().await;
    for _ in 0..5 {
        world.pass(SignedDuration::from_secs(100));
        world.poll().await;
        assert_eq!(
            (world.edit().await.status, world.edit().await.attempt),
            (Status::Processing, 1)
        );
    }
    server.when_task(
        world.attempt().await.task_id.uuid(),
        Behaviour::default().processing(0),
    );
    world.poll().await;
    assert_eq!(world.edit().await.status, Status::Succeeded);
    assert_eq!(server.counts().submits, 1);
}

#[tokio::test]
async fn an_unacknowledged_attempt_is_retried_once_it_cannot_arrive_any_more() {
    for submit in [runware::Fault::ResetBefore, runware::Fault::empty_data()] {
        let server = Server::start(unknown_task(Faults::always(submit))).await;
        let world = World::at_runware(&server).await;
        world.submit().await;
        world.pass(SignedDuration::from_secs(79));
        world.poll().await;
        assert_eq!(world.edit().await.status, Status::Processing);
        world.pass(SignedDuration::from_secs(1));
        world.sent();
        world.poll().await;
        assert_eq!(world.edit().await.status, Status::Queued);
        assert!(matches!(world.sent()[..], [Sent::Submit(_)]));
    }
}

#[tokio::test]
async fn an_attempt_given_up_at_a_provider_that_cannot_cancel_is_booked() {
    let submit_lost = Behaviour {
        submit: Faults::always(runware::Fault::ResetAfter),
        ..Behaviour::default()
    };
    let well = Behaviour::default;
    for (behaviour, booked) in [
        (well().processing(1_000), ESTIMATE.get()),
        (submit_lost.processing(1_000), ESTIMATE.get()),
        // It does not answer any more, but it had acknowledged the task.
        (
            Behaviour::poll(Faults::always(runware::Fault::html(502))),
            ESTIMATE.get(),
        ),
        // It never answered at all.
        (
            Behaviour {
                submit: Faults::always(runware::Fault::html(502)),
                poll: Faults::always(runware::Fault::html(502)),
                ..well()
            },
            0,
        ),
    ] {
        let server = Server::start(behaviour.clone()).await;
        let world = World::at_runware(&server).await;
        world.submit().await;
        world.pass_until_left(SignedDuration::ZERO).await;
        world.poll().await;
        assert_eq!(
            world.failure_code().await,
            Some(FailureCode::ProviderTimeout),
            "{behaviour:?}"
        );
        assert_eq!(world.booked().await, booked, "{behaviour:?}");
    }
}

#[tokio::test]
async fn an_attempt_cancelled_in_fals_queue_costs_nothing_and_one_that_fal_has_begun_is_booked() {
    for (in_queue, booked) in [(1_000, 0), (0, ESTIMATE.get())] {
        let server = fal::Server::start(fal::Behaviour {
            in_queue,
            in_progress: 1_000,
            ..fal::Behaviour::default()
        })
        .await;
        let world = World::at_fal(&server).await;
        world.submit().await;
        world.pass_until_left(SignedDuration::ZERO).await;
        world.poll().await;
        assert_eq!(world.failure_code().await, Some(FailureCode::ProviderTimeout));
        assert_eq!(world.booked().await, booked);
    }
}

#[tokio::test]
async fn an_attempt_given_up_is_booked_beside_the_fallbacks_charge() {
    let runware = Server::start(Behaviour::default().processing(1_000)).await;
    let fal = fal::Server::start(fal::Behaviour::at_once()).await;
    let fal_url = fal.base_url();
    let settings = [
        (setting!(fallback_provider), "fal"),
        (setting!(fal_base_url), fal_url.as_str()),
    ];
    let world = World::at_runware_with(&runware, &settings).await;
    world.submit().await;
    world.pass_until_left(FALLBACK_PATIENCE).await;
    world.poll().await;
    let edit = world.edit().await;
    assert_eq!((edit.status, edit.provider), (Status::Queued, ProviderName::Fal));
    assert_eq!(
        edit.reserved_micro_usd,
        ESTIMATE + edit.estimate(),
        "both, under the cap"
    );
    world.submit().await;
    world.poll().await;
    assert_eq!(world.edit().await.status, Status::Succeeded);
    let at_fal = world.attempt().await.cost_micro_usd.unwrap();
    assert_eq!(world.booked().await, (ESTIMATE + at_fal).get());
}

/// Delivers the messages with a hint that were sent since the last look, and counts them.
async fn deliver_hints(world: &World) -> usize {
    let mut hints = 0;
    for sent in world.sent() {
        if let Sent::Poll(message @ PollMessage::V1 { hint: Some(_), .. }, _) = sent {
            world.deliver(message).await;
            hints += 1;
        }
    }
    hints
}

#[tokio::test]
async fn a_handle_that_could_not_be_stored_is_not_lost() {
    let runware = Server::start(Behaviour::default().processing(1)).await;
    let fal = fal::Server::start(fal::Behaviour::default()).await;
    for world in [World::at_runware(&runware).await, World::at_fal(&fal).await] {
        // The first transaction is the claim, the second stores the handle.
        let transaction = Rule::new(Call::TransactWriteItems, Fault::Refused);
        world.memory.faults.add(transaction.after(1));
        world.submit().await;
        assert_eq!(world.attempt().await.handle, None);
        assert_eq!(deliver_hints(&world).await, 1);
        assert!(world.attempt().await.handle.is_some());
        world.pass(SignedDuration::from_secs(100));
        for _ in 0..3 {
            world.poll().await;
        }
        assert_eq!(
            (world.edit().await.status, world.edit().await.attempt),
            (Status::Succeeded, 1)
        );
    }
    assert_eq!((runware.counts().submits, fal.counts().submits), (1, 1));
}

#[tokio::test]
async fn a_lost_answer_of_fal_is_waited_for_as_long_as_a_webhook_may_bring_the_handle() {
    for (webhook, expected) in [
        (Some("https://example.com"), Status::Processing),
        (None, Status::Failed),
    ] {
        let fal = fal::Server::start(fal::Behaviour::submit(runware::Fault::ResetAfter)).await;
        let settings = webhook.map(|url| (setting!(webhook_base_url), url));
        let world = World::at_fal_with(&fal, settings.as_slice()).await;
        world.submit().await;
        world.pass(SignedDuration::from_secs(140));
        world.poll().await;
        assert_eq!(world.edit().await.status, expected, "{webhook:?}");
        world.pass(SignedDuration::from_secs(20));
        world.poll().await;
        assert_eq!(world.failure_code().await, Some(FailureCode::ProviderTimeout));
        assert_eq!(fal.counts().submits, 1);
    }
}

#[tokio::test]
async fn a_submit_message_that_may_have_overtaken_its_move_is_sent_again() {
    for (writing, submits) in [(0, 1), (3, 2)] {
        let server = Server::start(Behaviour::submit(runware::Fault::rate_limited(1))).await;
        let world = World::at_runware(&server).await;
        // The first transaction is the claim, the second the retry.
        let faults = &world.memory.faults;
        let claim = faults.hold(Call::TransactWriteItems, "");
        let slow_retry = async {
            claim.reached().await;
            let retry = faults.hold(Call::TransactWriteItems, "");
            claim.release();
            retry.reached().await;
            world.pass(SignedDuration::from_secs(writing));
        };
        futures::join!(world.submit(), slow_retry);
        assert_eq!(world.edit().await.status, Status::Queued);
        let sent = world.sent().into_iter();
        let sent = sent.filter(|sent| matches!(sent, Sent::Submit(_))).count();
        assert_eq!(sent, submits, "the move took {writing} s");
    }
}

/// A breaker whose probe may go, at this version.
fn ready_for_a_probe(version: u64, now: Timestamp) -> Breaker {
    Breaker {
        version,
        state: BreakerState::Open {
            reason: OpenReason::Quota,
            since: now,
            retry_at: now,
            failed_probes: 0,
        },
        pinned: None,
    }
}

#[tokio::test]
async fn an_edit_that_loses_every_race_for_a_probe_waits() {
    let server = Server::start(Behaviour::default().processing(0)).await;
    let world = World::at_runware(&server).await;
    let now = world.cloud.now();
    let save = async |version| {
        let breaker = ready_for_a_probe(version, now);
        let saved = world.cloud.save_breaker(ProviderName::Runware, &breaker).await;
        assert!(saved.unwrap(), "version {version}");
    };
    save(1).await;
    let faults = &world.memory.faults;
    let mut held = faults.hold(Call::PutItem, "BREAKER");
    let rivals = async {
        for version in 2..=4 {
            held.reached().await;
            save(version).await;
            let next = faults.hold(Call::PutItem, "BREAKER");
            std::mem::replace(&mut held, next).release();
        }
    };
    futures::join!(world.submit(), rivals);
    assert_eq!(
        world.edit().await.status,
        Status::Queued,
        "nothing is wrong with it"
    );
    assert!(matches!(world.sent()[..], [Sent::Submit(_)]));
    faults.clear();
    world.pass(SignedDuration::from_secs(2));
    world.submit().await;
    world.poll().await;
    assert_eq!(world.edit().await.status, Status::Succeeded);
}

#[tokio::test]
async fn an_attempt_under_way_keeps_its_mode_when_the_setting_changes() {
    for (first, then) in [("live", "fake"), ("fake", "live")] {
        let server = Server::start(Behaviour::default().processing(0)).await;
        let world = World::at_runware_with(&server, &[(setting!(runware_mode), first)]).await;
        world.submit().await;
        world.change(setting!(runware_mode), then).await;
        world.poll().await;
        assert_eq!(world.edit().await.status, Status::Succeeded, "{first}");
        let downloads = u32::from(first == "live");
        assert_eq!(server.counts().downloads, downloads, "{first}");
    }
}

#[tokio::test]
async fn a_providers_message_that_repeats_a_prompt_is_withheld() {
    for words in ["as a comic", "the uncle of Anna"] {
        let ending = Ending::Error {
            code: "inferenceError".to_owned(),
            message: format!("cannot paint {words}"),
            shape: ErrorShape::Item,
        };
        let server = Server::start(Behaviour {
            ending,
            ..Behaviour::default().processing(0)
        })
        .await;
        let world = World::at_runware(&server).await;
        world.submit().await;
        world.poll().await;
        let detail = world.attempt().await.detail.unwrap();
        assert!(detail.contains("inferenceError: withheld"), "{detail}");
    }
}

#[tokio::test]
async fn the_provenance_names_the_system_by_its_common_name_and_its_version_by_id() {
    let server = Server::start(Behaviour::default().processing(0)).await;
    let world = World::at_runware(&server).await;
    world.submit().await;
    world.poll().await;
    let key = world.edit().await.output_key();
    let picture = world.cloud.get_object(&key, u64::MAX).await.unwrap();
    let read = media::read_provenance(&picture).unwrap();
    assert_eq!(
        read.ai_system.as_deref(),
        Some("Nano Banana (Gemini 2.5 Flash Image) via runware")
    );
    assert_eq!(read.ai_system_version.as_deref(), Some("google:4@1"));
}
