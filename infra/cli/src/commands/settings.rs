//! `magic-edits settings`

use std::io::Read;

use clap::Subcommand;
use cloud::Cloud;
use domain::ProviderName;
use domain::ports::admin::SettingsStore;
use domain::settings::Setting;
use serde_json::json;

use crate::output::{CommandResult, Output, Table, UsageError, Verdict};

/// Runtime settings.
#[derive(Subcommand)]
pub(crate) enum SettingsCommand {
    /// Set one setting; the value is checked before it is written
    Set {
        /// Such as `is_enabled`
        name: String,
        /// Such as `false`; lists are JSON
        value: String,
    },
    /// List the settings that are set
    List,
    /// Set a provider's API key, read from standard input so that it stays out of the shell's history
    Key {
        /// `runware` or `fal`
        provider: ProviderName,
    },
}

impl SettingsCommand {
    pub(crate) async fn run(self, cloud: &Cloud, output: Output) -> CommandResult {
        match self {
            Self::Set { name, value } => {
                let setting = find(&name)?;
                let flaws = setting.check(&value);
                if !flaws.is_empty() {
                    let flaws = flaws
                        .iter()
                        .map(|flaw| format!("{} {}", flaw.pointer, flaw.detail));
                    return Err(UsageError(flaws.collect::<Vec<_>>().join("; ")).into());
                }
                cloud.put_setting(setting, &value).await?;
                output.result(
                    json!({ "name": name, "value": value }),
                    &format!("{name} = {value}"),
                )?;
            }
            Self::List => {
                let set = cloud.setting_texts().await?;
                let mut table = Table::new(["setting", "value"], "no setting is set");
                for (setting, text) in &set {
                    table.row([setting.name().into(), text.into()]);
                }
                let values: serde_json::Map<_, _> = set
                    .iter()
                    .map(|(setting, text)| (setting.name().to_owned(), json!(text)))
                    .collect();
                output.table(values, &table)?;
            }
            Self::Key { provider } => {
                let mut key = String::new();
                std::io::stdin().read_to_string(&mut key)?;
                if key.trim().is_empty() {
                    return Err("nothing was read from standard input; pipe the key in".into());
                }
                cloud.put_api_key(provider, key.trim()).await?;
                output.result(
                    json!({ "provider": provider }),
                    &format!("the key of {provider} is set"),
                )?;
            }
        }
        Ok(Verdict::Done)
    }
}

fn find(name: &str) -> Result<Setting, UsageError> {
    Setting::from_name(name).ok_or_else(|| {
        let known: Vec<_> = Setting::ALL.iter().map(|setting| setting.name()).collect();
        UsageError(format!(
            "there is no setting `{name}`; there are: {}",
            known.join(", ")
        ))
    })
}
