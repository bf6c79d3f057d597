//! The one pass over a scan: reads it, writes it again with other coefficients under the mark, and gathers a smaller
//! picture on the way.

use std::rc::Rc;

use super::bits::{Reader, Writer};
use super::block::{self, Read, Tables};
use super::dct::{Block, Quantiser, samples_8};
use super::frame::{Component, Frame};
use super::huffman::{Decoder, Encoder};
use super::layer::Layers;
use super::planes::{Plane, Scale};
use crate::jpeg_segments::{EOI, RST0};

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
    from: Rc<Tables<Decoder>>,
    to: Rc<Tables<Encoder>>,
    steps: [f32; 64],
    quantiser: Quantiser,
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
    wanted: u32,
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
        // The two colour components nearly always have the same tables.
        let like = channels
            .last()
            .filter(|last| last.component.has_tables_of(component));
        let (from, to) = match like {
            Some(like) => (Rc::clone(&like.from), Rc::clone(&like.to)),
            None => (
                Rc::new(Tables::of(frame, component, Decoder::new)?),
                Rc::new(Tables::of(tables, component, |table, _| Encoder::new(table))?),
            ),
        };
        let steps = frame.steps(component);
        channels.push(Channel {
            component: *component,
            from,
            to,
            steps,
            quantiser: Quantiser::new(&steps),
            plane: Plane::new(scale, across * component.across, down * component.down, steps),
            read: 0,
            written: 0,
            is_off: false,
        });
    }
    Some(channels)
}

impl Pass<'_> {
    #[inline]
    fn read(&mut self, channel: &mut Channel, wanted: u32, block: &mut Block) -> Result<Read, Stop> {
        let read = block::read(&mut self.reader, &channel.from, channel.read, wanted, block);
        channel.read = block[0].into();
        read.ok_or(Stop::Unusual)
    }

    /// Writes what was read up to a position and not written yet.
    fn copy_to(&mut self, position: usize) -> Result<(), Stop> {
        let bits = self.copied..position;
        self.writer.copy(&self.reader, bits).ok_or(Stop::Unusual)?;
        self.copied = position;
        Ok(())
    }

    /// Writes what was read and not written yet.
    fn copy(&mut self) -> Result<(), Stop> {
        self.copy_to(self.reader.position)
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
                    let read = self.read(channel, self.wanted, &mut block)?;
                    if channel.is_off {
                        self.copy_to(start)?;
                        self.write_mean(channel)?;
                        self.copied = read.after_mean;
                        channel.is_off = false;
                    }
                    channel.written = channel.read;
                    channel.plane.put(x, y, &block, read.is_flat);
                    if !read.is_flat {
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
                    self.read(channel, 63, &mut block)?;
                    if let Some(mark) = mark.filter(|mark| mark.covers(index, x, y)) {
                        let mut samples = samples_8(&block, &channel.steps);
                        mark.blend(index, x, y, &mut samples);
                        block = channel.quantiser.coefficients(&samples);
                    }
                    channel.plane.put(x, y, &block, false);
                    self.write(channel, &block)?;
                }
            }
        }
        Ok(())
    }

    fn write(&mut self, channel: &mut Channel, block: &Block) -> Result<(), Stop> {
        let mean = i32::from(block[0]);
        let difference = mean - channel.written;
        block::write(&mut self.writer, &channel.to, difference, block).ok_or(Stop::NoCode)?;
        channel.written = mean;
        channel.is_off = mean != channel.read;
        Ok(())
    }

    /// Writes the mean that was read last, as its difference from the one written last.
    fn write_mean(&mut self, channel: &mut Channel) -> Result<(), Stop> {
        let difference = channel.read - channel.written;
        let bits = channel.to.dc.bits(0, difference).ok_or(Stop::NoCode)?;
        self.writer.put(bits);
        channel.written = channel.read;
        Ok(())
    }
}
