//! Every source asked once, to see what it is: for whoever edits feeds.toml. Stores and publishes nothing.
//!
//! Asks as a pass does (guard, robots.txt, pace, limits), without conditions; of earlier answers it keeps to what the published
//! status tells: a host that asked for quiet has it, and an address that said 410 is not asked again. A page that names a feed is followed to
//! it, and where a feed is no more, the front page of its site is looked at for another: what is suggested has been read.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::charset::{self, Form};
use crate::date::Moment;
use crate::fetch::error::FetchError;
use crate::fetch::{Fetched, Fetcher, Purpose, Request, Visit};
use crate::model::document::{Document, Validators};
use crate::model::entry::Entries;
use crate::model::fault::{Fault, with_causes};
use crate::model::settings::Limits;
use crate::model::source::{HostState, Source, SourceKind};
use crate::model::url::PageUrl;
use crate::parse;
use crate::pipeline::edition;
use crate::publish::status::{SourceStatus, State};

/// What a source turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// What it gave.
    pub found: Result<Found, Wrong>,
    /// Where it moved for good.
    pub moved_to: Option<PageUrl>,
    /// What robots.txt says of its pages.
    pub robots: Robots,
    /// What stands there instead, and is read in its place: the feed of a page, a feed that the site's front page names.
    pub instead: Option<(PageUrl, Found)>,
}

/// What a document gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What it is.
    pub kind: SourceKind,
    /// Its entries.
    pub entries: usize,
    /// The date of its newest entry.
    pub newest: Option<Moment>,
    /// How its dates are printed.
    pub zone: Zone,
    /// Its charset.
    pub charset: &'static str,
    /// The language it says it is in.
    pub language: Option<String>,
}

/// How dates are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// With this offset, the newest one.
    Printed(Offset),
    /// Without one: they are read in the zone that feeds.toml names.
    Missing,
    /// There are no dates.
    NoDates,
}

/// Why a source gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// By class.
    pub fault: Fault,
    /// In words.
    pub words: String,
    /// The status that was answered, if it is why.
    pub status: Option<u16>,
}

/// What robots.txt says of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Robots {
    /// It may be read.
    Allows,
    /// It may not.
    Forbids,
    /// It could not be read, for this reason.
    Unreadable(Fault),
}

/// Who asked for quiet, and which sources said 410, as the last pass published it.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    /// Hosts that asked for quiet: for `Fetcher::remember`.
    pub quiet: Vec<HostState>,
    gone: Vec<(String, String)>,
}

/// Reads what the last pass published, if there was one.
#[must_use]
pub fn earlier(published: &Path) -> Earlier {
    let status = edition::before(published);
    let is_gone = |told: &&SourceStatus| told.state == State::Gone;
    let gone = status.sources.iter().filter(is_gone).map(|told| (told.name.clone(), told.url.clone())).collect();
    let quiet = status.sources.iter().filter(|told| told.quiet_until.is_some()).filter_map(|told| {
        let origin = PageUrl::parse(&told.url).ok()?.origin();
        let quiet_until = told.quiet_until;
        Some(HostState { origin, robots: String::new(), robots_error: None, robots_read: None, quiet_until })
    });
    Earlier { quiet: quiet.collect(), gone }
}

impl Earlier {
    fn is_gone(&self, source: &Source) -> bool {
        self.gone.iter().any(|(name, url)| *name == source.name.as_str() && *url == source.url.as_str())
    }
}

/// Asks a source once.
pub async fn probe(fetcher: &Fetcher, source: &Source, limits: &Limits, earlier: &Earlier, now: Timestamp) -> Probe {
    let look = Look { visit: fetcher.visit(source), source, depth: limits.depth, now };
    let is_page = source.kind == Some(SourceKind::Page) || source.select.is_some();
    let purpose = if is_page { Purpose::Listing } else { Purpose::Source };
    let answer = if earlier.is_gone(source) {
        let words = format!("{}: it said 410 before, and is not asked again", source.url);
        Err(Wrong { status: Some(410), ..wrong(Fault::Gone, words) })
    } else {
        look.get(&source.url, purpose).await
    };
    let (moved_to, read) = match answer {
        Ok(document) => (document.caching.moved_to.clone(), look.read(document).await),
        Err(wrong) => (None, Err(wrong)),
    };
    let first = read.as_ref().ok().and_then(|(entries, _)| entries.entries.iter().find_map(|entry| entry.link.clone()));
    let page = first.filter(|_| !is_page).unwrap_or_else(|| source.url.clone());
    let instead = look.instead(&read).await;
    Probe { robots: look.robots(&page).await, found: read.and_then(|read| look.as_said(read)), moved_to, instead }
}

/// One source, looked at.
struct Look<'a> {
    visit: Visit<'a>,
    source: &'a Source,
    depth: usize,
    now: Timestamp,
}

type Read = (Entries, Found);

impl Look<'_> {
    async fn get(&self, url: &PageUrl, purpose: Purpose) -> Result<Document, Wrong> {
        match self.visit.get(Request { url: url.clone(), purpose, validators: Validators::default() }).await {
            Fetched::Fresh(document) => Ok(*document),
            Fetched::NotModified(_) => Err(wrong(Fault::MalformedHttp, format!("{url}: 304 without a condition"))),
            Fetched::Refused(error) => {
                Err(Wrong { status: error.status(), ..wrong(error.fault(), with_causes(&error)) })
            }
        }
    }

    /// Reads a document as what it is, whatever feeds.toml says that it should be.
    async fn read(&self, document: Document) -> Result<Read, Wrong> {
        let (source, depth, now) = (Source { kind: None, ..self.source.clone() }, self.depth, self.now);
        let read = tokio::task::spawn_blocking(move || read(source, &document, depth, now));
        read.await.unwrap_or_else(|_| Err(wrong(Fault::Defect, "its reader failed; a defect of ours".to_owned())))
    }

    /// What a pass would make of it: a page is no feed where feeds.toml says that it is one, or where nothing is listed on it.
    fn as_said(&self, (entries, found): Read) -> Result<Found, Wrong> {
        let is_said = matches!(self.source.kind, Some(SourceKind::Feed | SourceKind::Sitemap));
        let is_page = entries.kind == SourceKind::Page;
        if is_page && (is_said || found.entries == 0) {
            return Err(wrong(Fault::NotAFeed, format!("{}: a page, and no feed", self.source.url)));
        }
        Ok(found)
    }

    /// The feed that a page names; where the source is no more, or no feed, one that the site's front page names.
    async fn instead(&self, read: &Result<Read, Wrong>) -> Option<(PageUrl, Found)> {
        let feeds = match read {
            Ok((entries, _)) if entries.kind != SourceKind::Page || self.source.select.is_some() => return None,
            Ok((entries, _)) => entries.feeds.clone(),
            Err(wrong) if is_no_more(wrong) => {
                let front = self.get(&self.source.url.join("/").ok()?, Purpose::Listing).await.ok()?;
                self.read(front).await.ok()?.0.feeds
            }
            Err(_) => return None,
        };
        let url = feeds.into_iter().find(|url| *url != self.source.url)?;
        let document = self.get(&url, Purpose::Source).await.ok()?;
        let (entries, found) = self.read(document).await.ok()?;
        (entries.kind == SourceKind::Feed).then_some((url, found))
    }

    async fn robots(&self, page: &PageUrl) -> Robots {
        match self.visit.permitted(page).await {
            Ok(()) => Robots::Allows,
            Err(FetchError::RobotsDenied { .. }) => Robots::Forbids,
            Err(FetchError::RobotsUnavailable { why, .. }) => Robots::Unreadable(why),
            Err(error) => Robots::Unreadable(error.fault()),
        }
    }
}

pub(crate) fn wrong(fault: Fault, words: String) -> Wrong {
    Wrong { fault, words, status: None }
}

/// Whether another address may be the cure: the server answers, and what was there is not there any more.
fn is_no_more(wrong: &Wrong) -> bool {
    matches!(wrong.status, Some(404 | 410)) || matches!(wrong.fault, Fault::NotAFeed | Fault::EmptyBody)
}

pub(crate) fn read(source: Source, document: &Document, depth: usize, now: Timestamp) -> Result<Read, Wrong> {
    let entries =
        parse::entries(&source, document, depth, now).map_err(|error| wrong(error.fault(), with_causes(&error)))?;
    let newest = newest(&entries);
    // A date without a zone moves when it is read in another one; nothing else tells.
    let elsewhere = Source { zone: TimeZone::fixed(ELSEWHERE), ..source };
    let moved = parse::entries(&elsewhere, document, depth, now).ok().and_then(|entries| self::newest(&entries));
    let zone = match newest {
        None => Zone::NoDates,
        Some(at) if moved.is_some_and(|moved| moved.timestamp() != at.timestamp()) => Zone::Missing,
        Some(at) => Zone::Printed(at.offset()),
    };
    let found = Found {
        kind: entries.kind,
        entries: entries.entries.len(),
        newest,
        zone,
        charset: charset::decode(&document.body, document.charset(), form(document)).1,
        language: entries.head.language.clone(),
    };
    Ok((entries, found))
}

/// A zone in which nobody lives.
const ELSEWHERE: Offset = Offset::constant(-20);

fn newest(entries: &Entries) -> Option<Moment> {
    let dates = entries.entries.iter().filter_map(|entry| entry.published.or(entry.updated));
    dates.max_by_key(|date| date.timestamp())
}

fn form(document: &Document) -> Form {
    match document.media_type().unwrap_or_default() {
        kind if kind.contains("html") => Form::Html,
        kind if kind.contains("json") => Form::Json,
        _ => Form::Xml,
    }
}
