//! JPEG, by `zune-jpeg` (AVX2 and NEON).

use std::borrow::Cow;

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::jpeg_segments::{self, Extent};
use crate::picture::{Picture, to_ycbcr, usable_icc};
use crate::{Format, Limits, MediaError, colour};

type Decoder<'a> = JpegDecoder<ZCursor<&'a [u8]>>;

/// Scans of a progressive file, at most. Encoders write about ten; each scan is a pass over all coefficients, so a
/// file with a hundred scans is made to burn CPU.
const MAX_SCANS: usize = 32;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError> {
    jpeg_segments::check_shape(bytes)?;
    let (width, height) = dimensions(&open(bytes)?)?;
    limits.check_size(width, height)?;
    let extent = jpeg_segments::extent(bytes).ok_or(MediaError::Truncated(Format::Jpeg))?;
    let bytes = if extent.has_one_plain_scan {
        endless(bytes, &extent)
    } else {
        Cow::Borrowed(bytes)
    };

    let mut decoder = open(&bytes)?;
    let is_ycbcr = decoder.input_colorspace() == Some(ColorSpace::YCbCr);
    let out = if is_ycbcr {
        ColorSpace::YCbCr
    } else {
        ColorSpace::RGB
    };
    // Strict from here on: broken entropy-coded data is an error, not a gray area. Not before, because the
    // headers of real cameras' files have harmless quirks.
    decoder.set_options(options().set_strict_mode(true).jpeg_set_out_colorspace(out));
    let size = decoder
        .output_buffer_size()
        .ok_or_else(|| Format::Jpeg.corrupt("no size"))?;
    let mut pixels = vec![0; size];
    decoder.decode_into(&mut pixels).map_err(corrupt)?;
    if !is_ycbcr {
        to_ycbcr(&mut pixels);
    }
    let exif = decoder.exif().map(Vec::as_slice);
    let is_adobe_rgb = exif.is_some_and(colour::is_adobe_rgb);
    let icc = match usable_icc(decoder.icc_profile()) {
        None if is_adobe_rgb => Some(colour::adobe_rgb()?),
        given => given,
    };
    Ok(Picture {
        pixels,
        width,
        height,
        orientation: super::orientation(exif),
        icc,
    })
}

/// The file with a few zero bytes where its end marker was.
///
/// At an end marker that comes too early, the decoder makes up the rest of the picture; at the end of the data
/// it gives up, which is right for a file that was cut and then closed by a well-meaning tool. The zeros
/// are for its look-ahead of eight bytes, and for encoders that drop the last few bits.
fn endless<'a>(bytes: &[u8], extent: &Extent) -> Cow<'a, [u8]> {
    const LOOK_AHEAD: [u8; 16] = [0; 16];
    let data = bytes.get(..extent.end_marker).unwrap_or(bytes);
    Cow::Owned([data, &LOOK_AHEAD].concat())
}

pub(super) fn size(bytes: &[u8]) -> Result<(u32, u32), MediaError> {
    jpeg_segments::check_shape(bytes)?;
    dimensions(&open(bytes)?)
}

fn open(bytes: &[u8]) -> Result<Decoder<'_>, MediaError> {
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options());
    decoder.decode_headers().map_err(corrupt)?;
    Ok(decoder)
}

/// Our own limits are checked on the header, with a better message; the decoder's are lifted out of the way.
fn options() -> DecoderOptions {
    DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(MAX_SCANS)
}

fn dimensions(decoder: &Decoder<'_>) -> Result<(u32, u32), MediaError> {
    let info = decoder
        .info()
        .ok_or_else(|| Format::Jpeg.corrupt("no frame header"))?;
    Ok((u32::from(info.width), u32::from(info.height)))
}

fn corrupt(error: DecodeErrors) -> MediaError {
    match error {
        DecodeErrors::ExhaustedData => MediaError::Truncated(Format::Jpeg),
        other => Format::Jpeg.corrupt(other),
    }
}
