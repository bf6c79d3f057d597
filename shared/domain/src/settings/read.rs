//! Settings from the texts of their parameters, some of which may be unusable.

use serde_json::{Map, Value};

use super::{PROTECTING, Setting, Settings, setting};

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
    /// The default, as no earlier value is known.
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
    /// The defaults of a stack: those of this code, except for the settings that this JSON object names.
    ///
    /// # Errors
    /// The text is no JSON object, a setting does not exist, or its value is unusable.
    pub fn of_stack(defaults: &str) -> Result<Self, String> {
        let rows: Map<String, Value> = serde_json::from_str(defaults).map_err(|error| error.to_string())?;
        for (name, value) in &rows {
            let setting = Setting::from_name(name).ok_or_else(|| format!("there is no setting `{name}`"))?;
            setting.with(value).map_err(|why| format!("{setting}: {why}"))?;
        }
        Self::default().with_rows(rows).map_err(|error| error.to_string())
    }

    /// These defaults for an API at this address, to which providers report. An address that they cannot call is none: they
    /// are asked then, which is complete by itself.
    #[must_use]
    pub fn of_api_at(mut self, url: &str) -> Self {
        let usable = setting!(webhook_base_url).with(&Value::from(url));
        self.webhook_base_url = usable.ok().and_then(|usable| usable.webhook_base_url);
        self
    }

    fn with_rows(&self, rows: Map<String, Value>) -> serde_json::Result<Self> {
        let mut all = self.values();
        all.extend(rows);
        serde_json::from_value(all.into())
    }

    /// Reads every text; a setting without one has its default. An unusable text affects no other setting: the default
    /// holds, except that an unusable protecting setting switches the feature off.
    pub fn read(texts: &[(Setting, String)], defaults: &Self) -> (Self, Vec<UnusableText>) {
        let mut rows = Map::new();
        let (mut unusable, mut switched_off_by) = (Vec::new(), Vec::new());
        for &(setting, ref text) in texts {
            let value = setting.value_of(text);
            let Err(why) = setting.with(&value) else {
                rows.insert(setting.name().to_owned(), value);
                continue;
            };
            let substitute = without_last_good(setting);
            if substitute == Substitute::SwitchedOff {
                switched_off_by.push(setting);
            }
            unusable.push(UnusableText {
                setting,
                why,
                substitute,
            });
        }
        // Every row was read by itself before, so that this cannot fail; if it did, the feature would be off.
        let read = defaults.with_rows(rows).ok();
        let is_usable = read.is_some() && switched_off_by.is_empty();
        let mut settings: Self = read.unwrap_or_default();
        settings.is_enabled &= is_usable;
        settings.switched_off_by = switched_off_by;
        (settings, unusable)
    }
}

/// What holds in place of an unusable text where no earlier value is known.
pub(super) fn without_last_good(setting: Setting) -> Substitute {
    if PROTECTING.contains(&setting) {
        Substitute::SwitchedOff
    } else {
        Substitute::Default
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::ProviderMode;

    fn texts(pairs: &[(Setting, &str)]) -> Vec<(Setting, String)> {
        pairs
            .iter()
            .map(|(setting, text)| (*setting, (*text).to_owned()))
            .collect()
    }

    fn read(texts: &[(Setting, String)]) -> (Settings, Vec<UnusableText>) {
        Settings::read(texts, &Settings::default())
    }

    #[test]
    fn a_stack_has_defaults_of_its_own_for_the_settings_that_it_names() {
        let stack =
            r#"{"runware_mode":"fake","queue_auto_dispatch":true,"provider_output_hosts":["127.0.0.1"]}"#;
        let stack = Settings::of_stack(stack).unwrap();
        assert!(stack.queue_auto_dispatch && stack.runware_mode == ProviderMode::Fake);
        assert_eq!(stack.provider_output_hosts, ["127.0.0.1"]);
        assert_eq!(
            stack.fal_mode,
            Settings::default().fal_mode,
            "it does not name this one"
        );

        let set = texts(&[(setting!(runware_mode), "live")]);
        let (settings, _) = Settings::read(&set, &stack);
        assert_eq!(
            settings.runware_mode,
            ProviderMode::Live,
            "a parameter counts more"
        );
        assert_eq!(Settings::read(&[], &stack), (stack.clone(), Vec::new()));
        let (settings, unusable) = Settings::read(&texts(&[(setting!(runware_mode), "Live")]), &stack);
        assert_eq!(settings, stack);
        assert_eq!(unusable[0].substitute, Substitute::Default);
    }

    #[test]
    fn providers_report_to_the_api_unless_they_cannot_call_it() {
        let address = |url: &str| Settings::default().of_api_at(url).webhook_base_url;
        let https = "https://api.example.com/";
        assert_eq!(address(https).unwrap().as_str(), https);
        for url in ["http://6d616769.execute-api.localhost:4566", "", "none", "api"] {
            assert_eq!(address(url), None, "{url}");
        }
    }

    #[test]
    fn unusable_defaults_of_a_stack_are_refused() {
        for (stack, why) in [
            ("", "EOF"),
            ("[]", "expected a map"),
            (r#"{"runware_mod":"fake"}"#, "`runware_mod`"),
            (r#"{"queue_max_polls":0}"#, "queue_max_polls"),
            (r#"{"queue_auto_dispatch":"true"}"#, "expected true or false"),
        ] {
            let refused = Settings::of_stack(stack).unwrap_err();
            assert!(refused.contains(why), "{stack}: {refused}");
        }
    }

    #[test]
    fn an_unusable_text_leaves_the_other_settings_alone() {
        let texts = texts(&[
            (setting!(latency_warning_ms), "soon"),
            (setting!(queue_max_polls), "7"),
        ]);
        let (settings, unusable) = read(&texts);
        assert!(settings.is_enabled);
        assert_eq!(settings.queue_max_polls, 7);
        assert_eq!(
            settings.latency_warning_ms,
            Settings::default().latency_warning_ms
        );
        assert_eq!(unusable.len(), 1);
        assert_eq!(unusable[0].substitute, Substitute::Default);
        assert!(!unusable[0].why.is_empty());
    }

    #[test]
    fn an_unusable_protecting_setting_switches_everything_off() {
        for (setting, text) in [
            (setting!(is_enabled), "ture"),
            (setting!(guest_enabled), "yes"),
            (setting!(blocked_terms), "gore"),
        ] {
            let mut bad = texts(&[(setting, text)]);
            if setting != setting!(is_enabled) {
                bad.push((setting!(is_enabled), "true".to_owned()));
            }
            let (settings, unusable) = read(&bad);
            assert!(!settings.is_enabled, "{setting}");
            assert_eq!(settings.switched_off_by, [setting]);
            assert_eq!(unusable[0].substitute, Substitute::SwitchedOff);
        }
    }
}
