//! Photos and outputs: objects of one bucket.

#[cfg(feature = "testing")]
pub(crate) mod memory;
pub(crate) mod s3;

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use crate::backend::on_backend;
use crate::{Cloud, ObjectError, PortError};

/// How long a presigned upload works. A URL also dies with the credentials that made it; those of a function live for
/// hours.
const UPLOAD_FOR: Duration = Duration::from_secs(15 * 60);
/// How long a presigned download works at least.
const DOWNLOAD_FOR: Duration = Duration::from_secs(15 * 60);
/// Within such a window a download has the same address, so a browser that asks for an edit again and again loads its
/// picture once.
const DOWNLOAD_WINDOW: Duration = Duration::from_secs(5 * 60);

/// What stored media say to caches. A picture never changes under its name, and belongs to nobody but whom the address
/// was given to.
const CACHE_CONTROL: &str = "private, max-age=31536000, immutable";

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

/// When a request is signed and for how long. A signature counts whole seconds, so a fraction would promise time that the
/// address has not.
#[derive(Debug, Clone, Copy)]
struct Signing {
    at: Timestamp,
    lasts: Duration,
}

impl Signing {
    fn upload(now: Timestamp) -> Self {
        Self {
            at: rounded_down(now, Duration::from_secs(1)),
            lasts: UPLOAD_FOR,
        }
    }

    fn download(now: Timestamp) -> Self {
        Self {
            at: rounded_down(now, DOWNLOAD_WINDOW),
            lasts: DOWNLOAD_FOR + DOWNLOAD_WINDOW,
        }
    }

    fn expires_at(self) -> Timestamp {
        self.at + self.lasts
    }
}

fn rounded_down(now: Timestamp, window: Duration) -> Timestamp {
    let window = i64::try_from(window.as_secs()).unwrap_or(1);
    let second = now.as_second();
    Timestamp::from_second(second - second.rem_euclid(window)).unwrap_or(now)
}

/// The part of a [`Presigned`] that the backend makes.
pub(crate) struct SignedRequest {
    url: String,
    headers: Vec<(String, String)>,
    /// When the credentials end that signed it, where that is known.
    credentials_end: Option<Timestamp>,
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

    async fn sign_get(&self, key: &str, at: Signing) -> Result<SignedRequest, PortError> {
        on_backend!(self, S3, bucket => bucket.sign_get(key, at))
    }

    async fn sign_put(
        &self,
        key: &str,
        mime_type: &str,
        size_bytes: u64,
        at: Signing,
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

    /// Writes a picture, under a name at which no other one will ever be.
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

    /// To read an object. The address stays the same for a while, as far as one execution environment can promise: others
    /// sign with credentials of their own.
    pub async fn presign_get(&self, key: &str) -> Result<Presigned, PortError> {
        let at = Signing::download(self.now());
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
        let at = Signing::upload(self.now());
        let signed = self.objects.sign_put(key, mime_type, size_bytes, at).await?;
        Ok(presigned("PUT", signed, at))
    }
}

fn presigned(method: &'static str, signed: SignedRequest, at: Signing) -> Presigned {
    let ends = at.expires_at();
    Presigned {
        url: signed.url,
        method,
        headers: signed.headers,
        expires_at: signed.credentials_end.map_or(ends, |end| end.min(ends)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_download_is_signed_alike_within_a_window_and_lasts_long_enough_from_every_moment_of_it() {
        let start: Timestamp = "2026-11-27T14:05:00Z".parse().unwrap();
        for offset in [0, 1, 150_000, 299_999] {
            let now = start + SignedDuration::from_millis(offset);
            let signing = Signing::download(now);
            assert_eq!(signing.at, start);
            assert!(signing.expires_at().duration_since(now) >= SignedDuration::from_mins(15));
        }
        assert_ne!(
            Signing::download(start - SignedDuration::from_millis(1)).at,
            start
        );
        assert_ne!(Signing::download(start + SignedDuration::from_mins(5)).at, start);
    }

    #[test]
    fn an_address_promises_no_time_after_its_credentials() {
        let at = Signing::upload("2026-11-27T14:05:00Z".parse().unwrap());
        let until = |credentials_end| {
            let signed = SignedRequest {
                url: String::new(),
                headers: Vec::new(),
                credentials_end,
            };
            presigned("GET", signed, at).expires_at
        };
        assert_eq!(until(None), at.expires_at());
        assert_eq!(until(Some(at.at)), at.at);
        assert_eq!(until(Some(Timestamp::MAX)), at.expires_at());
    }
}
