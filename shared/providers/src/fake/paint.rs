//! The brushes: smoothing that keeps edges, outlines, and the colours of each look.

// Pixels are small integers and shades between 0 and 1: every conversion here is within range by construction, and
// checked conversions would cost more than the painting.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)]

use image::imageops::{fast_blur, grayscale};
use image::{GrayImage, ImageBuffer, Rgb, RgbImage, Rgba};

use super::look::Look;

/// A colour, each channel from 0 to 1.
type Colour = [f32; 3];

/// Paints the photo; `hue` in degrees tints the look.
pub(super) fn paint(photo: &RgbImage, look: Look, hue: u16) -> RgbImage {
    let (width, height) = photo.dimensions();
    let long_side = width.max(height);
    let smooth = smoothed(photo, (long_side / 260).clamp(2, 7));
    let light = grayscale(&smooth);
    // Outlines and dots as large as the picture is.
    let reach = (long_side / 700).max(1);
    let pitch = (long_side as f32 / 150.0).max(4.0);
    let tint = Tint::new(look, f32::from(hue));
    RgbImage::from_fn(width, height, |x, y| {
        let (across, along) = slopes(&light, x, y, reach);
        let spot = Spot {
            line: smoothstep(0.10, 0.42, across.hypot(along) * 0.55),
            relief: (across + along) / 8.0,
            grain: grain(x, y),
            dot: dot(x as f32, y as f32, pitch),
            border: border(x, y, width, height),
        };
        let painted = tint.shade(colour(*smooth.get_pixel(x, y)), &spot);
        Rgb(painted.map(|channel| (channel.clamp(0.0, 1.0) * 255.0 + 0.5) as u8))
    })
}

/// A spot of the picture, apart from its colour.
struct Spot {
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

/// A look with its own colours.
struct Tint {
    look: Look,
    accent: Colour,
    /// Dark, middle, light.
    tones: [Colour; 3],
}

impl Tint {
    fn new(look: Look, hue: f32) -> Self {
        Self {
            look,
            accent: match look {
                Look::Watercolour => hsl(hue, 0.60, 0.72),
                _ => hsl(hue, 0.50, 0.50),
            },
            tones: [
                hsl(hue, 0.30, 0.03),
                hsl(hue, 0.18, 0.44),
                hsl(hue + 40.0, 0.14, 0.96),
            ],
        }
    }

    fn shade(&self, colour: Colour, spot: &Spot) -> Colour {
        let light = luma(colour);
        let vignette = spot.border * spot.border;
        match self.look {
            Look::Watercolour => {
                let washed = saturate(levels(colour, light, 7.0, 0.75), 1.35);
                let lifted = mix(washed, self.accent, 0.10).map(|c| 1.0 - (1.0 - c) * 0.80);
                let pigment = scale(saturate(lifted, 1.3), 1.0 - 0.50 * spot.line);
                let paper = scale(pigment, 1.0 + 0.055 * spot.grain);
                let edge = smoothstep(0.86, 0.99, spot.border + 0.02 * spot.grain);
                mix(paper, [0.985, 0.975, 0.95], edge)
            }
            Look::Comic => {
                let flat = saturate(levels(colour, light, 4.0, 0.30), 1.75);
                let is_dotted = light < 0.48 && spot.dot < 0.62 * (0.55 - light);
                let lit = mix(flat.map(|c| c * 1.06 + 0.03), self.accent, 0.09);
                let printed = scale(lit, if is_dotted { 0.72 } else { 1.0 });
                mix(printed, [0.05, 0.04, 0.07], spot.line)
            }
            Look::Noir => {
                let contrast = smoothstep(0.10, 0.86, light) + 0.045 * spot.grain;
                let exposed = contrast * (1.0 - 0.75 * spot.line) * (1.0 - 0.35 * vignette);
                let [dark, middle, light] = self.tones;
                let lower = mix(dark, middle, (exposed * 2.0).clamp(0.0, 1.0));
                mix(lower, light, (exposed * 2.0 - 1.0).clamp(0.0, 1.0))
            }
            Look::Oil => {
                let thick = saturate(levels(colour, light, 9.0, 0.60), 1.40);
                let warm = [thick[0] * 1.10 + 0.015, thick[1] * 1.01, thick[2] * 0.80];
                let ridge = 1.0 + 0.85 * spot.relief + 0.035 * spot.grain;
                let shadow = (1.0 - 0.35 * spot.line) * (1.02 - 0.45 * vignette);
                scale(mix(warm, self.accent, 0.07), ridge * shadow)
            }
        }
    }
}

/// Red, green, blue, and the square of their lightness: blurred together, they tell the mean and the variance of a patch.
type Patches = ImageBuffer<Rgba<f32>, Vec<f32>>;

/// The photo smoothed within its shapes (a Kuwahara filter): of the four patches around a pixel, the calmest gives its
/// mean, so that colours run together and edges stay.
fn smoothed(photo: &RgbImage, radius: u32) -> RgbImage {
    let (width, height) = photo.dimensions();
    let channels = Patches::from_fn(width, height, |x, y| {
        let [red, green, blue] = colour(*photo.get_pixel(x, y));
        Rgba([red, green, blue, luma([red, green, blue]).powi(2)])
    });
    let patches = fast_blur(&channels, radius as f32 * 0.55);
    let variance = |patch: &Rgba<f32>| patch[3] - luma([patch[0], patch[1], patch[2]]).powi(2);
    RgbImage::from_fn(width, height, |x, y| {
        let columns = [x.saturating_sub(radius), (x + radius).min(width - 1)];
        let rows = [y.saturating_sub(radius), (y + radius).min(height - 1)];
        let corners = rows
            .into_iter()
            .flat_map(|row| columns.map(|column| patches.get_pixel(column, row)));
        let calmest = corners.min_by(|a, b| variance(a).total_cmp(&variance(b)));
        let mean = calmest.unwrap_or_else(|| patches.get_pixel(x, y));
        Rgb([mean[0], mean[1], mean[2]].map(|channel| (channel.clamp(0.0, 1.0) * 255.0) as u8))
    })
}

/// How steeply the lightness rises from the left and from above (Sobel), each about -4 to 4.
fn slopes(light: &GrayImage, x: u32, y: u32, reach: u32) -> (f32, f32) {
    let columns = [x.saturating_sub(reach), x, (x + reach).min(light.width() - 1)];
    let rows = [y.saturating_sub(reach), y, (y + reach).min(light.height() - 1)];
    let at = |column: usize, row: usize| f32::from(light.get_pixel(columns[column], rows[row])[0]) / 255.0;
    let across = |row| at(2, row) - at(0, row);
    let along = |column| at(column, 2) - at(column, 0);
    (
        across(0) + 2.0 * across(1) + across(2),
        along(0) + 2.0 * along(1) + along(2),
    )
}

/// Noise that is the same every time, -1 to 1; two scales of it, like paper.
fn grain(x: u32, y: u32) -> f32 {
    let noise = |x: u32, y: u32| {
        let mut hash = x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77);
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
    (u - u.round()).hypot(v - v.round())
}

/// 0 in the middle, 1 in the corners.
fn border(x: u32, y: u32, width: u32, height: u32) -> f32 {
    let from_middle = |at: u32, side: u32| (2.0 * at as f32 / side as f32 - 1.0).powi(4);
    (from_middle(x, width) + from_middle(y, height))
        .sqrt()
        .sqrt()
        .min(1.0)
}

fn colour(pixel: Rgb<u8>) -> Colour {
    pixel.0.map(|channel| f32::from(channel) / 255.0)
}

fn luma([red, green, blue]: Colour) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    [0, 1, 2].map(|i| from[i] + (to[i] - from[i]) * share)
}

fn scale(colour: Colour, factor: f32) -> Colour {
    colour.map(|channel| channel * factor)
}

fn saturate(colour: Colour, factor: f32) -> Colour {
    let grey = luma(colour);
    mix([grey; 3], colour, factor)
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
