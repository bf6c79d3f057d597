//! A smaller picture out of the low frequencies of each block.

use super::dct::{Block, Samples, samples_2, samples_4, samples_8};

/// Pixels that a block of 8 becomes, each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    One,
    Two,
    Four,
    Eight,
}

impl Scale {
    /// The smallest at which a picture still has `wanted` pixels on a side of `side`.
    pub(super) fn for_side(side: usize, wanted: usize) -> Self {
        [Self::One, Self::Two, Self::Four]
            .into_iter()
            .find(|scale| side * scale.pixels() >= wanted * 8)
            .unwrap_or(Self::Eight)
    }

    pub(super) fn pixels(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Four => 4,
            Self::Eight => 8,
        }
    }

    /// The last coefficient in the file's order that counts.
    pub(super) fn last_coefficient(self) -> u32 {
        match self {
            Self::One => 0,
            Self::Two => 4,
            Self::Four => 24,
            Self::Eight => 63,
        }
    }
}

/// A picture of the thumbnail's size.
#[derive(Debug)]
pub(super) struct Small {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Width and samples of luma and, unless the picture is gray, of colours half as large.
    pub(super) planes: Vec<(usize, Vec<u8>)>,
}

/// A component, scaled down.
#[derive(Debug)]
pub(super) struct Plane {
    scale: Scale,
    pub(super) stride: usize,
    pub(super) samples: Vec<u8>,
    steps: [f32; 64],
}

impl Plane {
    /// For so many blocks across and down.
    pub(super) fn new(scale: Scale, across: usize, down: usize, steps: [f32; 64]) -> Self {
        let (stride, height) = (across * scale.pixels(), down * scale.pixels());
        Self {
            scale,
            stride,
            samples: vec![0; stride * height],
            steps,
        }
    }

    /// Puts a block in its place. `is_flat`: only its mean counts.
    #[inline]
    pub(super) fn put(&mut self, column: usize, row: usize, block: &Block, is_flat: bool) {
        let side = self.scale.pixels();
        let start = row * side * self.stride + column * side;
        let (steps, mean) = (&self.steps, f32::from(block[0]) * self.steps[0] * 0.125);
        match (self.scale, is_flat) {
            (Scale::One, _) => self.store(start, &[[mean]]),
            (Scale::Two, true) => self.store(start, &[[mean; 2]; 2]),
            (Scale::Two, false) => self.store(start, &samples_2(block, steps)),
            (Scale::Four, true) => self.store(start, &[[mean; 4]; 4]),
            (Scale::Four, false) => self.store(start, &samples_4(block, steps)),
            (Scale::Eight, true) => self.store(start, &[[mean; 8]; 8]),
            (Scale::Eight, false) => self.store(start, &samples_8(block, steps)),
        }
    }

    #[inline]
    fn store<const N: usize>(&mut self, start: usize, samples: &Samples<N>) {
        for (line, samples) in samples.iter().enumerate() {
            let rest = self.samples.get_mut(start + line * self.stride..);
            if let Some(to) = rest.and_then(<[u8]>::first_chunk_mut::<N>) {
                *to = samples.map(byte);
            }
        }
    }
}

/// A sample as it is shown. The sum with 1.5 * 2^23 has the rounded sample in its last byte, for all lanes at once.
#[inline]
fn byte(sample: f32) -> u8 {
    const LEVEL: f32 = 128.0;
    const ROUND: f32 = 12_582_912.0;
    let [byte, ..] = (sample.clamp(-LEVEL, LEVEL - 1.0) + (ROUND + LEVEL))
        .to_bits()
        .to_le_bytes();
    byte
}
