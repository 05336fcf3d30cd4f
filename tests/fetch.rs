//! The room `fetch` against a web of our own: hostile answers by their class, manners as a server sees them, the guard, robots.txt.

#[path = "fetch/authority.rs"]
mod authority;
#[path = "fetch/budgets.rs"]
mod budgets;
#[path = "fetch/hostile.rs"]
mod hostile;
#[path = "support/hostile.rs"]
mod hostile_answers;
#[path = "fetch/manners.rs"]
mod manners;
#[path = "fetch/robots.rs"]
mod robots;
#[path = "support/web.rs"]
mod web;

use std::time::Duration;

use feedatlas::fetch::error::FetchError;
use feedatlas::fetch::{Fetched, Fetcher, Purpose, Request, Visit};
use feedatlas::model::document::{Document, Validators};
use feedatlas::model::settings::{Limits, Network, Worker};
use feedatlas::model::source::Source;
use feedatlas::model::url::PageUrl;

/// Short enough for a suite of seconds, long enough for a busy machine.
const REQUEST: Duration = Duration::from_millis(1300);

/// The size limit of these tests.
const BODY_BYTES: usize = 64 * 1024;

fn worker() -> Worker {
    Worker { delay: Duration::ZERO, contact: Some("https://atlas.example/bot".to_owned()), ..Worker::default() }
}

fn limits() -> Limits {
    Limits { request: REQUEST, body_bytes: BODY_BYTES as u64, ..Limits::default() }
}

fn fetcher(network: &Network) -> Fetcher {
    Fetcher::new(&worker(), network, &limits()).unwrap()
}

fn source(url: &PageUrl) -> Source {
    Source::bare(url.clone(), Duration::ZERO)
}

fn request(url: &PageUrl, purpose: Purpose) -> Request {
    Request { url: url.clone(), purpose, validators: Validators::default() }
}

/// Asks, and expects no 304.
async fn get(visit: &Visit<'_>, url: &PageUrl, purpose: Purpose) -> Result<Document, FetchError> {
    match visit.get(request(url, purpose)).await {
        Fetched::Fresh(document) => Ok(*document),
        Fetched::NotModified(_) => panic!("304, though nothing was sent that could be unchanged"),
        Fetched::Refused(error) => Err(error),
    }
}

/// Asks for a feed in a visit of its own.
async fn get_feed(fetcher: &Fetcher, url: &PageUrl) -> Result<Document, FetchError> {
    get(&fetcher.visit(&source(url)), url, Purpose::Source).await
}
