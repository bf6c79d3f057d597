//! WebP, by `image-webp`. Of an animation, the first frame.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use super::over_white;
use crate::picture::{BYTES_PER_PIXEL, Picture, to_ycbcr, usable_icc};
use crate::{Format, Limits, MediaError};

/// Longest metadata chunk that is read into memory, in bytes.
const MAX_METADATA_BYTES: usize = 4 << 20;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError> {
    let mut decoder = open(bytes)?;
    let (width, height) = decoder.dimensions();
    limits.for_webp().check_size(width, height)?;
    if !is_complete(bytes) {
        return Err(MediaError::Truncated(Format::WebP));
    }

    let size = decoder
        .output_buffer_size()
        .ok_or_else(|| Format::WebP.corrupt("no size"))?;
    let mut pixels = vec![0; size];
    decoder.read_image(&mut pixels).map_err(corrupt)?;
    if decoder.has_alpha() {
        flatten(&mut pixels);
    }
    to_ycbcr(&mut pixels);
    let exif = decoder.exif_metadata().map_err(corrupt)?;
    Ok(Picture {
        pixels,
        width,
        height,
        orientation: super::orientation(exif.as_deref()),
        icc: usable_icc(decoder.icc_profile().map_err(corrupt)?),
    })
}

pub(super) fn size(bytes: &[u8]) -> Result<(u32, u32), MediaError> {
    Ok(open(bytes)?.dimensions())
}

pub(super) fn xmp(bytes: &[u8]) -> Result<Option<Vec<u8>>, MediaError> {
    open(bytes)?.xmp_metadata().map_err(corrupt)
}

fn open(bytes: &[u8]) -> Result<WebPDecoder<Cursor<&[u8]>>, MediaError> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(corrupt)?;
    decoder.set_memory_limit(MAX_METADATA_BYTES);
    Ok(decoder)
}

/// The container says how long it is; the decoders of its parts do not all notice when it is shorter.
fn is_complete(bytes: &[u8]) -> bool {
    const HEADER: u64 = 8;
    let Some(&[a, b, c, d]) = bytes.get(4..8) else {
        return false;
    };
    let claimed = u64::from(u32::from_le_bytes([a, b, c, d]));
    bytes.len() as u64 >= HEADER + claimed
}

/// RGBA over white, to RGB in the same memory.
fn flatten(pixels: &mut Vec<u8>) {
    let count = pixels.len() / 4;
    for i in 0..count {
        let (from, to) = (i * 4, i * BYTES_PER_PIXEL);
        let alpha = pixels[from + 3];
        for channel in 0..BYTES_PER_PIXEL {
            pixels[to + channel] = over_white(pixels[from + channel], alpha);
        }
    }
    pixels.truncate(count * BYTES_PER_PIXEL);
}

fn corrupt(error: DecodingError) -> MediaError {
    match error {
        DecodingError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            MediaError::Truncated(Format::WebP)
        }
        other => Format::WebP.corrupt(other),
    }
}
