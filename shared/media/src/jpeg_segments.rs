//! The segments of a JPEG file: enough of the container to tell a whole file from a cut one, and to find the
//! XMP packet.

use memchr::memchr;

use crate::MediaError;

pub(crate) const SOF0: u8 = 0xC0;
pub(crate) const SOF1: u8 = 0xC1;
const SOF2: u8 = 0xC2;
pub(crate) const DHT: u8 = 0xC4;
pub(crate) const RST0: u8 = 0xD0;
pub(crate) const SOI: u8 = 0xD8;
pub(crate) const EOI: u8 = 0xD9;
pub(crate) const SOS: u8 = 0xDA;
pub(crate) const DQT: u8 = 0xDB;
pub(crate) const DRI: u8 = 0xDD;
pub(crate) const APP0: u8 = 0xE0;
pub(crate) const APP1: u8 = 0xE1;
pub(crate) const APP2: u8 = 0xE2;
pub(crate) const APP14: u8 = 0xEE;
pub(crate) const COM: u8 = 0xFE;
const XMP_HEADER: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const ICC_HEADER: &[u8] = b"ICC_PROFILE\0";
/// Bytes of a segment, beside its length.
const MAX_PAYLOAD: usize = 65_533;

/// A marker and what follows it.
pub(crate) struct Segment<'a> {
    pub(crate) marker: u8,
    pub(crate) payload: &'a [u8],
}

/// Walks over the segments of one picture, from its start to its `EOI`. What comes after that (gain maps,
/// motion photos) is ignored.
pub(crate) struct Segments<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Segments<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// Everything after the last segment.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.position..).unwrap_or_default()
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

/// Refuses a file of a kind that the decoder does not know or decodes wrongly, by its frame header and its first scan
/// header. A test compares every shape that passes with a decoder of its own.
pub(crate) fn check_shape(bytes: &[u8]) -> Result<(), MediaError> {
    let mut frame: Option<(u8, &[[u8; 3]])> = None;
    let (mut has_restarts, mut is_jfif, mut adobe_transform) = (false, false, None);
    for Segment { marker, payload } in Segments::new(bytes) {
        match marker {
            0xC3 | 0xC7 | 0xCB | 0xCF => return Err(MediaError::Unsupported("lossless")),
            0xC5 | 0xC6 => return Err(MediaError::Unsupported("hierarchical")),
            0xC9 | 0xCA | 0xCD | 0xCE => return Err(MediaError::Unsupported("arithmetic coding")),
            SOF0..=SOF2 => {
                let Some((&[bits, height_1, height_0, ..], components)) = payload.split_first_chunk::<6>()
                else {
                    return Ok(());
                };
                if bits != 8 {
                    return Err(MediaError::Unsupported("not 8 bits a sample"));
                }
                if (height_1, height_0) == (0, 0) {
                    return Err(MediaError::Unsupported("its height follows the picture"));
                }
                frame = Some((marker, components.as_chunks().0));
            }
            DRI => has_restarts = payload != [0, 0],
            APP0 => is_jfif |= payload.starts_with(b"JFIF\0"),
            APP14 if payload.starts_with(b"Adobe") => adobe_transform = payload.get(11).copied(),
            SOS => {
                return match frame {
                    Some((sof, components)) if components.len() > 1 => {
                        check_colours(components, is_jfif, adobe_transform)?;
                        check_factors(sof, components, payload, has_restarts)
                    }
                    _ => Ok(()),
                };
            }
            EOI => return Ok(()),
            _ => {}
        }
    }
    Ok(())
}

/// Where markers and component names contradict each other, the decoder takes for RGB what libjpeg takes for YCbCr.
fn check_colours(
    components: &[[u8; 3]],
    is_jfif: bool,
    adobe_transform: Option<u8>,
) -> Result<(), MediaError> {
    let are_named_rgb = matches!(components, [[b'R', ..], [b'G', ..], [b'B', ..]]);
    let is_ycbcr = is_jfif || adobe_transform.is_some_and(|transform| transform != 0);
    let is_rgb = are_named_rgb || adobe_transform == Some(0);
    if components.len() == 3 && is_ycbcr && is_rgb {
        return Err(MediaError::Unsupported("its markers name two kinds of colours"));
    }
    Ok(())
}

/// The decoder makes wrong pictures of two shapes: sequential files whose components stand in scans of their own (unless all
/// are alike and there are no restart markers), and files whose first component is not the finest.
fn check_factors(sof: u8, components: &[[u8; 3]], scan: &[u8], has_restarts: bool) -> Result<(), MediaError> {
    let factors = || {
        components
            .iter()
            .map(|&[_, factors, _]| (factors >> 4, factors & 15))
    };
    let finest = factors().next().unwrap_or_default();
    if factors().any(|(across, _)| across == 3) {
        return Err(MediaError::Unsupported("components of three samples"));
    }
    if factors().any(|(across, down)| across > finest.0 || down > finest.1) {
        return Err(MediaError::Unsupported("colours finer than brightness"));
    }
    let is_apart = sof != SOF2
        && scan
            .first()
            .is_some_and(|&count| usize::from(count) < components.len());
    if is_apart && (has_restarts || factors().any(|factors| factors != (1, 1))) {
        return Err(MediaError::Unsupported("components apart"));
    }
    Ok(())
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

/// The colour profile, put together from its numbered parts; `None` when a part is missing.
pub(crate) fn icc(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut parts: Vec<(u8, u8, &[u8])> = Segments::new(bytes)
        .take_while(|segment| !matches!(segment.marker, SOS | EOI))
        .filter(|segment| segment.marker == APP2)
        .filter_map(|segment| match segment.payload.strip_prefix(ICC_HEADER)? {
            [number, count, part @ ..] => Some((*number, *count, part)),
            _ => None,
        })
        .collect();
    parts.sort_by_key(|&(number, _, _)| number);
    let count = parts.first()?.1;
    let numbers = parts.iter().map(|&(number, _, _)| number);
    numbers
        .eq(1..=count)
        .then(|| parts.iter().flat_map(|&(_, _, part)| part).copied().collect())
}

/// Appends a colour profile in as many parts as it needs.
pub(crate) fn append_icc(file: &mut Vec<u8>, profile: &[u8]) {
    let parts = profile.chunks(MAX_PAYLOAD - ICC_HEADER.len() - 2);
    let count = u8::try_from(parts.len()).unwrap_or(u8::MAX);
    for (number, part) in (1..=count).zip(parts) {
        append(file, APP2, &[ICC_HEADER, &[number, count], part].concat());
    }
}

/// Appends a segment. The payload must not be longer than a segment can be.
pub(crate) fn append(file: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    let length = u16::try_from(payload.len().min(MAX_PAYLOAD) + 2).unwrap_or(u16::MAX);
    file.extend([0xFF, marker]);
    file.extend(length.to_be_bytes());
    file.extend(&payload[..payload.len().min(MAX_PAYLOAD)]);
}

/// Whether a segment can hold so much.
pub(crate) fn fits(payload: &[u8]) -> bool {
    payload.len() <= MAX_PAYLOAD
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
