//! Files that are marked without decoding, against the long way and against a decoder of their own.

use std::cell::LazyCell;

use image::{Rgb, RgbImage, Rgba, RgbaImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use proptest::prelude::*;

use super::huffman::{Decoder, Kind, Table};
use super::*;
use crate::finish::decode_and_encode;
use crate::{Mark, Position};

#[path = "../../tests/reference/decoder.rs"]
#[allow(dead_code, reason = "the tests of decoders use the rest")]
mod reference;

const LIMITS: Limits = Limits {
    min_side: 1,
    ..Limits::OUTPUT
};
const PACKET: &str = "<x/>";
const POSITIONS: [Position; 5] = [
    Position::BottomRight,
    Position::BottomLeft,
    Position::TopRight,
    Position::TopLeft,
    Position::Center,
];

/// How a test file is coded.
#[derive(Debug, Clone, Copy)]
struct Coding {
    width: u16,
    height: u16,
    factor: SamplingFactor,
    is_gray: bool,
    restart_interval: u16,
    quality: u8,
}

const PLAIN: Coding = Coding {
    width: 201,
    height: 139,
    factor: SamplingFactor::R_4_2_0,
    is_gray: false,
    restart_interval: 0,
    quality: 85,
};

/// A picture with detail everywhere, coarse and fine.
fn file(coding: Coding) -> Vec<u8> {
    let pixel = |x: u32, y: u32| {
        let (slow, steep) = ((x + 2 * y) / 8 % 160, (x / 3 + y / 5) % 2 * 40 + x * y / 16 % 32);
        let channel = |level: u32| u8::try_from(level.min(255)).unwrap();
        Rgb([
            channel(slow + steep),
            channel(80 + steep),
            channel(200 - slow + steep),
        ])
    };
    let picture = RgbImage::from_fn(coding.width.into(), coding.height.into(), pixel);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, coding.quality);
    encoder.set_sampling_factor(coding.factor);
    if coding.restart_interval > 0 {
        encoder.set_restart_interval(coding.restart_interval);
    }
    let (color, pixels) = if coding.is_gray {
        (
            ColorType::Luma,
            picture.pixels().map(|pixel| pixel.0[1]).collect(),
        )
    } else {
        (ColorType::Rgb, picture.into_raw())
    };
    encoder
        .encode(&pixels, coding.width, coding.height, color)
        .unwrap();
    file
}

fn mark(colour: [u8; 4]) -> Mark {
    let mut png = std::io::Cursor::new(Vec::new());
    let picture = RgbaImage::from_pixel(40, 20, Rgba(colour));
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    Mark::decode(&png.into_inner()).unwrap()
}

fn watermark(mark: &Mark, position: Position) -> Watermark<'_> {
    Watermark {
        mark,
        position,
        opacity: 0.9,
        scale: 0.3,
        padding: 0.04,
    }
}

fn pixels(file: &[u8]) -> RgbImage {
    image::load_from_memory(file).unwrap().to_rgb8()
}

/// How like two pictures of one size are, in decibels.
fn psnr(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let squares: u64 = a
        .iter()
        .zip(b.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2))
        .sum();
    10.0 * (255.0 * 255.0 * a.len() as f64 / squares as f64).log10()
}

/// Checks that the blocks outside the mark's place, and no others, have the coefficients that the file had.
fn assert_kept(name: &str, before: &[u8], after: &[u8], place: watermark::Rectangle) {
    let (before, after) = (reference::decode(before), reference::decode(after));
    assert_eq!(
        (before.width, before.height),
        (after.width, after.height),
        "{name}"
    );
    let (h, v) = before.factors();
    let mut changed = 0;
    for (old, new) in before.planes.iter().zip(&after.planes) {
        // Pixels of one block of this plane.
        let (wide, high) = (8 * h / old.h, 8 * v / old.v);
        for (index, (a, b)) in old.blocks.iter().zip(&new.blocks).enumerate() {
            let (x, y) = (index % old.across * wide, index / old.across * high);
            let meets = |at: usize, len: usize, from: u32, wide: u32| {
                at < (from + wide) as usize && at + len > from as usize
            };
            if meets(x, wide, place.x, place.width) && meets(y, high, place.y, place.height) {
                changed += usize::from(a != b);
            } else {
                assert_eq!(a, b, "{name}: block {index} of a plane {}x{}", old.h, old.v);
            }
        }
    }
    assert!(changed > 0, "{name}: no mark");
}

#[test]
fn every_coefficient_outside_the_mark_is_kept() {
    let files = LazyCell::new(|| {
        let mut files = vec![PLAIN];
        for factor in [
            SamplingFactor::R_4_4_4,
            SamplingFactor::R_4_2_2,
            SamplingFactor::R_4_4_0,
        ] {
            files.push(Coding { factor, ..PLAIN });
        }
        files.push(Coding {
            is_gray: true,
            ..PLAIN
        });
        for restart_interval in [1, 2, 7, 13, 1000] {
            files.push(Coding {
                restart_interval,
                ..PLAIN
            });
            files.push(Coding {
                restart_interval,
                is_gray: true,
                ..PLAIN
            });
        }
        for (width, height) in [(8, 8), (16, 16), (17, 33), (700, 9), (3, 500)] {
            files.push(Coding {
                width,
                height,
                ..PLAIN
            });
        }
        files
    });
    for coding in files.iter() {
        let white = mark(if coding.is_gray {
            [255; 4]
        } else {
            [255, 40, 255, 255]
        });
        for position in POSITIONS {
            let name = format!("{coding:?}, {position:?}");
            let before = file(*coding);
            let watermark = watermark(&white, position);
            let made = finish(&before, Some(&watermark), PACKET, &LIMITS)
                .unwrap()
                .expect(&name);
            let drawn = watermark::draw(made.width, made.height, None, &watermark).unwrap();
            assert_kept(&name, &before, &made.image, drawn.place);

            let long = decode_and_encode(&before, Some(&watermark), PACKET, &LIMITS).unwrap();
            let alike = psnr(&pixels(&made.image), &pixels(&long.image));
            assert!(alike > 26.0, "{name}: {alike} dB");
        }
    }
}

#[test]
fn photos_keep_their_coefficients_and_get_the_thumbnail_of_the_long_way() {
    for name in ["portrait.jpg", "cat.jpg", "rocket.jpg", "table.jpg"] {
        let before = photo(name);
        for position in POSITIONS {
            let watermark = watermark(Mark::built_in(), position);
            let made = finish(&before, Some(&watermark), PACKET, &LIMITS)
                .unwrap()
                .expect(name);
            let drawn = watermark::draw(made.width, made.height, None, &watermark).unwrap();
            assert_kept(name, &before, &made.image, drawn.place);

            let long = decode_and_encode(&before, Some(&watermark), PACKET, &LIMITS).unwrap();
            let size = |made: &Made| {
                (
                    made.width,
                    made.height,
                    made.thumbnail_width,
                    made.thumbnail_height,
                )
            };
            assert_eq!(size(&made), size(&long), "{name}");
            let (image, thumbnail) = (
                psnr(&pixels(&made.image), &pixels(&long.image)),
                psnr(&pixels(&made.thumbnail), &pixels(&long.thumbnail)),
            );
            assert!(
                image > 35.0 && thumbnail > 32.0,
                "{name}, {position:?}: {image} and {thumbnail} dB"
            );
        }
    }
}

#[test]
fn thumbnails_of_every_scale_are_those_of_the_long_way() {
    for (width, height) in [(500, 300), (300, 1000), (2000, 700), (4001, 403)] {
        for is_gray in [false, true] {
            let before = file(Coding {
                width,
                height,
                is_gray,
                ..PLAIN
            });
            let white = mark([255; 4]);
            let watermark = watermark(&white, Position::BottomRight);
            let made = finish(&before, Some(&watermark), PACKET, &LIMITS)
                .unwrap()
                .unwrap();
            let long = decode_and_encode(&before, Some(&watermark), PACKET, &LIMITS).unwrap();
            let alike = psnr(&pixels(&made.thumbnail), &pixels(&long.thumbnail));
            assert!(alike > 24.0, "{width}x{height}, gray {is_gray}: {alike} dB");
        }
    }
}

#[test]
fn a_file_without_codes_for_the_mark_gets_new_codes_and_keeps_its_coefficients() {
    for name in ["optimised.jpg", "optimised-flat.jpg"] {
        let before = format(name);
        for position in POSITIONS {
            let watermark = watermark(Mark::built_in(), position);
            let made = finish(&before, Some(&watermark), PACKET, &LIMITS)
                .unwrap()
                .expect(name);
            let drawn = watermark::draw(made.width, made.height, None, &watermark).unwrap();
            assert_kept(name, &before, &made.image, drawn.place);
            let long = decode_and_encode(&before, Some(&watermark), PACKET, &LIMITS).unwrap();
            let alike = psnr(&pixels(&made.image), &pixels(&long.image));
            assert!(alike > 32.0, "{name}: {alike} dB");
        }
    }
}

#[test]
fn other_kinds_take_the_long_way() {
    let plain = file(PLAIN);
    let mut progressive = Vec::new();
    let mut encoder = Encoder::new(&mut progressive, 85);
    encoder.set_progressive(true);
    encoder
        .encode(&[120; 64 * 64 * 3], 64, 64, ColorType::Rgb)
        .unwrap();
    let mut cmyk = Vec::new();
    Encoder::new(&mut cmyk, 85)
        .encode(&[120; 64 * 64 * 4], 64, 64, ColorType::Cmyk)
        .unwrap();
    let cut = plain[..plain.len() * 2 / 3].to_vec();
    let closed = [&plain[..plain.len() * 2 / 3], b"\0\xFF\xD9"].concat();
    let turned = photo("phone-orientation6-gps.jpg");
    let colour_on_gray = file(Coding {
        is_gray: true,
        ..PLAIN
    });
    let red = mark([255, 0, 0, 255]);
    for (name, file) in [
        ("progressive", progressive),
        ("CMYK", cmyk),
        ("cut", cut),
        ("cut and closed", closed),
        ("turned", turned),
        ("a coloured mark on a gray picture", colour_on_gray),
    ] {
        let watermark = watermark(&red, Position::Center);
        assert_eq!(
            finish(&file, Some(&watermark), PACKET, &LIMITS)
                .unwrap()
                .map(|_| ()),
            None,
            "{name}"
        );
    }
}

#[test]
fn without_a_mark_the_whole_scan_is_copied() {
    let before = file(Coding {
        restart_interval: 5,
        ..PLAIN
    });
    let made = finish(&before, None, PACKET, &LIMITS).unwrap().unwrap();
    assert_eq!(pixels(&before), pixels(&made.image));
}

fn photo(name: &str) -> Vec<u8> {
    read("../../tests/fixtures/photos", name)
}

fn format(name: &str) -> Vec<u8> {
    read("tests/fixtures/formats", name)
}

fn read(folder: &str, name: &str) -> Vec<u8> {
    std::fs::read(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(folder)
            .join(name),
    )
    .unwrap()
}

/// A table with so many codes of 1 and of 2 bits.
fn is_taken(of_one_bit: u8, of_two_bits: u8, symbols: &[u8], kind: Kind) -> bool {
    let mut counts = [0; 16];
    (counts[0], counts[1]) = (of_one_bit, of_two_bits);
    let symbols = symbols.to_vec();
    Decoder::new(&Table { counts, symbols }, kind).is_some()
}

#[test]
fn a_huffman_table_that_decoders_refuse_is_refused() {
    assert!(is_taken(1, 1, &[0, 1], Kind::Ac));
    assert!(!is_taken(1, 2, &[0, 1, 2], Kind::Ac), "a code of ones alone");
    assert!(!is_taken(2, 0, &[0, 1], Kind::Ac), "a code of ones alone");
    assert!(!is_taken(1, 3, &[0, 1, 2, 3], Kind::Ac), "more codes than fit");
    assert!(is_taken(1, 1, &[0, 15], Kind::Dc));
    assert!(!is_taken(1, 1, &[0, 16], Kind::Dc), "a difference of 16 bits");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any pixel that the short way delivers is one that the file shows, or the mark's.
    #[test]
    fn a_damaged_file_is_never_delivered_wrong(
        which in 0_usize..6,
        damage in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut before = match which {
            0 => photo("cat.jpg"),
            1 => file(Coding { is_gray: true, ..PLAIN }),
            2 => file(Coding { restart_interval: 4, ..PLAIN }),
            3 => file(Coding { factor: SamplingFactor::R_4_2_2, ..PLAIN }),
            4 => format("optimised.jpg"),
            _ => file(Coding { factor: SamplingFactor::R_4_4_4, ..PLAIN }),
        };
        for (is_in_header, at, value) in damage {
            let at = at.index(if is_in_header { 700 } else { before.len() });
            before[at] = value;
        }
        let white = mark([255; 4]);
        let watermark = watermark(&white, Position::Center);
        if let Some(made) = finish(&before, Some(&watermark), PACKET, &LIMITS).unwrap() {
            let drawn = watermark::draw(made.width, made.height, None, &watermark).unwrap();
            assert_kept("damaged", &before, &made.image, drawn.place);
            let long = decode_and_encode(&before, Some(&watermark), PACKET, &LIMITS).unwrap();
            let (shown, long) = (pixels(&made.image), pixels(&long.image));
            let alike = psnr(&shown, &long);
            prop_assert!(alike > 20.0, "{alike} dB");
        }
    }
}
