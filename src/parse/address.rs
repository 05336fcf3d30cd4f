//! Addresses inside documents, made whole against where they stand. Those that run something are dropped.

use std::borrow::Cow;

use url::Url;

/// Schemes that run a program, or hold a document of their own.
const REFUSED: &[&str] = &["javascript", "vbscript", "livescript", "mocha", "data", "file", "about", "view-source"];

/// Images inside addresses: harmless, and used as placeholders.
const DATA_IMAGE: &str = "data:image/";

/// An address as printed where it is whole, else joined to `base`; none where it must not be followed.
pub(super) fn whole(text: &str, base: Option<&Url>) -> Option<String> {
    let text = text.trim();
    if is_refused(text) {
        return None;
    }
    if scheme(text).is_some() {
        return Some(text.to_owned());
    }
    let joined = base.and_then(|base| base.join(text).ok());
    Some(joined.map_or_else(|| text.to_owned(), String::from))
}

/// Whether an address must not be followed. Browsers skip white space and control characters in a scheme, so do we.
pub(super) fn is_refused(text: &str) -> bool {
    let Some(colon) = text.find(':') else { return text.contains("&#") && text.contains("script") };
    let name: String = text[..colon].chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let name = name.to_ascii_lowercase();
    // References in the scheme are only there to hide it.
    let is_hidden = !name.contains(['/', '?']) && (name.contains("&#") || name.contains("script"));
    let is_image = text.len() >= DATA_IMAGE.len()
        && text.is_char_boundary(DATA_IMAGE.len())
        && text[..DATA_IMAGE.len()].eq_ignore_ascii_case(DATA_IMAGE);
    // A drawing is a document: it holds scripts.
    let is_image = is_image && !text[DATA_IMAGE.len()..].to_ascii_lowercase().starts_with("svg");
    !is_image && (is_hidden || REFUSED.contains(&name.as_str()))
}

/// The scheme of an address that has one.
fn scheme(text: &str) -> Option<&str> {
    let (name, _) = text.split_once(':')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    is_name.then_some(name)
}

/// The base that holds inside an element that may name one.
pub(super) fn base_below<'b>(base: Option<&'b Url>, attribute: Option<&str>) -> Option<Cow<'b, Url>> {
    let outer = base.map(Cow::Borrowed);
    let Some(attribute) = attribute else { return outer };
    let own = match base {
        Some(base) => base.join(attribute).ok(),
        None => Url::parse(attribute).ok(),
    };
    own.filter(|url| matches!(url.scheme(), "http" | "https")).map(Cow::Owned).or(outer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_made_whole_or_dropped() {
        let base = Url::parse("https://example.org/a/b").unwrap();
        assert_eq!(whole("c?d", Some(&base)).unwrap(), "https://example.org/a/c?d");
        assert_eq!(whole("https://other.org", Some(&base)).unwrap(), "https://other.org");
        assert_eq!(whole("tag:example.org,2024:1", Some(&base)).unwrap(), "tag:example.org,2024:1");
        for bad in [
            "javascript:alert(1)",
            " java\nscript:alert(1)",
            "JaVaScRiPt:x",
            "data:text/html,x",
            "data:image/SVG+xml,x",
            "&#106;avascript:x",
            "vbscript:x",
        ] {
            assert_eq!(whole(bad, Some(&base)), None, "{bad}");
        }
    }
}
