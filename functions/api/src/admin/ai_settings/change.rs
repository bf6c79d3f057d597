//! Runtime settings and secrets. A reading shows what is in SSM. A change is checked as a whole before it is written, and
//! copied into the table afterwards, so that it takes effect.

use std::time::Duration;

use cloud::{Cloud, PortError};
use domain::audit::{Action, Actor, Change};
use domain::problem::FieldError;
use domain::settings::{Setting, setting, text_of};
use domain::{Problem, ProviderName, Settings};
use providers::AllowedHosts;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::admin::watermarks::check_watermark;

/// The longest API key that a standard SSM parameter takes.
const MAX_SECRET_BYTES: usize = 4_096;

/// How long writing may take. SSM takes three changes a second and refuses more; all settings need nine seconds. The
/// function has 29.
const WRITING: Duration = Duration::from_secs(20);

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(as = SettingSource, rename_all = "snake_case")]
pub enum Source {
    /// A parameter in SSM.
    Parameter,
    /// There is no parameter.
    Default,
    /// There is a parameter with an unusable text. The last good value holds, or else the default; a protecting setting
    /// without a last good value switches the feature off.
    Unusable,
}

impl Source {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Parameter => "parameter",
            Self::Default => "default",
            Self::Unusable => "unusable",
        }
    }
}

/// A setting as it is in force.
#[derive(Debug, Clone)]
pub struct SettingAnswer {
    pub setting: Setting,
    pub value: Value,
    pub source: Source,
}

/// All settings, and which secrets are set.
#[derive(Debug, Clone)]
pub struct SettingsAnswer {
    pub settings: Vec<SettingAnswer>,
    /// Every provider, and whether its API key is set.
    pub keys: Vec<(ProviderName, bool)>,
}

/// The requested values by name, as they were sent.
#[derive(Debug, Clone, Default)]
pub struct SettingsChange {
    /// `null` resets a setting to its default. The member `secrets` holds the secrets.
    pub members: Map<String, Value>,
}

/// An API key to write, which no debug text shows.
#[derive(Debug)]
struct Key(SecretString);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for Key {}

/// One write of a checked change.
#[derive(Debug, PartialEq, Eq)]
enum Write {
    Set(Setting, String),
    Reset(Setting),
    SetKey(ProviderName, Key),
    RemoveKey(ProviderName),
}

/// The settings straight from SSM, with the stack's `defaults`; in place of an unusable one, what is in force.
///
/// # Errors
/// SSM is away.
pub async fn read_settings(cloud: &Cloud, defaults: &Settings) -> Result<SettingsAnswer, Problem> {
    let (texts, with_key) = futures::try_join!(cloud.setting_texts(), cloud.providers_with_key())?;
    let (settings, unusable) = Settings::read(&texts, defaults);
    let source_of = |setting: Setting| match () {
        () if unusable.iter().any(|text| text.setting == setting) => Source::Unusable,
        () if texts.iter().any(|(has, _)| *has == setting) => Source::Parameter,
        () => Source::Default,
    };
    let mut values = settings.values();
    if !unusable.is_empty() {
        let mut in_force = cloud.settings().await?.values();
        for text in &unusable {
            let name = text.setting.name();
            values.insert(name.to_owned(), in_force.remove(name).unwrap_or_default());
        }
    }
    let settings = Setting::all().map(|setting| SettingAnswer {
        setting,
        value: values.remove(setting.name()).unwrap_or_default(),
        source: source_of(setting),
    });
    let keys = ProviderName::ALL
        .iter()
        .map(|provider| (*provider, with_key.contains(provider)));
    Ok(SettingsAnswer {
        settings: settings.collect(),
        keys: keys.collect(),
    })
}

/// Checks every value, then changes the settings and secrets that are to be different, one after the other.
///
/// # Errors
/// Names every unusable value with a pointer and the reason; then nothing was written. Or SSM does not answer, or throttles
/// for too long; then what it took before stays and takes effect, and the same change, made again, writes only the rest.
pub async fn change_settings(
    cloud: &Cloud,
    by: &Actor,
    defaults: &Settings,
    change: &SettingsChange,
) -> Result<SettingsAnswer, Problem> {
    let (writes, mut flaws) = checked(change);
    if let Some(value) = change.members.get("watermark").filter(|value| !value.is_null()) {
        flaws.extend(flaws_of_image(cloud, value).await?);
    }
    if !flaws.is_empty() {
        return Err(Problem::ValidationFailed(flaws));
    }
    let before = read_settings(cloud, defaults).await?;
    let writes: Vec<_> = writes.iter().filter(|write| write.changes(&before)).collect();
    // First: a change that nobody can be asked about is worse than an entry about a change that SSM refused.
    if !writes.is_empty() {
        let changes = writes.iter().map(|write| write.change(&before)).collect();
        cloud
            .record(&by.did(Action::SettingsChanged).with(changes))
            .await?;
    }
    let written = timeout(WRITING, write_in_turn(cloud, &writes)).await;
    if writes.iter().any(|write| write.is_of_setting()) {
        // What was written takes effect, even if the rest was not.
        if let Err(error) = cloud.copy_settings().await {
            tracing::warn!(%error, "settings were changed but not copied; SSM's event makes up for it");
        }
    }
    written.map_err(|_| Problem::Unavailable)??;
    read_settings(cloud, defaults).await
}

/// All at once would be throttled, and which half would be written is anybody's guess.
async fn write_in_turn(cloud: &Cloud, writes: &[&Write]) -> Result<(), PortError> {
    for write in writes {
        match write {
            Write::Set(setting, text) => cloud.put_setting(*setting, text).await?,
            Write::Reset(setting) => cloud.reset_setting(*setting).await?,
            Write::SetKey(provider, key) => cloud.put_api_key(*provider, key.0.expose_secret()).await?,
            Write::RemoveKey(provider) => cloud.remove_api_key(*provider).await?,
        }
    }
    Ok(())
}

impl Write {
    fn is_of_setting(&self) -> bool {
        matches!(self, Self::Set(..) | Self::Reset(_))
    }

    /// As it stands in the audit.
    fn change(&self, before: &SettingsAnswer) -> Change {
        let of = |setting: &Setting| before.settings.iter().find(|answer| answer.setting == *setting);
        let value = |setting| of(setting).map(|answer| answer.value.clone()).unwrap_or_default();
        match self {
            Self::Set(setting, text) => {
                let to = value_in_force(*setting, text);
                Change::new(setting.name(), value(setting), to)
            }
            Self::Reset(setting) => Change::new(setting.name(), value(setting), Value::Null),
            Self::SetKey(provider, _) => Change::of_secret(provider.secret_name(), true),
            Self::RemoveKey(provider) => Change::of_secret(provider.secret_name(), false),
        }
    }

    /// Whether this makes a difference. A secret's value is unknown, so a new one always does.
    fn changes(&self, before: &SettingsAnswer) -> bool {
        let of = |setting: &Setting| before.settings.iter().find(|answer| answer.setting == *setting);
        match self {
            Self::Set(setting, text) => of(setting).is_none_or(|now| {
                now.source == Source::Unusable || value_in_force(*setting, text) != now.value
            }),
            Self::Reset(setting) => of(setting).is_none_or(|now| now.source != Source::Default),
            Self::SetKey(..) => true,
            Self::RemoveKey(provider) => before.keys.contains(&(*provider, true)),
        }
    }
}

/// A text may leave out what has a default, or hold blanks.
fn value_in_force(setting: Setting, text: &str) -> Value {
    let read = setting.with(&setting.value_of(text));
    let value = read.map(|settings| settings.values().remove(setting.name()));
    value.ok().flatten().unwrap_or_default()
}

fn checked(change: &SettingsChange) -> (Vec<Write>, Vec<FieldError>) {
    let (mut writes, mut flaws) = (Vec::new(), Vec::new());
    for (name, value) in &change.members {
        let checked = match (Setting::from_name(name), value) {
            _ if name == "secrets" => secrets(value),
            (None, _) => Err(vec![flaw(&pointer("", name), "There is no such setting.")]),
            (Some(setting), Value::Null) => Ok(vec![Write::Reset(setting)]),
            (Some(setting), value) => set(setting, value).map(|write| vec![write]),
        };
        match checked {
            Ok(found) => writes.extend(found),
            Err(found) => flaws.extend(found),
        }
    }
    (writes, flaws)
}

fn set(setting: Setting, value: &Value) -> Result<Write, Vec<FieldError>> {
    let changed = setting.check(value)?;
    let flaws = flaws_of_hosts(&format!("/{setting}"), &changed.provider_output_hosts);
    if flaws.is_empty() {
        Ok(Write::Set(setting, text_of(value)))
    } else {
        Err(flaws)
    }
}

/// A typo here would fail every edit at its last step, after the provider was paid.
fn flaws_of_hosts(here: &str, hosts: &[String]) -> Vec<FieldError> {
    let hosts = hosts.iter().enumerate();
    hosts
        .filter_map(|(index, host)| {
            let why = AllowedHosts::parse([host]).err()?;
            Some(flaw(&format!("{here}/{index}"), &why.to_string()))
        })
        .collect()
}

/// Looks the image of a watermark up. Other flaws of the value are reported elsewhere.
async fn flaws_of_image(cloud: &Cloud, value: &Value) -> Result<Vec<FieldError>, Problem> {
    let Ok(changed) = setting!(watermark).with(value) else {
        return Ok(Vec::new());
    };
    match check_watermark(cloud, "/watermark", &changed.watermark).await {
        Ok(()) => Ok(Vec::new()),
        Err(Problem::ValidationFailed(flaws)) => Ok(flaws),
        Err(problem) => Err(problem),
    }
}

fn secrets(value: &Value) -> Result<Vec<Write>, Vec<FieldError>> {
    let Value::Object(members) = value else {
        return Err(vec![flaw("/secrets", "must be an object")]);
    };
    let (mut writes, mut flaws) = (Vec::new(), Vec::new());
    for (name, value) in members {
        let here = pointer("/secrets", name);
        let provider = ProviderName::ALL
            .iter()
            .copied()
            .find(|provider| *name == provider.secret_name());
        match (provider, value) {
            (None, _) => flaws.push(flaw(&here, "There is no such secret.")),
            (Some(provider), Value::Null) => writes.push(Write::RemoveKey(provider)),
            (Some(provider), Value::String(secret)) if is_secret(secret) => {
                writes.push(Write::SetKey(provider, Key(secret.clone().into())));
            }
            // The message never repeats the value, which may be a secret with a typing error.
            _ => {
                let detail =
                    format!("must be 1 to {MAX_SECRET_BYTES} visible ASCII characters on one line, or null");
                flaws.push(flaw(&here, &detail));
            }
        }
    }
    if flaws.is_empty() { Ok(writes) } else { Err(flaws) }
}

/// Whether the text fits into an HTTP header.
fn is_secret(text: &str) -> bool {
    (1..=MAX_SECRET_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn flaw(pointer: &str, detail: &str) -> FieldError {
    FieldError {
        pointer: pointer.to_owned(),
        detail: detail.to_owned(),
    }
}

fn pointer(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(value: &Value) -> (Vec<Write>, Vec<String>) {
        let members = value.as_object().unwrap().clone();
        let (writes, flaws) = checked(&SettingsChange { members });
        (writes, flaws.into_iter().map(|flaw| flaw.pointer).collect())
    }

    #[test]
    fn every_wrong_value_is_reported_at_once() {
        let (_, flaws) = check(&json!({
            "is_enabled": "yes",
            "queue_max_polls": 0,
            "blocked_terms": ["gore", "…"],
            "provider_output_hosts": ["im.runware.ai", "https://evil.example"],
            "no_such/thing": 1,
            "secrets": { "runware_api_key": "two words", "other_key": "x", "fal_api_key": 7 },
            "latency_warning_ms": 9_000,
        }));
        let mut expected = vec![
            "/is_enabled",
            "/queue_max_polls",
            "/blocked_terms/1",
            "/provider_output_hosts/1",
            "/no_such~1thing",
            "/secrets/runware_api_key",
            "/secrets/other_key",
            "/secrets/fal_api_key",
        ];
        expected.sort_unstable();
        let mut flaws: Vec<_> = flaws.iter().map(String::as_str).collect();
        flaws.sort_unstable();
        assert_eq!(flaws, expected);
    }

    #[test]
    fn null_resets_a_setting_and_removes_a_secret() {
        let (writes, flaws) = check(&json!({
            "fallback_provider": null,
            "is_enabled": false,
            "secrets": { "runware_api_key": "abc", "fal_api_key": null },
        }));
        assert_eq!(flaws, Vec::<String>::new());
        for write in [
            Write::Reset(setting!(fallback_provider)),
            Write::Set(setting!(is_enabled), "false".to_owned()),
            Write::SetKey(ProviderName::Runware, Key("abc".into())),
            Write::RemoveKey(ProviderName::Fal),
        ] {
            assert!(writes.contains(&write), "{write:?}");
        }
    }
}
