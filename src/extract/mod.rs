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
pub mod explain;
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
mod photo_why;
mod place;
mod prune;
pub mod reading;
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

use scraper::Html;

use crate::html::dom;
use crate::model::article::{Article, Origin, Photo};
use crate::model::entry::Entry;
use crate::model::source::Source;
use crate::model::url::PageUrl;
use crate::text::fold::{beginning, fold};
use crate::text::letter::is_letter;
use body::{Ask, Choice};
use dates::{Clock, Dated};
use error::ExtractError;
use explain::{Explanation, Picture};
use facts::Facts;
use furniture::{Furniture, Marks};
use next_page::NextPage;
use outline::Outline;
use photo::PhotoPage;
use place::Shown;
use reading::{Page, Reading};
use refusal::Instead;
use rules::Named;
use shingle::Shingles;
use site_rules::SiteRule;
use template::{Lesson, Template};

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
    let heads = Heads::of(page, &dom, &outline, &facts);
    let nothing = Furniture::default();
    let ask = heads.ask(&outline, &facts, &nothing, page.url.host());
    let (body, lesson) = match template {
        Some(template) => remembering(page, &dom, &ask, template),
        None => (body(page, &dom, &ask, None), Lesson::default()),
    };
    if let Some(error) = refused(page, &facts, &heads.title, &body.text) {
        return Err(error);
    }
    let next = NextPage::of(&outline, dom.root_element(), heads.rule.map_or(&[], |rule| &rule.next), page.url);
    let Heads { named, site, title, authors, .. } = heads;
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
        next,
        title,
        authors,
        text: body.text,
        html: body.html,
        photos: body.photos,
        lead: body.lead,
    };
    Ok((reading, lesson))
}

/// What is found on a page before its text is: what the rules name, the headline, the authors.
struct Heads {
    /// The rule that is known of its site.
    rule: Option<&'static SiteRule>,
    /// What the operator's rule names.
    named: Named,
    /// What its site's rule names.
    site: Named,
    title: String,
    authors: Vec<String>,
}

impl Heads {
    fn of(page: &Page<'_>, dom: &Html, outline: &Outline<'_>, facts: &Facts<'_>) -> Self {
        let host = page.url.host();
        let named = Named::on(outline, dom.root_element(), page.rule);
        let rule = site_rules::of(host).map(|(_, rule)| rule);
        let by_site = |rule: &SiteRule| Named::on(outline, dom.root_element(), &rule.article).but_for(page.rule);
        let site = rule.map_or_else(Named::default, by_site);
        let title = named.title.clone().unwrap_or_else(|| title::title(outline, facts, host));
        let authors = [&named.authors, &authors::authors(outline, facts, host), &site.authors];
        let authors = authors.into_iter().find(|names| !names.is_empty()).cloned().unwrap_or_default();
        Self { rule, named, site, title, authors }
    }

    fn ask<'a>(
        &'a self,
        outline: &'a Outline<'a>,
        facts: &'a Facts<'a>,
        furniture: &'a Furniture,
        host: &'a str,
    ) -> Ask<'a> {
        let (named, site) = (&self.named, &self.site);
        Ask { outline, facts, named, site, furniture, title: &self.title, authors: &self.authors, host }
    }
}

/// The body of a page without what the memory knows. A memory that leaves next to nothing of it is not heeded.
fn remembering(page: &Page<'_>, dom: &Html, ask: &Ask<'_>, template: &Template) -> (Body, Lesson) {
    /// Letters of the shortest news.
    const LEFT_LETTERS_MIN: usize = 60;
    let marks = Marks::of(ask.outline, ask.headline());
    let furniture = Furniture::of(ask.outline, &marks, template);
    let mut body_with = body(page, dom, &Ask { furniture: &furniture, ..*ask }, Some(&marks));
    let letters = |body: &Body| body.text.chars().filter(|c| c.is_alphanumeric()).take(LEFT_LETTERS_MIN).count();
    let mut emptied = false;
    if furniture.is_any() && letters(&body_with) < LEFT_LETTERS_MIN {
        let body_without = body(page, dom, ask, Some(&marks));
        emptied = letters(&body_without) > letters(&body_with);
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
    let found = photo::photos(&photo_page(page, dom, ask, choice.as_ref()));
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
    let heads = Heads::of(page, &dom, &outline, &facts);
    let nothing = Furniture::default();
    let ask = heads.ask(&outline, &facts, &nothing, page.url.host());
    let (outline, facts) = (&outline, &facts);
    let dated = Dated { outline, facts, named: &heads.named, path: page.url.path() };
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
