//! The page of a land, or of all: its articles by day, those that report one event together, copies folded.

use std::collections::HashSet;

use askama::Template;

use crate::model::cluster::ArticleId;
use crate::model::country::Country;
use crate::model::language::Language;
use crate::publish::country_feed::{CountryFeed, description, description_of_all};
use crate::publish::error::PublishError;
use crate::publish::frame::{self, Frame, Reader, in_app, readers};
use crate::publish::shown::Shown;
use crate::publish::sink::File;
use crate::publish::site::Site;
use crate::publish::times::{clock, day, rfc3339};

/// Reports on one event that stand open below the newest; the others are folded.
const REPORTS_OPEN: usize = 3;

#[derive(Template)]
#[template(path = "land.html")]
struct LandPage<'a> {
    on: Frame,
    feed: &'a CountryFeed,
    title: &'a str,
    /// Its name in English, beside one in Russian.
    english: Option<&'static str>,
    description: String,
    rss: String,
    in_app: String,
    readers: Vec<Reader>,
    days: Vec<Day<'a>>,
}

struct Day<'a> {
    name: String,
    datetime: String,
    events: Vec<Event<'a>>,
}

/// An article, and the others that report the same event.
struct Event<'a> {
    lead: Line<'a>,
    open: Vec<Line<'a>>,
    folded: Vec<Line<'a>>,
}

struct Line<'a> {
    shown: &'a Shown,
    /// Where its headline leads: to the text, here or at its source.
    href: String,
    /// Its own page.
    page: String,
    attributes: String,
    datetime: String,
    clock: String,
    day: String,
    copies: String,
    /// Other lands: slug and name.
    lands: Vec<(&'a str, &'a str)>,
}

impl LandPage<'_> {
    /// The newest picture, for those who show a link to the page.
    fn picture(&self) -> Option<&str> {
        self.feed.items.iter().find_map(Shown::lead_photo).map(|photo| photo.url.as_str())
    }
}

/// The page of a land, or of all, in a language.
pub fn land(feed: &CountryFeed, site: &Site, language: Language) -> Result<File, PublishError> {
    let on = Frame::of(site, language, &feed.page());
    let land = feed.country.and_then(|country| site.land(country));
    let title = match land {
        _ if language == site.language => &feed.title,
        Some(land) => site.title(land, language),
        None => language.say("Все страны", "All countries"),
    };
    let english = feed.country.map(Country::name_en);
    let rss = site.address(&feed.path("xml"));
    let page = LandPage {
        feed,
        english: english.filter(|english| *english != title),
        title,
        description: land.map_or_else(|| description_of_all(language).to_owned(), |land| description(land, language)),
        readers: readers(&rss),
        in_app: in_app(&rss),
        rss,
        days: days(feed, site, &on),
        on: on.clone(),
    };
    frame::file(&page, on.file_path(site), feed.items.len())
}

/// Events by the day of their newest report.
fn days<'a>(feed: &'a CountryFeed, site: &'a Site, on: &Frame) -> Vec<Day<'a>> {
    let event_of = |shown: &Shown| feed.events.get(&shown.id).copied();
    let mut told: HashSet<ArticleId> = HashSet::new();
    let mut days: Vec<Day<'a>> = Vec::new();
    for (index, shown) in feed.items.iter().enumerate() {
        let event = event_of(shown);
        if event.is_some_and(|event| !told.insert(event)) {
            continue;
        }
        let older = feed.items[index + 1..].iter().filter(|other| event.is_some() && event_of(other) == event);
        let mut open: Vec<Line<'a>> = older.map(|shown| line(shown, feed, site, on)).collect();
        let folded = open.split_off(open.len().min(REPORTS_OPEN));
        let event = Event { lead: line(shown, feed, site, on), open, folded };
        match days.last_mut() {
            Some(last) if last.name == event.lead.day => last.events.push(event),
            _ => days.push(Day {
                name: event.lead.day.clone(),
                datetime: event.lead.datetime.get(..10).unwrap_or_default().to_owned(),
                events: vec![event],
            }),
        }
    }
    days
}

fn line<'a>(shown: &'a Shown, feed: &CountryFeed, site: &'a Site, on: &Frame) -> Line<'a> {
    let page = format!("{}{}{}", on.root, shown.path(), on.turn);
    let others = shown.countries.iter().filter(|country| Some(**country) != feed.country);
    let lands = others.filter_map(|country| site.land(*country));
    Line {
        href: shown.original().map_or_else(|| page.clone(), str::to_owned),
        page,
        attributes: shown.attributes(on.language),
        datetime: rfc3339(shown.published),
        clock: clock(shown.published),
        day: day(shown.published, on.language),
        copies: copies(shown, on.language),
        lands: lands.map(|land| (land.slug.as_str(), site.title(land, on.language))).collect(),
        shown,
    }
}

/// «Тот же текст ещё в 2 источниках».
fn copies(shown: &Shown, language: Language) -> String {
    let count = shown.copies.len() as u64;
    let head = language.say("Тот же текст ещё в", "The same text at");
    let many = language.count(count, ["источнике", "источниках", "источниках"], ["other source", "other sources"]);
    format!("{head} {many}")
}
