//! Files to test with, and eyes to look at the results.
#![allow(dead_code, reason = "each test file uses a part")]

use std::path::PathBuf;

use image::RgbImage;
use media::{Limits, Provenance};

/// What `tests/fixtures/formats` shows: red, green, blue, yellow, from the top left, row by row.
pub(crate) const QUARTERS: [[u8; 3]; 4] = [[220, 30, 30], [30, 180, 30], [30, 30, 220], [230, 220, 40]];

/// The limits of outputs, for files of any size down to a pixel.
pub(crate) const SMALL: Limits = Limits {
    min_side: 1,
    ..Limits::OUTPUT
};

/// Cases of a property: the usual number, or what `MEDIA_CASES` says.
pub(crate) fn cases(usual: u32) -> u32 {
    std::env::var("MEDIA_CASES").map_or(usual, |cases| cases.parse().unwrap())
}

/// A photo that all tests share.
pub(crate) fn photo(name: &str) -> Vec<u8> {
    fixture("../../tests/fixtures/photos", name)
}

pub(crate) fn format(name: &str) -> Vec<u8> {
    fixture("tests/fixtures/formats", name)
}

fn fixture(folder: &str, name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn provenance() -> Provenance {
    Provenance {
        creator_tool: "AI Magic Edits".to_owned(),
        ai_system: "Google Gemini 2.5 Flash Image via Runware".to_owned(),
        ai_system_version: "google:4@1".to_owned(),
        document_id: "edit_01".to_owned(),
    }
}

/// Pixels of a file, by the `image` crate: not the path that the crate itself takes.
pub(crate) fn pixels(file: &[u8]) -> RgbImage {
    image::load_from_memory(file).unwrap().to_rgb8()
}

/// The colours in the middle of the four quarters.
pub(crate) fn quarters(file: &[u8]) -> [[u8; 3]; 4] {
    let picture = pixels(file);
    let (w, h) = picture.dimensions();
    [
        (w / 4, h / 4),
        (w * 3 / 4, h / 4),
        (w / 4, h * 3 / 4),
        (w * 3 / 4, h * 3 / 4),
    ]
    .map(|(x, y)| picture.get_pixel(x, y).0)
}

#[track_caller]
pub(crate) fn assert_close(name: &str, found: [[u8; 3]; 4], expected: [[u8; 3]; 4], tolerance: u8) {
    let far = |(a, b): (&u8, &u8)| a.abs_diff(*b) > tolerance;
    assert!(
        !found.iter().flatten().zip(expected.iter().flatten()).any(far),
        "{name}: {found:?} is not {expected:?} within {tolerance}"
    );
}

/// Mean difference of the channels of two pictures of one size, in levels.
#[track_caller]
pub(crate) fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a
        .iter()
        .zip(b.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "a mean")]
    let mean = sum as f64 / a.len() as f64;
    mean
}

/// True when `needle` occurs anywhere in the file.
pub(crate) fn holds(file: &[u8], needle: &[u8]) -> bool {
    file.windows(needle.len()).any(|window| window == needle)
}
