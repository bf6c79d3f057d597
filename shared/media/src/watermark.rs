//! The visible watermark: its place on the picture, and how it is blended in.

use std::sync::LazyLock;

use fast_image_resize::FilterType;
use fast_image_resize::pixels::U8x4;

use crate::picture::{BYTES_PER_PIXEL, Picture};
use crate::resize::scale;
use crate::{Limits, MediaError, decode, probe};

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
        let pixels = scale::<U8x4>(&self.pixels, from, to, FilterType::CatmullRom)?;
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
    /// than the picture.
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

/// A mark in the size and the colours of its place, full-range BT.601.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) place: Rectangle,
    /// Luma, blue and red difference, alpha; row by row.
    pixels: Vec<[u8; MARK_BYTES_PER_PIXEL]>,
}

impl Drawn {
    /// Colour and alpha at a pixel of the picture; clear outside the mark.
    pub(crate) fn at(&self, x: usize, y: usize) -> ([u8; BYTES_PER_PIXEL], u8) {
        let column = x.wrapping_sub(self.place.x as usize);
        let row = y.wrapping_sub(self.place.y as usize);
        let width = self.place.width as usize;
        let pixel = (column < width && row < self.place.height as usize)
            .then(|| self.pixels.get(row * width + column))
            .flatten();
        match pixel {
            Some(&[luma, blue, red, alpha]) => ([luma, blue, red], alpha),
            None => ([0; BYTES_PER_PIXEL], 0),
        }
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

/// Draws the mark for a picture of this size.
pub(crate) fn draw(width: u32, height: u32, watermark: &Watermark<'_>) -> Result<Drawn, MediaError> {
    let place = place(width, height, watermark);
    let mut pixels = watermark.mark.resized(place.width, place.height)?.pixels;
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

fn place(width: u32, height: u32, watermark: &Watermark<'_>) -> Rectangle {
    let part = |part: f32, low: f32, high: f32| to_u32(part.clamp(low, high) * to_f32(width));
    let padding = part(watermark.padding, 0.0, 0.2).min(height.saturating_sub(1) / 2);
    let (room_x, room_y) = (width - 2 * padding, height - 2 * padding);

    let wanted = part(watermark.scale, 0.05, 0.5).clamp(1, room_x.max(1));
    let (mark_width, mark_height) = watermark.mark.size();
    let height_for = |mark_of: u32| {
        let scaled = u64::from(mark_height) * u64::from(mark_of) / u64::from(mark_width.max(1));
        u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
    };
    let (w, h) = if height_for(wanted) <= room_y {
        (wanted, height_for(wanted))
    } else {
        let narrower = u64::from(mark_width) * u64::from(room_y) / u64::from(mark_height.max(1));
        (
            u32::try_from(narrower).unwrap_or(wanted).clamp(1, wanted),
            room_y.max(1),
        )
    };

    let (right, bottom) = (width - padding - w, height - padding - h);
    let (x, y) = match watermark.position {
        Position::BottomRight => (right, bottom),
        Position::BottomLeft => (padding, bottom),
        Position::TopRight => (right, padding),
        Position::TopLeft => (padding, padding),
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
