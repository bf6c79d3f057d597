//! `GET …/activity`: an event by the hour.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use world::caller::of_event;
use world::{Caller, Place, World, settings, styles};

contract! {
    in_memory {
        an_edit_is_created_in_one_hour_and_may_end_in_another,
        an_hour_leaves_after_two_days,
    }
    both {
        activity_shows_the_last_48_hours,
    }
}

async fn hours(world: &World) -> Vec<Value> {
    let organiser = Caller::organiser(world).await;
    let reply = organiser.get(&format!("{}/activity", of_event(world))).await;
    let hours = reply.data(200)["hours"].as_array().unwrap().clone();
    assert_eq!(hours.len(), 48);
    hours
}

fn start_of_hour(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second() - at.as_second().rem_euclid(3_600)).unwrap()
}

async fn activity_shows_the_last_48_hours(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    for outcome in ["sync", "rejected"] {
        let edit = world.guest.start(photo, &styles::fake(outcome)).await;
        world.guest.wait(edit).await;
    }
    let hours = hours(&world).await;
    // On the stack, the hour may end meanwhile.
    let sum = |field: &str| {
        hours
            .iter()
            .map(|hour| hour[field].as_i64().unwrap())
            .sum::<i64>()
    };
    assert_eq!(
        ["created", "succeeded", "failed", "blocked", "cost_micro_usd"].map(sum),
        [2, 1, 1, 0, styles::COST]
    );
    let latencies = hours
        .iter()
        .filter(|hour| hour["mean_latency_ms"].is_u64())
        .count();
    assert_eq!(latencies, 1);
    let times: Vec<Timestamp> = hours
        .iter()
        .map(|hour| hour["hour"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(times[47], start_of_hour(place.now()));
    assert!(
        times
            .windows(2)
            .all(|pair| pair[1].duration_since(pair[0]) == SignedDuration::from_hours(1))
    );
}

async fn an_edit_is_created_in_one_hour_and_may_end_in_another(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let left = start_of_hour(place.now()) + SignedDuration::from_mins(59);
    place.pass_until(left).await;
    let edit = world.guest.start(photo, &styles::fake("slow")).await;
    place.pass(SignedDuration::from_mins(2)).await;
    world.guest.wait(edit).await;
    let hours = hours(&world).await;
    let at = |index: usize, field: &str| hours[index][field].clone();
    assert_eq!((at(46, "created"), at(46, "succeeded")), (json!(1), json!(0)));
    assert_eq!((at(47, "created"), at(47, "succeeded")), (json!(0), json!(1)));
    assert_eq!(at(46, "mean_latency_ms"), json!(null));
}

async fn an_hour_leaves_after_two_days(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let edit = world.guest.start(photo, &styles::fake("sync")).await;
    world.guest.wait(edit).await;
    let began = start_of_hour(place.now());
    place.pass_until(began + SignedDuration::from_hours(47)).await;
    assert_eq!(hours(&world).await[0]["created"], 1);
    place.pass_until(began + SignedDuration::from_hours(48)).await;
    assert!(hours(&world).await.iter().all(|hour| hour["created"] == 0));
}
