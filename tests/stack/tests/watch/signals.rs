//! A signal is given once, in the log and as an event, however many edits cause it.

use std::collections::BTreeMap;

use domain::MicroUsd;
use domain::settings::setting;
use futures::future::join_all;
use serde_json::{Value, json};
use world::deployed::{Subscriber, logs};
use world::patience::{insist, seen};
use world::styles::COST;
use world::{Caller, Guest, Place, Reply, World, settings, styles};

use super::figures::{photo_of, write};
use super::in_style;

contract! {
    both {
        recovery_that_fails_edits_signals_the_failure_rate_of_their_event,
    }
    deployed {
        each_signal_is_given_once_although_many_edits_cause_it,
    }
}

const FUNCTIONS: [&str; 4] = [
    "guest-create-edit",
    "tenant-create-edit",
    "process-edit",
    "poll-edit",
];

const BUDGET: &str = "AI budget threshold reached";
const ABUSE: &str = "AI abuse escalation threshold reached";
const FAILURE_RATE: &str = "AI failure-rate alert threshold reached";
const LATENCY: &str = "AI provider latency warning";

async fn each_signal_is_given_once_although_many_edits_cause_it(place: Place) {
    let thresholds = [
        (setting!(failure_rate_min_samples), "4"),
        (setting!(latency_warning_ms), "1"),
        (setting!(abuse_escalation_threshold_per_hour), "3"),
    ];
    let _settings = settings::alone(&place, &thresholds).await;
    let mut subscriber = Subscriber::new(&place).await;
    let began = logs::now_ms(&place) - 1_000;
    let sick = World::with(&place, |_, event| {
        event.policy.blocked_terms = vec!["forbiddenword".to_owned()].into();
    })
    .await;
    let poor = World::with(&place, |tenant, _| {
        tenant.budget.soft_cap_micro_usd = Some(MicroUsd::new(COST));
        tenant.budget.hard_cap_micro_usd = Some(MicroUsd::new(2 * COST));
    })
    .await;
    futures::join!(slow_edits(&sick), exhaust_budget(&poor));
    let guest = sick.another_guest();
    futures::join!(failing_edits(&sick), blocked_prompts(&sick, &guest));

    // The soft cap, the hard cap, abuse, failure rate and latency.
    let events = [sick.event.id.to_string(), poor.event.id.to_string()];
    let is_ours = |line: &Value| {
        let about = line["event_id"].as_str().unwrap_or_default();
        let message = line["message"].as_str().unwrap_or_default();
        events.iter().any(|event| event == about) && [BUDGET, ABUSE, FAILURE_RATE, LATENCY].contains(&message)
    };
    let lines = logs::found(&place, &FUNCTIONS, began, 5, is_ours).await;
    let mut given: BTreeMap<(String, String), u32> = BTreeMap::new();
    for line in &lines {
        let kind = line["threshold"].as_str().unwrap_or_default().to_owned();
        *given
            .entry((line["message"].as_str().unwrap().to_owned(), kind))
            .or_default() += 1;
        assert_eq!(line["level"], "WARN");
        let world = if line["message"] == BUDGET { &poor } else { &sick };
        assert_eq!(line["event_id"], world.event.id.as_str());
        assert_eq!(line["tenant_id"], world.tenant.id.as_str());
    }
    let once = |message: &str, kind: &str| ((message.to_owned(), kind.to_owned()), 1);
    let expected = BTreeMap::from([
        once(ABUSE, ""),
        once(BUDGET, "ai_budget_hard_cap"),
        once(BUDGET, "ai_budget_soft_cap"),
        once(FAILURE_RATE, ""),
        once(LATENCY, ""),
    ]);
    assert_eq!(given, expected, "{lines:#?}");
    let abuse = lines.iter().find(|line| line["message"] == ABUSE).unwrap();
    assert_eq!(abuse["scope_hash"], guest.scope_hash(&sick.event));

    // The same five are published as events.
    let published = wait_for_events(&mut subscriber, &events, 5).await;
    let mut types: Vec<_> = published
        .iter()
        .map(|event| event["detail-type"].clone())
        .collect();
    types.sort_by_key(ToString::to_string);
    assert_eq!(
        types,
        [ABUSE, BUDGET, BUDGET, FAILURE_RATE, LATENCY].map(Value::from)
    );
    let detail = |signal: &str| {
        let event = published.iter().find(|event| event["detail-type"] == signal);
        event.unwrap()["detail"].clone()
    };
    assert_eq!(detail(ABUSE)["scope_hash"], abuse["scope_hash"]);
    assert_eq!(detail(BUDGET)["tenant_id"], poor.tenant.id.as_str());
    assert!(detail(BUDGET)["cap_micro_usd"].is_i64(), "{}", detail(BUDGET));
    assert!(detail(FAILURE_RATE)["failure_rate"].as_f64() >= Some(0.35));
    assert!(detail(LATENCY)["latency_ms"].as_u64() >= Some(1));
    subscriber.leave().await;
}

async fn recovery_that_fails_edits_signals_the_failure_rate_of_their_event(place: Place) {
    let _settings = settings::alone(&place, &[(setting!(failure_rate_min_samples), "4")]).await;
    let world = World::new(&place).await;
    let photo = photo_of(&world).await;
    // Queued, without a message.
    for number in [3, 13, 23, 33, 43] {
        write(&world, &photo, number).await;
    }
    let fail = json!({ "minutes": 0, "action": "fail" });
    let mut subscriber = match place.is_deployed() {
        true => Some(Subscriber::new(&place).await),
        false => None,
    };
    let answer = place.invoke("recover-stuck", &fail).await;
    // On the stack other tests may have left edits.
    assert!(answer["failed"].as_u64() >= Some(5), "{answer}");
    let signal = match &mut subscriber {
        None => {
            let [signal] = place.memory().published(FAILURE_RATE).try_into().unwrap();
            signal
        }
        Some(subscriber) => {
            let of_event = [world.event.id.to_string()];
            let [event] = wait_for_events(subscriber, &of_event, 1)
                .await
                .try_into()
                .unwrap();
            assert_eq!(event["detail-type"], FAILURE_RATE);
            event["detail"].clone()
        }
    };
    if let Some(subscriber) = subscriber {
        subscriber.leave().await;
    }
    assert_eq!(signal["event_id"], world.event.id.as_str());
    let failed = signal["failure_rate"].as_f64().unwrap();
    assert!((failed - 1.0).abs() < 1e-9, "{failed}");
}

/// Two edits that take longer than the millisecond that is allowed.
async fn slow_edits(world: &World) {
    let photo = world.photo("cat.jpg").await;
    let body = in_style(styles::OK);
    for _ in 0..2 {
        let reply = world.guest.insist(photo, &body).await;
        assert_eq!(world.guest.wait(reply.edit_id()).await["status"], "succeeded");
    }
}

/// Six edits that fail, five in parallel and one after them.
async fn failing_edits(world: &World) {
    let photo = world.photo("cat.jpg").await;
    let body = in_style(&styles::fake("rejected"));
    let replies = join_all((0..5).map(|_| world.guest.insist(photo, &body))).await;
    join_all(replies.iter().map(|reply| world.guest.wait(reply.edit_id()))).await;
    let last = world.guest.insist(photo, &body).await.edit_id();
    assert_eq!(world.guest.wait(last).await["status"], "failed");
}

/// Room for two edits: the organiser's own reaches the soft cap and a guest's the hard cap. Six more are refused.
async fn exhaust_budget(world: &World) {
    let photo = world.photo("cat.jpg").await;
    let never = styles::fake("never");
    let body = in_style(&never);
    let own = json!({ "style_key": never, "photo_id": photo });
    ask_as_organiser(world, &own, "first").await.edit_id();
    world.guest.insist(photo, &body).await.edit_id();
    for reply in join_all((0..4).map(|_| world.guest.insist(photo, &body))).await {
        reply.problem(402, "budget_hard_cap_reached");
    }
    let reply = world.guest.insist(photo, &body).await;
    reply.problem(402, "budget_hard_cap_reached");
    let reply = ask_as_organiser(world, &own, "last").await;
    reply.problem(402, "budget_hard_cap_reached");
}

async fn ask_as_organiser(world: &World, body: &Value, key: &str) -> Reply {
    let organiser = Caller::organiser(world).await;
    insist(async || organiser.create_edit_once(world, body, key).await).await
}

/// Three blocked prompts, and three that the abuse layer refuses.
async fn blocked_prompts(world: &World, guest: &Guest) {
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::OK, "prompt": "a forbiddenword in every picture" });
    for (status, code) in [(422, "prompt_blocked"), (429, "rate_limited")] {
        for _ in 0..3 {
            guest.insist(photo, &body).await.problem(status, code);
        }
    }
}

async fn wait_for_events(subscriber: &mut Subscriber, about: &[String], at_least: usize) -> Vec<Value> {
    seen("published", async || {
        let events = subscriber.events().await.iter();
        let ours = events.filter(|event| {
            let event_id = event["detail"]["event_id"].as_str().unwrap_or_default();
            about.iter().any(|id| id == event_id)
        });
        let ours: Vec<_> = ours.cloned().collect();
        (ours.len() >= at_least).then_some(ours)
    })
    .await
}
