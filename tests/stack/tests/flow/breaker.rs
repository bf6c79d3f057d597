//! The circuit breaker: no worker asks a provider that is down, until a probe succeeds.

use cloud::Call;
use domain::ProviderName;
use domain::breaker::{BreakerState, OpenReason};
use domain::edit::Status;
use domain::settings::setting;
use doubles::runware::{Behaviour, Fault, Faults};
use futures::future::join_all;
use jiff::SignedDuration;
use world::deployed::logs;
use world::doubled::live;
use world::queue::Queue;
use world::{Books, Duo, Place, World, queue, styles};

contract! {
    in_memory {
        without_another_provider_edits_wait_and_fail_by_their_deadline,
        repeated_failures_open_the_breaker_once_and_a_recovered_provider_is_used_again,
        of_two_workers_that_open_a_breaker_at_once_one_gives_the_signal,
    }
    both {
        one_refused_key_moves_everybody_to_the_other_provider_until_a_probe_succeeds,
    }
}

/// More failures than open a breaker.
const MANY: usize = 8;

fn refused(fault: Fault) -> Behaviour {
    Behaviour::submit(Faults::always(fault))
}

/// Log lines exist on the stack alone.
async fn assert_logged_once(place: &Place, message: &str, since_ms: i64) {
    if place.is_deployed() {
        assert_eq!(logs::said(place, message, since_ms).await, 1, "{message}");
    }
}

async fn state(place: &Place) -> BreakerState {
    place
        .cloud
        .breakers()
        .await
        .unwrap()
        .of(ProviderName::Runware)
        .state
}

async fn one_refused_key_moves_everybody_to_the_other_provider_until_a_probe_succeeds(place: Place) {
    let mut duo = Duo::open(&place, &[]).await;
    duo.settings.let_breakers_work().await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let since_ms = logs::now_ms(&place);
    let first = duo
        .start(
            &world,
            photo,
            [refused(Fault::error_without_task(401, "invalidApiKey"))],
        )
        .await;
    assert_eq!(world.guest.wait(first.id).await["status"], "succeeded");
    let opened = state(&place).await;
    let BreakerState::Open { reason, retry_at, .. } = opened else {
        panic!("not open: {opened:?}")
    };
    assert_eq!(reason, OpenReason::Auth);

    let others = join_all((0..MANY).map(|_| duo.start(&world, photo, [Behaviour::default()]))).await;
    for known in &others {
        assert_eq!(world.guest.wait(known.id).await["status"], "succeeded");
    }
    // On a busy machine the last edits start when the next probe may.
    let mut early = 0;
    for known in &others {
        let edit = world.stored(known.id).await;
        if edit.attempts[0].started_at >= retry_at {
            continue;
        }
        early += 1;
        assert!(
            duo.tasks(known).is_empty(),
            "nobody asks a provider that refuses our key"
        );
        assert_eq!(edit.attempts.len(), 1, "at once, without a try in between");
        assert_eq!(edit.attempts[0].provider, ProviderName::Fal);
    }
    assert!(early > 0, "all came too late: {retry_at}");
    assert_logged_once(&place, "AI provider taken out of service", since_ms).await;

    // The next edit after that time is the probe, and the provider works again.
    place.pass_until(retry_at).await;
    let probe = duo
        .start(&world, photo, [Behaviour::default().processing(0)])
        .await;
    assert_eq!(world.guest.wait(probe.id).await["status"], "succeeded");
    assert_eq!(duo.tasks(&probe).len(), 1);
    let is_closed = async || matches!(state(&place).await, BreakerState::Closed { .. });
    place.eventually("closed", is_closed).await;
    assert_logged_once(&place, "AI provider back in service", since_ms).await;
    let last = duo
        .start(&world, photo, [Behaviour::default().processing(0)])
        .await;
    assert_eq!(world.guest.wait(last.id).await["status"], "succeeded");
    assert_eq!(duo.tasks(&last).len(), 1);
    Books::of(&world).await.assert_at_rest();
}

async fn without_another_provider_edits_wait_and_fail_by_their_deadline(place: Place) {
    let mut duo = Duo::open(&place, &[(setting!(fallback_provider), "none")]).await;
    duo.settings.let_breakers_work().await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let since_ms = logs::now_ms(&place);
    let empty = || refused(Fault::error(402, "insufficientCredits"));
    let first = duo.start(&world, photo, [empty()]).await;
    world.guest.wait(first.id).await;
    duo.runware.otherwise(empty());

    let others = join_all((0..MANY).map(|_| duo.hold(&world, photo, styles::LIVE, [empty()]))).await;
    let deadline = place.now() + SignedDuration::from_secs(12);
    for known in &others {
        world.set_deadline(known.id, deadline).await;
        queue::submit(&world, known.id).await;
    }
    let waiting = world.stored(others[0].id).await;
    assert_eq!((waiting.status, waiting.attempt), (Status::Queued, 0), "it waits");
    let mut submits = 0;
    for known in &others {
        let shown = world.guest.wait(known.id).await;
        assert_eq!(shown["failure"]["code"], "provider_quota", "{shown}");
        submits += duo.tasks(known).len();
    }
    assert!(submits <= 1, "at most a probe: {submits}");
    let books = Books::of(&world).await;
    for known in others.iter().chain([&first]) {
        books.assert_released(known.id, "provider_quota");
    }
    books.assert_at_rest();
    assert_logged_once(&place, "AI provider taken out of service", since_ms).await;
}

async fn repeated_failures_open_the_breaker_once_and_a_recovered_provider_is_used_again(place: Place) {
    let mut duo = Duo::open(&place, &[(setting!(fallback_provider), "none")]).await;
    duo.settings.let_breakers_work().await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let since_ms = logs::now_ms(&place);
    let down = Fault::error(503, "serviceUnavailable");
    // All edits are stored before the first is sent, so their first attempts coincide on a busy machine too.
    let behaviours = [Behaviour::submit(down)];
    let edits = join_all((0..MANY).map(|_| duo.hold(&world, photo, styles::LIVE, behaviours.clone()))).await;
    for known in &edits {
        queue::submit(&world, known.id).await;
    }
    let (reason, retry_at) = place
        .seen("open", async || match state(&place).await {
            BreakerState::Open { reason, retry_at, .. } => Some((reason, retry_at)),
            _ => None,
        })
        .await;
    assert_eq!(reason, OpenReason::Failures);
    for known in &edits {
        live::plan(&duo.runware, known.id, [Behaviour::default().processing(0)]);
    }
    for known in &edits {
        assert_eq!(world.guest.wait(known.id).await["status"], "succeeded");
    }
    assert_logged_once(&place, "AI provider taken out of service", since_ms).await;
    assert!(matches!(state(&place).await, BreakerState::Closed { .. }));
    let mut waited = 0;
    for known in &edits {
        let last = world.stored(known.id).await.attempts.last().unwrap().started_at;
        waited += usize::from(last >= retry_at);
    }
    // The others were under way when it opened.
    assert!(waited > MANY / 2, "most of them waited for the probe: {waited}");
    Books::of(&world).await.assert_at_rest();
}

async fn of_two_workers_that_open_a_breaker_at_once_one_gives_the_signal(place: Place) {
    let mut duo = Duo::open(&place, &[]).await;
    duo.settings.let_breakers_work().await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    place.handle_all_messages().await;
    let behaviour = [refused(Fault::error_without_task(401, "invalidApiKey"))];
    let mut edits = Vec::new();
    for _ in 0..2 {
        let known = duo.hold(&world, photo, styles::LIVE, behaviour.clone()).await;
        queue::submit_copies(&world, known.id, 1).await;
        edits.push(known);
    }
    let memory = place.memory();
    // Both have found the breaker closed; whoever writes first waits until the other has opened it.
    let held = memory.twin.faults.hold(Call::PutItem, "BREAKER#");
    let overtaken = async {
        held.reached().await;
        while !matches!(state(&place).await, BreakerState::Open { .. }) {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        held.release();
    };
    let both = futures::future::join(memory.handle_at_once(&place.cloud, Queue::Submit), overtaken);
    let patience = std::time::Duration::from_secs(60);
    tokio::time::timeout(patience, both)
        .await
        .expect("two writes of the breaker");
    assert_eq!(memory.published("AI provider taken out of service").len(), 1);
    for known in &edits {
        assert_eq!(world.guest.wait(known.id).await["status"], "succeeded");
    }
    assert_eq!(memory.published("AI provider taken out of service").len(), 1);
    Books::of(&world).await.assert_at_rest();
}
