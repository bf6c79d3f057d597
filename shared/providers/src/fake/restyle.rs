//! How the fake makes its picture out of the guest's photo.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::{DynamicImage, ImageDecoder, ImageEncoder, Limits};
use thiserror::Error;

use super::look::Look;
use super::paint::paint;

/// JPEG quality of the picture: delivery encodes it once more.
const QUALITY: u8 = 90;

/// The longest side that the fake takes. Prepared photos have at most 2,048 px.
const LONGEST_SIDE: u32 = 4_096;

/// The output of `fake:broken-output`.
const NO_IMAGE: &[u8] = b"this is no image, as the style asked for";

/// The photo could not be restyled.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RestyleError {
    /// The photo is no JPEG that can be read.
    #[error("the photo cannot be read: {0}")]
    Photo(String),
    /// The picture could not be written.
    #[error("the picture cannot be written: {0}")]
    Picture(String),
}

/// How to turn the guest's photo into the fake's picture: the same for the same style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restyle(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Painted {
        look: Look,
        /// The place of the look's own colours on the colour wheel, in degrees.
        hue: u16,
    },
    Broken,
}

impl Restyle {
    /// The look for a style. The same model and prompt give the same look; a prompt that names one gets it.
    pub fn for_style(model: &str, prompt: &str) -> Self {
        Self(Kind::Painted {
            look: Self::look_of(model, prompt),
            hue: u16::try_from((hash_of(model, prompt) >> 16) % 360).unwrap_or(0),
        })
    }

    /// The look alone.
    pub(super) fn look_of(model: &str, prompt: &str) -> Look {
        Look::named(prompt).unwrap_or_else(|| Look::any(hash_of(model, prompt)))
    }

    /// Bytes that are no image.
    pub(super) const fn broken() -> Self {
        Self(Kind::Broken)
    }

    /// Makes the picture from the prepared photo: a JPEG of the same size (`broken-output`: bytes that are none).
    ///
    /// Pure computation, about a third of a second for 2,048 × 1,536: run it off the executor.
    ///
    /// # Errors
    /// The photo is no readable JPEG.
    pub fn apply(&self, photo: &[u8]) -> Result<Vec<u8>, RestyleError> {
        let Kind::Painted { look, hue } = self.0 else {
            return Ok(NO_IMAGE.to_vec());
        };
        let photo = decode(photo)?;
        let (width, height) = photo.dimensions();
        let picture = paint(&photo, look, hue);
        let mut jpeg = Vec::with_capacity(picture.len() / 8);
        JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
            .write_image(&picture, width, height, image::ExtendedColorType::Rgb8)
            .map_err(|error| RestyleError::Picture(error.to_string()))?;
        Ok(jpeg)
    }
}

fn decode(photo: &[u8]) -> Result<image::RgbImage, RestyleError> {
    let unreadable = |error: image::ImageError| RestyleError::Photo(error.to_string());
    let mut decoder = JpegDecoder::new(Cursor::new(photo)).map_err(unreadable)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    decoder.set_limits(limits).map_err(unreadable)?;
    Ok(DynamicImage::from_decoder(decoder)
        .map_err(unreadable)?
        .into_rgb8())
}

fn hash_of(model: &str, prompt: &str) -> u64 {
    fnv1a(model.bytes().chain([0]).chain(prompt.bytes()))
}

/// FNV-1a: stable across builds and machines, which the standard hasher does not promise.
fn fnv1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
