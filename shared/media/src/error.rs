//! Why a picture is refused.

use crate::Format;

/// Why a picture was refused. Each message says what is wrong and what to do about it; none of them holds a
/// byte of the picture itself, so all may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
#[non_exhaustive]
pub enum MediaError {
    /// The file is larger than [`crate::Limits::max_bytes`].
    #[error("the file has {bytes} bytes, {max} are allowed: send a smaller file")]
    TooManyBytes { bytes: u64, max: u64 },
    /// Width times height is larger than [`crate::Limits::max_pixels`].
    #[error("the picture has {pixels} pixels, {max} are allowed: scale it down")]
    TooManyPixels {
        /// As the header claims it.
        pixels: u64,
        max: u64,
    },
    /// A side is shorter or longer than [`crate::Limits`] allow.
    #[error("the picture is {width}x{height}, each side must have {min} to {max} pixels: send another size")]
    SideOutOfRange {
        /// As the header claims it.
        width: u32,
        /// As the header claims it.
        height: u32,
        /// Shortest side allowed.
        min: u32,
        /// Longest side allowed.
        max: u32,
    },
    /// Neither JPEG nor PNG nor WebP, nor any other format that has words of its own.
    #[error("the file is neither JPEG nor PNG nor WebP: convert it to one of them")]
    UnknownFormat,
    /// The format in which phones save photos.
    #[error(
        "the file is a HEIC photo, which is not supported: share it as JPEG (on an iPhone: Settings, Camera, Formats, \
         Most Compatible)"
    )]
    Heic,
    #[error("the file is an AVIF picture, which is not supported, whatever its name says: save it as JPEG")]
    Avif,
    #[error("the file is a GIF, which is not supported: save the picture as JPEG or PNG")]
    Gif,
    /// A kind of JPEG that the decoder does not decode, or decodes wrongly.
    #[error("the JPEG file is of a kind that is not supported ({0}): save it again in a picture editor")]
    Unsupported(&'static str),
    /// The file ends too early. Most decoders would show what there is and call it a success.
    #[error("the {0} file ends before its picture does: send the whole file")]
    Truncated(Format),
    /// The file is no valid picture of its format, or uses a part of the format that nobody writes.
    #[error("the {format} file cannot be decoded ({reason}): save it again in a picture editor")]
    Corrupt {
        /// What the file's first bytes say it is.
        format: Format,
        /// The decoder's own words.
        reason: String,
    },
    /// The JPEG encoder refused; a bug on our side, not in the picture.
    #[error("the picture could not be written ({0}): report this")]
    Encode(String),
    /// A bug on our side, too.
    #[error("the picture could not be scaled ({0}): report this")]
    Scaling(#[from] scaling::ScalingError),
    /// The AI provenance is missing from a file, or could not be written into it.
    #[error("AI provenance: {0}")]
    Provenance(String),
}

/// What is wrong with a file, as callers tell it to a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Refusal {
    NotAPicture,
    Heic,
    Avif,
    Gif,
    UnsupportedKind,
    Damaged,
    TooSmall,
    TooManyPixels,
    TooLarge,
}

impl Refusal {
    pub const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The code that programs read.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

impl MediaError {
    /// The kind of the refusal, as it stands in logs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        self.into_str()
    }

    /// What is wrong with the file; `None` when the fault is ours.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        Some(match self {
            Self::TooManyBytes { .. } => Refusal::TooLarge,
            Self::SideOutOfRange {
                width, height, min, ..
            } if width < min || height < min => Refusal::TooSmall,
            Self::TooManyPixels { .. } | Self::SideOutOfRange { .. } => Refusal::TooManyPixels,
            Self::UnknownFormat => Refusal::NotAPicture,
            Self::Heic => Refusal::Heic,
            Self::Avif => Refusal::Avif,
            Self::Gif => Refusal::Gif,
            Self::Unsupported(_) => Refusal::UnsupportedKind,
            Self::Truncated(_) | Self::Corrupt { .. } => Refusal::Damaged,
            Self::Encode(_) | Self::Scaling(_) | Self::Provenance(_) => return None,
        })
    }
}
