//! Files that are cut off, damaged or made to harm: each is an error, none a crash.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of tests may fail them"
)]

mod common;

use common::{SMALL, cases, format, photo, pixels, provenance};
use media::{
    Limits, Mark, MediaError, Position, Watermark, finish_output, prepare_photo, probe, read_provenance,
};
use proptest::prelude::*;

/// One of each kind of entropy coding.
const KINDS: [&str; 12] = [
    "full-chroma.jpg",
    "progressive.jpg",
    "cmyk.jpg",
    "display-p3.jpg",
    "palette.png",
    "16-bit.png",
    "interlaced-half-clear.png",
    "orientation6.png",
    "lossless.webp",
    "lossy.webp",
    "lossy-half-clear.webp",
    "animated.webp",
];

/// Photos, and files of kinds that are refused.
const PHOTOS: [&str; 8] = [
    "cat.jpg",
    "portrait.jpg",
    "rocket.jpg",
    "phone-orientation6-gps.jpg",
    "hard/02-form-420-non-interleaved.jpg",
    "hard/02-form-flower-luma-subsample.jpg",
    "hard/02-form-arithmetic.jpg",
    "hard/02-form-dnl-height-0.jpg",
];

fn both(bytes: &[u8]) -> [Result<(), MediaError>; 2] {
    [
        prepare_photo(bytes, &Limits::PHOTO).map(|_| ()),
        finish_output(bytes, None, &provenance(), &SMALL).map(|_| ()),
    ]
}

#[test]
fn half_a_jpeg_is_an_error_as_photo_and_as_output() {
    for result in both(&photo("truncated.jpg")) {
        assert!(matches!(result, Err(MediaError::Truncated(_))), "{result:?}");
    }
}

#[test]
fn small_files_cut_anywhere_are_errors() {
    for name in KINDS {
        let whole = format(name);
        assert!(both(&whole).iter().all(Result::is_ok), "{name}");
        for len in 0..whole.len() {
            for result in both(&whole[..len]) {
                assert!(result.is_err(), "{name} cut to {len} of {} bytes", whole.len());
            }
        }
    }
}

#[test]
fn a_jpeg_without_an_end_marker_is_refused_as_cut() {
    let whole = photo("portrait.jpg");
    assert!(both(&whole).iter().all(Result::is_ok));
    for missing in 1..=2 {
        for result in both(&whole[..whole.len() - missing]) {
            assert!(
                matches!(result, Err(MediaError::Truncated(_))),
                "{missing} bytes: {result:?}"
            );
        }
    }
}

#[test]
fn a_cut_file_that_was_closed_again_is_an_error() {
    for name in [
        "portrait.jpg",
        "cat.jpg",
        "rocket.jpg",
        "table.jpg",
        "phone-orientation6-gps.jpg",
    ] {
        let whole = photo(name);
        for tenths in 1..=9 {
            let closed = [&whole[..whole.len() * tenths / 10], b"\0\xFF\xD9"].concat();
            for result in both(&closed) {
                assert!(result.is_err(), "{name}, {tenths} tenths");
            }
        }
    }
}

#[test]
fn a_decompression_bomb_is_refused_by_its_header() {
    for result in both(&photo("bomb-60000x60000.png")) {
        assert!(
            matches!(result, Err(MediaError::TooManyPixels { .. })),
            "{result:?}"
        );
    }
    assert!(Mark::decode(&photo("bomb-60000x60000.png")).is_err());
}

/// A few hundred bytes that claim the largest JPEG there is.
#[test]
fn a_jpeg_that_claims_65500_pixels_a_side_is_refused_by_its_header() {
    let mut file = format("full-chroma.jpg");
    let frame = file.windows(2).position(|marker| marker == [0xFF, 0xC0]).unwrap();
    file[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    for result in both(&file) {
        assert!(
            matches!(result, Err(MediaError::TooManyPixels { .. })),
            "{result:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(48), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_photo_cut_anywhere_is_an_error(name in prop::sample::select(vec!["portrait.jpg", "cat.jpg", "rocket.jpg"]), part in 0.0..1.0) {
        let whole = photo(name);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a length")]
        let len = (whole.len() as f64 * part) as usize;
        for result in both(&whole[..len]) {
            prop_assert!(result.is_err(), "{name} cut to {len} of {}", whole.len());
        }
    }

    #[test]
    fn a_damaged_photo_is_refused_or_made_a_whole_picture(
        name in prop::sample::select(PHOTOS.to_vec()),
        damage in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let mut file = photo(name);
        for (is_in_header, at, value) in damage {
            let at = at.index(if is_in_header { 900 } else { file.len() });
            file[at] = value;
        }
        if let Ok(made) = prepare_photo(&file, &Limits::PHOTO) {
            prop_assert_eq!(pixels(&made.jpeg).dimensions(), (made.width, made.height));
            prop_assert_eq!(pixels(&made.thumbnail).dimensions(), (made.thumbnail_width, made.thumbnail_height));
        }
        let watermark = Watermark {
            mark: Mark::built_in(),
            position: Position::BottomRight,
            opacity: 0.85,
            scale: 0.15,
            padding: 0.03,
        };
        if let Ok(made) = finish_output(&file, Some(&watermark), &provenance(), &SMALL) {
            prop_assert_eq!(pixels(&made.image).dimensions(), (made.width, made.height));
            prop_assert_eq!(pixels(&made.thumbnail).dimensions(), (made.thumbnail_width, made.thumbnail_height));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(4000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_never_panics(
        name in prop::sample::select(KINDS.to_vec()),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut file = format(name);
        for (at, value) in damage {
            let at = at.index(file.len());
            file[at] = value;
        }
        let _ = both(&file);
        let _ = Mark::decode(&file);
        let _ = read_provenance(&file);
    }

    #[test]
    fn garbage_never_panics(
        start in prop::sample::select(vec![
            &b""[..], b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1A\n", b"RIFF\x40\0\0\0WEBPVP8 ", b"RIFF\x40\0\0\0WEBPVP8X",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let file = [start, &rest].concat();
        let _ = both(&file);
        let _ = probe(&file, &SMALL);
        let _ = Mark::decode(&file);
        let _ = read_provenance(&file);
    }
}
