//! The segments of a JPEG file: enough of the container to tell a whole file from a cut one, and to find the
//! XMP packet.

use memchr::memchr;

const SOF0: u8 = 0xC0;
const SOF1: u8 = 0xC1;
const SOF2: u8 = 0xC2;
const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DRI: u8 = 0xDD;
const APP1: u8 = 0xE1;
const XMP_HEADER: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// A marker and what follows it.
struct Segment<'a> {
    marker: u8,
    payload: &'a [u8],
}

/// Walks over the segments of one picture, from its start to its `EOI`. What comes after that (gain maps,
/// motion photos) is ignored.
struct Segments<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Segments<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// The next marker, or `None` when the file ends first. Bytes between segments are skipped, as every
    /// decoder does; fill bytes (`FF FF`) and stuffed ones (`FF 00`) are none.
    fn marker(&mut self) -> Option<u8> {
        loop {
            let rest = self.bytes.get(self.position..)?;
            self.position += memchr(0xFF, rest)? + 1;
            while *self.bytes.get(self.position)? == 0xFF {
                self.position += 1;
            }
            let marker = *self.bytes.get(self.position)?;
            self.position += 1;
            if marker != 0 {
                return Some(marker);
            }
        }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let marker = self.marker()?;
        // Restart markers stand between pieces of entropy-coded data; they and these three have no length.
        if matches!(marker, 0x01 | 0xD0..=0xD7 | SOI | EOI) {
            return Some(Segment { marker, payload: &[] });
        }
        let length = self.bytes.get(self.position..self.position + 2)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let payload = self.bytes.get(self.position + 2..self.position + length)?;
        self.position += length;
        Some(Segment { marker, payload })
    }
}

/// Where the picture ends, and how it is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Offset of the end marker.
    pub(crate) end_marker: usize,
    /// Sequential (not progressive), all components in one scan, no restart markers: nearly every file.
    pub(crate) has_one_plain_scan: bool,
}

/// Where the picture ends; `None` when the file ends first.
///
/// A decoder cannot be asked: on missing data it fills up with gray and reports success, and many do not look
/// for the end marker at all. Entropy-coded data never holds a marker (`FF` is stuffed), so the first `EOI`
/// outside a segment is the real one.
pub(crate) fn extent(bytes: &[u8]) -> Option<Extent> {
    let mut segments = Segments::new(bytes);
    let (mut scans, mut components, mut is_plain) = (0, None, true);
    while let Some(segment) = segments.next() {
        match segment.marker {
            // The number of components stands in byte 5 of a frame header and byte 0 of a scan header.
            SOF0 | SOF1 => components = segment.payload.get(5),
            SOF2 | DRI => is_plain = false,
            SOS => {
                scans += 1;
                is_plain &= components.is_some() && segment.payload.first() == components;
            }
            EOI if scans == 0 => return None,
            EOI => {
                let has_one_plain_scan = is_plain && scans == 1;
                return Some(Extent {
                    end_marker: segments.position - 2,
                    has_one_plain_scan,
                });
            }
            _ => {}
        }
    }
    None
}

/// The XMP packet, when there is one.
pub(crate) fn xmp(bytes: &[u8]) -> Option<&[u8]> {
    Segments::new(bytes)
        .take_while(|segment| !matches!(segment.marker, SOS | EOI))
        .filter(|segment| segment.marker == APP1)
        .find_map(|segment| segment.payload.strip_prefix(XMP_HEADER))
}

/// What an `APP1` segment with this XMP packet holds.
pub(crate) fn xmp_payload(packet: &str) -> Vec<u8> {
    [XMP_HEADER, packet.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &[u8] = &[
        0xFF, SOI, // start
        0xFF, APP1, 0, 6, 0xFF, EOI, 0xFF, SOI, // a segment that holds what looks like markers
        0xFF, SOS, 0, 4, 1, 2, // scan header
        7, 0xFF, 0x00, 9, 0xFF, 0xD0, 3, // data with a stuffed byte and a restart marker
        0xFF, EOI,
    ];

    #[test]
    fn a_whole_picture_is_complete_and_each_cut_of_it_is_not() {
        let extent = extent(MINIMAL).unwrap();
        assert_eq!(extent.end_marker, MINIMAL.len() - 2);
        for len in 0..MINIMAL.len() {
            assert_eq!(super::extent(&MINIMAL[..len]), None, "cut to {len} bytes");
        }
    }

    #[test]
    fn data_after_the_end_does_not_matter() {
        let with_gain_map = [MINIMAL, &MINIMAL[..10]].concat();
        assert_eq!(extent(&with_gain_map), extent(MINIMAL));
    }

    #[test]
    fn a_length_of_zero_does_not_loop_or_panic() {
        assert_eq!(extent(&[0xFF, SOI, 0xFF, 0xE0, 0, 0, 0xFF]), None);
    }

    #[test]
    fn xmp_is_found_among_other_app1_segments() {
        let mut file = vec![0xFF, SOI, 0xFF, APP1, 0, 8, b'E', b'x', b'i', b'f', 0, 0];
        let payload = xmp_payload("<x/>");
        file.extend([0xFF, APP1, 0, u8::try_from(payload.len() + 2).unwrap()]);
        file.extend(payload);
        assert_eq!(xmp(&file), Some(&b"<x/>"[..]));
        assert_eq!(xmp(MINIMAL), None);
    }
}
