//! Photos and outputs in S3.

use crate::{ObjectError, PortError};
use jiff::Timestamp;
use std::time::Duration;

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::Bytes;

use crate::Cloud;
use crate::calls;
use crate::error::unavailable;

/// How long a presigned URL works. A URL also dies with the credentials that made it; those of a function live
/// for hours.
const PRESIGNED_FOR: Duration = Duration::from_secs(15 * 60);

/// Objects in one `DeleteObjects`; S3's limit.
const DELETES: usize = 1_000;

/// A URL that works by itself for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presigned {
    /// Where.
    pub url: String,
    /// `GET` or `PUT`.
    pub method: &'static str,
    /// Headers that must be sent along.
    pub headers: Vec<(String, String)>,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl Cloud {
    /// Reads an object of at most this size; the size is known before the first byte is read.
    pub async fn get_object(&self, key: &str, max_bytes: u64) -> Result<Bytes, ObjectError> {
        let found = self
            .s3
            .get_object()
            .bucket(&self.config.bucket)
            .key(key)
            .send()
            .await
            .map_err(|error| {
                if error
                    .as_service_error()
                    .is_some_and(aws_sdk_s3::operation::get_object::GetObjectError::is_no_such_key)
                {
                    ObjectError::Missing
                } else {
                    unavailable("s3.GetObject")(error).into()
                }
            })?;
        // S3 always tells the length; without one nothing is read.
        let length = found
            .content_length()
            .and_then(|length| u64::try_from(length).ok())
            .unwrap_or(u64::MAX);
        if length > max_bytes {
            return Err(ObjectError::TooLarge(length));
        }
        let body = found
            .body
            .collect()
            .await
            .map_err(|_| PortError::Unavailable("s3.GetObject".to_owned()))?;
        Ok(body.into_bytes())
    }

    /// Whether there is an object of this name. Reads nothing of it.
    pub async fn object_exists(&self, key: &str) -> Result<bool, PortError> {
        let asked = self.s3.head_object().bucket(&self.config.bucket).key(key);
        match asked.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(aws_sdk_s3::operation::head_object::HeadObjectError::is_not_found) =>
            {
                Ok(false)
            }
            Err(error) => Err(unavailable("s3.HeadObject")(error)),
        }
    }

    /// Writes an object.
    pub async fn put_object(&self, key: &str, body: Bytes, mime_type: &str) -> Result<(), PortError> {
        self.s3
            .put_object()
            .bucket(&self.config.bucket)
            .key(key)
            .body(body.into())
            .content_type(mime_type)
            .send()
            .await
            .map_err(unavailable("s3.PutObject"))?;
        Ok(())
    }
}

impl Cloud {
    /// Removes objects; those that are not there count as removed. An error where one is still there.
    pub async fn remove_objects(&self, keys: &[String]) -> Result<(), PortError> {
        for batch in keys.chunks(DELETES) {
            let named = |key: &String| ObjectIdentifier::builder().key(key).build();
            let objects: Vec<_> = batch
                .iter()
                .map(named)
                .collect::<Result<_, _>>()
                .map_err(|_| PortError::Unreadable("an object's key".to_owned()))?;
            let delete = Delete::builder()
                .set_objects(Some(objects))
                .quiet(true)
                .build()
                .map_err(|_| PortError::Unreadable("an object's key".to_owned()))?;
            let answer = self
                .s3
                .delete_objects()
                .bucket(&self.config.bucket)
                .delete(delete)
                .send()
                .await
                .map_err(unavailable("s3.DeleteObjects"))?;
            if let Some(error) = answer.errors().first() {
                tracing::warn!(
                    call = "s3.DeleteObjects",
                    error = error.code(),
                    "AWS call failed in part"
                );
                return Err(PortError::Unavailable("s3.DeleteObjects".to_owned()));
            }
        }
        Ok(())
    }
}

impl Cloud {
    /// To read an object.
    pub async fn presign_get(&self, key: &str) -> Result<Presigned, PortError> {
        let request = self
            .s3
            .get_object()
            .bucket(&self.config.bucket)
            .key(key)
            .presigned(presigning()?);
        let request = calls::uncounted(request)
            .await
            .map_err(unavailable("s3.GetObject presigned"))?;
        Ok(self.presigned("GET", &request))
    }

    /// To write an object of exactly this type and size.
    pub async fn presign_put(
        &self,
        key: &str,
        mime_type: &str,
        size_bytes: u64,
    ) -> Result<Presigned, PortError> {
        let length =
            i64::try_from(size_bytes).map_err(|_| PortError::Unavailable("presigning".to_owned()))?;
        let request = self
            .s3
            .put_object()
            .bucket(&self.config.bucket)
            .key(key)
            .content_type(mime_type)
            .content_length(length)
            .presigned(presigning()?);
        let request = calls::uncounted(request)
            .await
            .map_err(unavailable("s3.PutObject presigned"))?;
        Ok(self.presigned("PUT", &request))
    }
}

impl Cloud {
    fn presigned(&self, method: &'static str, request: &PresignedRequest) -> Presigned {
        Presigned {
            url: request.uri().to_owned(),
            method,
            headers: request
                .headers()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            expires_at: self.now() + PRESIGNED_FOR,
        }
    }
}

fn presigning() -> Result<PresigningConfig, PortError> {
    PresigningConfig::expires_in(PRESIGNED_FOR).map_err(|_| PortError::Unavailable("presigning".to_owned()))
}
