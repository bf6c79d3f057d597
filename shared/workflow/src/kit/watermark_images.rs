//! Watermark images, kept in memory: each is stored under a key of its own and never changes.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use cloud::{Cloud, ObjectError, PortError};
use media::Mark;

const MAX_IMAGE_BYTES: u64 = 5 * 1024 * 1024;
/// Images to keep. An execution environment rarely serves more organisers than this in its life.
const MAX_IMAGES: usize = 16;

#[derive(Debug, Default)]
pub(super) struct WatermarkImages(Mutex<HashMap<String, Arc<Mark>>>);

/// A decoded watermark image.
#[derive(Debug, Clone)]
pub(crate) enum WatermarkImage {
    /// The organiser's own.
    Own(Arc<Mark>),
    /// The AI mark that comes with the product.
    BuiltIn,
}

impl WatermarkImage {
    pub(crate) fn mark(&self) -> &Mark {
        match self {
            Self::Own(mark) => mark,
            Self::BuiltIn => Mark::built_in(),
        }
    }
}

impl WatermarkImages {
    /// The image of this key. The built-in mark replaces an unreadable image, so that no picture leaves unmarked.
    pub(super) async fn get(&self, cloud: &Cloud, key: Option<&str>) -> Result<WatermarkImage, PortError> {
        let Some(key) = key else {
            return Ok(WatermarkImage::BuiltIn);
        };
        if let Some(mark) = self.kept(key) {
            return Ok(WatermarkImage::Own(mark));
        }
        let bytes = match cloud.get_object(key, MAX_IMAGE_BYTES).await {
            Ok(bytes) => bytes,
            Err(ObjectError::Port(error)) => return Err(error),
            Err(error) => return Ok(built_in_instead(key, &error)),
        };
        Ok(match Mark::decode(&bytes) {
            Ok(mark) => WatermarkImage::Own(self.keep(key, mark)),
            Err(error) => built_in_instead(key, &error),
        })
    }

    fn kept(&self, key: &str) -> Option<Arc<Mark>> {
        let images = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        images.get(key).cloned()
    }

    fn keep(&self, key: &str, mark: Mark) -> Arc<Mark> {
        let mark = Arc::new(mark);
        let mut images = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if images.len() >= MAX_IMAGES {
            images.clear();
        }
        images.insert(key.to_owned(), Arc::clone(&mark));
        mark
    }
}

fn built_in_instead(key: &str, error: &dyn Display) -> WatermarkImage {
    tracing::warn!(key, %error, "watermark image is unusable, using the built-in mark");
    WatermarkImage::BuiltIn
}
