//! Huffman tables: reading codes by a look-up of several bits at once, and writing them.

use super::bits::lower;

/// Bits that a look-up takes at once. 12 bits hold nearly every code together with its value.
pub(super) const LOOKUP_BITS: u32 = 12;
/// Bits that reading one symbol may need: 16 of code and 11 of value.
pub(super) const SYMBOL_BITS: u32 = 27;
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

impl Code {
    /// Bits of the value that follows.
    fn size(self) -> u32 {
        u32::from(self.symbol & 15)
    }

    /// See [`Symbol::covers`].
    fn covers(self) -> u32 {
        match self.symbol {
            END_OF_BLOCK => BLOCK_END,
            symbol => u32::from(symbol >> 4) + 1,
        }
    }
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

/// The value that the bits begin with, of `size` bits: the lower half of the range means negative values.
#[inline]
fn value(bits: u64, size: u32) -> i32 {
    // In two steps, because a value may have no bits.
    let value = lower(bits >> 1 >> (63 - size)).cast_signed();
    if bits >> 63 == 0 {
        value + 1 - (1 << size)
    } else {
        value
    }
}

/// A block has ended when so many coefficients more than it has are covered.
pub(super) const BLOCK_END: u32 = 128;

/// What a code stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Symbol {
    /// Coefficients that it covers: zeros and the one with the value; for [`END_OF_BLOCK`], [`BLOCK_END`].
    pub(super) covers: u32,
    /// Of the last of them.
    pub(super) value: i32,
    /// Bits of code and value.
    pub(super) length: u32,
}

/// A look-up's result: a code and the value after it, which need not be within the look-up. Packed: bits 0 to 7 hold the
/// length of both, 0 for no such code or a longer one; 8 to 15 the length of the code; 16 to 23 the coefficients covered;
/// 24 to 31 the size of the value.
#[derive(Debug, Clone, Copy)]
struct Entry(u32);

impl Entry {
    const OTHER: Self = Self(0);

    fn new(code: Code) -> Self {
        let both = code.length + code.size();
        Self(both | code.length << 8 | code.covers() << 16 | code.size() << 24)
    }

    #[inline]
    fn length(self) -> u32 {
        self.0 & 255
    }

    #[inline]
    fn covers(self) -> u32 {
        self.0 >> 16 & 255
    }

    #[inline]
    fn symbol(self, bits: u64) -> Symbol {
        Symbol {
            covers: self.covers(),
            value: value(bits << (self.0 >> 8 & 63), self.0 >> 24),
            length: self.length(),
        }
    }
}

/// As many whole symbols as one look-up holds, for coefficients that nobody asks for: bits 0 to 3 hold their length, the
/// others the coefficients they cover, [`BLOCK_END`] among them. A length of 0: none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skip(u16);

impl Skip {
    #[inline]
    pub(super) fn length(self) -> u32 {
        u32::from(self.0 & 15)
    }

    #[inline]
    pub(super) fn covers(self) -> u32 {
        u32::from(self.0 >> 4)
    }
}

const ENTRIES: usize = 1 << LOOKUP_BITS;

/// Reads codes.
#[derive(Debug)]
pub(super) struct Decoder {
    entries: Box<[Entry; ENTRIES]>,
    skips: Box<[Skip; ENTRIES]>,
    /// Codes that are longer than a look-up, in order.
    long: Vec<Code>,
}

impl Decoder {
    pub(super) fn new(table: &Table, kind: Kind) -> Option<Self> {
        let mut entries = Box::new([Entry::OTHER; ENTRIES]);
        let mut long = Vec::new();
        // Decoders refuse a table with such a symbol, also where no block uses it.
        if kind == Kind::Dc && table.symbols.iter().any(|symbol| *symbol > 15) {
            return None;
        }
        for code in table.codes()?.into_iter().filter(|code| kind.allows(code.symbol)) {
            let Some(held) = LOOKUP_BITS.checked_sub(code.length) else {
                long.push(code);
                continue;
            };
            let first = (code.code << held) as usize;
            entries[first..first + (1 << held)].fill(Entry::new(code));
        }
        let skips = match kind {
            Kind::Dc => Box::new([Skip(0); ENTRIES]),
            Kind::Ac => skips(&entries),
        };
        Some(Self { entries, skips, long })
    }

    /// What the bits begin with; at least [`SYMBOL_BITS`] of them must be there.
    #[inline]
    pub(super) fn symbol(&self, bits: u64) -> Option<Symbol> {
        let entry = self.entries[(bits >> (64 - LOOKUP_BITS)) as usize % ENTRIES];
        if entry.length() == 0 {
            return self.longer(bits);
        }
        Some(entry.symbol(bits))
    }

    /// The same where the code is longer than a look-up.
    #[cold]
    fn longer(&self, bits: u64) -> Option<Symbol> {
        // With zeros up to the longest length, codes ascend: the next one is the last that is not above the bits.
        let above = self
            .long
            .partition_point(|code| u64::from(code.code) << (64 - code.length) <= bits);
        let code = *self.long.get(above.checked_sub(1)?)?;
        let is_next = bits >> (64 - code.length) == u64::from(code.code);
        is_next.then(|| Entry::new(code).symbol(bits))
    }

    #[inline]
    pub(super) fn skip(&self, bits: u64) -> Skip {
        self.skips[(bits >> (64 - LOOKUP_BITS)) as usize % ENTRIES]
    }
}

fn skips(entries: &[Entry; ENTRIES]) -> Box<[Skip; ENTRIES]> {
    let mut skips = Box::new([Skip(0); ENTRIES]);
    for (bits, skip) in skips.iter_mut().enumerate() {
        let (mut used, mut covered) = (0, 0);
        while covered < BLOCK_END {
            let entry = entries[(bits << used) % ENTRIES];
            if entry.length() == 0 || used + entry.length() > LOOKUP_BITS {
                break;
            }
            if entry.covers() < BLOCK_END && covered + entry.covers() > 63 {
                break;
            }
            used += entry.length();
            covered += entry.covers();
        }
        // At most 12, and 63 + 128.
        *skip = Skip(u16::try_from(used | covered << 4).unwrap_or(0));
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
