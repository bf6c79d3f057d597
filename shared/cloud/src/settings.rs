//! Settings and secrets in SSM: one parameter each, read by their exact names, so that the policy can name them.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use domain::ProviderName;
use domain::settings::Setting;
use futures::future::try_join_all;
use secrecy::SecretString;

use crate::cache::Cached;
use crate::cloud::Loaded;
use crate::parameters::{Kind, MAX_BATCH, WriteError};
use crate::{Cloud, PortError};

impl Cloud {
    /// The API key of a provider; `None` where the operator has set none.
    pub async fn api_key(&self, provider: ProviderName) -> Result<Option<SecretString>, PortError> {
        let name = self.secret_name(provider);
        self.secret(self.api_key_cache(provider), name).await
    }
}

impl Cloud {
    /// The key; `None` where the operator has set none, and so wants no webhooks.
    pub async fn webhook_key(&self) -> Result<Option<SecretString>, PortError> {
        let name = format!("{}/webhook_key", self.config.secrets_path);
        self.secret(&self.webhook_key, name).await
    }
}

impl Cloud {
    /// The settings that are set, as their texts.
    pub async fn setting_texts(&self) -> Result<Vec<(Setting, String)>, PortError> {
        let settings: Vec<_> = Setting::all().collect();
        let batches = settings.chunks(MAX_BATCH).map(|batch| self.load_batch(batch));
        Ok(try_join_all(batches).await?.into_iter().flatten().collect())
    }

    /// Writes a setting that was checked. It takes effect once it is copied.
    pub async fn put_setting(&self, setting: Setting, text: &str) -> Result<(), PortError> {
        // SSM cannot hold an empty text.
        let value = if text.is_empty() { "none" } else { text };
        let name = self.parameter_name(setting);
        wait_out_throttling(|| self.parameters.put(&name, value, Kind::Text)).await
    }

    /// Removes a setting, so that its default holds once that is copied.
    pub async fn reset_setting(&self, setting: Setting) -> Result<(), PortError> {
        let name = self.parameter_name(setting);
        wait_out_throttling(|| self.parameters.delete(&name)).await
    }

    /// The providers whose API key is set. The keys themselves are not decrypted.
    pub async fn providers_with_key(&self) -> Result<Vec<ProviderName>, PortError> {
        let providers = ProviderName::ALL;
        let names = providers.iter().map(|provider| self.secret_name(*provider));
        let found = self.parameters.get(names.collect()).await?;
        let is_set = |provider: &ProviderName| found.contains_key(&self.secret_name(*provider));
        Ok(providers.iter().copied().filter(is_set).collect())
    }

    /// Writes a provider's API key.
    pub async fn put_api_key(&self, provider: ProviderName, secret: &str) -> Result<(), PortError> {
        let name = self.secret_name(provider);
        wait_out_throttling(|| self.parameters.put(&name, secret, Kind::Secret)).await
    }

    /// Removes a provider's API key.
    pub async fn remove_api_key(&self, provider: ProviderName) -> Result<(), PortError> {
        let name = self.secret_name(provider);
        wait_out_throttling(|| self.parameters.delete(&name)).await
    }
}

impl Cloud {
    async fn load_batch(&self, batch: &[Setting]) -> Loaded<Vec<(Setting, String)>> {
        let names = batch.iter().map(|setting| self.parameter_name(*setting));
        let mut found = self.parameters.get(names.collect()).await?;
        let texts = batch.iter().filter_map(|setting| {
            let text = found.remove(&self.parameter_name(*setting))?;
            Some((*setting, text))
        });
        Ok(texts.collect())
    }

    /// The full name of a setting's parameter.
    fn parameter_name(&self, setting: Setting) -> String {
        format!("{}/{setting}", self.config.settings_path)
    }

    /// A cached secret. One that was not there is looked for again: the operator may have just set it.
    async fn secret(
        &self,
        cache: &Cached<Option<SecretString>>,
        name: String,
    ) -> Result<Option<SecretString>, PortError> {
        let now = self.now();
        let mut held = cache.get(now, self.load_secret(name.clone())).await?;
        if held.is_none() {
            held = cache.since(now, &self.context, self.load_secret(name)).await?;
        }
        Ok((*held).clone())
    }

    async fn load_secret(&self, name: String) -> Loaded<Option<SecretString>> {
        let found = self.parameters.get_secret(&name).await?;
        Ok(found.map(SecretString::from))
    }

    fn secret_name(&self, provider: ProviderName) -> String {
        format!("{}/{}", self.config.secrets_path, provider.secret_name())
    }
}

/// SSM takes three changes a second. Others' changes count too, so a refused one waits; its caller knows how long it may.
async fn wait_out_throttling<F>(write: impl FnMut() -> F) -> Result<(), PortError>
where
    F: Future<Output = Result<(), WriteError>>,
{
    let pauses = ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(150))
        .with_max_delay(Duration::from_secs(1))
        .with_max_times(30);
    write
        .retry(pauses)
        .when(|error| matches!(error, WriteError::Throttled))
        .await
        .map_err(PortError::from)
}
