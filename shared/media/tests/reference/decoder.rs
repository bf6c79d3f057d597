//! A JPEG decoder that shares no code with the crate: bit by bit, in the order of ITU T.81, with plain cosines. Slow, and
//! good for every Huffman-coded picture of 8 bits.

mod entropy;
mod pixels;

use entropy::{Bits, Huffman, Scan, ZIGZAG};

/// A plane of a picture: its coefficients (row by row, not yet multiplied by the steps) in blocks, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Plane {
    id: u8,
    pub(crate) h: usize,
    pub(crate) v: usize,
    quantiser: usize,
    steps: [i32; 64],
    /// Blocks of a row, with those that only fill up the last coding unit.
    pub(crate) across: usize,
    pub(crate) blocks: Vec<[i32; 64]>,
}

#[derive(Debug, Clone)]
pub(crate) struct Coefficients {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) planes: Vec<Plane>,
    is_jfif: bool,
    adobe_transform: Option<u8>,
}

/// Decodes a file to its coefficients.
pub(crate) fn decode(file: &[u8]) -> Coefficients {
    let mut picture = Coefficients {
        width: 0,
        height: 0,
        planes: Vec::new(),
        is_jfif: false,
        adobe_transform: None,
    };
    let mut steps = [[1; 64]; 4];
    let mut tables = [const { [const { None::<Huffman> }; 4] }; 2];
    let (mut at, mut interval) = (2, 0);
    loop {
        // Decoders skip what stands between segments, and take several `FF` for one.
        while file[at] != 0xFF || matches!(file[at + 1], 0 | 0xFF) {
            at += 1;
        }
        let marker = file[at + 1];
        if marker == 0xD9 {
            return picture;
        }
        let length = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        let mut payload = &file[at + 4..at + 2 + length];
        at += 2 + length;
        match marker {
            0xDB => {
                while let [place, rest @ ..] = payload {
                    let wide = usize::from(place >> 4) + 1;
                    for (index, step) in rest[..64 * wide].chunks(wide).enumerate() {
                        let step = step.iter().fold(0, |step, &byte| step << 8 | i32::from(byte));
                        steps[usize::from(place & 15)][ZIGZAG[index]] = step;
                    }
                    payload = &rest[64 * wide..];
                }
            }
            0xC4 => {
                while let [place, rest @ ..] = payload {
                    let (mut code, mut symbols, mut table) = (0, rest[16..].iter(), Huffman::default());
                    for length in 1..=16 {
                        for _ in 0..rest[length - 1] {
                            let length = u32::try_from(length).unwrap();
                            table.0.insert((length, code), *symbols.next().unwrap());
                            code += 1;
                        }
                        code <<= 1;
                    }
                    payload = symbols.as_slice();
                    tables[usize::from(place >> 4)][usize::from(place & 15)] = Some(table);
                }
            }
            0xC0..=0xC2 => picture.frame(payload),
            0xDD => interval = usize::from(u16::from_be_bytes([payload[0], payload[1]])),
            0xE0 => picture.is_jfif |= payload.starts_with(b"JFIF\0"),
            0xEE if payload.starts_with(b"Adobe") => {
                // A segment that says nothing of colours does not undo one that did.
                picture.adobe_transform = payload.get(11).copied().or(picture.adobe_transform);
            }
            0xDA => {
                for plane in &mut picture.planes {
                    plane.steps = steps[plane.quantiser];
                }
                at += picture.scan(payload, &file[at..], &tables, interval);
            }
            _ => {}
        }
    }
}

impl Coefficients {
    fn frame(&mut self, payload: &[u8]) {
        self.height = usize::from(u16::from_be_bytes([payload[1], payload[2]]));
        self.width = usize::from(u16::from_be_bytes([payload[3], payload[4]]));
        for part in payload[6..].chunks(3) {
            let (h, v) = (usize::from(part[1] >> 4), usize::from(part[1] & 15));
            let quantiser = usize::from(part[2]);
            self.planes.push(Plane {
                id: part[0],
                h,
                v,
                quantiser,
                steps: [1; 64],
                across: 0,
                blocks: Vec::new(),
            });
        }
        if let [gray] = self.planes.as_mut_slice() {
            // A picture of one component has one block a unit, whatever its factors say.
            (gray.h, gray.v) = (1, 1);
        }
        let (units_across, units_down) = self.units();
        for plane in &mut self.planes {
            plane.across = units_across * plane.h;
            plane.blocks = vec![[0; 64]; plane.across * units_down * plane.v];
        }
    }

    pub(crate) fn factors(&self) -> (usize, usize) {
        (
            self.planes.iter().map(|p| p.h).max().unwrap(),
            self.planes.iter().map(|p| p.v).max().unwrap(),
        )
    }

    fn units(&self) -> (usize, usize) {
        let (h, v) = self.factors();
        (self.width.div_ceil(8 * h), self.height.div_ceil(8 * v))
    }

    /// Samples of a plane, across and down.
    pub(crate) fn size(&self, plane: &Plane) -> (usize, usize) {
        let (h, v) = self.factors();
        (
            (self.width * plane.h).div_ceil(h),
            (self.height * plane.v).div_ceil(v),
        )
    }

    /// Decodes a scan and returns its length.
    fn scan(
        &mut self,
        header: &[u8],
        data: &[u8],
        tables: &[[Option<Huffman>; 4]; 2],
        interval: usize,
    ) -> usize {
        let parts: Vec<(usize, usize, usize)> = header[1..=usize::from(header[0]) * 2]
            .chunks(2)
            .map(|part| {
                let plane = self.planes.iter().position(|plane| plane.id == part[0]).unwrap();
                (plane, usize::from(part[1] >> 4), usize::from(part[1] & 15))
            })
            .collect();
        let &[first, last, precision] = header[header.len() - 3..].as_array().unwrap();
        let scan = Scan::new(first, last, precision);
        // A scan of one component has no coding units of several blocks, and no blocks that only fill up.
        let (across, down) = if let [(plane, ..)] = parts[..] {
            let (width, height) = self.size(&self.planes[plane]);
            (width.div_ceil(8), height.div_ceil(8))
        } else {
            self.units()
        };
        let mut bits = Bits::new(data);
        let mut means = vec![0; parts.len()];
        for unit in 0..across * down {
            if interval > 0 && unit > 0 && unit % interval == 0 {
                bits.restart();
                means.fill(0);
            }
            let (column, row) = (unit % across, unit / across);
            for (&(plane, dc, ac), mean) in parts.iter().zip(&mut means) {
                let plane = &mut self.planes[plane];
                let (h, v) = if parts.len() == 1 {
                    (1, 1)
                } else {
                    (plane.h, plane.v)
                };
                for y in row * v..row * v + v {
                    for x in column * h..column * h + h {
                        let block = &mut plane.blocks[y * plane.across + x];
                        scan.block(
                            &mut bits,
                            block,
                            mean,
                            tables[0][dc].as_ref(),
                            tables[1][ac].as_ref(),
                        );
                    }
                }
            }
        }
        bits.end()
    }
}
