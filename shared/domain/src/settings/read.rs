//! Settings from the texts of their parameters, some of which somebody may have typed wrong.

use super::{Setting, Settings};

/// A text that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Whose text.
    pub setting: Setting,
    /// What is wrong with it.
    pub why: String,
    /// What holds in its place.
    pub instead: Instead,
}

/// What holds in place of a text that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// The last value that could be used.
    LastGood,
    /// The default: there never was another value.
    Default,
    /// The default as well, but nothing is accepted until the setting is mended.
    SwitchedOff,
}

impl Instead {
    /// The name in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LastGood => "the last good value",
            Self::Default => "the default",
            Self::SwitchedOff => "nothing: the feature is off",
        }
    }
}

impl Setting {
    /// Whether its default is laxer than what the operator may have meant, so that nobody may guess it.
    const fn protects(self) -> bool {
        matches!(self, Self::IsEnabled | Self::GuestEnabled | Self::BlockedTerms)
    }
}

impl Settings {
    /// Reads every text. One that cannot be used takes no other along: the value that was in force `before` goes on
    /// holding, and where there was none, the default, unless it [protects](Setting::protects): then the feature is off.
    pub fn read(texts: &[(Setting, String)], before: Option<&Self>) -> (Self, Vec<Flaw>) {
        let mut settings = Self::default();
        let mut flaws = Vec::new();
        for (setting, text) in texts {
            if let Err(why) = settings.set(*setting, text) {
                let instead = settings.do_without(*setting, before);
                flaws.push(Flaw {
                    setting: *setting,
                    why,
                    instead,
                });
            }
        }
        // Last, because `is_enabled` may be read after the one that switches it off.
        if !settings.guessed.is_empty() {
            settings.is_enabled = false;
        }
        (settings, flaws)
    }

    fn do_without(&mut self, setting: Setting, before: Option<&Self>) -> Instead {
        let last_good = before
            .filter(|before| !before.guessed.contains(&setting))
            .and_then(|before| setting.text_of(&before.value(setting)).ok());
        match last_good {
            Some(text) if self.set(setting, &text).is_ok() => Instead::LastGood,
            _ if setting.protects() => {
                self.guessed.push(setting);
                Instead::SwitchedOff
            }
            _ => Instead::Default,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pairs: &[(Setting, &str)]) -> Vec<(Setting, String)> {
        pairs
            .iter()
            .map(|(setting, text)| (*setting, (*text).to_owned()))
            .collect()
    }

    #[test]
    fn a_list_of_blocked_terms_that_cannot_be_read_leaves_the_last_good_one_in_force() {
        let good = texts(&[
            (Setting::BlockedTerms, r#"["gore"]"#),
            (Setting::QueueMaxPolls, "9"),
        ]);
        let (before, flaws) = Settings::read(&good, None);
        assert_eq!(flaws, []);
        let bad = texts(&[
            (Setting::BlockedTerms, r#"["gore", "#),
            (Setting::QueueMaxPolls, "7"),
        ]);
        let (after, flaws) = Settings::read(&bad, Some(&before));
        assert_eq!(after.blocked_terms, ["gore"]);
        assert_eq!(after.queue_max_polls, 7, "the others are taken over");
        assert!(after.is_enabled);
        let found: Vec<_> = flaws.iter().map(|flaw| (flaw.setting, flaw.instead)).collect();
        assert_eq!(found, [(Setting::BlockedTerms, Instead::LastGood)]);
    }

    #[test]
    fn without_a_last_good_value_what_protects_is_not_guessed() {
        for (setting, text) in [
            (Setting::IsEnabled, "ture"),
            (Setting::GuestEnabled, "yes"),
            (Setting::BlockedTerms, "gore"),
        ] {
            let bad = texts(&[(setting, text), (Setting::IsEnabled, "true")]);
            let bad = if setting == Setting::IsEnabled {
                &bad[..1]
            } else {
                &bad
            };
            let (settings, flaws) = Settings::read(bad, None);
            assert!(!settings.is_enabled, "{}", setting.name());
            assert_eq!(flaws[0].instead, Instead::SwitchedOff);
            // What holds in its place does not become a good value by being read once more.
            let (again, flaws) = Settings::read(bad, Some(&settings));
            assert!(!again.is_enabled, "{}", setting.name());
            assert_eq!(flaws[0].instead, Instead::SwitchedOff);
        }
    }

    #[test]
    fn every_setting_keeps_its_last_good_value() {
        let mut before = Settings::default();
        before.set(Setting::QueueName, "standby").unwrap();
        before.set(Setting::FallbackProvider, "fal").unwrap();
        before
            .set(Setting::WebhookBaseUrl, "https://api.example.com")
            .unwrap();
        for setting in Setting::ALL {
            // No setting takes a text with a line break in it that is no JSON.
            let bad = texts(&[(setting, "\n{")]);
            let (after, flaws) = Settings::read(&bad, Some(&before));
            if flaws.is_empty() {
                assert_eq!(setting, Setting::StatusMessage, "any text will do for a message");
                continue;
            }
            assert_eq!(flaws[0].instead, Instead::LastGood, "{}", setting.name());
            assert_eq!(after.value(setting), before.value(setting), "{}", setting.name());
        }
    }

    #[test]
    fn anything_else_falls_back_to_its_default() {
        let bad = texts(&[(Setting::LatencyWarningMs, "soon")]);
        let (settings, flaws) = Settings::read(&bad, None);
        assert_eq!(settings, Settings::default());
        assert_eq!(flaws[0].instead, Instead::Default);
        assert!(!flaws[0].why.is_empty());
    }
}
