//! An organiser's own watermark: a red square in the middle of every picture.

use domain::watermark::{WatermarkPosition, WatermarkSettings};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use crate::{Place, unique};

/// The mark, with its image in the bucket.
pub async fn red(place: &Place) -> WatermarkSettings {
    let mut png = std::io::Cursor::new(Vec::new());
    let red = DynamicImage::ImageRgb8(RgbImage::from_pixel(64, 64, Rgb([255, 0, 0])));
    red.write_to(&mut png, ImageFormat::Png).unwrap();
    let key = format!("watermarks/{}.png", unique(place));
    place.put_object(&key, png.into_inner(), "image/png").await;
    WatermarkSettings {
        image_key: Some(key),
        position: WatermarkPosition::Center,
        opacity: 1.0,
        ..WatermarkSettings::default()
    }
}

/// The mark is in the middle of the picture.
#[track_caller]
pub fn assert_red(picture: &RgbImage) {
    let (width, height) = picture.dimensions();
    let Rgb([red, green, blue]) = *picture.get_pixel(width / 2, height / 2);
    assert!(red > 230 && green < 30 && blue < 30, "{red} {green} {blue}");
}
