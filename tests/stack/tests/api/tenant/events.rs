//! `GET /tenant/events`: an organiser's events, newest first.

use domain::context::month_of;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use world::reply::text;
use world::{Caller, Place, World, settings, styles, unique};

contract! {
    in_memory {
        pages_neither_repeat_nor_miss_an_event,
        the_month_before_can_be_asked_for,
        an_event_that_was_made_before_it_was_listed_is_listed_once_it_is_saved_again,
    }
    both {
        an_organiser_sees_the_own_events_newest_first_with_their_month,
    }
}

/// Makes an event of the tenant as the superadmin does.
async fn make(superadmin: &Caller, tenant: &str, slug: &str) {
    let body = json!({ "tenant_id": tenant, "slug": slug, "name": format!("Event {slug}") });
    superadmin.put(&format!("/admin/events/{slug}"), &body).await;
}

fn slugs(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| text(&event["slug"])).collect()
}

async fn an_organiser_sees_the_own_events_newest_first_with_their_month(place: Place) {
    let _settings = settings::defaults(&place).await;
    let over: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
    let world = World::with(&place, |_, event| event.policy.page.ends_at = Some(over)).await;
    let stranger = World::new(&place).await;
    let superadmin = Caller::superadmin(&place);
    let newer = unique(&place);
    make(&superadmin, world.tenant.id.as_str(), &newer).await;
    let photo = world.photo("cat.jpg").await;
    let edits = [
        world.guest.start(photo, &styles::fake("sync")).await,
        world.guest.start(photo, &styles::fake("rejected")).await,
    ];
    for edit in edits {
        world.guest.wait(edit).await;
    }
    let organiser = Caller::organiser(&world).await;
    let reply = organiser.get("/tenant/events").await;
    let events = reply.data(200).as_array().unwrap();
    assert_eq!(slugs(events), [newer.as_str(), world.event.slug.as_str()]);
    assert_eq!(
        events[1],
        json!({
            "id": world.event.id, "slug": world.event.slug, "name": "An event of the tests",
            "created_at": world.event.created_at, "ends_at": over, "month": month_of(place.now()),
            "capabilities": { "ai_styling": true, "granted_by": "package" },
            "edits": 2, "succeeded": 1, "spent_micro_usd": styles::COST,
        })
    );
    assert_eq!(
        (&events[0]["edits"], &events[0]["capabilities"]["ai_styling"]),
        (&json!(0), &json!(false))
    );
    let others = Caller::organiser(&stranger).await.get("/tenant/events").await;
    assert_eq!(
        slugs(others.data(200).as_array().unwrap()),
        [stranger.event.slug.as_str()]
    );
}

async fn pages_neither_repeat_nor_miss_an_event(place: Place) {
    let world = World::new(&place).await;
    let superadmin = Caller::superadmin(&place);
    for number in 0..12 {
        make(
            &superadmin,
            world.tenant.id.as_str(),
            &format!("event-{number:02}"),
        )
        .await;
    }
    let organiser = Caller::organiser(&world).await;
    let all = organiser.pages("/tenant/events", 5).await;
    let newest_first = (0..12).rev().map(|number| format!("event-{number:02}"));
    let expected: Vec<_> = newest_first.chain([world.event.slug.to_string()]).collect();
    assert_eq!(slugs(&all), expected);
    // Saving one again moves nothing.
    make(&superadmin, world.tenant.id.as_str(), "event-03").await;
    assert_eq!(slugs(&organiser.pages("/tenant/events", 100).await), expected);
}

async fn the_month_before_can_be_asked_for(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let edit = world.guest.start(photo, &styles::fake("sync")).await;
    world.guest.wait(edit).await;
    let before = month_of(place.now());
    place.pass(SignedDuration::from_hours(24 * 31)).await;
    let organiser = Caller::organiser(&world).await;
    let this_month = organiser.get("/tenant/events").await;
    assert_eq!(this_month.data(200)[0]["edits"], 0);
    let asked = organiser.get(&format!("/tenant/events?month={before}")).await;
    let event = &asked.data(200)[0];
    assert_eq!((&event["month"], &event["edits"]), (&json!(before), &json!(1)));
    for wrong in ["2026-13", "november", ""] {
        let reply = organiser.get(&format!("/tenant/events?month={wrong}")).await;
        reply.problem(400, "invalid_request");
    }
}

async fn an_event_that_was_made_before_it_was_listed_is_listed_once_it_is_saved_again(place: Place) {
    let superadmin = Caller::superadmin(&place);
    superadmin
        .put("/admin/tenants/studio", &json!({ "name": "T" }))
        .await;
    make(&superadmin, "studio", "party").await;
    let listed = place.sort_keys("TENANT#studio").await;
    let listed = listed.iter().find(|key| key.starts_with("EVENT#")).unwrap();
    place.memory().twin.table.remove("TENANT#studio", listed);
    place
        .change_item("EVENT#party", "META", |item| {
            item.remove("created_at");
        })
        .await;
    let organiser = Caller::organiser_of(&place, &"studio".parse().unwrap()).await;
    assert_eq!(organiser.get("/tenant/events").await.data(200), &json!([]));
    make(&superadmin, "studio", "party").await;
    let events = organiser.pages("/tenant/events", 10).await;
    assert_eq!(slugs(&events), ["party"]);
}
