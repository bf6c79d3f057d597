//! The one form of a decoded picture in memory.

use image::metadata::Orientation;

/// A decoded picture: rows from top to bottom without gaps, three bytes a pixel, no transparency.
///
/// The bytes are full-range BT.601 luma, blue and red difference, as JFIF files hold them. A JPEG stays in this
/// space all the way: blending and resizing are linear, so they give the same as in RGB, and two conversions of
/// every pixel (and their rounding) are saved. What comes as RGB is converted once, as an encoder would have to.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) pixels: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// The turn that makes the picture upright.
    pub(crate) orientation: Orientation,
    /// The colour profile, when it is one for RGB.
    pub(crate) icc: Option<Vec<u8>>,
}

/// Bytes of a pixel in a [`Picture`].
pub(crate) const BYTES_PER_PIXEL: usize = 3;

/// Converts RGB pixels in place to what a [`Picture`] holds.
pub(crate) fn to_ycbcr(rgb: &mut [u8]) {
    for pixel in rgb.as_chunks_mut::<BYTES_PER_PIXEL>().0 {
        let [red, green, blue] = *pixel;
        *pixel = jpeg_encoder::rgb_to_ycbcr(red, green, blue).into();
    }
}

impl Picture {
    pub(crate) fn stride(&self) -> usize {
        self.width as usize * BYTES_PER_PIXEL
    }
}

/// Keeps a colour profile that fits the pixels we hold.
///
/// A gray or CMYK profile describes channels that are gone after the conversion to RGB: a viewer that believed
/// it would show wrong colours or nothing.
pub(crate) fn usable_icc(profile: Option<Vec<u8>>) -> Option<Vec<u8>> {
    profile.filter(|icc| is_profile_of(icc, b"RGB "))
}

/// Whether a profile describes this colour space. The size limit keeps a stuffed profile from being carried along.
pub(crate) fn is_profile_of(profile: &[u8], space: &[u8; 4]) -> bool {
    const MAX_BYTES: usize = 1 << 20;
    const COLOUR_SPACE: std::ops::Range<usize> = 16..20;
    profile.len() <= MAX_BYTES && profile.get(COLOUR_SPACE) == Some(space)
}

/// `width` x `height` scaled down, never up, to at most `long_side`; no side falls below one pixel.
pub(crate) fn fit(width: u32, height: u32, long_side: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= long_side {
        return (width, height);
    }
    let scaled = |side: u32| {
        let rounded = (u64::from(side) * u64::from(long_side) + u64::from(longest) / 2) / u64::from(longest);
        u32::try_from(rounded).unwrap_or(long_side).max(1)
    };
    (scaled(width), scaled(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fitting_keeps_the_aspect_and_never_enlarges() {
        assert_eq!(fit(4000, 3000, 480), (480, 360));
        assert_eq!(fit(3000, 4000, 480), (360, 480));
        assert_eq!(fit(480, 480, 480), (480, 480));
        assert_eq!(fit(100, 50, 480), (100, 50));
        assert_eq!(fit(16_384, 64, 480), (480, 2));
        assert_eq!(fit(16_384, 1, 480), (480, 1));
    }

    #[test]
    fn only_a_profile_for_rgb_is_kept() {
        let profile = |space: &[u8; 4]| {
            let mut icc = vec![0; 128];
            icc[16..20].copy_from_slice(space);
            Some(icc)
        };
        assert!(usable_icc(profile(b"RGB ")).is_some());
        assert!(usable_icc(profile(b"GRAY")).is_none());
        assert!(usable_icc(profile(b"CMYK")).is_none());
        assert!(usable_icc(Some(vec![1, 2, 3])).is_none());
        assert!(usable_icc(None).is_none());
    }
}
