//! Limits on registrations of photos: of a guest and of an address in an hour, of an event in a month.

use domain::context::seconds_left_in_hour;
use domain::settings::{Setting, setting};
use jiff::SignedDuration;
use world::{Place, Reply, World, settings};

contract! {
    in_memory {
        a_guest_registers_so_many_photos_in_an_hour,
        new_ids_at_one_address_meet_the_limit_of_the_address,
        a_guest_without_an_id_meets_the_limit_of_the_address_alone,
        an_event_takes_so_many_photos_in_a_month,
        registrations_of_many_guests_at_once_meet_the_limit_of_the_event_exactly,
    }
    both {
        a_registration_counts_for_guest_address_and_event,
    }
}

async fn register(guest: &world::Guest) -> Reply {
    guest.create_photo("image/jpeg", 1_000).await
}

/// Asserts a refusal that ends with the hour.
#[track_caller]
fn assert_refused_for_the_hour(place: &Place, reply: &Reply) {
    reply.problem(429, "rate_limited");
    let seconds: u32 = reply.header("retry-after").unwrap().parse().unwrap();
    let left = seconds_left_in_hour(place.now());
    assert!((left..=left + 60).contains(&seconds), "{seconds} of {left}");
}

async fn limits(place: &Place, limits: &[(Setting, &str)]) -> settings::Alone {
    settings::alone(place, limits).await
}

async fn a_guest_registers_so_many_photos_in_an_hour(place: Place) {
    let _settings = limits(&place, &[(setting!(photos_per_guest_and_hour), "3")]).await;
    let world = World::new(&place).await;
    for _ in 0..3 {
        register(&world.guest).await.data(201);
    }
    for _ in 0..2 {
        assert_refused_for_the_hour(&place, &register(&world.guest).await);
    }
    // Other guests go on, and so does this one at another event and in the next hour.
    register(&world.another_guest()).await.data(201);
    register(&World::new(&place).await.guest).await.data(201);
    let left = i64::from(seconds_left_in_hour(place.now()));
    place.pass(SignedDuration::from_secs(left)).await;
    register(&world.guest).await.data(201);
}

async fn new_ids_at_one_address_meet_the_limit_of_the_address(place: Place) {
    let generous = (setting!(photos_per_address_and_hour), "5");
    let _settings = limits(&place, &[(setting!(photos_per_guest_and_hour), "3"), generous]).await;
    let world = World::new(&place).await;
    for _ in 0..5 {
        register(&world.another_guest()).await.data(201);
    }
    assert_refused_for_the_hour(&place, &register(&world.another_guest()).await);
    // Another event counts the same address by itself.
    register(&World::new(&place).await.guest).await.data(201);
}

async fn a_guest_without_an_id_meets_the_limit_of_the_address_alone(place: Place) {
    let generous = (setting!(photos_per_address_and_hour), "5");
    let _settings = limits(&place, &[(setting!(photos_per_guest_and_hour), "3"), generous]).await;
    let world = World::new(&place).await;
    let nameless = world::Guest::new(&place, &world.token, None);
    for _ in 0..5 {
        register(&nameless).await.data(201);
    }
    assert_refused_for_the_hour(&place, &register(&nameless).await);
    assert_refused_for_the_hour(&place, &register(&world.guest).await);
}

async fn an_event_takes_so_many_photos_in_a_month(place: Place) {
    let _settings = limits(&place, &[(setting!(photos_per_event_and_month), "4")]).await;
    let world = World::new(&place).await;
    for _ in 0..4 {
        register(&world.another_guest()).await.data(201);
    }
    let reply = register(&world.another_guest()).await;
    reply.problem(429, "rate_limited");
    let seconds: i64 = reply.header("retry-after").unwrap().parse().unwrap();
    let photos = place.cloud.photos(&world.event.id, None, 100).await.unwrap();
    assert_eq!(photos.len(), 4, "nothing is stored beyond");
    register(&World::new(&place).await.guest).await.data(201);
    // The month ends when `Retry-After` says, and not before.
    place.pass(SignedDuration::from_secs(seconds - 60)).await;
    register(&world.another_guest())
        .await
        .problem(429, "rate_limited");
    place.pass(SignedDuration::from_secs(60)).await;
    register(&world.another_guest()).await.data(201);
}

async fn registrations_of_many_guests_at_once_meet_the_limit_of_the_event_exactly(place: Place) {
    let _settings = limits(&place, &[(setting!(photos_per_event_and_month), "20")]).await;
    let world = World::new(&place).await;
    let guests: Vec<_> = (0..50).map(|_| world.another_guest()).collect();
    let replies = futures::future::join_all(guests.iter().map(register)).await;
    let taken = replies.iter().filter(|reply| reply.status == 201).count();
    let refused = replies.iter().filter(|reply| reply.status == 429).count();
    assert_eq!((taken, refused), (20, 30));
}

async fn a_registration_counts_for_guest_address_and_event(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    register(&world.guest).await.data(201);
    let hour = domain::context::hour_of(place.now());
    let scope = world.guest.scope_hash(&world.event);
    let own = place.partition(&format!("SCOPE#{scope}")).await;
    // The hour may have changed between the two.
    assert!(!own.is_empty(), "no count of the guest, such as HOUR#{hour}");
    let event = place.partition(&format!("EVENT#{}", world.event.id)).await;
    let counts = event.iter().filter(|item| {
        let sort_key = item["sk"].as_s().unwrap();
        sort_key.starts_with("REGISTERED#") && item["photos"].as_n().unwrap() == "1"
    });
    assert_eq!(counts.count(), 1);
    // Only the hash of an address is kept.
    for item in own.iter().chain(&event) {
        let shown = format!("{item:?}");
        assert!(
            !shown.contains("192.0.2.1") && !shown.contains("127.0.0.1"),
            "{shown}"
        );
    }
}
