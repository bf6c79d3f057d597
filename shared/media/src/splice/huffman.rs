//! Huffman tables: reading codes by a look-up of several bits at once, and writing them.

/// Bits that a look-up takes at once. 12 bits hold nearly every code together with its value.
pub(super) const LOOKUP_BITS: u32 = 12;
/// Longest code.
const MAX_LENGTH: usize = 16;
/// The largest sizes that a baseline file of 8 bits a sample can need (ITU T.81, tables F.1 and F.2).
const MAX_DC_SIZE: u8 = 11;
const MAX_AC_SIZE: u8 = 10;
/// Zero coefficients to the end of the block, and 16 of them.
pub(super) const END_OF_BLOCK: u8 = 0x00;
pub(super) const SIXTEEN_ZEROS: u8 = 0xF0;

/// What a table codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Differences of the means.
    Dc,
    /// The other 63 coefficients, with the zeros before them.
    Ac,
}

impl Kind {
    /// Whether a baseline file may use this symbol. Decoders differ on the others.
    fn allows(self, symbol: u8) -> bool {
        match self {
            Self::Dc => symbol <= MAX_DC_SIZE,
            Self::Ac => {
                let size = symbol & 15;
                (1..=MAX_AC_SIZE).contains(&size) || matches!(symbol, END_OF_BLOCK | SIXTEEN_ZEROS)
            }
        }
    }
}

/// A table as a file holds it: how many codes there are of each length, and their symbols in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) counts: [u8; MAX_LENGTH],
    pub(super) symbols: Vec<u8>,
}

/// One code.
#[derive(Debug, Clone, Copy)]
struct Code {
    symbol: u8,
    code: u32,
    length: u32,
}

impl Table {
    /// The codes in order; `None` when there are more of a length than fit. A code of ones alone does not fit: ITU T.81, C.2
    /// keeps it free, and decoders refuse a table that has it.
    fn codes(&self) -> Option<Vec<Code>> {
        let mut codes = Vec::with_capacity(self.symbols.len());
        let mut symbols = self.symbols.iter();
        let mut code = 0_u32;
        for (length, &count) in (1..).zip(&self.counts) {
            for _ in 0..count {
                let symbol = *symbols.next()?;
                codes.push(Code { symbol, code, length });
                code += 1;
            }
            if code >> length != 0 {
                return None;
            }
            code <<= 1;
        }
        Some(codes)
    }

    /// A table of about the same code lengths that has a code for every symbol of a baseline file.
    ///
    /// Each length stands for the frequency that it is the best length for; missing symbols count as rarer than
    /// all. Then ITU T.81, K.2.
    pub(super) fn widened(&self, kind: Kind) -> Option<Self> {
        /// One more symbol takes the code of only ones, which no file may use.
        const RESERVED: usize = 256;
        let mut frequency = [0_u64; 257];
        for symbol in (0..=u8::MAX).filter(|&symbol| kind.allows(symbol)) {
            frequency[usize::from(symbol)] = 2;
        }
        frequency[RESERVED] = 1;
        for Code { symbol, length, .. } in self.codes()? {
            if kind.allows(symbol) {
                frequency[usize::from(symbol)] = 1 << (20 - length.min(16));
            }
        }

        let mut lengths = [0_usize; 257];
        let mut groups: Vec<(u64, Vec<usize>)> = (0..=RESERVED)
            .filter(|&symbol| frequency[symbol] > 0)
            .map(|symbol| (frequency[symbol], vec![symbol]))
            .collect();
        while groups.len() > 1 {
            // Rarest last; of equals, the group that holds the reserved symbol, so that it gets the longest code.
            groups.sort_by_key(|(count, symbols)| (std::cmp::Reverse(*count), symbols.contains(&RESERVED)));
            if let (Some((one, mut symbols)), Some((other, others))) = (groups.pop(), groups.pop()) {
                symbols.extend(others);
                for &symbol in &symbols {
                    lengths[symbol] += 1;
                }
                groups.push((one + other, symbols));
            }
        }

        let mut counts = [0_usize; 64];
        for &length in lengths.iter().filter(|&&length| length > 0) {
            *counts.get_mut(length)? += 1;
        }
        shorten(&mut counts)?;
        // The reserved code is one of the longest.
        let longest = counts.iter().rposition(|&count| count > 0)?;
        counts[longest] -= 1;

        let mut symbols: Vec<u8> = (0..=u8::MAX)
            .filter(|&symbol| lengths[usize::from(symbol)] > 0)
            .collect();
        symbols.sort_by_key(|&symbol| lengths[usize::from(symbol)]);
        let mut table = Self {
            counts: [0; MAX_LENGTH],
            symbols,
        };
        for (count, &wanted) in table.counts.iter_mut().zip(&counts[1..]) {
            *count = u8::try_from(wanted).ok()?;
        }
        Some(table)
    }
}

/// Moves codes that are too long up the tree (figure K.3).
fn shorten(counts: &mut [usize; 64]) -> Option<()> {
    for long in (MAX_LENGTH + 1..counts.len()).rev() {
        while counts[long] > 0 {
            let short = (1..long - 1).rev().find(|&length| counts[length] > 0)?;
            counts[long] = counts[long].checked_sub(2)?;
            counts[long - 1] += 1;
            counts[short + 1] += 2;
            counts[short] -= 1;
        }
    }
    Some(())
}

/// The value of `size` bits as coded: the lower half of the range means negative values.
pub(super) fn extend(bits: u32, size: u32) -> i32 {
    let value = bits.cast_signed();
    if size == 0 || bits >> (size - 1) != 0 {
        value
    } else {
        value - (1 << size) + 1
    }
}

/// A look-up's result, packed: bits 0 to 4 hold the length of code and value together, 5 to 8 the value's size, 9
/// to 12 the zeros before it, 13 says that the upper half holds the value. 0: no such code, or a longer one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry(u32);

impl Entry {
    const HAS_VALUE: u32 = 1 << 13;

    fn new(code: Code, value: Option<i32>) -> Self {
        let (run, size) = (u32::from(code.symbol >> 4), u32::from(code.symbol & 15));
        let value = value.map_or(0, |value| Self::HAS_VALUE | value.cast_unsigned() << 16);
        Self((code.length + size) | size << 5 | run << 9 | value)
    }

    #[inline]
    pub(super) fn has_value(self) -> bool {
        self.0 & Self::HAS_VALUE != 0
    }

    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Bits of code and value.
    #[inline]
    pub(super) fn length(self) -> u32 {
        self.0 & 31
    }

    #[inline]
    pub(super) fn size(self) -> u32 {
        self.0 >> 5 & 15
    }

    #[inline]
    pub(super) fn run(self) -> u32 {
        self.0 >> 9 & 15
    }

    #[inline]
    pub(super) fn value(self) -> i32 {
        self.0.cast_signed() >> 16
    }
}

/// As many whole symbols as one look-up holds, for coefficients that nobody asks for: bits 0 to 4 hold their
/// length, 5 to 11 the coefficients they cover, 15 says that the block ends. A length of 0: none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skip(u16);

impl Skip {
    #[inline]
    pub(super) fn length(self) -> u32 {
        u32::from(self.0 & 31)
    }

    #[inline]
    pub(super) fn coefficients(self) -> usize {
        usize::from(self.0 >> 5 & 127)
    }

    #[inline]
    pub(super) fn ends_block(self) -> bool {
        self.0 >> 15 != 0
    }
}

const ENTRIES: usize = 1 << LOOKUP_BITS;

/// Reads codes.
#[derive(Debug)]
pub(super) struct Decoder {
    entries: Box<[Entry; ENTRIES]>,
    skips: Box<[Skip; ENTRIES]>,
    /// Codes that are longer than a look-up, by length.
    long: Vec<Code>,
}

impl Decoder {
    pub(super) fn new(table: &Table, kind: Kind) -> Option<Self> {
        let mut entries = Box::new([Entry(0); ENTRIES]);
        let mut long = Vec::new();
        // Decoders refuse a table with such a symbol, also where no block uses it.
        if kind == Kind::Dc && table.symbols.iter().any(|symbol| *symbol > 15) {
            return None;
        }
        for code in table.codes()?.into_iter().filter(|code| kind.allows(code.symbol)) {
            let Some(rest) = LOOKUP_BITS.checked_sub(code.length) else {
                long.push(code);
                continue;
            };
            let size = u32::from(code.symbol & 15);
            let first = (code.code << rest) as usize;
            for (bits, entry) in (0..1_u32 << rest).zip(&mut entries[first..]) {
                let value = rest.checked_sub(size).map(|unused| extend(bits >> unused, size));
                *entry = Entry::new(code, value);
            }
        }
        let skips = match kind {
            Kind::Dc => Box::new([Skip(0); ENTRIES]),
            Kind::Ac => skips(&entries),
        };
        Some(Self { entries, skips, long })
    }

    #[inline]
    pub(super) fn entry(&self, bits: u64) -> Entry {
        self.entries[(bits >> (64 - LOOKUP_BITS)) as usize % ENTRIES]
    }

    #[inline]
    pub(super) fn skip(&self, bits: u64) -> Skip {
        self.skips[(bits >> (64 - LOOKUP_BITS)) as usize % ENTRIES]
    }

    /// Symbol and length of the code that the bits begin with, if it is longer than a look-up.
    #[cold]
    pub(super) fn code(&self, bits: u64) -> Option<(u8, u32)> {
        let found = self
            .long
            .iter()
            .find(|code| bits >> (64 - code.length) == u64::from(code.code))?;
        Some((found.symbol, found.length))
    }
}

fn skips(entries: &[Entry; ENTRIES]) -> Box<[Skip; ENTRIES]> {
    let mut skips = Box::new([Skip(0); ENTRIES]);
    for (bits, skip) in skips.iter_mut().enumerate() {
        let (mut used, mut covered, mut ends) = (0, 0, 0);
        while ends == 0 {
            let entry = entries[(bits << used) % ENTRIES];
            if entry.is_empty() || used + entry.length() > LOOKUP_BITS {
                break;
            }
            let covers = match (entry.run(), entry.size()) {
                (0, 0) => 0,
                (run, _) => run + 1,
            };
            if covered + covers > 63 {
                break;
            }
            used += entry.length();
            covered += covers;
            ends = u32::from(covers == 0);
        }
        // At most 12, 63 and 1.
        *skip = Skip(u16::try_from(used | covered << 5 | ends << 15).unwrap_or(0));
    }
    skips
}

/// Writes codes.
#[derive(Debug)]
pub(super) struct Encoder {
    /// Code and length by symbol; length 0: none.
    codes: [(u16, u8); 256],
}

impl Encoder {
    pub(super) fn new(table: &Table) -> Option<Self> {
        let mut codes = [(0, 0); 256];
        for Code { symbol, code, length } in table.codes()? {
            codes[usize::from(symbol)] = (u16::try_from(code).ok()?, u8::try_from(length).ok()?);
        }
        Some(Self { codes })
    }

    /// Code and value as bits, and how many. `None`: the table has no code for them.
    #[inline]
    pub(super) fn bits(&self, run: u32, value: i32) -> Option<(u32, u32)> {
        let size = 32 - value.unsigned_abs().leading_zeros();
        let symbol = u8::try_from(run << 4 | size).ok()?;
        let (code, length) = self.code(symbol)?;
        let value = if value < 0 { value - 1 } else { value };
        let value = value.cast_unsigned() & ((1 << size) - 1);
        Some((code << size | value, length + size))
    }

    /// A symbol's code and its length.
    #[inline]
    pub(super) fn code(&self, symbol: u8) -> Option<(u32, u32)> {
        let (code, length) = self.codes[usize::from(symbol)];
        (length > 0).then_some((u32::from(code), u32::from(length)))
    }
}
