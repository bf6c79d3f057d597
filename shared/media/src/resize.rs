//! Scaling pictures down, by `fast_image_resize` (AVX2, SSE4.1 and NEON).

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use crate::MediaError;
use crate::picture::{Picture, fit};

/// A copy whose long side has at most `long_side` pixels; `None` when the picture is that small already.
pub(crate) fn shrink(
    picture: &Picture,
    long_side: u32,
    filter: FilterType,
) -> Result<Option<Picture>, MediaError> {
    let (width, height) = fit(picture.width, picture.height, long_side);
    if (width, height) == (picture.width, picture.height) {
        return Ok(None);
    }
    let from = (picture.width, picture.height);
    let pixels = scale::<U8x3>(&picture.pixels, from, (width, height), filter)?;
    Ok(Some(Picture {
        pixels,
        width,
        height,
        orientation: picture.orientation,
        icc: picture.icc.clone(),
    }))
}

/// Scales pixels of the type `P`, row by row and without gaps, from one size to another.
///
/// `Resizer::resize` takes any of 13 pixel types and so links the code of all of them, several megabytes.
pub(crate) fn scale<P: PixelTrait>(
    pixels: &[u8],
    from: (u32, u32),
    to: (u32, u32),
    filter: FilterType,
) -> Result<Vec<u8>, MediaError> {
    let failed = |error: &dyn std::fmt::Display| MediaError::Encode(error.to_string());
    let source = TypedImageRef::<P>::from_buffer(from.0, from.1, pixels).map_err(|error| failed(&error))?;
    let mut scaled = vec![0; to.0 as usize * to.1 as usize * P::size()];
    let mut target = TypedImage::<P>::from_buffer(to.0, to.1, &mut scaled).map_err(|error| failed(&error))?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .map_err(|error| failed(&error))?;
    Ok(scaled)
}

/// Scales the upper left part of a plane, `from` samples wide and high, to another size.
pub(crate) fn plane(
    samples: &[u8],
    stride: usize,
    from: (f64, f64),
    to: (u32, u32),
    filter: FilterType,
) -> Result<Vec<u8>, MediaError> {
    let failed = |error: &dyn std::fmt::Display| MediaError::Encode(error.to_string());
    let side = |samples: usize| u32::try_from(samples).map_err(|error| failed(&error));
    let height = side(samples.len() / stride.max(1))?;
    let source =
        TypedImageRef::<U8>::from_buffer(side(stride)?, height, samples).map_err(|error| failed(&error))?;
    let mut scaled = vec![0; to.0 as usize * to.1 as usize];
    let mut target =
        TypedImage::<U8>::from_buffer(to.0, to.1, &mut scaled).map_err(|error| failed(&error))?;
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(filter))
        .crop(0.0, 0.0, from.0, from.1);
    Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .map_err(|error| failed(&error))?;
    Ok(scaled)
}
