//! Layer 4: the caps of the budget.

use std::time::Duration;

use domain::MicroUsd;
use domain::settings::ProviderMode;
use futures::future::join_all;
use serde_json::{Value, json};
use world::styles::COST;
use world::written::{claim, success};
use world::{Books, Caller, Place, World, deed, queue, settings, styles};

contract! {
    in_memory {
        the_cap_counts_reservations_and_an_override_lifts_it,
        a_failed_edit_gives_its_reservation_back,
        above_the_soft_cap_the_tenant_chooses_between_an_alert_and_cheap_styles_only,
        an_edit_that_costs_nothing_is_booked_like_any_other,
    }
    both {
        a_hundred_parallel_requests_with_room_for_ten_admit_exactly_ten,
    }
}

async fn a_hundred_parallel_requests_with_room_for_ten_admit_exactly_ten(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::with(&place, |tenant, _| {
        tenant.budget.hard_cap_micro_usd = Some(MicroUsd::new(10 * COST + COST / 2));
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    // A slow edit keeps its reservation while the others are admitted.
    let body = json!({ "style_key": styles::fake("slow") });
    let replies = join_all((0..100).map(|_| world.guest.insist(photo, &body))).await;
    let admitted: Vec<_> = replies.iter().filter(|reply| reply.status == 202).collect();
    for reply in replies.iter().filter(|reply| reply.status != 202) {
        reply.problem(402, "budget_hard_cap_reached");
    }
    assert_eq!(admitted.len(), 10);
    let books = Books::of(&world).await;
    assert_eq!(books.budget.committed, MicroUsd::new(10 * COST));
    assert_eq!(books.figures.total, 10);

    for reply in &admitted {
        // A function that ran into its timeout may have stored an edit without sending it.
        queue::submit(&world, reply.edit_id()).await;
    }
    join_all(admitted.iter().map(|reply| world.guest.wait(reply.edit_id()))).await;
    let books = Books::of(&world).await;
    assert_eq!(books.budget.spent, MicroUsd::new(10 * COST));
    assert_eq!(books.figures.succeeded, 10);
    books.assert_at_rest();
    world
        .guest
        .create_edit(photo, &body)
        .await
        .problem(402, "budget_hard_cap_reached");
}

async fn the_cap_counts_reservations_and_an_override_lifts_it(place: Place) {
    let mut world = World::with(&place, |tenant, _| {
        tenant.budget.hard_cap_micro_usd = Some(MicroUsd::new(COST));
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    let first = world.guest.start(photo, styles::OK).await;
    let body = json!({ "style_key": styles::fake("sync") });
    let reply = world.guest.create_edit(photo, &body).await;
    let problem = reply.problem(402, "budget_hard_cap_reached");
    assert_eq!(
        problem["detail"],
        "The organiser's budget for this month is used up."
    );

    let hour = Duration::from_secs(3_600);
    world.tenant.budget.override_until = Some(place.now() + hour);
    place.cloud.save_tenant(&world.tenant, &deed()).await.unwrap();
    let second = world.guest.start(photo, &styles::fake("sync")).await;
    for id in [first, second] {
        assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    }
    world.tenant.budget.override_until = Some(place.now() - hour);
    place.cloud.save_tenant(&world.tenant, &deed()).await.unwrap();
    world
        .guest
        .create_edit(photo, &body)
        .await
        .problem(402, "budget_hard_cap_reached");
}

async fn a_failed_edit_gives_its_reservation_back(place: Place) {
    let world = World::with(&place, |tenant, _| {
        tenant.budget.hard_cap_micro_usd = Some(MicroUsd::new(COST));
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    let failed = world.guest.start(photo, &styles::fake("rejected")).await;
    world.guest.wait(failed).await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    let books = Books::of(&world).await;
    books.assert_released(failed, "provider_rejected");
    books.assert_paid(id, COST);
    // An edit that costs more than the whole cap is never admitted.
    let dear = json!({ "style_key": styles::DEAR });
    world
        .guest
        .create_edit(photo, &dear)
        .await
        .problem(402, "budget_hard_cap_reached");
}

async fn above_the_soft_cap_the_tenant_chooses_between_an_alert_and_cheap_styles_only(place: Place) {
    let admin = Caller::superadmin(&place);
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let tenant = format!("/admin/tenants/{}", world.tenant.id);
    let put = async |action: Value| {
        let budget =
            json!({ "soft_cap_micro_usd": 1, "soft_cap_action": action, "hard_cap_micro_usd": null });
        let body = json!({ "name": "Soft", "ai_editing": { "budget": budget } });
        admin.put(&tenant, &body).await
    };
    let ask = async |style: &str| world.guest.insist(photo, &json!({ "style_key": style })).await;
    let sync = styles::fake("sync");

    put(json!({ "max_style_cost_micro_usd": COST })).await;
    let refused = ask(styles::DEAR).await;
    refused.problem(402, "budget_soft_cap_reached");
    let cheap = ask(&sync).await.edit_id();
    put(json!({ "max_style_cost_micro_usd": COST - 1 })).await;
    ask(&sync).await.problem(402, "budget_soft_cap_reached");
    put(json!("none")).await;
    let dear = ask(&sync).await.edit_id();
    for id in [cheap, dear] {
        world.guest.wait(id).await;
    }
    // The alert is stored once in its cooldown, whatever the tenant chose.
    let alerts = place.partition(&format!("TENANT#{}", world.tenant.id)).await;
    let alerts = alerts
        .iter()
        .filter(|item| item["sk"].as_s().unwrap().starts_with("ALERT#"));
    assert_eq!(alerts.count(), 1);
}

async fn an_edit_that_costs_nothing_is_booked_like_any_other(place: Place) {
    let world = World::new(&place).await;
    let now = place.now();
    let photo = world.photo_of_then(now).await;
    let guest = format!("{:032x}", place.cloud.random());
    let edit = world
        .admitted_at(&photo, now, &guest, "free", MicroUsd::ZERO)
        .await;
    let claimed = world.take(&edit, claim(ProviderMode::Fake), now).await;
    world.take(&claimed, success(&edit, MicroUsd::ZERO), now).await;
    let books = Books::of(&world).await;
    assert_eq!((books.figures.succeeded, books.ledger.len()), (1, 1));
    books.assert_paid(edit.id, 0);
    books.assert_at_rest();
}
