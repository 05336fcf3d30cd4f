//! An address in, a document out: the address guard, robots.txt, the pace of a host, deadlines, sizes, validators.
//!
//! Knows nothing of what the bytes mean. The only concurrent stage: `pipeline` drives it, `pace` bounds it.

mod budget;
mod cache;
mod client;
mod clock;
mod decode;
pub mod error;
mod exchange;
pub mod guard;
mod pace;
mod permission;
mod redirect;
mod retry;
pub mod robots;
mod status;
mod transport;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::sleep;

use crate::fetch::budget::{Budget, EXTRA_MAX, Stopwatch};
use crate::fetch::client::Clients;
use crate::fetch::clock::Clock;
use crate::fetch::error::FetchError;
use crate::fetch::exchange::{Answer, Ask, exchange};
use crate::fetch::guard::Guard;
use crate::fetch::pace::Pace;
use crate::fetch::permission::{Permission, Permissions, origin_of};
use crate::fetch::redirect::Trail;
use crate::fetch::robots::Rules;
use crate::model::document::{Caching, Document, Validators};
use crate::model::fault::Fault;
use crate::model::settings::{Limits, Network, Worker};
use crate::model::source::{HostState, Source};
use crate::model::url::PageUrl;

/// How long robots.txt may take, redirects included: a file that hangs must not cost its host all its time.
const ROBOTS_DEADLINE: Duration = Duration::from_secs(10);

/// Redirects of a robots.txt that are followed (RFC 9309, 2.3.1.2: at least five).
const ROBOTS_REDIRECTS_MAX: usize = 5;

const ACCEPT_SOURCE: &str = "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, \
    application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.1";
const ACCEPT_PAGE: &str = "text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.1";
const ACCEPT_ROBOTS: &str = "text/plain, */*;q=0.1";

/// What a request is for: which `Accept` it sends, whether robots.txt is asked, and how it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A feed, a sitemap, or a listing with no kind said: read whatever robots.txt says, unless the source wants it obeyed.
    Source,
    /// A page that lists articles: robots.txt is obeyed; counted as one of the few requests beside the articles.
    Listing,
    /// An article's page: robots.txt is obeyed.
    Page,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Where.
    pub url: PageUrl,
    /// What for.
    pub purpose: Purpose,
    /// What the last answer gave to send back.
    pub validators: Validators,
}

/// What came of a request.
#[derive(Debug)]
pub enum Fetched {
    /// A document.
    Fresh(Box<Document>),
    /// 304: what we have is still right; newer caching headers with it.
    NotModified(Caching),
    /// No document, and why.
    Refused(FetchError),
}

/// The client of a whole run: connections, robots.txt, the pace of every host.
#[derive(Debug)]
pub struct Fetcher {
    clients: Clients,
    guard: Arc<Guard>,
    pace: Pace,
    permissions: Permissions,
    clock: Clock,
    limits: Limits,
}

/// One pass over one source: counts its requests and the time its failing answers take.
#[derive(Debug)]
pub struct Visit<'a> {
    fetcher: &'a Fetcher,
    budget: Budget,
    delay: Duration,
    robots_for_source: bool,
}

/// What is to be brought from one address, wherever redirects lead.
#[derive(Debug, Clone, Copy)]
struct Errand<'a> {
    accept: &'static str,
    validators: Option<&'a Validators>,
    body_bytes: u64,
    /// robots.txt itself: cut at its limit, and counted without being refused.
    robots: bool,
    obeys_robots: bool,
    /// The first request is an article's, beside which the others are counted.
    free: bool,
}

impl Fetcher {
    /// A client that keeps to these settings.
    pub fn new(worker: &Worker, network: &Network, limits: &Limits) -> Result<Self, FetchError> {
        let guard = Arc::new(Guard::new(network));
        Ok(Self {
            clients: Clients::new(worker, &guard)?,
            guard,
            pace: Pace::new(worker),
            permissions: Permissions::default(),
            clock: Clock::default(),
            limits: limits.clone(),
        })
    }

    /// Takes up what an earlier pass learned of hosts, and what time it is.
    ///
    /// To be called when a pass begins, even if nothing is known: ages and dates are counted from `now` on.
    pub fn remember(&self, hosts: Vec<HostState>, now: Timestamp) {
        self.clock.set(now);
        for host in hosts {
            if let (Some(until), Some((_, authority))) = (host.quiet_until, host.origin.split_once("://")) {
                self.pace.quiet(authority, Duration::try_from(until.duration_since(now)).unwrap_or_default());
            }
            let origin = self.permissions.origin(&host.origin);
            let Some(read) = host.robots_read else { continue };
            if origin.known().is_some_and(|known| known.read >= Some(read)) {
                continue;
            }
            // A time in the future is a clock that jumped: as old as can be.
            let age = Duration::try_from(now.duration_since(read)).unwrap_or(Duration::MAX);
            let rules = Arc::new(Rules::read(host.robots.as_bytes()));
            origin.learn(Permission::new(rules, host.robots_error, Some(read), age));
        }
    }

    /// What was learned of the hosts of these addresses, to be stored.
    pub fn learned(&self, urls: &[PageUrl]) -> Vec<HostState> {
        let hosts: BTreeSet<(String, String)> = urls.iter().map(|url| (origin_of(url), url.authority())).collect();
        let states = hosts.into_iter().filter_map(|(origin, authority)| {
            let known = self.permissions.known(&origin);
            let quiet_until = self.pace.quiet_for(&authority).and_then(|wait| self.clock.after(wait));
            if known.is_none() && quiet_until.is_none() {
                return None;
            }
            Some(HostState {
                robots: known.as_ref().map(|known| known.rules.to_text()).unwrap_or_default(),
                robots_error: known.as_ref().and_then(|known| known.error),
                robots_read: known.and_then(|known| known.read),
                origin,
                quiet_until,
            })
        });
        states.collect()
    }

    /// Begins a pass over a source.
    pub fn visit(&self, source: &Source) -> Visit<'_> {
        Visit {
            fetcher: self,
            budget: Budget::new(self.limits.failing),
            delay: source.delay,
            robots_for_source: source.robots_for_feed,
        }
    }
}

impl Visit<'_> {
    /// Asks once, politely: waits for the host's pace, follows redirects through the guard, takes no more than the limits.
    /// Where no connection was made or it was cut before an answer, one more try is made, a little later.
    pub async fn get(&self, request: Request) -> Fetched {
        let mut tries = 1;
        loop {
            match self.attempt(&request, tries).await {
                Ok(fetched) => return fetched,
                Err(error) if retry::worthwhile(&error, tries, &self.budget) => sleep(retry::PAUSE).await,
                Err(error) => return Fetched::Refused(error),
            }
            tries += 1;
        }
    }

    /// Whether so much time went into failing answers that the rest waits for the next pass.
    pub fn exhausted(&self) -> bool {
        self.budget.exhausted()
    }

    async fn attempt(&self, request: &Request, tries: u32) -> Result<Fetched, FetchError> {
        let limits = &self.fetcher.limits;
        let source = request.purpose == Purpose::Source;
        let errand = Errand {
            accept: if source { ACCEPT_SOURCE } else { ACCEPT_PAGE },
            validators: Some(&request.validators).filter(|given| given.etag.is_some() || given.last_modified.is_some()),
            body_bytes: limits.body_bytes,
            robots: false,
            obeys_robots: !source || self.robots_for_source,
            free: request.purpose == Purpose::Page && tries == 1,
        };
        let mut trail = Trail::new(&request.url, limits.redirects);
        let mut watch = Stopwatch::new(limits.request, "request");
        let answer = self.travel(errand, &mut trail, &mut watch).await;
        if answer.is_err() {
            self.budget.failed(watch.spent());
        }
        match answer? {
            Answer::Document(mut document) => {
                document.moved_to = trail.moved_to();
                document.caching.moved_to = trail.moved_to();
                Ok(Fetched::Fresh(document))
            }
            Answer::NotModified(mut caching) => {
                caching.moved_to = trail.moved_to();
                Ok(Fetched::NotModified(*caching))
            }
            Answer::Redirect { .. } => unreachable!("`travel` follows every redirect or fails"),
        }
    }

    /// Goes from redirect to redirect until there is an answer: each hop guarded, permitted, counted, paced, and timed.
    async fn travel(&self, errand: Errand<'_>, trail: &mut Trail, watch: &mut Stopwatch) -> Result<Answer, FetchError> {
        loop {
            let url = trail.url().clone();
            let crawl_delay = self.enter(&url, errand).await?;
            self.count(&url, errand, trail.hops())?;
            let authority = url.authority();
            let turn = self.fetcher.pace.turn(&authority, crawl_delay.unwrap_or_default().max(self.delay)).await;
            let turn = turn.map_err(|quiet| rate_limited(&url, quiet))?;
            let answer = watch.run(&self.budget, &url, self.ask(errand, trail)).await;
            drop(turn);
            match answer {
                Ok(Answer::Redirect { location, permanent }) => trail.follow(&location, permanent)?,
                Ok(answer) => {
                    if errand.free && trail.hops() > 0 {
                        self.budget.give_back(&authority);
                    }
                    return Ok(answer);
                }
                Err(error) => {
                    // These two statuses speak for the host; others with a Retry-After for the one address.
                    if let (Some(429 | 503), Some(wait)) = (error.status(), error.retry_after()) {
                        self.fetcher.pace.quiet(&authority, wait);
                    }
                    return Err(error);
                }
            }
        }
    }

    /// Whether a hop may be made at all; if so, how long its host wants between two pages.
    async fn enter(&self, url: &PageUrl, errand: Errand<'_>) -> Result<Option<Duration>, FetchError> {
        if self.exhausted() {
            return Err(FetchError::Exhausted { url: Box::new(url.clone()), after: self.budget.failing() });
        }
        let blocked = |blocked: guard::Blocked| FetchError::BlockedAddress {
            url: Box::new(url.clone()),
            address: blocked.address,
        };
        self.fetcher.guard.check(url).map_err(blocked)?;
        if !errand.obeys_robots {
            return Ok(None);
        }
        self.permission(url).await?.judge(url)
    }

    /// Counts a hop, and refuses it when the source has cost this host enough in this pass.
    fn count(&self, url: &PageUrl, errand: Errand<'_>, hops: usize) -> Result<(), FetchError> {
        let authority = url.authority();
        if errand.robots {
            self.budget.count(&authority);
            return Ok(());
        }
        // One is kept for robots.txt as long as it has not been read: without it no article could be asked for.
        let read = || self.fetcher.permissions.origin(&origin_of(url)).fresh().is_some();
        let taken = match (errand.free, hops) {
            (true, 0) => true,
            (false, 0) => self.budget.take(&authority, u32::from(!read())),
            _ => self.budget.take(&authority, 0),
        };
        if taken { Ok(()) } else { Err(FetchError::Requests { url: Box::new(url.clone()), limit: EXTRA_MAX }) }
    }

    async fn ask(&self, errand: Errand<'_>, trail: &Trail) -> Result<Answer, FetchError> {
        let url = trail.url();
        // Validators are for the address that gave them; the one that is asked first may pass them on.
        let ours = |given: &&Validators| trail.hops() == 0 || given.given_by.as_ref().is_none_or(|by| by == url);
        let ask = Ask {
            url,
            accept: errand.accept,
            validators: errand.validators.filter(ours),
            body_bytes: errand.body_bytes,
            cut: errand.robots,
        };
        exchange(self.fetcher.clients.of(url), ask, self.fetcher.clock.now()).await
    }

    /// What the robots.txt of an origin says, read if need be: once, however many ask for it at the same time.
    async fn permission(&self, url: &PageUrl) -> Result<Permission, FetchError> {
        let origin = self.fetcher.permissions.origin(&origin_of(url));
        if let Some(known) = origin.fresh() {
            return Ok(known);
        }
        let _reading = origin.reading.acquire().await.expect("this semaphore is never closed");
        if let Some(known) = origin.fresh() {
            return Ok(known);
        }
        let permission = self.read_robots(url, origin.known()).await?;
        origin.learn(permission.clone());
        Ok(permission)
    }

    /// Reads robots.txt. `Err` is what says nothing of it: a host that wants silence, a source whose time is spent.
    async fn read_robots(&self, url: &PageUrl, before: Option<Permission>) -> Result<Permission, FetchError> {
        let Ok(url) = url.join("/robots.txt") else {
            unreachable!("a fixed path joins to every address");
        };
        let errand = Errand {
            accept: ACCEPT_ROBOTS,
            validators: None,
            body_bytes: robots::FILE_BYTES_MAX as u64,
            robots: true,
            obeys_robots: false,
            free: false,
        };
        let mut trail = Trail::new(&url, ROBOTS_REDIRECTS_MAX);
        let mut watch = Stopwatch::new(ROBOTS_DEADLINE.min(self.fetcher.limits.request), "robots");
        // Boxed, because `travel` comes here for pages and is gone through again for robots.txt.
        let answer = Box::pin(self.travel(errand, &mut trail, &mut watch)).await;
        let read = self.fetcher.clock.now();
        let (rules, error) = match answer {
            Ok(Answer::Document(document)) => (Arc::new(Rules::read(&document.body)), None),
            Ok(_) | Err(FetchError::EmptyBody { .. }) => (Arc::default(), None),
            Err(error) if is_absence(&error) => (Arc::default(), None),
            Err(error) => {
                self.budget.failed(watch.spent());
                if is_ours(&error) {
                    return Err(error);
                }
                (before.map(|before| before.rules).unwrap_or_default(), Some(error.fault()))
            }
        };
        Ok(Permission::new(rules, error, read, Duration::ZERO))
    }
}

/// RFC 9309, 2.3.1.3: a host that answers 4xx has no robots.txt (429 says something else); nor has one (2.3.1.2) whose redirects never end.
fn is_absence(error: &FetchError) -> bool {
    let status = error.status().is_some_and(|status| (400..500).contains(&status) && status != 429);
    status || matches!(error.fault(), Fault::TooManyRedirects | Fault::RedirectLoop)
}

/// A refusal of our own making, which says nothing of the file: silence that the host asked for, time that is spent.
fn is_ours(error: &FetchError) -> bool {
    matches!(error, FetchError::Exhausted { .. } | FetchError::Timeout { limit: "failing", .. })
        || (error.fault() == Fault::RateLimited && error.retry_after().is_some())
}

fn rate_limited(url: &PageUrl, quiet: Duration) -> FetchError {
    FetchError::RateLimited { url: Box::new(url.clone()), retry_after: Some(quiet) }
}
