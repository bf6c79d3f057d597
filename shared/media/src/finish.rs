//! Turns a provider's output into the picture that we deliver.

use data_encoding::HEXLOWER;
use scaling::FilterType;
use sha2::{Digest, Sha256};

use crate::provenance::{Provenance, verify};
use crate::{Format, Limits, MediaError, Watermark, decode, encode, orient, resize, splice, watermark};

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
/// the provenance back from both. Of a baseline JPEG that is upright, everything but the blocks under the mark stays
/// as it is, coefficient for coefficient.
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
    let packet = provenance.packet();
    let made = match splice::finish(bytes, watermark, &packet, limits)? {
        Some(made) => made,
        None => decode_and_encode(bytes, watermark, &packet, limits)?,
    };
    verify(&made.image, provenance)?;
    verify(&made.thumbnail, provenance)?;
    Ok(Finished {
        sha256: HEXLOWER.encode(&Sha256::digest(&made.image)),
        image: made.image,
        width: made.width,
        height: made.height,
        thumbnail: made.thumbnail,
        thumbnail_width: made.thumbnail_width,
        thumbnail_height: made.thumbnail_height,
        mime_type: Format::Jpeg.mime_type(),
    })
}

/// A marked picture and its thumbnail.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) image: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) thumbnail: Vec<u8>,
    pub(crate) thumbnail_width: u32,
    pub(crate) thumbnail_height: u32,
}

/// The way for everything that [`splice`] leaves: all pixels are decoded, and encoded again.
pub(crate) fn decode_and_encode(
    bytes: &[u8],
    watermark: Option<&Watermark<'_>>,
    packet: &str,
    limits: &Limits,
) -> Result<Made, MediaError> {
    let mut picture = orient::upright(decode::decode(bytes, limits)?);
    if let Some(watermark) = watermark {
        let mark = watermark::draw(picture.width, picture.height, picture.icc.as_deref(), watermark)?;
        watermark::apply(&mut picture, &mark);
    }
    let image = encode::jpeg(&picture, Some(packet))?;
    let (width, height) = (picture.width, picture.height);

    let small = resize::shrink(&picture, THUMBNAIL_LONG_SIDE, FilterType::Hamming)?.unwrap_or(picture);
    let thumbnail = encode::jpeg(&small, Some(packet))?;

    Ok(Made {
        image,
        width,
        height,
        thumbnail,
        thumbnail_width: small.width,
        thumbnail_height: small.height,
    })
}
