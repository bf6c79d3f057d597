//! The settings in force: read from their copy in the table, which is made from the parameters in SSM. No function calls
//! SSM for a setting while the copy is there and fresh.

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use domain::Settings;
use domain::operations::CopiedSettings;
use domain::settings::{Setting, SettingsCopy, UnusableText, texts_to_copy};
use tokio::time::timeout;

use crate::calls::Call;
use crate::cloud::Loaded;
use crate::store::StoredCopy;
use crate::{Cloud, PortError};

/// How old settings may get: with the event and the copying, a change takes effect within three seconds.
const MAX_AGE: Duration = Duration::from_secs(2);
/// Longest wait for SSM, repetitions included: whoever waits must still be answered.
const SSM_PATIENCE: Duration = Duration::from_secs(5);
/// Tries at the copy. Whoever finds that others were faster twice is done: the second of those copies was begun after the
/// first was written, and so after this one was begun, and holds everything that this one would.
const MAX_TRIES: usize = 2;

impl Cloud {
    /// The settings in force. While neither the copy nor SSM can be read, the last ones are served; an error only where
    /// they could never be read.
    pub async fn settings(&self) -> Result<Arc<Settings>, PortError> {
        self.settings
            .renew(self.now(), |before| self.load_settings(before))
            .await
    }

    /// The settings of an installation that has set none.
    pub fn setting_defaults(&self) -> &Settings {
        &self.config.defaults
    }

    /// The copy of the settings that functions read; `None` where there is none that can be read.
    pub async fn settings_copy(&self) -> Result<Option<SettingsCopy>, PortError> {
        Ok(self.stored_settings().await?.readable())
    }

    /// Copies every setting from SSM into the table. A text that cannot be used is logged, and leaves the last good one.
    pub async fn copy_settings(&self) -> Result<CopiedSettings, PortError> {
        let mut tries = 0;
        loop {
            tries += 1;
            // The copy before SSM: a copy that somebody writes after this read refuses ours, which may be older.
            let stored = self.stored_settings().await?;
            let read_at = self.now();
            let read = self.setting_texts_with_patience().await?;
            let parameters = read.len();
            let (version, before) = match &stored {
                StoredCopy::There(copy) => (copy.version, copy.texts()),
                StoredCopy::Missing | StoredCopy::Unreadable => (0, Vec::new()),
            };
            let (texts, unusable) = texts_to_copy(read, &before);
            let next = SettingsCopy::new(version.saturating_add(1), read_at, &texts);
            if self.store_settings(&stored, &next).await? || tries == MAX_TRIES {
                log(&unusable);
                let unusable = unusable.iter().map(|text| text.setting);
                return Ok(CopiedSettings::new(parameters, unusable));
            }
        }
    }

    async fn load_settings(&self, before: Option<Arc<Settings>>) -> Loaded<(Settings, Duration)> {
        let max_age = self.config.max_age;
        let copy = self.stored_settings().await?.readable();
        let (texts, max_age) = match copy {
            // Whoever copied has logged what is unusable.
            Some(copy) if !copy.is_stale(self.now()) => (copy.texts(), max_age.min(MAX_AGE)),
            copy => (self.texts_without_copy(copy).await?, max_age),
        };
        let (mut settings, _) = Settings::read(&texts, &self.config.defaults);
        if let Some(before) = before {
            // Preparing terms takes a while: settings with the same list take them over.
            settings.blocked_terms = settings.blocked_terms.sharing(&before.blocked_terms);
        }
        Ok((settings, max_age))
    }

    /// The texts from SSM, because the copy is missing or stale. A stale copy serves where SSM does not answer.
    async fn texts_without_copy(&self, copy: Option<SettingsCopy>) -> Loaded<Vec<(Setting, String)>> {
        tracing::warn!(
            is_stale = copy.is_some(),
            "settings have no fresh copy, asking SSM"
        );
        match (self.setting_texts_with_patience().await, copy) {
            (Ok(read), copy) => {
                let before = copy.map(|copy| copy.texts()).unwrap_or_default();
                let (texts, unusable) = texts_to_copy(read, &before);
                log(&unusable);
                Ok(texts)
            }
            (Err(error), Some(copy)) => {
                tracing::warn!(%error, read_at = %copy.read_at, "serving the stale copy of the settings");
                Ok(copy.texts())
            }
            (Err(error), None) => Err(error),
        }
    }

    /// The texts from SSM; throttling is waited out for a while.
    async fn setting_texts_with_patience(&self) -> Loaded<Vec<(Setting, String)>> {
        let pauses = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(Duration::from_millis(100))
            .with_max_times(3);
        let read = (|| self.setting_texts()).retry(pauses);
        let read = timeout(SSM_PATIENCE, read).await;
        read.unwrap_or_else(|_| Err(Call::GetParameters.failed()))
    }
}

fn log(unusable: &[UnusableText]) {
    for UnusableText {
        setting,
        why,
        substitute,
    } in unusable
    {
        let (setting, instead) = (setting.name(), substitute.as_str());
        tracing::warn!(setting, why, instead, "setting is unusable");
    }
}
