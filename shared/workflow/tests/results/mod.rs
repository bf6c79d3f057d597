//! Results that lack something, contradict themselves or name an odd price: whatever a result says it cost is booked, and
//! nothing is bought twice.

use domain::settings::setting;
use domain::{FailureCode, Status};
use doubles::fal;
use doubles::runware::{Behaviour, ErrorShape, Fault, Faults, Output, Server};
use serde_json::json;

use crate::world::{ESTIMATE, Sent, World};

/// What both doubles bill for the models of these tests.
const PRICE: i64 = 39_000;

/// Takes an edit through its submit and one poll. Nothing may follow.
async fn taken_once(world: &World) {
    world.submit().await;
    world.sent();
    world.poll().await;
    let sent = world.sent();
    assert!(sent.is_empty(), "nothing follows: {sent:?}");
}

async fn at_runware(behaviour: Behaviour) -> (Server, World) {
    let server = Server::start(behaviour).await;
    let world = World::at_runware(&server).await;
    (server, world)
}

async fn at_fal(behaviour: fal::Behaviour) -> (fal::Server, World) {
    let server = fal::Server::start(behaviour.ready()).await;
    let world = World::at_fal(&server).await;
    (server, world)
}

fn unusable() -> [Output; 3] {
    [
        Output::Missing,
        Output::Elsewhere("file:///etc/passwd".to_owned()),
        Output::Elsewhere("data:image/jpeg;base64,!".to_owned()),
    ]
}

#[tokio::test]
async fn a_result_without_a_usable_picture_is_booked_as_it_says_and_not_repeated() {
    for output in unusable() {
        for (cost, booked) in [
            (Some(json!(0.039)), PRICE),
            (None, ESTIMATE.get()),
            // Nothing was made, so this zero may be meant.
            (Some(json!(0)), 0),
        ] {
            for sync in [false, true] {
                let case = format!("{output:?}, cost {cost:?}, sync {sync}");
                let (server, world) = at_runware(Behaviour {
                    cost: cost.clone(),
                    sync,
                    ..Behaviour::output(output.clone()).processing(0)
                })
                .await;
                taken_once(&world).await;
                let code = world.failure_code().await;
                let is_unavailable = matches!(
                    code,
                    Some(FailureCode::OutputUnavailable | FailureCode::OutputInvalid)
                );
                assert!(is_unavailable, "{case}: {code:?}");
                assert_eq!(world.booked().await, booked, "{case}");
                assert_eq!(server.counts().submits, 1, "{case}");
            }
        }
        for (units, booked) in [(Some("1"), PRICE), (None, ESTIMATE.get()), (Some("0"), 0)] {
            let (server, world) = at_fal(fal::Behaviour {
                units: units.map(str::to_owned),
                ..fal::Behaviour::output(output.clone())
            })
            .await;
            taken_once(&world).await;
            assert_eq!(world.edit().await.status, Status::Failed, "{output:?}");
            assert_eq!(world.booked().await, booked, "{output:?}, units {units:?}");
            assert_eq!(server.counts().submits, 1);
        }
    }
}

#[tokio::test]
async fn a_withheld_picture_is_moderated_and_booked() {
    for output in [Output::Missing, Output::Recoloured] {
        for sync in [false, true] {
            let (server, world) = at_runware(Behaviour {
                nsfw: true,
                sync,
                ..Behaviour::output(output.clone()).processing(0)
            })
            .await;
            taken_once(&world).await;
            assert_eq!(world.failure_code().await, Some(FailureCode::Moderated));
            assert_eq!(world.booked().await, PRICE, "{output:?}, sync {sync}");
            assert_eq!((server.counts().submits, server.counts().downloads), (1, 0));
        }
        let (server, world) = at_fal(fal::Behaviour {
            nsfw: true,
            ..fal::Behaviour::output(output.clone())
        })
        .await;
        taken_once(&world).await;
        assert_eq!(world.failure_code().await, Some(FailureCode::Moderated));
        assert_eq!(world.booked().await, PRICE, "{output:?}");
        assert_eq!((server.counts().submits, server.counts().downloads), (1, 0));
    }
}

#[tokio::test]
async fn a_picture_inside_the_answer_is_delivered() {
    for output in [Output::Base64, Output::DataUri] {
        let (server, world) = at_runware(Behaviour::output(output.clone()).processing(0)).await;
        taken_once(&world).await;
        assert_eq!(world.edit().await.status, Status::Succeeded, "{output:?}");
        assert_eq!(world.edit().await.provider_url, None);
        assert_eq!(
            (world.booked().await, server.counts().downloads),
            (PRICE, 0),
            "{output:?}"
        );
    }
    let (server, world) = at_fal(fal::Behaviour::output(Output::DataUri)).await;
    taken_once(&world).await;
    assert_eq!(world.edit().await.status, Status::Succeeded);
    assert_eq!((world.booked().await, server.counts().downloads), (PRICE, 0));
}

#[tokio::test]
async fn a_failure_that_costs_money_is_booked_and_not_repeated_at_its_provider() {
    for shape in [
        ErrorShape::Errors,
        ErrorShape::Item,
        ErrorShape::Flat,
        ErrorShape::Bare,
    ] {
        for sync in [false, true] {
            let (server, world) = at_runware(Behaviour {
                charges_failure: true,
                sync,
                ..Behaviour::failing("inferenceError", shape).processing(0)
            })
            .await;
            taken_once(&world).await;
            assert_eq!(world.failure_code().await, Some(FailureCode::ProviderError));
            assert_eq!(world.booked().await, PRICE, "{shape:?}, sync {sync}");
            assert_eq!(server.counts().submits, 1, "{shape:?}");
        }
    }
    let (server, world) = at_fal(fal::Behaviour {
        charges_failure: true,
        ..fal::Behaviour::failing(504, "generation_timeout")
    })
    .await;
    taken_once(&world).await;
    assert_eq!(world.failure_code().await, Some(FailureCode::ProviderTimeout));
    assert_eq!((world.booked().await, server.counts().submits), (PRICE, 1));
}

#[tokio::test]
async fn a_failure_that_costs_money_is_followed_by_the_fallback_and_both_are_booked() {
    let runware = Server::start(Behaviour {
        charges_failure: true,
        ..Behaviour::failing("inferenceError", ErrorShape::Item).processing(0)
    })
    .await;
    let fal = fal::Server::start(fal::Behaviour::at_once()).await;
    let fal_url = fal.base_url();
    let settings = [
        (setting!(fallback_provider), "fal"),
        (setting!(fal_base_url), fal_url.as_str()),
    ];
    let world = World::at_runware_with(&runware, &settings).await;
    world.submit().await;
    world.sent();
    world.poll().await;
    assert!(matches!(world.sent()[..], [Sent::Submit(_)]));
    let edit = world.edit().await;
    assert_eq!(
        edit.reserved_micro_usd.get(),
        PRICE + edit.estimate().get(),
        "both, under the cap"
    );
    world.submit().await;
    world.poll().await;
    assert_eq!(world.edit().await.status, Status::Succeeded);
    let at_fal = world.attempt().await.cost_micro_usd.unwrap();
    assert_eq!(world.booked().await, PRICE + at_fal.get());
    assert_eq!((runware.counts().submits, fal.counts().submits), (1, 1));
}

#[tokio::test]
async fn a_cost_out_of_bounds_is_booked_as_the_estimate() {
    let flagged = Behaviour {
        nsfw: true,
        ..Behaviour::default()
    };
    let out_of_reach = Behaviour::output(Output::Status(404));
    let charged = Behaviour {
        charges_failure: true,
        ..Behaviour::failing("inferenceError", ErrorShape::Item)
    };
    for behaviour in [Behaviour::default(), flagged, out_of_reach, charged] {
        for (cost, booked) in [
            (json!(0.4), 10 * ESTIMATE.get()),
            (json!(0.400_001), ESTIMATE.get()),
            (json!(39), ESTIMATE.get()),
            (json!(1e300), ESTIMATE.get()),
            (json!(-0.039), ESTIMATE.get()),
        ] {
            let (_server, world) = at_runware(Behaviour {
                cost: Some(cost.clone()),
                ..behaviour.clone().processing(0)
            })
            .await;
            taken_once(&world).await;
            assert_eq!(world.booked().await, booked, "{cost}: {behaviour:?}");
        }
    }
    for (units, booked) in [("10", 390_000), ("1000", ESTIMATE.get()), ("-1", ESTIMATE.get())] {
        let (_server, world) = at_fal(fal::Behaviour {
            units: Some(units.to_owned()),
            ..fal::Behaviour::default()
        })
        .await;
        taken_once(&world).await;
        assert_eq!(world.booked().await, booked, "{units} units");
    }
}

#[tokio::test]
async fn a_refused_result_of_fal_ends_the_attempt_whatever_the_refusal_looks_like() {
    for refusal in [
        Fault::html(422),
        Fault::text(422, "text/plain", ""),
        Fault::json(422, &json!({ "detail": [] })),
        Fault::json(422, &json!({ "detail": null })),
        Fault::json(422, &json!([])),
        Fault::json(400, &json!({ "detail": [] })),
    ] {
        let case = format!("{refusal:?}");
        let (server, world) = at_fal(fal::Behaviour::result(Faults::always(refusal))).await;
        taken_once(&world).await;
        assert_eq!(
            world.failure_code().await,
            Some(FailureCode::ProviderRejected),
            "{case}"
        );
        assert_eq!(
            (server.counts().submits, server.counts().results),
            (1, 1),
            "{case}"
        );
        assert_eq!(world.booked().await, 0, "{case}");
    }
}

#[tokio::test]
async fn a_picture_that_always_breaks_off_ends_the_edit_long_before_its_deadline_at_the_price_named() {
    let (server, world) = at_runware(Behaviour::output(Output::CutOff).processing(0)).await;
    world.submit().await;
    let mut polls = 0;
    for sent in world.sent() {
        let mut next = Some(sent);
        while let Some(Sent::Poll(message, delay)) = next {
            world.pass(delay.try_into().unwrap());
            world.deliver(message).await;
            polls += 1;
            next = world.sent().pop();
        }
    }
    assert_eq!(world.failure_code().await, Some(FailureCode::OutputUnavailable));
    assert_eq!(world.booked().await, PRICE);
    assert_eq!((polls, server.counts().downloads), (5, 5));
}

#[tokio::test]
async fn a_price_that_was_named_is_booked_even_if_the_provider_answers_no_more() {
    let server = Server::start(Behaviour::output(Output::Status(503)).processing(0)).await;
    let world = World::at_runware(&server).await;
    world.submit().await;
    world.sent();
    world.poll().await;
    let Some(Sent::Poll(next, _)) = world.sent().pop() else {
        panic!("the picture may be there later");
    };
    let task = world.attempt().await.task_id.uuid();
    server.when_task(task, Behaviour::poll(Faults::always(Fault::html(502))));
    world.pass_until_left(jiff::SignedDuration::ZERO).await;
    world.deliver(next).await;
    assert_eq!(world.failure_code().await, Some(FailureCode::ProviderTimeout));
    assert_eq!(world.booked().await, PRICE);
}
