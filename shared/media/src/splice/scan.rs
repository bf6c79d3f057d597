//! The one pass over a scan: reads it, writes it again with other coefficients under the mark, and gathers a smaller
//! picture on the way.

use std::rc::Rc;

use super::bits::{Reader, Writer, lower};
use super::dct::{Block, ZIGZAG, coefficients, samples_8};
use super::frame::{Component, Frame};
use super::huffman::{Decoder, END_OF_BLOCK, Encoder, Kind, LOOKUP_BITS, SIXTEEN_ZEROS, extend};
use super::layer::Layers;
use super::planes::{Plane, Scale};
use crate::jpeg_segments::{EOI, RST0};

/// The largest mean that a block of 8-bit samples can have, with steps of 1.
const MAX_DC: i32 = 2047;
const MAX_AC: i16 = 1023;
/// Bits that reading one symbol may need: 16 of code and 11 of value.
const SYMBOL_BITS: i32 = 27;
/// Bits that a look at the data has at least.
const PEEKED_BITS: i32 = 57;

/// Why the pass ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The data is damaged, or not what decoders agree on.
    Unusual,
    /// A coefficient under the mark has no code in the file's tables.
    NoCode,
}

/// What a component needs along the way.
struct Channel {
    component: Component,
    dc: Rc<Decoder>,
    ac: Rc<Decoder>,
    to_dc: Encoder,
    to_ac: Encoder,
    steps: [f32; 64],
    plane: Plane,
    /// The last mean that was read, and the last that was written.
    read: i32,
    written: i32,
    /// Whether the two differ, so that the next difference must be written anew.
    is_off: bool,
}

struct Pass<'a> {
    reader: Reader<'a>,
    writer: Writer,
    /// Bits of the reader's window that are in the file already.
    copied: usize,
    /// The last coefficient that the smaller picture needs, in the file's order.
    wanted: usize,
}

/// Appends the scan to `file`, and returns the planes of the smaller picture. With `tables`, which must have every code,
/// all symbols are written by them; otherwise all bits outside the mark are copied.
pub(super) fn run(
    frame: &Frame<'_>,
    layers: Option<&Layers>,
    scale: Scale,
    tables: Option<&Frame<'_>>,
    file: Vec<u8>,
) -> Result<(Vec<u8>, Vec<Plane>), Stop> {
    let mut channels = channels(frame, tables.unwrap_or(frame), scale).ok_or(Stop::Unusual)?;
    let mut pass = Pass {
        reader: Reader::new(frame.scan).ok_or(Stop::Unusual)?,
        writer: Writer::new(file),
        copied: 0,
        wanted: scale.last_coefficient(),
    };
    let (across, down) = frame.units();
    let mut until_restart = frame.restart_interval;
    let mut restarts = 0_u8;
    for row in 0..down {
        for column in 0..across {
            if frame.restart_interval > 0 {
                if until_restart == 0 {
                    pass.restart(RST0 + restarts, &mut channels)?;
                    restarts = (restarts + 1) % 8;
                    until_restart = frame.restart_interval;
                }
                until_restart -= 1;
            }
            if pass.reader.is_low() {
                pass.copy()?;
                pass.reader.refill().ok_or(Stop::Unusual)?;
                pass.copied = pass.reader.position;
            }
            let marked = layers.filter(|layers| layers.reach(column, row));
            if marked.is_some() || tables.is_some() {
                pass.copy()?;
                pass.rewrite_unit(&mut channels, marked, column, row)?;
                pass.copied = pass.reader.position;
            } else {
                pass.copy_unit(&mut channels, column, row)?;
            }
        }
    }
    if pass.reader.marker() != Some(EOI) {
        return Err(Stop::Unusual);
    }
    pass.copy()?;
    pass.writer.marker(EOI);
    Ok((
        pass.writer.into_file(),
        channels.into_iter().map(|channel| channel.plane).collect(),
    ))
}

fn channels(frame: &Frame<'_>, tables: &Frame<'_>, scale: Scale) -> Option<Vec<Channel>> {
    let (across, down) = frame.units();
    let mut channels: Vec<Channel> = Vec::with_capacity(frame.components.len());
    for component in &frame.components {
        let table = |kind| Some(Rc::new(Decoder::new(frame.table(component, kind)?, kind)?));
        // The two colour components nearly always have the same tables.
        let like = channels
            .last()
            .filter(|last| last.component.has_tables_of(component));
        let (dc, ac) = match like {
            Some(like) => (Rc::clone(&like.dc), Rc::clone(&like.ac)),
            None => (table(Kind::Dc)?, table(Kind::Ac)?),
        };
        let steps = frame.steps(component);
        channels.push(Channel {
            component: *component,
            dc,
            ac,
            to_dc: Encoder::new(tables.table(component, Kind::Dc)?)?,
            to_ac: Encoder::new(tables.table(component, Kind::Ac)?)?,
            steps,
            plane: Plane::new(scale, across * component.across, down * component.down, steps),
            read: 0,
            written: 0,
            is_off: false,
        });
    }
    Some(channels)
}

impl Pass<'_> {
    /// Writes what was read and not written yet.
    fn copy(&mut self) -> Result<(), Stop> {
        self.writer.copy(&self.reader, self.copied).ok_or(Stop::Unusual)?;
        self.copied = self.reader.position;
        Ok(())
    }

    fn restart(&mut self, marker: u8, channels: &mut [Channel]) -> Result<(), Stop> {
        if self.reader.marker() != Some(marker) {
            return Err(Stop::Unusual);
        }
        self.copy()?;
        self.writer.marker(marker);
        self.reader.next_interval().ok_or(Stop::Unusual)?;
        self.copied = 0;
        for channel in channels {
            (channel.read, channel.written, channel.is_off) = (0, 0, false);
        }
        Ok(())
    }

    /// Reads a coding unit that stays as it is.
    fn copy_unit(&mut self, channels: &mut [Channel], column: usize, row: usize) -> Result<(), Stop> {
        let mut block = [0; 64];
        for channel in channels {
            let Component { across, down, .. } = channel.component;
            for y in row * down..(row + 1) * down {
                for x in column * across..(column + 1) * across {
                    let start = self.reader.position;
                    block[0] = self.read_mean(channel)?;
                    if channel.is_off {
                        let read_to = std::mem::replace(&mut self.reader.position, start);
                        self.copy()?;
                        self.reader.position = read_to;
                        self.write_mean(channel)?;
                        self.copied = read_to;
                        channel.is_off = false;
                    }
                    channel.written = channel.read;
                    let is_flat = self.read_rest(&channel.ac, self.wanted, &mut block)?;
                    channel.plane.put(x, y, &block, is_flat);
                    if !is_flat {
                        block = [0; 64];
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads a coding unit and writes it with the mark on it.
    fn rewrite_unit(
        &mut self,
        channels: &mut [Channel],
        mark: Option<&Layers>,
        column: usize,
        row: usize,
    ) -> Result<(), Stop> {
        for (index, channel) in channels.iter_mut().enumerate() {
            let Component { across, down, .. } = channel.component;
            for y in row * down..(row + 1) * down {
                for x in column * across..(column + 1) * across {
                    let mut block = [0; 64];
                    block[0] = self.read_mean(channel)?;
                    self.read_rest(&channel.ac, 63, &mut block)?;
                    if let Some(mark) = mark.filter(|mark| mark.covers(index, x, y)) {
                        let mut samples = samples_8(&block, &channel.steps);
                        mark.blend(index, x, y, &mut samples);
                        block = coefficients(&samples, &channel.steps);
                    }
                    channel.plane.put(x, y, &block, false);
                    self.write(channel, &block)?;
                }
            }
        }
        Ok(())
    }

    /// Reads a block's first coefficient.
    #[inline]
    fn read_mean(&mut self, channel: &mut Channel) -> Result<i16, Stop> {
        let bits = self.reader.peek(self.reader.position).ok_or(Stop::Unusual)?;
        let (_, difference, _, length) = symbol(&channel.dc, bits).ok_or(Stop::Unusual)?;
        self.reader.position += length as usize;
        channel.read += difference;
        if channel.read.abs() > MAX_DC {
            return Err(Stop::Unusual);
        }
        i16::try_from(channel.read).map_err(|_| Stop::Unusual)
    }

    /// Reads a block's other coefficients and stores those up to `wanted`. Returns whether it stored none.
    #[inline]
    fn read_rest(&mut self, table: &Decoder, wanted: usize, block: &mut Block) -> Result<bool, Stop> {
        let mut is_flat = true;
        let (mut at, mut next) = (self.reader.position, 1);
        let mut bits = self.reader.peek(at).ok_or(Stop::Unusual)?;
        let mut left = PEEKED_BITS;
        let mut ended = false;
        while next <= wanted {
            if left < SYMBOL_BITS {
                bits = self.reader.peek(at).ok_or(Stop::Unusual)?;
                left = PEEKED_BITS;
            }
            let (run, value, size, length) = symbol(table, bits).ok_or(Stop::Unusual)?;
            at += length as usize;
            bits <<= length;
            left -= length.cast_signed();
            next += run as usize;
            if size == 0 {
                if run == 0 {
                    ended = true;
                    break;
                }
            } else if next <= wanted {
                block[usize::from(ZIGZAG[next % 64])] = i16::try_from(value).map_err(|_| Stop::Unusual)?;
                is_flat = false;
            }
            next += 1;
        }
        while next < 64 && !ended {
            if left < LOOKUP_BITS.cast_signed() {
                bits = self.reader.peek(at).ok_or(Stop::Unusual)?;
                left = PEEKED_BITS;
            }
            let skip = table.skip(bits);
            let after = next + skip.coefficients();
            if skip.length() > 0 && after + usize::from(skip.ends_block()) <= 64 {
                at += skip.length() as usize;
                bits <<= skip.length();
                left -= skip.length().cast_signed();
                next = after;
                ended = skip.ends_block();
                continue;
            }
            if left < SYMBOL_BITS {
                bits = self.reader.peek(at).ok_or(Stop::Unusual)?;
                left = PEEKED_BITS;
            }
            let (run, _, size, length) = symbol(table, bits).ok_or(Stop::Unusual)?;
            at += length as usize;
            bits <<= length;
            left -= length.cast_signed();
            ended = run == 0 && size == 0;
            next += run as usize + 1;
        }
        if next > 64 && !ended {
            return Err(Stop::Unusual);
        }
        self.reader.position = at;
        Ok(is_flat)
    }

    fn write(&mut self, channel: &mut Channel, block: &Block) -> Result<(), Stop> {
        let read = std::mem::replace(&mut channel.read, i32::from(block[0]));
        self.write_mean(channel)?;
        channel.read = read;
        channel.is_off = channel.written != read;

        let mut run = 0;
        for &place in &ZIGZAG[1..] {
            let value = block[usize::from(place)].clamp(-MAX_AC, MAX_AC);
            if value == 0 {
                run += 1;
                continue;
            }
            while run > 15 {
                self.writer
                    .put(channel.to_ac.code(SIXTEEN_ZEROS).ok_or(Stop::NoCode)?);
                run -= 16;
            }
            self.writer
                .put(channel.to_ac.bits(run, i32::from(value)).ok_or(Stop::NoCode)?);
            run = 0;
        }
        if run > 0 {
            self.writer
                .put(channel.to_ac.code(END_OF_BLOCK).ok_or(Stop::NoCode)?);
        }
        Ok(())
    }

    /// Writes the mean that was read last, as its difference from the one written last.
    fn write_mean(&mut self, channel: &mut Channel) -> Result<(), Stop> {
        let difference = channel.read - channel.written;
        self.writer
            .put(channel.to_dc.bits(0, difference).ok_or(Stop::NoCode)?);
        channel.written = channel.read;
        Ok(())
    }
}

/// A symbol's zeros, value, the value's size, and the length of all in bits.
#[inline]
fn symbol(table: &Decoder, bits: u64) -> Option<(u32, i32, u32, u32)> {
    let entry = table.entry(bits);
    if entry.has_value() {
        return Some((entry.run(), entry.value(), entry.size(), entry.length()));
    }
    let (run, size, length) = if entry.is_empty() {
        let (symbol, length) = table.code(bits)?;
        (u32::from(symbol >> 4), u32::from(symbol & 15), length)
    } else {
        (entry.run(), entry.size(), entry.length() - entry.size())
    };
    let value = if size == 0 {
        0
    } else {
        lower((bits << length) >> (64 - size))
    };
    Some((run, extend(value, size), size, length + size))
}
