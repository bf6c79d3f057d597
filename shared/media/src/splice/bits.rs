//! Entropy-coded data as bits: without the zero that follows each `FF` in the file, between one restart marker and
//! the next.

use std::ops::Range;

use memchr::{memchr, memchr_iter};

/// The most bytes that one coding unit takes: 10 blocks of 64 coefficients with 16 bits of code and 11 of value.
const MAX_UNIT_BYTES: usize = 2_160;
/// Bytes that are held without stuffing at once.
const WINDOW: usize = 1 << 16;
/// Bytes after the last one, so that a look ahead of eight always works.
const LOOK_AHEAD: [u8; 16] = [0; 16];

/// Where the data of an interval ended.
#[derive(Debug, Clone, Copy)]
struct End {
    /// Bits of the window that belong to the data.
    bits: usize,
    marker: u8,
}

/// Reads the data through a window, so that the file is not in memory twice.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    /// What is not in the window yet, with stuffing.
    source: &'a [u8],
    window: Vec<u8>,
    /// Bits of the window that have been read.
    pub(super) position: usize,
    end: Option<End>,
}

impl<'a> Reader<'a> {
    /// Begins at the first byte after a scan header.
    pub(super) fn new(source: &'a [u8]) -> Option<Self> {
        let window = Vec::with_capacity(WINDOW + LOOK_AHEAD.len());
        let mut reader = Self {
            source,
            window,
            position: 0,
            end: None,
        };
        reader.refill()?;
        Some(reader)
    }

    /// Whether the window may end within the next coding unit.
    #[inline]
    pub(super) fn is_low(&self) -> bool {
        self.end.is_none() && self.window.len() < self.position / 8 + MAX_UNIT_BYTES + LOOK_AHEAD.len()
    }

    /// Drops whole bytes that have been read and takes more from the file. `None` when the file ends without a
    /// marker, or holds bytes that decoders do not agree on.
    pub(super) fn refill(&mut self) -> Option<()> {
        self.window.drain(..(self.position / 8).min(self.window.len()));
        self.position %= 8;
        while self.window.len() < WINDOW && self.end.is_none() {
            let room = (WINDOW - self.window.len()).min(self.source.len());
            let Some(plain) = memchr(0xFF, &self.source[..room]) else {
                if room == self.source.len() {
                    return None;
                }
                self.window.extend_from_slice(&self.source[..room]);
                self.source = &self.source[room..];
                continue;
            };
            self.window.extend_from_slice(&self.source[..plain]);
            match *self.source.get(plain + 1)? {
                0x00 => self.window.push(0xFF),
                0xFF => return None,
                marker => {
                    self.end = Some(End {
                        bits: self.window.len() * 8,
                        marker,
                    });
                    self.window.extend(LOOK_AHEAD);
                }
            }
            self.source = &self.source[plain + 2..];
        }
        Some(())
    }

    /// At least 57 bits from a position on, at the upper end of the number.
    #[inline]
    pub(super) fn peek(&self, position: usize) -> Option<u64> {
        let bytes = self.window.get(position / 8..)?.first_chunk::<8>()?;
        Some(u64::from_be_bytes(*bytes) << (position % 8))
    }

    /// The marker that the data ends with, if all of it has been read but the bits that fill up the last byte.
    pub(super) fn marker(&self) -> Option<u8> {
        let end = self.end?;
        let filling = end.bits.checked_sub(self.position)?;
        (filling < 8).then_some(end.marker)
    }

    /// Goes on after a marker.
    pub(super) fn next_interval(&mut self) -> Option<()> {
        self.window.clear();
        self.position = 0;
        self.end = None;
        self.refill()
    }
}

/// Appends entropy-coded data to a file.
#[derive(Debug)]
pub(super) struct Writer {
    file: Vec<u8>,
    /// The last bits, at the lower end; what is above them was written already.
    bits: u64,
    /// How many: fewer than 32 between two calls.
    count: u32,
}

impl Writer {
    pub(super) fn new(file: Vec<u8>) -> Self {
        Self {
            file,
            bits: 0,
            count: 0,
        }
    }

    /// Appends up to 32 bits.
    #[inline]
    pub(super) fn put(&mut self, (bits, length): (u32, u32)) {
        self.bits = self.bits << length | u64::from(bits);
        self.count += length;
        if self.count >= 32 {
            self.count -= 32;
            let whole = lower(self.bits >> self.count);
            if has_marker_byte(whole) {
                self.stuffed(&whole.to_be_bytes());
            } else {
                self.file.extend_from_slice(&whole.to_be_bytes());
            }
        }
    }

    /// Appends these bits of the reader's window.
    pub(super) fn copy(&mut self, reader: &Reader<'_>, bits: Range<usize>) -> Option<()> {
        let Range {
            start: mut from,
            end: to,
        } = bits;
        if lower(from as u64) % 8 == self.count % 8 {
            // Both stand at the same bit of a byte, so whole bytes can be copied.
            let first = (8 - from % 8) % 8;
            if from + first <= to {
                self.put(upper(reader.peek(from)?, first));
                self.flush_bytes();
                self.stuffed(reader.window.get((from + first) / 8..to / 8)?);
                from = to - to % 8;
            }
        }
        while to - from >= 32 {
            self.put(upper(reader.peek(from)?, 32));
            from += 32;
        }
        self.put(upper(reader.peek(from)?, to - from));
        Some(())
    }

    /// Fills up the last byte and appends a marker.
    pub(super) fn marker(&mut self, marker: u8) {
        let filling = (8 - self.count % 8) % 8;
        self.put(((1 << filling) - 1, filling));
        self.flush_bytes();
        self.file.extend([0xFF, marker]);
    }

    pub(super) fn into_file(self) -> Vec<u8> {
        self.file
    }

    fn flush_bytes(&mut self) {
        while self.count >= 8 {
            self.count -= 8;
            let [.., byte] = (self.bits >> self.count).to_be_bytes();
            self.stuffed(&[byte]);
        }
    }

    fn stuffed(&mut self, bytes: &[u8]) {
        let mut start = 0;
        for marker in memchr_iter(0xFF, bytes) {
            self.file.extend_from_slice(&bytes[start..=marker]);
            self.file.push(0);
            start = marker + 1;
        }
        self.file.extend_from_slice(&bytes[start..]);
    }
}

/// The upper `length` bits, at most 32.
#[inline]
fn upper(bits: u64, length: usize) -> (u32, u32) {
    let length = lower(length.min(32) as u64);
    (lower((bits >> 32) >> (32 - length)), length)
}

/// The lower 32 bits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the upper ones are not wanted")]
pub(super) fn lower(bits: u64) -> u32 {
    bits as u32
}

/// Whether one of the four bytes is `FF`.
fn has_marker_byte(bytes: u32) -> bool {
    (!bytes).wrapping_sub(0x0101_0101) & bytes & 0x8080_8080 != 0
}
