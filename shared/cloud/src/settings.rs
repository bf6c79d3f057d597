//! Settings and secrets in SSM: one parameter each, read by their exact names, so that the policy can name them.

use crate::PortError;
use std::sync::Arc;

use aws_sdk_ssm::operation::delete_parameter::DeleteParameterError;
use aws_sdk_ssm::operation::get_parameter::GetParameterError;
use aws_sdk_ssm::types::{ParameterTier, ParameterType};
use domain::settings::{Flaw, Setting};
use domain::{ProviderName, Settings};
use futures::future::try_join_all;
use secrecy::SecretString;

use crate::Cloud;
use crate::clients::Loaded;
use crate::error::unavailable;

/// What `GetParameters` takes at once.
const BATCH: usize = 10;

impl Cloud {
    /// The settings, at most 30 s old while SSM answers; an error only where they could never be read.
    pub async fn settings(&self) -> Result<Arc<Settings>, PortError> {
        let load = |before| self.load_settings(before);
        self.settings.renew(self.now(), load).await
    }
}

impl Cloud {
    /// The API key of a provider; `None` where the operator has set none.
    pub async fn api_key(&self, provider: ProviderName) -> Result<Option<SecretString>, PortError> {
        let load = self.load_secret(self.secret_name(provider));
        let key = self.api_key_cache(provider).get(self.now(), load).await?;
        Ok((*key).clone())
    }
}

impl Cloud {
    /// The key; `None` where the operator has set none, and so wants no webhooks.
    pub async fn webhook_key(&self) -> Result<Option<SecretString>, PortError> {
        let load = self.load_secret(format!("{}/webhook_key", self.config.secrets_path));
        let key = self.webhook_key.get(self.now(), load).await?;
        Ok((*key).clone())
    }
}

impl Cloud {
    /// The settings that are set, as their texts.
    pub async fn setting_texts(&self) -> Result<Vec<(Setting, String)>, PortError> {
        let batches = Setting::ALL.chunks(BATCH).map(|batch| self.load_batch(batch));
        Ok(try_join_all(batches).await?.into_iter().flatten().collect())
    }

    /// Writes a setting that was checked.
    pub async fn put_setting(&self, setting: Setting, text: &str) -> Result<(), PortError> {
        self.ssm
            .put_parameter()
            .name(self.parameter_name(setting))
            // SSM cannot hold an empty text.
            .value(if text.is_empty() { "none" } else { text })
            .r#type(ParameterType::String)
            // A long list of terms does not fit a standard parameter (4 KB).
            .tier(ParameterTier::IntelligentTiering)
            .overwrite(true)
            .send()
            .await
            .map_err(unavailable("ssm.PutParameter"))?;
        Ok(())
    }

    /// Removes a setting, so that its default holds.
    pub async fn reset_setting(&self, setting: Setting) -> Result<(), PortError> {
        self.delete_parameter(self.parameter_name(setting)).await
    }

    /// The providers whose API key is set. The keys themselves are not decrypted.
    pub async fn providers_with_key(&self) -> Result<Vec<ProviderName>, PortError> {
        let providers = ProviderName::ALL;
        let found = self
            .ssm
            .get_parameters()
            .set_names(Some(
                providers
                    .iter()
                    .map(|provider| self.secret_name(*provider))
                    .collect(),
            ))
            .with_decryption(false)
            .send()
            .await
            .map_err(unavailable("ssm.GetParameters"))?;
        let is_set = |provider: &ProviderName| {
            let name = self.secret_name(*provider);
            let mut parameters = found.parameters().iter();
            parameters.any(|parameter| parameter.name() == Some(&name))
        };
        Ok(providers.iter().copied().filter(is_set).collect())
    }

    /// Writes a provider's API key.
    pub async fn put_api_key(&self, provider: ProviderName, secret: &str) -> Result<(), PortError> {
        self.ssm
            .put_parameter()
            .name(self.secret_name(provider))
            .value(secret)
            .r#type(ParameterType::SecureString)
            .overwrite(true)
            .send()
            .await
            .map_err(unavailable("ssm.PutParameter"))?;
        Ok(())
    }

    /// Removes a provider's API key.
    pub async fn remove_api_key(&self, provider: ProviderName) -> Result<(), PortError> {
        self.delete_parameter(self.secret_name(provider)).await
    }
}

impl Cloud {
    async fn load_settings(&self, before: Option<Arc<Settings>>) -> Loaded<Settings> {
        let (settings, flaws) = Settings::read(&self.setting_texts().await?, before.as_deref());
        for Flaw {
            setting,
            why,
            instead,
        } in flaws
        {
            let setting = setting.name();
            tracing::warn!(setting, why, instead = instead.as_str(), "setting is unusable");
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
    fn parameter_name(&self, setting: Setting) -> String {
        format!("{}/{}", self.config.settings_path, setting.name())
    }

    async fn load_secret(&self, name: String) -> Loaded<Option<SecretString>> {
        match self
            .ssm
            .get_parameter()
            .name(name)
            .with_decryption(true)
            .send()
            .await
        {
            Ok(found) => Ok(found
                .parameter()
                .and_then(|parameter| parameter.value())
                .map(|value| SecretString::from(value))),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetParameterError::is_parameter_not_found) =>
            {
                Ok(None)
            }
            Err(error) => Err(unavailable("ssm.GetParameter")(error)),
        }
    }

    fn secret_name(&self, provider: ProviderName) -> String {
        format!("{}/{}", self.config.secrets_path, provider.secret_name())
    }

    /// A parameter that is not there is as good as deleted.
    async fn delete_parameter(&self, name: String) -> Result<(), PortError> {
        let deleted = self.ssm.delete_parameter().name(name).send().await;
        match deleted {
            Err(error)
                if !error
                    .as_service_error()
                    .is_some_and(DeleteParameterError::is_parameter_not_found) =>
            {
                Err(unavailable("ssm.DeleteParameter")(error))
            }
            _ => Ok(()),
        }
    }
}
