//! A smaller picture out of the low frequencies of each block.

use super::dct::{Block, samples_2, samples_4, samples_8};

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
        if is_flat || self.scale == Scale::One {
            let mean = byte(f32::from(block[0]) * self.steps[0] * 0.125);
            if self.scale == Scale::One {
                if let Some(sample) = self.samples.get_mut(start) {
                    *sample = mean;
                }
                return;
            }
            for line in self.lines(start) {
                line[..side].fill(mean);
            }
            return;
        }
        match self.scale {
            Scale::One | Scale::Two => self.store(start, &samples_2(block, &self.steps)),
            Scale::Four => self.store(start, &samples_4(block, &self.steps)),
            Scale::Eight => self.store(start, &samples_8(block, &self.steps)),
        }
    }

    fn lines(&mut self, start: usize) -> impl Iterator<Item = &mut [u8]> {
        let side = self.scale.pixels();
        let lines = self.samples.get_mut(start..).unwrap_or_default();
        lines
            .chunks_mut(self.stride)
            .take(side)
            .filter(move |line| line.len() >= side)
    }

    #[inline]
    fn store<const N: usize>(&mut self, start: usize, samples: &[[f32; N]; N]) {
        for (line, samples) in self.lines(start).zip(samples) {
            for (byte_of, sample) in line.iter_mut().zip(samples) {
                *byte_of = byte(*sample);
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
