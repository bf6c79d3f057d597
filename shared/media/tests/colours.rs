//! Colours as a viewer shows them that follows profiles.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of tests may fail them"
)]

mod common;

use common::{difference, format, photo, pixels, provenance};
use image::{ImageDecoder, ImageReader, RgbImage, Rgba, RgbaImage};
use media::{Limits, Mark, Position, Watermark, finish_output, prepare_photo};
use moxcms::{ColorProfile, Layout, TransformOptions};

fn profile(file: &[u8]) -> Option<Vec<u8>> {
    let reader = ImageReader::new(std::io::Cursor::new(file))
        .with_guessed_format()
        .unwrap();
    reader.into_decoder().unwrap().icc_profile().unwrap()
}

/// The picture in sRGB.
fn shown(file: &[u8]) -> RgbImage {
    let picture = pixels(file);
    let Some(profile) = profile(file) else {
        return picture;
    };
    let (width, height) = picture.dimensions();
    let mut converted = vec![0; picture.len()];
    ColorProfile::new_from_slice(&profile)
        .unwrap()
        .create_transform_8bit(
            Layout::Rgb,
            &ColorProfile::new_srgb(),
            Layout::Rgb,
            TransformOptions::default(),
        )
        .unwrap()
        .transform(&picture, &mut converted)
        .unwrap();
    RgbImage::from_raw(width, height, converted).unwrap()
}

#[test]
fn a_png_with_a_gamma_of_its_own_looks_like_its_reference() {
    let prepared = prepare_photo(&photo("hard/03-colour-gamma-1.6.png"), &Limits::PHOTO).unwrap();
    let mean = difference(
        &shown(&prepared.jpeg),
        &shown(&photo("hard/03-colour-gamma-1.6-reference.png")),
    );
    assert!(mean < 3.0, "differs by {mean}");
}

#[test]
fn adobe_rgb_that_only_exif_names_becomes_a_profile() {
    let file = photo("hard/03-colour-adobe-rgb-exif-only.jpg");
    assert_eq!(profile(&file), None);
    let prepared = prepare_photo(&file, &Limits::PHOTO).unwrap();
    let finished = finish_output(&file, None, &provenance(), &Limits::OUTPUT).unwrap();
    for made in [
        &prepared.jpeg,
        &prepared.thumbnail,
        &finished.image,
        &finished.thumbnail,
    ] {
        let profile = ColorProfile::new_from_slice(&profile(made).unwrap()).unwrap();
        let adobe = ColorProfile::new_adobe_rgb();
        assert!((profile.green_colorant.x - adobe.green_colorant.x).abs() < 0.001);
    }
    assert_eq!(
        profile(&prepare_photo(&photo("cat.jpg"), &Limits::PHOTO).unwrap().jpeg),
        None
    );
}

#[test]
fn a_profile_that_we_write_does_not_say_when() {
    for file in [
        "hard/03-colour-adobe-rgb-exif-only.jpg",
        "hard/03-colour-gamma-1.6.png",
    ] {
        let prepared = prepare_photo(&photo(file), &Limits::PHOTO).unwrap();
        let date = ColorProfile::new_from_slice(&profile(&prepared.jpeg).unwrap())
            .unwrap()
            .creation_date_time;
        assert_eq!(
            (date.year, date.month, date.day_of_the_month),
            (2026, 1, 1),
            "{file}"
        );
        assert_eq!((date.hours, date.minutes, date.seconds), (0, 0, 0), "{file}");
    }
}

#[test]
fn a_mark_shows_its_own_colours_under_any_profile() {
    let colour = [250, 120, 20];
    let mut png = std::io::Cursor::new(Vec::new());
    let [red, green, blue] = colour;
    RgbaImage::from_pixel(40, 40, Rgba([red, green, blue, 255]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    let mark = Mark::decode(&png.into_inner()).unwrap();
    let watermark = Watermark {
        mark: &mark,
        position: Position::Center,
        opacity: 1.0,
        scale: 0.4,
        padding: 0.0,
    };
    for (name, file) in [
        (
            "hard/03-colour-rgb-to-gbr.png",
            photo("hard/03-colour-rgb-to-gbr.png"),
        ),
        (
            "hard/03-colour-adobe-rgb-exif-only.jpg",
            photo("hard/03-colour-adobe-rgb-exif-only.jpg"),
        ),
        ("display-p3.jpg", format("display-p3.jpg")),
    ] {
        let limits = Limits {
            min_side: 1,
            ..Limits::OUTPUT
        };
        let finished = finish_output(&file, Some(&watermark), &provenance(), &limits).unwrap();
        assert!(profile(&finished.image).is_some(), "{name}");
        for (made, width, height) in [
            (&finished.image, finished.width, finished.height),
            (
                &finished.thumbnail,
                finished.thumbnail_width,
                finished.thumbnail_height,
            ),
        ] {
            let found = shown(made).get_pixel(width / 2, height / 2).0;
            let far = found
                .iter()
                .zip(&colour)
                .map(|(a, b)| a.abs_diff(*b))
                .max()
                .unwrap();
            assert!(far <= 8, "{name}: {found:?} instead of {colour:?}");
        }
    }
}
