//! [`Cloud`], set up once per execution environment, and how an account is reached.

use crate::PortError;
use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_sdk_dynamodb::config::Credentials;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use domain::{ProviderName, Settings, Style};
use secrecy::SecretString;

use crate::cache::Cached;
use crate::config::{Config, ConfigError};
use crate::context::Context;
use crate::event_bus::{EventBus, eventbridge::EventBridge};
use crate::objects::{Objects, s3::S3};
use crate::parameters::{Parameters, ssm::Ssm};
use crate::queues::{Queues, sqs::Sqs};
use crate::table::{Table, dynamodb::DynamoDb};

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

/// The outside world: on AWS, or in memory. A clone is cheap, and shares the caches.
#[derive(Clone)]
pub struct Cloud {
    pub(crate) config: Arc<Config>,
    pub(crate) context: Context,
    pub(crate) table: Table,
    pub(crate) objects: Objects,
    pub(crate) queues: Queues,
    pub(crate) parameters: Parameters,
    pub(crate) event_bus: EventBus,
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
        let backends = Backends {
            context: Context::System,
            table: Table::DynamoDb(DynamoDb::new(shared, config.table.clone())),
            objects: Objects::S3(S3::new(shared, config.bucket.clone())),
            queues: Queues::Sqs(Sqs::new(shared)),
            parameters: Parameters::Ssm(Ssm::new(shared)),
            event_bus: EventBus::EventBridge(EventBridge::new(shared, config.event_bus.clone())),
        };
        Self::on(config, backends)
    }

    /// A context on these backends, with empty caches.
    pub(crate) fn on(config: Config, backends: Backends) -> Self {
        let max_age = config.max_age;
        Self {
            context: backends.context,
            table: backends.table,
            objects: backends.objects,
            queues: backends.queues,
            parameters: backends.parameters,
            event_bus: backends.event_bus,
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

    /// The page that guests open with an event's token; `None` in an installation without a site.
    pub fn guest_page(&self, token: &str) -> Option<String> {
        let site = self.config.site_url.as_deref()?;
        Some(format!("{}/e/{token}", site.trim_end_matches('/')))
    }

    pub(crate) fn api_key_cache(&self, provider: ProviderName) -> &Cached<Option<SecretString>> {
        &self.api_keys[provider as usize]
    }
}

/// What [`Cloud`] reaches the outside world by.
pub(crate) struct Backends {
    pub(crate) context: Context,
    pub(crate) table: Table,
    pub(crate) objects: Objects,
    pub(crate) queues: Queues,
    pub(crate) parameters: Parameters,
    pub(crate) event_bus: EventBus,
}

/// What loading a cached value comes to.
pub(crate) type Loaded<T> = Result<T, PortError>;
