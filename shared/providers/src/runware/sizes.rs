//! Which size to ask for: the nearest to the photo's shape that a model makes.

/// The way to ask a model for a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sizes {
    /// One of these, or of these turned on their side: `(width, height)` in pixels.
    Fixed(&'static [(u32, u32)]),
    /// Any width and height from `min` to `max` pixels in steps of `step`.
    Range {
        /// The shortest side.
        min: u32,
        /// The longest side.
        max: u32,
        /// Both sides are multiples of it.
        step: u32,
    },
    /// A resolution by name; the output follows the photo's shape.
    Resolution(&'static str),
    /// Not at all; the output follows the photo's shape.
    FollowsPhoto,
}

/// The size fields of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeChoice {
    /// `width` and `height` in pixels.
    Pixels(u32, u32),
    /// `resolution`.
    Resolution(&'static str),
    /// Nothing.
    Unsaid,
}

/// What a range of sizes is asked for at most: a megapixel, since these models charge by it. Smaller photos are asked
/// for as they are, never enlarged beyond the model's minimum.
const TARGET_PIXELS: u64 = 1024 * 1024;

impl Sizes {
    /// The size to ask for, for a photo of this size. A changed shape is what people complain about most, so the
    /// shape decides, and the number of pixels only between equal shapes.
    pub fn nearest(self, width: u32, height: u32) -> SizeChoice {
        let (width, height) = (width.max(1), height.max(1));
        match self {
            Self::Fixed(sizes) => nearest_fixed(sizes, width, height),
            Self::Range { min, max, step } => nearest_in_range(min, max, step, width, height),
            Self::Resolution(name) => SizeChoice::Resolution(name),
            Self::FollowsPhoto => SizeChoice::Unsaid,
        }
    }
}

fn nearest_fixed(sizes: &[(u32, u32)], width: u32, height: u32) -> SizeChoice {
    let area = u64::from(width) * u64::from(height);
    sizes
        .iter()
        .flat_map(|&(w, h)| [(w, h), (h, w)])
        .min_by(|&a, &b| {
            let by_shape = distortion(a, (width, height)).total_cmp(&distortion(b, (width, height)));
            let difference = |(w, h): (u32, u32)| (u64::from(w) * u64::from(h)).abs_diff(area);
            by_shape.then(difference(a).cmp(&difference(b)))
        })
        .map_or(SizeChoice::Unsaid, |(w, h)| SizeChoice::Pixels(w, h))
}

/// The difference of two shapes: 0 for equal ones, the same for twice as wide and half as wide.
fn distortion(a: (u32, u32), b: (u32, u32)) -> f64 {
    let ratio = |(w, h): (u32, u32)| f64::from(w) / f64::from(h);
    (ratio(a) / ratio(b)).ln().abs()
}

fn nearest_in_range(min: u32, max: u32, step: u32, width: u32, height: u32) -> SizeChoice {
    let (long, short) = (u64::from(width.max(height)), u64::from(width.min(height)));
    let (least, most) = (
        u64::from(min.next_multiple_of(step)),
        u64::from(max / step * step),
    );
    let mut long_side = if long * short <= TARGET_PIXELS {
        long
    } else {
        (TARGET_PIXELS * long / short).isqrt()
    };
    let mut short_side = long_side * short / long;
    if short_side < least {
        short_side = least;
        long_side = least * long / short;
    }
    let on_step = |side: u64| {
        let step = u64::from(step);
        let rounded = (side + step / 2) / step * step;
        u32::try_from(rounded.clamp(least, most)).unwrap_or(max)
    };
    // A photo too long for the model's longest side keeps its shape as far as the shortest side lets it.
    if long_side > most {
        short_side = most * short / long;
        long_side = most;
    }
    let (long_side, short_side) = (on_step(long_side), on_step(short_side));
    if width >= height {
        SizeChoice::Pixels(long_side, short_side)
    } else {
        SizeChoice::Pixels(short_side, long_side)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::runware::MODELS;

    const KONTEXT: Sizes = Sizes::Fixed(&[(1024, 1024), (1184, 880), (1248, 832), (1392, 752), (1568, 672)]);

    #[test]
    fn the_shape_decides_which_fixed_size_is_asked_for() {
        for (photo, size) in [
            ((2048, 1536), (1184, 880)),
            ((1536, 2048), (880, 1184)),
            ((600, 400), (1248, 832)),
            ((512, 512), (1024, 1024)),
            ((2048, 500), (1568, 672)),
            ((0, 0), (1024, 1024)),
        ] {
            assert_eq!(
                KONTEXT.nearest(photo.0, photo.1),
                SizeChoice::Pixels(size.0, size.1),
                "{photo:?}"
            );
        }
    }

    #[test]
    fn between_equal_shapes_the_number_of_pixels_decides() {
        let squares = Sizes::Fixed(&[(1024, 1024), (2048, 2048)]);
        assert_eq!(squares.nearest(900, 900), SizeChoice::Pixels(1024, 1024));
        assert_eq!(squares.nearest(2000, 2000), SizeChoice::Pixels(2048, 2048));
    }

    #[test]
    fn a_range_is_asked_for_a_megapixel_and_never_for_more_than_the_photo() {
        let range = Sizes::Range {
            min: 256,
            max: 2048,
            step: 16,
        };
        assert_eq!(range.nearest(2048, 1536), SizeChoice::Pixels(1184, 880));
        assert_eq!(range.nearest(640, 480), SizeChoice::Pixels(640, 480));
        assert_eq!(range.nearest(100, 50), SizeChoice::Pixels(512, 256));
        assert_eq!(range.nearest(2048, 20), SizeChoice::Pixels(2048, 256));
    }

    proptest! {
        #[test]
        fn no_other_fixed_size_is_nearer(width in 1_u32..5_000, height in 1_u32..5_000) {
            for model in MODELS {
                let Sizes::Fixed(sizes) = model.sizes else { continue };
                let SizeChoice::Pixels(w, h) = model.sizes.nearest(width, height) else {
                    return Err(TestCaseError::fail("a fixed size is always said"));
                };
                prop_assert!(sizes.contains(&(w, h)) || sizes.contains(&(h, w)));
                for &(a, b) in sizes {
                    for other in [(a, b), (b, a)] {
                        prop_assert!(distortion((w, h), (width, height)) <= distortion(other, (width, height)));
                    }
                }
            }
        }

        #[test]
        fn a_size_of_a_range_is_allowed_and_keeps_the_shape(width in 1_u32..5_000, height in 1_u32..5_000) {
            for model in MODELS {
                let Sizes::Range { min, max, step } = model.sizes else { continue };
                let SizeChoice::Pixels(w, h) = model.sizes.nearest(width, height) else {
                    return Err(TestCaseError::fail("a size of a range is always said"));
                };
                for side in [w, h] {
                    prop_assert!(side % step == 0 && (min..=max).contains(&side), "{w}x{h} for {}", model.model.id);
                }
                // Wherever the model can make the shape, only the step is between it and the photo.
                let shape = f64::from(width.max(height)) / f64::from(width.min(height));
                if shape <= f64::from(max) / f64::from(min) {
                    let short = f64::from(w.min(h));
                    let step = f64::from(step);
                    prop_assert!(
                        distortion((w, h), (width, height)) <= (step / (short - step).max(1.0)).ln_1p() * 1.5,
                        "{w}x{h} for {width}x{height}"
                    );
                }
            }
        }
    }
}
