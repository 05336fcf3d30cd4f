//! What bytes say of their own charset: byte-order marks, the pattern of zeros, XML's declaration, HTML's `meta`.

use crate::charset::label::{self, Charset};

/// Where an XML declaration ends at the latest, junk before it included.
const XML_BYTES_MAX: usize = 1024;

/// Where `meta` stands at the latest. The standard says 1,024 bytes; pages with scripts in front of it are many.
const HTML_BYTES_MAX: usize = 16 * 1024;

/// `<?xm` in EBCDIC.
const EBCDIC_START: &[u8] = &[0x4c, 0x6f, 0xa7, 0x94];

/// The charset of a byte-order mark, and the length of the mark.
pub(super) fn mark(bytes: &[u8]) -> Option<(Charset, usize)> {
    // UTF-32's little-endian mark begins with UTF-16's.
    const MARKS: &[(&[u8], Charset)] = &[
        (&[0xef, 0xbb, 0xbf], Charset::Web(encoding_rs::UTF_8)),
        (&[0x00, 0x00, 0xfe, 0xff], Charset::Utf32 { big: true }),
        (&[0xff, 0xfe, 0x00, 0x00], Charset::Utf32 { big: false }),
        (&[0xfe, 0xff], Charset::Web(encoding_rs::UTF_16BE)),
        (&[0xff, 0xfe], Charset::Web(encoding_rs::UTF_16LE)),
    ];
    let (mark, charset) = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark))?;
    let rest = &bytes[mark.len()..];
    // A mark in front of other bytes: an editor's slip, or bytes put together from two places.
    let lies = *charset == Charset::Web(encoding_rs::UTF_8) && std::str::from_utf8(rest).is_err()
        || charset.is_wide() && rest.starts_with(b"<?xml");
    (!lies).then_some((*charset, mark.len()))
}

/// The wide charset that the zeros between ASCII's letters betray.
pub(super) fn zeros(bytes: &[u8]) -> Option<(Charset, usize)> {
    let start = bytes.get(..4)?;
    let charset = match [start[0] == 0, start[1] == 0, start[2] == 0, start[3] == 0] {
        [true, true, true, false] => Charset::Utf32 { big: true },
        [false, true, true, true] => Charset::Utf32 { big: false },
        [true, false, true, false] => Charset::Web(encoding_rs::UTF_16BE),
        [false, true, false, true] => Charset::Web(encoding_rs::UTF_16LE),
        _ => return None,
    };
    Some((charset, 0))
}

/// The `encoding` of an XML declaration.
pub(super) fn in_xml(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(XML_BYTES_MAX)];
    if head.starts_with(EBCDIC_START) {
        // All of EBCDIC's pages agree on the letters of a declaration.
        let head = label::find("ibm037")?.decode(head).0;
        return attribute(declaration(&head)?, "encoding").or_else(|| Some(String::from("ibm037")));
    }
    let head = String::from_utf8_lossy(head);
    attribute(declaration(&head)?, "encoding")
}

/// What stands between `<?xml` and its end.
fn declaration(head: &str) -> Option<&str> {
    let start = head.find("<?xml")? + 5;
    let end = head[start..].find('>').unwrap_or(head.len() - start);
    Some(&head[start..start + end])
}

/// The charset of the first `meta` that names one, else of an XML declaration.
pub(super) fn in_html(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HTML_BYTES_MAX)]).to_ascii_lowercase();
    let metas = head.match_indices("<meta").filter_map(|(at, _)| {
        let tag = &head[at..];
        attribute(&tag[..tag.find('>')?], "charset")
    });
    metas.into_iter().next().or_else(|| in_xml(bytes))
}

/// The value after `name=`, quoted or not.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let after = tag[tag.find(name)? + name.len()..].trim_start().strip_prefix('=')?.trim_start();
    let value: String = after
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '+'))
        .collect();
    (!value.is_empty()).then_some(value)
}
