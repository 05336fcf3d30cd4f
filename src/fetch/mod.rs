//! An address in, a document out: the address guard, robots.txt, the pace of a host, deadlines, sizes, validators.
//!
//! Knows nothing of what the bytes mean. The only concurrent stage: `pipeline` drives it, `pace` bounds it.

pub mod error;

use jiff::Timestamp;

use crate::model::document::{Caching, Document, Validators};
use crate::model::settings::{Limits, Network, Worker};
use crate::model::source::{HostState, Source};
use crate::model::url::PageUrl;
use error::FetchError;

/// What a request is for: which `Accept` it sends, and whether robots.txt is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A feed, a sitemap, or a listing with no kind said: read whatever robots.txt says, unless the source wants it obeyed.
    Source,
    /// An article's page, or a page that lists articles: robots.txt is obeyed.
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
pub struct Fetcher {}

/// One pass over one source: counts its requests and the time its failing answers take.
#[derive(Debug)]
pub struct Visit<'a> {
    #[expect(dead_code, reason = "skeleton")]
    fetcher: &'a Fetcher,
}

impl Fetcher {
    /// A client that keeps to these settings.
    pub fn new(worker: &Worker, network: &Network, limits: &Limits) -> Result<Self, FetchError> {
        let _ = (worker, network, limits);
        Ok(Self {})
    }

    /// Takes up what an earlier pass learned of hosts.
    pub fn remember(&self, hosts: Vec<HostState>, now: Timestamp) {
        let _ = (hosts, now);
    }

    /// What was learned of the hosts of these addresses, to be stored.
    pub fn learned(&self, urls: &[PageUrl]) -> Vec<HostState> {
        let _ = urls;
        Vec::new()
    }

    /// Begins a pass over a source.
    pub fn visit(&self, source: &Source) -> Visit<'_> {
        let _ = source;
        Visit { fetcher: self }
    }
}

impl Visit<'_> {
    /// Asks once, politely: waits for the host's pace, follows redirects through the guard, takes no more than the limits.
    pub async fn get(&self, request: Request) -> Fetched {
        Fetched::Refused(FetchError::NotYet { url: request.url })
    }
}

impl Visit<'_> {
    /// Whether so much time went into failing answers that the rest waits for the next pass.
    pub fn exhausted(&self) -> bool {
        false
    }
}
