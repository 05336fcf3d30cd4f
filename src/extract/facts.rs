//! What a page says of itself outside its text: meta elements, JSON-LD, its language, its headlines.
//!
//! Collected in one pass over the outline; judged by `title`, `authors`, `dates` and `body`.

use std::collections::HashSet;

use html5ever::local_name;
use serde_json::Value;

use crate::extract::ld;
use crate::extract::outline::Outline;
use crate::extract::signs::Signs;
use crate::html::dom::attribute;
use crate::html::plain::{collapse, plain};

/// First-rank headings of a page that are looked at.
const HEADLINES_MAX: usize = 50;

/// Tags of a page; more are a list of search words.
const TAGS_MAX: usize = 30;

/// What a page says of itself.
#[derive(Debug, Default)]
pub(super) struct Facts<'a> {
    /// `meta` elements: name, property or itemprop in small letters, and content.
    metas: Vec<(String, &'a str)>,
    /// All objects of its JSON-LD.
    pub(super) ld: Vec<Value>,
    /// Which of them describes the article.
    article: Option<usize>,
    /// Its `title` element.
    pub(super) document_title: String,
    /// `html lang`.
    pub(super) lang: Option<&'a str>,
    /// Its first-rank headings: element and text.
    pub(super) h1: Vec<(usize, String)>,
}

impl<'a> Facts<'a> {
    /// Collects them.
    pub(super) fn of(outline: &Outline<'a>) -> Self {
        let mut facts = Self { ld: ld::objects(outline), ..Self::default() };
        for (index, element) in outline.elements.iter().enumerate() {
            match *element.tag() {
                local_name!("meta") => facts.meta(outline, index),
                local_name!("title") if facts.document_title.is_empty() => {
                    facts.document_title = collapse(&element.node.text().collect::<String>());
                }
                local_name!("html") => facts.lang = attribute(element.node, &local_name!("lang")),
                local_name!("h1") => facts.heading(outline, index),
                _ => {}
            }
        }
        facts.article = facts.find_article();
        facts
    }

    fn meta(&mut self, outline: &Outline<'a>, index: usize) {
        let node = outline.elements[index].node;
        let Some(content) = attribute(node, &local_name!("content")).filter(|content| !content.trim().is_empty())
        else {
            return;
        };
        for name in [&local_name!("property"), &local_name!("name"), &local_name!("itemprop")] {
            if let Some(name) = attribute(node, name) {
                self.metas.push((key(name), content.trim()));
            }
        }
    }

    fn heading(&mut self, outline: &Outline<'a>, index: usize) {
        let element = &outline.elements[index];
        let pieces = &outline.pieces[element.pieces.clone()];
        let text = pieces.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().join(" ");
        let hidden = element.signs.any(Signs::HIDDEN)
            || outline.ancestors(index).any(|ancestor| outline.elements[ancestor].signs.any(Signs::HIDDEN));
        if !text.is_empty() && !hidden && self.h1.len() < HEADLINES_MAX {
            self.h1.push((index, text));
        }
    }

    /// The first content under one of these names, in the order of the names.
    pub(super) fn meta_of(&self, names: &[&str]) -> Option<&'a str> {
        names.iter().find_map(|name| self.all_of(name).next())
    }

    /// All contents under a name.
    pub(super) fn all_of(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let wanted = key(name);
        self.metas.iter().filter(move |(key, _)| *key == wanted).map(|(_, content)| *content)
    }

    /// The JSON-LD object of the article.
    pub(super) fn article(&self) -> Option<&ld::Object> {
        self.ld.get(self.article?)?.as_object()
    }

    fn find_article(&self) -> Option<usize> {
        let og = self.meta_of(&["og:title"]).unwrap_or_default();
        let headlines = self.h1.iter().map(|(_, text)| text.as_str());
        ld::article(&self.ld, &headlines.chain([og]).collect::<Vec<_>>())
    }

    /// The site's own names, by which titles end.
    pub(super) fn site_names(&self) -> Vec<String> {
        let metas = ["og:site_name", "application-name", "apple-mobile-web-app-title", "twitter:site", "dc.publisher"];
        let mut names: Vec<String> = metas.iter().filter_map(|name| self.meta_of(&[name])).map(plain).collect();
        if let Some(article) = self.article() {
            names.extend(ld::names(article, "publisher", &self.ld));
        }
        for object in self.ld.iter().filter_map(Value::as_object) {
            if ld::has_type(object, |kind| kind == "WebSite" || kind.ends_with("Organization")) {
                names.extend(ld::text(object, "name"));
            }
        }
        names.retain(|name| !name.is_empty());
        names
    }

    /// What the page says of its language, the nearest to the article first.
    pub(super) fn languages(&self) -> Vec<&str> {
        let told = self.article().and_then(|article| article.get("inLanguage")?.as_str());
        let metas = ["og:locale", "content-language", "dc.language", "language"]
            .into_iter()
            .filter_map(|name| self.meta_of(&[name]));
        self.lang.into_iter().chain(told).chain(metas).collect()
    }

    /// Sections and keywords.
    pub(super) fn tags(&self) -> Vec<String> {
        let mut tags: Vec<String> =
            ["article:section", "article:tag"].into_iter().flat_map(|name| self.all_of(name)).map(plain).collect();
        if let Some(article) = self.article() {
            tags.extend(ld::names(article, "articleSection", &self.ld));
            let keywords = ld::names(article, "keywords", &self.ld);
            tags.extend(
                keywords
                    .iter()
                    .flat_map(|words| words.split([',', ';', '，', '、']))
                    .map(|word| word.trim().to_owned()),
            );
        }
        let mut seen = HashSet::new();
        tags.retain(|tag| {
            !tag.is_empty() && tag.chars().count() <= 60 && !tag.contains("://") && seen.insert(tag.clone())
        });
        tags.truncate(TAGS_MAX);
        tags
    }

    /// What the page says in short.
    pub(super) fn description(&self) -> Option<String> {
        let said = self.meta_of(&["og:description", "description", "twitter:description", "dc.description"]);
        said.map(plain)
            .or_else(|| self.article().and_then(|article| ld::text(article, "description")))
            .filter(|text| !text.is_empty())
    }
}

/// `article:published:time`, `article.published_time`: sites write the same name in many ways.
fn key(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
