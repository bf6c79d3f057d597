//! The configuration of a provider's client.

use std::time::Duration;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use url::{Host, Url};

/// A provider's settings `…_base_url` and `…_timeout_seconds` and its secret `…_api_key`.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address of the API.
    pub base_url: Url,
    pub api_key: SecretString,
    /// Timeout of a whole submit. A question takes at most 20 s of it.
    pub timeout: Duration,
}

/// A configuration that cannot be used. Each text goes on where the provider's name ends: `runware_base_url must …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// The key would travel in the clear.
    #[error("base_url must be https (plain http only to 127.0.0.1), without credentials in it")]
    BaseUrl,
    /// The key is empty or cannot stand in a header.
    #[error("api_key is empty or not a key")]
    ApiKey,
    /// No time at all.
    #[error("timeout_seconds must be more than 0")]
    Timeout,
}

impl Config {
    /// The value of the `Authorization` header, marked so that the HTTP library does not show it either.
    pub(crate) fn authorization(&self, scheme: &str) -> Result<HeaderValue, ConfigError> {
        let key = self.api_key.expose_secret().trim();
        if key.is_empty() {
            return Err(ConfigError::ApiKey);
        }
        let mut value = HeaderValue::from_str(&format!("{scheme} {key}")).map_err(|_| ConfigError::ApiKey)?;
        value.set_sensitive(true);
        Ok(value)
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let loopback = match self.base_url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            _ => false,
        };
        let safe = match self.base_url.scheme() {
            "https" => self.base_url.has_host(),
            "http" => loopback,
            _ => false,
        };
        if !safe || !self.base_url.username().is_empty() || self.base_url.password().is_some() {
            return Err(ConfigError::BaseUrl);
        }
        if self.timeout.is_zero() {
            return Err(ConfigError::Timeout);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::ProviderName;

    use super::*;
    use crate::{AnyProvider, HttpClient, descriptor};

    fn config(base_url: &str) -> Config {
        Config {
            base_url: base_url.parse().unwrap(),
            api_key: "rw-secret-key".into(),
            timeout: Duration::from_secs(60),
        }
    }

    /// A client of every provider, where it takes this configuration.
    fn connected(config: &Config) -> impl Iterator<Item = Result<AnyProvider, ConfigError>> {
        let http = HttpClient::new().unwrap();
        ProviderName::ALL
            .iter()
            .map(move |provider| (descriptor(*provider).connect)(http.clone(), config))
    }

    #[test]
    fn no_provider_takes_a_configuration_that_cannot_be_used() {
        let good = config("https://api.runware.ai/v1");
        assert!(connected(&good).all(|client| client.is_ok()));
        for bad in [
            config("http://api.runware.ai/v1"),
            Config {
                api_key: "".into(),
                ..good.clone()
            },
            Config {
                timeout: Duration::ZERO,
                ..good.clone()
            },
        ] {
            for (provider, client) in ProviderName::ALL.iter().zip(connected(&bad)) {
                assert!(client.is_err(), "{provider} takes {bad:?}");
            }
        }
    }

    #[test]
    fn the_key_travels_over_tls_or_stays_on_this_machine() {
        for good in [
            "https://api.runware.ai/v1",
            "http://127.0.0.1:9000/v1",
            "http://[::1]:9000/v1",
        ] {
            assert_eq!(config(good).check(), Ok(()), "{good}");
        }
        for bad in [
            "http://api.runware.ai/v1",
            "http://localhost:9000/v1",
            "https://user@api.runware.ai/v1",
            "https://:password@api.runware.ai/v1",
            "ftp://api.runware.ai/v1",
            "file:///etc/passwd",
        ] {
            assert_eq!(config(bad).check(), Err(ConfigError::BaseUrl), "{bad}");
        }
    }

    #[test]
    fn a_key_that_cannot_be_sent_is_refused_at_once() {
        for key in ["", "  ", "two\nlines"] {
            let config = Config {
                api_key: key.into(),
                ..config("https://api.runware.ai/v1")
            };
            assert!(config.authorization("Bearer").is_err(), "{key:?}");
        }
        let no_time = Config {
            timeout: Duration::ZERO,
            ..config("https://api.runware.ai/v1")
        };
        assert_eq!(no_time.check(), Err(ConfigError::Timeout));
    }

    #[test]
    fn no_debug_text_shows_the_key() {
        let config = config("https://api.runware.ai/v1");
        let mut texts = vec![
            format!("{config:?}"),
            format!("{:?}", config.authorization("Bearer")),
        ];
        texts.extend(connected(&config).map(|client| format!("{:?}", client.unwrap())));
        for text in texts {
            assert!(!text.contains("rw-secret-key"), "{text}");
        }
    }
}
