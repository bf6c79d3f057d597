//! A rush: so many guests ask within a time, each once, on one event or on several of a tenant.

use std::pin::pin;
use std::time::Duration;

use cloud::testing::Memory;
use cloud::testing::simulation::{now, wait};
use domain::{MicroUsd, PhotoId};
use futures::future::{Either, join_all, select};
use serde_json::json;
use tokio::runtime::Builder;
use world::styles::{COST, OK};
use world::{Books, Guest, Place, World};

use crate::figures::Figures;
use crate::{latency, life};

/// Lambda's time for a function behind the API, as template.yaml gives it.
const FUNCTION: Duration = Duration::from_secs(10);
/// How long settings and styles are kept, as template.yaml says.
const MAX_AGE: Duration = Duration::from_secs(20);

pub(crate) struct Scene {
    name: &'static str,
    requests: u32,
    within: Duration,
    events: usize,
    /// Edits that the tenant's hard cap has room for.
    room: Option<u32>,
    /// Whether workers take the edits to their end meanwhile.
    workers: bool,
}

/// An answer: its status (0 where Lambda ended the function), and the time until it came.
struct Answered {
    status: u16,
    after: Duration,
    is_accepted: bool,
    /// How often a worker gave its message back.
    given_back: u32,
}

impl Scene {
    pub(crate) fn all() -> [Self; 6] {
        let scene = |name, requests, seconds, events, room, workers| Self {
            name,
            requests,
            within: Duration::from_secs(seconds),
            events,
            room,
            workers,
        };
        [
            scene("200 within a second, one event", 200, 1, 1, Some(25_000), true),
            scene("200 within a second, one event, no cap", 200, 1, 1, None, true),
            scene(
                "50 a second for a minute, one event",
                3_000,
                60,
                1,
                Some(25_000),
                true,
            ),
            scene(
                "50 a second for a minute, 20 events",
                3_000,
                60,
                20,
                Some(25_000),
                true,
            ),
            scene(
                "1,000 within two seconds, room for 10",
                1_000,
                2,
                1,
                Some(10),
                false,
            ),
            scene(
                "1,000 within two seconds, room for 300",
                1_000,
                2,
                1,
                Some(300),
                false,
            ),
        ]
    }

    pub(crate) fn play(&self) -> Figures {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let cap = self
            .room
            .map(|room| MicroUsd::new(COST * i64::from(room) + COST / 2));
        let (place, worlds) = runtime.block_on(self.prepare(cap));
        let memory = place.memory().twin.clone();
        memory.calls_take(latency::of_calls());
        memory.table.transactions_take(Some(latency::TRANSACTION));
        memory.forget_operations();
        let begun = place.now();
        let mut random = fastrand::Rng::with_seed(u64::from(self.requests));
        let asked = (0..self.requests).map(|number| {
            let (world, photo) = &worlds[number as usize % worlds.len()];
            let at = self.within.mul_f64(random.f64());
            let worker = self.workers.then(|| random.u64(..));
            ask(&place, world, *photo, number, at, worker)
        });
        let answers = memory.simulate(join_all(asked));
        let tries = admissions_tried(&memory);
        assert_eq!(memory.invalid_requests(), [] as [&str; 0]);
        // The books are those of the month in which it began.
        memory.clock.set(begun);
        let worlds: Vec<World> = worlds.into_iter().map(|(world, _)| world).collect();
        let adds_up = runtime.block_on(adds_up(&worlds, &answers, cap));
        self.figures(&answers, tries, adds_up)
    }

    /// An environment that has settings and styles already, and the events.
    async fn prepare(&self, cap: Option<MicroUsd>) -> (Place, Vec<(World, PhotoId)>) {
        let mut place = Place::in_memory().await;
        place.cloud = place.memory().twin.cloud(MAX_AGE);
        let world = World::with(&place, |tenant, _| tenant.budget.hard_cap_micro_usd = cap).await;
        let mut worlds = Vec::new();
        for _ in 1..self.events {
            worlds.push(world.neighbour().await);
        }
        worlds.push(world);
        let mut ready = Vec::new();
        for world in worlds {
            let photo = world.photo_without_file().await;
            ready.push((world, photo));
        }
        place.cloud.settings().await.unwrap();
        place.cloud.styles().await.unwrap();
        (place, ready)
    }

    fn figures(&self, answers: &[Answered], tries: usize, adds_up: bool) -> Figures {
        let of = |is: fn(u16) -> bool| answers.iter().filter(|answer| is(answer.status)).count();
        let mut times: Vec<u128> = answers.iter().map(|answer| answer.after.as_millis()).collect();
        times.sort_unstable();
        let at = |share: usize| times[(times.len() - 1) * share / 100];
        let admitted = of(|status| status == 202);
        let failed = of(|status| status == 0 || status >= 500);
        let room = self.room.map_or(usize::MAX, |room| room as usize);
        Figures {
            scene: self.name,
            requests: answers.len(),
            admitted,
            refused: of(|status| status == 402),
            failed,
            other: of(|status| (300..500).contains(&status) && status != 402),
            #[allow(clippy::cast_precision_loss)] // a few thousand
            tries: tries as f64 / admitted.max(1) as f64,
            p50_ms: at(50),
            p99_ms: at(99),
            longest_ms: at(100),
            given_back: answers.iter().map(|answer| answer.given_back).sum(),
            reached: failed == 0 && admitted == answers.len().min(room),
            adds_up,
        }
    }
}

/// One guest asks once, under a key. An accepted edit is taken to its end.
async fn ask(
    place: &Place,
    world: &World,
    photo: PhotoId,
    number: u32,
    at: Duration,
    worker: Option<u64>,
) -> Answered {
    wait(at).await;
    let guest = Guest::new(
        place,
        &world.token,
        Some(&format!("guest-{number:05}-of-the-rush")),
    );
    let begun = now().expect("a simulation");
    let call = guest.call_to_edit(photo, &json!({ "style_key": OK }), &format!("rush-{number:05}"));
    let sent = pin!(place.send(call));
    let ended = pin!(wait(FUNCTION));
    let answer = select(sent, ended).await;
    let after = now().expect("a simulation") - begun;
    let Either::Left((reply, _)) = answer else {
        return Answered {
            status: 0,
            after,
            is_accepted: false,
            given_back: 0,
        };
    };
    let is_accepted = reply.status == 202;
    let given_back = match worker {
        Some(seed) if is_accepted => life::live(&place.cloud, &world.event.id, reply.edit_id(), seed).await,
        _ => 0,
    };
    Answered {
        status: reply.status,
        after,
        is_accepted,
        given_back,
    }
}

/// Transactions that were sent for admissions: only they write an idempotency record.
fn admissions_tried(memory: &Memory) -> usize {
    let operations = memory.operations().into_iter();
    operations
        .filter(|operation| {
            operation.call == cloud::Call::TransactWriteItems && operation.about.contains("IDEM#")
        })
        .count()
}

/// Budget, counters and ledger agree, every accepted edit is there, and the cap was kept.
async fn adds_up(worlds: &[World], answers: &[Answered], cap: Option<MicroUsd>) -> bool {
    let mut totals = (0, 0, 0);
    let mut budget = None;
    for world in worlds {
        let books = Books::read(world).await;
        totals.0 += books.figures.total;
        totals.1 += books.figures.spent_micro_usd;
        totals.2 += books.figures.reserved_micro_usd;
        budget = Some((books.budget, books.ledger));
    }
    let (budget, ledger) = budget.expect("an event");
    let entered: i64 = ledger.iter().map(|entry| entry.amount_micro_usd.get()).sum();
    let accepted = answers.iter().filter(|answer| answer.is_accepted).count();
    // A request that failed may have been carried out.
    let stored = usize::try_from(totals.0).unwrap_or(0);
    budget.spent.get() == entered
        && totals.1 == entered
        && budget.committed.get() == totals.1 + totals.2
        && budget.committed.get() == totals.0 * COST
        && stored >= accepted
        && cap.is_none_or(|cap| budget.committed <= cap)
}
