//! Decodes a file into a [`Picture`].

mod jpeg;
mod png;
mod webp;

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;

use crate::picture::Picture;
use crate::{Format, Limits, MediaError};

/// Decodes a picture: limits first, then completeness, then pixels.
pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError> {
    limits.check_bytes(bytes)?;
    let format = Format::sniff(bytes)?;
    contain(format, || match format {
        Format::Jpeg => jpeg::decode(bytes, limits),
        Format::Png => png::decode(bytes, limits),
        Format::WebP => webp::decode(bytes, limits),
    })
}

/// Width and height by the header.
pub(crate) fn size(bytes: &[u8], format: Format) -> Result<(u32, u32), MediaError> {
    contain(format, || match format {
        Format::Jpeg => jpeg::size(bytes),
        Format::Png => png::size(bytes),
        Format::WebP => webp::size(bytes),
    })
}

/// The XMP packet of a file, when it has one.
pub(crate) fn xmp(bytes: &[u8], format: Format) -> Result<Option<Vec<u8>>, MediaError> {
    contain(format, || match format {
        Format::Jpeg => Ok(crate::jpeg_segments::xmp(bytes).map(<[u8]>::to_vec)),
        Format::Png => png::xmp(bytes),
        Format::WebP => webp::xmp(bytes),
    })
}

/// Turns a decoder's panic into an error. The decoders are fuzzed, but a hostile file must fail one edit, not
/// the function that other edits run in.
pub(crate) fn contain<T>(
    format: Format,
    work: impl FnOnce() -> Result<T, MediaError>,
) -> Result<T, MediaError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(format.corrupt("the decoder gave up")))
}

/// The picture's orientation by its EXIF chunk.
pub(crate) fn orientation(exif: Option<&[u8]>) -> Orientation {
    // Some writers put the prefix that EXIF has in JPEG files into the chunks of other formats too.
    let exif = exif.map(|exif| exif.strip_prefix(b"Exif\0\0").unwrap_or(exif));
    exif.and_then(Orientation::from_exif_chunk)
        .unwrap_or(Orientation::NoTransforms)
}

/// One channel over white.
fn over_white(channel: u8, alpha: u8) -> u8 {
    let sum = u32::from(channel) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
    u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
}
