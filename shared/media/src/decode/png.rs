//! PNG, by `png`: any bit depth becomes 8, any colour type RGB, transparency white, one row at a time.

use std::io::{Cursor, ErrorKind};

use png::{ColorType, Decoder, DecodingError, Transformations};

use super::over_white;
use crate::picture::{BYTES_PER_PIXEL, Picture, to_ycbcr, usable_icc};
use crate::{Format, Limits, MediaError, colour};

/// Keyword of the text chunk that holds XMP.
const XMP_KEYWORD: &str = "XML:com.adobe.xmp";

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError> {
    let (width, height) = size(bytes)?;
    limits.check_size(width, height)?;

    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(corrupt)?;
    let channels = reader.output_color_type().0;

    let mut pixels = Vec::with_capacity(width as usize * height as usize * BYTES_PER_PIXEL);
    if reader.info().interlaced {
        let size = reader
            .output_buffer_size()
            .ok_or_else(|| Format::Png.corrupt("no size"))?;
        let mut whole = vec![0; size];
        reader.next_frame(&mut whole).map_err(corrupt)?;
        append(&mut pixels, &whole, channels);
    } else {
        while let Some(row) = reader.next_row().map_err(corrupt)? {
            append(&mut pixels, row.data(), channels);
        }
    }
    if pixels.len() != width as usize * height as usize * BYTES_PER_PIXEL {
        return Err(MediaError::Truncated(Format::Png));
    }
    // Up to the end chunk: a file without it was cut off.
    reader.finish().map_err(corrupt)?;
    let icc = usable_icc(reader.info().icc_profile.as_ref().map(|icc| icc.to_vec()));
    let icc = match icc {
        None => colour::of_png(reader.info())?,
        given => given,
    };
    Ok(Picture {
        pixels,
        width,
        height,
        orientation: super::orientation(reader.info().exif_metadata.as_deref()),
        icc,
    })
}

pub(super) fn size(bytes: &[u8]) -> Result<(u32, u32), MediaError> {
    let mut decoder = Decoder::new(Cursor::new(bytes));
    let info = decoder.read_header_info().map_err(corrupt)?;
    Ok((info.width, info.height))
}

pub(super) fn xmp(bytes: &[u8]) -> Result<Option<Vec<u8>>, MediaError> {
    let reader = Decoder::new(Cursor::new(bytes)).read_info().map_err(corrupt)?;
    let chunk = reader
        .info()
        .utf8_text
        .iter()
        .find(|text| text.keyword == XMP_KEYWORD);
    Ok(chunk
        .and_then(|text| text.get_text().ok())
        .map(String::into_bytes))
}

fn append(pixels: &mut Vec<u8>, row: &[u8], channels: ColorType) {
    let start = pixels.len();
    match channels {
        ColorType::Grayscale => pixels.extend(row.iter().flat_map(|&gray| [gray; 3])),
        ColorType::GrayscaleAlpha => {
            pixels.extend(row.chunks_exact(2).flat_map(|p| [over_white(p[0], p[1]); 3]));
        }
        ColorType::Rgba => {
            pixels.extend(
                row.chunks_exact(4)
                    .flat_map(|p| [p[0], p[1], p[2]].map(|c| over_white(c, p[3]))),
            );
        }
        // Palettes are expanded by the decoder.
        ColorType::Rgb | ColorType::Indexed => pixels.extend_from_slice(row),
    }
    to_ycbcr(&mut pixels[start..]);
}

fn corrupt(error: DecodingError) -> MediaError {
    match error {
        DecodingError::IoError(io) if io.kind() == ErrorKind::UnexpectedEof => {
            MediaError::Truncated(Format::Png)
        }
        other => Format::Png.corrupt(other),
    }
}
