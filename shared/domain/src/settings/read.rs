//! Settings from the texts of their parameters, some of which may be unusable.

use serde_json::Map;

use super::{PROTECTING, Setting, Settings};

/// A text in SSM that its setting cannot take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusableText {
    pub setting: Setting,
    pub why: String,
    pub substitute: Substitute,
}

/// What holds in place of an unusable text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Substitute {
    /// The last value that was usable.
    LastGood,
    /// The default, as there never was another value.
    Default,
    /// The default as well, but no edit is accepted until the setting is mended.
    SwitchedOff,
}

impl Substitute {
    /// The wording in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LastGood => "the last good value",
            Self::Default => "the default",
            Self::SwitchedOff => "nothing: the feature is off",
        }
    }
}

impl Settings {
    /// Reads every text. An unusable one affects no other setting: the value that was in force `before` stays, or else
    /// the default, except that an unusable protecting setting switches the feature off.
    pub fn read(texts: &[(Setting, String)], before: Option<&Self>) -> (Self, Vec<UnusableText>) {
        let mut rows = Map::new();
        let (mut unusable, mut switched_off_by) = (Vec::new(), Vec::new());
        for &(setting, ref text) in texts {
            let value = setting.value_of(text);
            let Err(why) = setting.with(&value) else {
                rows.insert(setting.name().to_owned(), value);
                continue;
            };
            let last_good = before
                .filter(|before| !before.switched_off_by.contains(&setting))
                .and_then(|before| before.values().remove(setting.name()));
            let substitute = match last_good {
                Some(value) => {
                    rows.insert(setting.name().to_owned(), value);
                    Substitute::LastGood
                }
                None if PROTECTING.contains(&setting) => {
                    switched_off_by.push(setting);
                    Substitute::SwitchedOff
                }
                None => Substitute::Default,
            };
            unusable.push(UnusableText {
                setting,
                why,
                substitute,
            });
        }
        // Every row was read by itself before, so that this cannot fail; if it did, the feature would be off.
        let read = serde_json::from_value(rows.into()).ok();
        let is_usable = read.is_some() && switched_off_by.is_empty();
        let mut settings: Self = read.unwrap_or_default();
        settings.is_enabled &= is_usable;
        if let Some(before) = before {
            // Preparing terms takes a while: a snapshot with the same list takes them over.
            settings.blocked_terms = settings.blocked_terms.sharing(&before.blocked_terms);
        }
        settings.switched_off_by = switched_off_by;
        (settings, unusable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::setting;

    fn texts(pairs: &[(Setting, &str)]) -> Vec<(Setting, String)> {
        pairs
            .iter()
            .map(|(setting, text)| (*setting, (*text).to_owned()))
            .collect()
    }

    #[test]
    fn an_unusable_list_of_terms_leaves_the_last_good_list_in_force() {
        let good = texts(&[
            (setting!(blocked_terms), r#"["gore"]"#),
            (setting!(queue_max_polls), "9"),
        ]);
        let (before, unusable) = Settings::read(&good, None);
        assert_eq!(unusable, []);
        let bad = texts(&[
            (setting!(blocked_terms), r#"["gore", "#),
            (setting!(queue_max_polls), "7"),
        ]);
        let (after, unusable) = Settings::read(&bad, Some(&before));
        assert_eq!(*after.blocked_terms, ["gore"]);
        assert_eq!(after.queue_max_polls, 7, "the other text is taken over");
        assert!(after.is_enabled);
        assert_eq!(unusable.len(), 1);
        assert_eq!(unusable[0].setting, setting!(blocked_terms));
        assert_eq!(unusable[0].substitute, Substitute::LastGood);
    }

    #[test]
    fn an_unusable_protecting_setting_without_a_last_good_value_switches_everything_off() {
        for (setting, text) in [
            (setting!(is_enabled), "ture"),
            (setting!(guest_enabled), "yes"),
            (setting!(blocked_terms), "gore"),
        ] {
            let mut bad = texts(&[(setting, text)]);
            if setting != setting!(is_enabled) {
                bad.push((setting!(is_enabled), "true".to_owned()));
            }
            let (settings, unusable) = Settings::read(&bad, None);
            assert!(!settings.is_enabled, "{setting}");
            assert_eq!(unusable[0].substitute, Substitute::SwitchedOff);
            // The substitute does not become a good value by being read once more.
            let (again, unusable) = Settings::read(&bad, Some(&settings));
            assert!(!again.is_enabled, "{setting}");
            assert_eq!(unusable[0].substitute, Substitute::SwitchedOff);
        }
    }

    #[test]
    fn every_setting_keeps_its_last_good_value() {
        let good = texts(&[
            (setting!(queue_name), "standby"),
            (setting!(fallback_provider), "fal"),
            (setting!(webhook_base_url), "https://api.example.com"),
            (setting!(watermark), r#"{"scale":0.3}"#),
        ]);
        let (before, _) = Settings::read(&good, None);
        // Any text will do for a message.
        for setting in Setting::all().filter(|setting| *setting != setting!(status_message)) {
            let bad = texts(&[(setting, "\n{")]);
            let (after, unusable) = Settings::read(&bad, Some(&before));
            assert_eq!(unusable[0].substitute, Substitute::LastGood, "{setting}");
            let name = setting.name();
            assert_eq!(after.values()[name], before.values()[name], "{setting}");
        }
    }

    #[test]
    fn any_other_unusable_setting_falls_back_to_its_default() {
        let bad = texts(&[(setting!(latency_warning_ms), "soon")]);
        let (settings, unusable) = Settings::read(&bad, None);
        assert_eq!(settings, Settings::default());
        assert_eq!(unusable[0].substitute, Substitute::Default);
        assert!(!unusable[0].why.is_empty());
    }
}
