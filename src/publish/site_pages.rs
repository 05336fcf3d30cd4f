//! How to subscribe, what this is, OPML, the sitemap.

use std::collections::BTreeMap;

use askama::Template;

use crate::model::language::Language;
use crate::publish::error::PublishError;
use crate::publish::frame::{self, Frame, Reader, in_app, readers};
use crate::publish::glance::{Glance, Headline};
use crate::publish::home_page::{find_words, title};
use crate::publish::sink::File;
use crate::publish::site::Site;

/// Pages that there are beside those of the lands, in both languages.
pub const PATHS: [&str; 4] = ["", "about/", "sources/", "subscribe/"];

#[derive(Template)]
#[template(path = "subscribe.html")]
struct Subscribe<'a> {
    on: Frame,
    opml: String,
    lines: Vec<Address<'a>>,
}

struct Address<'a> {
    slug: &'a str,
    title: &'a str,
    find: String,
    rss: String,
    in_app: String,
    readers: Vec<Reader>,
}

#[derive(Template)]
#[template(path = "about.html")]
struct About {
    on: Frame,
}

#[derive(Template)]
#[template(path = "feeds.opml", escape = "html")]
struct Opml<'a> {
    lines: Vec<(&'a str, String, String)>,
}

#[derive(Template)]
#[template(path = "sitemap.xml", escape = "html")]
struct Sitemap {
    places: Vec<(String, Option<String>)>,
}

/// How to subscribe, in a language.
pub fn subscribe(glances: &[Glance], site: &Site, language: Language) -> Result<File, PublishError> {
    let on = Frame::of(site, language, "subscribe/");
    let lines = glances.iter().map(|glance| {
        let title = title(glance, site, language);
        let rss = site.address(&format!("feeds/{}.xml", glance.slug));
        Address {
            slug: &glance.slug,
            title,
            find: find_words(glance, &[title]),
            readers: readers(&rss),
            in_app: in_app(&rss),
            rss,
        }
    });
    // The feed of all first: it is what most readers begin with.
    let (all, lands): (Vec<_>, Vec<_>) = lines.partition(|line| line.slug == crate::publish::site::ALL);
    let page =
        Subscribe { opml: site.address("feeds.opml"), lines: all.into_iter().chain(lands).collect(), on: on.clone() };
    frame::file(&page, on.file_path(site), 0)
}

/// What this is, in a language.
pub fn about(site: &Site, language: Language) -> Result<File, PublishError> {
    let on = Frame::of(site, language, "about/");
    let path = on.file_path(site);
    frame::file(&About { on }, path, 0)
}

/// Every feed, for import into a reader.
pub fn opml(glances: &[Glance], site: &Site) -> Result<File, PublishError> {
    let address = |glance: &Glance| {
        (site.address(&format!("feeds/{}.xml", glance.slug)), site.address(&format!("{}/", glance.slug)))
    };
    let lines = glances.iter().map(|glance| {
        let (rss, page) = address(glance);
        (glance.title.as_str(), rss, page)
    });
    frame::file(&Opml { lines: lines.collect() }, "feeds.opml".to_owned(), 0)
}

/// Every page, for search engines.
pub fn sitemap(glances: &[Glance], site: &Site) -> Result<File, PublishError> {
    let mut places: BTreeMap<String, Option<String>> = BTreeMap::new();
    for folder in [Language::Russian, Language::English].map(|language| site.folder(language)) {
        places.extend(PATHS.map(|path| (site.address(&format!("{folder}{path}")), None)));
        for glance in glances {
            let newest = glance.newest().map(Headline::datetime);
            places.insert(site.address(&format!("{folder}{}/", glance.slug)), newest);
        }
    }
    for (path, changed) in glances.iter().flat_map(|glance| &glance.addresses) {
        places.insert(site.address(path), Some(changed.clone()));
    }
    frame::file(&Sitemap { places: places.into_iter().collect() }, "sitemap.xml".to_owned(), 0)
}
