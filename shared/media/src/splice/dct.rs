//! The cosine transform of a block, whole and by its low frequencies alone.

use std::f32::consts::PI;
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

static BASIS_2: LazyLock<Basis<2>> = LazyLock::new(basis);
static BASIS_4: LazyLock<Basis<4>> = LazyLock::new(basis);
static BASIS_8: LazyLock<Basis<8>> = LazyLock::new(basis);
/// By sample and frequency.
static TURNED_8: LazyLock<Basis<8>> = LazyLock::new(|| turned(&BASIS_8));

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

fn turned<const N: usize>(basis: &Basis<N>) -> Basis<N> {
    let mut turned = [[0.0; N]; N];
    for (row, cosines) in basis.iter().enumerate() {
        for (column, &cosine) in cosines.iter().enumerate() {
            turned[column][row] = cosine;
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

/// See [`samples_8`].
pub(super) fn samples_2(block: &Block, steps: &[f32; 64]) -> Samples<2> {
    inverse(block, steps, &BASIS_2)
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

/// The quantised coefficients of samples.
pub(super) fn coefficients(samples: &Samples<8>, steps: &[f32; 64]) -> Block {
    let mut rows = [[0.0_f32; 8]; 8];
    for (row, line) in rows.iter_mut().zip(samples) {
        for (sample, cosines) in line.iter().zip(&*TURNED_8) {
            for (sum, cosine) in row.iter_mut().zip(cosines) {
                *sum += sample * cosine;
            }
        }
    }
    let mut block = [0; 64];
    for ((line, cosines), steps) in block
        .chunks_exact_mut(8)
        .zip(&*BASIS_8)
        .zip(steps.chunks_exact(8))
    {
        let mut sums = [0.0_f32; 8];
        for (row, cosine) in rows.iter().zip(cosines) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += cosine * value;
            }
        }
        for ((coefficient, sum), step) in line.iter_mut().zip(sums).zip(steps) {
            *coefficient = rounded(sum / step);
        }
    }
    block
}

/// The nearest whole number.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "saturates")]
fn rounded(value: f32) -> i16 {
    (value + 0.5_f32.copysign(value)) as i16
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
        assert_eq!(coefficients(&samples_8(&block, &steps), &steps), block);
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
