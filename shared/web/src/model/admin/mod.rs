//! What superadmins send and get.

mod addon;
mod event;
mod package;
mod settings;
mod style;
mod tenant;
mod token;
mod watermark;

use garde::Error;

pub use addon::{AddonBody, AddonInput, EventAddonBody, EventAddonInput};
pub use event::{AdminEventBody, AdminEventInput};
pub use package::{PackageBody, PackageInput};
pub use settings::{AdminSettingsBody, AdminSettingsInput};
pub use style::{AdminStyleBody, AdminStyleInput};
pub use tenant::{AiEditingInput, BudgetInput, TenantBody, TenantInput};
pub use token::{NewTokenBody, TokenBody, TokenInput};
pub use watermark::{NewWatermarkBody, WatermarkBody, WatermarkImageInput, WatermarkInput};

/// Characters of a name.
const MAX_NAME: usize = 100;
/// Features or add-ons in a list.
const MAX_LISTED: usize = 50;
/// Characters of a feature's key.
const MAX_KEY: usize = 64;
/// One billion US dollars: more is a slip.
const MAX_CAP: i64 = 1_000_000_000_000_000;

/// A text that says something.
// garde hands the context over by reference
#[allow(clippy::trivially_copy_pass_by_ref)]
fn not_blank<T: AsRef<str>>(text: &T, (): &()) -> garde::Result {
    if text.as_ref().trim().is_empty() {
        Err(Error::new("must not be blank"))
    } else {
        Ok(())
    }
}
