//! `magic-edits settings`

use std::io::Read;

use api::admin::ai_settings::{SettingAnswer, SettingsChange, Source, change_settings, read_settings};
use clap::Subcommand;
use cloud::Cloud;
use domain::ProviderName;
use domain::settings::{Setting, text_of};
use serde_json::{Map, Value, json};

use crate::operator::operator;
use crate::output::{Cell, CommandResult, Output, Table, Tone, UsageError, Verdict};
use crate::problem::{explain, refused};

/// Show and change runtime settings.
#[derive(Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum SettingsCommand {
    /// Print the value of one setting that is in force
    Get {
        /// Such as `is_enabled`
        name: String,
    },
    /// Change one setting; the value is checked before it is written
    Set {
        /// Such as `is_enabled`
        name: String,
        /// Such as `false`; lists and objects are JSON
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// Reset one setting to its default
    Reset {
        /// Such as `queue_max_polls`
        name: String,
    },
    /// List the settings in force, and the origin of each
    List,
    /// Set a provider's API key, read as one line from standard input to keep it out of the shell's history
    Key {
        /// Such as `runware`
        provider: ProviderName,
    },
}

const EXAMPLES: &str = "\
Examples:
  magic-edits settings list
  magic-edits settings get blocked_terms
  magic-edits settings set is_enabled false
  echo \"$RUNWARE_API_KEY\" | magic-edits settings key runware
A change takes effect within 3 seconds. A value that is in force already is not written.";

impl SettingsCommand {
    pub(crate) async fn run(self, cloud: &Cloud, output: Output) -> CommandResult {
        match self {
            Self::Get { name } => get(cloud, output, find(&name)?).await?,
            Self::Set { name, value } => set(cloud, output, find(&name)?, &value).await?,
            Self::Reset { name } => {
                change(cloud, find(&name)?.name(), Value::Null).await?;
                output.result(json!({ "name": name }), &format!("{name} has its default again"))?;
            }
            Self::List => list(cloud, output).await?,
            Self::Key { provider } => {
                let mut key = String::new();
                std::io::stdin().read_to_string(&mut key)?;
                if key.trim().is_empty() {
                    let why = "standard input is empty: pipe the key into this command";
                    return Err(UsageError(why.to_owned()).into());
                }
                let secrets = json!({ format!("{provider}_api_key"): key.trim() });
                change(cloud, "secrets", secrets).await?;
                output.result(
                    json!({ "provider": provider }),
                    &format!("the key of {provider} is set"),
                )?;
            }
        }
        Ok(Verdict::Done)
    }
}

type Done = Result<(), Box<dyn std::error::Error>>;

async fn get(cloud: &Cloud, output: Output, setting: Setting) -> Done {
    let found = read_settings(cloud, cloud.setting_defaults())
        .await
        .map_err(|problem| explain(&problem))?;
    let answer = found
        .settings
        .into_iter()
        .find(|answer| answer.setting == setting);
    let answer = answer.ok_or("the setting is not in force")?;
    output.result(json_of(&answer), &text_of(&answer.value))?;
    Ok(())
}

async fn set(cloud: &Cloud, output: Output, setting: Setting, value: &str) -> Done {
    let name = setting.name();
    change(cloud, name, setting.value_of(value)).await?;
    output.result(
        json!({ "name": name, "value": value }),
        &format!("{name} = {value}"),
    )?;
    Ok(())
}

/// Changes a setting by the rules of the API.
async fn change(cloud: &Cloud, name: &str, value: Value) -> Done {
    let change = SettingsChange {
        members: Map::from_iter([(name.to_owned(), value)]),
    };
    change_settings(cloud, &operator(), cloud.setting_defaults(), &change)
        .await
        .map_err(|problem| refused(&problem))?;
    Ok(())
}

async fn list(cloud: &Cloud, output: Output) -> Done {
    let found = read_settings(cloud, cloud.setting_defaults())
        .await
        .map_err(|problem| explain(&problem))?;
    let mut table = Table::new(["setting", "value", "from"], "");
    for answer in &found.settings {
        let tone = match answer.source {
            Source::Parameter => Tone::Plain,
            Source::Default => Tone::Quiet,
            Source::Unusable => Tone::Bad,
        };
        let (name, source) = (answer.setting.name(), answer.source.as_str());
        table.row([
            name.into(),
            text_of(&answer.value).into(),
            Cell::new(tone, source),
        ]);
    }
    for (provider, is_set) in &found.keys {
        let state = if *is_set {
            Cell::new(Tone::Good, "set")
        } else {
            Cell::new(Tone::Quiet, "not set")
        };
        table.row([format!("{provider} API key").into(), state, "secret".into()]);
    }
    let settings: Map<String, Value> = found
        .settings
        .iter()
        .map(|answer| (answer.setting.name().to_owned(), json_of(answer)))
        .collect();
    let keys: Map<String, Value> = found
        .keys
        .iter()
        .map(|(provider, is_set)| (provider.to_string(), json!(is_set)))
        .collect();
    output.table(json!({ "settings": settings, "keys_set": keys }), &table)?;
    Ok(())
}

fn json_of(answer: &SettingAnswer) -> Value {
    json!({ "value": answer.value, "from": answer.source.as_str() })
}

fn find(name: &str) -> Result<Setting, UsageError> {
    Setting::from_name(name).ok_or_else(|| {
        let known: Vec<_> = Setting::all().map(Setting::name).collect();
        UsageError(format!(
            "there is no setting `{name}`; there are: {}",
            known.join(", ")
        ))
    })
}
