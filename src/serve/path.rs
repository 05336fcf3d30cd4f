//! What a request asks for, as a path below the published folder that cannot lead out of it. Pure.

use std::borrow::Cow;
use std::fmt;

use crate::model::country::Country;

/// Longest path of a request, in bytes; ours are under 100.
const PATH_BYTES_MAX: usize = 1024;

/// A path below the published folder, parts apart by `/`; empty for the folder itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// Without a slash at either end.
    pub path: String,
    /// Whether it ends with a slash: a folder is asked for.
    pub is_folder: bool,
}

impl Asked {
    /// The file that answers it, below the published folder.
    pub(super) fn file(&self) -> String {
        match (self.is_folder, self.path.as_str()) {
            (false, path) => path.to_owned(),
            (true, "") => "index.html".to_owned(),
            (true, path) => format!("{path}/index.html"),
        }
    }
}

/// As a request writes it, decoded.
impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.is_folder && !self.path.is_empty() { "/" } else { "" };
        write!(f, "/{}{end}", self.path)
    }
}

/// Reads the path of a request. None for whatever no published file is called: `..`, hidden names, empty parts,
/// backslashes, control characters, all of them in any coding.
pub(super) fn read(raw: &str) -> Option<Asked> {
    if raw.len() > PATH_BYTES_MAX {
        return None;
    }
    let rest = raw.strip_prefix('/')?;
    if rest.is_empty() {
        return Some(Asked { path: String::new(), is_folder: true });
    }
    let (inner, is_folder) = rest.strip_suffix('/').map_or((rest, false), |inner| (inner, true));
    let parts: Option<Vec<Cow<'_, str>>> = inner.split('/').map(part).collect();
    Some(Asked { path: parts?.join("/"), is_folder })
}

/// One part, decoded once. A second decoding is nobody's business here: `%252e` is a name with a per cent sign.
fn part(raw: &str) -> Option<Cow<'_, str>> {
    let part = if raw.contains('%') { Cow::Owned(decode(raw)?) } else { Cow::Borrowed(raw) };
    let is_wrong = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '\u{2028}'..='\u{202e}');
    (!part.is_empty() && !part.starts_with('.') && !part.contains(is_wrong)).then_some(part)
}

fn decode(raw: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (hex(rest.next()?)?, hex(rest.next()?)?);
            bytes.push(high * 16 + low);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Where a land is asked for under another of its names: the country, and the path with a place for its slug.
///
/// `feeds/north-korea.xml` is `feeds/`, КНДР, `.xml`; `north-korea` is КНДР's page.
pub(super) fn other_name(path: &str) -> Option<(&str, Country, &str)> {
    let (before, rest) = match path.strip_prefix("feeds/") {
        Some(rest) => ("feeds/", rest),
        None => ("", path),
    };
    let end = rest.find(['.', '/']).unwrap_or(rest.len());
    let (slug, after) = rest.split_at(end);
    let lower = slug.to_ascii_lowercase();
    let country = Country::from_slug(&lower).or_else(|| Country::from_code(&slug.to_ascii_uppercase()))?;
    Some((before, country, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_is_a_file_or_a_folder() {
        assert_eq!(read("/").unwrap(), Asked { path: String::new(), is_folder: true });
        assert_eq!(read("/kndr/").unwrap(), Asked { path: "kndr".into(), is_folder: true });
        assert_eq!(read("/feeds/%6bndr.xml").unwrap().path, "feeds/kndr.xml");
        for (raw, file) in [("/", "index.html"), ("/kndr/", "kndr/index.html"), ("/feeds.opml", "feeds.opml")] {
            let asked = read(raw).unwrap();
            assert_eq!((asked.to_string().as_str(), asked.file().as_str()), (raw, file));
        }
    }

    #[test]
    fn nothing_leads_out() {
        for raw in [
            "",
            "feeds",
            "//evil.example",
            "/../x",
            "/a/../../x",
            "/%2e%2e/x",
            "/a/%2e./x",
            "/..%2fx",
            "/a%5c..%5cx",
            "/a//b",
            "/.git/config",
            "/a/.x.tmp",
            "/%00",
            "/a%0d%0aX: y",
            "/c:/x",
            "/%c0%ae%c0%ae/x",
            "/%zz",
            "/%2",
            "*",
        ] {
            assert_eq!(read(raw), None, "{raw}");
        }
        assert_eq!(read("/%252e%252e/x").unwrap().path, "%2e%2e/x");
    }

    proptest! {
        #[test]
        fn whatever_is_read_stays_below(raw in "(/|%2[ef]|%5c|\\.|\\\\|%00|[ -~]|[а-я]|feeds){0,24}") {
            if let Some(asked) = read(&raw) {
                let parts: Vec<&str> = asked.path.split('/').collect();
                let below = parts.iter().all(|part| !part.is_empty() && !part.starts_with('.') && !part.contains('\\'));
                prop_assert!(asked.path.is_empty() || below, "{raw} → {}", asked.path);
                prop_assert!(!asked.path.chars().any(char::is_control));
            }
        }
    }

    #[test]
    fn lands_are_known_by_their_other_names() {
        let kp = Country::from_code("KP").unwrap();
        assert_eq!(other_name("feeds/north-korea.xml"), Some(("feeds/", kp, ".xml")));
        assert_eq!(other_name("North-Korea"), Some(("", kp, "")));
        assert_eq!(other_name("feeds/nowhere.xml"), None);
    }
}
