//! What a document is, by its first bytes; what its source said counts only where they do not say.

use crate::charset::Form;

/// What a document looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    /// A feed or a sitemap.
    Xml,
    /// JSON.
    Json,
    /// A page.
    Html,
    /// Nothing but white space.
    Empty,
    /// Text, or bytes that are none.
    Neither,
}

/// How far a root is looked for: behind what a broken site prints before it, comments and a DOCTYPE.
const HEAD_BYTES: usize = 16 * 1024;

/// Where the bytes of a document of this media type write their charset.
pub(super) fn form(bytes: &[u8], media_type: Option<&str>) -> Form {
    let media_type = media_type.unwrap_or_default().to_ascii_lowercase();
    let start: Vec<u8> =
        bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && *byte != 0).take(256).collect();
    if start.starts_with(b"<?xml") || start.starts_with(b"<rss") || start.starts_with(b"<feed") {
        return Form::Xml;
    }
    if start.starts_with(b"{") || media_type.contains("json") {
        return Form::Json;
    }
    let start = String::from_utf8_lossy(&start).to_ascii_lowercase();
    if start.contains("<html") || start.contains("<!doctypehtml") || media_type.contains("html") {
        Form::Html
    } else {
        Form::Xml
    }
}

/// What a text looks like.
pub(super) fn looks(text: &str) -> Looks {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}');
    if text.is_empty() {
        return Looks::Empty;
    }
    if text.starts_with(['{', '[']) {
        return Looks::Json;
    }
    let mut end = text.len().min(HEAD_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text[..end].to_ascii_lowercase();
    let first = |names: &[&str]| names.iter().filter_map(|name| tag_at(&head, name)).min();
    let feed = first(&["rss", "feed", "rdf:rdf", "rdf", "channel", "urlset", "sitemapindex", "entry"])
        .or_else(|| prefixed_root(&head));
    let page = first(&["html", "body", "head", "div", "script", "title", "meta"]);
    match (feed, page) {
        (Some(feed), Some(page)) if page < feed && !head.contains("<?xml") && is_page(&head, page) => Looks::Html,
        (Some(_), _) => Looks::Xml,
        (None, Some(_)) => Looks::Html,
        (None, None) if head.contains("<?xml") => Looks::Xml,
        (None, None) if head.contains("<!doctype html") || head.contains("</") => Looks::Html,
        _ => Looks::Neither,
    }
}

fn is_page(head: &str, page: usize) -> bool {
    ["<html", "<body", "<head", "<meta"].iter().any(|tag| head[page..].contains(tag))
}

/// Where a tag of this name begins.
fn tag_at(head: &str, name: &str) -> Option<usize> {
    head.match_indices(name).map(|(at, _)| at).find(|at| {
        let after = head[at + name.len()..].chars().next();
        head[..*at].ends_with('<') && after.is_none_or(|c| c.is_whitespace() || matches!(c, '>' | '/'))
    })
}

/// `<atom:feed`, `<ns0:rss`.
fn prefixed_root(head: &str) -> Option<usize> {
    [":feed", ":rss", ":rdf", ":urlset", ":channel"]
        .iter()
        .filter_map(|name| {
            let at = head.find(name)?;
            let start = head[..at].rfind('<')?;
            head[start + 1..at].chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then_some(start)
        })
        .min()
}
