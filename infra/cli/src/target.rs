//! The stack that a command acts on.

use std::collections::HashMap;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use clap::Args;
use cloud::{Access, Cloud, Config};
use domain::Settings;
use thiserror::Error;

use crate::local::{self, LocalError};

/// The options that name the stack.
#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// Act on the local stack that `make up` started (reads stack.json in .local, or in the folder that MAGIC_EDITS_FOLDER names), even if MAGIC_EDITS_STACK is set
    // No conflict with --stack: clap does not tell the option from its variable, which a shell may always have set.
    #[arg(long, global = true, conflicts_with_all = ["profile", "region"])]
    local: bool,
    /// The CloudFormation stack, such as magic-edits-prod
    #[arg(long, global = true, env = "MAGIC_EDITS_STACK", value_name = "NAME")]
    stack: Option<String>,
    /// A profile of ~/.aws/config instead of the default one
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
    /// A region instead of the profile's
    #[arg(long, global = true, value_name = "REGION")]
    region: Option<String>,
}

/// A stack whose resources are known.
pub(crate) struct Target {
    pub(crate) cloud: Cloud,
    /// For further clients.
    pub(crate) sdk: SdkConfig,
    /// The CloudFormation stack's name.
    pub(crate) stack: String,
    /// `local`, `dev` or `prod`
    pub(crate) stage: String,
    pub(crate) submit_queue_url: String,
    pub(crate) poll_queue_url: String,
}

#[derive(Debug, Error)]
pub(crate) enum TargetError {
    #[error("no stack is named: use --stack NAME (such as magic-edits-prod) or --local")]
    NotNamed,
    #[error("the stack {0} cannot be read: {1}")]
    Unreadable(String, String),
    #[error(
        "the stack {0} has no output {1}: is it a stack of AI Magic Edits, and is its deployment complete?"
    )]
    NoOutput(String, &'static str),
    #[error("the settings path {0} does not look like /magic-edits/<stage>/settings")]
    NoStage(String),
    #[error(transparent)]
    Local(#[from] LocalError),
}

impl TargetArgs {
    /// Finds the stack's resources.
    pub(crate) async fn reach(self) -> Result<Target, TargetError> {
        let (stack, config, sdk) = if self.local {
            let sdk = Access::Local(local::endpoint()?).load().await;
            (local::STACK.to_owned(), local::config()?, sdk)
        } else {
            let stack = self.stack.ok_or(TargetError::NotNamed)?;
            let access = Access::Aws {
                profile: self.profile,
                region: self.region,
            };
            let sdk = access.load().await;
            let config = outputs(&sdk, stack.clone()).await?.config()?;
            (stack, config, sdk)
        };
        let stage = stage_of(&config.settings_path)?;
        let (submit_queue_url, poll_queue_url) =
            (config.submit_queue_url.clone(), config.poll_queue_url.clone());
        Ok(Target {
            cloud: Cloud::with(config, &sdk),
            sdk,
            stack,
            stage,
            submit_queue_url,
            poll_queue_url,
        })
    }
}

impl Target {
    /// An output of the deployed stack.
    pub(crate) async fn output(&self, name: &'static str) -> Result<String, TargetError> {
        let mut outputs = outputs(&self.sdk, self.stack.clone()).await?;
        outputs
            .values
            .remove(name)
            .ok_or(TargetError::NoOutput(outputs.stack, name))
    }
}

/// `/magic-edits/{stage}/settings`
fn stage_of(settings_path: &str) -> Result<String, TargetError> {
    settings_path
        .split('/')
        .nth(2)
        .filter(|stage| !stage.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| TargetError::NoStage(settings_path.to_owned()))
}

/// The outputs of a deployed stack.
struct Outputs {
    stack: String,
    values: HashMap<String, String>,
}

async fn outputs(sdk: &SdkConfig, stack: String) -> Result<Outputs, TargetError> {
    let described = aws_sdk_cloudformation::Client::new(sdk)
        .describe_stacks()
        .stack_name(&stack)
        .send()
        .await
        .map_err(|error| TargetError::Unreadable(stack.clone(), explain(&error)))?;
    let found = described.stacks().first();
    let values = found
        .map(aws_sdk_cloudformation::types::Stack::outputs)
        .unwrap_or_default()
        .iter()
        .filter_map(|output| Some((output.output_key()?.to_owned(), output.output_value()?.to_owned())))
        .collect();
    Ok(Outputs { stack, values })
}

/// The message of AWS, or, if AWS sent none, the error with its causes.
fn explain<E>(error: &E) -> String
where
    E: std::error::Error + ProvideErrorMetadata,
{
    if let Some(message) = error.message() {
        return message.to_owned();
    }
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |words, cause| format!("{words}: {cause}"))
}

impl Outputs {
    fn config(mut self) -> Result<Config, TargetError> {
        let mut take = |name: &'static str| {
            self.values
                .remove(name)
                .ok_or_else(|| TargetError::NoOutput(self.stack.clone(), name))
        };
        let rows = take("SettingDefaults")?;
        let defaults = Settings::of_stack(&rows)
            .map_err(|why| TargetError::Unreadable(self.stack.clone(), format!("SettingDefaults: {why}")))?;
        let defaults = defaults.of_api_at(&take("ApiUrl")?);
        Ok(Config {
            defaults,
            table: take("TableName")?,
            bucket: take("BucketName")?,
            settings_path: take("SettingsPath")?,
            secrets_path: take("SecretsPath")?,
            // A command reads the settings as they are now.
            max_age: Duration::ZERO,
            submit_queue_url: take("SubmitQueueUrl")?,
            poll_queue_url: take("PollQueueUrl")?,
            event_bus: take("EventBusName")?,
            // A stack has a site only where its parameters ask for one.
            site_url: take("SiteUrl").ok(),
        })
    }
}
