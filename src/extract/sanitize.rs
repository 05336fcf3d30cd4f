//! The last look at HTML before it is published: ammonia, with what PRODUCT.md allows and nothing else.
//!
//! ammonia is quadratic in depth: what comes here was written by `render`, whose depth is that of lists in lists.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;

/// Bytes of one article's HTML. Ten times the longest articles that are printed; more is a log or a book.
const HTML_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Elements that are published.
const TAGS: &[&str] = &[
    "a",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "img",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "tr",
    "ul",
];

static RULES: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut rules = Builder::empty();
    rules
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(["script", "style"].into())
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("img", HashSet::from(["src", "alt", "title", "width", "height"])),
        ]))
        .url_schemes(["http", "https"].into())
        .link_rel(Some("noopener noreferrer"));
    rules
});

/// HTML that is safe to publish; cut at a limit.
pub(super) fn safe(html: &str) -> String {
    let end = if html.len() <= HTML_BYTES_MAX { html.len() } else { html.floor_char_boundary(HTML_BYTES_MAX) };
    // A no-break space written as itself: readers that show markup as text would show the entity's name.
    RULES.clean(&html[..end]).to_string().replace("&nbsp;", "\u{a0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_runs_or_looks_gets_through() {
        let html =
            r#"<p class="a" onclick="x()" style="b">A<script>alert(1)</script> <a href="javascript:x()">b</a></p>"#;
        let safe = safe(html);
        assert!(!safe.contains("script") && !safe.contains("class") && !safe.contains("onclick"), "{safe}");
    }
}
