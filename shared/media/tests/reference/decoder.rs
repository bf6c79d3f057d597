//! A JPEG decoder that shares no code with the crate: bit by bit, in the order of ITU T.81, with plain cosines. Slow, and
//! good for every Huffman-coded picture of 8 bits.

use image::{Rgb, RgbImage};

const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, //
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53,
    60, 61, 54, 47, 55, 62, 63,
];

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

#[derive(Debug, Clone, Default)]
struct Huffman(std::collections::HashMap<(u32, u32), u8>);

struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    byte: u32,
    left: u32,
    end_of_band: u32,
}

impl Bits<'_> {
    fn bit(&mut self) -> u32 {
        if self.left == 0 {
            self.byte = u32::from(self.data[self.at]);
            self.at += 1;
            if self.byte == 0xFF {
                assert_eq!(self.data[self.at], 0, "a marker within the data");
                self.at += 1;
            }
            self.left = 8;
        }
        self.left -= 1;
        self.byte >> self.left & 1
    }

    fn bits(&mut self, count: u32) -> i32 {
        (0..count).fold(0, |bits, _| bits << 1 | self.bit().cast_signed())
    }

    fn symbol(&mut self, table: &Huffman) -> u8 {
        let mut code = 0;
        for length in 1..=16 {
            code = code << 1 | self.bit();
            if let Some(&symbol) = table.0.get(&(length, code)) {
                return symbol;
            }
        }
        panic!("no such code");
    }

    fn value(&mut self, size: u8) -> i32 {
        let bits = self.bits(u32::from(size));
        if size > 0 && bits >> (size - 1) == 0 {
            bits - (1 << size) + 1
        } else {
            bits
        }
    }

    fn restart(&mut self) {
        assert_eq!(self.data[self.at], 0xFF, "a restart marker");
        assert_eq!(self.data[self.at + 1] & 0xF8, 0xD0, "a restart marker");
        (self.at, self.left, self.end_of_band) = (self.at + 2, 0, 0);
    }
}

struct Scan {
    first: usize,
    last: usize,
    /// Bits that an earlier scan left, and that this one leaves.
    high: u8,
    low: u8,
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
        let scan = Scan {
            first: first.into(),
            last: last.into(),
            high: precision >> 4,
            low: precision & 15,
        };
        // A scan of one component has no coding units of several blocks, and no blocks that only fill up.
        let (across, down) = if let [(plane, ..)] = parts[..] {
            let (width, height) = self.size(&self.planes[plane]);
            (width.div_ceil(8), height.div_ceil(8))
        } else {
            self.units()
        };
        let mut bits = Bits {
            data,
            at: 0,
            byte: 0,
            left: 0,
            end_of_band: 0,
        };
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
        assert!(bits.left < 8);
        bits.at
    }

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

impl Scan {
    fn block(
        &self,
        bits: &mut Bits<'_>,
        block: &mut [i32; 64],
        mean: &mut i32,
        dc: Option<&Huffman>,
        ac: Option<&Huffman>,
    ) {
        let mut k = self.first;
        if k == 0 {
            if self.high > 0 {
                block[0] |= bits.bits(1) << self.low;
            } else {
                let size = bits.symbol(dc.unwrap());
                *mean += bits.value(size);
                block[0] = *mean << self.low;
            }
            k = 1;
        }
        if self.last == 0 {
            return;
        }
        if self.high > 0 {
            self.refine(bits, block, k, ac.unwrap());
            return;
        }
        if bits.end_of_band > 0 {
            bits.end_of_band -= 1;
            return;
        }
        while k <= self.last {
            let symbol = bits.symbol(ac.unwrap());
            let (run, size) = (symbol >> 4, symbol & 15);
            if size == 0 && run < 15 {
                bits.end_of_band = (1 << run) - 1 + bits.bits(u32::from(run)).cast_unsigned();
                return;
            }
            k += usize::from(run);
            let value = bits.value(size);
            block[ZIGZAG[k]] = value << self.low;
            k += 1;
        }
    }

    /// ITU T.81, G.1.2.3.
    fn refine(&self, bits: &mut Bits<'_>, block: &mut [i32; 64], mut k: usize, ac: &Huffman) {
        let step = 1 << self.low;
        let correct = |bits: &mut Bits<'_>, coefficient: &mut i32| {
            if bits.bit() == 1 && *coefficient & step == 0 {
                *coefficient += step * coefficient.signum();
            }
        };
        while bits.end_of_band == 0 && k <= self.last {
            let symbol = bits.symbol(ac);
            let (mut run, size) = (symbol >> 4, symbol & 15);
            let mut new = 0;
            if size == 0 && run < 15 {
                bits.end_of_band = (1 << run) + bits.bits(u32::from(run)).cast_unsigned();
                break;
            }
            if size == 1 {
                new = if bits.bit() == 1 { step } else { -step };
            }
            while k <= self.last {
                let coefficient = &mut block[ZIGZAG[k]];
                if *coefficient != 0 {
                    correct(bits, coefficient);
                } else if run == 0 {
                    *coefficient = new;
                    k += 1;
                    break;
                } else {
                    run -= 1;
                }
                k += 1;
            }
        }
        if bits.end_of_band > 0 {
            for &place in &ZIGZAG[k..=self.last] {
                if block[place] != 0 {
                    correct(bits, &mut block[place]);
                }
            }
            bits.end_of_band -= 1;
        }
    }
}
