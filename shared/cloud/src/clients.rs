//! The SDK clients, set up once per execution environment.

use crate::PortError;
use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, RequestChecksumCalculation};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use domain::{ProviderName, Settings, Style};
use secrecy::SecretString;

use crate::cache::Cached;
use crate::calls::CallCounter;
use crate::config::{Config, ConfigError};

/// Where a local stack listens.
#[derive(Debug, Clone)]
pub struct LocalEndpoint {
    /// Such as `http://127.0.0.1:4566`.
    pub url: String,
    /// The region it claims to be in.
    pub region: String,
}

/// How an account is reached.
#[derive(Debug, Clone)]
pub enum Access {
    /// AWS, by the usual chain of credentials and regions.
    Aws {
        /// A profile of `~/.aws/config` instead of the default one.
        profile: Option<String>,
        /// A region instead of the profile's.
        region: Option<String>,
    },
    /// A local stack.
    Local(LocalEndpoint),
}

impl Access {
    /// What SDK clients are made with. Makes no call.
    pub async fn load(self) -> SdkConfig {
        // ring instead of aws-lc: 2 MB less in every function, and no C toolchain.
        let http = Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        // An HTTP function has 10 s: an attempt that takes long is better made again, and one call must leave time to say
        // that it failed.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_attempt_timeout(Duration::from_secs(4))
            .operation_timeout(Duration::from_secs(8))
            .build();
        self.loader()
            .http_client(http)
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(100)))
            .timeout_config(timeouts)
            .load()
            .await
    }

    fn loader(self) -> ConfigLoader {
        let loader = aws_config::defaults(BehaviorVersion::latest());
        match self {
            Self::Aws { profile, region } => {
                let loader = match profile {
                    Some(profile) => loader.profile_name(profile),
                    None => loader,
                };
                match region {
                    Some(region) => loader.region(Region::new(region)),
                    None => loader,
                }
            }
            // The emulator checks permissions, and takes these for the account itself.
            Self::Local(LocalEndpoint { url, region }) => loader
                .endpoint_url(url)
                .region(Region::new(region))
                .credentials_provider(Credentials::new("test", "test", None, None, "local stack")),
        }
    }
}

/// The outside world, on AWS.
#[derive(Clone)]
pub struct Cloud {
    pub(crate) config: Arc<Config>,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) eventbridge: aws_sdk_eventbridge::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) ssm: aws_sdk_ssm::Client,
    pub(crate) settings: Arc<Cached<Settings>>,
    pub(crate) styles: Arc<Cached<Vec<Style>>>,
    /// In the order of [`ProviderName::ALL`].
    pub(crate) api_keys: Arc<[Cached<Option<SecretString>>]>,
    pub(crate) webhook_key: Arc<Cached<Option<SecretString>>>,
}

impl Cloud {
    /// Sets up the clients for the resources that the environment names. Makes no call.
    pub async fn from_env() -> Result<Self, ConfigError> {
        Ok(Self::new(Config::from_env()?).await)
    }

    /// Sets up the clients for these resources, with the usual AWS credential chain. Makes no call.
    pub async fn new(config: Config) -> Self {
        let usual = Access::Aws {
            profile: None,
            region: None,
        };
        Self::with(config, &usual.load().await)
    }

    /// Sets up the clients for the resources of a local stack. Makes no call.
    pub async fn local(config: Config, endpoint: &LocalEndpoint) -> Self {
        Self::with(config, &Access::Local(endpoint.clone()).load().await)
    }

    /// Sets up the clients for these resources of an account. Makes no call.
    pub fn with(config: Config, shared: &SdkConfig) -> Self {
        // Photos and outputs are megabytes.
        let object_timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_attempt_timeout(Duration::from_secs(25))
            .build();
        let s3 = aws_sdk_s3::config::Builder::from(shared)
            .timeout_config(object_timeouts)
            // The default adds a checksum header to presigned uploads, which a browser would have to compute.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .interceptor(CallCounter)
            .build();
        // While SSM hangs, the last snapshot is served, and the request that found out must still be answered.
        let settings_timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_millis(1_500))
            .operation_timeout(Duration::from_secs(4))
            .build();
        let max_age = config.max_age;
        Self {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(
                aws_sdk_dynamodb::config::Builder::from(shared)
                    .interceptor(CallCounter)
                    .build(),
            ),
            eventbridge: aws_sdk_eventbridge::Client::from_conf(
                aws_sdk_eventbridge::config::Builder::from(shared)
                    .interceptor(CallCounter)
                    .build(),
            ),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::from_conf(
                aws_sdk_sqs::config::Builder::from(shared)
                    .interceptor(CallCounter)
                    .build(),
            ),
            ssm: aws_sdk_ssm::Client::from_conf(
                aws_sdk_ssm::config::Builder::from(shared)
                    .timeout_config(settings_timeouts)
                    .interceptor(CallCounter)
                    .build(),
            ),
            settings: Arc::new(Cached::new("settings", max_age)),
            styles: Arc::new(Cached::new("styles", max_age)),
            api_keys: ProviderName::ALL
                .iter()
                .map(|provider| Cached::new(provider.secret_name(), max_age))
                .collect(),
            webhook_key: Arc::new(Cached::new("webhook_key", max_age)),
            config: Arc::new(config),
        }
    }

    /// Sets up logging: one JSON object a line, filtered by `RUST_LOG`, without the time that CloudWatch adds. Metrics
    /// are lines of the log too.
    pub fn init_logs() {
        use tracing_subscriber::filter::{LevelFilter, Targets};
        use tracing_subscriber::layer::SubscriberExt;
        use tracing_subscriber::util::SubscriberInitExt;
        crate::meter::start();
        // Levels by target say enough, and need no regular expressions in every function.
        let wanted = std::env::var("RUST_LOG").ok().and_then(|text| text.parse().ok());
        let filter = wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
        tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .without_time()
            .with_max_level(LevelFilter::TRACE)
            .with_writer(std::io::stderr)
            .finish()
            .with(filter)
            .init();
    }

    pub(crate) fn api_key_cache(&self, provider: ProviderName) -> &Cached<Option<SecretString>> {
        &self.api_keys[provider as usize]
    }
}

/// What the caches load with.
pub(crate) type Loaded<T> = Result<T, PortError>;
