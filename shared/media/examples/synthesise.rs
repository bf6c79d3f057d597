//! Makes a large picture with the detail of a real photo, for measuring.
//!
//! `synthesise <photo> <width> <height> <out.jpg>`
//!
//! The photo is tiled, every second tile mirrored so that no seams show, and scaled to about twice its size;
//! noise like a sensor's is added. A plain enlargement would be smooth, and a smooth picture has so few
//! coefficients that coding it costs next to nothing.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};

type Failure = Box<dyn std::error::Error>;

/// Amplitude of the noise in levels, and the quality of the file: with these, a file has about 2.5 bits a
/// pixel, as a camera's or a provider's has.
const NOISE: u32 = 9;
const QUALITY: u8 = 92;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [photo, width, height, out] = arguments.as_slice() else {
        return Err("synthesise <photo> <width> <height> <out.jpg>".into());
    };
    let (width, height): (u16, u16) = (width.parse()?, height.parse()?);
    let photo = image::open(photo)?.to_rgb8();
    let tile = imageops::resize(
        &photo,
        photo.width() * 2,
        photo.height() * 2,
        FilterType::CatmullRom,
    );

    let mut seed = 0x2545_F491_u32;
    let picture = RgbImage::from_fn(u32::from(width), u32::from(height), |x, y| {
        let Rgb(pixel) = *tile.get_pixel(mirrored(x, tile.width()), mirrored(y, tile.height()));
        Rgb(pixel.map(|channel| {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            let noisy = (u32::from(channel) + seed % (2 * NOISE + 1)).saturating_sub(NOISE);
            u8::try_from(noisy).unwrap_or(u8::MAX)
        }))
    });

    let mut encoder = Encoder::new_file(out, QUALITY)?;
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder.encode(picture.as_raw(), width, height, ColorType::Rgb)?;
    Ok(())
}

fn mirrored(position: u32, length: u32) -> u32 {
    let within = position % (2 * length);
    if within < length {
        within
    } else {
        2 * length - 1 - within
    }
}
