//! The cosine transform of a block, whole and by its low frequencies alone.

use std::f32::consts::{FRAC_1_SQRT_2, PI};
use std::sync::LazyLock;

/// Where the coefficient at each place of the file's order lies in a block, row by row.
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, //
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53,
    60, 61, 54, 47, 55, 62, 63,
];

/// Quantised coefficients of a block, row by row.
pub(super) type Block = [i16; 64];
/// Samples of a block, less 128, row by row.
pub(super) type Samples<const N: usize> = [[f32; N]; N];

/// The cosines of `N` samples, by frequency and sample.
type Basis<const N: usize> = [[f32; N]; N];

static BASIS_4: LazyLock<Basis<4>> = LazyLock::new(basis);
static BASIS_8: LazyLock<Basis<8>> = LazyLock::new(basis);

#[expect(clippy::cast_precision_loss, reason = "numbers below 64")]
fn basis<const N: usize>() -> Basis<N> {
    let mut basis = [[0.0; N]; N];
    for (frequency, row) in basis.iter_mut().enumerate() {
        let scale = if frequency == 0 { 0.125_f32.sqrt() } else { 0.5 };
        for (sample, cosine) in row.iter_mut().enumerate() {
            *cosine = scale * ((2 * sample + 1) as f32 * frequency as f32 * PI / (2 * N) as f32).cos();
        }
    }
    basis
}

/// Rows as columns.
#[inline]
fn turned(rows: &Samples<8>) -> Samples<8> {
    let mut turned = [[0.0; 8]; 8];
    for (index, row) in rows.iter().enumerate() {
        for (line, &value) in turned.iter_mut().zip(row) {
            line[index] = value;
        }
    }
    turned
}

/// The samples of a block scaled to 8, 4 or 2 a side, by as many frequencies of each direction.
pub(super) fn samples_8(block: &Block, steps: &[f32; 64]) -> Samples<8> {
    inverse(block, steps, &BASIS_8)
}

/// See [`samples_8`].
pub(super) fn samples_4(block: &Block, steps: &[f32; 64]) -> Samples<4> {
    inverse(block, steps, &BASIS_4)
}

/// See [`samples_8`]. The cosines of two samples are alike but for their sign.
pub(super) fn samples_2(block: &Block, steps: &[f32; 64]) -> Samples<2> {
    let part = |index: usize| f32::from(block[index]) * steps[index] * 0.125;
    let (above, below) = (part(0) + part(8), part(0) - part(8));
    let (across_above, across_below) = (part(1) + part(9), part(1) - part(9));
    [
        [above + across_above, above - across_above],
        [below + across_below, below - across_below],
    ]
}

#[inline]
fn inverse<const N: usize>(block: &Block, steps: &[f32; 64], basis: &Basis<N>) -> Samples<N> {
    let mut rows = [[0.0; N]; N];
    for (v, row) in rows.iter_mut().enumerate() {
        for (u, cosines) in basis.iter().enumerate() {
            let coefficient = f32::from(block[v * 8 + u]) * steps[v * 8 + u];
            for (sum, cosine) in row.iter_mut().zip(cosines) {
                *sum += coefficient * cosine;
            }
        }
    }
    let mut samples = [[0.0; N]; N];
    for (row, cosines) in rows.iter().zip(basis) {
        for (line, cosine) in samples.iter_mut().zip(cosines) {
            for (sum, value) in line.iter_mut().zip(row) {
                *sum += cosine * value;
            }
        }
    }
    samples
}

/// Makes coefficients of samples.
#[derive(Debug)]
pub(super) struct Quantiser {
    /// By place: what frequencies of [`forward_columns`] are multiplied by.
    factors: [f32; 64],
}

impl Quantiser {
    pub(super) fn new(steps: &[f32; 64]) -> Self {
        /// The factors that the transform leaves out: the square root of 2, and the cosine of so many sixteenths of a
        /// half turn.
        const LEFT_OUT: [f32; 8] = [
            1.0,
            1.387_039_8,
            1.306_563,
            1.175_875_6,
            1.0,
            0.785_694_96,
            0.541_196_1,
            0.275_899_38,
        ];
        let mut factors = [0.0; 64];
        for (place, (factor, step)) in factors.iter_mut().zip(steps).enumerate() {
            *factor = 1.0 / (8.0 * LEFT_OUT[place / 8] * LEFT_OUT[place % 8] * step);
        }
        Self { factors }
    }

    /// The quantised coefficients of samples.
    pub(super) fn coefficients(&self, samples: &Samples<8>) -> Block {
        let frequencies = turned(&forward_columns(&turned(&forward_columns(samples))));
        let mut block = [0; 64];
        for ((coefficient, frequency), factor) in block
            .iter_mut()
            .zip(frequencies.as_flattened())
            .zip(&self.factors)
        {
            *coefficient = rounded(frequency * factor);
        }
        block
    }
}

/// A value of each column.
type Row = [f32; 8];

/// Row by row, because the compiler makes no vectors of a loop over columns.
#[inline]
fn each(a: &Row, b: &Row, compute: impl Fn(f32, f32) -> f32) -> Row {
    let mut row = [0.0; 8];
    for ((value, a), b) in row.iter_mut().zip(a).zip(b) {
        *value = compute(*a, *b);
    }
    row
}

#[inline]
fn sum_and_difference(a: &Row, b: &Row) -> [Row; 2] {
    [each(a, b, |a, b| a + b), each(a, b, |a, b| a - b)]
}

/// The frequencies of each column but for a factor: the transform of Arai, Agui and Nakajima, as libjpeg has it in
/// `jfdctflt.c`. Five multiplications a column instead of 64.
#[inline]
fn forward_columns([a, b, c, d, e, f, g, h]: &Samples<8>) -> Samples<8> {
    let [even_0, odd_0] = sum_and_difference(a, h);
    let [even_1, odd_1] = sum_and_difference(b, g);
    let [even_2, odd_2] = sum_and_difference(c, f);
    let [even_3, odd_3] = sum_and_difference(d, e);

    let [outer, outer_odd] = sum_and_difference(&even_0, &even_3);
    let [inner, inner_odd] = sum_and_difference(&even_1, &even_2);
    let [frequency_0, frequency_4] = sum_and_difference(&outer, &inner);
    let rotation = each(&inner_odd, &outer_odd, |inner, outer| {
        (inner + outer) * FRAC_1_SQRT_2
    });
    let [frequency_2, frequency_6] = sum_and_difference(&outer_odd, &rotation);

    let low = each(&odd_3, &odd_2, |a, b| a + b);
    let middle = each(&odd_2, &odd_1, |a, b| (a + b) * FRAC_1_SQRT_2);
    let high = each(&odd_1, &odd_0, |a, b| a + b);
    let rotation = each(&low, &high, |low, high| (low - high) * 0.382_683_43);
    let low = each(&low, &rotation, |low, rotation| 0.541_196_1 * low + rotation);
    let high = each(&high, &rotation, |high, rotation| 1.306_563 * high + rotation);
    let [plus, minus] = sum_and_difference(&odd_0, &middle);
    let [frequency_5, frequency_3] = sum_and_difference(&minus, &low);
    let [frequency_1, frequency_7] = sum_and_difference(&plus, &high);

    [
        frequency_0,
        frequency_1,
        frequency_2,
        frequency_3,
        frequency_4,
        frequency_5,
        frequency_6,
        frequency_7,
    ]
}

/// The nearest whole number of at most 16 bits. The sum with 1.5 * 2^23 has it in its last bits, for all lanes at once.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the last bits are wanted")]
fn rounded(value: f32) -> i16 {
    const ROUND: f32 = 12_582_912.0;
    (value + ROUND).to_bits() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_comes_back_from_its_samples() {
        let mut block = [0; 64];
        for (index, coefficient) in (0_i16..).zip(&mut block) {
            *coefficient = (index * 37 % 23) - 11;
        }
        let steps = [3.0; 64];
        assert_eq!(
            Quantiser::new(&steps).coefficients(&samples_8(&block, &steps)),
            block
        );
    }

    #[test]
    fn a_flat_block_is_as_bright_at_every_scale() {
        let mut block = [0; 64];
        block[0] = -40;
        let steps = [4.0; 64];
        let flat = |sample: f32| (sample + 20.0).abs() < 0.001;
        assert!(samples_8(&block, &steps).as_flattened().iter().copied().all(flat));
        assert!(samples_4(&block, &steps).as_flattened().iter().copied().all(flat));
        assert!(samples_2(&block, &steps).as_flattened().iter().copied().all(flat));
    }
}
