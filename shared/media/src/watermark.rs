//! The visible watermark: its place on the picture, and how it is blended in.

use std::sync::LazyLock;

use scaling::FilterType;

use crate::picture::{BYTES_PER_PIXEL, Picture};
use crate::{Limits, MediaError, colour, decode, probe};

/// Bytes of a mark's pixel: red, green, blue, alpha (straight, not premultiplied).
const MARK_BYTES_PER_PIXEL: usize = 4;

static BUILT_IN: LazyLock<Mark> = LazyLock::new(|| {
    // A test proves that the file can be decoded; a single clear pixel keeps this free of panics.
    Mark::decode(include_bytes!("../assets/ai-mark.png")).unwrap_or(Mark {
        pixels: vec![0; MARK_BYTES_PER_PIXEL],
        width: 1,
        height: 1,
    })
});

/// A decoded watermark image, with transparency. Decode it once, use it for many pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pixels: Vec<u8>,
    width: u32,
    height: u32,
}

impl Mark {
    /// Decodes a watermark from PNG, WebP or JPEG, of at most 4 MB and 4 megapixels.
    ///
    /// # Errors
    ///
    /// [`MediaError`] as for photos.
    pub fn decode(bytes: &[u8]) -> Result<Self, MediaError> {
        let (format, width, height) = probe(bytes, &Limits::MARK)?;
        let decoded = decode::contain(format, || {
            image::load_from_memory(bytes).map_err(|error| format.corrupt(error))
        })?;
        Ok(Self {
            pixels: decoded.into_rgba8().into_raw(),
            width,
            height,
        })
    }

    /// The default mark: a badge that says "AI".
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    fn resized(&self, width: u32, height: u32) -> Result<Self, MediaError> {
        let (from, to) = ((self.width, self.height), (width, height));
        let pixels = scaling::rgba(&self.pixels, from, to, FilterType::CatmullRom)?;
        Ok(Self {
            pixels,
            width,
            height,
        })
    }
}

/// Where on the picture the mark goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Position {
    /// The default.
    #[default]
    BottomRight,
    BottomLeft,
    TopRight,
    TopLeft,
    /// In the middle; padding only limits the size.
    Center,
}

/// How to put a mark on a picture. Values out of range are clamped.
#[derive(Debug, Clone, Copy)]
pub struct Watermark<'a> {
    pub mark: &'a Mark,
    pub position: Position,
    /// 0 (invisible) to 1 (as the mark is).
    pub opacity: f32,
    /// Width of the mark as a fraction of the picture's width, 0.05 to 0.5. Smaller when the mark would be higher
    /// than the picture, larger when it would be too small to be read.
    pub scale: f32,
    /// Distance from the edges as a fraction of the picture's width, 0 to 0.2.
    pub padding: f32,
}

/// Where a mark ends up, in pixels of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rectangle {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Luma, blue and red difference, alpha.
pub(crate) type Pixel = [u8; MARK_BYTES_PER_PIXEL];
/// Nothing of the mark.
pub(crate) const CLEAR: Pixel = [0; MARK_BYTES_PER_PIXEL];

/// A mark in the size and the colours of its place, full-range BT.601.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) place: Rectangle,
    /// Row by row.
    pixels: Vec<Pixel>,
}

impl Drawn {
    /// The mark's pixels in a row of the picture; none outside of it.
    pub(crate) fn row(&self, y: usize) -> &[Pixel] {
        let width = self.place.width as usize;
        y.checked_sub(self.place.y as usize)
            .and_then(|row| self.pixels.get(row * width..(row + 1) * width))
            .unwrap_or_default()
    }

    /// Whether the mark has no colours that a gray picture could not show.
    pub(crate) fn is_gray(&self) -> bool {
        /// Levels of difference that nobody sees.
        const NEARLY: u32 = 6;
        let is_gray =
            |channel: u8, alpha: u8| u32::from(channel.abs_diff(128)) * u32::from(alpha) <= NEARLY * 255;
        self.pixels
            .iter()
            .all(|&[_, blue, red, alpha]| is_gray(blue, alpha) && is_gray(red, alpha))
    }
}

/// Draws the mark for a picture of this size and with this colour profile.
pub(crate) fn draw(
    width: u32,
    height: u32,
    icc: Option<&[u8]>,
    watermark: &Watermark<'_>,
) -> Result<Drawn, MediaError> {
    let place = place(width, height, watermark);
    let mark = watermark.mark.resized(place.width, place.height)?;
    let converted = icc.and_then(|icc| colour::in_profile(&mark.pixels, icc));
    let mut pixels = converted.unwrap_or(mark.pixels);
    let opacity = to_u32(watermark.opacity.clamp(0.0, 1.0) * 255.0);
    let (marks, _) = pixels.as_chunks_mut::<MARK_BYTES_PER_PIXEL>();
    for pixel in &mut *marks {
        let [red, green, blue, alpha] = *pixel;
        let alpha = (u32::from(alpha) * opacity + 127) / 255;
        let (luma, blue, red) = jpeg_encoder::rgb_to_ycbcr(red, green, blue);
        *pixel = [luma, blue, red, u8::try_from(alpha).unwrap_or(u8::MAX)];
    }
    let pixels = marks.to_vec();
    Ok(Drawn { place, pixels })
}

/// Blends the mark into the picture. Nothing outside the mark's rectangle is touched.
pub(crate) fn apply(picture: &mut Picture, mark: &Drawn) {
    let place = mark.place;
    let stride = picture.stride();
    let left = place.x as usize * BYTES_PER_PIXEL;
    let rows = picture.pixels.chunks_exact_mut(stride).skip(place.y as usize);
    for (row, marks) in rows.zip(mark.pixels.chunks_exact(place.width as usize)) {
        let (pixels, _) = row[left..].as_chunks_mut::<BYTES_PER_PIXEL>();
        for (pixel, &[luma, blue, red, alpha]) in pixels.iter_mut().zip(marks) {
            let alpha = u32::from(alpha);
            for (channel, colour) in pixel.iter_mut().zip([luma, blue, red]) {
                let sum = u32::from(*channel) * (255 - alpha) + u32::from(colour) * alpha;
                *channel = u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX);
            }
        }
    }
}

/// Pixels that a mark's longer side has at least, so that its letters can be read.
const LEGIBLE: u32 = 48;

/// The place of a mark. A mark that would be too small to be read is drawn larger, up to two thirds of the picture, and takes
/// from the padding what it needs.
fn place(width: u32, height: u32, watermark: &Watermark<'_>) -> Rectangle {
    let part = |part: f32, low: f32, high: f32| to_u32(part.clamp(low, high) * to_f32(width));
    let padding = part(watermark.padding, 0.0, 0.2);
    let most = |side: u32| (side * 2 / 3).max(side.saturating_sub(2 * padding)).max(1);
    let (most_width, most_height) = (most(width), most(height));

    let (mark_width, mark_height) = watermark.mark.size();
    let scaled = |side: u32, by: u32, of: u32| {
        let scaled = u64::from(side) * u64::from(by) / u64::from(of.max(1));
        u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
    };
    let legible = scaled(LEGIBLE, mark_width, mark_width.max(mark_height)).min(width * 2 / 3);
    let wanted = part(watermark.scale, 0.05, 0.5).max(legible).clamp(1, most_width);
    let (w, h) = match scaled(mark_height, wanted, mark_width) {
        h if h <= most_height => (wanted, h),
        _ => (
            scaled(mark_width, most_height, mark_height).min(wanted),
            most_height,
        ),
    };

    let (padding_x, padding_y) = (padding.min((width - w) / 2), padding.min((height - h) / 2));
    let (right, bottom) = (width - padding_x - w, height - padding_y - h);
    let (x, y) = match watermark.position {
        Position::BottomRight => (right, bottom),
        Position::BottomLeft => (padding_x, bottom),
        Position::TopRight => (right, padding_y),
        Position::TopLeft => (padding_x, padding_y),
        Position::Center => ((width - w) / 2, (height - h) / 2),
    };
    Rectangle {
        x,
        y,
        width: w,
        height: h,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates; not a number becomes 0"
)]
fn to_u32(value: f32) -> u32 {
    value.round() as u32
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a picture's side has fewer bits than a float"
)]
fn to_f32(value: u32) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in(width: u32, height: u32, position: Position) -> Rectangle {
        let watermark = Watermark {
            mark: Mark::built_in(),
            position,
            opacity: 0.85,
            scale: 0.15,
            padding: 0.03,
        };
        place(width, height, &watermark)
    }

    #[test]
    fn the_mark_can_be_read_on_the_smallest_and_the_widest_pictures() {
        for (width, height) in [(64, 64), (65, 65), (629, 83), (8192, 64), (64, 8192), (100, 2000)] {
            for position in [Position::BottomRight, Position::TopLeft, Position::Center] {
                let place = built_in(width, height, position);
                let name = format!("{width}x{height}: {place:?}");
                // The letters are half as high as the mark.
                assert!(place.width >= 42 && place.height >= 18, "{name}");
                assert!(
                    place.width <= width * 2 / 3 && place.height <= height * 2 / 3 + 1,
                    "{name}"
                );
                assert!(
                    place.x + place.width <= width && place.y + place.height <= height,
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn a_usual_picture_has_its_mark_as_wide_and_as_far_in_as_the_settings_say() {
        let place = built_in(1000, 800, Position::BottomRight);
        assert_eq!((place.width, place.height), (150, 65));
        assert_eq!((place.x, place.y), (1000 - 30 - 150, 800 - 30 - 65));
    }
}
