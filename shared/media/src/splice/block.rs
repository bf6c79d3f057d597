//! Blocks as bits.

use super::bits::{Reader, Writer};
use super::dct::{Block, ZIGZAG};
use super::frame::{Component, Frame};
use super::huffman::{
    BLOCK_END, Decoder, END_OF_BLOCK, Encoder, Kind, LOOKUP_BITS, SIXTEEN_ZEROS, SYMBOL_BITS, Table,
};

/// The largest mean that a block of 8-bit samples can have, with steps of 1.
const MAX_DC: i32 = 2047;
const MAX_AC: i16 = 1023;
/// Bits that a look at the data has at least.
const PEEKED_BITS: u32 = 57;

/// The coders or the decoders of a component's blocks.
#[derive(Debug)]
pub(super) struct Tables<T> {
    pub(super) dc: T,
    pub(super) ac: T,
}

impl<T> Tables<T> {
    pub(super) fn of(
        frame: &Frame<'_>,
        component: &Component,
        make: impl Fn(&Table, Kind) -> Option<T>,
    ) -> Option<Self> {
        Some(Self {
            dc: make(frame.table(component, Kind::Dc)?, Kind::Dc)?,
            ac: make(frame.table(component, Kind::Ac)?, Kind::Ac)?,
        })
    }
}

/// The result of reading a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    /// The position after the bits of its first coefficient.
    pub(super) after_mean: usize,
    /// All other coefficients that were stored are zero.
    pub(super) is_flat: bool,
}

/// Reads a block after one with the mean `last`. Stores its coefficients, those up to `wanted` at least, in a block of
/// zeros. `None` when the data is damaged.
#[inline]
pub(super) fn read(
    reader: &mut Reader<'_>,
    tables: &Tables<Decoder>,
    last: i32,
    wanted: u32,
    block: &mut Block,
) -> Option<Read> {
    let mut at = reader.position;
    let mut bits = reader.peek(at)?;
    let mean = tables.dc.symbol(bits)?;
    at += mean.length as usize;
    bits <<= mean.length;
    let (mean, after_mean) = (last + mean.value, at);
    if mean.abs() > MAX_DC {
        return None;
    }
    block[0] = narrow(mean);

    // The place of the next coefficient in the file's order.
    let mut next = 1;
    // Symbols that are in `bits` for sure.
    let mut held = PEEKED_BITS / SYMBOL_BITS - 1;
    while next <= wanted {
        if held == 0 {
            bits = reader.peek(at)?;
            held = PEEKED_BITS / SYMBOL_BITS;
        }
        held -= 1;
        let symbol = tables.ac.symbol(bits)?;
        at += symbol.length as usize;
        bits <<= symbol.length;
        next += symbol.covers;
        if let Some(&place) = ZIGZAG.get(next as usize - 1) {
            block[usize::from(place)] = narrow(symbol.value);
        }
    }
    while next < 64 {
        let mut bits = reader.peek(at)?;
        for _ in 0..PEEKED_BITS / LOOKUP_BITS {
            let skip = tables.ac.skip(bits);
            let after = next + skip.covers();
            // Symbols after the last coefficient belong to another block.
            let is_within = after <= 64 || (BLOCK_END + 1..BLOCK_END + 64).contains(&after);
            if skip.length() == 0 || !is_within {
                let symbol = tables.ac.symbol(reader.peek(at)?)?;
                at += symbol.length as usize;
                next += symbol.covers;
                break;
            }
            at += skip.length() as usize;
            bits <<= skip.length();
            next = after;
            if next >= 64 {
                break;
            }
        }
    }
    if next > 64 && next <= BLOCK_END {
        return None;
    }
    reader.position = at;
    Some(Read {
        after_mean,
        is_flat: wanted == 0 || next == 1 + BLOCK_END,
    })
}

/// Writes a block whose mean differs by so much from the last one. `None` when a coefficient has no code.
pub(super) fn write(
    writer: &mut Writer,
    tables: &Tables<Encoder>,
    difference: i32,
    block: &Block,
) -> Option<()> {
    writer.put(tables.dc.bits(0, difference)?);
    // A bit for each coefficient that is not zero, in the file's order: the first is the lowest.
    let mut others = 0_u64;
    for &place in ZIGZAG.iter().rev() {
        others = others << 1 | u64::from(block[usize::from(place)] != 0);
    }
    others &= !1;
    let mut last = 0;
    while others != 0 {
        let index = others.trailing_zeros();
        others &= others - 1;
        let mut run = index - last - 1;
        while run > 15 {
            writer.put(tables.ac.code(SIXTEEN_ZEROS)?);
            run -= 16;
        }
        let value = block[usize::from(ZIGZAG[index as usize])].clamp(-MAX_AC, MAX_AC);
        writer.put(tables.ac.bits(run, i32::from(value))?);
        last = index;
    }
    if last < 63 {
        writer.put(tables.ac.code(END_OF_BLOCK)?);
    }
    Some(())
}

/// A coefficient. Those of files have at most 11 bits and a sign.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "it fits")]
fn narrow(coefficient: i32) -> i16 {
    coefficient as i16
}
