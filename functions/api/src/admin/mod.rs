//! What superadmins call, one file per resource. [`crate::Function`] lets nobody else in.

pub mod addons;
pub mod ai_settings;
pub mod ai_styles;
pub mod event_addons;
pub(crate) mod event_tokens;
pub mod events;
pub(crate) mod list_audit;
pub mod packages;
pub mod tenants;
pub(crate) mod try_style;
pub(crate) mod watermarks;

use cloud::SaveError;
use domain::Problem;

/// How often a save starts over after another writer was faster.
const MAX_SAVE_TRIES: usize = 8;

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

/// What is stored after a save.
#[derive(Debug, Clone)]
pub struct Saved<T> {
    /// As stored.
    pub value: T,
    /// What the save did.
    pub outcome: Outcome,
}

/// The problem of a save that is not tried again.
fn unsaved(error: SaveError, in_use: &str) -> Problem {
    match error {
        SaveError::InUse => Problem::InUse(in_use.to_owned()),
        SaveError::Changed => Problem::Unavailable,
        SaveError::Port(error) => error.into(),
    }
}

/// Refuses if there was nothing to remove.
fn removed(found: bool, missing: Problem) -> Result<(), Problem> {
    if found { Ok(()) } else { Err(missing) }
}
