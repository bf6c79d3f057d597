//! What a finished picture is called outside.

use jiff::tz::TimeZone;

use super::Edit;
use crate::id::StyleKey;

/// In place of a style, for an edit by prompt alone. No style has to be called like that for names to differ: each holds
/// its edit's id.
const WITHOUT_STYLE: &str = "own";

impl Edit {
    /// The name of its picture as a file: when it was asked for (UTC), its style, and its id.
    pub fn file_name(&self) -> String {
        let at = self
            .created_at
            .to_zoned(TimeZone::UTC)
            .strftime("%Y-%m-%d_%H%M%S");
        let style = self.style_key.as_ref().map_or(WITHOUT_STYLE, StyleKey::as_str);
        format!("{at}_{style}_{}.jpg", self.id.ulid())
    }
}

#[cfg(test)]
mod tests {
    use crate::edit::samples::queued;

    #[test]
    fn a_name_sorts_by_time_and_names_the_style() {
        let mut edit = queued();
        edit.created_at = "2026-11-27T14:03:12.9Z".parse().unwrap();
        edit.style_key = Some("comic".parse().unwrap());
        let name = format!("2026-11-27_140312_comic_{}.jpg", edit.id.ulid());
        assert_eq!(edit.file_name(), name);
        edit.style_key = None;
        assert!(edit.file_name().starts_with("2026-11-27_140312_own_"));
    }
}
