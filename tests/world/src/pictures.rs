//! The content of picture files.

use data_encoding::HEXLOWER;
use image::imageops::{self, FilterType};
use image::{GrayImage, RgbImage};
use sha2::{Digest, Sha256};

pub fn decode(file: &[u8]) -> RgbImage {
    image::load_from_memory(file).expect("a picture").into_rgb8()
}

pub fn size(file: &[u8]) -> (u32, u32) {
    decode(file).dimensions()
}

pub fn sha256(file: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(file))
}

/// Whether a file holds EXIF data, where cameras store the position.
pub fn has_exif(file: &[u8]) -> bool {
    file.windows(6).any(|window| window == b"Exif\0\0")
}

/// A rectangle of pixels: left, top, right, bottom, the last two included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    pub left: u32,
    pub top: u32,
    pub right: u32,
    pub bottom: u32,
}

/// The smallest area that holds every difference of two pictures of one size.
pub fn difference(one: &RgbImage, other: &RgbImage) -> Option<Area> {
    assert_eq!(one.dimensions(), other.dimensions());
    let mut area: Option<Area> = None;
    for (x, y, pixel) in one.enumerate_pixels() {
        if pixel != other.get_pixel(x, y) {
            let so_far = area.unwrap_or(Area {
                left: x,
                top: y,
                right: x,
                bottom: y,
            });
            area = Some(Area {
                left: so_far.left.min(x),
                top: so_far.top.min(y),
                right: so_far.right.max(x),
                bottom: so_far.bottom.max(y),
            });
        }
    }
    area
}

/// How alike two pictures are at 16 × 16 pixels, -1 to 1, whatever their colours and size.
pub fn likeness(one: &RgbImage, other: &RgbImage) -> f64 {
    const SIDE: u32 = 16;
    let from_afar = |picture: &RgbImage| {
        let gray: GrayImage = imageops::grayscale(picture);
        imageops::resize(&gray, SIDE, SIDE, FilterType::Triangle)
    };
    let (one, other) = (from_afar(one), from_afar(other));
    let mean = |picture: &GrayImage| {
        picture.pixels().map(|pixel| f64::from(pixel[0])).sum::<f64>() / f64::from(SIDE * SIDE)
    };
    let (mean_one, mean_other) = (mean(&one), mean(&other));
    let (mut both, mut square_one, mut square_other) = (0.0, 0.0, 0.0);
    for (a, b) in one.pixels().zip(other.pixels()) {
        let (a, b) = (f64::from(a[0]) - mean_one, f64::from(b[0]) - mean_other);
        both += a * b;
        square_one += a * a;
        square_other += b * b;
    }
    both / (square_one * square_other).sqrt()
}
