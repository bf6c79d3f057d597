//! Scaling pictures down.

use scaling::FilterType;

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
    Ok(Some(Picture {
        pixels: scaling::rgb(&picture.pixels, from, (width, height), filter)?,
        width,
        height,
        orientation: picture.orientation,
        icc: picture.icc.clone(),
    }))
}
