//! An entry and its page in, an article out: title, date, authors, body, photos with their credits, language.
//!
//! One DOM a page. Plain functions of their arguments: no network, no store, the clock handed in.

mod authors;
mod body;
pub mod credit;
mod credit_label;
mod credit_name;
mod credit_owner;
mod credit_tail;
mod credit_text;
mod credit_words;
mod cues;
mod dates;
pub mod error;
pub mod explain;
mod facts;
mod fallback;
mod language;
mod ld;
mod merge;
mod outline;
mod photo;
mod photo_data;
mod photo_frame;
mod photo_signs;
mod photo_url;
mod photo_walk;
mod photo_why;
mod place;
mod prune;
mod refusal;
mod render;
mod rules;
mod sanitize;
mod shapes;
mod shingle;
mod signs;
mod title;
mod weigh;

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use scraper::Html;

use crate::date::Moment;
use crate::html::dom;
use crate::model::article::{Article, Origin, Photo};
use crate::model::entry::Entry;
use crate::model::source::{ArticleRule, Source};
use crate::model::url::PageUrl;
use crate::text::fold::{beginning, fold};
use body::{Ask, Choice};
use dates::{Clock, Dated};
use error::ExtractError;
use explain::{Explanation, Picture};
use facts::Facts;
use outline::Outline;
use photo::PhotoPage;
use place::Shown;
use refusal::Instead;
use rules::Named;
use shingle::Shingles;

/// A page to be read, with what helps to read it.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Its address, against which links are made whole.
    pub url: &'a PageUrl,
    /// Its text, decoded.
    pub html: &'a str,
    /// What the operator said of the site; `&ArticleRule::default()` where nothing.
    pub rule: &'a ArticleRule,
    /// What the source said of this article, if a source did.
    pub entry: Option<&'a Entry>,
    /// The language, where the page does not say.
    pub language: Option<&'a str>,
    /// The zone of dates printed without one.
    pub zone: &'a TimeZone,
    /// The depth to which elements may nest.
    pub depth: usize,
    /// Now, for relative dates.
    pub now: Timestamp,
}

/// What a page alone says: the answer of the `extract` filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The headline, without the site's name.
    pub title: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// When it was first published.
    pub published: Option<Moment>,
    /// When it was last changed.
    pub updated: Option<Moment>,
    /// Its language, BCP 47.
    pub language: Option<String>,
    /// A few plain sentences.
    pub summary: String,
    /// The body, paragraphs apart by one blank line.
    pub text: String,
    /// The body, safe HTML, photos with their credits in `figcaption`.
    pub html: String,
    /// Its pictures in page order.
    pub photos: Vec<Photo>,
    /// Which of them leads.
    pub lead: Option<usize>,
    /// Sections and tags.
    pub tags: Vec<String>,
    /// The page shows the beginning alone; the rest is for subscribers.
    pub cut_short: bool,
}

/// Characters of a summary.
const SUMMARY_CHARS_MAX: usize = 400;

/// How many times longer a feed's own text must be to stand before the page's.
const FEED_TEXT_MORE: usize = 2;

/// Letters of a text so short that it agrees with anything.
const LITTLE_LETTERS: usize = 200;

/// Tags of an article.
const TAGS_MAX: usize = 30;

/// Reads a page.
///
/// A page that is no article (a gate, an error page answered with success, a file of another kind) is an error of its class.
pub fn read(page: &Page<'_>) -> Result<Reading, ExtractError> {
    if refusal::is_not_html(page.html) {
        return Err(ExtractError::NotHtml { url: page.url.clone() });
    }
    let dom = dom::parse(page.html, page.depth);
    let outline = Outline::of(dom.root_element());
    let facts = Facts::of(&outline);
    let named = Named::on(&outline, dom.root_element(), page.rule);
    let title = named.title.clone().unwrap_or_else(|| title::title(&outline, &facts, page.url.host()));
    let authors = if named.authors.is_empty() {
        authors::authors(&outline, &facts, page.url.host())
    } else {
        named.authors.clone()
    };
    let ask = Ask {
        outline: &outline,
        facts: &facts,
        named: &named,
        title: &title,
        authors: &authors,
        host: page.url.host(),
    };
    let body = body(page, &dom, &ask);
    if let Some(error) = refused(page, &facts, &title, &body.text) {
        return Err(error);
    }
    let clock = Clock { zone: page.zone, now: page.now };
    Ok(Reading {
        published: dates::published(
            &Dated { outline: &outline, facts: &facts, named: &named, path: page.url.path() },
            clock,
        ),
        updated: dates::updated(&facts, clock),
        language: language::language(&facts.languages(), page.language, &body.text),
        summary: facts.description().unwrap_or_else(|| beginning(&body.text.replace("\n\n", " "), SUMMARY_CHARS_MAX)),
        tags: facts.tags(),
        cut_short: refusal::breaks_off(&facts, &body.text),
        title,
        authors,
        text: body.text,
        html: body.html,
        photos: body.photos,
        lead: body.lead,
    })
}

/// The text of a page with its pictures.
#[derive(Default)]
struct Body {
    text: String,
    html: String,
    photos: Vec<Photo>,
    lead: Option<usize>,
}

fn body(page: &Page<'_>, dom: &Html, ask: &Ask<'_>) -> Body {
    let outline = ask.outline;
    let mut choice = body::choose(ask);
    let found = photo::photos(&photo_page(page, dom, ask, choice.as_ref()));
    let aside = choice.as_ref().map_or(&[][..], |choice| &choice.aside);
    let mut shown = Shown::of(outline, found, aside);
    let kept = choice.as_mut().map(|choice| {
        choice.cut_captions(outline, &shown.captions);
        prune::kept(ask, choice)
    });
    let kept = kept.unwrap_or_default();
    let container = choice.map_or(0, |choice| choice.container);
    let text = render::text(outline, container, &kept);
    shown.without_captions_of(&text);
    let (text, html) = match instead_of(ask, page.html, &text) {
        Some(paragraphs) => (paragraphs.join("\n\n"), render::plain_html(&paragraphs, &shown.placed())),
        None => (text, render::html(outline, container, &kept, &shown.placed(), page.url)),
    };
    Body { text, html: sanitize::safe(&html), photos: shown.photos, lead: shown.lead }
}

fn photo_page<'a>(page: &Page<'a>, dom: &'a Html, ask: &Ask<'a>, choice: Option<&Choice>) -> PhotoPage<'a> {
    let node = |index: usize| ask.outline.elements[index].node;
    PhotoPage {
        dom,
        body: choice.map(|choice| node(choice.container)),
        article: choice.map(|choice| node(article_of(ask, choice.container))),
        ld: &ask.facts.ld,
        url: page.url,
        og_image: ask
            .facts
            .meta_of(&["og:image", "og:image:url", "twitter:image"])
            .and_then(|image| page.url.join(image).ok()),
        language: ask.facts.languages().first().copied().or(page.language),
        rule: page.rule,
    }
}

/// Why `read` reads a page as it does. Reads it once more: `read` itself collects no reasons.
#[must_use]
pub fn explain(page: &Page<'_>) -> Explanation {
    let dom = dom::parse(page.html, page.depth);
    let outline = Outline::of(dom.root_element());
    let facts = Facts::of(&outline);
    let named = Named::on(&outline, dom.root_element(), page.rule);
    let title = named.title.clone().unwrap_or_else(|| title::title(&outline, &facts, page.url.host()));
    let authors = if named.authors.is_empty() {
        authors::authors(&outline, &facts, page.url.host())
    } else {
        named.authors.clone()
    };
    let (outline, facts, named) = (&outline, &facts, &named);
    let ask = Ask { outline, facts, named, title: &title, authors: &authors, host: page.url.host() };
    let dated = Dated { outline, facts, named, path: page.url.path() };
    let mut explanation = explain::said(&ask, &dated, Clock { zone: page.zone, now: page.now });
    explanation.blocks = explain::blocks(&ask);
    let mut choice = body::choose(&ask);
    let photo_page = photo_page(page, &dom, &ask, choice.as_ref());
    let found = photo::photos(&photo_page);
    let places = photo_why::places(&photo_page, &found);
    let passed = photo_why::passed(&photo_page).into_iter();
    let passed = passed.map(|(url, why)| Picture { url, why: Some(why.as_str()), ours: false });
    let aside = choice.as_ref().map_or(&[][..], |choice| &choice.aside);
    let urls: Vec<PageUrl> = found.photos.iter().map(|photo| photo.url.clone()).collect();
    let shown = Shown::of(outline, found, aside);
    explanation.pictures = urls
        .iter()
        .zip(places)
        .map(|(url, place)| {
            let ours = shown.photos.iter().any(|photo| photo.url == *url);
            let why = if ours { place } else { Some("stands in another article") };
            Picture { url: url.to_string(), why, ours }
        })
        .chain(passed)
        .collect();
    let text = choice.as_mut().map(|choice| {
        choice.cut_captions(outline, &shown.captions);
        explanation.lines = explain::lines(&ask, choice);
        render::text(outline, choice.container, &prune::kept(&ask, choice))
    });
    explanation.from_data = instead_of(&ask, page.html, &text.unwrap_or_default()).is_some();
    explanation
}

/// The text from the page's data, where its markup has none, or the beginning alone.
fn instead_of(ask: &Ask<'_>, html: &str, text: &str) -> Option<Vec<String>> {
    /// Letters of a text that needs no second opinion.
    const ENOUGH: usize = 600;
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let (have, told) = (letters(text), fallback::told(ask.facts));
    let much_more = |paragraphs: &Vec<String>| paragraphs.iter().map(|text| letters(text)).sum::<usize>() > 2 * have;
    if let Some(told) = told.filter(much_more) {
        // The page must not tell of something else: then JSON-LD speaks of another article.
        let agrees = have < LITTLE_LETTERS || Shingles::of(&told.join(" ")).share_of(text).0 > 0.5;
        return agrees.then_some(told);
    }
    if have >= ENOUGH {
        return None;
    }
    fallback::drawn(ask.outline, html).filter(much_more)
}

/// The smallest element that holds headline and text.
fn article_of(ask: &Ask<'_>, container: usize) -> usize {
    let Some(headline) = ask.headline() else { return container };
    let holds = |index: &usize| ask.outline.within(headline, *index);
    std::iter::once(container).chain(ask.outline.ancestors(container)).find(holds).unwrap_or(container)
}

fn refused(page: &Page<'_>, facts: &Facts<'_>, title: &str, text: &str) -> Option<ExtractError> {
    let url = page.url.clone();
    match refusal::instead(page.html, facts, title, text) {
        Some(Instead::Challenge) => Some(ExtractError::Challenge { url }),
        Some(Instead::Missing) => Some(ExtractError::Soft404 { url }),
        Some(Instead::Wall) => Some(ExtractError::Paywall { url }),
        None if text.is_empty() => Some(ExtractError::NoContent { url }),
        None => None,
    }
}

/// The article of an entry whose page was read: the page's word on the body, the source's on what it knows better.
#[must_use]
pub fn article(entry: Entry, link: PageUrl, reading: Reading, source: &Source) -> Article {
    let told = merge::full_text(&entry, &link).filter(|told| told.text.len() > FEED_TEXT_MORE * reading.text.len());
    let origin = match (&told, reading.cut_short) {
        (Some(_), _) => Origin::FeedText,
        (None, true) => Origin::Summary,
        (None, false) => Origin::Page,
    };
    let (text, html) = told.map_or((reading.text, reading.html), |told| (told.text, told.html));
    let photos = if reading.photos.is_empty() { merge::photos(&entry, &link) } else { reading.photos };
    let lead = reading.lead.or(if photos.is_empty() { None } else { Some(0) });
    let summary =
        merge::summary(&entry, &link).map(|told| told.text.replace("\n\n", " ")).filter(|text| text.len() > 20);
    Article {
        source: source.name.clone(),
        title: Some(reading.title).filter(|title| !title.is_empty()).or(entry.title.clone()).unwrap_or_default(),
        authors: if reading.authors.is_empty() { names(&entry) } else { reading.authors },
        published: entry.published.or(reading.published),
        updated: entry.updated.or(reading.updated),
        language: reading.language.or_else(|| source.language.clone()),
        summary: summary.map_or(reading.summary, |text| beginning(&text, SUMMARY_CHARS_MAX)),
        text,
        html,
        photos,
        lead,
        tags: tags(entry.tags.iter().chain(&reading.tags)),
        enclosures: merge::files(&entry, &link),
        origin,
        entry_id: entry.id,
        link,
    }
}

/// The article of an entry whose page could not be read: the feed's own text, else its summary.
#[must_use]
pub fn from_entry(entry: Entry, link: PageUrl, source: &Source) -> Article {
    let summary = merge::summary(&entry, &link);
    let full = merge::full_text(&entry, &link);
    let short = summary.as_ref().map_or(0, |told| told.text.len());
    let is_full = full.as_ref().is_some_and(|full| full.text.len() > SUMMARY_CHARS_MAX && full.text.len() > short);
    let origin = if is_full { Origin::FeedText } else { Origin::Summary };
    let told = if is_full || summary.is_none() { full } else { summary.clone() }.unwrap_or_default();
    let language = language::language(&[], source.language.as_deref(), &told.text);
    let said = summary.map_or_else(|| told.text.clone(), |summary| summary.text).replace("\n\n", " ");
    let photos = merge::photos(&entry, &link);
    Article {
        source: source.name.clone(),
        title: entry.title.clone().unwrap_or_default(),
        authors: names(&entry),
        published: entry.published,
        updated: entry.updated,
        language,
        summary: beginning(&said, SUMMARY_CHARS_MAX),
        text: told.text,
        html: told.html,
        lead: if photos.is_empty() { None } else { Some(0) },
        photos,
        tags: tags(entry.tags.iter()),
        enclosures: merge::files(&entry, &link),
        origin,
        entry_id: entry.id,
        link,
    }
}

fn names(entry: &Entry) -> Vec<String> {
    entry.authors.iter().filter_map(|person| person.name.clone()).filter(|name| !name.is_empty()).collect()
}

/// Each tag once, in the order given.
fn tags<'t>(all: impl Iterator<Item = &'t String>) -> Vec<String> {
    let mut seen = HashSet::new();
    all.filter(|tag| !tag.is_empty() && seen.insert(fold(tag))).take(TAGS_MAX).cloned().collect()
}
