//! `GET /tenant/usage` and `GET /tenant/usage/entries`: what a month cost.

use domain::budget::LedgerKind;
use domain::context::month_of;
use domain::edit::Step;
use domain::settings::ProviderMode;
use domain::{FailureCode, MicroUsd};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use world::reply::text;
use world::transport::Call;
use world::written::{claim, success};
use world::{Books, Caller, Place, World, settings, styles};

contract! {
    in_memory {
        usage_adds_up_to_the_ledger_and_the_budget_whatever_happened,
        the_month_before_can_be_asked_for,
        entries_as_csv_open_in_a_spreadsheet,
        entries_are_read_page_by_page,
        usage_costs_the_same_however_many_edits_there_are,
    }
    both {
        usage_shows_the_month_by_event_and_style,
    }
}

async fn usage_shows_the_month_by_event_and_style(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::with(&place, |tenant, _| {
        tenant.budget.soft_cap_micro_usd = Some(MicroUsd::new(500_000_000));
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    for outcome in ["sync", "sync", "rejected"] {
        let edit = world.guest.start(photo, &styles::fake(outcome)).await;
        world.guest.wait(edit).await;
    }
    // An event without edits in the month is not in the list.
    world.neighbour().await;
    let organiser = Caller::organiser(&world).await;
    let month = month_of(place.now());
    let reply = organiser.get("/tenant/usage").await;
    assert_eq!(
        reply.data(200),
        &json!({
            "month": month, "spent_micro_usd": 2 * styles::COST, "reserved_micro_usd": 0,
            "soft_cap_micro_usd": 500_000_000, "hard_cap_micro_usd": 1_000_000_000,
            "events": [{
                "event_id": world.event.id, "slug": world.event.slug, "name": world.event.name,
                "edits": 3, "succeeded": 2, "failed": 1, "blocked": 0, "spent_micro_usd": 2 * styles::COST,
                "styles": [
                    { "style_key": styles::fake("rejected"), "edits": 1, "succeeded": 0, "spent_micro_usd": 0 },
                    { "style_key": styles::fake("sync"), "edits": 2, "succeeded": 2,
                      "spent_micro_usd": 2 * styles::COST },
                ],
            }],
        })
    );
    let reply = organiser.get("/tenant/usage/entries").await;
    let entries = reply.data(200).as_array().unwrap();
    let told = |entry: &Value| {
        (
            entry["kind"].clone(),
            entry["reason"].clone(),
            entry["cost_micro_usd"].clone(),
        )
    };
    assert_eq!(
        told(&entries[0]),
        (json!("released"), json!("provider_rejected"), json!(0))
    );
    assert_eq!(
        told(&entries[1]),
        (json!("settled"), json!(null), json!(styles::COST))
    );
    assert_eq!(entries[1]["event_id"], json!(world.event.id));
    assert_eq!(entries[1]["style_key"], json!(styles::fake("sync")));
    assert_eq!(entries[1]["model"], "fake:sync");
}

/// Any mix of edits: three events, some styles, every outcome, hours and days between them.
async fn usage_adds_up_to_the_ledger_and_the_budget_whatever_happened(place: Place) {
    let world = World::with(&place, |_, event| {
        event.policy.blocked_terms = vec!["forbiddenword".to_owned()].into();
        event.policy.allow_prompt_without_style = true;
    })
    .await;
    let neighbours = [world.neighbour().await, world.neighbour().await];
    let worlds = [&world, &neighbours[0], &neighbours[1]];
    let photos = [
        world.photo("cat.jpg").await,
        neighbours[0].photo("cat.jpg").await,
        neighbours[1].photo("cat.jpg").await,
    ];
    let mut spent_at = [0; 3];
    for _ in 0..90 {
        let random = usize::try_from(place.cloud.random() % 1_000_000).unwrap();
        let (at, outcome) = (random % 3, random / 3 % 8);
        let body = match outcome {
            0..3 => json!({ "style_key": styles::fake("sync") }),
            3 => json!({ "style_key": styles::OK }),
            4 => json!({ "style_key": styles::fake("rejected") }),
            5 => json!({ "style_key": styles::fake("moderated") }),
            6 => json!({ "prompt": "a cat in space" }),
            _ => json!({ "style_key": styles::OK, "prompt": "a forbiddenword here" }),
        };
        let reply = worlds[at].guest.create_edit(photos[at], &body).await;
        // Some wait for the next edit, and so run beside it.
        if reply.status == 202 && random % 5 > 0 {
            let edit = worlds[at].guest.wait(reply.edit_id()).await;
            assert!(edit["status"].is_string());
        }
        place
            .pass(SignedDuration::from_mins(i64::try_from(random % 20).unwrap()))
            .await;
    }
    place.memory().handle_all(&place.cloud).await;
    let month = month_of(place.now());
    let organiser = Caller::organiser(&world).await;
    let reply = organiser.get("/tenant/usage").await;
    let usage = reply.data(200);
    let books = Books::read(&world).await;
    let ledger: i64 = books
        .ledger
        .iter()
        .map(|entry| entry.amount_micro_usd.get())
        .sum();
    assert!(ledger > 0);
    assert_eq!(usage["spent_micro_usd"], json!(ledger));
    assert_eq!(usage["reserved_micro_usd"], 0);
    assert_eq!(books.budget.spent.get(), ledger);
    let events = usage["events"].as_array().unwrap();
    assert_eq!(events.len(), 3);
    let sum = |of: &Value, field: &str| -> i64 {
        of.as_array()
            .unwrap()
            .iter()
            .map(|part| part[field].as_i64().unwrap())
            .sum()
    };
    assert_eq!(sum(&usage["events"], "spent_micro_usd"), ledger);
    for event in events {
        for field in ["edits", "succeeded", "spent_micro_usd"] {
            assert_eq!(
                json!(sum(&event["styles"], field)),
                event[field],
                "{field} of {event}"
            );
        }
        let ended = ["succeeded", "failed", "blocked"].map(|field| event[field].as_i64().unwrap());
        assert_eq!(json!(ended.iter().sum::<i64>()), event["edits"], "{event}");
    }
    // By style as by event: the ledger says for each entry whose it was.
    for (at, world) in worlds.iter().enumerate() {
        let of_event = books
            .ledger
            .iter()
            .filter(|entry| entry.event_id.as_ref() == Some(&world.event.id));
        spent_at[at] = of_event.map(|entry| entry.amount_micro_usd.get()).sum();
        let event = events
            .iter()
            .find(|event| event["event_id"] == json!(world.event.id))
            .unwrap();
        assert_eq!(event["spent_micro_usd"], json!(spent_at[at]));
        for style in event["styles"].as_array().unwrap() {
            let of_style = books.ledger.iter().filter(|entry| {
                entry.event_id.as_ref() == Some(&world.event.id)
                    && json!(entry.style_key) == style["style_key"]
            });
            let spent: i64 = of_style.map(|entry| entry.amount_micro_usd.get()).sum();
            assert_eq!(style["spent_micro_usd"], json!(spent), "{style}");
        }
        // Hours and figures, by whatever month they fell into.
        let figures = place.cloud.figures(&world.event.id, &month).await.unwrap();
        let hours = place.cloud.activity(&world.event.id).await.unwrap();
        let sum = hours
            .into_iter()
            .fold(domain::activity::Activity::default(), |sum, (_, hour)| {
                sum.plus(hour)
            });
        assert_eq!(
            (
                sum.total,
                sum.succeeded,
                sum.failed,
                sum.blocked,
                sum.spent_micro_usd
            ),
            (
                figures.total,
                figures.succeeded,
                figures.failed,
                figures.blocked,
                figures.spent_micro_usd
            )
        );
        assert_eq!(sum.latency_sum_ms, figures.latency_sum_ms);
    }
    let entries = organiser.pages("/tenant/usage/entries", 7).await;
    assert_eq!(entries.len(), books.ledger.len());
    assert_eq!(sum(&json!(entries), "cost_micro_usd"), ledger);
}

async fn the_month_before_can_be_asked_for(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let edit = world.guest.start(photo, &styles::fake("sync")).await;
    world.guest.wait(edit).await;
    let before = month_of(place.now());
    place.pass(SignedDuration::from_hours(24 * 31)).await;
    let organiser = Caller::organiser(&world).await;
    let now = organiser.get("/tenant/usage").await;
    assert_eq!(
        (&now.data(200)["spent_micro_usd"], &now.data(200)["events"]),
        (&json!(0), &json!([]))
    );
    let then = organiser.get(&format!("/tenant/usage?month={before}")).await;
    assert_eq!(then.data(200)["spent_micro_usd"], styles::COST);
    assert_eq!(then.data(200)["events"][0]["edits"], 1);
    let entries = organiser
        .get(&format!("/tenant/usage/entries?month={before}"))
        .await;
    assert_eq!(entries.data(200)[0]["edit_id"], json!(edit));
    assert_eq!(organiser.get("/tenant/usage/entries").await.data(200), &json!([]));
    let summary = format!("/tenant/events/{}/ai-edits/summary", world.event.slug);
    assert_eq!(organiser.get(&summary).await.data(200)["counts"]["total"], 0);
    let then = organiser.get(&format!("{summary}?month={before}")).await;
    assert_eq!(then.data(200)["counts"]["total"], 1);
    assert_eq!(then.data(200)["spend"]["month"], json!(before));
    for path in ["/tenant/usage", "/tenant/usage/entries", &summary] {
        let reply = organiser.get(&format!("{path}?month=2026-1")).await;
        reply.problem(400, "invalid_request");
    }
}

async fn csv_of(place: &Place, world: &World, query: &str) -> (String, Option<String>) {
    let credential = world::transport::Credential::organiser(place, &world.tenant.id).await;
    let call = Call::new(Method::GET, format!("/tenant/usage/entries{query}"))
        .credential(credential)
        .header("accept", "text/csv");
    let reply = place.send(call).await;
    assert_eq!(reply.header("content-type"), Some("text/csv; charset=utf-8"));
    let link = reply.header("link").map(ToOwned::to_owned);
    (reply.text, link)
}

async fn entries_as_csv_open_in_a_spreadsheet(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    for outcome in ["sync", "rejected", "sync"] {
        let edit = world.guest.start(photo, &styles::fake(outcome)).await;
        world.guest.wait(edit).await;
    }
    let (first, link) = csv_of(&place, &world, "?limit=2").await;
    let lines: Vec<_> = first.split_terminator("\r\n").collect();
    assert_eq!(
        lines[0],
        "at,edit_id,event_id,style_key,kind,reason,cost_micro_usd,provider,model,cost_usd"
    );
    assert_eq!(lines.len(), 3);
    assert!(
        lines[1].ends_with(",settled,,40000,runware,fake:sync,0.040000"),
        "{}",
        lines[1]
    );
    assert!(
        lines[2].contains(",released,provider_rejected,0,"),
        "{}",
        lines[2]
    );
    let link = link.unwrap();
    let next = link.strip_prefix("</api/v1/tenant/usage/entries").unwrap();
    let next = next.strip_suffix(">; rel=\"next\"").unwrap();
    let (second, link) = csv_of(&place, &world, next).await;
    assert_eq!((second.lines().count(), link), (2, None));
}

async fn entries_are_read_page_by_page(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let mut edits = Vec::new();
    for _ in 0..5 {
        let edit = world.guest.start(photo, &styles::fake("sync")).await;
        world.guest.wait(edit).await;
        edits.push(json!(edit));
    }
    edits.reverse();
    let organiser = Caller::organiser(&world).await;
    let entries = organiser.pages("/tenant/usage/entries", 2).await;
    let found: Vec<_> = entries.iter().map(|entry| entry["edit_id"].clone()).collect();
    assert_eq!(found, edits, "newest first, each once");
    let books = Books::of(&world).await;
    assert!(
        books
            .ledger
            .iter()
            .all(|entry| entry.kind == LedgerKind::Settlement)
    );
    assert!(text(&entries[0]["at"]).ends_with('Z'));
}

async fn usage_costs_the_same_however_many_edits_there_are(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let slug = &world.event.slug;
    let paths = [
        "/tenant/events".to_owned(),
        "/tenant/usage".to_owned(),
        "/tenant/usage/entries".to_owned(),
        format!("/tenant/events/{slug}/activity"),
        format!("/tenant/events/{slug}/export"),
        format!("/tenant/events/{slug}/ai-edits"),
    ];
    let twin = &place.memory().twin;
    let mut costs = Vec::new();
    let photo = world.photo_of_then(place.now()).await;
    let mut written = 0;
    for many in [200, 2_000] {
        while written < many {
            let (key, now) = (format!("key-{written}"), place.now());
            let edit = world
                .admitted_at(&photo, now, "a-guest", &key, MicroUsd::new(5))
                .await;
            let claimed = world.take(&edit, claim(ProviderMode::Fake), now).await;
            let end = if written % 4 == 0 {
                let detail = "refused by the test".to_owned();
                Step::Fail {
                    code: FailureCode::ProviderRejected,
                    detail,
                    polls: 1,
                    cost: None,
                }
            } else {
                success(&claimed, MicroUsd::new(5))
            };
            world.take(&claimed, end, now).await;
            place.pass(SignedDuration::from_millis(7)).await;
            written += 1;
        }
        let mut cost = Vec::new();
        for path in &paths {
            twin.forget_operations();
            organiser.get(path).await.data(200);
            cost.push((path.clone(), twin.calls(), twin.items_read()));
        }
        costs.push(cost);
    }
    assert_eq!(costs[0], costs[1]);
    Books::of(&world).await;
}
