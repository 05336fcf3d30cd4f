//! What the robots.txt of each origin said, for at most a day, and who may go to read it: one at a time.
//!
//! Not here: what its lines mean (`robots`), the request itself (`Visit`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::fetch::error::FetchError;
use crate::fetch::robots::Rules;
use crate::model::fault::Fault;
use crate::model::url::PageUrl;

/// How long a robots.txt is believed (RFC 9309, 2.4: no longer than 24 hours).
const READ_TTL: Duration = Duration::from_hours(24);

/// How long a failure to read it is believed: not asked again with every page, but again in the next pass.
const FAILED_TTL: Duration = Duration::from_mins(5);

/// After so many new origins those whose robots.txt has run out are forgotten: a worker that runs for years meets millions.
const FORGET_EVERY: usize = 4096;

/// What is known of one origin's robots.txt.
#[derive(Debug, Clone)]
pub(super) struct Permission {
    pub(super) rules: Arc<Rules>,
    /// Why it could not be read; `rules` are then those of an earlier time, or none.
    pub(super) error: Option<Fault>,
    pub(super) read: Option<Timestamp>,
    expires: Instant,
}

/// All origins that were asked for pages.
#[derive(Debug, Default)]
pub(super) struct Permissions {
    /// Guards the map alone, for as long as a look-up takes: never held while waiting.
    origins: Mutex<HashMap<String, Arc<Origin>>>,
}

/// One origin.
#[derive(Debug)]
pub(super) struct Origin {
    /// Who holds it reads robots.txt; the others wait and then find it read.
    pub(super) reading: Semaphore,
    /// Guards what was read, for as long as it takes to copy it.
    known: Mutex<Option<Permission>>,
}

impl Permission {
    /// What a read, or a failed one, tells; `read` is when that was, `age` how long ago.
    pub(super) fn new(rules: Arc<Rules>, error: Option<Fault>, read: Option<Timestamp>, age: Duration) -> Self {
        let ttl = if error.is_some() { FAILED_TTL } else { READ_TTL };
        Self { rules, error, read, expires: Instant::now() + ttl.saturating_sub(age) }
    }

    /// Whether it allows a page; if so, how long it wants between two.
    pub(super) fn judge(&self, url: &PageUrl) -> Result<Option<Duration>, FetchError> {
        // Unreachable, and nothing known from before: RFC 9309, 2.3.1.4, wants that taken as a full "no".
        if let Some(why) = self.error.filter(|_| *self.rules == Rules::default()) {
            return Err(FetchError::RobotsUnavailable { url: Box::new(url.clone()), why });
        }
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        if !self.rules.allows(&path) {
            return Err(FetchError::RobotsDenied { url: Box::new(url.clone()) });
        }
        Ok(self.rules.crawl_delay())
    }
}

impl Permissions {
    pub(super) fn origin(&self, origin: &str) -> Arc<Origin> {
        let mut origins = lock(&self.origins);
        if let Some(known) = origins.get(origin) {
            return Arc::clone(known);
        }
        if origins.len() % FORGET_EVERY == FORGET_EVERY - 1 {
            origins.retain(|_, origin| Arc::strong_count(origin) > 1 || origin.fresh().is_some());
        }
        let new = Arc::new(Origin { reading: Semaphore::new(1), known: Mutex::default() });
        origins.insert(origin.to_owned(), Arc::clone(&new));
        new
    }

    /// What is known of an origin, however old.
    pub(super) fn known(&self, origin: &str) -> Option<Permission> {
        lock(&self.origins).get(origin)?.known()
    }
}

impl Origin {
    /// What is known and may still be believed.
    pub(super) fn fresh(&self) -> Option<Permission> {
        self.known().filter(|known| known.expires > Instant::now())
    }

    /// What is known, however old.
    pub(super) fn known(&self) -> Option<Permission> {
        lock(&self.known).clone()
    }

    /// Takes up what was read.
    pub(super) fn learn(&self, permission: Permission) {
        *lock(&self.known) = Some(permission);
    }
}

/// `https://example.org:443`: what robots.txt speaks for.
pub(super) fn origin_of(url: &PageUrl) -> String {
    format!("{}://{}", url.scheme(), url.authority())
}

/// What is guarded is whole between any two statements, whatever panicked elsewhere.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
