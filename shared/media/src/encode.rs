//! [`Picture`] to JPEG, by `jpeg-encoder` (AVX2; plain Rust elsewhere).

use jpeg_encoder::{ChromaSubsamplingMethod, Encoder, ImageBuffer, JpegColorType, SamplingFactor};

use crate::picture::{BYTES_PER_PIXEL, Picture};
use crate::{MediaError, jpeg_segments};

/// JPEG quality of our files: above it files grow and nobody sees a difference.
pub(crate) const QUALITY: u8 = 90;

/// Side of a 4:2:0 coding unit in pixels: the encoder pads rows to a multiple of it.
const STRIPE: usize = 16;

type Pixel = [u8; BYTES_PER_PIXEL];

/// Writes a baseline JPEG (4:2:0, as cameras do) with the picture's colour profile and, when given, an XMP
/// packet, and no other metadata.
pub(crate) fn jpeg(picture: &Picture, xmp: Option<&str>) -> Result<Vec<u8>, MediaError> {
    let (width, height) = (side(picture.width)?, side(picture.height)?);
    write(
        Rows {
            picture,
            width,
            height,
        },
        picture.icc.as_deref(),
        xmp,
    )
}

fn side(pixels: u32) -> Result<u16, MediaError> {
    u16::try_from(pixels).map_err(|_| MediaError::Encode("more than 65535 pixels a side".to_owned()))
}

fn write(picture: impl ImageBuffer, icc: Option<&[u8]>, xmp: Option<&str>) -> Result<Vec<u8>, MediaError> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    // `Rows` averages already; this picks the top left of each four pixels.
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Nearest);
    if let Some(packet) = xmp {
        encoder
            .add_app_segment(1, jpeg_segments::xmp_payload(packet))
            .map_err(|_| {
                MediaError::Provenance("the texts are too long for a JPEG segment: shorten them".to_owned())
            })?;
    }
    if let Some(icc) = icc {
        encoder.add_icc_profile(icc).map_err(failed)?;
    }
    encoder.encode_image(picture).map_err(failed)?;
    Ok(file)
}

/// Hands the encoder luma as it is, and chroma as the mean of each four pixels, one row at a time.
///
/// The encoder can average too, but its loop is made for any factor and takes a tenth of the whole job.
struct Rows<'a> {
    picture: &'a Picture,
    width: u16,
    height: u16,
}

impl Rows<'_> {
    fn row(&self, y: u16) -> &[Pixel] {
        let stride = self.picture.stride();
        let start = usize::from(y.min(self.height - 1)) * stride;
        self.picture
            .pixels
            .get(start..start + stride)
            .unwrap_or_default()
            .as_chunks()
            .0
    }
}

impl ImageBuffer for Rows<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let [luma, blue, red, _] = buffers;
        luma.extend(self.row(y).iter().map(|pixel| pixel[0]));

        // Both rows of a pair have the same means. The encoder asks for all rows of a stripe in turn and pads
        // each; at its lower edge it asks for the last row again and again.
        let width = usize::from(self.width);
        let padded = width.next_multiple_of(STRIPE);
        let above = blue.len().checked_sub(padded).filter(|_| y % 2 == 1);
        if let Some(above) = above {
            blue.extend_from_within(above..above + width);
            red.extend_from_within(above..above + width);
        } else {
            append_means(blue, red, self.row(y & !1), self.row(y | 1));
        }
    }
}

/// Appends for each pixel of a pair of rows the means of the four pixels it belongs to.
fn append_means(blue: &mut Vec<u8>, red: &mut Vec<u8>, upper: &[Pixel], lower: &[Pixel]) {
    let start = blue.len();
    blue.resize(start + upper.len(), 0);
    red.resize(start + upper.len(), 0);
    let (blue, blue_last) = blue[start..].as_chunks_mut::<2>();
    let (red, red_last) = red[start..].as_chunks_mut::<2>();
    let (upper, upper_last) = upper.as_chunks::<2>();
    let (lower, lower_last) = lower.as_chunks::<2>();
    for (((blue, red), upper), lower) in blue.iter_mut().zip(red).zip(upper).zip(lower) {
        *blue = [mean([upper[0][1], upper[1][1], lower[0][1], lower[1][1]]); 2];
        *red = [mean([upper[0][2], upper[1][2], lower[0][2], lower[1][2]]); 2];
    }
    // The last column of an odd width has nothing to its right.
    if let ([blue], [red], [upper], [lower]) = (blue_last, red_last, upper_last, lower_last) {
        *blue = mean([upper[1], upper[1], lower[1], lower[1]]);
        *red = mean([upper[2], upper[2], lower[2], lower[2]]);
    }
}

fn mean(values: [u8; 4]) -> u8 {
    let sum: u16 = values.into_iter().map(u16::from).sum();
    u8::try_from((sum + 2) / 4).unwrap_or(u8::MAX)
}

#[expect(clippy::needless_pass_by_value, reason = "so that map_err takes it")]
fn failed(error: jpeg_encoder::EncodingError) -> MediaError {
    MediaError::Encode(error.to_string())
}
