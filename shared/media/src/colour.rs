//! Colour profiles: for files that name their colours in another way, and for marks on pictures that have one.

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, Layout, MatrixCoefficients,
    ToneReprCurve, TransferCharacteristics, TransformOptions,
};
use png::Info;

use crate::decode::contain;
use crate::{Format, MediaError};

/// The profile of a camera's Adobe RGB, which some name in EXIF alone.
pub(crate) fn adobe_rgb() -> Result<Vec<u8>, MediaError> {
    encoded(&ColorProfile::new_adobe_rgb())
}

/// A profile as files hold it. One that cannot be written must not be left out: other colours would be seen.
///
/// The library writes the present second into it. With a date of ours, one photo always makes the same file, and so keeps
/// the name that it gets by its content.
fn encoded(profile: &ColorProfile) -> Result<Vec<u8>, MediaError> {
    /// Of the header (ICC.1, 7.2.10): year, month, day, hour, minute, second, two bytes each.
    const DATE: std::ops::Range<usize> = 24..36;
    let failed = |error| MediaError::Encode(format!("colour profile: {error:?}"));
    let mut bytes = profile.encode().map_err(failed)?;
    if let Some(date) = bytes.get_mut(DATE) {
        date.copy_from_slice(&[2026_u16, 1, 1, 0, 0, 0].map(u16::to_be_bytes).concat());
    }
    Ok(bytes)
}

/// Whether EXIF data (a TIFF file, with or without the prefix of JPEG segments) says Adobe RGB: `R03` in the
/// interoperability directory.
pub(crate) fn is_adobe_rgb(exif: &[u8]) -> bool {
    const EXIF_DIRECTORY: u16 = 0x8769;
    const INTEROPERABILITY_DIRECTORY: u16 = 0xA005;
    const INDEX: u16 = 1;
    let tiff = Tiff(exif.strip_prefix(b"Exif\0\0").unwrap_or(exif));
    let index = || {
        let first = tiff.number(4)?;
        let exif = tiff.directory(tiff.entry(first, EXIF_DIRECTORY)?)?;
        let interoperability = tiff.directory(tiff.entry(exif, INTEROPERABILITY_DIRECTORY)?)?;
        tiff.entry(interoperability, INDEX)
    };
    index().is_some_and(|at| tiff.0.get(at..).is_some_and(|value| value.starts_with(b"R03")))
}

struct Tiff<'a>(&'a [u8]);

impl Tiff<'_> {
    fn number(&self, at: usize) -> Option<usize> {
        let bytes = *self.0.get(at..)?.first_chunk()?;
        let number = if self.is_little_endian() {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        };
        usize::try_from(number).ok()
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = *self.0.get(at..)?.first_chunk()?;
        Some(if self.is_little_endian() {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    }

    fn is_little_endian(&self) -> bool {
        self.0.starts_with(b"II")
    }

    /// Where a directory begins whose offset stands here.
    fn directory(&self, at: usize) -> Option<usize> {
        self.number(at)
    }

    /// Where the value of a directory's entry stands.
    fn entry(&self, directory: usize, tag: u16) -> Option<usize> {
        let count = usize::from(self.short(directory)?);
        (0..count)
            .map(|index| directory + 2 + index * 12)
            .find(|&at| self.short(at) == Some(tag))
            .map(|at| at + 8)
    }
}

/// The profile that a PNG without one asks for in other chunks: `cICP`, or `gAMA` and `cHRM`. `None` for sRGB, and for what
/// no profile can say: the curves PQ and HLG of bright displays.
pub(crate) fn of_png(info: &Info<'_>) -> Result<Option<Vec<u8>>, MediaError> {
    described(info).map(|profile| encoded(&profile)).transpose()
}

fn described(info: &Info<'_>) -> Option<ColorProfile> {
    /// Exponent of files, that of nearly all: what everybody shows as sRGB.
    const USUAL: std::ops::RangeInclusive<f32> = 0.44..=0.47;
    let mut profile = ColorProfile::new_srgb();
    (profile.cicp, profile.description) = (None, None);
    if let Some(points) = info.coding_independent_code_points {
        let transfer_characteristics = TransferCharacteristics::try_from(points.transfer_function).ok()?;
        let color_primaries = CicpColorPrimaries::try_from(points.color_primaries).ok()?;
        let is_srgb = transfer_characteristics == TransferCharacteristics::Srgb
            && color_primaries == CicpColorPrimaries::Bt709;
        let is_bright = matches!(
            transfer_characteristics,
            TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg
        );
        ColorPrimaries::try_from(color_primaries).ok()?;
        let matrix_coefficients = MatrixCoefficients::Identity;
        let full_range = true;
        let cicp = CicpProfile {
            color_primaries,
            transfer_characteristics,
            matrix_coefficients,
            full_range,
        };
        if is_srgb || is_bright {
            return None;
        }
        profile.update_rgb_colorimetry_from_cicp(cicp);
        return Some(profile);
    }
    if info.srgb.is_some() {
        return None;
    }
    let chromaticities = info.chrm_chunk.map(|given| {
        let point =
            |(x, y): (png::ScaledFloat, png::ScaledFloat)| Chromaticity::new(x.into_value(), y.into_value());
        let (red, green, blue) = (point(given.red), point(given.green), point(given.blue));
        (ColorPrimaries { red, green, blue }, point(given.white))
    });
    let gamma = info
        .gama_chunk
        .map(png::ScaledFloat::into_value)
        .filter(|gamma| !USUAL.contains(gamma));
    if gamma.is_none() && chromaticities.is_none() {
        return None;
    }
    if let Some((primaries, white)) = chromaticities {
        if !is_sane(&primaries, white) {
            return None;
        }
        profile.update_rgb_colorimetry(white.to_xyyb(), primaries);
    }
    if let Some(gamma) = gamma {
        if !(0.1..=2.0).contains(&gamma) {
            return None;
        }
        let curve = ToneReprCurve::Parametric(vec![1.0 / gamma]);
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
    }
    Some(profile)
}

/// Whether the primaries span a triangle, so that a profile can be computed from them.
fn is_sane(primaries: &ColorPrimaries, white: Chromaticity) -> bool {
    let (red, green, blue) = (primaries.red, primaries.green, primaries.blue);
    let area = (green.x - red.x) * (blue.y - red.y) - (blue.x - red.x) * (green.y - red.y);
    area.abs() > 0.001 && [red, green, blue, white].iter().all(|point| point.y > 0.001)
}

/// A mark's pixels (sRGB and alpha) as the picture's profile has them, so that viewers show its own colours. `None` when
/// the profile cannot be used that way.
pub(crate) fn in_profile(pixels: &[u8], profile: &[u8]) -> Option<Vec<u8>> {
    // A profile is foreign data too.
    let convert = || {
        let failed = |error| MediaError::Encode(format!("colour profile: {error:?}"));
        let profile = ColorProfile::new_from_slice(profile).map_err(failed)?;
        let transform = ColorProfile::new_srgb()
            .create_transform_8bit(Layout::Rgba, &profile, Layout::Rgba, TransformOptions::default())
            .map_err(failed)?;
        let mut converted = vec![0; pixels.len()];
        transform.transform(pixels, &mut converted).map_err(failed)?;
        Ok(converted)
    };
    contain(Format::Jpeg, convert).ok()
}

#[cfg(test)]
mod tests {
    use png::{CodingIndependentCodePoints, ScaledFloat, SourceChromaticities};

    use super::*;

    /// Nothing that a PNG can ask for makes a profile that cannot be written.
    #[test]
    fn every_colour_that_a_png_can_name_is_written_or_ignored() {
        let mut info = Info::with_size(1, 1);
        let mut written = 0;
        for color_primaries in 0..=u8::MAX {
            for transfer_function in 0..=u8::MAX {
                info.coding_independent_code_points = Some(CodingIndependentCodePoints {
                    color_primaries,
                    transfer_function,
                    matrix_coefficients: 0,
                    is_video_full_range_image: true,
                });
                written += u32::from(of_png(&info).unwrap().is_some());
            }
        }
        assert!(written > 50, "{written}");

        info.coding_independent_code_points = None;
        let numbers =
            [0, 1, 9_999, 10_000, 31_270, 45_455, 62_500, 100_000, u32::MAX].map(ScaledFloat::from_scaled);
        for gamma in numbers {
            for one in numbers {
                for other in numbers {
                    info.gama_chunk = Some(gamma);
                    info.chrm_chunk = Some(SourceChromaticities {
                        white: (one, other),
                        red: (other, one),
                        green: (one, one),
                        blue: (gamma, other),
                    });
                    of_png(&info).unwrap();
                }
            }
        }
    }
}
