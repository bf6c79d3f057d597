//! The twin of the bucket.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use jiff::Timestamp;
use thiserror::Error;

use super::{CACHE_CONTROL, MAX_BATCH_DELETE, SignedRequest, Signing};
use crate::calls::Call;
use crate::testing::{World, lock};
use crate::{ObjectError, PortError};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub body: Bytes,
    pub mime_type: String,
    /// What the product says to caches; nothing of what guests upload.
    pub cache_control: Option<&'static str>,
}

/// Why a presigned request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UrlError {
    #[error("nobody has presigned this request")]
    Unsigned,
    #[error("the presigned request has expired")]
    Expired,
    #[error("headers or size differ from what was presigned")]
    Mismatch,
    #[error("the object does not exist")]
    Missing,
}

/// The bucket of a world in memory.
#[derive(Clone)]
pub struct MemoryObjects {
    world: Arc<World>,
    objects: Arc<Mutex<BTreeMap<String, Object>>>,
    grants: Arc<Mutex<HashMap<String, Grant>>>,
}

/// What a presigned URL allows.
#[derive(Clone)]
struct Grant {
    key: String,
    /// Type and size; `None`: to read.
    write: Option<(String, u64)>,
    expires_at: Timestamp,
}

impl MemoryObjects {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self {
            world,
            objects: Arc::default(),
            grants: Arc::default(),
        }
    }

    pub fn keys(&self) -> Vec<String> {
        lock(&self.objects).keys().cloned().collect()
    }

    pub fn object(&self, key: &str) -> Option<Object> {
        lock(&self.objects).get(key).cloned()
    }

    /// Writes an object behind the code's back.
    pub fn insert(&self, key: impl Into<String>, body: impl Into<Bytes>, mime_type: &str) {
        let object = Object {
            body: body.into(),
            mime_type: mime_type.to_owned(),
            cache_control: None,
        };
        lock(&self.objects).insert(key.into(), object);
    }

    pub fn remove(&self, key: &str) {
        lock(&self.objects).remove(key);
    }

    /// `GET` of a presigned URL.
    pub fn fetch(&self, url: &str) -> Result<Object, UrlError> {
        let grant = self.grant(url)?;
        if grant.write.is_some() {
            return Err(UrlError::Unsigned);
        }
        self.object(&grant.key).ok_or(UrlError::Missing)
    }

    /// `PUT` of a presigned URL.
    pub fn upload(&self, url: &str, mime_type: &str, body: impl Into<Bytes>) -> Result<(), UrlError> {
        let grant = self.grant(url)?;
        let body = body.into();
        let (signed_type, signed_size) = grant.write.ok_or(UrlError::Unsigned)?;
        if signed_type != mime_type || signed_size != body.len() as u64 {
            return Err(UrlError::Mismatch);
        }
        self.insert(grant.key, body, mime_type);
        Ok(())
    }

    fn grant(&self, url: &str) -> Result<Grant, UrlError> {
        let grant = lock(&self.grants).get(url).cloned().ok_or(UrlError::Unsigned)?;
        if self.world.clock.now() < grant.expires_at {
            Ok(grant)
        } else {
            Err(UrlError::Expired)
        }
    }

    pub(super) async fn get(&self, key: &str, max_bytes: u64) -> Result<Bytes, ObjectError> {
        let read = || {
            let object = self.object(key).ok_or(ObjectError::Missing)?;
            match object.body.len() as u64 {
                size if size > max_bytes => Err(ObjectError::TooLarge(size)),
                _ => Ok(object.body),
            }
        };
        self.world.perform(Call::GetObject, key.to_owned(), read).await
    }

    pub(super) async fn exists(&self, key: &str) -> Result<bool, PortError> {
        let look = || Ok(lock(&self.objects).contains_key(key));
        self.world.perform(Call::HeadObject, key.to_owned(), look).await
    }

    pub(super) async fn put(&self, key: &str, body: Bytes, mime_type: &str) -> Result<(), PortError> {
        let write = || {
            let object = Object {
                body,
                mime_type: mime_type.to_owned(),
                cache_control: Some(CACHE_CONTROL),
            };
            lock(&self.objects).insert(key.to_owned(), object);
            Ok(())
        };
        self.world.perform(Call::PutObject, key.to_owned(), write).await
    }

    pub(super) async fn delete(&self, keys: &[String]) -> Result<(), PortError> {
        let call = Call::DeleteObjects;
        let delete = || {
            if keys.is_empty() || keys.len() > MAX_BATCH_DELETE {
                return Err(self.world.invalid(call, "not between 1 and 1,000 keys"));
            }
            for key in keys {
                self.remove(key);
            }
            Ok(())
        };
        self.world.perform(call, keys.join(" "), delete).await
    }

    pub(super) async fn sign_get(&self, key: &str, at: Signing) -> Result<SignedRequest, PortError> {
        Ok(SignedRequest {
            url: self.sign("GET", key, None, at),
            headers: Vec::new(),
            credentials_end: None,
        })
    }

    pub(super) async fn sign_put(
        &self,
        key: &str,
        mime_type: &str,
        size_bytes: u64,
        at: Signing,
    ) -> Result<SignedRequest, PortError> {
        Ok(SignedRequest {
            url: self.sign("PUT", key, Some((mime_type.to_owned(), size_bytes)), at),
            headers: vec![
                ("content-type".to_owned(), mime_type.to_owned()),
                ("content-length".to_owned(), size_bytes.to_string()),
            ],
            credentials_end: None,
        })
    }

    fn sign(&self, method: &str, key: &str, write: Option<(String, u64)>, at: Signing) -> String {
        // The same request, signed at the same time, is the same address.
        let mut hasher = DefaultHasher::new();
        (method, key, &write, at.at).hash(&mut hasher);
        let signature = hasher.finish();
        let url = format!("memory://bucket/{key}?method={method}&signature={signature:016x}");
        let grant = Grant {
            key: key.to_owned(),
            write,
            // Counted from the whole second, as S3 counts it.
            expires_at: at.expires_at(),
        };
        lock(&self.grants).insert(url.clone(), grant);
        url
    }
}
