//! `[[source]]`: one address to poll, with everything that is said of it.

use std::collections::HashMap;
use std::ops::Range;

use jiff::tz::TimeZone;
use toml::de::DeValue;

use crate::config::complaint::Complaint;
use crate::config::nearest::nearest;
use crate::config::section::{Findings, Placed, Section};
use crate::config::value;
use crate::model::settings::Worker;
use crate::model::source::{ArticleRule, ListingRule, Rights, Source, SourceKind, SourceName};
use crate::model::url::PageUrl;

/// Longest name of a source, in characters: it stands in tables, paths of pages and titles.
const NAME_CHARS_MAX: usize = 200;

/// All sources, in the order of the file; names and addresses are each there once.
pub(super) fn sources(sections: Vec<Section<'_>>, worker: &Worker, robots: bool) -> Vec<Placed<Source>> {
    let mut seen = Seen::default();
    let sources = sections.into_iter().enumerate().filter_map(|(rank, section)| {
        let findings = section.findings();
        let span = section.span();
        let read = source(section, worker, robots)?;
        seen.check(&read, findings);
        Some(Placed { value: Source { rank, ..read.source }, span })
    });
    sources.collect()
}

/// A source with the places of what must be there once.
struct Read {
    source: Source,
    url_span: Range<usize>,
    name_span: Range<usize>,
}

fn source(mut section: Section<'_>, worker: &Worker, robots: bool) -> Option<Read> {
    let findings = section.findings();
    let url = section.placed("url", value::url);
    let name = section.placed("name", name);
    let kind = section.placed("kind", kind);
    let select_span = section.placed("select", |_| Ok(())).map(|placed| placed.span);
    let select = section.section("select").and_then(listing);
    let article = section.section("article").map_or_else(ArticleRule::default, article);
    if let (Some(kind), Some(span)) = (&kind, select_span)
        && kind.value != SourceKind::Page
    {
        findings.warn(
            span,
            Complaint::new("`select` is for pages, and is not used here", "take it out, or write kind = \"page\""),
        );
    }
    let source = Source {
        name: SourceName(name.as_ref().map_or_else(
            || url.as_ref().map(|url| url.value.as_str().to_owned()).unwrap_or_default(),
            |name| name.value.clone(),
        )),
        url: url.as_ref().map_or_else(placeholder, |url| url.value.clone()),
        kind: kind.map(|kind| kind.value),
        language: section.take("language", value::language),
        zone: section.take("zone", value::zone).unwrap_or(TimeZone::UTC),
        select,
        article,
        countries: section.list("countries", value::country).into_iter().map(|placed| placed.value).collect(),
        only_countries: section.take("only_countries", value::boolean).unwrap_or(false),
        publish: section.take("publish", rights).unwrap_or_default(),
        every: section.take("every", value::some_duration).unwrap_or(worker.every),
        soonest: section.take("soonest", value::some_duration).unwrap_or(worker.soonest),
        delay: section.take("delay", value::duration).unwrap_or(worker.delay),
        robots_for_feed: section.take("robots", value::boolean).unwrap_or(robots),
        rank: 0,
    };
    section.missing("url", "name its address: url = \"https://example.org/feed\"");
    let span = section.span();
    section.finish();
    let url_span = url?.span;
    let name_span = name.map_or(span, |name| name.span);
    Some(Read { source, url_span, name_span })
}

/// Stands in for an address that is missing or wrong, so that the rest of the source is read too; such a source is dropped.
fn placeholder() -> PageUrl {
    PageUrl::parse("http://invalid/").expect("a constant, and tested")
}

fn name(value: &DeValue<'_>) -> Result<String, Complaint> {
    let name = value::words(value)?;
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(Complaint::new("a very long name", format!("write at most {NAME_CHARS_MAX} characters")));
    }
    Ok(name)
}

/// One of a few words.
fn one_of<T: Copy>(value: &DeValue<'_>, what: &str, words: &[(&'static str, T)]) -> Result<T, Complaint> {
    let typed = value::text(value)?;
    let known = words.iter().map(|(word, _)| *word);
    if let Some((_, meant)) = words.iter().find(|(word, _)| *word == typed) {
        return Ok(*meant);
    }
    let cure = match nearest(typed, known.clone()) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => format!("write one of \"{}\"", known.collect::<Vec<_>>().join("\", \"")),
    };
    Err(Complaint::new(format!("unknown {what} \"{}\"", typed.escape_debug()), cure))
}

fn kind(value: &DeValue<'_>) -> Result<SourceKind, Complaint> {
    let words = [("feed", SourceKind::Feed), ("page", SourceKind::Page), ("sitemap", SourceKind::Sitemap)];
    one_of(value, "kind", &words)
}

fn rights(value: &DeValue<'_>) -> Result<Rights, Complaint> {
    one_of(value, "value of `publish`", &[("full", Rights::Full), ("excerpt", Rights::Excerpt), ("link", Rights::Link)])
}

/// `select = { … }`: without `item` nothing could be found.
fn listing(mut section: Section<'_>) -> Option<ListingRule> {
    let item = section.take("item", value::selector);
    let title = section.take("title", value::selector);
    let link = section.take("link", value::selector);
    let date = section.take("date", value::selector);
    let next = section.take("next", value::selector);
    section.missing("item", "say where one entry stands: item = \"article\"");
    section.finish();
    Some(ListingRule { item: item?, title, link, date, next })
}

/// `article = { … }`.
fn article(mut section: Section<'_>) -> ArticleRule {
    let rule = ArticleRule {
        title: section.one_or_many("title", value::selector),
        body: section.one_or_many("body", value::selector),
        date: section.one_or_many("date", value::selector),
        author: section.one_or_many("author", value::selector),
        credit: section.one_or_many("credit", value::selector),
        image: section.one_or_many("image", value::selector),
        remove: section.one_or_many("remove", value::selector),
    };
    section.finish();
    rule
}

/// Names and addresses that earlier sources have, with their places.
#[derive(Default)]
struct Seen {
    names: HashMap<String, Range<usize>>,
    urls: HashMap<String, Range<usize>>,
}

impl Seen {
    fn check(&mut self, read: &Read, findings: &Findings<'_>) {
        let url = read.source.url.without_fragment();
        if let Some(first) = self.urls.get(url.as_str()) {
            let cure = format!("it is asked already, see line {}: keep one", findings.line(first));
            findings.complain(read.url_span.clone(), Complaint::new("the same address twice", cure));
            // Unnamed sources are named by their address: that is told already.
            if read.source.name.as_str() == read.source.url.as_str() {
                return;
            }
        }
        self.urls.entry(url.as_str().to_owned()).or_insert_with(|| read.url_span.clone());
        let name = read.source.name.as_str();
        if let Some(first) = self.names.get(name) {
            let message = format!("two sources are named \"{}\"", name.escape_debug());
            let line = findings.line(first);
            let cure = format!("a source is known by its name; the other stands on line {line}: rename one");
            findings.complain(read.name_span.clone(), Complaint::new(message, cure));
        }
        self.names.entry(name.to_owned()).or_insert_with(|| read.name_span.clone());
    }
}
