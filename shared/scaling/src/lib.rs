//! Scaling pixels by `fast_image_resize` (AVX2, SSE4.1 and NEON). Pixels lie row by row and without gaps, one byte a sample.
//!
//! The library's code is generic, so it is compiled in the crate that calls it, for every type of pixel. Here that happens once,
//! and not with every change of `media` and of its tests.

use std::fmt::Display;

pub use fast_image_resize::FilterType;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3, U8x4};
use fast_image_resize::{PixelTrait, ResizeAlg, ResizeOptions, Resizer};

/// Width and height in pixels.
pub type Size = (u32, u32);

/// The pixels do not fill the size that they are said to have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScalingError(String);

impl ScalingError {
    fn new(error: impl Display) -> Self {
        Self(error.to_string())
    }
}

/// Scales pixels of three samples.
pub fn rgb(pixels: &[u8], from: Size, to: Size, filter: FilterType) -> Result<Vec<u8>, ScalingError> {
    scale::<U8x3>(pixels, from, to, with(filter))
}

/// Scales pixels of four samples, the last of which is opacity.
pub fn rgba(pixels: &[u8], from: Size, to: Size, filter: FilterType) -> Result<Vec<u8>, ScalingError> {
    scale::<U8x4>(pixels, from, to, with(filter))
}

/// Scales the upper left part of a plane, `part` samples wide and high, of a plane whose rows have `stride` samples.
pub fn plane(
    samples: &[u8],
    stride: usize,
    part: (f64, f64),
    to: Size,
    filter: FilterType,
) -> Result<Vec<u8>, ScalingError> {
    let side = |samples: usize| u32::try_from(samples).map_err(ScalingError::new);
    let from = (side(stride)?, side(samples.len() / stride.max(1))?);
    scale::<U8>(samples, from, to, with(filter).crop(0.0, 0.0, part.0, part.1))
}

fn with(filter: FilterType) -> ResizeOptions {
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter))
}

/// `Resizer::resize` takes any of 13 types of pixels and so links the code of all of them, several megabytes.
fn scale<P: PixelTrait>(
    pixels: &[u8],
    from: Size,
    to: Size,
    options: ResizeOptions,
) -> Result<Vec<u8>, ScalingError> {
    let source = TypedImageRef::<P>::from_buffer(from.0, from.1, pixels).map_err(ScalingError::new)?;
    let mut scaled = vec![0; to.0 as usize * to.1 as usize * P::size()];
    let mut target = TypedImage::<P>::from_buffer(to.0, to.1, &mut scaled).map_err(ScalingError::new)?;
    Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .map_err(ScalingError::new)?;
    Ok(scaled)
}
