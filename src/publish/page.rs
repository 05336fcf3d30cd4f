//! Pages for people, OPML and the sitemap: askama's templates, filled. No script is needed to read them.
//!
//! Links between pages are relative, so the folder works under any address, and from a disk.

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;

use crate::date::Moment;
use crate::model::source::Rights;
use crate::publish::country_feed::CountryFeed;
use crate::publish::error::PublishError;
use crate::publish::glance::{Glance, Headline, Picture};
use crate::publish::region;
use crate::publish::shown::Shown;
use crate::publish::sink::File;
use crate::publish::site::{Land, Site};
use crate::publish::status::{SourceStatus, State, StatusFile};
use crate::publish::times::{clock, day, rfc3339, rfc3339_utc};

/// Pictures on the home page.
const PICTURES: usize = 6;

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    root: &'static str,
    canonical: String,
    lands: usize,
    pictures: Vec<&'a Picture>,
    regions: Vec<Region<'a>>,
}

struct Region<'a> {
    name: &'static str,
    lands: Vec<Card<'a>>,
}

struct Card<'a> {
    slug: &'a str,
    title: &'a str,
    english: &'static str,
    find: String,
    articles: u64,
    headlines: &'a [Headline],
}

#[derive(Template)]
#[template(path = "land.html")]
struct LandPage<'a> {
    root: &'static str,
    canonical: String,
    rss: String,
    feed: &'a CountryFeed,
    days: Vec<Day<'a>>,
}

struct Day<'a> {
    name: String,
    datetime: String,
    items: Vec<Line<'a>>,
}

struct Line<'a> {
    shown: &'a Shown,
    datetime: String,
    clock: String,
    lands: Vec<&'a Land>,
}

#[derive(Template)]
#[template(path = "article.html")]
struct ArticlePage<'a> {
    root: &'static str,
    own: String,
    shown: &'a Shown,
    datetime: String,
    day: String,
    clock: String,
    body: Option<String>,
    whole: bool,
    lands: Vec<&'a Land>,
}

#[derive(Template)]
#[template(path = "sources.html")]
struct Sources<'a> {
    root: &'static str,
    canonical: String,
    rows: Vec<Row<'a>>,
}

struct Row<'a> {
    source: &'a SourceStatus,
    class: &'static str,
    words: &'static str,
    since: Option<(String, String)>,
    last_new: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "subscribe.html")]
struct Subscribe<'a> {
    root: &'static str,
    canonical: String,
    lines: Vec<Address<'a>>,
}

struct Address<'a> {
    slug: &'a str,
    title: &'a str,
    find: String,
    rss: String,
    page: String,
}

#[derive(Template)]
#[template(path = "about.html")]
struct About {
    root: &'static str,
    canonical: String,
}

#[derive(Template)]
#[template(path = "feeds.opml", escape = "html")]
struct Opml<'a> {
    lines: Vec<Address<'a>>,
}

#[derive(Template)]
#[template(path = "sitemap.xml", escape = "html")]
struct Sitemap {
    places: Vec<(String, Option<String>)>,
}

/// The page of a land, or of all.
pub fn land(feed: &CountryFeed, site: &Site) -> Result<File, PublishError> {
    let page = LandPage {
        root: "../",
        canonical: site.address(&feed.page()),
        rss: site.address(&feed.path("xml")),
        feed,
        days: days(feed, site),
    };
    file(&page, format!("{}index.html", feed.page()), feed.items.len())
}

/// The page of an article, at an address that stays.
pub fn article(shown: &Shown, site: &Site) -> Result<File, PublishError> {
    let page = ArticlePage {
        root: "../../",
        own: site.address(&shown.path()),
        datetime: rfc3339(shown.published),
        day: day(shown.published),
        clock: clock(shown.published),
        body: shown.body.as_deref().map(for_page),
        whole: shown.rights == Rights::Full,
        lands: shown.countries.iter().filter_map(|country| site.land(*country)).collect(),
        shown,
    };
    file(&page, format!("{}index.html", shown.path()), 1)
}

/// The page of the sources.
pub fn sources(status: &StatusFile, site: &Site) -> Result<File, PublishError> {
    let rows = status.sources.iter().map(row).collect();
    let page = Sources { root: "../", canonical: site.address("sources/"), rows };
    file(&page, "sources/index.html".to_owned(), 0)
}

/// Home, how to subscribe, about, OPML, sitemap.
pub fn site(glances: &[Glance], site: &Site) -> Result<Vec<File>, PublishError> {
    let about = About { root: "../", canonical: site.address("about/") };
    let subscribe = Subscribe { root: "../", canonical: site.address("subscribe/"), lines: addresses(glances, site) };
    Ok(vec![
        file(&home(glances, site), "index.html".to_owned(), 0)?,
        file(&subscribe, "subscribe/index.html".to_owned(), 0)?,
        file(&about, "about/index.html".to_owned(), 0)?,
        file(&Opml { lines: addresses(glances, site) }, "feeds.opml".to_owned(), 0)?,
        file(&Sitemap { places: places(glances, site) }, "sitemap.xml".to_owned(), 0)?,
    ])
}

fn file(page: &impl Template, path: String, items: usize) -> Result<File, PublishError> {
    match page.render() {
        Ok(text) => Ok(File::new(path, text.into_bytes(), items)),
        Err(why) => Err(PublishError::Format { path, why: why.to_string() }),
    }
}

fn home<'a>(glances: &'a [Glance], site: &Site) -> Home<'a> {
    let lands: Vec<&Glance> = glances.iter().filter(|glance| glance.country.is_some()).collect();
    let regions = region::names().map(|name| {
        let here = lands.iter().filter(|glance| glance.country.map_or("", region::of) == name);
        Region { name, lands: here.map(|glance| card(glance)).collect() }
    });
    Home {
        root: "./",
        canonical: site.address(""),
        lands: lands.len(),
        pictures: pictures(&lands),
        regions: regions.filter(|region| !region.lands.is_empty()).collect(),
    }
}

fn card(glance: &Glance) -> Card<'_> {
    Card {
        slug: &glance.slug,
        title: &glance.title,
        english: glance.country.map_or("", |country| country.name_en()),
        find: find_words(glance),
        articles: glance.articles,
        headlines: &glance.headlines,
    }
}

/// What a land may be looked for by: its names and its slugs, in small letters.
fn find_words(glance: &Glance) -> String {
    let mut words = vec![glance.title.clone(), glance.slug.clone()];
    if let Some(country) = glance.country {
        words.extend([country.name_ru(), country.name_en(), country.code()].map(str::to_owned));
        words.extend(country.other_slugs().iter().cloned());
    }
    words.join(" ").to_lowercase()
}

/// The newest picture of each land, the newest first, each article once.
fn pictures<'a>(lands: &[&'a Glance]) -> Vec<&'a Picture> {
    let mut pictures: BTreeMap<&str, &Picture> = BTreeMap::new();
    for picture in lands.iter().filter_map(|glance| glance.picture.as_ref()) {
        pictures.entry(&picture.headline.path).or_insert(picture);
    }
    let mut pictures: Vec<&Picture> = pictures.into_values().collect();
    let at = |picture: &Picture| picture.headline.datetime.parse::<Timestamp>().unwrap_or_default();
    pictures.sort_by_key(|picture| std::cmp::Reverse(at(picture)));
    pictures.truncate(PICTURES);
    pictures
}

fn days<'a>(feed: &'a CountryFeed, site: &'a Site) -> Vec<Day<'a>> {
    let mut days: Vec<Day<'a>> = Vec::new();
    for shown in &feed.items {
        let name = day(shown.published);
        let datetime = rfc3339(shown.published);
        let date = datetime.get(..10).unwrap_or_default().to_owned();
        let others = shown.countries.iter().filter(|country| Some(**country) != feed.country);
        let lands = others.filter_map(|country| site.land(*country)).collect();
        let line = Line { shown, datetime, clock: clock(shown.published), lands };
        match days.last_mut() {
            Some(last) if last.name == name => last.items.push(line),
            _ => days.push(Day { name, datetime: date, items: vec![line] }),
        }
    }
    days
}

/// On our own pages pictures wait until they come into view, and do not tell their host where the reader is.
fn for_page(body: &str) -> String {
    body.replace("<img ", "<img loading=\"lazy\" decoding=\"async\" referrerpolicy=\"no-referrer\" ")
}

fn row(source: &SourceStatus) -> Row<'_> {
    let (class, words) = match source.state {
        State::Well => ("well", "отвечает"),
        State::Failing => ("failing", "не отвечает"),
        State::Gone => ("gone", "закрыт"),
        State::Waiting => ("waiting", "ещё не спрошен"),
    };
    let told = |at: Timestamp| (rfc3339_utc(at), day(Moment::utc(at)));
    // The last good answer is another one after each pass: a page that names it would never rest.
    let since = source.since.filter(|_| matches!(source.state, State::Failing | State::Gone)).map(told);
    Row { source, class, words, since, last_new: source.last_new.map(told) }
}

fn addresses<'a>(glances: &'a [Glance], site: &Site) -> Vec<Address<'a>> {
    let address = |glance: &'a Glance| Address {
        slug: &glance.slug,
        title: &glance.title,
        find: find_words(glance),
        rss: site.address(&format!("feeds/{}.xml", glance.slug)),
        page: site.address(&format!("{}/", glance.slug)),
    };
    glances.iter().map(address).collect()
}

fn places(glances: &[Glance], site: &Site) -> Vec<(String, Option<String>)> {
    let mut places: BTreeMap<String, Option<String>> =
        ["", "about/", "sources/", "subscribe/"].map(|path| (site.address(path), None)).into();
    for glance in glances {
        let newest = glance.newest().map(|headline| headline.datetime.clone());
        places.insert(site.address(&format!("{}/", glance.slug)), newest);
        places.extend(glance.addresses.iter().map(|(path, changed)| (site.address(path), Some(changed.clone()))));
    }
    places.into_iter().collect()
}
