//! Limits on what a picture may cost, checked before anything is allocated for it.

use crate::MediaError;

/// How large a picture may be: checked on the file's length and its header, before the first pixel is
/// allocated.
///
/// Memory while one picture is worked on, beside the file itself and what is written: 3 bytes a pixel for nearly
/// every file (and a copy of a JPEG file while it is decoded); up to 9 for a progressive JPEG, whose
/// coefficients are kept until the last scan (11 where it has four components); 8 for an interlaced PNG; up to 12 for a
/// WebP, whose frame, canvas and output are there at once; 6 while a picture with an EXIF rotation is turned, which
/// photos are after they were scaled down and outputs before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file.
    pub max_bytes: u64,
    /// Width times height.
    pub max_pixels: u64,
    /// Pixels of each side.
    pub max_side: u32,
    /// Pixels of each side.
    pub min_side: u32,
}

impl Limits {
    /// A guest's photo: 30 MB, 64 megapixels.
    pub const PHOTO: Self = Self {
        max_bytes: 30_000_000,
        max_pixels: 64_000_000,
        max_side: 16_384,
        min_side: 64,
    };

    /// A provider's output: 32 MB, 36 megapixels.
    pub const OUTPUT: Self = Self {
        max_bytes: 32_000_000,
        max_pixels: 36_000_000,
        max_side: 8_192,
        min_side: 64,
    };

    /// A watermark image: small, because every execution environment decodes it again.
    pub(crate) const MARK: Self = Self {
        max_bytes: 4_000_000,
        max_pixels: 4_000_000,
        max_side: 4_096,
        min_side: 1,
    };

    pub(crate) fn check_bytes(&self, bytes: &[u8]) -> Result<(), MediaError> {
        let len = bytes.len() as u64;
        if len > self.max_bytes {
            return Err(MediaError::TooManyBytes {
                bytes: len,
                max: self.max_bytes,
            });
        }
        Ok(())
    }

    /// The limits with fewer pixels, for a WebP: a few kilobytes can be an animation that fills the function's memory.
    pub(crate) fn for_webp(&self) -> Self {
        const MAX_PIXELS: u64 = 40_000_000;
        Self {
            max_pixels: self.max_pixels.min(MAX_PIXELS),
            ..*self
        }
    }

    pub(crate) fn check_size(&self, width: u32, height: u32) -> Result<(), MediaError> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.max_pixels {
            return Err(MediaError::TooManyPixels {
                pixels,
                max: self.max_pixels,
            });
        }
        let sides = self.min_side..=self.max_side;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(MediaError::SideOutOfRange {
                width,
                height,
                min: self.min_side,
                max: self.max_side,
            });
        }
        Ok(())
    }
}
