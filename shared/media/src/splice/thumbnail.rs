//! The thumbnail as a file, coded as all files are that we encode.

use image::metadata::Orientation;

use super::bits::Writer;
use super::block::{self, Tables};
use super::dct::{Quantiser, Samples};
use super::frame::Frame;
use super::huffman::Encoder;
use super::planes::Small;
use super::start;
use crate::jpeg_segments::EOI;
use crate::picture::{BYTES_PER_PIXEL, Picture};
use crate::{MediaError, encode};

/// A baseline JPEG with an XMP packet and a colour profile. The encoder for whole pictures wants colours as large as luma
/// and takes three times as long.
pub(super) fn encode(small: &Small, xmp: &[u8], icc: Option<&[u8]>) -> Result<Vec<u8>, MediaError> {
    let failed = || MediaError::Encode("the thumbnail's tables do not fit it".to_owned());
    // The smallest of its pictures has the tables of all.
    let model = encode::jpeg(
        &Picture {
            pixels: vec![0; BYTES_PER_PIXEL],
            width: 1,
            height: 1,
            orientation: Orientation::NoTransforms,
            icc: None,
        },
        None,
    )?;
    let mut frame = Frame::read(&model).ok_or_else(failed)?;
    (frame.width, frame.height) = (small.width, small.height);
    if small.planes.len() == 1 {
        frame.keep_luma();
    }
    // A byte for each pixel and the segments: more than it takes.
    let room = small.width * small.height + xmp.len() + icc.map_or(0, <[u8]>::len);
    write(&frame, small, start(&frame, xmp, icc, room)).ok_or_else(failed)
}

/// Appends the scan to a file.
fn write(frame: &Frame<'_>, small: &Small, file: Vec<u8>) -> Option<Vec<u8>> {
    let mut writer = Writer::new(file);
    let mut channels = Vec::new();
    for (component, (width, samples)) in frame.components.iter().zip(&small.planes) {
        let tables = Tables::of(frame, component, |table, _| Encoder::new(table))?;
        let quantiser = Quantiser::new(&frame.steps(component));
        channels.push((component, tables, quantiser, *width, samples, 0));
    }
    let (across, down) = frame.units();
    for row in 0..down {
        for column in 0..across {
            for (component, tables, quantiser, width, samples, last) in &mut channels {
                for y in row * component.down..(row + 1) * component.down {
                    for x in column * component.across..(column + 1) * component.across {
                        let block = quantiser.coefficients(&block_at(samples, *width, x * 8, y * 8)?);
                        let mean = i32::from(block[0]);
                        block::write(&mut writer, tables, mean - *last, &block)?;
                        *last = mean;
                    }
                }
            }
        }
    }
    writer.marker(EOI);
    Some(writer.into_file())
}

/// The samples of a block. Beyond the edge, the last column and row go on.
fn block_at(samples: &[u8], width: usize, x: usize, y: usize) -> Option<Samples<8>> {
    let bottom = (samples.len() / width).checked_sub(1)?;
    let mut block = [[0.0; 8]; 8];
    for (y, to) in (y..).zip(&mut block) {
        let line = samples.get(y.min(bottom) * width..)?.get(..width)?;
        if let Some(line) = line.get(x..).and_then(<[u8]>::first_chunk::<8>) {
            *to = line.map(level);
        } else {
            for (x, to) in (x..).zip(to) {
                *to = level(line[x.min(width - 1)]);
            }
        }
    }
    Some(block)
}

fn level(sample: u8) -> f32 {
    f32::from(sample) - 128.0
}
