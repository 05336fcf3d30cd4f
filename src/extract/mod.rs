//! An entry and its page in, an article out: title, date, authors, body, photos with their credits, language.
//!
//! One DOM a page. Plain functions of their arguments: no network, no store, the clock handed in.

mod authors;
mod body;
mod consent;
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
mod facts;
mod fallback;
mod furniture;
mod language;
mod ld;
mod lesson;
mod merge;
mod names;
pub mod next_page;
mod outline;
mod photo;
mod photo_data;
mod photo_frame;
mod photo_signs;
mod photo_url;
mod photo_walk;
mod place;
mod prune;
mod refusal;
mod render;
mod rules;
mod sanitize;
mod shapes;
mod shingle;
mod signs;
pub mod site_rules;
pub mod template;
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
use crate::text::letter::is_letter;
use body::Ask;
use dates::{Clock, Dated};
use error::ExtractError;
use facts::Facts;
use furniture::{Furniture, Marks};
use next_page::NextPage;
use outline::Outline;
use photo::PhotoPage;
use place::Shown;
use refusal::Instead;
use rules::Named;
use shingle::Shingles;
use template::{Lesson, Template};

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
    /// Its elements nested deeper than `Page::depth`, and were read as if they did not.
    pub flattened: bool,
    /// The page on which it says that it goes on.
    pub next: Option<NextPage>,
}

impl Reading {
    /// Photographs of an article that is joined.
    const PHOTOS_MAX: usize = 60;

    /// Joins the next part to it. Says whether it was one: another headline, or the same text again, is none.
    pub fn join(&mut self, part: Self) -> bool {
        let is_again = self.text.contains(&part.text) || part.text.starts_with(&self.text);
        if !next_page::is_same_title(&self.title, &part.title) || is_again {
            return false;
        }
        self.text.push_str("\n\n");
        self.text.push_str(&part.text);
        self.html.push_str(&part.html);
        for photo in part.photos {
            if self.photos.len() < Self::PHOTOS_MAX && !self.photos.iter().any(|known| known.url == photo.url) {
                self.photos.push(photo);
            }
        }
        self.lead = self.lead.or(part.lead).filter(|lead| *lead < self.photos.len());
        self.cut_short |= part.cut_short;
        self.next = part.next;
        true
    }
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
    look(page, None).map(|(reading, _)| reading)
}

/// Reads a page with what is remembered of its source's pages, and says what it teaches.
pub fn read_with(page: &Page<'_>, template: &Template) -> Result<(Reading, Lesson), ExtractError> {
    look(page, Some(template))
}

fn look(page: &Page<'_>, template: Option<&Template>) -> Result<(Reading, Lesson), ExtractError> {
    if refusal::is_not_html(page.html) {
        return Err(ExtractError::NotHtml { url: page.url.clone() });
    }
    let (dom, flattened) = dom::parse_bounded(page.html, page.depth);
    let outline = Outline::of(dom.root_element());
    let facts = Facts::of(&outline);
    let named = Named::on(&outline, dom.root_element(), page.rule);
    let known = site_rules::of(page.url.host());
    let site = match known {
        Some((_, rule)) => Named::on(&outline, dom.root_element(), &rule.article).but_for(page.rule),
        None => Named::default(),
    };
    let title = named.title.clone().unwrap_or_else(|| title::title(&outline, &facts, page.url.host()));
    let authors = [&named.authors, &authors::authors(&outline, &facts), &site.authors];
    let authors = authors.into_iter().find(|names| !names.is_empty()).cloned().unwrap_or_default();
    let nothing = Furniture::default();
    let ask = Ask {
        outline: &outline,
        facts: &facts,
        named: &named,
        site: &site,
        furniture: &nothing,
        title: &title,
        authors: &authors,
        host: page.url.host(),
    };
    let (body, lesson) = match template {
        Some(template) => remembering(page, &dom, &ask, template),
        None => (body(page, &dom, &ask, None), Lesson::default()),
    };
    if let Some(error) = refused(page, &facts, &title, &body.text) {
        return Err(error);
    }
    let clock = Clock { zone: page.zone, now: page.now };
    let reading = Reading {
        published: dates::published(
            &Dated { outline: &outline, facts: &facts, named: &named, path: page.url.path() },
            clock,
        )
        .or_else(|| site.dates.iter().find_map(|printed| clock.read(printed))),
        updated: dates::updated(&facts, clock),
        language: language::language(&facts.languages(), page.language, &body.text),
        summary: facts.description().unwrap_or_else(|| beginning(&body.text.replace("\n\n", " "), SUMMARY_CHARS_MAX)),
        tags: facts.tags(),
        flattened,
        cut_short: refusal::breaks_off(&facts, &body.text),
        next: NextPage::of(&outline, dom.root_element(), known.map_or(&[], |(_, rule)| &rule.next), page.url),
        title,
        authors,
        text: body.text,
        html: body.html,
        photos: body.photos,
        lead: body.lead,
    };
    Ok((reading, lesson))
}

/// The body of a page without what the memory knows. A memory that leaves next to nothing of it is not heeded.
fn remembering(page: &Page<'_>, dom: &Html, ask: &Ask<'_>, template: &Template) -> (Body, Lesson) {
    /// Letters of the shortest news.
    const LEFT_LETTERS_MIN: usize = 60;
    let marks = Marks::of(ask.outline, ask.headline());
    let furniture = Furniture::of(ask.outline, &marks, template);
    let mut body_with = body(page, dom, &Ask { furniture: &furniture, ..*ask }, Some(&marks));
    let letters = |body: &Body| body.text.chars().filter(|c| c.is_alphanumeric()).count();
    let left = letters(&body_with);
    let mut emptied = false;
    if furniture.is_any() && left < LEFT_LETTERS_MIN {
        let body_without = body(page, dom, ask, Some(&marks));
        emptied = letters(&body_without) > left;
        if emptied {
            body_with = body_without;
        }
    }
    let lesson =
        Lesson { address: lesson::short_hash(page.url.as_str()), emptied, ..std::mem::take(&mut body_with.lesson) };
    (body_with, lesson)
}

/// The text of a page with its pictures.
#[derive(Default)]
struct Body {
    text: String,
    html: String,
    photos: Vec<Photo>,
    lead: Option<usize>,
    lesson: Lesson,
}

fn body(page: &Page<'_>, dom: &Html, ask: &Ask<'_>, marks: Option<&Marks>) -> Body {
    let outline = ask.outline;
    let mut choice = body::choose(ask);
    let node = |index: usize| outline.elements[index].node;
    let language = ask.facts.languages().first().copied().or(page.language);
    let found = photo::photos(&PhotoPage {
        dom,
        body: choice.as_ref().map(|choice| node(choice.container)),
        article: choice.as_ref().map(|choice| node(article_of(ask, choice.container))),
        ld: &ask.facts.ld,
        url: page.url,
        og_image: ask
            .facts
            .meta_of(&["og:image", "og:image:url", "twitter:image"])
            .and_then(|image| page.url.join(image).ok()),
        language,
        rule: page.rule,
    });
    let aside = choice.as_ref().map_or(&[][..], |choice| &choice.aside);
    let mut shown = Shown::of(outline, found, aside);
    let kept = choice.as_mut().map(|choice| {
        choice.cut_captions(outline, &shown.captions);
        prune::kept(ask, choice)
    });
    let kept = kept.unwrap_or_default();
    let lesson = marks.map(|marks| lesson::lesson(ask, marks, choice.as_ref(), &kept)).unwrap_or_default();
    let container = choice.map_or(0, |choice| choice.container);
    let text = render::text(outline, container, &kept);
    shown.without_captions_of(&text);
    let (text, html) = match instead_of(ask, page.html, &text) {
        Some(paragraphs) => (paragraphs.join("\n\n"), render::plain_html(&paragraphs, &shown.placed())),
        None => (text, render::html(outline, container, &kept, &shown.placed(), page.url)),
    };
    Body { text, html: sanitize::safe(&html), photos: shown.photos, lead: shown.lead, lesson }
}

/// The text from the page's data, where its markup has none, or the beginning alone.
fn instead_of(ask: &Ask<'_>, html: &str, text: &str) -> Option<Vec<String>> {
    /// Letters of a text that needs no second opinion.
    const ENOUGH: usize = 600;
    let letters = |text: &str| text.chars().filter(|character| is_letter(*character)).count();
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
        Some(Instead::Consent) => Some(ExtractError::Consent { url }),
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
