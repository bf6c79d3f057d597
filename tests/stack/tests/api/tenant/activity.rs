//! `GET …/activity`: an event by the hour.

use cloud::Call;
use cloud::testing::{Fault, Rule};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use world::caller::of_event;
use world::{Books, Caller, Place, World, settings, styles};

contract! {
    in_memory {
        an_edit_is_created_in_one_hour_and_may_end_in_another,
        an_hour_leaves_after_two_days,
        figures_and_activity_move_with_the_edit_or_not_at_all,
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

async fn figures_and_activity_move_with_the_edit_or_not_at_all(place: Place) {
    let faults = &place.memory().twin.faults;
    for counted in ["/ACTIVITY#", "/STATS#"] {
        let world = World::new(&place).await;
        let photo = world.photo("cat.jpg").await;
        // Whatever is written apart from the counters is carried out.
        let refuse = || faults.add(Rule::new(Call::TransactWriteItems, Fault::Refused).about(counted));
        let untouched = faults.pending();
        refuse();
        let body = json!({ "style_key": styles::fake("sync") });
        let refused = world.guest.create_edit(photo, &body).await;
        refused.problem(503, "unavailable");
        assert_eq!(Books::read(&world).await.figures.total, 0);
        assert_eq!(world.guest.get("/ai-edits").await.data(200), &json!([]));
        let id = world.guest.create_edit(photo, &body).await.edit_id();
        refuse();
        place.handle_all_messages().await;
        assert_eq!(faults.pending(), untouched, "{counted}");
        world.guest.wait(id).await;
        let hours = hours(&world).await;
        let of_now = |field: &str| hours[47][field].clone();
        assert_eq!((of_now("created"), of_now("succeeded")), (json!(1), json!(1)));
        let books = Books::of(&world).await;
        assert_eq!((books.figures.total, books.figures.succeeded), (1, 1));
        books.assert_paid(id, styles::COST);
        books.assert_at_rest();
    }
}
