//! `[[source]]`: one address to poll, with everything that is said of it.

use std::ops::Range;

use jiff::tz::TimeZone;
use toml::de::DeValue;

use crate::config::alike::{self, Seen};
use crate::config::complaint::Complaint;
use crate::config::nearest::nearest;
use crate::config::section::{Placed, Section};
use crate::config::selectors;
use crate::config::value;
use crate::html::selector::Selector;
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
        seen.check(&read.source, (&read.url_span, &read.name_span), findings);
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
        countries: alike::once(section.list("countries", value::country), findings),
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
    let findings = section.findings();
    let item = section.placed("item", value::selector);
    let [title, link, date, next] = ["title", "link", "date", "next"].map(|key| section.placed(key, value::selector));
    section.missing("item", "say where one entry stands: item = \"article\"");
    section.finish();
    let item = item?;
    [Some(&item), title.as_ref(), link.as_ref(), date.as_ref(), next.as_ref()]
        .into_iter()
        .flatten()
        .for_each(|selector| selectors::warn_of_nothing(selector, findings));
    let inside = [title, link, date];
    selectors::warn_of_item(&item, &inside, findings);
    let [title, link, date] = inside.map(|selector| selector.map(|placed| placed.value));
    Some(ListingRule { item: item.value, title, link, date, next: next.map(|placed| placed.value) })
}

/// `article = { … }`.
fn article(mut section: Section<'_>) -> ArticleRule {
    let findings = section.findings();
    let lists = ["title", "body", "date", "author", "credit", "image", "remove"]
        .map(|key| section.one_or_many(key, value::selector));
    section.finish();
    lists.iter().flatten().for_each(|selector| selectors::warn_of_nothing(selector, findings));
    let [title, body, date, author, credit, image, remove] = lists;
    // Of these lists the first selector that names anything is taken; of the others, all of them.
    for list in [&title, &body, &date, &author] {
        selectors::warn_of_shadows(list, findings);
    }
    selectors::warn_of_removed(&body, &remove, findings);
    let values = |list: Vec<Placed<Selector>>| list.into_iter().map(|placed| placed.value).collect();
    ArticleRule {
        title: values(title),
        body: values(body),
        date: values(date),
        author: values(author),
        credit: values(credit),
        image: values(image),
        remove: values(remove),
    }
}
