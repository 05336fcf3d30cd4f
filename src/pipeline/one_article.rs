//! One article of one source: its page fetched, read and routed; or, where the page is refused, the entry's own words.

use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::extract;
use crate::extract::reading::Reading;
use crate::extract::template::{Lesson, Template};
use crate::fetch::{Fetched, Purpose, Request, Visit};
use crate::model::article::{Article, Routed};
use crate::model::cluster::{ArticleId, EntryKey};
use crate::model::document::{Document, Validators};
use crate::model::entry::Entry;
use crate::model::fault::{Fault, with_causes};
use crate::model::report::Event;
use crate::model::source::Source;
use crate::model::url::PageUrl;
use crate::pipeline::decide::Sighting;
use crate::pipeline::meters::Stage;
use crate::pipeline::page::{self, Asking, Reader};
use crate::pipeline::worker::Worker;
use crate::route;

/// What all articles of a source share.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) worker: &'a Worker,
    pub(crate) source: &'a Arc<Source>,
    pub(crate) visit: &'a Visit<'a>,
    pub(crate) now: Timestamp,
    pub(crate) stop: &'a CancellationToken,
}

/// An article that is ready to be compared and stored.
#[derive(Debug)]
pub(crate) struct Made {
    /// The article and its countries.
    pub(crate) routed: Routed,
    /// The identities of its entry.
    pub(crate) keys: Vec<EntryKey>,
    /// What its entry said of itself.
    pub(crate) entry_hash: u64,
    /// How often its page failed in a way that may pass.
    pub(crate) tries: u8,
    /// The article that it is a newer form of.
    pub(crate) update: Option<ArticleId>,
    /// What its page told beside the article; none where no page was read.
    pub(crate) told: Option<Told>,
}

/// What a page tells beside its article.
#[derive(Debug)]
pub(crate) struct Told {
    /// What it teaches of its source's pages.
    pub(crate) lesson: Lesson,
    /// Whether it nested deeper than is followed.
    pub(crate) flattened: bool,
}

/// What became of an entry.
pub(crate) enum Outcome {
    /// Its page was read.
    Made(Box<Made>),
    /// Its page was refused: its own words are kept, and the refusal is told.
    Refused(Box<Made>, Event),
    /// It waits for the next pass.
    Unread,
}

/// Why a page gave no article, and whether it may give one later.
struct Refusal {
    fault: Fault,
    message: String,
    limit: Option<String>,
    may_pass: bool,
}

/// Reads the page of an entry. `template`: what is remembered of the source's pages as yet.
pub(crate) async fn read(
    context: Context<'_>,
    template: Arc<Template>,
    sighting: Sighting,
    update: Option<ArticleId>,
    tries: u8,
) -> Outcome {
    if context.stop.is_cancelled() || context.visit.exhausted() {
        return Outcome::Unread;
    }
    let Sighting { entry, keys, entry_hash, .. } = sighting;
    let Some(link) = entry.link.clone() else {
        let link = context.source.url.clone();
        let routed = from_entry(context, entry, link).await;
        return Outcome::Made(Box::new(Made { routed, keys, entry_hash, tries: 0, update, told: None }));
    };
    let request = Request { url: link.clone(), purpose: Purpose::Page, validators: Validators::default() };
    let fetching = context.worker.meters.begin(Stage::Fetch);
    let fetched = tokio::select! {
        fetched = context.visit.get(request) => fetched,
        () = context.worker.out_of_patience(context.stop) => return Outcome::Unread,
    };
    drop(fetching);
    context.worker.meters.fetched(&fetched);
    let refusal = match fetched {
        Fetched::Fresh(document) => match from_page(context, template, &entry, *document).await {
            Ok(None) => return Outcome::Unread,
            Ok(Some((routed, told))) => {
                let told = Some(told);
                return Outcome::Made(Box::new(Made { routed, keys, entry_hash, tries: 0, update, told }));
            }
            Err(refusal) => refusal,
        },
        Fetched::NotModified(_) => return Outcome::Unread,
        Fetched::Refused(error) => {
            // All the time for failing answers is spent: nothing was asked, nothing is decided.
            if error.limit() == Some("failing") {
                return Outcome::Unread;
            }
            let limit = error.limit().map(str::to_owned);
            Refusal { fault: error.fault(), message: with_causes(&error), limit, may_pass: error.may_pass() }
        }
    };
    let event = Event::Article {
        source: context.source.name.to_string(),
        link: link.to_string(),
        error: refusal.fault,
        message: refusal.message,
        limit: refusal.limit,
    };
    let tries = match refusal.fault {
        // A host that asks for quiet decides nothing about its pages, most of which were not even asked for.
        Fault::RateLimited => tries.max(1),
        _ if refusal.may_pass => tries.saturating_add(1),
        _ => 0,
    };
    let routed = from_entry(context, entry, link).await;
    Outcome::Refused(Box::new(Made { routed, keys, entry_hash, tries, update, told: None }), event)
}

/// What the page of an entry gave.
enum Read {
    /// The article, routed.
    Whole(Box<Routed>, Told),
    /// The beginning of one that goes on on another page.
    Begun(Box<Reading>, Told),
}

/// Reads and routes a page, in one go on the blocking pool: the DOM never leaves it. `None` when patience is over.
async fn from_page(
    context: Context<'_>,
    template: Arc<Template>,
    entry: &Entry,
    document: Document,
) -> Result<Option<(Routed, Told)>, Refusal> {
    let link = entry.link.clone().unwrap_or_else(|| document.url.clone());
    if !may_be_html(&document) {
        let kind = document.media_type().unwrap_or_default().to_owned();
        return Err(refused(Fault::NotHtml, format!("{link}: `{kind}` is no page")));
    }
    let (source, entry, depth) = (Arc::clone(context.source), entry.clone(), context.worker.settings.limits.depth);
    let meters = Arc::clone(&context.worker.meters);
    let reader = Arc::new(Reader { source, entry, template, depth, now: context.now, meters });
    let first = document.url.clone();
    let route = {
        let (reader, link, gazetteer) = (Arc::clone(&reader), link.clone(), Arc::clone(&context.worker.gazetteer));
        move |reading: Reading| {
            let article: Article = extract::article(reader.entry.clone(), link, reading, &reader.source);
            reader.meters.time(Stage::Route, || route::countries(article, &reader.source, &gazetteer))
        }
    };
    let broken = || refused(Fault::Defect, format!("{link}: the reader of this page failed; this is a defect of ours"));
    let thought = {
        let (reader, route) = (Arc::clone(&reader), route.clone());
        context.worker.think(move || {
            let read = reader.read(&document);
            let (reading, lesson) = read.map_err(|error| refused(error.fault(), error.to_string()))?;
            let told = Told { lesson, flattened: reading.flattened };
            if page::goes_on(&reading, &document.url, 2) {
                return Ok(Read::Begun(Box::new(reading), told));
            }
            Ok(Read::Whole(Box::new(route(reading)), told))
        })
    };
    let (reading, told) = match thought.await.map_err(|_| broken())?? {
        Read::Whole(routed, told) => return Ok(Some((*routed, told))),
        Read::Begun(reading, told) => (reading, told),
    };
    let asking = Asking { worker: context.worker, visit: context.visit, stop: context.stop };
    let Some(reading) = page::whole(asking, &reader, &first, *reading).await else { return Ok(None) };
    let routed = context.worker.think(move || route(reading)).await.map_err(|_| broken())?;
    Ok(Some((routed, told)))
}

/// The entry's own words, routed.
async fn from_entry(context: Context<'_>, entry: Entry, link: PageUrl) -> Routed {
    let (source, gazetteer) = (Arc::clone(context.source), Arc::clone(&context.worker.gazetteer));
    let bare = Entry { id: entry.id.clone(), title: entry.title.clone(), ..Entry::default() };
    let (fallback_source, fallback_link) = (Arc::clone(&source), link.clone());
    let thought = context.worker.think(move || {
        let article = extract::from_entry(entry, link, &source);
        route::countries(article, &source, &gazetteer)
    });
    // A summary that fells its reader is left out; the title and the link are published all the same.
    thought.await.unwrap_or_else(|_| Routed {
        article: extract::from_entry(bare, fallback_link, &fallback_source),
        countries: Vec::new(),
    })
}

fn refused(fault: Fault, message: String) -> Refusal {
    Refusal { fault, message, limit: None, may_pass: false }
}

/// Servers say `text/html` or nothing; a picture or a PDF is no page.
fn may_be_html(document: &Document) -> bool {
    document.media_type().is_none_or(|kind| {
        let kind = kind.to_ascii_lowercase();
        kind.is_empty() || kind.contains("html") || kind == "text/plain" || kind.ends_with("xml")
    })
}
