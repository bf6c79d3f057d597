//! Photos and outputs: objects of one bucket.

#[cfg(feature = "testing")]
pub(crate) mod memory;
pub(crate) mod s3;

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use crate::backend::on_backend;
use crate::{Cloud, ObjectError, PortError};

/// How long a presigned URL works. A URL also dies with the credentials that made it; those of a function live
/// for hours.
const PRESIGNED_FOR: Duration = Duration::from_secs(15 * 60);

/// Objects in one `DeleteObjects`; S3's limit.
const MAX_BATCH_DELETE: usize = 1_000;

/// A request that needs no credentials for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presigned {
    pub url: String,
    /// `GET` or `PUT`.
    pub method: &'static str,
    /// Headers that the request must carry.
    pub headers: Vec<(String, String)>,
    /// When it stops working, to the second.
    pub expires_at: Timestamp,
}

/// When a request is signed. A signature counts whole seconds, so a fraction would promise time that the address has not.
#[derive(Debug, Clone, Copy)]
struct SignedAt(Timestamp);

impl SignedAt {
    fn new(now: Timestamp) -> Self {
        Self(Timestamp::from_second(now.as_second()).unwrap_or(now))
    }

    fn expires_at(self) -> Timestamp {
        self.0 + PRESIGNED_FOR
    }
}

/// The part of a [`Presigned`] that the backend makes.
pub(crate) struct SignedRequest {
    url: String,
    headers: Vec<(String, String)>,
}

/// The bucket, in S3 or in memory.
#[derive(Clone)]
pub(crate) enum Objects {
    S3(s3::S3),
    #[cfg(feature = "testing")]
    Memory(memory::MemoryObjects),
}

impl Objects {
    async fn get(&self, key: &str, max_bytes: u64) -> Result<Bytes, ObjectError> {
        on_backend!(self, S3, bucket => bucket.get(key, max_bytes))
    }

    async fn exists(&self, key: &str) -> Result<bool, PortError> {
        on_backend!(self, S3, bucket => bucket.exists(key))
    }

    async fn put(&self, key: &str, body: Bytes, mime_type: &str) -> Result<(), PortError> {
        on_backend!(self, S3, bucket => bucket.put(key, body, mime_type))
    }

    /// At most [`MAX_BATCH_DELETE`] objects.
    async fn delete(&self, keys: &[String]) -> Result<(), PortError> {
        on_backend!(self, S3, bucket => bucket.delete(keys))
    }

    async fn sign_get(&self, key: &str, at: SignedAt) -> Result<SignedRequest, PortError> {
        on_backend!(self, S3, bucket => bucket.sign_get(key, at))
    }

    async fn sign_put(
        &self,
        key: &str,
        mime_type: &str,
        size_bytes: u64,
        at: SignedAt,
    ) -> Result<SignedRequest, PortError> {
        on_backend!(self, S3, bucket => bucket.sign_put(key, mime_type, size_bytes, at))
    }
}

impl Cloud {
    /// Reads an object of at most this size; the size is known before the first byte is read.
    pub async fn get_object(&self, key: &str, max_bytes: u64) -> Result<Bytes, ObjectError> {
        self.objects.get(key, max_bytes).await
    }

    /// Whether there is an object of this name. Reads nothing of it.
    pub async fn object_exists(&self, key: &str) -> Result<bool, PortError> {
        self.objects.exists(key).await
    }

    /// Writes an object.
    pub async fn put_object(&self, key: &str, body: Bytes, mime_type: &str) -> Result<(), PortError> {
        self.objects.put(key, body, mime_type).await
    }

    /// Deletes objects; missing ones count as deleted. An error where one is still there.
    pub async fn remove_objects(&self, keys: &[String]) -> Result<(), PortError> {
        for batch in keys.chunks(MAX_BATCH_DELETE) {
            self.objects.delete(batch).await?;
        }
        Ok(())
    }

    /// To read an object.
    pub async fn presign_get(&self, key: &str) -> Result<Presigned, PortError> {
        let at = SignedAt::new(self.now());
        let signed = self.objects.sign_get(key, at).await?;
        Ok(presigned("GET", signed, at))
    }

    /// To write an object of exactly this type and size.
    pub async fn presign_put(
        &self,
        key: &str,
        mime_type: &str,
        size_bytes: u64,
    ) -> Result<Presigned, PortError> {
        let at = SignedAt::new(self.now());
        let signed = self.objects.sign_put(key, mime_type, size_bytes, at).await?;
        Ok(presigned("PUT", signed, at))
    }
}

fn presigned(method: &'static str, signed: SignedRequest, at: SignedAt) -> Presigned {
    Presigned {
        url: signed.url,
        method,
        headers: signed.headers,
        expires_at: at.expires_at(),
    }
}
