//! The copy of all settings in the table, which functions read in place of SSM.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::read::without_last_good;
use super::{Setting, Substitute, UnusableText};

/// Recovery renews the copy every five minutes, so one that has missed three times is no longer trusted.
const TRUSTED_FOR: SignedDuration = SignedDuration::from_mins(16);

/// The texts of all parameters at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsCopy {
    /// One more than the copy before.
    pub version: u64,
    pub read_at: Timestamp,
    texts: BTreeMap<String, String>,
}

impl SettingsCopy {
    pub fn new(version: u64, read_at: Timestamp, texts: &[(Setting, String)]) -> Self {
        let named = texts
            .iter()
            .map(|(setting, text)| (setting.name().to_owned(), text.clone()));
        Self {
            version,
            read_at,
            texts: named.collect(),
        }
    }

    /// The texts of the settings that this code knows.
    pub fn texts(&self) -> Vec<(Setting, String)> {
        let known = self.texts.iter();
        known
            .filter_map(|(name, text)| Some((Setting::from_name(name)?, text.clone())))
            .collect()
    }

    /// Whether it may be missing a change, because nobody has renewed it for too long.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.read_at) > TRUSTED_FOR
    }
}

/// What a copy holds after these texts were read: each usable text; in place of an unusable one the last good text of
/// the copy `before`. Without a last good text the unusable one is kept, so that a protecting setting switches the
/// feature off.
pub fn texts_to_copy(
    read: Vec<(Setting, String)>,
    before: &[(Setting, String)],
) -> (Vec<(Setting, String)>, Vec<UnusableText>) {
    let mut unusable = Vec::new();
    let copied = read.into_iter().map(|(setting, text)| {
        let Err(why) = setting.with(&setting.value_of(&text)) else {
            return (setting, text);
        };
        let last_good = before
            .iter()
            .find(|(known, text)| *known == setting && setting.with(&setting.value_of(text)).is_ok());
        unusable.push(UnusableText {
            setting,
            why,
            substitute: last_good.map_or_else(|| without_last_good(setting), |_| Substitute::LastGood),
        });
        (setting, last_good.map_or(text, |(_, good)| good.clone()))
    });
    (copied.collect(), unusable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;
    use crate::settings::{setting, text_of};

    fn texts(pairs: &[(Setting, &str)]) -> Vec<(Setting, String)> {
        let pairs = pairs.iter();
        pairs
            .map(|(setting, text)| (*setting, (*text).to_owned()))
            .collect()
    }

    #[test]
    fn a_text_that_cannot_be_used_leaves_the_last_good_one_in_the_copy() {
        let good = texts(&[
            (setting!(blocked_terms), r#"["gore"]"#),
            (setting!(queue_max_polls), "9"),
        ]);
        let bad = texts(&[
            (setting!(blocked_terms), "gore"),
            (setting!(queue_max_polls), "0"),
        ]);
        let (first, unusable) = texts_to_copy(good.clone(), &[]);
        assert_eq!((&first, unusable.len()), (&good, 0));
        let (second, unusable) = texts_to_copy(bad.clone(), &first);
        assert_eq!(second, good);
        let substitutes: Vec<_> = unusable.iter().map(|text| text.substitute).collect();
        assert_eq!(substitutes, [Substitute::LastGood; 2]);
        assert_eq!(texts_to_copy(bad, &second).0, good, "however often it is copied");
    }

    #[test]
    fn every_setting_keeps_its_last_good_text() {
        let good = [
            (setting!(queue_name), "standby"),
            (setting!(fallback_provider), "fal"),
            (setting!(webhook_base_url), "https://api.example.com"),
            (setting!(watermark), r#"{"scale":0.3}"#),
        ];
        // Any text will do for a message.
        for setting in Setting::all().filter(|setting| *setting != setting!(status_message)) {
            let own = good.iter().find(|(known, _)| *known == setting);
            let default = text_of(&Settings::default().values()[setting.name()]);
            let before = texts(&[(setting, own.map_or(&*default, |(_, text)| text))]);
            let (copied, unusable) = texts_to_copy(texts(&[(setting, "\n{")]), &before);
            assert_eq!((&copied, unusable.len()), (&before, 1), "{setting}");
        }
    }

    #[test]
    fn a_text_that_was_never_good_stays_unusable_for_every_reader() {
        let bad = texts(&[
            (setting!(blocked_terms), "gore"),
            (setting!(latency_warning_ms), "soon"),
        ]);
        let (first, unusable) = texts_to_copy(bad.clone(), &[]);
        assert_eq!(unusable[0].substitute, Substitute::SwitchedOff);
        assert_eq!(unusable[1].substitute, Substitute::Default);
        let (second, again) = texts_to_copy(bad, &first);
        assert_eq!(
            (&second, again),
            (&first, unusable),
            "a bad text is never a last good one"
        );
        let (settings, _) = Settings::read(&second, &Settings::default());
        assert!(!settings.is_enabled);
        assert_eq!(settings.switched_off_by, [setting!(blocked_terms)]);
    }

    #[test]
    fn a_parameter_that_was_removed_leaves_the_copy() {
        let (copied, _) = texts_to_copy(Vec::new(), &texts(&[(setting!(queue_max_polls), "9")]));
        assert_eq!(copied, []);
    }

    #[test]
    fn a_copy_of_a_newer_release_is_read_without_the_settings_that_this_one_does_not_know() {
        let stored = r#"{"version":3,"read_at":"2026-10-01T12:00:00Z","texts":{"of_tomorrow":"7","queue_max_polls":"9"}}"#;
        let copy: SettingsCopy = serde_json::from_str(stored).unwrap();
        assert_eq!(copy.texts(), texts(&[(setting!(queue_max_polls), "9")]));
    }

    #[test]
    fn a_copy_that_missed_three_renewals_is_stale() {
        let read_at: Timestamp = "2026-10-01T12:00:00Z".parse().unwrap();
        let copy = SettingsCopy::new(1, read_at, &[]);
        assert!(!copy.is_stale(read_at + SignedDuration::from_mins(15)));
        assert!(copy.is_stale(read_at + SignedDuration::from_mins(17)));
    }
}
