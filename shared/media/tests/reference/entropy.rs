//! Entropy-coded data, bit by bit: ITU T.81, annexes F and G.

/// Where the coefficient at each place of the file's order lies in a block, row by row.
pub(super) const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, //
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53,
    60, 61, 54, 47, 55, 62, 63,
];

#[derive(Debug, Clone, Default)]
pub(super) struct Huffman(pub(super) std::collections::HashMap<(u32, u32), u8>);

pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    byte: u32,
    left: u32,
    end_of_band: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self {
            data,
            at: 0,
            byte: 0,
            left: 0,
            end_of_band: 0,
        }
    }

    /// Where the data ends: bits that are left fill up the last byte.
    pub(super) fn end(&self) -> usize {
        assert!(self.left < 8);
        self.at
    }

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

    pub(super) fn restart(&mut self) {
        assert_eq!(self.data[self.at], 0xFF, "a restart marker");
        assert_eq!(self.data[self.at + 1] & 0xF8, 0xD0, "a restart marker");
        (self.at, self.left, self.end_of_band) = (self.at + 2, 0, 0);
    }
}

pub(super) struct Scan {
    first: usize,
    last: usize,
    /// Bits that an earlier scan left, and that this one leaves.
    high: u8,
    low: u8,
}

impl Scan {
    pub(super) fn new(first: u8, last: u8, precision: u8) -> Self {
        Self {
            first: first.into(),
            last: last.into(),
            high: precision >> 4,
            low: precision & 15,
        }
    }

    pub(super) fn block(
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
