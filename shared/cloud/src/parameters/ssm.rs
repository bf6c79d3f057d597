//! Parameters in SSM.

use std::collections::HashMap;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::operation::delete_parameter::DeleteParameterError;
use aws_sdk_ssm::operation::get_parameter::GetParameterError;
use aws_sdk_ssm::types::{ParameterTier, ParameterType};

use super::{Kind, WriteError};
use crate::PortError;
use crate::calls::{Call, CallCounter};
use crate::error::unavailable;

#[derive(Clone)]
pub(crate) struct Ssm {
    client: Client,
}

impl Ssm {
    pub(crate) fn new(shared: &SdkConfig) -> Self {
        // While SSM hangs, the last snapshot is served, and the request that found out must still be answered.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_millis(1_500))
            .operation_timeout(Duration::from_secs(4))
            .build();
        let config = aws_sdk_ssm::config::Builder::from(shared)
            .timeout_config(timeouts)
            .interceptor(CallCounter);
        Self {
            client: Client::from_conf(config.build()),
        }
    }

    pub(super) async fn get(&self, names: Vec<String>) -> Result<HashMap<String, String>, PortError> {
        let found = self
            .client
            .get_parameters()
            .set_names(Some(names))
            .with_decryption(false)
            .send()
            .await
            .map_err(unavailable(Call::GetParameters))?;
        let parameters = found.parameters.into_iter().flatten();
        let parameters = parameters.filter_map(|parameter| Some((parameter.name?, parameter.value?)));
        Ok(parameters.collect())
    }

    pub(super) async fn get_secret(&self, name: &str) -> Result<Option<String>, PortError> {
        let asked = self.client.get_parameter().name(name).with_decryption(true);
        match asked.send().await {
            Ok(found) => Ok(found.parameter.and_then(|parameter| parameter.value)),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetParameterError::is_parameter_not_found) =>
            {
                Ok(None)
            }
            Err(error) => Err(unavailable(Call::GetParameter)(error)),
        }
    }

    pub(super) async fn put(&self, name: &str, value: &str, kind: Kind) -> Result<(), WriteError> {
        let put = self
            .client
            .put_parameter()
            .name(name)
            .value(value)
            .overwrite(true);
        let put = match kind {
            // A long list of terms does not fit a standard parameter (4 KB).
            Kind::Text => put
                .r#type(ParameterType::String)
                .tier(ParameterTier::IntelligentTiering),
            Kind::Secret => put.r#type(ParameterType::SecureString),
        };
        put.send().await.map_err(not_written(Call::PutParameter))?;
        Ok(())
    }

    pub(super) async fn delete(&self, name: &str) -> Result<(), WriteError> {
        match self.client.delete_parameter().name(name).send().await {
            Err(error)
                if !error
                    .as_service_error()
                    .is_some_and(DeleteParameterError::is_parameter_not_found) =>
            {
                Err(not_written(Call::DeleteParameter)(error))
            }
            _ => Ok(()),
        }
    }
}

/// The error for a change that failed.
fn not_written<E, R>(call: Call) -> impl FnOnce(SdkError<E, R>) -> WriteError
where
    E: ProvideErrorMetadata,
{
    move |error| match error.code() {
        // The second: the same parameter is being changed by somebody else.
        Some("ThrottlingException" | "TooManyUpdates") => WriteError::Throttled,
        _ => unavailable(call)(error).into(),
    }
}
