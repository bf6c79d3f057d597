//! The brushes: smoothing that keeps edges, outlines, and the colours of each look.

// Pixels are small integers and shades between 0 and 1: every conversion here is within range by construction, and
// checked conversions would cost more than the painting.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)]

use image::RgbImage;

use super::restyle::Look;

/// A colour, each channel from 0 to 1.
type Colour = [f32; 3];

/// Paints the photo.
pub(super) fn paint(photo: &RgbImage, look: Look, hue: u16) -> RgbImage {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    if width == 0 || height == 0 {
        return photo.clone();
    }
    let long_side = width.max(height);
    let smooth = smoothed(photo, (long_side / 260).clamp(2, 7));
    let luma: Vec<u8> = smooth
        .chunks_exact(3)
        .map(|pixel| (luma(colour(pixel)) * 255.0) as u8)
        .collect();
    // Outlines as thick as the picture is large.
    let reach = (long_side / 700).max(1);
    let dot_pitch = (long_side as f32 / 150.0).max(4.0);
    let palette = Palette::new(look, hue);

    let mut picture = vec![0; smooth.len()];
    for (y, row) in picture.chunks_exact_mut(width * 3).enumerate() {
        for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
            let (slope, relief) = slope(&luma, width, height, x, y, reach);
            let place = Place {
                line: smoothstep(0.10, 0.42, slope),
                relief,
                grain: grain(x, y),
                dot: dot(x as f32, y as f32, dot_pitch),
                border: border(x, y, width, height),
            };
            let painted = palette.shade(colour(&smooth[(y * width + x) * 3..]), &place);
            for (channel, value) in pixel.iter_mut().zip(painted) {
                *channel = (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
            }
        }
    }
    RgbImage::from_raw(photo.width(), photo.height(), picture).unwrap_or_else(|| photo.clone())
}

/// What a place in the picture is like, apart from its colour.
struct Place {
    /// How much of an outline it is, 0 to 1.
    line: f32,
    /// Light on paint that rises towards the upper left, about -1 to 1.
    relief: f32,
    /// Noise, -1 to 1.
    grain: f32,
    /// Distance from the middle of a printing dot, 0 to about 0.7.
    dot: f32,
    /// Nearness to the border, 0 in the middle to 1 in the corners.
    border: f32,
}

/// The colours of a look.
struct Palette {
    look: Look,
    /// From dark to light.
    tones: [Colour; 5],
    accent: Colour,
}

impl Palette {
    fn new(look: Look, hue: u16) -> Self {
        let hue = f32::from(hue);
        // These two live on how their colours go together: they drift, they do not turn all the way round.
        let hue = if matches!(look, Look::Poster | Look::Neon) {
            hue * 80.0 / 360.0 - 40.0
        } else {
            hue
        };
        let tones = match look {
            Look::Poster => [
                hsl(hue + 215.0, 0.55, 0.14),
                hsl(hue + 185.0, 0.60, 0.34),
                hsl(hue, 0.72, 0.55),
                hsl(hue + 40.0, 0.80, 0.68),
                hsl(hue + 55.0, 0.65, 0.90),
            ],
            Look::Neon => [
                hsl(hue + 250.0, 0.70, 0.05),
                hsl(hue + 265.0, 0.75, 0.18),
                hsl(hue + 300.0, 0.80, 0.36),
                hsl(hue + 340.0, 0.85, 0.58),
                hsl(hue + 20.0, 0.90, 0.84),
            ],
            _ => [
                hsl(hue, 0.30, 0.03),
                hsl(hue, 0.22, 0.18),
                hsl(hue, 0.16, 0.44),
                hsl(hue + 20.0, 0.12, 0.72),
                hsl(hue + 40.0, 0.14, 0.96),
            ],
        };
        let accent = match look {
            Look::Neon => hsl(hue + 180.0, 1.0, 0.62),
            Look::Watercolour => hsl(hue, 0.60, 0.72),
            _ => hsl(hue, 0.50, 0.50),
        };
        Self { look, tones, accent }
    }

    fn shade(&self, colour: Colour, place: &Place) -> Colour {
        let light = luma(colour);
        match self.look {
            Look::Watercolour => {
                let washed = scale(saturate(levels(colour, light, 7.0, 0.75), 1.35), 1.0);
                let tinted = mix(washed, self.accent, 0.10);
                let lifted = tinted.map(|c| 1.0 - (1.0 - c) * 0.80);
                let pigment = scale(saturate(lifted, 1.3), 1.0 - 0.50 * place.line);
                let paper = scale(pigment, 1.0 + 0.055 * place.grain);
                mix(
                    paper,
                    [0.985, 0.975, 0.95],
                    smoothstep(0.86, 0.99, place.border + 0.02 * place.grain),
                )
            }
            Look::Comic => {
                let flat = saturate(levels(colour, light, 4.0, 0.30), 1.75);
                let dots = if light < 0.48 && place.dot < 0.62 * (0.55 - light) {
                    0.72
                } else {
                    1.0
                };
                let lit = mix(flat.map(|c| c * 1.06 + 0.03), self.accent, 0.09);
                mix(scale(lit, dots), [0.05, 0.04, 0.07], place.line)
            }
            Look::Noir => {
                let contrast = smoothstep(0.10, 0.86, light) + 0.045 * place.grain;
                let dark = contrast * (1.0 - 0.75 * place.line) * (1.0 - 0.35 * place.border * place.border);
                self.gradient(dark)
            }
            Look::Neon => {
                let base = scale(self.gradient(light * 0.92), 1.0 - 0.25 * place.border);
                let own = mix(base, saturate(colour, 1.8), 0.18);
                let glow = place.line * (0.75 + 0.25 * light);
                let accent = self.accent;
                [0, 1, 2].map(|i| own[i] + accent[i] * glow)
            }
            Look::Oil => {
                let thick = saturate(levels(colour, light, 9.0, 0.60), 1.40);
                let ridge = 1.0 + 0.85 * place.relief + 0.035 * place.grain;
                let warm = [thick[0] * 1.10 + 0.015, thick[1] * 1.01, thick[2] * 0.80];
                let glazed = mix(warm, self.accent, 0.07);
                scale(
                    glazed,
                    ridge * (1.0 - 0.35 * place.line) * (1.02 - 0.45 * place.border * place.border),
                )
            }
            Look::Poster => {
                let tone = (smoothstep(0.04, 0.94, light) * 4.999).floor();
                let between = smoothstep(0.04, 0.94, light) * 5.0 - tone;
                let flat = self.tones[(tone as usize).min(4)];
                let next = self.tones[(tone as usize + 1).min(4)];
                let printed = if between > 0.55 && place.dot < 0.9 * (between - 0.5) {
                    next
                } else {
                    flat
                };
                mix(printed, self.tones[0], place.line * 0.92)
            }
        }
    }

    /// The look's colour for a lightness, 0 to 1.
    fn gradient(&self, light: f32) -> Colour {
        let at = light.clamp(0.0, 1.0) * 3.999;
        let index = at as usize;
        mix(
            self.tones[index.min(4)],
            self.tones[(index + 1).min(4)],
            at.fract(),
        )
    }
}

/// The photo smoothed within its shapes (a Kuwahara filter): of the four squares around a pixel, each one's mean
/// counts where it varies least, so colours run together and edges stay.
fn smoothed(photo: &RgbImage, radius: usize) -> Vec<u8> {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let squares = Squares {
        pixels: photo.as_raw(),
        width,
        height,
        radius,
    };
    let means = [
        squares.mean(|p| p[0].into(), |mean| mean as u8),
        squares.mean(|p| p[1].into(), |mean| mean as u8),
        squares.mean(|p| p[2].into(), |mean| mean as u8),
    ];
    let grey = |p: &[u8]| (u32::from(p[0]) * 77 + u32::from(p[1]) * 150 + u32::from(p[2]) * 29) >> 8;
    // In sixteenths: whole steps of grey would hide the differences between calm squares.
    let fine = squares.mean(|p| grey(p) << 4, |mean| mean as u16);
    let mut variance = squares.mean(|p| grey(p) * grey(p), |mean| mean as u16);
    for (square, mean) in variance.iter_mut().zip(&fine) {
        *square = square.saturating_sub(((u32::from(*mean) * u32::from(*mean)) >> 8) as u16);
    }
    drop(fine);
    let mut smooth = Vec::with_capacity(photo.as_raw().len());
    for y in 0..height {
        let rows = [
            y.saturating_sub(radius) * width,
            (y + radius).min(height - 1) * width,
        ];
        for x in 0..width {
            let columns = [x.saturating_sub(radius), (x + radius).min(width - 1)];
            let mut best = rows[0] + columns[0];
            for corner in [rows[0] + columns[1], rows[1] + columns[0], rows[1] + columns[1]] {
                if variance[corner] < variance[best] {
                    best = corner;
                }
            }
            smooth.extend(means.iter().map(|plane| plane[best]));
        }
    }
    smooth
}

/// The square of `2 * radius + 1` around each pixel, edges repeated.
struct Squares<'a> {
    pixels: &'a [u8],
    width: usize,
    height: usize,
    radius: usize,
}

impl Squares<'_> {
    /// The mean of a value over every square. Running sums: the cost does not grow with the radius.
    fn mean<T>(&self, value: impl Fn(&[u8]) -> u32, store: impl Fn(u32) -> T) -> Vec<T> {
        let Self {
            pixels,
            width,
            height,
            radius,
        } = *self;
        let row = |y: usize| pixels[y * width * 3..(y + 1) * width * 3].chunks_exact(3);
        let side = 2 * radius + 1;
        let count = (side * side) as u32;
        let mut columns = vec![0_u32; width];
        for offset in 0..side {
            for (sum, pixel) in columns
                .iter_mut()
                .zip(row(offset.saturating_sub(radius).min(height - 1)))
            {
                *sum += value(pixel);
            }
        }
        let mut means = Vec::with_capacity(width * height);
        for y in 0..height {
            let column = |x: usize| columns[x.min(width - 1)];
            let mut sum: u32 = (0..side)
                .map(|offset| column(offset.saturating_sub(radius)))
                .sum();
            for x in 0..width {
                means.push(store(sum / count));
                sum = sum + column(x + radius + 1) - column(x.saturating_sub(radius));
            }
            let (leaving, entering) = (y.saturating_sub(radius), (y + radius + 1).min(height - 1));
            for ((sum, old), new) in columns.iter_mut().zip(row(leaving)).zip(row(entering)) {
                *sum = *sum + value(new) - value(old);
            }
        }
        means
    }
}

/// How steep the lightness is (0 to about 1), and how much it rises from the upper left.
fn slope(luma: &[u8], width: usize, height: usize, x: usize, y: usize, reach: usize) -> (f32, f32) {
    let (left, right) = (x.saturating_sub(reach), (x + reach).min(width - 1));
    let (up, down) = (
        y.saturating_sub(reach) * width,
        (y + reach).min(height - 1) * width,
    );
    let here = y * width;
    let at = |row: usize, column: usize| f32::from(luma[row + column]);
    let across = at(up, right) - at(up, left) + 2.0 * (at(here, right) - at(here, left)) + at(down, right)
        - at(down, left);
    let along =
        at(down, left) - at(up, left) + 2.0 * (at(down, x) - at(up, x)) + at(down, right) - at(up, right);
    (
        (across * across + along * along).sqrt() / 1020.0 * 2.2,
        (across + along) / 2040.0,
    )
}

/// Noise that is the same every time, -1 to 1; two scales of it, like paper.
fn grain(x: usize, y: usize) -> f32 {
    let noise = |x: usize, y: usize| {
        let mut hash = (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77);
        hash ^= hash >> 15;
        hash = hash.wrapping_mul(0x2c1b_3c6d);
        hash ^= hash >> 12;
        (hash & 0xffff) as f32 / 32_767.5 - 1.0
    };
    0.6 * noise(x, y) + 0.4 * noise(x / 3, y / 3)
}

/// The distance to the nearest point of a grid turned by 45 degrees, in grid widths.
fn dot(x: f32, y: f32, pitch: f32) -> f32 {
    let (u, v) = ((x + y) / pitch, (x - y) / pitch);
    let (u, v) = (u - u.round(), v - v.round());
    (u * u + v * v).sqrt()
}

/// 0 in the middle, 1 in the corners.
fn border(x: usize, y: usize, width: usize, height: usize) -> f32 {
    let from_middle = |at: usize, side: usize| (2.0 * at as f32 / side as f32 - 1.0).abs();
    let (x, y) = (from_middle(x, width), from_middle(y, height));
    (x * x * x * x + y * y * y * y).sqrt().sqrt().min(1.0)
}

fn colour(pixel: &[u8]) -> Colour {
    [
        f32::from(pixel[0]) / 255.0,
        f32::from(pixel[1]) / 255.0,
        f32::from(pixel[2]) / 255.0,
    ]
}

fn luma(colour: Colour) -> f32 {
    0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
}

fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    [0, 1, 2].map(|i| from[i] + (to[i] - from[i]) * share)
}

fn scale(colour: Colour, factor: f32) -> Colour {
    colour.map(|channel| channel * factor)
}

fn saturate(colour: Colour, factor: f32) -> Colour {
    let grey = luma(colour);
    colour.map(|channel| grey + (channel - grey) * factor)
}

/// Fewer levels of light; `softness` of each step is a slope.
fn levels(colour: Colour, light: f32, count: f32, softness: f32) -> Colour {
    let step = light * count;
    let soft = smoothstep(0.5 - softness / 2.0, 0.5 + softness / 2.0, step.fract());
    scale(colour, (step.floor() + soft) / count / light.max(0.02))
}

fn smoothstep(from: f32, to: f32, value: f32) -> f32 {
    let share = ((value - from) / (to - from)).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

/// A colour by hue (degrees), saturation and lightness (0 to 1).
fn hsl(hue: f32, saturation: f32, lightness: f32) -> Colour {
    let reach = saturation * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|offset: f32| {
        let k = (offset + hue.rem_euclid(360.0) / 30.0) % 12.0;
        lightness - reach * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)
    })
}
