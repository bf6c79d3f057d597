//! One setting as a JSON value, which the API takes and shows, and as a text, which SSM holds.

use std::mem::discriminant;

use garde::Validate;
use serde_json::{Map, Value};

use super::{Setting, Settings};
use crate::blocked_terms;
use crate::field_error::FieldError;

/// The longest text that an advanced SSM parameter takes.
pub const MAX_TEXT_BYTES: usize = 8 * 1024;

impl Setting {
    /// The defaults with this setting at `value`, or what makes the value unusable.
    pub fn with(self, value: &Value) -> Result<Settings, String> {
        let settings = self.parse(value).map_err(|error| in_words(&error))?;
        settings.validate().map_err(|report| {
            let details: Vec<_> = report.iter().map(|(_, error)| error.message()).collect();
            details.join("; ")
        })?;
        Ok(settings)
    }

    /// Checks a value before it is written: [`Setting::with`], and rules that a text which is already in SSM may break.
    /// Every flaw has a JSON pointer that begins with the setting's name.
    pub fn check(self, value: &Value) -> Result<Settings, Vec<FieldError>> {
        let pointer = format!("/{self}");
        let flaw = |pointer: &str, detail: String| FieldError {
            pointer: pointer.to_owned(),
            detail,
        };
        let settings = self.with(value).map_err(|why| vec![flaw(&pointer, why)])?;
        // serde also takes a list for a struct, and an object for the variant of an enum.
        let in_force = settings.values().remove(self.name()).unwrap_or_default();
        if !in_force.is_null() && discriminant(&in_force) != discriminant(value) {
            return Err(vec![flaw(&pointer, format!("must look like {in_force}"))]);
        }
        let bytes = text_of(value).len();
        if bytes > MAX_TEXT_BYTES {
            let detail = format!("has {bytes} bytes as text, {MAX_TEXT_BYTES} at most");
            return Err(vec![flaw(&pointer, detail)]);
        }
        let flaws: Vec<_> = blocked_terms::flaws_of_terms(&settings.blocked_terms)
            .into_iter()
            .map(|(index, detail)| match index {
                Some(index) => flaw(&format!("{pointer}/{index}"), detail),
                None => flaw(&pointer, detail),
            })
            .collect();
        if flaws.is_empty() {
            Ok(settings)
        } else {
            Err(flaws)
        }
    }

    /// The value that a text stands for: the text itself where the setting takes one, JSON otherwise. A text that fits
    /// neither is left as it is, for [`Setting::with`] to refuse.
    pub fn value_of(self, text: &str) -> Value {
        let as_typed = Value::from(text);
        match self.parse(&as_typed) {
            Ok(_) => as_typed,
            Err(_) => serde_json::from_str(text).unwrap_or(as_typed),
        }
    }

    fn parse(self, value: &Value) -> serde_json::Result<Settings> {
        let row = Map::from_iter([(self.name().to_owned(), trimmed(value))]);
        serde_json::from_value(row.into())
    }
}

/// The text that SSM holds for a value.
pub fn text_of(value: &Value) -> String {
    match trimmed(value) {
        Value::String(text) => text,
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}

impl Settings {
    /// Every setting in force, as JSON; null where there is none (no fallback, the stack's own queue).
    pub fn values(&self) -> Map<String, Value> {
        // Through text, so that an `f32` of 0.8 is 0.8 and not 0.800000011920929.
        serde_json::to_string(self)
            .and_then(|text| serde_json::from_str(&text))
            .unwrap_or_default()
    }
}

fn trimmed(value: &Value) -> Value {
    match value {
        Value::String(text) => text.trim().into(),
        other => other.clone(),
    }
}

/// serde's message, with the types as an operator calls them.
fn in_words(error: &serde_json::Error) -> String {
    let names = [
        ("expected a boolean", "expected true or false"),
        ("expected u32", "expected a whole number"),
        ("expected f64", "expected a number"),
        ("expected a string", "expected a text"),
        ("expected a sequence", "expected a list"),
        ("expected struct WatermarkSettings", "expected an object"),
    ];
    names
        .into_iter()
        .fold(error.to_string(), |text, (name, word)| text.replace(name, word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use utoipa::PartialSchema;

    use super::*;
    use crate::settings::setting;

    #[test]
    fn a_value_changes_its_own_setting_and_no_other() {
        let before = Settings::default().values();
        for (setting, value) in good_values() {
            let after = setting.with(&value).unwrap().values();
            for (name, value) in &after {
                assert_eq!(
                    before[name] != *value,
                    name == setting.name(),
                    "{name} by {setting}"
                );
            }
        }
    }

    /// A value for every setting that differs from its default.
    fn good_values() -> Vec<(Setting, Value)> {
        let value = |setting: Setting, default: &Value| match (setting.name(), default) {
            ("queue_name", _) => json!("standby"),
            (name, _) if name.ends_with("_provider") => json!("fal"),
            (name, _) if name.ends_with("_mode") => json!("fake"),
            (name, _) if name.ends_with("_url") => json!("https://example.com/v1"),
            (_, Value::Bool(is_on)) => json!(!is_on),
            (_, Value::Number(number)) if number.is_f64() => json!(0.5),
            (_, Value::Number(_)) => json!(20),
            (_, Value::Array(_)) => json!(["a"]),
            (_, Value::Object(_)) => json!({ "scale": 0.3 }),
            _ => json!("Back at eight."),
        };
        let defaults = Settings::default().values();
        Setting::all()
            .map(|setting| (setting, value(setting, &defaults[setting.name()])))
            .collect()
    }

    #[test]
    fn the_text_of_a_value_in_force_gives_the_value_back() {
        let all: Map<_, _> = good_values()
            .into_iter()
            .map(|(setting, value)| (setting.name().to_owned(), value))
            .collect();
        let changed: Settings = serde_json::from_value(all.into()).unwrap();
        for settings in [changed, Settings::default()] {
            for (name, value) in settings.values() {
                let setting = Setting::from_name(&name).unwrap();
                let read = setting.value_of(&text_of(&value));
                assert_eq!(setting.check(&read).unwrap().values()[&name], value, "{name}");
            }
        }
    }

    #[test]
    fn an_unusable_text_is_refused_with_what_is_expected() {
        for (setting, text, expected) in [
            (setting!(is_enabled), "yes", "expected true or false"),
            (setting!(status_message), " ", "length"),
            (setting!(status_message), "Later\u{202E}.", "U+202E"),
            (setting!(default_provider), "midjourney", "`runware`"),
            (setting!(fallback_provider), "midjourney", "known are runware"),
            (setting!(runware_mode), "Live", "`live` or `fake`"),
            (setting!(queue_name), "a/b", "name of a queue"),
            (setting!(queue_max_polls), "0", "from 1 to 1000, not 0"),
            (setting!(queue_max_polls), "1.5", "expected a whole number"),
            (setting!(blocked_terms), "a,b", "expected a list"),
            (setting!(failure_rate_alert_threshold), "1.1", "from 0 to 1"),
            (setting!(failure_rate_alert_threshold), "NaN", "expected a number"),
            (setting!(runware_base_url), "http://api.runware.ai", "https"),
            (setting!(webhook_base_url), "http://api.example.com", "https"),
            (setting!(runware_timeout_seconds), "3600", "from 1 to 60"),
            (setting!(watermark), r#"{"opacity":7}"#, "`opacity`"),
        ] {
            let why = setting.with(&setting.value_of(text)).unwrap_err();
            assert!(why.contains(expected), "{setting}: {why}");
        }
    }

    #[test]
    fn a_value_of_another_kind_is_refused() {
        for (setting, value) in [
            (setting!(is_enabled), json!("true")),
            (setting!(is_enabled), json!(1)),
            (setting!(queue_max_polls), json!("60")),
            (setting!(status_message), json!(["Back at eight."])),
            (setting!(blocked_terms), json!("gore")),
            (setting!(runware_mode), json!({ "fake": null })),
            (setting!(watermark), json!([])),
            (setting!(watermark), Value::Null),
        ] {
            let flaws = setting.check(&value).unwrap_err();
            assert_eq!(flaws[0].pointer, format!("/{setting}"), "{value}");
        }
    }

    #[test]
    fn none_and_an_empty_text_stand_for_an_absent_value() {
        for (setting, text) in [
            (setting!(fallback_provider), "none"),
            (setting!(queue_name), " none "),
            (setting!(webhook_base_url), ""),
        ] {
            let settings = setting.with(&setting.value_of(text)).unwrap();
            assert_eq!(settings, Settings::default(), "{setting}");
        }
        assert_eq!(text_of(&Value::Null), "none");
    }

    #[test]
    fn a_text_setting_takes_a_text_that_looks_like_json() {
        for text in ["true", "7", "[]", "null", "none", "\"quoted\""] {
            let message = setting!(status_message);
            let settings = message.with(&message.value_of(text)).unwrap();
            assert_eq!(settings.status_message, text);
        }
    }

    #[test]
    fn published_limits_are_the_limits() {
        let schema = json!(Settings::schema());
        let properties = schema["properties"].as_object().unwrap();
        assert_eq!(properties.len(), Setting::all().len());
        for setting in Setting::all() {
            let schema = &properties[setting.name()];
            let (low, high) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
            let number = |number: f64| setting.value_of(&number.to_string());
            for limit in [low, high].into_iter().flatten() {
                assert!(setting.with(&number(limit)).is_ok(), "{setting} at {limit}");
            }
            for beyond in [low.map(|low| low - 1.0), high.map(|high| high + 1.0)]
                .into_iter()
                .flatten()
            {
                assert!(setting.with(&number(beyond)).is_err(), "{setting} at {beyond}");
            }
        }
    }

    #[test]
    fn each_bad_term_is_pointed_at() {
        let pointers = |terms: Value| match setting!(blocked_terms).check(&terms) {
            Ok(_) => Vec::new(),
            Err(flaws) => flaws.into_iter().map(|flaw| flaw.pointer).collect::<Vec<_>>(),
        };
        assert_eq!(pointers(json!(["gore", "🔪", "18"])), Vec::<String>::new());
        assert_eq!(
            pointers(json!(["...", "gore", "", "x".repeat(101)])),
            ["/blocked_terms/0", "/blocked_terms/2", "/blocked_terms/3"]
        );
        assert_eq!(pointers(json!(vec!["a"; 501])), ["/blocked_terms"]);
        assert_eq!(pointers(json!(vec!["x".repeat(100); 90])), ["/blocked_terms"]);
    }
}
