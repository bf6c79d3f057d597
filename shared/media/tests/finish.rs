//! What is delivered of a provider's output.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of tests may fail them"
)]

mod common;

use common::{QUARTERS, SMALL, assert_close, difference, format, holds, photo, pixels, provenance, quarters};
use image::{Rgba, RgbaImage, imageops::FilterType};
use media::{
    COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA, Finished, Limits, Mark, MediaError, Position, Provenance,
    Watermark, finish_output, read_provenance,
};

fn finish(name: &str, watermark: Option<&Watermark<'_>>) -> Finished {
    finish_output(&photo(name), watermark, &provenance(), &Limits::OUTPUT).unwrap()
}

#[test]
fn finishing_without_a_watermark_keeps_the_providers_picture() {
    let finished = finish("rocket.jpg", None);
    assert_eq!((finished.width, finished.height), (640, 427));
    let mean = difference(&pixels(&finished.image), &pixels(&photo("rocket.jpg")));
    assert!(mean < 2.0, "differs by {mean}");
}

#[test]
fn the_thumbnail_shows_the_picture_scaled_down() {
    let finished = finish("rocket.jpg", None);
    assert_eq!((finished.thumbnail_width, finished.thumbnail_height), (480, 320));
    let expected = image::imageops::resize(&pixels(&photo("rocket.jpg")), 480, 320, FilterType::CatmullRom);
    let mean = difference(&pixels(&finished.thumbnail), &expected);
    assert!(mean < 3.0, "differs by {mean}");
}

#[test]
fn a_small_picture_is_its_own_thumbnail() {
    let finished = finish("cat.jpg", None);
    assert_eq!((finished.thumbnail_width, finished.thumbnail_height), (451, 300));
    assert_eq!(finished.thumbnail, finished.image);
}

#[test]
fn both_files_carry_the_ai_provenance() {
    let finished = finish("portrait.jpg", None);
    for file in [&finished.image, &finished.thumbnail] {
        let read = read_provenance(file).unwrap();
        assert_eq!(read.digital_source_type, COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA);
        assert_eq!(read.creator_tool.as_deref(), Some("AI Magic Edits"));
        assert_eq!(
            read.ai_system.as_deref(),
            Some("Google Gemini 2.5 Flash Image via Runware")
        );
        assert_eq!(read.ai_system_version.as_deref(), Some("google:4@1"));
        assert_eq!(read.document_id.as_deref(), Some("edit_01"));
    }
}

#[test]
fn texts_that_look_like_xml_survive() {
    let odd = Provenance {
        creator_tool: "<Magic> & \"Edits\" 'ü' 🪄".to_owned(),
        ai_system: "a]]>b\r\nc".to_owned(),
        ai_system_version: "</Iptc4xmpExt:AISystemVersionUsed>".to_owned(),
        document_id: String::new(),
    };
    let finished = finish_output(&photo("cat.jpg"), None, &odd, &Limits::OUTPUT).unwrap();
    let read = read_provenance(&finished.image).unwrap();
    assert_eq!(read.creator_tool, Some(odd.creator_tool));
    assert_eq!(read.ai_system, Some(odd.ai_system));
    assert_eq!(read.ai_system_version, Some(odd.ai_system_version));
}

#[test]
fn text_that_xml_cannot_hold_is_replaced_and_overlong_text_is_refused() {
    let with = |creator_tool: String| {
        let provenance = Provenance {
            creator_tool,
            ..provenance()
        };
        finish_output(&photo("cat.jpg"), None, &provenance, &Limits::OUTPUT)
    };
    let finished = with("a\u{0}b\u{1F}".to_owned()).unwrap();
    assert_eq!(
        read_provenance(&finished.image).unwrap().creator_tool.as_deref(),
        Some("a\u{FFFD}b\u{FFFD}")
    );
    assert!(matches!(with("x".repeat(70_000)), Err(MediaError::Provenance(_))));
}

#[test]
fn reading_provenance_from_a_picture_without_it_fails() {
    for file in [photo("cat.jpg"), format("lossless.webp"), format("palette.png")] {
        assert!(matches!(read_provenance(&file), Err(MediaError::Provenance(_))));
    }
}

#[test]
fn the_hash_matches_the_delivered_file() {
    use sha2::Digest;
    let finished = finish("cat.jpg", None);
    let expected = data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(&finished.image));
    assert_eq!(finished.sha256, expected);
    assert_eq!(finished.mime_type, "image/jpeg");
}

#[test]
fn an_output_with_exif_is_turned_and_loses_it() {
    let finished = finish("phone-orientation6-gps.jpg", None);
    assert!(!holds(&finished.image, b"Exif") && !holds(&finished.thumbnail, b"Exif"));
    let upright = image::imageops::rotate90(&pixels(&photo("phone-orientation6-gps.jpg")));
    let mean = difference(&pixels(&finished.image), &upright);
    assert!(mean < 2.0, "differs by {mean}");
}

#[test]
fn colours_and_profile_survive_in_both_files() {
    let finished = finish_output(&format("display-p3.jpg"), None, &provenance(), &SMALL).unwrap();
    assert!(holds(&finished.image, b"ICC_PROFILE\0\x01\x01"));
    assert!(holds(&finished.thumbnail, b"ICC_PROFILE\0\x01\x01"));

    for name in [
        "full-chroma.jpg",
        "progressive.jpg",
        "lossless.webp",
        "16-bit.png",
        "orientation6.png",
    ] {
        let finished = finish_output(&format(name), None, &provenance(), &SMALL).unwrap();
        assert_close(name, quarters(&finished.image), QUARTERS, 4);
    }
}

#[test]
fn the_watermark_covers_its_place_and_nothing_else() {
    let magenta = mark(40, 20, Rgba([255, 0, 255, 255]));
    let plain = pixels(&finish("table.jpg", None).image);
    for (position, x, y) in [
        (Position::TopLeft, 60, 60),
        (Position::TopRight, 600 - 60 - 120, 60),
        (Position::BottomLeft, 60, 400 - 60 - 60),
        (Position::BottomRight, 600 - 60 - 120, 400 - 60 - 60),
        (Position::Center, 240, 170),
    ] {
        let watermark = Watermark {
            mark: &magenta,
            position,
            opacity: 1.0,
            scale: 0.2,
            padding: 0.1,
        };
        let marked = pixels(&finish("table.jpg", Some(&watermark)).image);
        for (px, py, pixel) in marked.enumerate_pixels() {
            // A block of coefficients is 16 pixels wide, so a lossy file differs up to one block around the mark.
            let inside = |slack: i64| {
                let within = |at: u32, from: i64, len: i64| {
                    (from - slack..from + len + slack).contains(&i64::from(at))
                };
                within(px, x, 120) && within(py, y, 60)
            };
            if inside(-16) {
                assert!(
                    pixel.0[0] > 240 && pixel.0[1] < 15 && pixel.0[2] > 240,
                    "{position:?} at {px},{py}: {pixel:?}"
                );
            } else if !inside(17) {
                assert_eq!(pixel, plain.get_pixel(px, py), "{position:?} at {px},{py}");
            }
        }
    }
}

#[test]
fn opacity_mixes_mark_and_picture() {
    let mark = mark(10, 10, Rgba([0, 0, 0, 255]));
    let file = png(&RgbaImage::from_pixel(200, 200, Rgba([200, 200, 200, 255])));
    for (opacity, expected) in [
        (0.0, 200),
        (0.25, 150),
        (0.5, 100),
        (1.0, 0),
        (7.0, 0),
        (f32::NAN, 200),
    ] {
        let watermark = Watermark {
            mark: &mark,
            position: Position::Center,
            opacity,
            scale: 0.5,
            padding: 0.0,
        };
        let finished = finish_output(&file, Some(&watermark), &provenance(), &Limits::OUTPUT).unwrap();
        let middle = pixels(&finished.image).get_pixel(100, 100).0;
        assert!(
            middle.iter().all(|c| c.abs_diff(expected) <= 2),
            "opacity {opacity}: {middle:?}"
        );
    }
}

#[test]
fn a_mark_fits_into_any_picture() {
    let tall = mark(10, 500, Rgba([255, 0, 0, 255]));
    let wide = mark(500, 1, Rgba([255, 0, 0, 255]));
    for (width, height) in [(1, 1), (2, 3), (64, 64), (300, 5), (5, 300)] {
        let file = png(&RgbaImage::from_pixel(width, height, Rgba([9, 9, 9, 255])));
        for mark in [&tall, &wide, Mark::built_in()] {
            for position in [Position::BottomRight, Position::Center, Position::TopLeft] {
                for (scale, padding) in [(0.05, 0.0), (0.5, 0.2), (99.0, 99.0), (-1.0, -1.0)] {
                    let watermark = Watermark {
                        mark,
                        position,
                        opacity: 1.0,
                        scale,
                        padding,
                    };
                    let finished = finish_output(&file, Some(&watermark), &provenance(), &SMALL).unwrap();
                    assert_eq!((finished.width, finished.height), (width, height));
                }
            }
        }
    }
}

#[test]
fn the_built_in_mark_shows_on_white_and_on_black() {
    assert!(Mark::built_in().size().0 > 200);
    for shade in [0, 255] {
        let file = png(&RgbaImage::from_pixel(400, 400, Rgba([shade, shade, shade, 255])));
        let watermark = Watermark {
            mark: Mark::built_in(),
            position: Position::Center,
            opacity: 0.85,
            scale: 0.5,
            padding: 0.0,
        };
        let finished = finish_output(&file, Some(&watermark), &provenance(), &Limits::OUTPUT).unwrap();
        let (dark, light) = pixels(&finished.image)
            .pixels()
            .fold((255, 0), |(dark, light), pixel| {
                (pixel.0[1].min(dark), pixel.0[1].max(light))
            });
        assert!(light - dark > 100, "on {shade}: {dark} to {light}");
    }
}

#[test]
fn a_transparent_output_is_flattened_on_white() {
    let finished = finish_output(
        &png(&RgbaImage::from_pixel(64, 64, Rgba([10, 20, 30, 0]))),
        None,
        &provenance(),
        &Limits::OUTPUT,
    )
    .unwrap();
    assert_eq!(pixels(&finished.image).get_pixel(30, 30).0, [255, 255, 255]);
}

#[test]
fn the_same_input_gives_the_same_file() {
    assert_eq!(finish("cat.jpg", None), finish("cat.jpg", None));
}

fn mark(width: u32, height: u32, colour: Rgba<u8>) -> Mark {
    Mark::decode(&png(&RgbaImage::from_pixel(width, height, colour))).unwrap()
}

fn png(picture: &RgbaImage) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}
