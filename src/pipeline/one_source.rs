//! One source in one pass: asked, read, its new articles fetched and routed. Stores nothing: what it brought is settled later.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::dedup;
use crate::extract::template::Template;
use crate::fetch::error::FetchError;
use crate::fetch::{Fetched, Purpose, Request, Visit};
use crate::model::cluster::{ArticleId, EntryKey, Known};
use crate::model::document::{Caching, Document, Validators};
use crate::model::entry::Entries;
use crate::model::fault::{Fault, with_causes};
use crate::model::report::{Event, SourceReport};
use crate::model::settings::PAGES_MAX;
use crate::model::source::{HostState, Source, SourceKind, SourceState};
use crate::model::url::PageUrl;
use crate::parse;
use crate::parse::error::ParseError;
use crate::pipeline::decide::{self, Plan, Sighting};
use crate::pipeline::meters::Stage;
use crate::pipeline::one_article::{self, Made, Outcome};
use crate::pipeline::remember::{self, Failure};
use crate::pipeline::takedown;
use crate::pipeline::worker::Worker;
use crate::store::error::StoreError;

/// What one source brought: everything that `settle` needs to store it, and nothing stored yet.
#[derive(Debug)]
pub(crate) struct Brought {
    /// Whose it is.
    pub(crate) source: Arc<Source>,
    /// What will be remembered of the source.
    pub(crate) state: SourceState,
    /// Articles, the newest first.
    pub(crate) made: Vec<Made>,
    /// Identities of entries that are known from now on without an article.
    pub(crate) noted: Vec<EntryKey>,
    /// Entries that were known: their identities, and the article.
    pub(crate) listed: Vec<(Vec<EntryKey>, Known)>,
    /// What was learned of hosts.
    pub(crate) hosts: Vec<HostState>,
    /// What is told of it.
    pub(crate) report: SourceReport,
    /// Pages that were refused, as events.
    pub(crate) refused: Vec<Event>,
    /// Limits that were reached.
    pub(crate) reached: Vec<String>,
}

/// Why a source gave no entries.
#[derive(Debug, thiserror::Error)]
enum SourceError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Parse(#[from] ParseError),
    #[error("the reader of `{url}` failed; this is a defect of ours")]
    Panicked { url: PageUrl },
}

impl SourceError {
    fn fault(&self) -> Fault {
        match self {
            Self::Fetch(error) => error.fault(),
            Self::Parse(error) => error.fault(),
            Self::Panicked { .. } => Fault::Defect,
        }
    }
}

/// What a source answered.
enum Answer {
    /// The same as last time.
    Same(Box<Caching>),
    /// Entries, the document they came from, and whether all of its further pages could be read.
    Entries(Box<(Document, Entries, bool)>),
    /// The pass was told to stop before it answered.
    Stopped,
}

/// A source under way: what all steps need.
struct Reading<'a> {
    worker: &'a Worker,
    source: &'a Arc<Source>,
    visit: Visit<'a>,
    now: Timestamp,
    stop: &'a CancellationToken,
}

/// Asks a source and reads what is new in it.
pub(crate) async fn read(
    worker: &Worker,
    source: Arc<Source>,
    mut state: SourceState,
    now: Timestamp,
    stop: &CancellationToken,
) -> Result<Brought, StoreError> {
    let visit = worker.fetcher.visit(&source);
    let reading = Reading { worker, source: &source, visit, now, stop };
    let before = state.clone();
    remember::configured(&mut state, &source);
    state.last_asked = Some(now);
    let answer = reading.ask(&mut state).await;
    let mut brought = reading.nothing(state);
    match answer {
        Err(error) => failed(&mut brought, &error, now),
        Ok(Answer::Same(caching)) => {
            brought.report.not_modified = true;
            remember::unchanged(&mut brought.state, &caching);
            remember::succeeded(&mut brought.state, &source, &caching, false, now);
            reading.try_again(&mut brought).await?;
        }
        Ok(Answer::Entries(answer)) => {
            let (document, entries, whole) = *answer;
            reading.take_up(&mut brought, &document, entries).await?;
            if !whole {
                remember::unfinished(&mut brought.state);
                brought.reached.push(format!("pages (some of `{}` wait)", source.name));
            }
            brought.report.limit = brought.reached.first().cloned();
        }
        Ok(Answer::Stopped) => {
            brought.report.asked = false;
            brought.state = before;
        }
    }
    let mut touched: Vec<PageUrl> = brought.made.iter().map(|made| made.routed.article.link.clone()).collect();
    touched.push(source.url.clone());
    brought.hosts = worker.fetcher.learned(&touched);
    Ok(brought)
}

impl Reading<'_> {
    fn nothing(&self, state: SourceState) -> Brought {
        Brought {
            source: Arc::clone(self.source),
            state,
            made: Vec::new(),
            noted: Vec::new(),
            listed: Vec::new(),
            hosts: Vec::new(),
            report: SourceReport {
                name: self.source.name.to_string(),
                url: self.source.url.to_string(),
                asked: true,
                ..SourceReport::default()
            },
            refused: Vec::new(),
            reached: Vec::new(),
        }
    }

    /// Asks the source's address, the feed found on it, and its further pages.
    async fn ask(&self, state: &mut SourceState) -> Result<Answer, SourceError> {
        let url = remember::address(self.source, state);
        let same_address = remember::is_known(state, &url);
        let validators = if same_address { state.validators.clone() } else { Validators::default() };
        let purpose = self.purpose(state.kind);
        let Some(fetched) = self.get(Request { url: url.clone(), purpose, validators }).await else {
            return Ok(Answer::Stopped);
        };
        let document = match fetched {
            Fetched::Refused(error) => return Err(error.into()),
            Fetched::NotModified(caching) => {
                remember::moved(state, &caching, &url);
                return Ok(Answer::Same(Box::new(caching)));
            }
            Fetched::Fresh(document) => *document,
        };
        remember::moved(state, &document.caching, &url);
        if same_address && state.body_hash == Some(remember::body_hash(&document.body)) {
            return Ok(Answer::Same(Box::new(document.caching)));
        }
        let (mut document, mut entries) = self.parse(document, state.kind).await?;
        if let Some((feed, found)) = self.follow_feed(&entries).await {
            state.found_feed = Some(feed.url.clone());
            (document, entries) = (feed, found);
        }
        let further = self.further_pages(&mut entries).await;
        state.asked_url = Some(state.found_feed.clone().unwrap_or(url));
        // With pages that could not be read, the same first page must be read again next time.
        state.body_hash = further.then(|| remember::body_hash(&document.body));
        Ok(Answer::Entries(Box::new((document, entries, further))))
    }

    /// Asks once; `None` when the pass was told to stop and patience is over.
    async fn get(&self, request: Request) -> Option<Fetched> {
        let _fetching = self.worker.meters.begin(Stage::Fetch);
        tokio::select! {
            fetched = self.visit.get(request) => {
                self.worker.meters.fetched(&fetched);
                Some(fetched)
            }
            () = self.worker.out_of_patience(self.stop) => None,
        }
    }

    /// robots.txt speaks of pages that are scraped; a feed is published to be polled. `found`: what it turned out to be.
    fn purpose(&self, found: Option<SourceKind>) -> Purpose {
        match self.source.kind.or(found) {
            Some(SourceKind::Page) => Purpose::Listing,
            _ if self.source.select.is_some() => Purpose::Listing,
            _ => Purpose::Source,
        }
    }

    /// Parses on the blocking pool; a parser that panics fails its source alone.
    async fn parse(&self, document: Document, found: Option<SourceKind>) -> Result<(Document, Entries), SourceError> {
        let (source, depth, now) = (self.as_found(found), self.worker.settings.limits.depth, self.now);
        let (url, meters) = (document.url.clone(), Arc::clone(&self.worker.meters));
        let parsed = self.worker.think(move || {
            let entries = meters.time(Stage::Parse, || parse::entries(&source, &document, depth, now));
            (document, entries)
        });
        match parsed.await {
            Ok((document, entries)) => Ok((document, entries?)),
            Err(_) => Err(SourceError::Panicked { url }),
        }
    }

    /// The source with the kind it turned out to be: an HTML page in a feed's place is then no list of articles.
    fn as_found(&self, found: Option<SourceKind>) -> Arc<Source> {
        match (self.source.kind, found) {
            (None, Some(kind)) => Arc::new(Source { kind: Some(kind), ..Source::clone(self.source) }),
            _ => Arc::clone(self.source),
        }
    }

    /// A page that names a feed, where the operator did not say which kind it is: the feed is read instead.
    async fn follow_feed(&self, entries: &Entries) -> Option<(Document, Entries)> {
        if entries.kind != SourceKind::Page || self.source.kind.is_some() || self.source.select.is_some() {
            return None;
        }
        let url = entries.feeds.first()?.clone();
        let request = Request { url, purpose: Purpose::Source, validators: Validators::default() };
        let Fetched::Fresh(document) = self.get(request).await? else { return None };
        self.parse(*document, None).await.ok().filter(|(_, entries)| entries.kind == SourceKind::Feed)
    }

    /// Members of a sitemap index, and the next pages of a listing whose operator says where they are. Whether all could be read.
    async fn further_pages(&self, entries: &mut Entries) -> bool {
        let asked_for = self.source.select.as_ref().is_some_and(|select| select.next.is_some());
        if entries.kind == SourceKind::Feed || (entries.kind == SourceKind::Page && !asked_for) {
            return true;
        }
        let mut waiting: std::collections::VecDeque<PageUrl> = std::mem::take(&mut entries.more).into();
        let mut seen = std::collections::HashSet::new();
        let pages_max = self.worker.settings.limits.pages.clamp(1, PAGES_MAX) - 1;
        let mut whole = true;
        while let Some(url) = waiting.pop_front() {
            if seen.len() >= pages_max {
                break;
            }
            if !seen.insert(url.clone()) {
                continue;
            }
            let request = Request { url, purpose: self.purpose(Some(entries.kind)), validators: Validators::default() };
            let document = match self.get(request).await {
                None => return false,
                Some(Fetched::Fresh(document)) => document,
                Some(Fetched::NotModified(_)) => continue,
                Some(Fetched::Refused(error)) => {
                    whole &= !error.may_pass();
                    continue;
                }
            };
            match self.parse(*document, Some(entries.kind)).await {
                Ok((_, page)) => {
                    entries.entries.extend(page.entries);
                    entries.reached.extend(page.reached);
                    waiting.extend(page.more);
                }
                Err(error) => debug!(source.name = %self.source.name, "A further page was left out: {error}"),
            }
        }
        whole
    }

    /// Compares the entries with what is known, and reads the pages of those that are new.
    async fn take_up(&self, brought: &mut Brought, document: &Document, entries: Entries) -> Result<(), StoreError> {
        let first_time = brought.state.last_success.is_none();
        remember::described(&mut brought.state, document, &entries);
        brought.report.entries = entries.entries.len() as u64;
        let sightings = self.sightings(decide::with_true_ids(entries.entries)).await?;
        let decided = decide::plan(sightings, first_time, &self.worker.settings.limits);
        brought.reached = entries.reached;
        brought.reached.extend(decided.reached);
        let mut work = Vec::new();
        for plan in decided.plans {
            match plan {
                Plan::Skip { keys, known } => brought.listed.push((keys, known)),
                Plan::Note(keys) => brought.noted.extend(keys),
                Plan::Scrape(sighting) => work.push((sighting, None, 0)),
                Plan::Refresh(sighting, id, tries) => work.push((sighting, Some(id), tries)),
            }
        }
        // A page that is tried again is no news of its source.
        let has_news = work.iter().any(|(_, update, tries)| update.is_none() || *tries == 0);
        let links = work.iter().filter_map(|(sighting, ..)| sighting.entry.link.as_ref());
        self.worker.remember_hosts(links, self.now).await?;
        let pages = work.len();
        let unread = self.read_articles(brought, work).await;
        if pages > unread {
            let refused: Vec<Fault> = brought.refused.iter().filter_map(refusal).collect();
            brought.state.learned.pages_read(pages - unread, &refused, self.now);
        }
        let caching = &document.caching;
        brought.state.validators = caching.validators.clone();
        remember::succeeded(&mut brought.state, self.source, caching, has_news, self.now);
        if !brought.made.is_empty() {
            brought.state.last_new = Some(self.now);
        }
        if unread > 0 {
            remember::unfinished(&mut brought.state);
            let limit = if self.visit.exhausted() { "failing" } else { "pass" };
            brought.reached.push(format!("{limit} ({unread} entries of `{}` wait)", self.source.name));
        }
        Ok(())
    }

    /// Pages that failed in a way that may pass are asked for again, though the source has nothing new.
    async fn try_again(&self, brought: &mut Brought) -> Result<(), StoreError> {
        let mut work = Vec::new();
        for id in std::mem::take(&mut brought.state.retry) {
            // One that was forgotten meanwhile is no longer tried.
            let Some(stored) = self.worker.store.article(ArticleId(id)).await? else { continue };
            let tries = stored.tries;
            brought.state.retry.push(id);
            work.push((decide::sighting_of(stored), Some(ArticleId(id)), tries));
        }
        // Those that are not reached stay in `retry`.
        let _unread = self.read_articles(brought, work).await;
        Ok(())
    }

    async fn sightings(&self, entries: Vec<crate::model::entry::Entry>) -> Result<Vec<Sighting>, StoreError> {
        let keys: Vec<Vec<EntryKey>> =
            entries.iter().map(|entry| dedup::entry_keys(&self.source.name, entry)).collect();
        let mut known = self.worker.store.known(&keys).await?;
        takedown::refuse(&*self.worker.store, &entries, &mut known).await?;
        let sightings = entries.into_iter().zip(keys).zip(known).map(|((entry, keys), known)| {
            let entry_hash = dedup::entry_hash(&entry);
            Sighting { entry, keys, entry_hash, known }
        });
        Ok(sightings.collect())
    }

    /// Reads the pages, at most as many at once as a host allows; each teaches those that are begun after it. Says how many
    /// were left for the next pass.
    async fn read_articles(&self, brought: &mut Brought, work: Vec<(Sighting, Option<ArticleId>, u8)>) -> usize {
        // The only concurrent part of a source: `fetch` holds the pace of each host, this bounds what waits for it.
        let at_once = self.worker.settings.worker.per_host.max(1);
        let context = one_article::Context {
            worker: self.worker,
            source: self.source,
            visit: &self.visit,
            now: self.now,
            stop: self.stop,
        };
        let mut template = Arc::new(Template::from_bytes(&brought.state.learned.template));
        let (mut waiting, mut outcomes, mut unread) = (work.into_iter(), FuturesOrdered::new(), 0);
        loop {
            for (sighting, update, tries) in waiting.by_ref().take(at_once - outcomes.len()) {
                outcomes.push_back(one_article::read(context, Arc::clone(&template), sighting, update, tries));
            }
            let Some(outcome) = outcomes.next().await else { break };
            match outcome {
                Outcome::Made(made) => {
                    if let Some(told) = &made.told {
                        Arc::make_mut(&mut template).learn(&told.lesson);
                        let depth = format!("depth {}", self.worker.settings.limits.depth);
                        if told.flattened && !brought.reached.contains(&depth) {
                            brought.reached.push(depth);
                        }
                    }
                    brought.made.push(*made);
                }
                Outcome::Refused(made, event) => {
                    brought.report.failed += 1;
                    brought.refused.push(event);
                    brought.made.push(*made);
                }
                Outcome::Unread => unread += 1,
            }
        }
        remember::taught(&mut brought.state, &template);
        unread
    }
}

fn refusal(event: &Event) -> Option<Fault> {
    match event {
        Event::Article { error, .. } => Some(*error),
        _ => None,
    }
}

fn failed(brought: &mut Brought, error: &SourceError, now: Timestamp) {
    let (fault, words) = (error.fault(), with_causes(error));
    let (mut status, mut retry_after) = (None, None);
    match error {
        SourceError::Fetch(error) => {
            brought.report.limit = error.limit().map(str::to_owned);
            (status, retry_after) = (error.status(), error.retry_after());
        }
        SourceError::Parse(error) => brought.report.limit = error.limit().map(str::to_owned),
        SourceError::Panicked { .. } => {}
    }
    brought.reached.extend(brought.report.limit.clone());
    let failure = Failure { fault, words: words.clone(), status, retry_after };
    remember::failed(&mut brought.state, &brought.source, failure, now);
    brought.report.error = Some(fault);
    brought.report.message = Some(words);
}
