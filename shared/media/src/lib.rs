//! Pictures: bytes in, bytes out.
//!
//! Two jobs, one call each:
//!
//! * [`prepare_photo`]: a guest's photo becomes what a provider may see (upright, at most
//!   [`PREPARED_LONG_SIDE`] pixels, no EXIF, no GPS, no XMP, no comments);
//! * [`finish_output`]: a provider's output becomes what we deliver (watermarked, with a thumbnail, both
//!   marked as made with AI and read back to prove it).
//!
//! Everything is pure Rust, synchronous and CPU-bound: call it from a blocking task. No input makes it panic,
//! and no input makes it hold more memory than its [`Limits`] allow for (see there).

mod colour;
mod decode;
mod encode;
mod error;
mod finish;
mod format;
mod jpeg_segments;
mod limits;
mod orient;
mod picture;
mod prepare;
mod provenance;
mod resize;
mod splice;
mod watermark;

pub use error::{MediaError, Refusal};
pub use finish::{Finished, THUMBNAIL_LONG_SIDE, finish_output};
pub use format::{Format, probe};
pub use limits::Limits;
pub use prepare::{PREPARED_LONG_SIDE, PreparedPhoto, prepare_photo};
pub use provenance::{COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA, Provenance, ReadProvenance, read_provenance};
pub use watermark::{Mark, Position, Watermark};
