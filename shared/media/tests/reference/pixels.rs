//! Coefficients as pixels: plain cosines, and the colours that libjpeg takes the components for.

use image::{Rgb, RgbImage};

use super::{Coefficients, Plane};

impl Coefficients {
    /// The picture in colours, as libjpeg guesses what the components are.
    pub(crate) fn to_rgb(&self) -> RgbImage {
        let (h, v) = self.factors();
        let planes: Vec<Vec<f64>> = self.planes.iter().map(Plane::samples).collect();
        let ids: Vec<u8> = self.planes.iter().map(|plane| plane.id).collect();
        let is_ycc = match (planes.len(), self.is_jfif, self.adobe_transform) {
            (3, true, _) => true,
            (3, false, Some(transform)) => transform != 0,
            (3, false, None) => ids != *b"RGB",
            (4, _, Some(transform)) => transform == 2,
            _ => false,
        };
        let pixel = |x: u32, y: u32| {
            let at = |(plane, samples): (&Plane, &Vec<f64>)| {
                let (x, y) = (x as usize * plane.h / h, y as usize * plane.v / v);
                samples[y * plane.across * 8 + x]
            };
            let mut channels: Vec<f64> = self.planes.iter().zip(&planes).map(at).collect();
            if is_ycc {
                let (y, cb, cr) = (channels[0], channels[1] - 128.0, channels[2] - 128.0);
                channels[0] = y + 1.402 * cr;
                channels[1] = y - 0.344_136 * cb - 0.714_136 * cr;
                channels[2] = y + 1.772 * cb;
                if let [cyan, magenta, yellow, _] = channels.as_mut_slice() {
                    for ink in [cyan, magenta, yellow] {
                        *ink = 255.0 - *ink;
                    }
                }
            }
            let channels: Vec<f64> = channels
                .into_iter()
                .map(|channel| channel.clamp(0.0, 255.0))
                .collect();
            let rgb = match channels[..] {
                [gray] => [gray; 3],
                [c, m, y, k] => [c, m, y].map(|ink| ink * k / 255.0),
                _ => [channels[0], channels[1], channels[2]],
            };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
            Rgb(rgb.map(|channel| channel.round() as u8))
        };
        let (width, height) = (
            u32::try_from(self.width).unwrap(),
            u32::try_from(self.height).unwrap(),
        );
        RgbImage::from_fn(width, height, pixel)
    }
}

impl Plane {
    /// Samples, row by row.
    fn samples(&self) -> Vec<f64> {
        let cosines: Vec<f64> = (0..64_u8)
            .map(|i| {
                let (x, u) = (f64::from(i / 8), f64::from(i % 8));
                let scale = if i % 8 == 0 { 0.125_f64.sqrt() } else { 0.5 };
                scale * ((2.0 * x + 1.0) * u * std::f64::consts::PI / 16.0).cos()
            })
            .collect();
        let mut samples = vec![0.0; self.blocks.len() * 64];
        for (index, block) in self.blocks.iter().enumerate() {
            let (left, top) = (index % self.across * 8, index / self.across * 8);
            let mut rows = [0.0; 64];
            for (i, row) in rows.iter_mut().enumerate() {
                *row = (0..8)
                    .map(|u| {
                        f64::from(block[i / 8 * 8 + u] * self.steps[i / 8 * 8 + u]) * cosines[i % 8 * 8 + u]
                    })
                    .sum();
            }
            for i in 0..64 {
                let sum: f64 = (0..8).map(|v| rows[v * 8 + i % 8] * cosines[i / 8 * 8 + v]).sum();
                samples[(top + i / 8) * self.across * 8 + left + i % 8] = sum + 128.0;
            }
        }
        samples
    }
}
