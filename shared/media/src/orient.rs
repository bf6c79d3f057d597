//! Turning a picture upright.

use image::metadata::Orientation;

use crate::picture::{BYTES_PER_PIXEL, Picture};

type Pixel = [u8; BYTES_PER_PIXEL];

/// Applies the picture's orientation, so that its rows run from the viewer's top to bottom.
///
/// Mirroring works in place; a quarter turn needs a second picture while it runs.
pub(crate) fn upright(mut picture: Picture) -> Picture {
    use Orientation as O;
    match picture.orientation {
        O::NoTransforms => {}
        O::FlipHorizontal => mirror_rows(&mut picture),
        O::Rotate180 => picture.pixels.as_chunks_mut::<BYTES_PER_PIXEL>().0.reverse(),
        O::FlipVertical => {
            mirror_rows(&mut picture);
            picture.pixels.as_chunks_mut::<BYTES_PER_PIXEL>().0.reverse();
        }
        O::Rotate90 | O::Rotate270 | O::Rotate90FlipH | O::Rotate270FlipH => turn(&mut picture),
    }
    picture.orientation = O::NoTransforms;
    picture
}

fn mirror_rows(picture: &mut Picture) {
    let stride = picture.stride();
    for row in picture.pixels.chunks_exact_mut(stride) {
        row.as_chunks_mut::<BYTES_PER_PIXEL>().0.reverse();
    }
}

/// A quarter turn: each column of the stored picture becomes a row.
fn turn(picture: &mut Picture) {
    /// Side of a tile in pixels. Reading columns of a large picture row by row would miss the cache each time;
    /// a tile of this size and its turned copy fit together.
    const TILE: usize = 32;

    let (width, height) = (picture.width as usize, picture.height as usize);
    let (bottom_up, right_to_left) = match picture.orientation {
        Orientation::Rotate90 => (true, false),
        Orientation::Rotate270 => (false, true),
        Orientation::Rotate270FlipH => (true, true),
        _ => (false, false),
    };
    let stored: &[Pixel] = picture.pixels.as_chunks().0;
    let mut turned: Vec<Pixel> = vec![[0; BYTES_PER_PIXEL]; width * height];
    for tile_y in (0..height).step_by(TILE) {
        for tile_x in (0..width).step_by(TILE) {
            for x in tile_x..width.min(tile_x + TILE) {
                let row = if right_to_left { width - 1 - x } else { x };
                for y in tile_y..height.min(tile_y + TILE) {
                    let column = if bottom_up { height - 1 - y } else { y };
                    turned[row * height + column] = stored[y * width + x];
                }
            }
        }
    }
    picture.pixels = turned.into_flattened();
    (picture.width, picture.height) = (picture.height, picture.width);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a person sees, for the letter F stored in each of the eight ways of EXIF (TIFF 6.0, tag 274).
    #[test]
    fn all_eight_orientations_come_out_upright() {
        const STORED: [&[&str]; 8] = [
            &["XXX", "X..", "XX.", "X..", "X.."],
            &["XXX", "..X", ".XX", "..X", "..X"],
            &["..X", "..X", ".XX", "..X", "XXX"],
            &["X..", "X..", "XX.", "X..", "XXX"],
            &["XXXXX", "X.X..", "X...."],
            &["X....", "X.X..", "XXXXX"],
            &["....X", "..X.X", "XXXXX"],
            &["XXXXX", "..X.X", "....X"],
        ];
        for (index, stored) in STORED.iter().enumerate() {
            let exif = u8::try_from(index + 1).unwrap();
            let upright = upright(picture(stored, exif));
            assert_eq!(rows(&upright), STORED[0], "EXIF orientation {exif}");
            assert_eq!((upright.width, upright.height), (3, 5), "EXIF orientation {exif}");
            assert_eq!(upright.orientation, Orientation::NoTransforms);
        }
    }

    #[test]
    fn a_turn_over_many_tiles_moves_every_pixel() {
        let (width, height) = (70, 45);
        let pixels: Vec<u8> = (0..width * height)
            .flat_map(|i: u32| [i.to_le_bytes()[0], i.to_le_bytes()[1], 7])
            .collect();
        let stored = Picture {
            pixels,
            width,
            height,
            orientation: Orientation::Rotate90,
            icc: None,
        };
        let original = stored.pixels.clone();
        let once = upright(stored);
        assert_eq!((once.width, once.height), (height, width));
        let back = upright(Picture {
            orientation: Orientation::Rotate270,
            ..once
        });
        assert_eq!(back.pixels, original);
    }

    fn picture(rows: &[&str], exif: u8) -> Picture {
        let pixels = rows
            .iter()
            .flat_map(|row| row.bytes())
            .flat_map(|byte| [byte, 0, 1])
            .collect();
        Picture {
            pixels,
            width: u32::try_from(rows[0].len()).unwrap(),
            height: u32::try_from(rows.len()).unwrap(),
            orientation: Orientation::from_exif(exif).unwrap(),
            icc: None,
        }
    }

    fn rows(picture: &Picture) -> Vec<String> {
        let row = |row: &[u8]| row.chunks_exact(3).map(|pixel| char::from(pixel[0])).collect();
        picture.pixels.chunks_exact(picture.stride()).map(row).collect()
    }
}
