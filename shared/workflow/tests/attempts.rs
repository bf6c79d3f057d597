//! Attempts at providers on loopback, from the workers' side: what becomes of the edit, of its messages and its money.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod world;

use domain::edit::FALLBACK_PATIENCE;
use domain::message::PollMessage;
use domain::settings::ProviderMode;
use domain::{FailureCode, ProviderName, Settings, Status};
use doubles::fal;
use doubles::runware::{Behaviour, Ending, ErrorShape, Fault, Faults, Output, Server};
use jiff::SignedDuration;
use world::{ESTIMATE, Sent, World};

fn code(world: &World) -> Option<FailureCode> {
    world.edit().failure.map(|failure| failure.code)
}

#[tokio::test]
async fn a_picture_that_cannot_be_fetched_by_the_deadline_is_paid_for_all_the_same() {
    for (cost, booked) in [(Some(0.039.into()), 39_000), (None, ESTIMATE.get())] {
        let behaviour = Behaviour {
            cost,
            ..Behaviour::output(Output::Status(503)).processing(0)
        };
        let server = Server::start(behaviour).await;
        let world = World::at_runware(&server);
        world.submit().await;
        world.poll().await;
        assert_eq!(world.edit().status, Status::Processing, "it may be there later");
        world.pass_until_left(SignedDuration::ZERO);
        world.poll().await;
        assert_eq!(code(&world), Some(FailureCode::OutputUnavailable));
        assert_eq!(world.booked(), booked);
    }
}

#[tokio::test]
async fn a_picture_that_was_made_and_is_of_no_use_costs_its_list_price_where_the_provider_names_none() {
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
        let world = World::at_runware(&server);
        world.submit().await;
        world.poll().await;
        assert_eq!((code(&world), world.booked()), (Some(expected), ESTIMATE.get()));
    }
}

#[tokio::test]
async fn the_fake_takes_money_for_good_pictures_alone() {
    for (model, booked) in [("fake:ok", ESTIMATE.get()), ("fake:broken-output", 0)] {
        let settings = Settings {
            runware_mode: ProviderMode::Fake,
            ..Settings::default()
        };
        let world = World::new(ProviderName::Runware, model, settings);
        world.submit().await;
        world.poll().await;
        assert!(world.edit().status.is_terminal());
        assert_eq!(world.booked(), booked, "{model}");
    }
}

/// The provider says that it has never heard of the task.
fn unheard_of(submit: Faults) -> Behaviour {
    Behaviour {
        submit,
        poll: Faults::always(Fault::empty_data()),
        lookup: Faults::always(Fault::error(400, "taskFailedOrNotFound")),
        ..Behaviour::default()
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_asked_for_until_there_is_no_time_left() {
    let server = Server::start(unheard_of(Faults::none())).await;
    let world = World::at_runware(&server);
    world.submit().await;
    for _ in 0..5 {
        world.pass(SignedDuration::from_secs(100));
        world.poll().await;
        assert_eq!(
            (world.edit().status, world.edit().attempt),
            (Status::Processing, 1)
        );
    }
    server.when_task(world.attempt().task_id.uuid(), Behaviour::default().processing(0));
    world.poll().await;
    assert_eq!(world.edit().status, Status::Succeeded);
    assert_eq!(server.counts().submits, 1);
}

#[tokio::test]
async fn what_was_not_acknowledged_is_sent_again_once_it_cannot_arrive_any_more() {
    for submit in [Fault::ResetBefore, Fault::empty_data()] {
        let server = Server::start(unheard_of(Faults::always(submit))).await;
        let world = World::at_runware(&server);
        world.submit().await;
        world.pass(SignedDuration::from_secs(79));
        world.poll().await;
        assert_eq!(world.edit().status, Status::Processing);
        world.pass(SignedDuration::from_secs(1));
        world.sent();
        world.poll().await;
        assert_eq!(world.edit().status, Status::Queued);
        assert!(matches!(world.sent()[..], [Sent::Submit(_)]));
    }
}

#[tokio::test]
async fn what_is_given_up_at_a_provider_that_cannot_cancel_is_booked() {
    let submit_lost = Behaviour {
        submit: Faults::always(Fault::ResetAfter),
        ..Behaviour::default()
    };
    let well = Behaviour::default;
    for (behaviour, booked) in [
        (well().processing(1_000), ESTIMATE.get()),
        (submit_lost.processing(1_000), ESTIMATE.get()),
        // It does not answer any more, but it had acknowledged the task.
        (Behaviour::poll(Faults::always(Fault::html(502))), ESTIMATE.get()),
        // It never answered at all.
        (
            Behaviour {
                submit: Faults::always(Fault::html(502)),
                poll: Faults::always(Fault::html(502)),
                ..well()
            },
            0,
        ),
    ] {
        let server = Server::start(behaviour.clone()).await;
        let world = World::at_runware(&server);
        world.submit().await;
        world.pass_until_left(SignedDuration::ZERO);
        world.poll().await;
        assert_eq!(code(&world), Some(FailureCode::ProviderTimeout), "{behaviour:?}");
        assert_eq!(world.booked(), booked, "{behaviour:?}");
    }
}

#[tokio::test]
async fn what_fal_takes_out_of_its_queue_costs_nothing_and_what_it_has_begun_is_booked() {
    for (in_queue, booked) in [(1_000, 0), (0, ESTIMATE.get())] {
        let server = fal::Server::start(fal::Behaviour {
            in_queue,
            in_progress: 1_000,
            ..fal::Behaviour::default()
        })
        .await;
        let world = World::at_fal(&server);
        world.submit().await;
        world.pass_until_left(SignedDuration::ZERO);
        world.poll().await;
        assert_eq!(code(&world), Some(FailureCode::ProviderTimeout));
        assert_eq!(world.booked(), booked);
    }
}

#[tokio::test]
async fn what_was_given_up_is_booked_beside_what_the_other_provider_takes() {
    let runware = Server::start(Behaviour::default().processing(1_000)).await;
    let fal = fal::Server::start(fal::Behaviour::at_once()).await;
    let settings = Settings {
        fallback_provider: Some(ProviderName::Fal),
        ..World::settings(Some(&runware), Some(&fal))
    };
    let world = World::new(ProviderName::Runware, "google:4@1", settings);
    world.submit().await;
    world.pass_until_left(FALLBACK_PATIENCE);
    world.poll().await;
    let edit = world.edit();
    assert_eq!((edit.status, edit.provider), (Status::Queued, ProviderName::Fal));
    assert_eq!(
        edit.reserved_micro_usd,
        ESTIMATE + edit.estimate(),
        "both, under the cap"
    );
    world.submit().await;
    world.poll().await;
    assert_eq!(world.edit().status, Status::Succeeded);
    let at_fal = world.attempt().cost_micro_usd.unwrap();
    assert_eq!(world.booked(), (ESTIMATE + at_fal).get());
}

/// Delivers the messages with a hint that were sent since the last look.
async fn deliver_hints(world: &World) -> usize {
    let mut hints = 0;
    for sent in world.sent() {
        if let Sent::Poll(message @ PollMessage::V1 { hint: Some(_), .. }, _) = sent {
            world.deliver(&message).await;
            hints += 1;
        }
    }
    hints
}

#[tokio::test]
async fn a_name_that_could_not_be_written_down_is_not_lost() {
    let runware = Server::start(Behaviour::default().processing(1)).await;
    let fal = fal::Server::start(fal::Behaviour::default()).await;
    for world in [World::at_runware(&runware), World::at_fal(&fal)] {
        world.lose_move(2);
        world.submit().await;
        assert_eq!(world.attempt().handle, None);
        assert_eq!(deliver_hints(&world).await, 1);
        assert!(world.attempt().handle.is_some());
        world.pass(SignedDuration::from_secs(100));
        for _ in 0..3 {
            world.poll().await;
        }
        assert_eq!(
            (world.edit().status, world.edit().attempt),
            (Status::Succeeded, 1)
        );
    }
    assert_eq!((runware.counts().submits, fal.counts().submits), (1, 1));
}

#[tokio::test]
async fn an_answer_that_got_lost_at_fal_is_waited_for_as_long_as_a_webhook_may_bring_the_name() {
    for (webhook, expected) in [
        (Some("https://example.com"), Status::Processing),
        (None, Status::Failed),
    ] {
        let fal = fal::Server::start(fal::Behaviour::submit(Fault::ResetAfter)).await;
        let world = World::at_fal(&fal);
        world.change(|settings| settings.webhook_base_url = webhook.map(|url| url.parse().unwrap()));
        world.submit().await;
        world.pass(SignedDuration::from_secs(140));
        world.poll().await;
        assert_eq!(world.edit().status, expected, "{webhook:?}");
        world.pass(SignedDuration::from_secs(20));
        world.poll().await;
        assert_eq!(code(&world), Some(FailureCode::ProviderTimeout));
        assert_eq!(fal.counts().submits, 1);
    }
}

#[tokio::test]
async fn a_submit_message_that_came_before_its_move_is_sent_again() {
    for (writing, submits) in [(0, 1), (3, 2)] {
        let server = Server::start(Behaviour::submit(Fault::rate_limited(1))).await;
        let world = World::at_runware(&server);
        world.slow_writes(SignedDuration::from_secs(writing));
        world.submit().await;
        assert_eq!(world.edit().status, Status::Queued);
        let sent = world.sent().into_iter();
        let sent = sent.filter(|sent| matches!(sent, Sent::Submit(_))).count();
        assert_eq!(sent, submits, "the move took {writing} s");
    }
}

#[tokio::test]
async fn an_attempt_under_way_keeps_its_mode_whatever_the_setting_becomes() {
    for (first, then) in [
        (ProviderMode::Live, ProviderMode::Fake),
        (ProviderMode::Fake, ProviderMode::Live),
    ] {
        let server = Server::start(Behaviour::default().processing(0)).await;
        let world = World::at_runware(&server);
        world.change(|settings| settings.runware_mode = first);
        world.submit().await;
        world.change(|settings| settings.runware_mode = then);
        world.poll().await;
        assert_eq!(world.edit().status, Status::Succeeded, "{first:?}");
        let downloads = u32::from(first == ProviderMode::Live);
        assert_eq!(server.counts().downloads, downloads, "{first:?}");
    }
}

#[tokio::test]
async fn a_verdict_that_repeats_a_prompt_is_withheld() {
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
        let world = World::at_runware(&server);
        world.submit().await;
        world.poll().await;
        let detail = world.attempt().detail.unwrap();
        assert!(detail.contains("inferenceError: withheld"), "{detail}");
    }
}

#[tokio::test]
async fn the_provenance_names_the_system_as_people_do_and_its_version_by_id() {
    let server = Server::start(Behaviour::default().processing(0)).await;
    let world = World::at_runware(&server);
    world.submit().await;
    world.poll().await;
    let picture = world.object(&world.edit().output_key()).unwrap();
    let read = media::read_provenance(&picture).unwrap();
    assert_eq!(
        read.ai_system.as_deref(),
        Some("Nano Banana (Gemini 2.5 Flash Image) via runware")
    );
    assert_eq!(read.ai_system_version.as_deref(), Some("google:4@1"));
}
