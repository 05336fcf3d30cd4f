//! Clusters in, files out: RSS, Atom, JSON Feed, OPML, pages, status.json. Whole files, only when they change.
//!
//! Reads no store, no clock and no network: the same clusters give the same bytes. The one thing here that touches the
//! world is `sink`.
//!
//! ```text
//! Settings            → Site                                   site
//! Cluster, Site       → Shown (rights, limits, cleaning)       shown, body, words
//! [Shown]             → CountryFeed                            country_feed
//! CountryFeed         → File: feeds, its pages, its articles   rss, atom, json_feed, land_page, page
//! [ArticleId]         → File: a part of an archive             archive, rss
//! [Glance], Status    → File: home, sources, OPML, sitemap …   home_page, sources_page, site_pages, status
//! [File]              → the folder                             sink, pack
//! ```

pub mod archive;
pub mod asset;
pub mod atom;
pub mod body;
pub mod country_feed;
pub mod days;
pub mod error;
pub mod frame;
pub mod glance;
pub mod home_page;
pub mod json_feed;
pub mod land_page;
pub mod media;
pub mod month;
pub mod pack;
pub mod page;
pub mod region;
pub mod reread;
pub mod rss;
pub mod selection;
pub mod shown;
pub mod sink;
pub mod site;
pub mod site_pages;
pub mod sources_page;
pub mod status;
pub mod times;
pub mod trouble;
pub mod words;

use country_feed::CountryFeed;
use error::PublishError;
use glance::Glance;
use sink::File;
use site::Site;
use status::StatusFile;

/// The files of one feed, each made when it is asked for: its three formats, its page in both languages, the page of each of its articles.
///
/// A feed of whole texts takes megabytes in each of its formats: they need not stand in memory side by side.
pub fn each_file<'a>(feed: &'a CountryFeed, site: &'a Site) -> impl Iterator<Item = Result<File, PublishError>> + 'a {
    type Make = fn(&CountryFeed, &Site) -> Result<File, PublishError>;
    let rss: Make = |feed, site| Ok(File::new(feed.path("xml"), rss::write(feed, site)?, feed.items.len()));
    let atom: Make = |feed, site| Ok(File::new(feed.path("atom"), atom::write(feed, site)?, feed.items.len()));
    let json: Make = |feed, site| Ok(File::new(feed.path("json"), json_feed::write(feed, site)?, feed.items.len()));
    let land: Make = |feed, site| land_page::land(feed, site, site.language);
    let other: Make = |feed, site| land_page::land(feed, site, site.language.other());
    let whole = [rss, atom, json, land, other].into_iter().map(move |make| make(feed, site));
    whole.chain(feed.items.iter().map(move |shown| page::article(shown, site)))
}

/// The files of one feed, all of them.
pub fn feed_files(feed: &CountryFeed, site: &Site) -> Result<Vec<File>, PublishError> {
    each_file(feed, site).collect()
}

/// A part of the archive of a month (RFC 5005), from `CountryFeed::archive`: RSS alone, for it is one chain that readers follow.
pub fn archive_file(archive: &CountryFeed, site: &Site) -> Result<File, PublishError> {
    Ok(File::new(archive.path("xml"), rss::write(archive, site)?, archive.items.len()))
}

/// The files of the site as a whole: home, sources, how to subscribe, about, OPML, sitemap, status.json, assets.
pub fn site_files(glances: &[Glance], status: &StatusFile, site: &Site) -> Result<Vec<File>, PublishError> {
    let mut files = vec![site_pages::opml(glances, site)?, site_pages::sitemap(glances, site)?];
    for language in [site.language, site.language.other()] {
        files.push(home_page::home(glances, site, language)?);
        files.push(site_pages::subscribe(glances, site, language)?);
        files.push(site_pages::about(site, language)?);
    }
    files.extend(status_files(status, site)?);
    files.extend(asset::files());
    Ok(files)
}

/// How the sources are doing, for programs and for people: the files that may change though no article did.
pub fn status_files(status: &StatusFile, site: &Site) -> Result<Vec<File>, PublishError> {
    let page = |language| sources_page::sources(status, site, language);
    Ok(vec![status.file(), page(site.language)?, page(site.language.other())?])
}
