//! The home page: every land by region, what is new in each, and the newest pictures with whom they are owed to.
//!
//! Names no time that goes by while nothing happens: what is new today changes at midnight.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;

use crate::model::country::Country;
use crate::model::language::Language;
use crate::publish::days::Days;
use crate::publish::error::PublishError;
use crate::publish::frame::{self, Frame};
use crate::publish::glance::{Glance, Headline, Picture};
use crate::publish::region;
use crate::publish::shown::ShownPhoto;
use crate::publish::sink::File;
use crate::publish::site::{ALL, Site};
use crate::publish::times::day;
use crate::publish::words::language_attributes;

/// Pictures on the home page: two rows where six stand side by side, and three of two on a telephone.
const PICTURES: usize = 6;

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    on: Frame,
    lands: u64,
    today: u64,
    week: u64,
    pictures: Vec<Shot<'a>>,
    regions: Vec<Region<'a>>,
}

struct Shot<'a> {
    photo: &'a ShownPhoto,
    line: Line<'a>,
}

struct Region<'a> {
    number: usize,
    name: &'static str,
    lands: Vec<Card<'a>>,
}

struct Card<'a> {
    glance: &'a Glance,
    title: &'a str,
    /// Its name in English, beside one in Russian.
    english: Option<&'static str>,
    find: String,
    lines: Vec<Line<'a>>,
}

/// A headline as a link.
struct Line<'a> {
    href: String,
    attributes: String,
    headline: &'a Headline,
    day: String,
}

/// The home page in a language.
pub fn home(glances: &[Glance], site: &Site, language: Language) -> Result<File, PublishError> {
    let on = Frame::of(site, language, "");
    let lands: Vec<&Glance> = glances.iter().filter(|glance| glance.slug != ALL).collect();
    let all = glances.iter().find(|glance| glance.slug == ALL).map(|glance| &glance.days);
    let regions = region::names(language).map(|(number, name)| {
        let here = lands.iter().filter(|glance| glance.country.map(region::of) == Some(number));
        Region { number, name, lands: here.map(|glance| card(glance, site, &on)).collect() }
    });
    let page = Home {
        lands: lands.len() as u64,
        today: all.map_or(0, Days::today),
        week: all.map_or(0, Days::week),
        pictures: pictures(&lands, &on),
        regions: regions.filter(|region| !region.lands.is_empty()).collect(),
        on: on.clone(),
    };
    frame::file(&page, on.file_path(site), 0)
}

fn card<'a>(glance: &'a Glance, site: &Site, on: &Frame) -> Card<'a> {
    let title = title(glance, site, on.language);
    let english = glance.country.map(Country::name_en).filter(|english| *english != title);
    Card {
        glance,
        english,
        find: find_words(glance, &[title, english.unwrap_or_default()]),
        lines: glance.headlines.iter().map(|headline| line(headline, on)).collect(),
        title,
    }
}

/// What a feed is called in a language.
#[must_use]
pub fn title<'a>(glance: &'a Glance, site: &Site, language: Language) -> &'a str {
    match glance.country {
        _ if language == site.language => &glance.title,
        Some(country) => language.say(country.name_ru(), country.name_en()),
        None => language.say("Все страны", "All countries"),
    }
}

fn line<'a>(headline: &'a Headline, on: &Frame) -> Line<'a> {
    Line {
        href: headline.original.clone().unwrap_or_else(|| format!("{}{}{}", on.root, headline.path, on.turn)),
        attributes: language_attributes(headline.language.as_deref(), on.language),
        day: day(headline.at, on.language),
        headline,
    }
}

/// What a land may be looked for by beside the names that its card shows, in small letters.
#[must_use]
pub fn find_words(glance: &Glance, shown: &[&str]) -> String {
    let mut words = vec![glance.slug.as_str()];
    if let Some(country) = glance.country {
        words.extend([country.name_ru(), country.name_en(), country.code()]);
        words.extend(country.other_slugs().iter().map(String::as_str));
    }
    words.retain(|word| !shown.contains(word));
    words.join(" ").to_lowercase()
}

/// The newest picture of each land, the newest first, each article once.
fn pictures<'a>(lands: &[&'a Glance], on: &Frame) -> Vec<Shot<'a>> {
    let mut pictures: BTreeMap<&str, &Picture> = BTreeMap::new();
    for picture in lands.iter().filter_map(|glance| glance.picture.as_ref()) {
        pictures.entry(&picture.headline.path).or_insert(picture);
    }
    let mut pictures: Vec<&Picture> = pictures.into_values().collect();
    pictures.sort_by_key(|picture| Reverse(picture.headline.at.timestamp()));
    pictures.truncate(PICTURES);
    pictures.into_iter().map(|picture| Shot { photo: &picture.photo, line: line(&picture.headline, on) }).collect()
}
