//! Marks a JPEG file without decoding it.
//!
//! The scan of a baseline file is read as symbols. The blocks under the mark are decoded, blended and coded again
//! with the file's own steps; the bits of all others are copied. So nothing outside the mark loses a second
//! time, and no pixel outside it is computed. The thumbnail comes out of the same pass, from each block's low
//! frequencies. A file of any other kind takes the long way, [`crate::finish`].

mod bits;
mod block;
mod dct;
mod frame;
mod huffman;
mod layer;
mod planes;
mod scan;
mod thumbnail;

use scaling::FilterType;

use crate::finish::{Made, THUMBNAIL_LONG_SIDE};
use crate::jpeg_segments as segments;
use crate::picture::{fit, is_profile_of};
use crate::watermark::{self, Drawn};
use crate::{Format, Limits, MediaError, Watermark, colour, decode};
use frame::Frame;
use layer::Layers;
use planes::{Plane, Scale, Small};
use scan::Stop;

/// Version 1.1, no density, no thumbnail: all viewers take the samples for gray or YCbCr.
const JFIF: &[u8] = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0";

/// `None` when the file must take the long way; that way also finds the words for a file that is refused.
pub(crate) fn finish(
    bytes: &[u8],
    watermark: Option<&Watermark<'_>>,
    packet: &str,
    limits: &Limits,
) -> Result<Option<Made>, MediaError> {
    decode::contain(Format::Jpeg, || try_finish(bytes, watermark, packet, limits))
}

fn try_finish(
    bytes: &[u8],
    watermark: Option<&Watermark<'_>>,
    packet: &str,
    limits: &Limits,
) -> Result<Option<Made>, MediaError> {
    let Some(frame) = Frame::read(bytes) else {
        return Ok(None);
    };
    let xmp = segments::xmp_payload(packet);
    let (Ok(width), Ok(height)) = (u32::try_from(frame.width), u32::try_from(frame.height)) else {
        return Ok(None);
    };
    let is_allowed = limits
        .check_bytes(bytes)
        .and_then(|()| limits.check_size(width, height))
        .is_ok();
    if !is_allowed || !segments::fits(&xmp) {
        return Ok(None);
    }
    let is_gray = frame.components.len() == 1;
    let space = if is_gray { b"GRAY" } else { b"RGB " };
    let icc = match segments::icc(bytes).filter(|icc| is_profile_of(icc, space)) {
        None if frame.is_adobe_rgb && !is_gray => Some(colour::adobe_rgb()?),
        given => given,
    };
    let mark_profile = icc.as_deref().filter(|_| !is_gray);
    let mark = watermark
        .map(|watermark| watermark::draw(width, height, mark_profile, watermark))
        .transpose()?;
    if is_gray && !mark.as_ref().is_none_or(Drawn::is_gray) {
        return Ok(None);
    }
    let small = fit(width, height, THUMBNAIL_LONG_SIDE);
    let scale = Scale::for_side(width.max(height) as usize, small.0.max(small.1) as usize);
    let layers = mark.map(|mark| Layers::new(&frame, &mark));
    let begin = |tables: &Frame<'_>| start(tables, &xmp, icc.as_deref(), bytes.len() + bytes.len() / 16);
    let mut done = scan::run(&frame, layers.as_ref(), scale, None, begin(&frame));
    if done.as_ref().is_err_and(|&stop| stop == Stop::NoCode) {
        // The file has codes for its own coefficients alone, as optimising encoders leave it. All symbols get new
        // codes; the coefficients stay.
        if let Some(widened) = Frame::read(bytes).and_then(|mut frame| frame.widen_tables().map(|()| frame)) {
            done = scan::run(&frame, layers.as_ref(), scale, Some(&widened), begin(&widened));
        }
    }
    let Ok((image, planes)) = done else {
        return Ok(None);
    };

    let thumbnail = if small == (width, height) {
        image.clone()
    } else {
        thumbnail::encode(&shrink(&frame, &planes, scale, small)?, &xmp, icc.as_deref())?
    };
    let (thumbnail_width, thumbnail_height) = small;
    Ok(Some(Made {
        image,
        width,
        height,
        thumbnail,
        thumbnail_width,
        thumbnail_height,
    }))
}

/// A file up to its scan. `room` is what the scan may take.
fn start(frame: &Frame<'_>, xmp: &[u8], icc: Option<&[u8]>, room: usize) -> Vec<u8> {
    /// More than all other segments take.
    const HEADERS: usize = 1 << 16;
    let mut file = Vec::with_capacity(HEADERS + room);
    file.extend([0xFF, segments::SOI]);
    segments::append(&mut file, segments::APP0, JFIF);
    segments::append(&mut file, segments::APP1, xmp);
    if let Some(icc) = icc {
        segments::append_icc(&mut file, icc);
    }
    frame.write(&mut file);
    file
}

/// Scales the planes that the pass gathered to the size of the thumbnail.
fn shrink(
    frame: &Frame<'_>,
    planes: &[Plane],
    scale: Scale,
    (width, height): (u32, u32),
) -> Result<Small, MediaError> {
    let (across, down) = frame.factors();
    let side = |pixels: usize, part: usize, whole: usize| {
        to_f64(pixels * part) / to_f64(whole) * to_f64(scale.pixels()) / 8.0
    };
    let (mut wide, mut high) = (width, height);
    let mut small = Vec::new();
    for (plane, component) in planes.iter().zip(&frame.components) {
        let from = (
            side(frame.width, component.across, across),
            side(frame.height, component.down, down),
        );
        let samples = scaling::plane(
            &plane.samples,
            plane.stride,
            from,
            (wide, high),
            FilterType::Hamming,
        )?;
        small.push((wide as usize, samples));
        (wide, high) = (width.div_ceil(2), height.div_ceil(2));
    }
    Ok(Small {
        width: width as usize,
        height: height as usize,
        planes: small,
    })
}

#[expect(clippy::cast_precision_loss, reason = "sides of pictures")]
fn to_f64(value: usize) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests;
