//! A file's format and size, read from its header alone.

use std::fmt;

use crate::{Limits, MediaError, decode};

/// A picture file format that we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG: baseline and progressive, gray, YCbCr, RGB, CMYK, YCCK.
    Jpeg,
    /// PNG of any bit depth and colour type.
    Png,
    /// WebP, lossy and lossless; the first frame of an animated one.
    WebP,
}

impl Format {
    /// The format by the file's first bytes; its name and `Content-Type` do not count.
    pub(crate) fn sniff(bytes: &[u8]) -> Result<Self, MediaError> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Ok(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Ok(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Self::WebP),
            [_, _, _, _, b'f', b't', b'y', b'p', brands @ ..] => Err(iso_media(brands)),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Err(MediaError::Gif),
            _ => Err(MediaError::UnknownFormat),
        }
    }

    /// The MIME type.
    #[must_use]
    pub fn mime_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }

    pub(crate) fn corrupt(self, reason: impl fmt::Display) -> MediaError {
        MediaError::Corrupt {
            format: self,
            reason: reason.to_string(),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
        })
    }
}

/// The kind of a file of the ISO family by its brands: the main one, a version, and compatible ones.
fn iso_media(brands: &[u8]) -> MediaError {
    /// Brands that are looked at: files have a handful.
    const MAX: usize = 16;
    let (brands, _) = brands.as_chunks::<4>();
    let has = |wanted: &[&[u8; 4]]| brands.iter().take(MAX).any(|brand| wanted.contains(&brand));
    if has(&[b"avif", b"avis"]) {
        MediaError::Avif
    } else if has(&[
        b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1",
    ]) {
        MediaError::Heic
    } else {
        MediaError::UnknownFormat
    }
}

/// Format, width and height (pixels, as stored: an EXIF rotation is not applied) by the header alone.
///
/// # Errors
///
/// The same as decoding would give for the header; a file whose header is fine may still be truncated.
pub fn probe(bytes: &[u8], limits: &Limits) -> Result<(Format, u32, u32), MediaError> {
    limits.check_bytes(bytes)?;
    let format = Format::sniff(bytes)?;
    let (width, height) = decode::size(bytes, format)?;
    let limits = match format {
        Format::WebP => limits.for_webp(),
        Format::Jpeg | Format::Png => *limits,
    };
    limits.check_size(width, height)?;
    Ok((format, width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webp_may_have_fewer_pixels_because_it_takes_more_memory() {
        // The header of a lossless picture: a signature, then width and height less one, 14 bits each.
        let header = |width: u32, height: u32| {
            let size = (width - 1) | ((height - 1) << 14);
            let mut file = b"RIFF\x16\0\0\0WEBPVP8L\x0a\0\0\0\x2f".to_vec();
            file.extend(size.to_le_bytes());
            file.resize(30, 0);
            file
        };
        assert!(probe(&header(8_000, 5_000), &Limits::PHOTO).is_ok());
        let refused = probe(&header(8_000, 5_001), &Limits::PHOTO);
        assert!(
            matches!(refused, Err(MediaError::TooManyPixels { max: 40_000_000, .. })),
            "{refused:?}"
        );
    }
}
