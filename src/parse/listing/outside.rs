//! What of a page is not its list: menus, footers, side columns, advertisements; and addresses that are no article.

use scraper::ElementRef;

use crate::model::url::PageUrl;

/// A page's own address, and the one its relative addresses count from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here<'a> {
    /// The page.
    pub(super) url: &'a PageUrl,
    /// `<base href>`, else the page.
    pub(super) base: &'a PageUrl,
}

/// Words of class names and ids that say "not the list". Whole words of the name: `card--promo`, not `promotion`.
const WORDS: &[&str] = &[
    "nav",
    "navbar",
    "navigation",
    "menu",
    "submenu",
    "footer",
    "sidebar",
    "breadcrumb",
    "breadcrumbs",
    "pagination",
    "pager",
    "paginator",
    "popular",
    "trending",
    "mostread",
    "related",
    "recommended",
    "subscribe",
    "subscription",
    "newsletter",
    "social",
    "share",
    "sharing",
    "tagcloud",
    "banner",
    "banners",
    "promo",
    "advert",
    "advertisement",
    "advertising",
    "ads",
    "adv",
    "ad",
    "sponsor",
    "sponsored",
    "partner",
    "partners",
    "cookie",
    "cookies",
    "login",
    "search",
    "weather",
    "currency",
    "modal",
    "popup",
    "bookmarks",
    "reklama",
    "topbar",
    "toolbar",
    "copyright",
    "partnernews",
];

/// Pairs of words that say so together: `most-read`, `side-bar`.
const PAIRS: &[(&str, &str)] = &[
    ("most", "read"),
    ("most", "viewed"),
    ("most", "popular"),
    ("side", "bar"),
    ("tag", "cloud"),
    ("read", "also"),
    ("see", "also"),
];

/// Parameters of addresses that only say where a reader came from.
const TRACKING: &[&str] = &["utm_", "fbclid", "gclid", "yclid", "from_source"];

/// Endings of files that are no article.
const FILES: &[&str] = &[
    ".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".pdf", ".mp3", ".mp4", ".zip", ".xml", ".rss", ".css", ".js",
    ".doc", ".docx",
];

/// Path segments of pages that list or explain, and are no article themselves.
const SECTIONS: &[&str] = &[
    "tag",
    "tags",
    "author",
    "authors",
    "category",
    "categories",
    "login",
    "search",
    "page",
    "about",
    "contacts",
    "contact",
    "privacy",
    "subscribe",
];

/// Whether an element is outside the list by what it is; its ancestors are not looked at.
pub(super) fn is_outside(element: ElementRef<'_>) -> bool {
    let value = element.value();
    let name = value.name();
    if matches!(
        name,
        "nav" | "footer" | "aside" | "form" | "dialog" | "noscript" | "script" | "style" | "template" | "select"
    ) {
        return true;
    }
    if matches!(name, "html" | "body" | "main" | "article" | "a" | "img" | "time") {
        return false;
    }
    if matches!(
        value.attr("role"),
        Some("navigation" | "contentinfo" | "banner" | "complementary" | "search" | "dialog")
    ) {
        return true;
    }
    [value.attr("class"), value.attr("id")].into_iter().flatten().any(names_outside)
}

/// Whether class names or an id say "not the list".
pub(super) fn names_outside(names: &str) -> bool {
    names.split_whitespace().any(|name| {
        let mut before = String::new();
        words(name).any(|word| {
            let pair = PAIRS.iter().any(|(first, second)| before == *first && word == *second);
            let found = pair || WORDS.contains(&word.as_str());
            before = word;
            found
        })
    })
}

/// The words of a class name: parted by signs and by capitals, small letters.
pub(super) fn words(name: &str) -> impl Iterator<Item = String> {
    let mut parted = String::with_capacity(name.len() + 4);
    let mut was_small = false;
    for character in name.chars() {
        if character.is_uppercase() && was_small {
            parted.push(' ');
        }
        was_small = character.is_lowercase();
        parted.extend(character.to_lowercase());
    }
    let words: Vec<String> =
        parted.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    words.into_iter()
}

/// The address of a link that may lead to an article: another page of the web, without the reader's trail.
pub(super) fn article_address(anchor: ElementRef<'_>, here: Here<'_>) -> Option<PageUrl> {
    let value = anchor.value();
    let rel = value.attr("rel").unwrap_or_default().to_ascii_lowercase();
    if rel.split_whitespace().any(|word| matches!(word, "sponsored" | "author" | "tag" | "next" | "prev" | "license")) {
        return None;
    }
    let href = value.attr("href")?.trim();
    if href.starts_with('#') {
        return None;
    }
    let url = without_trail(&here.base.join(href).ok()?);
    let path = url.path().to_ascii_lowercase();
    let is_home = path == "/" && url.query().is_none();
    let is_file = FILES.iter().any(|ending| path.ends_with(ending));
    let is_section = path.split('/').filter(|segment| !segment.is_empty()).any(|segment| SECTIONS.contains(&segment));
    let is_here = key(&url) == key(here.url);
    (!is_home && !is_file && !is_section && !is_here).then_some(url)
}

/// An address without fragment and without the parameters of campaigns.
fn without_trail(url: &PageUrl) -> PageUrl {
    let url = url.without_fragment();
    let Some(query) = url.query() else { return url };
    let kept: Vec<&str> = query.split('&').filter(|part| !TRACKING.iter().any(|name| part.starts_with(name))).collect();
    let (bare, _) = url.as_str().split_once('?').unwrap_or((url.as_str(), ""));
    let address = if kept.is_empty() { bare.to_owned() } else { format!("{bare}?{}", kept.join("&")) };
    PageUrl::parse(&address).unwrap_or(url)
}

/// What makes two links of a page the same: `/news/1203` and `/news/1203/` are one.
pub(super) fn key(url: &PageUrl) -> String {
    let address = url.as_str();
    let (bare, query) = address.split_once('?').map_or((address, ""), |(bare, _)| (bare, &address[bare.len()..]));
    format!("{}{query}", bare.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_names_are_read_by_words() {
        for names in ["main-nav", "siteFooter", "card card--promo", "most-read", "b-sidebar__list", "navBar ads"] {
            assert!(names_outside(names), "{names}");
        }
        for names in ["news-card", "promotion-story", "loader", "newspaper", "card read", "navigator-x headline"] {
            assert!(!names_outside(names), "{names}");
        }
    }

    #[test]
    fn the_trail_of_a_campaign_is_dropped() {
        let url = PageUrl::parse("https://example.org/a?utm_source=x&id=5&utm_medium=y#top").unwrap();
        assert_eq!(without_trail(&url).as_str(), "https://example.org/a?id=5");
        assert_eq!(key(&PageUrl::parse("https://example.org/news/1/").unwrap()), "https://example.org/news/1");
    }
}
