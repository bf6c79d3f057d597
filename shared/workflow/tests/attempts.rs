//! Attempts at providers on loopback, from the workers' side: what becomes of the edit, of its messages and its money.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod world;

use domain::settings::ProviderMode;
use domain::{FailureCode, ProviderName, Settings, Status};
use doubles::runware::{Behaviour, Fault, Faults, Output, Server};
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
