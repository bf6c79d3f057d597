//! Objects in S3.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{ProvideCredentials, RequestChecksumCalculation, SharedCredentialsProvider};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::Bytes;
use jiff::Timestamp;

use super::{CACHE_CONTROL, SignedRequest, Signing};
use crate::calls::{self, Call, CallCounter};
use crate::error::unavailable;
use crate::{ObjectError, PortError};

#[derive(Clone)]
pub(crate) struct S3 {
    client: Client,
    /// Those that requests are signed with.
    credentials: Option<SharedCredentialsProvider>,
    bucket: String,
}

impl S3 {
    pub(crate) fn new(shared: &SdkConfig, bucket: String) -> Self {
        // Photos and outputs are megabytes.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_attempt_timeout(Duration::from_secs(25))
            .build();
        let config = aws_sdk_s3::config::Builder::from(shared)
            .timeout_config(timeouts)
            // The default adds a checksum header to presigned uploads, which a browser would have to compute.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            // On AWS the bucket is part of the host name. An endpoint of somebody's own has one name only, such as
            // `host.docker.internal` for a container.
            .force_path_style(shared.endpoint_url().is_some())
            .interceptor(CallCounter);
        Self {
            client: Client::from_conf(config.build()),
            credentials: shared.credentials_provider(),
            bucket,
        }
    }

    pub(super) async fn get(&self, key: &str, max_bytes: u64) -> Result<Bytes, ObjectError> {
        let asked = self.client.get_object().bucket(&self.bucket).key(key);
        let found = match asked.send().await {
            Ok(found) => found,
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetObjectError::is_no_such_key) =>
            {
                return Err(ObjectError::Missing);
            }
            Err(error) => return Err(unavailable(Call::GetObject)(error).into()),
        };
        // S3 always tells the length; without one nothing is read.
        let length = found
            .content_length()
            .and_then(|length| u64::try_from(length).ok())
            .unwrap_or(u64::MAX);
        if length > max_bytes {
            return Err(ObjectError::TooLarge(length));
        }
        let body = found.body.collect().await.map_err(|_| Call::GetObject.failed())?;
        Ok(body.into_bytes())
    }

    pub(super) async fn exists(&self, key: &str) -> Result<bool, PortError> {
        match self
            .client
            .head_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
        {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(HeadObjectError::is_not_found) =>
            {
                Ok(false)
            }
            Err(error) => Err(unavailable(Call::HeadObject)(error)),
        }
    }

    pub(super) async fn put(&self, key: &str, body: Bytes, mime_type: &str) -> Result<(), PortError> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .body(body.into())
            .content_type(mime_type)
            .cache_control(CACHE_CONTROL)
            .send()
            .await
            .map_err(unavailable(Call::PutObject))?;
        Ok(())
    }

    pub(super) async fn delete(&self, keys: &[String]) -> Result<(), PortError> {
        let unusable = |_| PortError::Unreadable("an object's key".to_owned());
        let objects: Vec<_> = keys
            .iter()
            .map(|key| ObjectIdentifier::builder().key(key).build())
            .collect::<Result<_, _>>()
            .map_err(unusable)?;
        let delete = Delete::builder()
            .set_objects(Some(objects))
            .quiet(true)
            .build()
            .map_err(unusable)?;
        let answer = self
            .client
            .delete_objects()
            .bucket(&self.bucket)
            .delete(delete)
            .send()
            .await
            .map_err(unavailable(Call::DeleteObjects))?;
        match answer.errors().first() {
            None => Ok(()),
            Some(error) => {
                tracing::warn!(call = %Call::DeleteObjects, error = error.code(), "AWS call failed in part");
                Err(Call::DeleteObjects.failed())
            }
        }
    }

    pub(super) async fn sign_get(&self, key: &str, at: Signing) -> Result<SignedRequest, PortError> {
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let signed = calls::uncounted(request.presigned(signing(at)?)).await;
        let signed = signed.map_err(unavailable(Call::GetObject))?;
        Ok(parts(&signed, self.credentials_end().await))
    }

    pub(super) async fn sign_put(
        &self,
        key: &str,
        mime_type: &str,
        size_bytes: u64,
        at: Signing,
    ) -> Result<SignedRequest, PortError> {
        let length = i64::try_from(size_bytes).map_err(|_| unsignable())?;
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(mime_type)
            .content_length(length);
        let signed = calls::uncounted(request.presigned(signing(at)?)).await;
        let signed = signed.map_err(unavailable(Call::PutObject))?;
        Ok(parts(&signed, self.credentials_end().await))
    }

    /// When the credentials end. A function's are in its environment, which does not say; those of a person's session do.
    async fn credentials_end(&self) -> Option<Timestamp> {
        let credentials = self.credentials.as_ref()?.provide_credentials().await.ok()?;
        Timestamp::try_from(credentials.expiry()?).ok()
    }
}

fn parts(request: &PresignedRequest, credentials_end: Option<Timestamp>) -> SignedRequest {
    let headers = request.headers();
    SignedRequest {
        url: request.uri().to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        credentials_end,
    }
}

fn signing(at: Signing) -> Result<PresigningConfig, PortError> {
    PresigningConfig::builder()
        .start_time(SystemTime::from(at.at))
        .expires_in(at.lasts)
        .build()
        .map_err(|_| unsignable())
}

fn unsignable() -> PortError {
    PortError::Unavailable("presigning".to_owned())
}
