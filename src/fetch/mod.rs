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
pub mod gate;
pub mod guard;
mod journey;
pub mod messenger;
mod pace;
mod permission;
mod redirect;
mod retry;
pub mod robots;
mod status;
mod tell;
mod transport;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::sleep;

use crate::fetch::budget::{Budget, Stopwatch};
use crate::fetch::client::Clients;
use crate::fetch::clock::Clock;
use crate::fetch::error::FetchError;
use crate::fetch::exchange::Answer;
use crate::fetch::gate::Gate;
use crate::fetch::guard::Guard;
use crate::fetch::journey::{Errand, Journey, Kind, Net};
use crate::fetch::pace::Pace;
use crate::fetch::permission::{Permission, Permissions};
use crate::fetch::redirect::Trail;
use crate::fetch::robots::Rules;
use crate::model::document::{Caching, Document, Validators};
use crate::model::settings::{Limits, Network, Worker};
use crate::model::source::{HostState, Source};
use crate::model::url::PageUrl;

const ACCEPT_SOURCE: &str = "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, \
    application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.1";
const ACCEPT_PAGE: &str = "text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.1";

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
    net: Net,
}

/// One pass over one source: counts its requests and the time its failing answers take.
#[derive(Debug)]
pub struct Visit<'a> {
    journey: Journey<'a>,
    robots_for_source: bool,
}

impl Fetcher {
    /// A client that keeps to these settings.
    pub fn new(worker: &Worker, network: &Network, limits: &Limits) -> Result<Self, FetchError> {
        let guard = Arc::new(Guard::new(network));
        let net = Net {
            clients: Clients::new(worker, network, &guard)?,
            guard,
            pace: Pace::new(worker),
            permissions: Permissions::default(),
            clock: Clock::default(),
            limits: limits.clone(),
        };
        Ok(Self { net })
    }

    /// From now on hosts are shared with other workers: each is asked only by the one that the gate lets in.
    pub fn share(&self, gate: Arc<dyn Gate>) {
        self.net.pace.share(gate);
    }

    /// Takes up what an earlier pass learned of hosts, and what time it is.
    ///
    /// To be called when a pass begins, even if nothing is known: ages and dates are counted from `now` on.
    pub fn remember(&self, hosts: Vec<HostState>, now: Timestamp) {
        self.net.clock.set(now);
        for host in hosts {
            if let (Some(until), Some((_, authority))) = (host.quiet_until, host.origin.split_once("://")) {
                self.net.pace.quiet(authority, Duration::try_from(until.duration_since(now)).unwrap_or_default());
            }
            let origin = self.net.permissions.origin(&host.origin);
            let Some(read) = host.robots_read else { continue };
            if origin.known().is_some_and(|known| known.read >= Some(read)) {
                continue;
            }
            // A time in the future is a clock that jumped; a failure is not believed beyond its pass: both as old as can be.
            let age = Duration::try_from(now.duration_since(read)).ok().filter(|_| host.robots_error.is_none());
            let age = age.unwrap_or(Duration::MAX);
            let rules = Arc::new(Rules::read(host.robots.as_bytes()));
            origin.learn(Permission::new(rules, host.robots_error, Some(read), age));
        }
    }

    /// What was learned of the hosts of these addresses, to be stored.
    pub fn learned(&self, urls: &[PageUrl]) -> Vec<HostState> {
        let hosts: BTreeSet<(String, String)> = urls.iter().map(|url| (url.origin(), url.authority())).collect();
        let states = hosts.into_iter().filter_map(|(origin, authority)| {
            let known = self.net.permissions.known(&origin);
            let quiet_until = self.net.pace.quiet_for(&authority).and_then(|wait| self.net.clock.after(wait));
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

    /// Whether an address may be connected to, as far as it tells itself: of a name only what it resolves to would.
    pub fn admits(&self, url: &PageUrl) -> bool {
        self.net.guard.check(url).is_ok()
    }

    /// Begins a pass over a source.
    pub fn visit(&self, source: &Source) -> Visit<'_> {
        let budget = Budget::new(self.net.limits.failing);
        let journey = Journey { net: &self.net, budget, delay: source.delay };
        Visit { journey, robots_for_source: source.robots_for_feed }
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
                Err(error) if retry::worthwhile(&error, tries, &self.journey.budget) => sleep(retry::PAUSE).await,
                Err(error) => return Fetched::Refused(error),
            }
            tries += 1;
        }
    }

    /// Whether robots.txt lets a page be read; it is read for that, if it is not known.
    pub async fn permitted(&self, url: &PageUrl) -> Result<(), FetchError> {
        self.journey.permission(url).await?.judge(url).map(drop)
    }

    /// Sends a form to a hub; well when it was taken. What the hub answers beside its status is not read.
    pub async fn tell(&self, hub: &PageUrl, form: &str) -> Result<(), FetchError> {
        self.journey.tell(hub, form).await
    }

    /// Sends bytes with these headers; well when they were taken. What is answered beside a status is not read.
    pub async fn send(
        &self,
        to: &PageUrl,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<(), FetchError> {
        self.journey.send_with(to, headers, body).await
    }

    /// Whether so much time went into failing answers that the rest waits for the next pass.
    pub fn exhausted(&self) -> bool {
        self.journey.budget.exhausted()
    }

    async fn attempt(&self, request: &Request, tries: u32) -> Result<Fetched, FetchError> {
        let limits = &self.journey.net.limits;
        let source = request.purpose == Purpose::Source;
        // A second try of an article is one request more than it should have cost.
        let article = request.purpose == Purpose::Page && tries == 1;
        let given = &request.validators;
        let errand = Errand {
            accept: if source { ACCEPT_SOURCE } else { ACCEPT_PAGE },
            validators: (given.etag.is_some() || given.last_modified.is_some()).then_some(given),
            body_bytes: limits.body_bytes,
            kind: if article { Kind::Article } else { Kind::Beside },
            obeys_robots: !source || self.robots_for_source,
        };
        let mut trail = Trail::new(&request.url, limits.redirects);
        let mut watch = Stopwatch::new(limits.request, "request");
        let answer = self.journey.travel(errand, &mut trail, &mut watch).await;
        if answer.is_err() {
            self.journey.budget.failed(watch.spent());
        }
        Ok(match answer? {
            Answer::Document(mut document) => {
                document.caching.moved_to = trail.moved_to();
                Fetched::Fresh(document)
            }
            Answer::NotModified(mut caching) => {
                caching.moved_to = trail.moved_to();
                Fetched::NotModified(*caching)
            }
        })
    }
}
