//! What stands before the scan of a JPEG file, if it is one that can be marked without decoding it.

use image::metadata::Orientation;

use super::dct::ZIGZAG;
use super::huffman::{Kind, Table};
use crate::Format;
use crate::colour::is_adobe_rgb;
use crate::decode::orientation;
use crate::jpeg_segments::{self as segments, Segments};

const MAX_COMPONENTS: usize = 3;
/// Samples of a component per sample of the coarsest one, each way.
const MAX_FACTOR: usize = 2;

/// Four places for tables each, as the format has them.
pub(super) type Places<T> = [Option<T>; 4];

/// One of the planes that a picture consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Component {
    id: u8,
    /// Blocks of a coding unit, across and down.
    pub(super) across: usize,
    pub(super) down: usize,
    /// Places of its tables.
    steps: usize,
    dc: usize,
    ac: usize,
}

impl Component {
    /// Whether both are coded by the same tables.
    pub(super) fn has_tables_of(&self, other: &Self) -> bool {
        (self.dc, self.ac) == (other.dc, other.ac)
    }
}

/// A baseline picture of one scan, upright, gray or YCbCr.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    marker: u8,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) components: Vec<Component>,
    /// In the file's order.
    steps: Places<[u8; 64]>,
    dc: Places<Table>,
    ac: Places<Table>,
    /// Coding units between two restart markers; 0: there are none.
    pub(super) restart_interval: usize,
    /// By EXIF alone.
    pub(super) is_adobe_rgb: bool,
    /// Everything after the scan header.
    pub(super) scan: &'a [u8],
}

impl<'a> Frame<'a> {
    /// `None` when the file is of another kind: progressive, arithmetic, turned, RGB, several scans and so on.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut frame = Frame {
            marker: 0,
            width: 0,
            height: 0,
            components: Vec::new(),
            steps: [None; 4],
            dc: [const { None }; 4],
            ac: [const { None }; 4],
            restart_interval: 0,
            is_adobe_rgb: false,
            scan: &[],
        };
        let (mut is_jfif, mut adobe_transform) = (false, None);
        let Ok(Format::Jpeg) = Format::sniff(bytes) else {
            return None;
        };
        let mut segments = Segments::new(bytes.strip_prefix(&[0xFF, segments::SOI])?);
        while let Some(segment) = segments.next() {
            let payload = segment.payload;
            match segment.marker {
                segments::DQT => frame.read_steps(payload)?,
                segments::DHT => frame.read_tables(payload)?,
                segments::SOF0 | segments::SOF1 if frame.marker == 0 => {
                    frame.marker = segment.marker;
                    frame.read_size(payload)?;
                }
                segments::DRI => {
                    frame.restart_interval = usize::from(u16::from_be_bytes(payload.try_into().ok()?));
                }
                segments::APP0 => is_jfif |= payload.starts_with(b"JFIF\0"),
                segments::APP1 => {
                    let exif = payload.strip_prefix(b"Exif\0\0");
                    frame.is_adobe_rgb |= exif.is_some_and(is_adobe_rgb);
                    if exif.is_some() && orientation(exif) != Orientation::NoTransforms {
                        return None;
                    }
                }
                segments::APP14 => {
                    // A segment that says nothing of colours does not undo one that did.
                    let adobe = payload.strip_prefix(b"Adobe").and_then(|adobe| adobe.get(6));
                    adobe_transform = adobe.or(adobe_transform);
                }

                segments::SOS => {
                    frame.read_scan_header(payload)?;
                    frame.scan = segments.rest();
                    return frame.is_plain(is_jfif, adobe_transform).then_some(frame);
                }
                0xE0..=0xEF | segments::COM => {}
                _ => return None,
            }
        }
        None
    }

    /// Whether all viewers show the samples as gray or YCbCr, and all tables are there.
    fn is_plain(&self, is_jfif: bool, adobe_transform: Option<&u8>) -> bool {
        let ids: Vec<u8> = self.components.iter().map(|component| component.id).collect();
        let is_ycbcr = match adobe_transform {
            Some(&transform) => transform == 1,
            None => is_jfif || ids == [1, 2, 3],
        };
        let complete = |c: &Component| {
            self.steps[c.steps].is_some() && self.dc[c.dc].is_some() && self.ac[c.ac].is_some()
        };
        (self.components.len() == 1 || is_ycbcr && ids != *b"RGB") && self.components.iter().all(complete)
    }

    fn read_steps(&mut self, mut payload: &[u8]) -> Option<()> {
        while let Some((&place, rest)) = payload.split_first() {
            // The upper half says 8 bits a step.
            let (steps, rest) = rest.split_first_chunk::<64>()?;
            if steps.contains(&0) {
                return None;
            }
            *self.steps.get_mut(usize::from(place))? = Some(*steps);
            payload = rest;
        }
        Some(())
    }

    fn read_tables(&mut self, mut payload: &[u8]) -> Option<()> {
        while let Some((&place, rest)) = payload.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>()?;
            let len = counts.iter().map(|&count| usize::from(count)).sum();
            let (symbols, rest) = rest.split_at_checked(len)?;
            let tables = match place >> 4 {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return None,
            };
            *tables.get_mut(usize::from(place & 15))? = Some(Table {
                counts: *counts,
                symbols: symbols.to_vec(),
            });
            payload = rest;
        }
        Some(())
    }

    fn read_size(&mut self, payload: &[u8]) -> Option<()> {
        let (&[bits, h1, h0, w1, w0, count], rest) = payload.split_first_chunk()?;
        (self.height, self.width) = (
            u16::from_be_bytes([h1, h0]).into(),
            u16::from_be_bytes([w1, w0]).into(),
        );
        let (components, rest) = rest.as_chunks::<3>();
        if bits != 8 || self.height == 0 || self.width == 0 || !rest.is_empty() {
            return None;
        }
        self.components = components
            .iter()
            .map(|&[id, factors, steps]| Component {
                id,
                across: usize::from(factors >> 4),
                down: usize::from(factors & 15),
                steps: usize::from(steps),
                dc: 0,
                ac: 0,
            })
            .collect();
        if components.len() != usize::from(count)
            || self.components.iter().any(|component| component.steps > 3)
        {
            return None;
        }
        match self.components.as_mut_slice() {
            // A picture of one component has one block a unit, whatever its factors say, if the format has them.
            [gray] if (1..=4).contains(&gray.across) && (1..=4).contains(&gray.down) => {
                (gray.across, gray.down) = (1, 1);
            }
            [luma, others @ ..] if others.len() == MAX_COMPONENTS - 1 => {
                let fits = (1..=MAX_FACTOR).contains(&luma.across) && (1..=MAX_FACTOR).contains(&luma.down);
                if !fits || others.iter().any(|chroma| (chroma.across, chroma.down) != (1, 1)) {
                    return None;
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn read_scan_header(&mut self, payload: &[u8]) -> Option<()> {
        let (&count, rest) = payload.split_first()?;
        // A baseline scan's header ends with: all coefficients, at once.
        let components = rest.strip_suffix(&[0, 63, 0])?;
        let (components, odd) = components.as_chunks::<2>();
        if !odd.is_empty() {
            return None;
        }
        if usize::from(count) != self.components.len() || components.len() != self.components.len() {
            return None;
        }
        for (component, &[id, places]) in self.components.iter_mut().zip(components) {
            (component.dc, component.ac) = (usize::from(places >> 4), usize::from(places & 15));
            if component.id != id || component.dc > 3 || component.ac > 3 {
                return None;
            }
        }
        Some(())
    }

    /// The component's quantisation steps, row by row.
    pub(super) fn steps(&self, component: &Component) -> [f32; 64] {
        let mut natural = [1.0; 64];
        for (&place, &step) in ZIGZAG.iter().zip(self.steps[component.steps].iter().flatten()) {
            natural[usize::from(place)] = f32::from(step);
        }
        natural
    }

    pub(super) fn table(&self, component: &Component, kind: Kind) -> Option<&Table> {
        match kind {
            Kind::Dc => self.dc[component.dc].as_ref(),
            Kind::Ac => self.ac[component.ac].as_ref(),
        }
    }

    /// Gives every symbol of a baseline file a code.
    pub(super) fn widen_tables(&mut self) -> Option<()> {
        for (tables, kind) in [(&mut self.dc, Kind::Dc), (&mut self.ac, Kind::Ac)] {
            for table in tables.iter_mut().flatten() {
                *table = table.widened(kind)?;
            }
        }
        Some(())
    }

    /// Drops the colours, and the tables that they alone have.
    pub(super) fn keep_luma(&mut self) {
        self.components.truncate(1);
        for luma in &mut self.components {
            (luma.across, luma.down) = (1, 1);
            let drop_others = |place: usize| (0..4).filter(move |other| *other != place);
            drop_others(luma.steps).for_each(|other| self.steps[other] = None);
            drop_others(luma.dc).for_each(|other| self.dc[other] = None);
            drop_others(luma.ac).for_each(|other| self.ac[other] = None);
        }
    }

    /// Blocks of the largest component in a coding unit, across and down.
    pub(super) fn factors(&self) -> (usize, usize) {
        self.components
            .first()
            .map_or((1, 1), |first| (first.across, first.down))
    }

    /// Coding units across and down.
    pub(super) fn units(&self) -> (usize, usize) {
        let (across, down) = self.factors();
        (self.width.div_ceil(8 * across), self.height.div_ceil(8 * down))
    }

    /// Appends the segments that the scan is decoded by, its header included.
    pub(super) fn write(&self, file: &mut Vec<u8>) {
        let mut segment = |marker: u8, payload: &[u8]| segments::append(file, marker, payload);
        for (place, steps) in (0..).zip(&self.steps) {
            if let Some(steps) = steps {
                segment(segments::DQT, &[&[place], steps.as_slice()].concat());
            }
        }
        let side = |pixels: usize| u16::try_from(pixels).unwrap_or(u16::MAX).to_be_bytes();
        let mut size = [&[8], side(self.height).as_slice(), &side(self.width)].concat();
        let mut scan = Vec::new();
        for list in [&mut size, &mut scan] {
            list.extend(u8::try_from(self.components.len()));
        }
        for component in &self.components {
            let byte = |upper: usize, lower: usize| u8::try_from(upper << 4 | lower).unwrap_or(0);
            size.extend([
                component.id,
                byte(component.across, component.down),
                byte(0, component.steps),
            ]);
            scan.extend([component.id, byte(component.dc, component.ac)]);
        }
        scan.extend([0, 63, 0]);
        segment(self.marker, &size);
        for (tables, class) in [(&self.dc, 0x00), (&self.ac, 0x10)] {
            for (place, table) in (class..).zip(tables) {
                if let Some(table) = table {
                    let payload = [&[place], table.counts.as_slice(), &table.symbols].concat();
                    segment(segments::DHT, &payload);
                }
            }
        }
        if self.restart_interval > 0 {
            segment(segments::DRI, &side(self.restart_interval));
        }
        segment(segments::SOS, &scan);
    }
}
