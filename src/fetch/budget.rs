//! What one source may cost in one pass: time of failing answers, requests beside its articles, second tries; and the clock of one request.
//!
//! Not here: the pace of hosts (`pace`), whose waiting costs nothing.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::fetch::error::FetchError;
use crate::model::url::PageUrl;

/// Requests to a host beside new articles that a source may cost in a pass: its document, redirects, robots.txt, next pages,
/// second tries. The law of the house (RELIABILITY, manners).
pub(super) const EXTRA_MAX: u32 = 6;

/// Second tries in one pass: a source whose every page fails must not double its requests.
const RETRIES_MAX: u32 = 2;

/// What one source may cost in one pass, and has cost.
#[derive(Debug)]
pub(super) struct Budget {
    failing: Duration,
    /// Watched by the requests in flight: when one has failed, less is left for the others.
    spent: watch::Sender<Duration>,
    /// Guards counters, for as long as it takes to change one: never held while waiting.
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    extra: HashMap<String, u32>,
    /// Hosts that said 429.
    refusing: HashSet<String>,
    retries: u32,
}

impl Budget {
    pub(super) fn new(failing: Duration) -> Self {
        Self { failing, spent: watch::Sender::new(Duration::ZERO), counts: Mutex::default() }
    }

    /// Whether failing answers took all the time they may.
    pub(super) fn exhausted(&self) -> bool {
        *self.spent.borrow() >= self.failing
    }

    /// The limit on failing answers.
    pub(super) fn failing(&self) -> Duration {
        self.failing
    }

    /// Counts the time of a request that failed.
    pub(super) fn failed(&self, took: Duration) {
        self.spent.send_modify(|spent| *spent += took);
    }

    /// Ends when the failing answers of this source, with those that began at `since`, have taken all the time they may.
    async fn spent_since(&self, since: Instant) {
        let mut spent = self.spent.subscribe();
        loop {
            let left = self.failing.saturating_sub(*spent.borrow_and_update());
            tokio::select! {
                () = sleep_until(since + left) => return,
                // The sender is `self`: it is there as long as this future.
                _ = spent.changed() => {}
            }
        }
    }

    /// Takes one request beside the articles, of which `reserve` must stay: `false` if there is none left.
    pub(super) fn take(&self, authority: &str, reserve: u32) -> bool {
        let mut counts = self.counts();
        let taken = counts.extra.entry(authority.to_owned()).or_default();
        let left = *taken + reserve < EXTRA_MAX;
        *taken += u32::from(left);
        left
    }

    /// Counts a request that is made whatever was taken before.
    pub(super) fn count(&self, authority: &str) {
        *self.counts().extra.entry(authority.to_owned()).or_default() += 1;
    }

    /// Gives back what led to an article after all: a redirect of its own.
    pub(super) fn give_back(&self, authority: &str) {
        if let Some(taken) = self.counts().extra.get_mut(authority) {
            *taken = taken.saturating_sub(1);
        }
    }

    /// A host asked for fewer requests: this source has no more of them in this pass.
    pub(super) fn refuse(&self, authority: &str) {
        self.counts().refusing.insert(authority.to_owned());
    }

    /// Whether a host asked for fewer requests.
    pub(super) fn is_refusing(&self, authority: &str) -> bool {
        self.counts().refusing.contains(authority)
    }

    /// Takes one of the second tries.
    pub(super) fn take_retry(&self) -> bool {
        let mut counts = self.counts();
        let left = counts.retries < RETRIES_MAX;
        counts.retries += u32::from(left);
        left
    }

    /// What is guarded is plain numbers, right between any two statements, whatever panicked elsewhere.
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The clock of one request: runs while something is asked and answered, stands while we wait out of politeness.
#[derive(Debug)]
pub(super) struct Stopwatch {
    limit: Duration,
    limit_name: &'static str,
    spent: Duration,
}

impl Stopwatch {
    pub(super) fn new(limit: Duration, limit_name: &'static str) -> Self {
        Self { limit, limit_name, spent: Duration::ZERO }
    }

    /// How long it ran.
    pub(super) fn spent(&self) -> Duration {
        self.spent
    }

    /// Runs one step, for as long as the request and the failing answers of its source may take.
    pub(super) async fn run<T>(
        &mut self,
        budget: &Budget,
        url: &PageUrl,
        step: impl Future<Output = Result<T, FetchError>>,
    ) -> Result<T, FetchError> {
        let begun = Instant::now();
        let timeout = |after, limit| FetchError::Timeout { url: Box::new(url.clone()), after, limit };
        // What this request took in earlier steps counts as if it had begun that much earlier.
        let since = begun.checked_sub(self.spent).unwrap_or(begun);
        let outcome = tokio::select! {
            biased;
            outcome = step => outcome,
            () = sleep(self.limit.saturating_sub(self.spent)) => Err(timeout(self.limit, self.limit_name)),
            () = budget.spent_since(since) => Err(timeout(budget.failing, "failing")),
        };
        self.spent += begun.elapsed();
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url() -> PageUrl {
        PageUrl::parse("http://example.org/").unwrap()
    }

    /// Long beside what a busy machine is late by.
    const UNIT: Duration = Duration::from_millis(100);

    fn units(time: Duration) -> u128 {
        time.as_millis() / UNIT.as_millis()
    }

    async fn hang() -> Result<(), FetchError> {
        std::future::pending().await
    }

    #[tokio::test]
    async fn two_that_hang_together_end_when_their_sum_is_spent() {
        let budget = Budget::new(10 * UNIT);
        let begun = Instant::now();
        let one = async {
            let mut watch = Stopwatch::new(8 * UNIT, "request");
            let answer = watch.run(&budget, &url(), hang()).await;
            budget.failed(watch.spent());
            (answer.unwrap_err().limit(), units(begun.elapsed()))
        };
        let other = async {
            sleep(6 * UNIT).await;
            let mut watch = Stopwatch::new(8 * UNIT, "request");
            let answer = watch.run(&budget, &url(), hang()).await;
            budget.failed(watch.spent());
            (answer.unwrap_err().limit(), units(begun.elapsed()))
        };
        let (one, other) = tokio::join!(one, other);
        assert_eq!(one, (Some("request"), 8));
        // Two units in flight, and two more were left when the first had taken eight of the ten.
        assert_eq!(other, (Some("failing"), 8));
        assert!(budget.exhausted());
    }

    #[tokio::test]
    async fn the_clock_stands_between_steps() {
        let budget = Budget::new(30 * UNIT);
        let mut watch = Stopwatch::new(3 * UNIT, "request");
        for _ in 0..2 {
            let step = async {
                sleep(UNIT).await;
                Ok(())
            };
            watch.run(&budget, &url(), step).await.unwrap();
            sleep(6 * UNIT).await;
        }
        assert_eq!(units(watch.spent()), 2);
        assert!(watch.run(&budget, &url(), hang()).await.is_err());
        assert_eq!(units(watch.spent()), 3);
    }

    #[test]
    fn requests_beside_articles_are_counted_by_host() {
        let budget = Budget::new(Duration::ZERO);
        assert!((0..5).all(|_| budget.take("a:80", 1)));
        assert!(!budget.take("a:80", 1));
        assert!(budget.take("a:80", 0));
        assert!(!budget.take("a:80", 0));
        assert!(budget.take("b:80", 0));
        budget.give_back("a:80");
        assert!(budget.take("a:80", 0));
    }
}
