//! Settings and secrets in SSM: one parameter each, read by their exact names, so that the policy can name them.

use std::sync::Arc;

use domain::ports::{ApiKey, PortError, Secrets, SettingsSource};
use domain::settings::Setting;
use domain::{Context, ProviderName, Settings};
use futures::future::try_join_all;

use crate::Cloud;
use crate::clients::Loaded;
use crate::error::unavailable;

/// What `GetParameters` takes at once.
const BATCH: usize = 10;

impl SettingsSource for Cloud {
    async fn settings(&self) -> Result<Arc<Settings>, PortError> {
        self.settings.get(self.now(), self.load_settings()).await
    }
}

impl Secrets for Cloud {
    async fn api_key(&self, provider: ProviderName) -> Result<Option<ApiKey>, PortError> {
        let load = self.load_secret(match provider {
            ProviderName::Runware => "runware_api_key",
            ProviderName::Fal => "fal_api_key",
        });
        let key = self.api_key_cache(provider).get(self.now(), load).await?;
        Ok((*key).clone())
    }
}

impl Cloud {
    /// The settings that have a parameter, as their texts.
    pub async fn setting_texts(&self) -> Result<Vec<(Setting, String)>, PortError> {
        let batches = Setting::ALL.chunks(BATCH).map(|batch| self.load_batch(batch));
        Ok(try_join_all(batches).await?.into_iter().flatten().collect())
    }

    async fn load_settings(&self) -> Loaded<Settings> {
        let mut settings = Settings::default();
        for (setting, text) in self.setting_texts().await? {
            // One bad value must not take the others along; what is set through the API is checked before.
            if let Err(why) = settings.set(setting, &text) {
                tracing::warn!(
                    setting = setting.name(),
                    why,
                    "setting is unusable, its default holds"
                );
            }
        }
        Ok(settings)
    }

    async fn load_batch(&self, batch: &[Setting]) -> Loaded<Vec<(Setting, String)>> {
        let names = batch
            .iter()
            .map(|setting| self.parameter_name(*setting))
            .collect();
        let found = self
            .ssm
            .get_parameters()
            .set_names(Some(names))
            .send()
            .await
            .map_err(unavailable("ssm.GetParameters"))?;
        let value_of = |setting: Setting| {
            let name = self.parameter_name(setting);
            let parameter = found
                .parameters()
                .iter()
                .find(|parameter| parameter.name() == Some(&name))?;
            Some((setting, parameter.value()?.to_owned()))
        };
        Ok(batch.iter().filter_map(|setting| value_of(*setting)).collect())
    }

    /// The full name of a setting's parameter.
    pub fn parameter_name(&self, setting: Setting) -> String {
        format!("{}/{}", self.config.settings_path, setting.name())
    }

    async fn load_secret(&self, name: &str) -> Loaded<Option<ApiKey>> {
        let path = format!("{}/{name}", self.config.secrets_path);
        match self
            .ssm
            .get_parameter()
            .name(path)
            .with_decryption(true)
            .send()
            .await
        {
            Ok(found) => Ok(found
                .parameter()
                .and_then(|parameter| parameter.value())
                .map(|value| ApiKey::new(value.to_owned()))),
            Err(error)
                if error.as_service_error().is_some_and(
                    aws_sdk_ssm::operation::get_parameter::GetParameterError::is_parameter_not_found,
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(unavailable("ssm.GetParameter")(error)),
        }
    }

    /// Writes a setting, after checking it.
    pub async fn put_setting(&self, setting: Setting, text: &str) -> Result<(), PutSettingError> {
        Settings::default()
            .set(setting, text)
            .map_err(PutSettingError::Invalid)?;
        self.ssm
            .put_parameter()
            .name(self.parameter_name(setting))
            .value(if text.is_empty() { "none" } else { text })
            .r#type(aws_sdk_ssm::types::ParameterType::String)
            .overwrite(true)
            .send()
            .await
            .map_err(unavailable("ssm.PutParameter"))?;
        Ok(())
    }

    /// Writes a provider's API key.
    pub async fn put_api_key(&self, provider: ProviderName, secret: &str) -> Result<(), PortError> {
        self.ssm
            .put_parameter()
            .name(format!("{}/{provider}_api_key", self.config.secrets_path))
            .value(secret)
            .r#type(aws_sdk_ssm::types::ParameterType::SecureString)
            .overwrite(true)
            .send()
            .await
            .map_err(unavailable("ssm.PutParameter"))?;
        Ok(())
    }
}

/// Why a setting was not written.
#[derive(Debug, thiserror::Error)]
pub enum PutSettingError {
    /// The value does not fit; says what is wrong with it.
    #[error("{0}")]
    Invalid(String),
    /// SSM did not take it.
    #[error(transparent)]
    Port(#[from] PortError),
}
