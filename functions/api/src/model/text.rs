//! Limits of names, lists and amounts.

use garde::Error;

/// Characters of a name.
pub(crate) const MAX_NAME: usize = 100;
/// Features or add-ons in a list.
pub(crate) const MAX_LISTED: usize = 50;
/// Characters of a feature's key.
pub(crate) const MAX_KEY: usize = 64;
/// One billion US dollars, in micro-USD: more is a mistake.
pub(crate) const MAX_CAP: i64 = 1_000_000_000_000_000;

/// Refuses a text of blanks.
// garde passes the context by reference
#[allow(clippy::trivially_copy_pass_by_ref)]
pub(crate) fn not_blank<T: AsRef<str>>(text: &T, (): &()) -> garde::Result {
    if text.as_ref().trim().is_empty() {
        Err(Error::new("must not be blank"))
    } else {
        Ok(())
    }
}
