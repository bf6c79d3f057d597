//! Limits of names, lists and amounts.

use domain::text::{flaw_of_line, flaw_of_text};
use garde::Error;

/// The longest name, in characters.
pub(crate) const MAX_NAME: usize = 100;
/// The most features or add-ons in a list.
pub(crate) const MAX_LISTED: usize = 50;
/// The longest key of a feature, in characters.
pub(crate) const MAX_KEY: usize = 64;
/// The largest cap: one billion US dollars, in micro-USD. More is a mistake.
pub(crate) const MAX_CAP: i64 = 1_000_000_000_000_000;

/// Refuses a name of blanks, of several lines, or with characters that nobody sees.
// garde passes the context by reference
#[allow(clippy::trivially_copy_pass_by_ref)]
pub(crate) fn is_name<T: AsRef<str>>(text: &T, (): &()) -> garde::Result {
    if text.as_ref().trim().is_empty() {
        return Err(Error::new("must not be blank"));
    }
    flaw_of_line(text.as_ref()).map_or(Ok(()), |flaw| Err(Error::new(flaw)))
}

/// Refuses a text with characters that nobody sees.
#[allow(clippy::trivially_copy_pass_by_ref)]
pub(crate) fn is_visible<T: AsRef<str>>(text: &T, (): &()) -> garde::Result {
    flaw_of_text(text.as_ref()).map_or(Ok(()), |flaw| Err(Error::new(flaw)))
}
