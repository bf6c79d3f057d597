//! Edits of an hour.

use super::super::rate::{EventHour, HOUR_SHARDS};
use super::*;

fn limited(of_guest: u32, of_event: u32) -> World {
    World::with(|world| {
        world.settings.edits_per_guest_and_hour = of_guest;
        world.settings.edits_per_event_and_hour = of_event;
    })
}

#[test]
fn a_guest_that_has_had_its_edits_waits_for_the_next_hour() {
    let mut world = limited(3, 100);
    world.edits_of_hour.of_guest = 2;
    world.approval();
    world.edits_of_hour.of_guest = 3;
    let left = crate::context::seconds_left_in_hour(now());
    assert_eq!(world.refusal(), Refusal::TooManyThisHour(left));
}

#[test]
fn an_event_is_refused_once_all_its_shards_are_full_and_not_before() {
    for most in [1, 5, 16, 17, 1_000] {
        let mut hour = EventHour::default();
        for counted in 0..most {
            let preferred = u8::try_from(counted * 7 % u32::from(HOUR_SHARDS)).unwrap();
            let shard = hour.shard(most, preferred).expect("room for another edit");
            let count = &mut hour.0[usize::from(shard.number)];
            assert!(*count <= shard.at_most);
            *count += 1;
        }
        assert_eq!(hour.0.iter().sum::<u32>(), most);
        for preferred in 0..HOUR_SHARDS {
            assert_eq!(hour.shard(most, preferred), None, "{most}");
        }
        let mut world = limited(100, most);
        world.edits_of_hour.of_event = hour;
        assert!(matches!(world.refusal(), Refusal::TooManyThisHour(_)));
    }
}

#[test]
fn an_edit_counts_in_the_shard_that_it_prefers_while_that_has_room() {
    let mut hour = EventHour::default();
    assert_eq!(hour.shard(32, 5).map(|shard| shard.number), Some(5));
    hour.0[5] = 2;
    assert_eq!(hour.shard(32, 5).map(|shard| shard.number), Some(6));
    assert_eq!(hour.shard(32, 15).map(|shard| shard.number), Some(15));
}
