//! Machine-readable AI provenance: IPTC Photo Metadata 2025.1 in an XMP packet (EU AI Act, Art. 50(2)).

use roxmltree::{Document, Node};

use crate::{Format, MediaError, decode};

/// IPTC digital source type of a real photo that was edited with generative AI.
pub const COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA: &str =
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";
const XMP_MM: &str = "http://ns.adobe.com/xap/1.0/mm/";
const IPTC_EXT: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";

/// A file's record of how it was made. It must not hold a guest's name or a prompt with personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// Our product, `xmp:CreatorTool`.
    pub creator_tool: String,
    /// The AI, by the name people know, for example "Google Gemini 2.5 Flash Image via Runware";
    /// `Iptc4xmpExt:AISystemUsed`.
    pub ai_system: String,
    /// The model's id at the provider; `Iptc4xmpExt:AISystemVersionUsed`.
    pub ai_system_version: String,
    /// Our id of the edit; `xmpMM:DocumentID`.
    pub document_id: String,
}

impl Provenance {
    /// The XMP packet.
    pub(crate) fn packet(&self) -> String {
        // The processing instruction's id is fixed by the XMP specification, part 1, 7.3.2.
        format!(
            "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
             <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"{RDF}\">\
             <rdf:Description rdf:about=\"\" xmlns:xmp=\"{XMP}\" xmlns:xmpMM=\"{XMP_MM}\" \
             xmlns:Iptc4xmpExt=\"{IPTC_EXT}\">\
             <Iptc4xmpExt:DigitalSourceType>{COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA}</Iptc4xmpExt:DigitalSourceType>\
             <Iptc4xmpExt:AISystemUsed>{}</Iptc4xmpExt:AISystemUsed>\
             <Iptc4xmpExt:AISystemVersionUsed>{}</Iptc4xmpExt:AISystemVersionUsed>\
             <xmp:CreatorTool>{}</xmp:CreatorTool>\
             <xmpMM:DocumentID>{}</xmpMM:DocumentID>\
             </rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>",
            text(&self.ai_system),
            text(&self.ai_system_version),
            text(&self.creator_tool),
            text(&self.document_id),
        )
    }
}

/// The record as read from a file. A foreign file may leave out everything but the source type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadProvenance {
    /// URI of the IPTC digital source type, for ours [`COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA`].
    pub digital_source_type: String,
    /// See [`Provenance::creator_tool`].
    pub creator_tool: Option<String>,
    /// See [`Provenance::ai_system`].
    pub ai_system: Option<String>,
    /// See [`Provenance::ai_system_version`].
    pub ai_system_version: Option<String>,
    /// See [`Provenance::document_id`].
    pub document_id: Option<String>,
}

/// Reads the provenance from a JPEG, PNG or WebP file, by its XMP packet.
///
/// # Errors
///
/// [`MediaError::UnknownFormat`]; [`MediaError::Corrupt`] when the header cannot be read;
/// [`MediaError::Provenance`] when there is no XMP packet, it is not well-formed, or it names no digital
/// source type.
pub fn read_provenance(bytes: &[u8]) -> Result<ReadProvenance, MediaError> {
    let packet = decode::xmp(bytes, Format::sniff(bytes)?)?
        .ok_or_else(|| MediaError::Provenance("the file has no XMP packet".to_owned()))?;
    let packet = std::str::from_utf8(&packet)
        .map_err(|_| MediaError::Provenance("the XMP packet is not UTF-8".to_owned()))?;
    parse(packet.trim_start_matches('\u{FEFF}').trim_matches('\0'))
}

fn parse(packet: &str) -> Result<ReadProvenance, MediaError> {
    let document = Document::parse(packet)
        .map_err(|error| MediaError::Provenance(format!("the XMP packet is not well-formed: {error}")))?;
    let property = |namespace, name| {
        let mut descriptions = document
            .descendants()
            .filter(|node| node.has_tag_name((RDF, "Description")));
        descriptions.find_map(|description| value(description, namespace, name))
    };
    Ok(ReadProvenance {
        digital_source_type: property(IPTC_EXT, "DigitalSourceType").ok_or_else(|| {
            MediaError::Provenance("the XMP packet names no digital source type".to_owned())
        })?,
        creator_tool: property(XMP, "CreatorTool"),
        ai_system: property(IPTC_EXT, "AISystemUsed"),
        ai_system_version: property(IPTC_EXT, "AISystemVersionUsed"),
        document_id: property(XMP_MM, "DocumentID"),
    })
}

/// RDF has three ways to write a property: an attribute, an element with text, an element that points to a
/// resource.
fn value(description: Node<'_, '_>, namespace: &str, name: &str) -> Option<String> {
    if let Some(attribute) = description.attribute((namespace, name)) {
        return Some(attribute.to_owned());
    }
    let element = description
        .children()
        .find(|child| child.has_tag_name((namespace, name)))?;
    let value = element.attribute((RDF, "resource")).or_else(|| element.text())?;
    Some(value.to_owned())
}

/// Refuses a file without the expected provenance: an output may not leave without its mark.
pub(crate) fn verify(file: &[u8], expected: &Provenance) -> Result<(), MediaError> {
    let found = read_provenance(file)?;
    // `text` changes only values with characters that XML cannot hold.
    let same = |found: &Option<String>, expected: &str| {
        found.as_deref().unwrap_or_default() == expected.replace(is_forbidden, "\u{FFFD}")
    };
    let ok = found.digital_source_type == COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA
        && same(&found.creator_tool, &expected.creator_tool)
        && same(&found.ai_system, &expected.ai_system)
        && same(&found.ai_system_version, &expected.ai_system_version)
        && same(&found.document_id, &expected.document_id);
    if ok {
        Ok(())
    } else {
        Err(MediaError::Provenance(
            "the written file says something else".to_owned(),
        ))
    }
}

/// A text as XML, with characters that XML has no way to write replaced.
fn text(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // A parser would turn a bare one into a line feed.
            '\r' => escaped.push_str("&#13;"),
            forbidden if is_forbidden(forbidden) => escaped.push('\u{FFFD}'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// XML 1.0, production 2: these may not occur, not even escaped.
fn is_forbidden(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}
