//! Scaling pictures down, by `fast_image_resize` (AVX2, SSE4.1 and NEON).

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

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
    let failed = |error: &dyn std::fmt::Display| MediaError::Encode(error.to_string());
    let source = ImageRef::new(picture.width, picture.height, &picture.pixels, PixelType::U8x3)
        .map_err(|error| failed(&error))?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new()
        .resize(&source, &mut target, &options)
        .map_err(|error| failed(&error))?;
    Ok(Some(Picture {
        pixels: target.into_vec(),
        width,
        height,
        orientation: picture.orientation,
        icc: picture.icc.clone(),
    }))
}
