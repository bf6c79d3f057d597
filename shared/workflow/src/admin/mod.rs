//! What the superadmin does, one file per resource. Who is one was checked before.

mod addons;
mod event_addons;
mod events;
mod packages;
mod settings;
mod styles;
mod tenants;
mod tokens;
mod watermarks;

use cloud::SaveError;
use domain::Problem;

pub use addons::{delete_addon, get_addon, list_addons, put_addon};
pub use event_addons::{delete_event_addon, get_event_addon, list_event_addons, put_event_addon};
pub use events::{EventAnswer, EventInput, get_event, list_events, put_event};
pub use packages::{delete_package, get_package, list_packages, put_package};
pub use settings::{SettingAnswer, SettingsAnswer, SettingsChange, Source, change_settings, read_settings};
pub use styles::{delete_style, get_style, list_styles, put_style};
pub use tenants::{get_tenant, list_tenants, put_tenant};
pub use tokens::{create_token, list_tokens, revoke_token};
pub use watermarks::{NewWatermark, RegisteredWatermark, check_watermark, create_watermark};

/// How often a save is made again that somebody else was faster with.
const TRIES: usize = 8;

/// What a save did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing before.
    Created,
    /// There was something else.
    Updated,
    /// It was like that already; nothing was written.
    Unchanged,
}

impl Outcome {
    fn of<T: PartialEq>(before: Option<&T>, after: &T) -> Self {
        match before {
            None => Self::Created,
            Some(before) if before == after => Self::Unchanged,
            Some(_) => Self::Updated,
        }
    }

    /// For people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
        }
    }
}

/// Something that was saved, as it is now.
#[derive(Debug, Clone)]
pub struct Saved<T> {
    /// As stored.
    pub value: T,
    /// What the save did.
    pub outcome: Outcome,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Listing<T> {
    /// The page.
    pub items: Vec<T>,
    /// Whether there are more after the last of them.
    pub more: bool,
}

impl<T> Listing<T> {
    /// One more than asked for tells whether there is a next page.
    fn of(mut items: Vec<T>, limit: u32) -> Self {
        let limit = limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        Self { items, more }
    }

    /// The last entry, where more follow.
    pub fn last_seen(&self) -> Option<&T> {
        self.items.last().filter(|_| self.more)
    }
}

/// An error of a save that is not tried again.
fn unsaved(error: SaveError, in_use: &str) -> Problem {
    match error {
        SaveError::InUse => Problem::InUse(in_use.to_owned()),
        SaveError::Changed => Problem::Unavailable,
        SaveError::Port(error) => error.into(),
    }
}

/// Whether there was anything to remove.
fn removed(found: bool, what: &'static str) -> Result<(), Problem> {
    if found {
        Ok(())
    } else {
        Err(Problem::NotFound(what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_than_asked_for_is_the_sign_of_a_next_page() {
        let page = Listing::of(vec![1, 2, 3], 2);
        assert_eq!(
            (page.items.as_slice(), page.last_seen()),
            ([1, 2].as_slice(), Some(&2))
        );
        let last = Listing::of(vec![1, 2], 2);
        assert_eq!(last.last_seen(), None);
    }
}
