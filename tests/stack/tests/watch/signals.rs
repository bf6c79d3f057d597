//! Signals are given once, however many edits see their cause, in the log and as an event (rows O2, B4).

use std::collections::BTreeMap;
use std::time::Duration;

use domain::MicroUsd;
use domain::settings::Setting;
use futures::future::join_all;
use serde_json::{Value, json};
use stack_tests::styles::COST;
use stack_tests::{Guest, Stack, Subscriber, World, logs, settings, styles};

const FUNCTIONS: [&str; 3] = ["guest-create-edit", "process-edit", "poll-edit"];

const BUDGET: &str = "AI budget threshold reached";
const ABUSE: &str = "AI abuse escalation threshold reached";
const FAILURE_RATE: &str = "AI failure-rate alert threshold reached";
const LATENCY: &str = "AI provider latency warning";

#[tokio::test]
async fn each_signal_is_given_once_although_many_edits_cross() {
    let stack = Stack::connect().await;
    let thresholds = [
        (Setting::FailureRateMinSamples, "4"),
        (Setting::LatencyWarningMs, "1"),
        (Setting::AbuseEscalationThresholdPerHour, "3"),
    ];
    let _settings = settings::alone(&stack, &thresholds).await;
    let mut subscriber = Subscriber::new(&stack).await;
    let began = logs::now_ms(&stack) - 1_000;
    let sick = World::with(&stack, |_, event| {
        event.policy.blocked_terms = vec!["forbiddenword".to_owned()];
    })
    .await;
    let poor = World::with(&stack, |tenant, _| {
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
    let lines = logs::found(&stack, &FUNCTIONS, began, 5, is_ours).await;
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

    // The same five as events, with what a subscriber needs.
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

/// Two that take longer than the millisecond that is allowed.
async fn slow_edits(world: &World) {
    let photo = world.photo("cat.jpg").await;
    let ids = join_all((0..2).map(|_| world.guest.start(photo, styles::OK))).await;
    for id in ids {
        assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    }
}

/// Six that fail, at once and after each other.
async fn failing_edits(world: &World) {
    let photo = world.photo("cat.jpg").await;
    let rejected = styles::fake("rejected");
    let ids = join_all((0..5).map(|_| world.guest.start(photo, &rejected))).await;
    join_all(ids.into_iter().map(|id| world.guest.wait(id))).await;
    let last = world.guest.start(photo, &rejected).await;
    assert_eq!(world.guest.wait(last).await["status"], "failed");
}

/// Room for two, the second of which reaches the hard cap; and then five that are refused.
async fn exhaust_budget(world: &World) {
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::fake("never") });
    for _ in 0..2 {
        world.guest.create_edit(photo, &body).await.edit_id();
    }
    let refused = join_all((0..4).map(|_| world.guest.create_edit(photo, &body))).await;
    for reply in refused {
        reply.problem(402, "budget_hard_cap_reached");
    }
    let reply = world.guest.create_edit(photo, &body).await;
    reply.problem(402, "budget_hard_cap_reached");
}

/// Three that are blocked, and then refused before anybody looks at them.
async fn blocked_prompts(world: &World, guest: &Guest) {
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::OK, "prompt": "a forbiddenword in every picture" });
    for _ in 0..3 {
        guest
            .create_edit(photo, &body)
            .await
            .problem(422, "prompt_blocked");
    }
    for _ in 0..3 {
        guest.create_edit(photo, &body).await.problem(429, "rate_limited");
    }
}

async fn wait_for_events(subscriber: &mut Subscriber, about: &[String], at_least: usize) -> Vec<Value> {
    for _ in 0..120 {
        let events = subscriber.events().await.iter();
        let ours = events.filter(|event| {
            let event_id = event["detail"]["event_id"].as_str().unwrap_or_default();
            about.iter().any(|id| id == event_id)
        });
        let ours: Vec<_> = ours.cloned().collect();
        if ours.len() >= at_least {
            return ours;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("fewer than {at_least} events: {:#?}", subscriber.events().await);
}
