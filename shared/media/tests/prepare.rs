//! What a provider gets of a guest's photo.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of tests may fail them"
)]

mod common;

use common::{QUARTERS, SMALL, assert_close, difference, format, holds, photo, pixels, quarters};
use image::imageops::FilterType;
use media::{Format, Limits, MediaError, prepare_photo, probe};

#[test]
fn a_phone_photo_comes_out_upright_and_without_its_position() {
    let file = photo("phone-orientation6-gps.jpg");
    assert!(
        holds(&file, b"Exif\0\0"),
        "the fixture must have something to lose"
    );

    let prepared = prepare_photo(&file, &Limits::PHOTO).unwrap();
    assert!(!holds(&prepared.jpeg, b"Exif"));
    assert!(!holds(&prepared.jpeg, b"GPS"));
    let upright = image::imageops::rotate90(&pixels(&file));
    let mean = difference(&pixels(&prepared.jpeg), &upright);
    assert!(mean < 2.0, "differs from the upright portrait by {mean}");
}

#[test]
fn a_prepared_photo_holds_only_start_tables_frame_and_scan() {
    let prepared = prepare_photo(&format("display-p3.jpg"), &Limits::PHOTO).unwrap();
    let mut at = 2;
    let mut markers = Vec::new();
    while prepared.jpeg[at + 1] != 0xDA {
        markers.push(prepared.jpeg[at + 1]);
        at += 2 + usize::from(u16::from_be_bytes([prepared.jpeg[at + 2], prepared.jpeg[at + 3]]));
    }
    markers.dedup();
    // JFIF, ICC profile, frame, quantisation and Huffman tables.
    assert_eq!(markers, [0xE0, 0xE2, 0xC0, 0xDB, 0xC4]);
}

#[test]
fn the_colour_profile_is_kept_as_it_is() {
    let file = format("display-p3.jpg");
    let prepared = prepare_photo(&file, &Limits::PHOTO).unwrap();
    let profile = |bytes: &[u8]| {
        let start = bytes
            .windows(12)
            .position(|window| window == b"ICC_PROFILE\0")
            .unwrap()
            + 14;
        bytes[start..start + 480].to_vec()
    };
    assert_eq!(profile(&prepared.jpeg), profile(&file));
    assert!(!holds(
        &prepare_photo(&photo("cat.jpg"), &Limits::PHOTO).unwrap().jpeg,
        b"ICC_PROFILE"
    ));
}

#[test]
fn a_large_photo_is_scaled_down_and_a_small_one_is_left_as_it_is() {
    let large = image::imageops::resize(&pixels(&photo("table.jpg")), 3000, 2000, FilterType::Triangle);
    let prepared = prepare_photo(&jpeg(&large), &Limits::PHOTO).unwrap();
    assert_eq!((prepared.width, prepared.height), (2048, 1365));
    assert_eq!(pixels(&prepared.jpeg).dimensions(), (2048, 1365));

    let prepared = prepare_photo(&photo("table.jpg"), &Limits::PHOTO).unwrap();
    assert_eq!((prepared.width, prepared.height), (600, 400));
}

#[test]
fn a_prepared_photo_has_an_upright_thumbnail_without_metadata() {
    let prepared = prepare_photo(&photo("phone-orientation6-gps.jpg"), &Limits::PHOTO).unwrap();
    assert!(!holds(&prepared.thumbnail, b"Exif"));
    assert_eq!((prepared.thumbnail_width, prepared.thumbnail_height), (360, 480));
    let small = image::imageops::resize(&pixels(&prepared.jpeg), 360, 480, FilterType::CatmullRom);
    let mean = difference(&pixels(&prepared.thumbnail), &small);
    assert!(mean < 3.0, "differs by {mean}");
    let cat = prepare_photo(&photo("cat.jpg"), &Limits::PHOTO).unwrap();
    assert_eq!(cat.thumbnail, cat.jpeg);
}

/// Formats, and how far a colour may be off: lossy coding some, CMYK without a profile much.
#[test]
fn every_format_shows_the_same_picture() {
    let white = |colour: [u8; 3]| colour.map(|channel| 255 - (255 - channel) / 2);
    for (name, expected, tolerance) in [
        ("full-chroma.jpg", QUARTERS, 4),
        ("progressive.jpg", QUARTERS, 4),
        ("cmyk.jpg", QUARTERS, 75),
        ("palette.png", QUARTERS, 4),
        ("16-bit.png", QUARTERS, 4),
        ("interlaced-half-clear.png", QUARTERS.map(white), 4),
        ("lossless.webp", QUARTERS, 4),
        ("lossy.webp", QUARTERS, 6),
        ("lossy-half-clear.webp", QUARTERS.map(white), 6),
        ("animated.webp", QUARTERS, 6),
        ("orientation6.png", QUARTERS, 4),
        ("orientation6.webp", QUARTERS, 6),
    ] {
        let prepared =
            prepare_photo(&format(name), &Limits::PHOTO).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((prepared.width, prepared.height), (96, 64), "{name}");
        assert_close(name, quarters(&prepared.jpeg), expected, tolerance);
    }
}

#[test]
fn gray_cmyk_and_ycck_from_another_encoder_keep_their_colours() {
    use jpeg_encoder::ColorType;
    let ink = |[r, g, b]: [u8; 3]| vec![255 - r, 255 - g, 255 - b, 0];
    let gray = |[_, g, _]: [u8; 3]| vec![g];
    let grays = QUARTERS.map(|[_, g, _]| [g; 3]);
    for (name, kind, expected, bytes) in [
        ("gray", ColorType::Luma, grays, quartered(gray)),
        ("CMYK", ColorType::Cmyk, QUARTERS, quartered(ink)),
        ("YCCK", ColorType::CmykAsYcck, QUARTERS, quartered(ink)),
    ] {
        let mut file = Vec::new();
        jpeg_encoder::Encoder::new(&mut file, 95)
            .encode(&bytes, 96, 64, kind)
            .unwrap();
        let prepared = prepare_photo(&file, &Limits::PHOTO).unwrap();
        assert_close(name, quarters(&prepared.jpeg), expected, 8);
    }
}

#[test]
fn limits_are_checked_before_anything_is_allocated() {
    let bomb = photo("bomb-60000x60000.png");
    assert!(matches!(
        prepare_photo(&bomb, &Limits::PHOTO),
        Err(MediaError::TooManyPixels {
            pixels: 3_600_000_000,
            ..
        })
    ));

    let cat = photo("cat.jpg");
    let tight = |limits: Limits| prepare_photo(&cat, &limits).unwrap_err();
    assert!(matches!(
        tight(Limits {
            max_bytes: 1000,
            ..Limits::PHOTO
        }),
        MediaError::TooManyBytes { max: 1000, .. }
    ));
    assert!(matches!(
        tight(Limits {
            max_pixels: 451 * 300 - 1,
            ..Limits::PHOTO
        }),
        MediaError::TooManyPixels { .. }
    ));
    let side = MediaError::SideOutOfRange {
        width: 451,
        height: 300,
        min: 301,
        max: 16_384,
    };
    assert_eq!(
        tight(Limits {
            min_side: 301,
            ..Limits::PHOTO
        }),
        side
    );
    assert!(matches!(
        tight(Limits {
            max_side: 450,
            ..Limits::PHOTO
        }),
        MediaError::SideOutOfRange { .. }
    ));
    assert!(
        prepare_photo(
            &cat,
            &Limits {
                max_pixels: 451 * 300,
                max_side: 451,
                min_side: 300,
                ..Limits::PHOTO
            }
        )
        .is_ok()
    );
}

#[test]
fn probing_reads_the_header_only() {
    assert_eq!(
        probe(&photo("truncated.jpg"), &Limits::PHOTO),
        Ok((Format::Jpeg, 512, 512))
    );
    assert_eq!(
        probe(&format("orientation6.png"), &SMALL),
        Ok((Format::Png, 64, 96))
    );
    assert_eq!(probe(&format("lossy.webp"), &SMALL), Ok((Format::WebP, 96, 64)));
    assert_eq!(probe(b"GIF89a", &SMALL), Err(MediaError::Gif));
    assert_eq!(probe(b"", &SMALL), Err(MediaError::UnknownFormat));
}

fn quartered(pixel: impl Fn([u8; 3]) -> Vec<u8>) -> Vec<u8> {
    let at = |i: usize| QUARTERS[usize::from(i % 96 >= 48) + 2 * usize::from(i / 96 >= 32)];
    (0..96 * 64).flat_map(|i| pixel(at(i))).collect()
}

fn jpeg(picture: &image::RgbImage) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
    file.into_inner()
}
