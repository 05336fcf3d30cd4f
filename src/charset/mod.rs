//! Bytes to text: marks, declarations, HTTP's word, guesses.
//!
//! Knows nothing of feeds and pages beyond where each writes its charset.

mod declared;
mod guess;
mod label;
mod pages;
mod twice;

use std::borrow::Cow;
use std::str;

use label::Charset;

/// What the bytes are, which tells where a declaration would stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `<?xml encoding="…"?>`.
    Xml,
    /// `<meta charset>`.
    Html,
    /// JSON: UTF-8 unless a mark says otherwise.
    Json,
}

/// Bytes as text, and the name of the charset they turned out to be in. Never fails: what fits nowhere becomes U+FFFD.
///
/// In this order: byte-order mark, `http` (the charset of Content-Type), the declaration inside, a guess. A
/// declaration that the bytes contradict is not believed.
///
/// ```
/// use feedatlas::charset::{Form, decode};
/// let (text, name) = decode(b"<?xml version='1.0' encoding='utf-8'?><t>\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0</t>", None, Form::Xml);
/// assert!(text.ends_with("<t>Привет, мир</t>"));
/// assert_eq!(name, "windows-1251");
/// ```
#[must_use]
pub fn decode<'a>(bytes: &'a [u8], http: Option<&str>, form: Form) -> (Cow<'a, str>, &'static str) {
    if let Some((charset, mark_bytes)) = declared::mark(bytes).or_else(|| declared::zeros(bytes)) {
        return (Cow::Owned(charset.decode(&bytes[mark_bytes..]).0), charset.name());
    }
    let inside = match form {
        Form::Xml => declared::in_xml(bytes),
        Form::Html => declared::in_html(bytes),
        Form::Json => None,
    };
    let words = [http, inside.as_deref()];
    let candidates = words.into_iter().flatten().filter_map(label::find).filter(|charset| !charset.is_wide());
    if let Ok(text) = str::from_utf8(bytes) {
        return valid_utf8(text, candidates);
    }
    for charset in candidates {
        if let Some(text) = believed(charset, bytes) {
            return (Cow::Owned(text), charset.name());
        }
    }
    if guess::is_damaged_utf8(bytes) {
        return (String::from_utf8_lossy(bytes), "UTF-8");
    }
    let charset = Charset::Web(guess::guess(bytes));
    (Cow::Owned(charset.decode(bytes).0), charset.name())
}

/// The text of bytes that are valid UTF-8, which other charsets are by accident only: unless they say they are one that
/// escapes (ISO-2022-JP) or is no ASCII (EBCDIC), or have so few letters outside ASCII that the accident is likely.
fn valid_utf8(text: &str, mut candidates: impl Iterator<Item = Charset>) -> (Cow<'_, str>, &'static str) {
    let bytes = text.as_bytes();
    if guess::escapes_japanese(bytes) {
        return (Cow::Owned(Charset::Web(encoding_rs::ISO_2022_JP).decode(bytes).0), "ISO-2022-JP");
    }
    let other = candidates.find(|charset| charset.is_ebcdic() || charset.is_double_byte());
    let accident = other.filter(|charset| charset.is_ebcdic() || guess::is_utf8_by_accident(text));
    if let Some(charset) = accident
        && let (decoded, 0) = charset.decode(bytes)
    {
        return (Cow::Owned(decoded), charset.name());
    }
    (twice::repaired(text).map_or(Cow::Borrowed(text), Cow::Owned), "UTF-8")
}

/// The bytes in a charset that somebody named, unless they are not in it.
fn believed(charset: Charset, bytes: &[u8]) -> Option<String> {
    /// Letters outside ASCII of which one may be broken: editors cut texts in the middle of a letter.
    const LETTERS_A_FAULT: usize = 50;
    if charset == Charset::Web(encoding_rs::UTF_8) {
        return guess::is_damaged_utf8(bytes).then(|| String::from_utf8_lossy(bytes).into_owned());
    }
    let (text, faults) = charset.decode(bytes);
    let letters = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    if faults * LETTERS_A_FAULT > letters && faults > 1 {
        return None;
    }
    if let Charset::Web(declared) = charset
        && declared.is_single_byte()
        && guess::contradicts(&text)
    {
        let other = guess::guess(bytes);
        let (better, faults) = Charset::Web(other).decode(bytes);
        if other != declared && faults == 0 && !guess::contradicts(&better) {
            return None;
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::Encoding;

    const RUSSIAN: &str = "Министр иностранных дел КНДР прибыла в Москву с официальным визитом. Погода в Ереване";
    const JAPANESE: &str = "財務省は16日、昨年の貿易統計を公表した。ウランバートルで雪まつりが始まった。";
    const CHINESE: &str = "中国与老挝加开国际列车，新列车每天开行一对。朝鲜外相访问俄罗斯";

    fn bytes(label: &str, text: &str) -> Vec<u8> {
        Encoding::for_label(label.as_bytes()).unwrap().encode(text).0.into_owned()
    }

    fn xml(declared: &str, label: &str, text: &str) -> Vec<u8> {
        let declaration = if declared.is_empty() {
            String::new()
        } else {
            format!("<?xml version=\"1.0\" encoding=\"{declared}\"?>")
        };
        [declaration.as_bytes(), b"<rss><title>", &bytes(label, text), b"</title></rss>"].concat()
    }

    #[track_caller]
    fn reads(bytes: &[u8], http: Option<&str>, text: &str) {
        let (decoded, name) = decode(bytes, http, Form::Xml);
        assert!(decoded.contains(text), "{name}: {decoded}");
    }

    #[test]
    fn a_charset_that_is_declared_rightly_is_believed() {
        for (label, text) in [
            ("windows-1251", RUSSIAN),
            ("koi8-r", RUSSIAN),
            ("shift_jis", JAPANESE),
            ("euc-jp", JAPANESE),
            ("iso-2022-jp", JAPANESE),
            ("gbk", CHINESE),
            ("gb18030", CHINESE),
            ("big5", "越南與柬埔寨開通新航線"),
            ("euc-kr", "러시아·북한 외교장관 모스크바에서 회담"),
            ("windows-1255", "ירושלים: שלג בהרים"),
            ("windows-1256", "وكالة المثال للأنباء"),
            ("tis-620", "ข่าวตัวอย่าง"),
            ("iso-8859-9", "Türkiye'de kar yağışı başladı, İğdır"),
            ("windows-1252", "Café Zürich — naïve"),
        ] {
            reads(&xml(label, label, text), None, text);
            reads(&xml("", label, text), Some(label), text);
        }
    }

    #[test]
    fn a_charset_that_the_bytes_contradict_is_not_believed() {
        reads(&xml("utf-8", "windows-1251", RUSSIAN), None, RUSSIAN);
        reads(&xml("", "windows-1251", RUSSIAN), Some("utf-8"), RUSSIAN);
        reads(&xml("iso-8859-1", "windows-1251", RUSSIAN), None, RUSSIAN);
        reads(&xml("koi8-r", "windows-1251", RUSSIAN), None, RUSSIAN);
        reads(&xml("windows-1251", "koi8-r", RUSSIAN), None, RUSSIAN);
        reads(&xml("utf-8", "gbk", CHINESE), None, CHINESE);
        reads(&xml("utf-8", "shift_jis", JAPANESE), None, JAPANESE);
        reads(&xml("windows-1251", "utf-8", RUSSIAN), Some("iso-8859-1"), RUSSIAN);
        reads(&xml("no-such-charset", "koi8-r", RUSSIAN), None, RUSSIAN);
        reads(&xml("utf-16", "utf-8", RUSSIAN), None, RUSSIAN);
    }

    #[test]
    fn undeclared_bytes_are_guessed() {
        for (label, text) in [
            ("windows-1251", RUSSIAN),
            ("koi8-r", RUSSIAN),
            ("shift_jis", JAPANESE),
            ("euc-jp", JAPANESE),
            ("iso-2022-jp", JAPANESE),
            ("gbk", CHINESE),
            ("big5", "越南與柬埔寨開通新航線，航班每週三班。這是一個範例新聞"),
            ("euc-kr", "러시아·북한 외교장관 모스크바에서 회담. 두 장관은 협력 방안을 논의했다."),
        ] {
            reads(&xml("", label, text), None, text);
        }
    }

    #[test]
    fn wide_charsets_are_read_with_and_without_a_mark() {
        let text = "<?xml version=\"1.0\" encoding=\"utf-16\"?><t>Привет 中</t>";
        let mut little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let widest: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        for bytes in [&little, &big, &widest] {
            assert_eq!(decode(bytes, Some("utf-8"), Form::Xml).0, text);
        }
        little.splice(0..0, [0xff, 0xfe]);
        assert_eq!(decode(&little, None, Form::Xml).0, text);
        assert_eq!(decode(b"\xef\xbb\xbf{}", Some("koi8-r"), Form::Json), (Cow::Borrowed("{}"), "UTF-8"));
    }

    #[test]
    fn one_broken_letter_leaves_the_rest() {
        let mut damaged = xml("utf-8", "utf-8", RUSSIAN);
        let at = damaged.len() - 16;
        damaged[at] = 0xff;
        let (text, name) = decode(&damaged, None, Form::Xml);
        assert_eq!(name, "UTF-8");
        assert!(text.contains("Министр"), "{text}");
    }

    #[test]
    fn code_pages_of_old_machines_are_known() {
        reads(b"<?xml version='1.0' encoding='cp855'?><t>\x80\x81</t>", None, "ђЂ");
        reads(b"<?xml version='1.0' encoding='ptcp154'?><t>\x80</t>", None, "Җ");
        let ebcdic = [0x4c, 0x6f, 0xa7, 0x94, 0x93, 0x6f, 0x6e, 0x4c, 0xa3, 0x6e, 0x81];
        assert_eq!(decode(&ebcdic, None, Form::Xml).0, "<?xml?><t>a");
    }

    #[test]
    fn pages_declare_in_meta() {
        let head = b"<html><head><META http-equiv='Content-Type' content='text/html; charset=koi8-r'></head><p>";
        let page = [head.as_slice(), &bytes("koi8-r", "да")].concat();
        assert!(decode(&page, None, Form::Html).0.ends_with("да"));
    }
}
