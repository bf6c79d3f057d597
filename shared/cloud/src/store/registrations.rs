//! Registrations of photos, counted where they are limited: of a guest and of an address by the hour, of an event by the
//! month.

use domain::EventId;
use domain::context::{hour_of, month_of};
use domain::scope::GuestScopes;
use domain::settings::Settings;
use futures::try_join;
use jiff::SignedDuration;

use super::admit::HOUR_RETENTION;
use super::keys;
use super::write::at_most;
use crate::table::{Key, Update, number};
use crate::{Cloud, PortError};

/// How long an event's count of a month is kept after its last change: longer than the rest of the month.
const MONTH_RETENTION: SignedDuration = SignedDuration::from_hours(32 * 24);
const PHOTOS: &str = "photos";

/// Whether a photo was counted, or which limit leaves no room for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    Yes,
    /// The guest, or everybody at its address, has registered enough in this hour.
    FullHour,
    /// The event has taken enough in this month.
    FullMonth,
}

impl Cloud {
    /// Counts a photo that a guest registers. Single conditional writes, no transaction: when everybody uploads at once,
    /// transactions on the event's count would cancel each other. The event comes last, so that refused guests do not use
    /// up what is left for the others.
    pub async fn count_photo(
        &self,
        event: &EventId,
        guest: &GuestScopes,
        settings: &Settings,
    ) -> Result<Counted, PortError> {
        let now = self.now();
        let hour = hour_of(now);
        let of_address = settings.photos_per_address_and_hour;
        let has_room = match &guest.address {
            // The guest is known by its address alone.
            None => self.count_in_hour(&guest.own, &hour, of_address).await?,
            Some(address) => {
                let own = self.count_in_hour(&guest.own, &hour, settings.photos_per_guest_and_hour);
                let (own, shared) = try_join!(own, self.count_in_hour(address, &hour, of_address))?;
                own && shared
            }
        };
        if !has_room {
            return Ok(Counted::FullHour);
        }
        self.count_photo_of_event(event, settings).await
    }

    /// Counts a photo among its event's of this month.
    pub async fn count_photo_of_event(
        &self,
        event: &EventId,
        settings: &Settings,
    ) -> Result<Counted, PortError> {
        let key = keys::registered(event, &month_of(self.now()));
        let most = settings.photos_per_event_and_month;
        Ok(if self.count_up_to(key, most, MONTH_RETENTION).await? {
            Counted::Yes
        } else {
            Counted::FullMonth
        })
    }

    async fn count_in_hour(&self, scope: &str, hour: &str, most: u32) -> Result<bool, PortError> {
        self.count_up_to(keys::guest_hour(scope, hour), most, HOUR_RETENTION)
            .await
    }

    /// Adds one to a count of photos, unless it has reached this many; false where it has.
    async fn count_up_to(&self, key: Key, most: u32, kept: SignedDuration) -> Result<bool, PortError> {
        let expires_at = number(self.now().as_second() + kept.as_secs());
        let update = Update::default().add(PHOTOS, 1).set("expires_at", expires_at);
        let room = at_most(PHOTOS, i64::from(most) - 1);
        Ok(self.table.update(&key, &update, &room).await?.is_some())
    }
}
