//! An address of which nothing is known, looked at: its feed, one that the page names, one where sites keep theirs, or a list of articles.
//!
//! Asks as a pass does (guard, robots.txt, pace, limits), six requests at most beside robots.txt. Stores nothing.

use std::time::Duration;

use jiff::Timestamp;

use crate::fetch::{Fetched, Fetcher, Purpose, Request, Visit};
use crate::model::document::{Document, Validators};
use crate::model::entry::Entries;
use crate::model::fault::{Fault, with_causes};
use crate::model::settings::Limits;
use crate::model::source::{Source, SourceKind};
use crate::model::url::PageUrl;
use crate::parse;
use crate::parse::listing::suggest::Suggested;
use crate::pipeline::probe::{self, Found, Wrong};

/// Where sites keep their feeds, the commonest first.
const COMMON: [&str; 4] = ["/feed/", "/rss.xml", "/rss", "/feed.xml"];

/// Feeds that a page names which are asked.
const NAMED_MAX: usize = 3;

/// What an address turned out to be.
#[derive(Debug)]
pub struct Looked {
    /// What is to be polled.
    pub url: PageUrl,
    /// How it was found.
    pub way: Way,
    /// Its head and its entries.
    pub entries: Entries,
    /// What it is.
    pub found: Found,
    /// Where its entries stand, if it is a page.
    pub select: Option<Suggested>,
    /// Other feeds that the page names.
    pub others: Vec<PageUrl>,
}

/// How a source was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is the address itself.
    Itself,
    /// The page names it.
    Named,
    /// It stands where sites keep their feeds.
    Common,
}

/// Looks at an address.
pub async fn look(fetcher: &Fetcher, url: &PageUrl, limits: &Limits, now: Timestamp) -> Result<Looked, Wrong> {
    let source = Source::bare(url.clone(), Duration::ZERO);
    let look = Look { visit: fetcher.visit(&source), source: &source, depth: limits.depth, now };
    let document = look.get(url, Purpose::Source).await?;
    // What moved for good is polled where it is now.
    let here = document.caching.moved_to.clone().unwrap_or_else(|| url.clone());
    let read = look.read(&document).await;
    let read = match read {
        Ok((entries, found)) if entries.kind != SourceKind::Page => {
            return Ok(Looked { url: here, way: Way::Itself, entries, found, select: None, others: Vec::new() });
        }
        // Beyond this there may still be a feed beside it; all else is the address's own failure.
        Err(wrong) if wrong.fault != Fault::NotAFeed => return Err(wrong),
        read => read,
    };
    let named: Vec<PageUrl> = read.as_ref().map(|(entries, _)| entries.feeds.clone()).unwrap_or_default();
    let common = COMMON.iter().filter_map(|path| document.url.join(path).ok());
    let tries = named.iter().take(NAMED_MAX).cloned().map(|url| (url, Way::Named));
    let tries = tries.chain(common.map(|url| (url, Way::Common)));
    for (candidate, way) in tries {
        // A page that names a feed which can be read needs no guesses.
        if let Some((entries, found)) = look.feed(&candidate).await {
            let others = named.into_iter().filter(|other| *other != candidate).collect();
            return Ok(Looked { url: candidate, way, entries, found, select: None, others });
        }
    }
    let (entries, found) = read?;
    if entries.entries.is_empty() {
        return Err(probe::wrong(
            Fault::NotAFeed,
            format!("{url}: neither a feed, nor a page that names one or lists articles"),
        ));
    }
    let select = look.selectors(document, &entries).await;
    Ok(Looked { url: here, way: Way::Itself, entries, found, select, others: Vec::new() })
}

struct Look<'a> {
    visit: Visit<'a>,
    source: &'a Source,
    depth: usize,
    now: Timestamp,
}

impl Look<'_> {
    async fn get(&self, url: &PageUrl, purpose: Purpose) -> Result<Document, Wrong> {
        match self.visit.get(Request { url: url.clone(), purpose, validators: Validators::default() }).await {
            Fetched::Fresh(document) => Ok(*document),
            Fetched::NotModified(_) => {
                Err(probe::wrong(Fault::MalformedHttp, format!("{url}: 304 without a condition")))
            }
            Fetched::Refused(error) => {
                Err(Wrong { status: error.status(), ..probe::wrong(error.fault(), with_causes(&error)) })
            }
        }
    }

    async fn read(&self, document: &Document) -> Result<(Entries, Found), Wrong> {
        let (source, document, depth, now) = (self.source.clone(), document.clone(), self.depth, self.now);
        let read = tokio::task::spawn_blocking(move || probe::read(source, &document, depth, now)).await;
        read.unwrap_or_else(|_| Err(probe::wrong(Fault::Defect, "its reader failed; a defect of ours".to_owned())))
    }

    /// A feed with entries.
    async fn feed(&self, url: &PageUrl) -> Option<(Entries, Found)> {
        let document = self.get(url, Purpose::Source).await.ok()?;
        let (entries, found) = self.read(&document).await.ok()?;
        (entries.kind == SourceKind::Feed && !entries.entries.is_empty()).then_some((entries, found))
    }

    async fn selectors(&self, document: Document, entries: &Entries) -> Option<Suggested> {
        let (source, listed, depth, now) = (self.source.clone(), entries.entries.clone(), self.depth, self.now);
        let read = tokio::task::spawn_blocking(move || parse::suggest(&source, &document, &listed, (depth, now)));
        read.await.ok().flatten()
    }
}
