//! `…/guest-links`: an organiser's links for guests.

use jiff::SignedDuration;
use serde_json::{Value, json};
use world::caller::of_event;
use world::deployed::logs;
use world::reply::text;
use world::{Caller, Guest, Place, World};

contract! {
    in_memory {
        a_link_names_the_page_that_guests_open,
        a_link_ends_by_itself,
        a_link_with_a_wrong_label_or_end_is_refused,
        links_of_the_superadmin_and_of_the_organiser_are_the_same,
    }
    both {
        a_link_opens_the_event_until_it_is_revoked,
    }
}

fn links(world: &World) -> String {
    format!("{}/guest-links", of_event(world))
}

async fn a_link_opens_the_event_until_it_is_revoked(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let reply = organiser
        .post(&links(&world), &json!({ "label": "At the bar" }))
        .await;
    let made = reply.data(201);
    let token = text(&made["token"]).to_owned();
    logs::keep_out(&token);
    let guest = Guest::new(&place, &token, None);
    guest.get("").await.data(200);

    let reply = organiser.get(&links(&world)).await;
    let listed = reply.data(200).as_array().unwrap();
    assert_eq!(listed.len(), 2, "the world has a link of its own");
    assert_eq!(
        listed[0],
        json!({
            "id": made["id"], "label": "At the bar", "created_at": made["created_at"], "expires_at": null,
        })
    );
    assert!(!reply.body.to_string().contains(&token), "a token is shown once");

    let path = format!("{}/{}", links(&world), text(&made["id"]));
    assert_eq!(organiser.delete(&path).await.status, 204);
    guest.get("").await.problem(404, "event_not_found");
    organiser.delete(&path).await.problem(404, "not_found");
    assert_eq!(
        organiser
            .get(&links(&world))
            .await
            .data(200)
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

async fn a_link_names_the_page_that_guests_open(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let reply = organiser.post(&links(&world), &json!({})).await;
    let made = reply.data(201);
    let page = format!("https://site.in-memory.test/e/{}", text(&made["token"]));
    assert_eq!((&made["url"], &made["label"]), (&json!(page), &Value::Null));
}

async fn a_link_ends_by_itself(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let end = place.now() + SignedDuration::from_hours(1);
    let reply = organiser
        .post(&links(&world), &json!({ "expires_at": end }))
        .await;
    let guest = Guest::new(&place, text(&reply.data(201)["token"]), None);
    guest.get("").await.data(200);
    place.pass(SignedDuration::from_hours(1)).await;
    guest.get("").await.problem(404, "event_not_found");
    // It stays in the list until somebody revokes it.
    let listed = organiser.get(&links(&world)).await;
    assert_eq!(listed.data(200)[0]["expires_at"], json!(end));
}

async fn a_link_with_a_wrong_label_or_end_is_refused(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    for (body, pointer) in [
        (json!({ "label": "" }), "/label"),
        (json!({ "label": "x".repeat(101) }), "/label"),
        (json!({ "expires_at": "tomorrow" }), "/expires_at"),
        (json!({ "token": "mine" }), "/token"),
    ] {
        let reply = organiser.post(&links(&world), &body).await;
        // A blank label is too short, and no name either.
        let pointers = reply.pointers();
        assert!(
            pointers.iter().all(|found| *found == pointer),
            "{body}: {pointers:?}"
        );
    }
    assert_eq!(
        organiser
            .get(&links(&world))
            .await
            .data(200)
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

async fn links_of_the_superadmin_and_of_the_organiser_are_the_same(place: Place) {
    let world = World::new(&place).await;
    let (superadmin, organiser) = (Caller::superadmin(&place), Caller::organiser(&world).await);
    let tokens = format!("/admin/events/{}/tokens", world.event.id);
    superadmin.post(&tokens, &json!({})).await.data(201);
    organiser.post(&links(&world), &json!({})).await.data(201);
    let ids = |reply: &Value, name: &str| -> Vec<Value> {
        let entries = reply.as_array().unwrap().iter();
        entries.map(|entry| entry[name].clone()).collect()
    };
    let of_superadmin = superadmin.get(&tokens).await;
    let of_organiser = organiser.get(&links(&world)).await;
    assert_eq!(
        ids(of_superadmin.data(200), "token_id"),
        ids(of_organiser.data(200), "id")
    );
}
