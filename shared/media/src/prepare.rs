//! Turns a guest's photo into what a provider may see.

use scaling::FilterType;

use crate::finish::THUMBNAIL_LONG_SIDE;
use crate::{Limits, MediaError, decode, encode, orient, resize};

/// Longest side of a prepared photo, in pixels: the models work with no more.
pub const PREPARED_LONG_SIDE: u32 = 2048;

/// A guest's photo as a provider may see it. Width and height are those of the upright picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedPhoto {
    /// The file: upright, and with no metadata but the colour profile.
    pub jpeg: Vec<u8>,
    pub width: u32,
    pub height: u32,
    /// The same, scaled down to [`THUMBNAIL_LONG_SIDE`].
    pub thumbnail: Vec<u8>,
    pub thumbnail_width: u32,
    pub thumbnail_height: u32,
}

/// Turns a guest's photo into what a provider may see: checks the limits, applies the EXIF orientation, drops all
/// metadata (EXIF with GPS, XMP, comments) except the colour profile, scales down (never up) to
/// [`PREPARED_LONG_SIDE`], flattens transparency on white, writes JPEG of quality 90 and a thumbnail.
///
/// # Errors
///
/// [`MediaError`] for a photo that is too large or small, unknown, truncated or corrupt.
pub fn prepare_photo(bytes: &[u8], limits: &Limits) -> Result<PreparedPhoto, MediaError> {
    let decoded = decode::decode(bytes, limits)?;
    // Scale first, so that only the small picture is turned.
    let scaled = resize::shrink(&decoded, PREPARED_LONG_SIDE, FilterType::Lanczos3)?;
    let photo = orient::upright(match scaled {
        Some(scaled) => {
            drop(decoded);
            scaled
        }
        None => decoded,
    });
    let jpeg = encode::jpeg(&photo, None)?;
    let (width, height) = (photo.width, photo.height);
    let small = resize::shrink(&photo, THUMBNAIL_LONG_SIDE, FilterType::Hamming)?;
    let thumbnail = match &small {
        Some(small) => encode::jpeg(small, None)?,
        None => jpeg.clone(),
    };
    let small = small.unwrap_or(photo);
    Ok(PreparedPhoto {
        jpeg,
        width,
        height,
        thumbnail,
        thumbnail_width: small.width,
        thumbnail_height: small.height,
    })
}
