//! Writes JPEG files of every shape that the format allows: what an encoder would never write, but a decoder may get.

const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, //
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53,
    60, 61, 54, 47, 55, 62, 63,
];
/// Quantisation step of every coefficient.
const STEP: u8 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colours {
    Gray,
    YCbCr,
    Rgb,
    Cmyk,
    Ycck,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Process {
    Baseline,
    /// Baseline, but with the marker of extended files, as some encoders write it.
    Extended,
    Progressive,
}

#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Samples of each component, across and down.
    pub(crate) factors: Vec<(usize, usize)>,
    pub(crate) colours: Colours,
    pub(crate) process: Process,
    pub(crate) is_interleaved: bool,
    pub(crate) restart_interval: u16,
}

impl Shape {
    /// Whether the format allows it: at most 10 blocks in a coding unit.
    pub(crate) fn is_legal(&self) -> bool {
        let blocks: usize = self.factors.iter().map(|(h, v)| h * v).sum();
        self.factors.len() == 1 || !self.is_interleaved || blocks <= 10
    }
}

type Block = [i32; 64];

struct Plane {
    h: usize,
    v: usize,
    /// Blocks of a row, with those that fill up the last coding unit, and blocks that show something.
    across: usize,
    shown: (usize, usize),
    blocks: Vec<Block>,
}

/// A slowly changing picture, different in each component.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn sample(component: usize, x: f64, y: f64) -> f64 {
    let phase = component as f64 * 1.7;
    let base = [130.0, 105.0, 150.0, 200.0][component];
    base + 30.0 * (x / 38.0 + phase).sin() + 25.0 * (y / 31.0 - phase).cos()
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "small numbers"
)]
fn transformed(component: usize, column: usize, row: usize, scale: (f64, f64)) -> Block {
    let cosine = |sample: usize, frequency: usize| {
        ((2 * sample + 1) as f64 * frequency as f64 * std::f64::consts::PI / 16.0).cos()
    };
    let cosines: [[f64; 8]; 8] =
        std::array::from_fn(|sample| std::array::from_fn(|frequency| cosine(sample, frequency)));
    let samples: [f64; 64] = std::array::from_fn(|i| {
        let (x, y) = ((column * 8 + i % 8) as f64 + 0.5, (row * 8 + i / 8) as f64 + 0.5);
        sample(component, x * scale.0, y * scale.1) - 128.0
    });
    let mut block = [0; 64];
    for (place, coefficient) in block.iter_mut().enumerate() {
        let (u, v) = (place % 8, place / 8);
        let sum: f64 = samples
            .iter()
            .enumerate()
            .map(|(i, sample)| sample * cosines[i % 8][u] * cosines[i / 8][v])
            .sum();
        let half = |frequency: usize| if frequency == 0 { 0.5_f64.sqrt() } else { 1.0 };
        *coefficient = (sum * half(u) * half(v) / 4.0 / f64::from(STEP)).round() as i32;
    }
    block
}

/// Entropy-coded data.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    byte: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, bits: u32, length: u32) {
        for at in (0..length).rev() {
            self.byte = self.byte << 1 | bits >> at & 1;
            self.count += 1;
            if self.count == 8 {
                let byte = u8::try_from(self.byte & 0xFF).unwrap();
                self.bytes.push(byte);
                if byte == 0xFF {
                    self.bytes.push(0);
                }
                self.count = 0;
            }
        }
    }

    fn fill(&mut self) {
        while self.count > 0 {
            self.put(1, 1);
        }
    }

    /// The codes of a difference are 4 bits each, in the order of their sizes.
    fn difference(&mut self, value: i32) {
        let size = 32 - value.unsigned_abs().leading_zeros();
        self.put(size, 4);
        self.value(value, size);
    }

    fn value(&mut self, value: i32, size: u32) {
        let bits = if value < 0 { value - 1 } else { value };
        self.put(bits.cast_unsigned(), size);
    }

    /// The codes of coefficients are 8 bits each, in the order of [`symbols`].
    fn symbol(&mut self, run: u32, size: u32) {
        let symbol = u8::try_from(run << 4 | size).unwrap();
        let code = symbols().iter().position(|&listed| listed == symbol).unwrap();
        self.put(u32::try_from(code).unwrap(), 8);
    }
}

fn symbols() -> Vec<u8> {
    (0..=255)
        .filter(|symbol| matches!(symbol & 15, 1..=10) || matches!(symbol, 0 | 0xF0))
        .collect()
}

/// A part of the coefficients: from, to, bits that earlier scans left, bits that this one leaves.
type Part = (usize, usize, u32, u32);

fn encode_block(bits: &mut Bits, block: &Block, mean: &mut i32, (first, last, high, low): Part) {
    if first == 0 {
        let value = block[0] >> low;
        if high > 0 {
            bits.put((value & 1).cast_unsigned(), 1);
        } else {
            bits.difference(value - *mean);
            *mean = value;
        }
    }
    let coefficients = |range: std::ops::RangeInclusive<usize>| {
        range
            .map(|k| block[ZIGZAG[k]].signum() * (block[ZIGZAG[k]].abs() >> low))
            .enumerate()
    };
    if last == 0 {
        return;
    }
    let mut run = 0;
    if high == 0 {
        for (_, value) in coefficients(first.max(1)..=last) {
            if value == 0 {
                run += 1;
                continue;
            }
            while run > 15 {
                bits.symbol(15, 0);
                run -= 16;
            }
            let size = 32 - value.unsigned_abs().leading_zeros();
            bits.symbol(run, size);
            bits.value(value, size);
            run = 0;
        }
        if run > 0 {
            bits.symbol(0, 0);
        }
        return;
    }
    let last_new = coefficients(first..=last)
        .filter(|(_, value)| value.abs() == 1)
        .last()
        .map(|(index, _)| index);
    let mut corrections = Vec::new();
    for (index, value) in coefficients(first..=last) {
        if value == 0 {
            run += 1;
            continue;
        }
        while run > 15 && last_new.is_some_and(|last| index <= last) {
            bits.symbol(15, 0);
            run -= 16;
            corrections.drain(..).for_each(|bit| bits.put(bit, 1));
        }
        if value.abs() > 1 {
            corrections.push(value.unsigned_abs() & 1);
            continue;
        }
        bits.symbol(run, 1);
        bits.put(u32::from(value > 0), 1);
        corrections.drain(..).for_each(|bit| bits.put(bit, 1));
        run = 0;
    }
    if run > 0 || !corrections.is_empty() {
        bits.symbol(0, 0);
        corrections.drain(..).for_each(|bit| bits.put(bit, 1));
    }
}

/// Writes a file of this shape.
pub(crate) fn encode(shape: &Shape) -> Vec<u8> {
    let (h_max, v_max) = (
        shape.factors.iter().map(|f| f.0).max().unwrap(),
        shape.factors.iter().map(|f| f.1).max().unwrap(),
    );
    let units = (shape.width.div_ceil(8 * h_max), shape.height.div_ceil(8 * v_max));
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let planes: Vec<Plane> = (0..)
        .zip(&shape.factors)
        .map(|(component, &(h, v))| {
            let across = units.0 * h;
            let scale = (h_max as f64 / h as f64, v_max as f64 / v as f64);
            let block = |index| transformed(component, index % across, index / across, scale);
            let shown = (
                (shape.width * h).div_ceil(h_max).div_ceil(8),
                (shape.height * v).div_ceil(v_max).div_ceil(8),
            );
            Plane {
                h,
                v,
                across,
                shown,
                blocks: (0..across * units.1 * v).map(block).collect(),
            }
        })
        .collect();

    let mut file = vec![0xFF, 0xD8];
    let mut segment = |marker: u8, payload: &[u8]| {
        file.extend([0xFF, marker]);
        file.extend(u16::try_from(payload.len() + 2).unwrap().to_be_bytes());
        file.extend(payload);
    };
    match shape.colours {
        Colours::Gray | Colours::YCbCr => segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        Colours::Rgb | Colours::Cmyk => segment(0xEE, b"Adobe\0\x64\0\0\0\0\0"),
        Colours::Ycck => segment(0xEE, b"Adobe\0\x64\0\0\0\0\x02"),
    }
    segment(0xDB, &[&[0][..], &[STEP; 64]].concat());
    let marker = match shape.process {
        Process::Baseline => 0xC0,
        Process::Extended => 0xC1,
        Process::Progressive => 0xC2,
    };
    let side = |side: usize| u16::try_from(side).unwrap().to_be_bytes();
    let mut frame = [&[8][..], &side(shape.height), &side(shape.width)].concat();
    frame.push(u8::try_from(planes.len()).unwrap());
    for (id, plane) in (1..).zip(&planes) {
        frame.extend([id, u8::try_from(plane.h << 4 | plane.v).unwrap(), 0]);
    }
    segment(marker, &frame);
    segment(
        0xC4,
        &[
            &[0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
            &(0..12).collect::<Vec<_>>(),
        ]
        .concat(),
    );
    segment(
        0xC4,
        &[
            &[0x10, 0, 0, 0, 0, 0, 0, 0, 162, 0, 0, 0, 0, 0, 0, 0, 0][..],
            &symbols(),
        ]
        .concat(),
    );
    if shape.restart_interval > 0 {
        segment(0xDD, &shape.restart_interval.to_be_bytes());
    }

    let all: Vec<usize> = (0..planes.len()).collect();
    let apart = || all.iter().map(|&plane| vec![plane]);
    let together: Vec<Vec<usize>> = if shape.is_interleaved {
        vec![all.clone()]
    } else {
        apart().collect()
    };
    let mut scans: Vec<(Vec<usize>, Part)> = Vec::new();
    if shape.process == Process::Progressive {
        scans.extend(together.iter().map(|planes| (planes.clone(), (0, 0, 0, 1))));
        scans.extend(apart().map(|planes| (planes, (1, 5, 0, 0))));
        scans.extend(apart().map(|planes| (planes, (6, 63, 0, 1))));
        scans.extend(together.iter().map(|planes| (planes.clone(), (0, 0, 1, 0))));
        scans.extend(apart().map(|planes| (planes, (6, 63, 1, 0))));
    } else {
        scans.extend(together.into_iter().map(|planes| (planes, (0, 63, 0, 0))));
    }
    for (parts, part) in scans {
        write_scan(&mut file, shape, &planes, &parts, part, units);
    }
    file.extend([0xFF, 0xD9]);
    file
}

fn write_scan(
    file: &mut Vec<u8>,
    shape: &Shape,
    planes: &[Plane],
    parts: &[usize],
    part: Part,
    units: (usize, usize),
) {
    let byte = |value: usize| u8::try_from(value).unwrap();
    file.extend([0xFF, 0xDA, 0, byte(6 + 2 * parts.len()), byte(parts.len())]);
    for &plane in parts {
        file.extend([byte(plane + 1), 0]);
    }
    file.extend([
        byte(part.0),
        byte(part.1),
        u8::try_from(part.2 << 4 | part.3).unwrap(),
    ]);

    let (across, down) = if let [plane] = parts {
        planes[*plane].shown
    } else {
        units
    };
    let mut bits = Bits::default();
    let mut means = vec![0; parts.len()];
    let (mut until_restart, mut restarts) = (shape.restart_interval, 0);
    for unit in 0..across * down {
        if shape.restart_interval > 0 && until_restart == 0 {
            bits.fill();
            bits.bytes.extend([0xFF, 0xD0 + restarts]);
            (restarts, until_restart) = ((restarts + 1) % 8, shape.restart_interval);
            means.fill(0);
        }
        until_restart = until_restart.wrapping_sub(1);
        for (&index, mean) in parts.iter().zip(&mut means) {
            let plane = &planes[index];
            let (h, v) = if parts.len() == 1 {
                (1, 1)
            } else {
                (plane.h, plane.v)
            };
            let (column, row) = (unit % across * h, unit / across * v);
            for y in row..row + v {
                for x in column..column + h {
                    encode_block(&mut bits, &plane.blocks[y * plane.across + x], mean, part);
                }
            }
        }
    }
    bits.fill();
    file.extend(bits.bytes);
}
