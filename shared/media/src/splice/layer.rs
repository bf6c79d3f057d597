//! The mark as the planes of a JPEG file hold it: on each component's own grid of blocks.

use std::ops::Range;

use super::dct::Samples;
use super::frame::Frame;
use crate::watermark::{CLEAR, Drawn, Pixel};

/// A mark on the grid of a file's coding units.
#[derive(Debug)]
pub(super) struct Layers {
    columns: Range<usize>,
    rows: Range<usize>,
    planes: Vec<Plane>,
}

/// One component's part: for each sample of the units under the mark, how much of the mark's colour it takes (of 255),
/// and the colour.
#[derive(Debug)]
struct Plane {
    /// The first block, across and down.
    left: usize,
    top: usize,
    /// Blocks of the component that show anything; more may fill up the last coding units.
    across: usize,
    down: usize,
    /// Samples of a row.
    stride: usize,
    samples: Vec<[u8; 2]>,
}

impl Layers {
    pub(super) fn new(frame: &Frame<'_>, mark: &Drawn) -> Self {
        let (across, down) = frame.factors();
        let place = mark.place;
        let (left, top) = (place.x as usize, place.y as usize);
        let (right, bottom) = (left + place.width as usize, top + place.height as usize);
        let columns = left / (8 * across)..right.div_ceil(8 * across);
        let rows = top / (8 * down)..bottom.div_ceil(8 * down);
        let planes = (0..).zip(&frame.components).map(|(channel, component)| {
            let (left, top) = (columns.start * component.across, rows.start * component.down);
            let (wide, high) = (across / component.across, down / component.down);
            let stride = columns.len() * component.across * 8;
            let height = rows.len() * component.down * 8;
            let mut samples = Vec::with_capacity(stride * height);
            let mut lines = vec![Vec::new(); high];
            for y in 0..height {
                for (line, y) in lines.iter_mut().zip((top * 8 + y) * high..) {
                    draw_line(line, frame, mark, left * 8 * wide..(left * 8 + stride) * wide, y);
                }
                for x in 0..stride {
                    samples.push(mean(&lines, channel.min(2), x * wide..(x + 1) * wide));
                }
            }
            Plane {
                left,
                top,
                across: frame.width.div_ceil(8 * wide),
                down: frame.height.div_ceil(8 * high),
                stride,
                samples,
            }
        });
        let planes = planes.collect();
        Self {
            columns,
            rows,
            planes,
        }
    }

    /// Whether the mark reaches into a coding unit.
    #[inline]
    pub(super) fn reach(&self, column: usize, row: usize) -> bool {
        self.rows.contains(&row) && self.columns.contains(&column)
    }

    /// Whether the mark reaches into a block.
    pub(super) fn covers(&self, component: usize, column: usize, row: usize) -> bool {
        self.lines(component, column, row)
            .is_some_and(|mut lines| lines.any(|line| line.iter().any(|[alpha, _]| *alpha > 0)))
    }

    /// Blends the mark into a block.
    pub(super) fn blend(&self, component: usize, column: usize, row: usize, samples: &mut Samples<8>) {
        for (line, marks) in samples
            .iter_mut()
            .zip(self.lines(component, column, row).into_iter().flatten())
        {
            for (sample, &[alpha, colour]) in line.iter_mut().zip(marks) {
                // What a decoder shows of a sample is within these.
                let shown = sample.clamp(-128.0, 127.0);
                *sample = shown + (f32::from(colour) - 128.0 - shown) * (f32::from(alpha) / 255.0);
            }
        }
    }

    fn lines(
        &self,
        component: usize,
        column: usize,
        row: usize,
    ) -> Option<impl Iterator<Item = &[[u8; 2]; 8]>> {
        let plane = self.planes.get(component)?;
        if column >= plane.across || row >= plane.down {
            return None;
        }
        let (x, y) = (
            column.checked_sub(plane.left)? * 8,
            row.checked_sub(plane.top)? * 8,
        );
        let lines = plane.samples.chunks_exact(plane.stride.max(1)).skip(y).take(8);
        Some(lines.filter_map(move |line| line.get(x..)?.first_chunk::<8>()))
    }
}

/// Draws a row of the picture's pixels with nothing but the mark on it. Beyond the picture's edge, its last pixels go on.
fn draw_line(line: &mut Vec<Pixel>, frame: &Frame<'_>, mark: &Drawn, columns: Range<usize>, row: usize) {
    line.clear();
    line.resize(columns.len(), CLEAR);
    let start = (mark.place.x as usize).saturating_sub(columns.start);
    for (to, from) in line[start..].iter_mut().zip(mark.row(row.min(frame.height - 1))) {
        *to = *from;
    }
    let within = frame.width - columns.start;
    if within < line.len() {
        let last = line[within - 1];
        line[within..].fill(last);
    }
}

/// Alpha and colour of the pixels that one sample stands for.
fn mean(lines: &[Vec<Pixel>], channel: usize, columns: Range<usize>) -> [u8; 2] {
    let first = lines[0][columns.start];
    let (mut is_flat, mut count, mut alphas, mut colours) = (true, 0, 0, 0);
    for line in lines {
        for pixel in &line[columns.clone()] {
            let (alpha, colour) = (u32::from(pixel[3]), u32::from(pixel[channel]));
            is_flat &= *pixel == first;
            count += 1;
            alphas += alpha;
            colours += alpha * colour;
        }
    }
    // Most of a mark is, and divisions take long.
    if is_flat {
        return [first[3], first[channel]];
    }
    let byte = |value: u32| u8::try_from(value).unwrap_or(u8::MAX);
    [
        byte((alphas + count / 2) / count),
        byte((colours + alphas / 2).checked_div(alphas).unwrap_or(0)),
    ]
}
