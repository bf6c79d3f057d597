//! The law of a budget in parts: for any interleaving of reservations, settlements and releases, by whoever has read
//! whatever parts at whatever moment, what is committed stays within the cap and is what was reserved and spent; and
//! whoever reads the parts as they are gets room exactly where there is some.

#![allow(clippy::unwrap_used)]

use domain::MicroUsd;
use domain::budget::BudgetMonth;
use domain::budget::parts::{BUDGET_SHARDS, BudgetParts, Needs, Reservation};
use proptest::prelude::*;

const CAP: MicroUsd = MicroUsd::new(10_000);

/// The items, with the conditions of the real ones and no others.
#[derive(Default, Clone)]
struct Store {
    parts: BudgetParts,
    reserved: Vec<MicroUsd>,
    spent: MicroUsd,
    /// What providers took above a reservation, and what was reserved without a cap.
    beyond: MicroUsd,
}

impl Store {
    fn reserve(&mut self, reservation: &Reservation, amount: MicroUsd) -> bool {
        let own = self.parts.own.committed;
        let holds = reservation.own.is_none_or(|change| own <= change.at_most)
            && reservation.shards.iter().all(|change| {
                let room = self.parts.shards[change.shard].room;
                match change.needs {
                    Needs::Nothing => true,
                    Needs::AtLeast(least) => room >= least,
                    Needs::Exactly(exactly) => room == exactly,
                }
            });
        if holds {
            if let Some(change) = reservation.own {
                self.parts.own.committed = own + change.committed;
            }
            for change in &reservation.shards {
                let shard = &mut self.parts.shards[change.shard];
                shard.room = shard.room + change.room;
            }
            self.reserved.push(amount);
        }
        holds
    }

    /// Ends an edit at this cost, in any shard.
    fn settle(&mut self, edit: usize, cost: MicroUsd, shard: usize) {
        let reserved = self.reserved.swap_remove(edit);
        let shard = &mut self.parts.shards[shard];
        shard.room = shard.room + reserved - cost;
        shard.spent = shard.spent + cost;
        self.spent = self.spent + cost;
        self.beyond = self.beyond + (cost - reserved).max(MicroUsd::ZERO);
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let total = self.parts.total();
        let reserved: MicroUsd = self.reserved.iter().copied().sum();
        prop_assert_eq!(total.committed, reserved + self.spent);
        prop_assert_eq!(total.spent, self.spent);
        prop_assert!(total.committed <= CAP + self.beyond, "{:?}", self.parts);
        Ok(())
    }
}

#[derive(Debug, Clone)]
enum Happening {
    /// Somebody reads the parts, each as it is or as it was some moments ago.
    Read([u8; BUDGET_SHARDS + 1]),
    /// Somebody reserves by what was read.
    Reserve {
        read: prop::sample::Index,
        amount: i64,
        random: u64,
    },
    /// The cap is lifted for somebody who reserves.
    ReserveWithoutCap { amount: i64, random: u64 },
    /// An edit ends, at this share of its reservation in per cent.
    Settle {
        edit: prop::sample::Index,
        per_cent: i64,
        shard: usize,
    },
}

fn happening(overruns: bool) -> impl Strategy<Value = Happening> {
    let index = any::<prop::sample::Index>;
    let beyond = u32::from(overruns);
    let amount = || prop_oneof![6 => Just(40_i64), 2 => 0_i64..120, 1 => 0_i64..3_000];
    let settle = move |most: i64| {
        (index(), 0..=most, 0..BUDGET_SHARDS).prop_map(|(edit, per_cent, shard)| Happening::Settle {
            edit,
            per_cent,
            shard,
        })
    };
    prop_oneof![
        6 => prop::array::uniform(0_u8..3).prop_map(Happening::Read),
        12 => (index(), amount(), any::<u64>()).prop_map(|(read, amount, random)| Happening::Reserve { read, amount, random }),
        3 => settle(100),
        beyond => settle(300),
        beyond => (amount(), any::<u64>()).prop_map(|(amount, random)| Happening::ReserveWithoutCap { amount, random }),
    ]
}

/// Parts that were read one by one, while others wrote: each is that of one of the last moments.
fn torn(history: &[BudgetParts], ages: &[u8; BUDGET_SHARDS + 1]) -> BudgetParts {
    let at = |age: u8| &history[history.len().saturating_sub(1 + usize::from(age))];
    let mut parts = *at(ages[BUDGET_SHARDS]);
    for (shard, age) in ages.iter().enumerate().take(BUDGET_SHARDS) {
        parts.shards[shard] = at(*age).shards[shard];
    }
    parts
}

fn play(happenings: &[Happening]) -> Result<Store, TestCaseError> {
    let mut store = Store::default();
    let mut history = vec![store.parts];
    let mut reads = vec![store.parts];
    for happening in happenings {
        match happening {
            Happening::Read(ages) => reads.push(torn(&history, ages)),
            Happening::Reserve { read, amount, random } => {
                let amount = MicroUsd::new(*amount);
                if let Some(reservation) = read.get(&reads).reserve(amount, Some(CAP), *random) {
                    store.reserve(&reservation, amount);
                }
            }
            Happening::ReserveWithoutCap { amount, random } => {
                let amount = MicroUsd::new(*amount);
                let reservation = store.parts.reserve(amount, None, *random).unwrap();
                prop_assert!(
                    store.reserve(&reservation, amount),
                    "without a cap nothing is refused"
                );
                store.beyond = store.beyond + amount;
            }
            Happening::Settle {
                edit,
                per_cent,
                shard,
            } if !store.reserved.is_empty() => {
                let edit = edit.index(store.reserved.len());
                let cost = MicroUsd::new(store.reserved[edit].get() * per_cent / 100);
                store.settle(edit, cost, *shard);
            }
            Happening::Settle { .. } => {}
        }
        history.push(store.parts);
        store.check()?;
    }
    Ok(store)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_cap_holds_whatever_was_read(happenings in prop::collection::vec(happening(true), 1..200)) {
        play(&happenings)?;
    }

    #[test]
    fn whoever_reads_the_parts_as_they_are_gets_room_exactly_where_there_is_some(
        happenings in prop::collection::vec(happening(false), 1..150),
        amounts in prop::collection::vec((0_i64..500, any::<u64>()), 1..300),
    ) {
        let mut store = play(&happenings)?;
        for (amount, random) in amounts {
            let amount = MicroUsd::new(amount);
            let fits = store.parts.total().committed + amount <= CAP;
            let reservation = store.parts.reserve(amount, Some(CAP), random);
            prop_assert_eq!(reservation.is_some(), fits);
            if let Some(reservation) = reservation {
                prop_assert!(store.reserve(&reservation, amount), "{:?}", store.parts);
            }
            store.check()?;
        }
    }

    #[test]
    fn one_price_fills_the_cap_to_the_last_edit(price in 1_i64..4_000, cap in 0_i64..200_000, seed in any::<u64>()) {
        let (price, cap) = (MicroUsd::new(price), MicroUsd::new(cap));
        let mut store = Store::default();
        let mut random = seed;
        while let Some(reservation) = store.parts.reserve(price, Some(cap), random) {
            prop_assert!(store.reserve(&reservation, price));
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        }
        let admitted = i64::try_from(store.reserved.len()).unwrap();
        prop_assert_eq!(admitted, cap.get() / price.get());
    }
}

/// A month of before: its own item is all there is.
#[test]
fn a_month_without_shards_keeps_its_budget() {
    let own = BudgetMonth {
        committed: MicroUsd::new(9_970),
        spent: MicroUsd::new(9_000),
        ..BudgetMonth::default()
    };
    let parts = BudgetParts {
        own,
        ..BudgetParts::default()
    };
    assert_eq!(parts.total(), own);
    assert!(parts.reserve(MicroUsd::new(40), Some(CAP), 0).is_none());
    assert!(parts.reserve(MicroUsd::new(30), Some(CAP), 0).is_some());
}

/// A lower cap counts at once, also against what the shards still have.
#[test]
fn a_lowered_cap_takes_the_room_back() {
    let mut store = Store::default();
    let price = MicroUsd::new(40);
    for random in 0..20 {
        let reservation = store.parts.reserve(price, Some(CAP), random).unwrap();
        assert!(store.reserve(&reservation, price));
    }
    assert!(
        store.parts.own.committed > MicroUsd::new(1_000),
        "far from the cap it is handed out"
    );
    let lower = Some(MicroUsd::new(850));
    let reservation = store.parts.reserve(price, lower, 0).unwrap();
    assert!(store.reserve(&reservation, price));
    assert_eq!(store.parts.own.committed, MicroUsd::new(840));
    assert!(store.parts.reserve(price, lower, 0).is_none());
}
