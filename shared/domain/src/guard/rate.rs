//! Between layers 3 and 4: a guest and an event get so many edits in an hour.
//!
//! An event's count of an hour is in shards, because DynamoDB cancels one of two transactions that meet at one item. Each
//! shard may count its share of the limit, by a condition, so the sum never passes the limit.

use jiff::Timestamp;

use super::refusal::Refusal;
use crate::context::seconds_left_in_hour;
use crate::figures::FIGURE_SHARDS;
use crate::settings::Settings;

/// As many as an event's counters have, and chosen by the edit's id like those: two admissions that meet at one of these
/// meet at the counters anyway.
pub const HOUR_SHARDS: u8 = FIGURE_SHARDS;

/// Edits that were admitted in this hour.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct EditsOfHour {
    pub of_guest: u32,
    pub of_event: EventHour,
}

/// An event's edits of an hour, by shard.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct EventHour(pub [u32; HOUR_SHARDS as usize]);

/// The shard that counts an edit, on condition that it has counted no more than this before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourShard {
    pub number: u8,
    pub at_most: u32,
}

/// Refuses for the rest of the hour.
pub fn check(settings: &Settings, edits: &EditsOfHour, now: Timestamp) -> Result<(), Refusal> {
    let guest_has_room = edits.of_guest < settings.edits_per_guest_and_hour;
    let event_has_room = edits
        .of_event
        .shard(settings.edits_per_event_and_hour, 0)
        .is_some();
    if guest_has_room && event_has_room {
        Ok(())
    } else {
        Err(Refusal::TooManyThisHour(seconds_left_in_hour(now)))
    }
}

impl EventHour {
    /// The preferred shard, or the next one that has room; `None` where the event has had this many edits.
    pub fn shard(&self, most: u32, preferred: u8) -> Option<HourShard> {
        let shards = (0..HOUR_SHARDS).map(|step| (preferred + step) % HOUR_SHARDS);
        let counted = shards.map(|number| (number, self.0[usize::from(number)], share(most, number)));
        counted
            .filter_map(|(number, count, share)| {
                let at_most = share.checked_sub(1)?;
                (count <= at_most).then_some(HourShard { number, at_most })
            })
            .next()
    }
}

/// The shares of all shards add up to the limit.
const fn share(most: u32, shard: u8) -> u32 {
    let shards = HOUR_SHARDS as u32;
    most / shards + if (shard as u32) < most % shards { 1 } else { 0 }
}
