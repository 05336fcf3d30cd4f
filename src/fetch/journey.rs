//! One errand from hop to hop: each guarded, permitted by robots.txt, counted, paced and timed before it is made.
//!
//! Not here: what a request is for (`mod`), one hop's own request and answer (`exchange`).

use std::sync::Arc;
use std::time::Duration;

use crate::fetch::budget::{Budget, EXTRA_MAX, Stopwatch};
use crate::fetch::client::Clients;
use crate::fetch::clock::Clock;
use crate::fetch::error::FetchError;
use crate::fetch::exchange::{Answer, Ask, Reply, exchange};
use crate::fetch::guard::Guard;
use crate::fetch::pace::Pace;
use crate::fetch::permission::{Permission, Permissions};
use crate::fetch::redirect::Trail;
use crate::fetch::robots::{FILE_BYTES_MAX, Rules};
use crate::model::document::Validators;
use crate::model::fault::Fault;
use crate::model::settings::Limits;
use crate::model::url::PageUrl;

/// How long robots.txt may take, redirects included: a file that hangs must not cost its host all its time.
const ROBOTS_DEADLINE: Duration = Duration::from_secs(10);

/// Redirects of a robots.txt that are followed (RFC 9309, 2.3.1.2: at least five).
const ROBOTS_REDIRECTS_MAX: usize = 5;

const ACCEPT_ROBOTS: &str = "text/plain, */*;q=0.1";

/// What all journeys share: connections, robots.txt, the pace of every host.
#[derive(Debug)]
pub(super) struct Net {
    pub(super) clients: Clients,
    pub(super) guard: Arc<Guard>,
    pub(super) pace: Pace,
    pub(super) permissions: Permissions,
    pub(super) clock: Clock,
    pub(super) limits: Limits,
}

/// What all errands of one source in one pass share.
#[derive(Debug)]
pub(super) struct Journey<'a> {
    pub(super) net: &'a Net,
    pub(super) budget: Budget,
    /// Between two requests of a host.
    pub(super) delay: Duration,
}

/// What is to be brought from one address, wherever redirects lead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Errand<'a> {
    pub(super) accept: &'static str,
    pub(super) validators: Option<&'a Validators>,
    pub(super) body_bytes: u64,
    pub(super) kind: Kind,
    pub(super) obeys_robots: bool,
}

/// How the requests of an errand are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its first request is an article's, beside which the others are counted.
    Article,
    /// Every request is one beside the articles.
    Beside,
    /// robots.txt itself: counted without being refused, and cut at its limit.
    Robots,
}

impl Journey<'_> {
    /// Goes from redirect to redirect until there is an answer.
    pub(super) async fn travel(
        &self,
        errand: Errand<'_>,
        trail: &mut Trail,
        watch: &mut Stopwatch,
    ) -> Result<Answer, FetchError> {
        loop {
            let (url, authority) = (trail.url().clone(), trail.url().authority());
            let crawl_delay = self.enter(&url, errand).await?;
            self.count(&url, errand, trail.hops())?;
            let turn = self.net.pace.turn(&url, crawl_delay.unwrap_or_default().max(self.delay)).await;
            let turn =
                turn.map_err(|quiet| FetchError::RateLimited { url: Box::new(url.clone()), retry_after: Some(quiet) })?;
            let reply = watch.run(&self.budget, &url, self.ask(errand, trail)).await;
            drop(turn);
            match reply.inspect_err(|error| self.heed(&authority, error))? {
                Reply::Redirect { location, permanent } => trail.follow(&location, permanent)?,
                Reply::Answer(answer) => {
                    if errand.kind == Kind::Article && trail.hops() > 0 {
                        self.budget.give_back(&authority);
                    }
                    return Ok(answer);
                }
            }
        }
    }

    /// Keeps the silence that a host asks for. These two statuses speak for the host; others with a Retry-After for one address.
    pub(super) fn heed(&self, authority: &str, error: &FetchError) {
        if error.status() == Some(429) {
            self.budget.refuse(authority);
        }
        if let (Some(429 | 503), Some(wait)) = (error.status(), error.retry_after()) {
            self.net.pace.quiet(authority, wait);
        }
    }

    /// Whether a hop may be made at all; if so, how long its host wants between two pages.
    pub(super) async fn enter(&self, url: &PageUrl, errand: Errand<'_>) -> Result<Option<Duration>, FetchError> {
        if self.budget.exhausted() {
            return Err(FetchError::Exhausted { url: Box::new(url.clone()), after: self.budget.failing() });
        }
        if let Err(blocked) = self.net.guard.check(url) {
            return Err(FetchError::BlockedAddress { url: Box::new(url.clone()), address: blocked.address });
        }
        if self.budget.is_refusing(&url.authority()) {
            let retry_after = self.net.pace.quiet_for(&url.authority());
            return Err(FetchError::RateLimited { url: Box::new(url.clone()), retry_after });
        }
        if !errand.obeys_robots {
            return Ok(None);
        }
        self.permission(url).await?.judge(url)
    }

    /// Counts a hop, and refuses it when the source has cost this host enough in this pass.
    fn count(&self, url: &PageUrl, errand: Errand<'_>, hops: usize) -> Result<(), FetchError> {
        let authority = url.authority();
        let taken = match (errand.kind, hops) {
            (Kind::Robots, _) => {
                self.budget.count(&authority);
                true
            }
            (Kind::Article, 0) => true,
            // One is kept for robots.txt until it has been read: without it no article could be asked for.
            (Kind::Beside, 0) => self.budget.take(&authority, u32::from(!self.has_permission(url))),
            _ => self.budget.take(&authority, 0),
        };
        if taken { Ok(()) } else { Err(FetchError::Requests { url: Box::new(url.clone()), limit: EXTRA_MAX }) }
    }

    fn has_permission(&self, url: &PageUrl) -> bool {
        self.net.permissions.origin(&url.origin()).fresh().is_some()
    }

    async fn ask(&self, errand: Errand<'_>, trail: &Trail) -> Result<Reply, FetchError> {
        let url = trail.url();
        // Validators are for the address that gave them; the one that is asked first may pass them on.
        let ours = |given: &&Validators| trail.hops() == 0 || given.given_by.as_ref().is_none_or(|by| by == url);
        let ask = Ask {
            url,
            accept: errand.accept,
            validators: errand.validators.filter(ours),
            body_bytes: errand.body_bytes,
            cut: errand.kind == Kind::Robots,
        };
        exchange(self.net.clients.of(url), ask, self.net.clock.now()).await
    }

    /// What the robots.txt of an origin says, read if need be: once, however many ask for it at the same time.
    pub(super) async fn permission(&self, url: &PageUrl) -> Result<Permission, FetchError> {
        let origin = self.net.permissions.origin(&url.origin());
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
    async fn read_robots(&self, page: &PageUrl, before: Option<Permission>) -> Result<Permission, FetchError> {
        let url = page.join("/robots.txt").expect("a short fixed path joins to every address");
        let errand = Errand {
            accept: ACCEPT_ROBOTS,
            validators: None,
            body_bytes: FILE_BYTES_MAX as u64,
            kind: Kind::Robots,
            obeys_robots: false,
        };
        let mut trail = Trail::new(&url, ROBOTS_REDIRECTS_MAX);
        let mut watch = Stopwatch::new(ROBOTS_DEADLINE.min(self.net.limits.request), "robots");
        // Boxed, because `travel` comes here for pages and is gone through again for robots.txt.
        let answer = Box::pin(self.travel(errand, &mut trail, &mut watch)).await;
        let (rules, error) = match answer {
            Ok(Answer::Document(document)) => (Arc::new(Rules::read(&document.body)), None),
            Ok(Answer::NotModified(_)) | Err(FetchError::EmptyBody { .. }) => (Arc::default(), None),
            Err(error) if is_absence(&error) => (Arc::default(), None),
            Err(error) => {
                self.budget.failed(watch.spent());
                if is_ours(&error) {
                    return Err(error);
                }
                (before.map(|before| before.rules).unwrap_or_default(), Some(error.fault()))
            }
        };
        Ok(Permission::new(rules, error, self.net.clock.now(), Duration::ZERO))
    }
}

/// RFC 9309, 2.3.1.3: a host that answers 4xx has no robots.txt (429 speaks of requests, not of the file); 2.3.1.2: nor has one whose
/// redirects never end.
fn is_absence(error: &FetchError) -> bool {
    let status = error.status().is_some_and(|status| (400..500).contains(&status) && status != 429);
    status || matches!(error.fault(), Fault::TooManyRedirects | Fault::RedirectLoop)
}

/// A refusal of our own making, which says nothing of the file: silence that the host asked for, time that is spent.
fn is_ours(error: &FetchError) -> bool {
    matches!(error, FetchError::Exhausted { .. } | FetchError::Timeout { limit: "failing", .. })
        || error.fault() == Fault::RateLimited
}
