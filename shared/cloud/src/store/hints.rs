//! Hints at attempts (webhooks), so that a bounded number of them is acted upon.

use domain::EditId;
use jiff::SignedDuration;

use super::keys;
use crate::table::{Condition, number};
use crate::{Cloud, PortError};

/// How long an accepted hint is kept; no provider sends one for so old an attempt.
const RETENTION: SignedDuration = SignedDuration::from_hours(24);

impl Cloud {
    /// Accepts a hint at an attempt; false where one was accepted within the quiet time before.
    pub async fn take_hint(
        &self,
        edit: EditId,
        attempt: u32,
        quiet: SignedDuration,
    ) -> Result<bool, PortError> {
        let now = self.now().as_second();
        let mut item = keys::hint(edit, attempt).into_item();
        item.insert("taken_at".to_owned(), number(now));
        item.insert("expires_at".to_owned(), number(now + RETENTION.as_secs()));
        let quiet_since = number(now - quiet.as_secs());
        let accepted = Condition::Absent.or(Condition::le("taken_at", quiet_since));
        self.table.put(item, &accepted).await
    }
}
