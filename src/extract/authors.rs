//! Who wrote an article: people and bodies, as the page names them.

use html5ever::local_name;

use super::facts::Facts;
use super::ld;
use super::outline::Outline;
use crate::html::dom::attribute;
use crate::html::plain::plain;

/// Authors of one article; more is a list of a newsroom.
const AUTHORS_MAX: usize = 20;

/// Characters of a name; longer ones are sentences.
const NAME_CHARS_MAX: usize = 80;

/// Names the authors.
pub(super) fn authors(outline: &Outline<'_>, facts: &Facts<'_>) -> Vec<String> {
    let told = facts.article().map(|article| ld::names(article, "author", &facts.ld)).unwrap_or_default();
    let readers: [&dyn Fn() -> Vec<String>; 3] = [&|| told.clone(), &|| from_metas(facts), &|| from_page(outline)];
    readers.iter().map(|read| clean(read())).find(|names| !names.is_empty()).unwrap_or_default()
}

fn from_metas(facts: &Facts<'_>) -> Vec<String> {
    ["author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "byl"]
        .into_iter()
        .map(|name| facts.all_of(name).map(plain).collect::<Vec<_>>())
        .find(|names| names.iter().any(|name| !name.contains("://")))
        .unwrap_or_default()
}

fn from_page(outline: &Outline<'_>) -> Vec<String> {
    let named = outline.elements.iter().filter(|element| {
        attribute(element.node, &local_name!("rel")).is_some_and(|rel| rel.split_ascii_whitespace().any(|rel| rel == "author"))
            || attribute(element.node, &local_name!("itemprop")) == Some("author")
    });
    named.map(|element| plain(&element.node.text().collect::<String>())).collect()
}

fn clean(names: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in names {
        let name = name.trim().trim_matches([',', ';', '|']).trim();
        let fits = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX && !name.contains("://");
        if fits && out.len() < AUTHORS_MAX && !out.iter().any(|other| other == name) {
            out.push(name.to_owned());
        }
    }
    out
}
