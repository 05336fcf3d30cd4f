//! Names of charsets, and what stands behind each: the web's own, the wide ones, old code pages.

use encoding_rs::Encoding;

use crate::charset::pages::Page;

/// Something bytes can be decoded with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// One of the WHATWG's, without its reading of byte-order marks.
    Web(&'static Encoding),
    /// UTF-32, big or little end first.
    Utf32 {
        /// Whether the big end stands first.
        big: bool,
    },
    /// A code page of 256 letters that the WHATWG left out.
    Page(&'static Page),
}

/// Names that feeds use and the WHATWG's list lacks.
const MORE_LABELS: &[(&str, &str)] = &[
    ("cp932", "shift_jis"),
    ("shiftjis", "shift_jis"),
    ("cp936", "gbk"),
    ("cp949", "euc-kr"),
    ("uhc", "euc-kr"),
    ("cp950", "big5"),
    ("utf8mb4", "utf-8"),
    ("utf", "utf-8"),
    ("eucjp", "euc-jp"),
    ("euckr", "euc-kr"),
    ("win-1251", "windows-1251"),
    ("win1251", "windows-1251"),
    ("windows1251", "windows-1251"),
    ("windows1252", "windows-1252"),
    ("cp874", "windows-874"),
    ("tis620", "tis-620"),
    ("koi8r", "koi8-r"),
    ("koi8u", "koi8-u"),
    ("macroman", "macintosh"),
    ("mac-roman", "macintosh"),
    ("mac-cyrillic", "x-mac-cyrillic"),
    ("maccyrillic", "x-mac-cyrillic"),
];

/// The charset of a name, however it is spelled.
pub(super) fn find(name: &str) -> Option<Charset> {
    let name = name.trim().trim_matches(['"', '\'']).to_ascii_lowercase().replace(['_', ' '], "-");
    if matches!(name.as_str(), "utf-32" | "utf-32le" | "utf-32be" | "ucs-4" | "csucs4" | "iso-10646-ucs-4") {
        return Some(Charset::Utf32 { big: !name.ends_with("le") });
    }
    // `utf-7` and other charsets in which markup hides are `replacement` to the WHATWG: not believed.
    let web = |label: &str| {
        Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != encoding_rs::REPLACEMENT).map(Charset::Web)
    };
    let more = || MORE_LABELS.iter().find(|(label, _)| *label == name).and_then(|(_, label)| web(label));
    web(&name).or_else(|| web(&name.replace('-', "_"))).or_else(more).or_else(|| Page::find(&name).map(Charset::Page))
}

impl Charset {
    /// Its name in reports.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Web(encoding) => encoding.name(),
            Self::Utf32 { big: true } => "UTF-32BE",
            Self::Utf32 { big: false } => "UTF-32LE",
            Self::Page(page) => page.name,
        }
    }

    /// Whether a letter of ASCII takes more than a byte in it; then a declaration in plain bytes contradicts itself.
    pub(super) fn is_wide(self) -> bool {
        match self {
            Self::Web(encoding) => encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE,
            Self::Utf32 { .. } => true,
            Self::Page(_) => false,
        }
    }

    /// Whether ASCII's letters stand elsewhere in it.
    pub(super) fn is_ebcdic(self) -> bool {
        matches!(self, Self::Page(page) if page.is_ebcdic())
    }

    /// Whether it is one of East Asia's, two bytes a letter.
    pub(super) fn is_double_byte(self) -> bool {
        matches!(self, Self::Web(encoding) if encoding != encoding_rs::UTF_8 && !encoding.is_single_byte())
    }

    /// The text, and how many letters were broken.
    pub(super) fn decode(self, bytes: &[u8]) -> (String, usize) {
        let text = match self {
            Self::Web(encoding) => {
                let text = encoding.decode_without_bom_handling(bytes).0;
                // The web's table of Big5 has mathematics where Taiwan's texts have punctuation.
                if encoding == encoding_rs::BIG5 {
                    text.replace('\u{2215}', "／").replace('\u{fe68}', "＼")
                } else {
                    text.into_owned()
                }
            }
            Self::Utf32 { big } => bytes
                .chunks(4)
                .map(|four| {
                    let mut unit = [0; 4];
                    unit[..four.len()].copy_from_slice(four);
                    let code = if big { u32::from_be_bytes(unit) } else { u32::from_le_bytes(unit) };
                    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                })
                .collect(),
            Self::Page(page) => page.decode(bytes),
        };
        let faults = if text.is_ascii() { 0 } else { text.matches(char::REPLACEMENT_CHARACTER).count() };
        (text, faults)
    }
}
