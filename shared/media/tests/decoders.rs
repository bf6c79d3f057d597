//! Files of every shape and kind: decoded rightly, or refused with a code that helps.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of tests may fail them"
)]

mod common;
#[path = "reference/decoder.rs"]
#[allow(dead_code, reason = "each test file uses a part")]
mod decoder;
#[path = "reference/encoder.rs"]
mod encoder;

use std::collections::BTreeMap;

use common::{SMALL, photo, pixels, provenance};
use encoder::{Colours, Process, Shape, encode};
use image::RgbImage;
use media::{Limits, MediaError, Refusal, finish_output, prepare_photo};

/// How like two pictures of one size are, in decibels.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn psnr(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let squares: u64 = a
        .iter()
        .zip(b.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2))
        .sum();
    10.0 * (255.0 * 255.0 * a.len() as f64 / squares.max(1) as f64).log10()
}

/// Three or four components: the first (and black) with one pair of factors, the colours with another.
fn factors(colours: Colours, first: (usize, usize), others: (usize, usize)) -> Vec<(usize, usize)> {
    match colours {
        Colours::Gray => vec![first],
        Colours::YCbCr | Colours::Rgb => vec![first, others, others],
        Colours::Cmyk | Colours::Ycck => vec![first, others, others, first],
    }
}

fn shapes() -> Vec<Shape> {
    use Colours::{Cmyk, Gray, Rgb, YCbCr, Ycck};
    let pairs = || (1..=4).flat_map(|h| (1..=4).map(move |v| (h, v)));
    let mut shapes = Vec::new();
    let mut add = |(width, height), factors, colours, process, is_interleaved, restart_interval| {
        let shape = Shape {
            width,
            height,
            factors,
            colours,
            process,
            is_interleaved,
            restart_interval,
        };
        if shape.is_legal() {
            shapes.push(shape);
        }
    };
    for process in [Process::Baseline, Process::Progressive] {
        for is_interleaved in [true, false] {
            for first in pairs() {
                add(
                    (75, 53),
                    factors(Gray, first, first),
                    Gray,
                    process,
                    is_interleaved,
                    0,
                );
                for others in pairs() {
                    add(
                        (75, 53),
                        factors(YCbCr, first, others),
                        YCbCr,
                        process,
                        is_interleaved,
                        0,
                    );
                }
                for colours in [Rgb, Cmyk, Ycck] {
                    for others in [(1, 1), (2, 1), (1, 2), (2, 2)] {
                        let size = if is_interleaved { (64, 48) } else { (41, 67) };
                        add(
                            size,
                            factors(colours, first, others),
                            colours,
                            process,
                            is_interleaved,
                            2,
                        );
                    }
                }
            }
            for (first, others) in [
                ((1, 1), (1, 1)),
                ((2, 1), (1, 1)),
                ((1, 2), (1, 1)),
                ((2, 2), (1, 1)),
            ] {
                for size in [(1, 1), (8, 8), (16, 16), (17, 16), (16, 17), (33, 31), (128, 5)] {
                    for restart_interval in [0, 1, 5] {
                        let factors = factors(YCbCr, first, others);
                        add(size, factors, YCbCr, process, is_interleaved, restart_interval);
                    }
                }
                add(
                    (75, 53),
                    factors(YCbCr, first, others),
                    YCbCr,
                    Process::Extended,
                    is_interleaved,
                    0,
                );
            }
            // Unlike colours.
            for (blue, red) in [((1, 1), (2, 1)), ((2, 2), (1, 1)), ((1, 2), (2, 1))] {
                add(
                    (75, 53),
                    vec![(2, 2), blue, red],
                    YCbCr,
                    process,
                    is_interleaved,
                    0,
                );
            }
        }
    }
    shapes
}

#[test]
fn a_jpeg_of_any_shape_is_decoded_rightly_or_refused() {
    let (mut right, mut refused, mut wrong) = (0, BTreeMap::<String, u32>::new(), Vec::new());
    for shape in shapes() {
        let file = encode(&shape);
        match prepare_photo(&file, &SMALL) {
            Ok(prepared) => {
                let alike = psnr(&pixels(&prepared.jpeg), &decoder::decode(&file).to_rgb());
                if alike >= 35.0 {
                    right += 1;
                } else {
                    wrong.push(format!("{shape:?}: {alike:.1} dB"));
                }
            }
            Err(error) => {
                assert!(error.refusal().is_some(), "{shape:?}: {error}");
                *refused.entry(error.to_string()).or_default() += 1;
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{right} right, refused {refused:#?}, wrong: {wrong:#?}"
    );
    // What cameras and encoders write is not among the refused.
    assert!(right > 300, "{right} right, refused {refused:#?}");
}

#[test]
fn the_usual_shapes_are_all_decoded() {
    for process in [Process::Baseline, Process::Extended, Process::Progressive] {
        for first in [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1)] {
            for colours in [Colours::Gray, Colours::YCbCr, Colours::Cmyk, Colours::Ycck] {
                let (factors, restart_interval) = (factors(colours, first, (1, 1)), 4);
                let (width, height, is_interleaved) = (75, 53, true);
                let shape = Shape {
                    width,
                    height,
                    factors,
                    colours,
                    process,
                    is_interleaved,
                    restart_interval,
                };
                let file = encode(&shape);
                let prepared =
                    prepare_photo(&file, &SMALL).unwrap_or_else(|error| panic!("{shape:?}: {error}"));
                let alike = psnr(&pixels(&prepared.jpeg), &decoder::decode(&file).to_rgb());
                assert!(alike >= 35.0, "{shape:?}: {alike} dB");
            }
        }
    }
}

/// Files whose markers contradict each other about the colours.
#[test]
fn the_colours_of_a_jpeg_are_guessed_as_libjpeg_guesses_them() {
    let (width, height) = (75, 53);
    let (process, is_interleaved, restart_interval) = (Process::Baseline, true, 0);
    let (factors, colours) = (vec![(1, 1); 3], Colours::YCbCr);
    let plain = encode(&Shape {
        width,
        height,
        factors,
        colours,
        process,
        is_interleaved,
        restart_interval,
    });
    let jfif = &plain[2..20];
    let adobe = |transform: u8| [b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0".as_slice(), &[transform]].concat();
    for ids in [*b"\x01\x02\x03", *b"RGB", *b"\x00\x01\x02"] {
        for (name, markers) in [
            ("none", Vec::new()),
            ("JFIF", jfif.to_vec()),
            ("Adobe RGB", adobe(0)),
            ("Adobe YCC", adobe(1)),
            ("JFIF and Adobe RGB", [jfif, &adobe(0)].concat()),
            ("JFIF and Adobe YCC", [jfif, &adobe(1)].concat()),
        ] {
            let mut file = [&plain[..2], &markers, &plain[20..]].concat();
            let find =
                |file: &[u8], marker: u8| file.windows(2).position(|pair| pair == [0xFF, marker]).unwrap();
            let (frame, scan) = (find(&file, 0xC0), find(&file, 0xDA));
            for (index, id) in ids.into_iter().enumerate() {
                file[frame + 10 + 3 * index] = id;
                file[scan + 5 + 2 * index] = id;
            }
            let expected = decoder::decode(&file).to_rgb();
            for made in [
                prepare_photo(&file, &SMALL).map(|photo| photo.jpeg),
                finish_output(&file, None, &provenance(), &SMALL).map(|output| output.image),
            ] {
                match made {
                    Ok(made) => {
                        let alike = psnr(&pixels(&made), &expected);
                        assert!(alike >= 35.0, "{name}, {ids:?}: {alike} dB");
                    }
                    Err(error) => {
                        assert_eq!(error.refusal(), Some(Refusal::UnsupportedKind), "{name}, {ids:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn hard_files_are_refused_with_a_code_and_words() {
    for (name, refusal, words) in [
        (
            "hard/02-form-420-non-interleaved.jpg",
            Refusal::UnsupportedKind,
            "components apart",
        ),
        (
            "hard/02-form-flower-luma-subsample.jpg",
            Refusal::UnsupportedKind,
            "finer than brightness",
        ),
        (
            "hard/02-form-arithmetic.jpg",
            Refusal::UnsupportedKind,
            "arithmetic",
        ),
        ("hard/02-form-12bit.jpg", Refusal::UnsupportedKind, "8 bits"),
        (
            "hard/02-form-dnl-height-0.jpg",
            Refusal::UnsupportedKind,
            "height",
        ),
        ("hard/01-orient-6-gray-80x48.jpg", Refusal::TooSmall, "64"),
        ("hard/09-limit-940x2.png", Refusal::TooSmall, "64"),
        ("hard/08-kind-avif-named.jpg", Refusal::Avif, "JPEG"),
        ("truncated.jpg", Refusal::Damaged, "whole file"),
        ("bomb-60000x60000.png", Refusal::TooManyPixels, "scale it down"),
    ] {
        let file = photo(name);
        for error in [
            prepare_photo(&file, &Limits::PHOTO).unwrap_err(),
            finish_output(&file, None, &provenance(), &Limits::OUTPUT).unwrap_err(),
        ] {
            assert_eq!(error.refusal(), Some(refusal), "{name}: {error}");
            assert!(error.to_string().contains(words), "{name}: {error}");
        }
    }
}

#[test]
fn other_formats_are_named() {
    let ftyp = |brands: &[u8]| [b"\0\0\0\x18ftyp", brands].concat();
    for (file, expected) in [
        (ftyp(b"heic\0\0\0\0mif1heic"), MediaError::Heic),
        (ftyp(b"mif1\0\0\0\0mif1heic"), MediaError::Heic),
        (ftyp(b"mif1\0\0\0\0mif1avif"), MediaError::Avif),
        (ftyp(b"isom\0\0\0\0mp42"), MediaError::UnknownFormat),
        (b"GIF87a".to_vec(), MediaError::Gif),
        (b"GIF89a".to_vec(), MediaError::Gif),
        (b"%PDF-1.7".to_vec(), MediaError::UnknownFormat),
        (Vec::new(), MediaError::UnknownFormat),
    ] {
        assert_eq!(prepare_photo(&file, &Limits::PHOTO).unwrap_err(), expected);
    }
}

#[test]
fn every_refusal_has_a_code_of_its_own() {
    let codes: std::collections::BTreeSet<_> = Refusal::ALL.iter().copied().map(Refusal::code).collect();
    assert_eq!(codes.len(), Refusal::ALL.len());
}
