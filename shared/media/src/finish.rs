//! Turns a provider's output into the picture that we deliver.

use data_encoding::HEXLOWER;
use fast_image_resize::FilterType;
use sha2::{Digest, Sha256};

use crate::provenance::{Provenance, verify};
use crate::{Format, Limits, MediaError, Watermark, decode, encode, orient, resize, watermark};

/// Longest side of a thumbnail, in pixels.
pub const THUMBNAIL_LONG_SIDE: u32 = 480;

/// What is stored and delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The picture: JPEG, watermarked, upright, with provenance and colour profile and no other metadata.
    pub image: Vec<u8>,
    pub width: u32,
    pub height: u32,
    /// The same, scaled down to [`THUMBNAIL_LONG_SIDE`].
    pub thumbnail: Vec<u8>,
    pub thumbnail_width: u32,
    pub thumbnail_height: u32,
    /// `image/jpeg`, for both files.
    pub mime_type: &'static str,
    /// SHA-256 of `image`, lower-case hexadecimal.
    pub sha256: String,
}

/// Turns a provider's output into the picture that we deliver: checks the limits, applies an EXIF orientation, flattens
/// transparency on white, burns in the watermark, writes picture and thumbnail with the provenance, and reads
/// the provenance back from both.
///
/// # Errors
///
/// [`MediaError`] for an output that is too large or small, unknown, truncated or corrupt, and
/// [`MediaError::Provenance`] when one of the two files does not carry the provenance.
pub fn finish_output(
    bytes: &[u8],
    watermark: Option<&Watermark<'_>>,
    provenance: &Provenance,
    limits: &Limits,
) -> Result<Finished, MediaError> {
    let mut picture = orient::upright(decode::decode(bytes, limits)?);
    if let Some(watermark) = watermark {
        watermark::apply(&mut picture, watermark)?;
    }
    let packet = provenance.packet();
    let image = encode::jpeg(&picture, Some(&packet))?;
    let (width, height) = (picture.width, picture.height);

    let small = resize::shrink(&picture, THUMBNAIL_LONG_SIDE, FilterType::Hamming)?.unwrap_or(picture);
    let thumbnail = encode::jpeg(&small, Some(&packet))?;

    verify(&image, provenance)?;
    verify(&thumbnail, provenance)?;
    Ok(Finished {
        sha256: HEXLOWER.encode(&Sha256::digest(&image)),
        image,
        width,
        height,
        thumbnail,
        thumbnail_width: small.width,
        thumbnail_height: small.height,
        mime_type: Format::Jpeg.mime_type(),
    })
}
