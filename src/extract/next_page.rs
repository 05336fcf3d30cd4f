//! An article on several pages: which page continues it.
//!
//! A page is asked for where the rule of its site names it, or where `rel=next` names an address that differs from the
//! article's in nothing but the number of its part: most sites mean the next article by `rel=next`. Its headline decides
//! in the end. Not here: the asking.

use html5ever::local_name;
use scraper::ElementRef;

use crate::extract::outline::Outline;
use crate::html::dom::attribute;
use crate::html::selector::Selector;
use crate::model::url::PageUrl;
use crate::text::fold::fold;

/// Parts of an article that are read; each costs its host a request.
pub const PARTS_MAX: usize = 10;

/// Names under which a query numbers parts.
const QUERY_NAMES: &[&str] = &["page", "p", "pg", "pn", "paged", "part", "seite", "pagina", "sayfa", "str", "trang"];

/// The page that a page says comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextPage {
    /// Its address, of the same host.
    pub url: PageUrl,
    /// The rule of the site says so.
    pub is_ruled: bool,
}

impl NextPage {
    /// What a page at `url` says.
    pub(super) fn of(outline: &Outline<'_>, root: ElementRef<'_>, rule: &[Selector], url: &PageUrl) -> Option<Self> {
        let address = |href: &str| {
            let next = url.join(href).ok()?.without_fragment();
            (next.host() == url.host() && next != url.without_fragment()).then_some(next)
        };
        let named = |selector: &Selector| {
            let links = selector.elements(root);
            let hrefs = links.iter().filter_map(|link| attribute(*link, &local_name!("href")).map(str::to_owned));
            hrefs.chain(selector.texts(root)).find_map(|href| address(&href))
        };
        if let Some(url) = rule.iter().find_map(named) {
            return Some(Self { url, is_ruled: true });
        }
        let is_next = |rel: &str| rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("next"));
        let mut links = outline.elements.iter().filter(|element| {
            matches!(*element.tag(), local_name!("a") | local_name!("link"))
                && attribute(element.node, &local_name!("rel")).is_some_and(is_next)
        });
        let url = links.find_map(|link| address(attribute(link.node, &local_name!("href"))?))?;
        Some(Self { url, is_ruled: false })
    }

    /// Whether it may be the part of that number of the article that began at `first`.
    #[must_use]
    pub fn continues(&self, first: &PageUrl, part: usize) -> bool {
        self.is_ruled || without_part(&self.url, part).is_some_and(|stem| stem == stem_of(first))
    }
}

/// An address without its part's number: path without its ending, and the rest of the query.
type Stem<'u> = (&'u str, Vec<&'u str>);

fn stem_of(url: &PageUrl) -> Stem<'_> {
    (without_ending(url.path()), url.query().into_iter().flat_map(|query| query.split('&')).collect())
}

/// `/a/2`, `/a/page/2/`, `/a_2.html`, `/a?page=2` without the 2; none where there is no such number.
fn without_part(url: &PageUrl, part: usize) -> Option<Stem<'_>> {
    let part = part.to_string();
    let (path, mut query) = stem_of(url);
    let numbers = |pair: &str| {
        pair.split_once('=')
            .is_some_and(|(name, value)| value == part && QUERY_NAMES.contains(&&*name.to_ascii_lowercase()))
    };
    if let Some(at) = query.iter().position(|pair| numbers(pair)) {
        query.remove(at);
        return Some((path, query));
    }
    let stem = path.strip_suffix(part.as_str())?;
    let stem = stem.strip_suffix("page").or_else(|| stem.strip_suffix("page-")).unwrap_or(stem);
    let stem = stem.strip_suffix("page/").unwrap_or(stem);
    let shorter = stem.strip_suffix(['/', '-', '_', ',', '.'])?;
    Some((without_ending(shorter), query))
}

/// A path without `/`, `.html` and the like at its end.
fn without_ending(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    let name = path.rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((_, ending)) if matches!(ending, "html" | "htm" | "shtml" | "php" | "aspx" | "asp" | "jsp") => {
            &path[..path.len() - ending.len() - 1]
        }
        _ => path,
    }
}

/// «The bridge» and «The bridge (page 2 of 3)».
pub(super) fn is_same_title(first: &str, part: &str) -> bool {
    /// Characters of what a part adds to the headline.
    const ADDED_CHARS_MAX: usize = 24;
    let (first, part) = (fold(first), fold(part));
    let Some(added) = part.strip_prefix(&first) else { return false };
    let is_number = added.contains(|c: char| c.is_ascii_digit()) && added.chars().count() <= ADDED_CHARS_MAX;
    !first.is_empty() && (added.is_empty() || is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn continues(first: &str, next: &str, part: usize) -> bool {
        let url = |path: &str| PageUrl::parse(&format!("https://paper.example{path}")).expect("an address");
        NextPage { url: url(next), is_ruled: false }.continues(&url(first), part)
    }

    #[test]
    fn parts_are_numbered_in_many_ways() {
        for (first, next) in [
            ("/world/bridge", "/world/bridge/2"),
            ("/world/bridge/", "/world/bridge/page/2/"),
            ("/world/bridge/", "/world/bridge/page-2/"),
            ("/world/bridge.html", "/world/bridge_2.html"),
            ("/world/bridge.html", "/world/bridge-2.html"),
            ("/world/bridge.html", "/world/bridge.html?page=2"),
            ("/read?id=77", "/read?id=77&p=2"),
            ("/read?id=77", "/read?page=2&id=77"),
        ] {
            assert!(continues(first, next, 2), "{first} {next}");
            assert!(!continues(first, next, 3), "{first} {next}");
        }
    }

    #[test]
    fn the_next_article_is_no_part() {
        for (first, next) in [
            ("/world/bridge", "/world/tunnel"),
            ("/news/1", "/news/2"),
            ("/world/bridge", "/world/bridge-12"),
            ("/world/bridge", "/world/2"),
            ("/read?id=1", "/read?id=2"),
            ("/world/bridge", "/world/bridge2"),
        ] {
            assert!(!continues(first, next, 2), "{first} {next}");
        }
    }

    #[test]
    fn headlines_of_parts() {
        assert!(is_same_title("The bridge", "The bridge"));
        assert!(is_same_title("The bridge", "The Bridge (page 2 of 3)"));
        assert!(!is_same_title("The bridge", "The bridge is closed"));
        assert!(!is_same_title("The bridge", "Bridges of 1900"));
        assert!(!is_same_title("", ""));
    }
}
