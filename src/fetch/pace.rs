//! The pace of a host: how many requests at once, how long between two, and silence where it asked for it.
//!
//! Hosts are told apart by `host:port`. Waiting here is politeness: no deadline runs meanwhile.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use crate::fetch::gate::{Gate, Pass};
use crate::model::settings::Worker;
use crate::model::url::PageUrl;

/// No address is asked twice within this time, whoever asks for it: two entries of one page, two sources of one site (CITIZEN, 21).
const ADDRESS_REST: Duration = Duration::from_secs(2);

/// After so many addresses of a host those that rested long enough are forgotten.
const ADDRESSES_MAX: usize = 256;

/// Longest silence that is waited out within a pass. Who asks for a longer one is left alone until a later pass.
const QUIET_WAIT_MAX: Duration = Duration::from_secs(5);

/// How long the beginning of a request is remembered at least: longer than any delay an operator sets between two.
const PACE_MEMORY: Duration = Duration::from_mins(10);

/// After so many new hosts those that matter no more are forgotten: a worker that runs for years meets millions.
const FORGET_EVERY: usize = 4096;

/// The pace of all hosts.
#[derive(Debug)]
pub(super) struct Pace {
    /// Requests in flight in all: `worker.concurrency`.
    all: Arc<Semaphore>,
    per_host: usize,
    /// Guards the map alone, for as long as a look-up takes: never held while waiting.
    hosts: Mutex<HashMap<String, Arc<Host>>>,
    /// Set where other workers ask the same hosts.
    gate: OnceLock<Arc<dyn Gate>>,
}

#[derive(Debug)]
struct Host {
    in_flight: Arc<Semaphore>,
    /// Guards a few times, for as long as it takes to compare them: never held while waiting.
    times: Mutex<Times>,
}

#[derive(Debug, Default)]
struct Times {
    last_start: Option<Instant>,
    quiet_until: Option<Instant>,
    /// When an address was asked last, by its hash; those asked long ago are missing.
    addresses: HashMap<u64, Instant>,
}

/// Leave to ask a host once; ends when dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _host: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
    _pass: Option<Box<dyn Pass>>,
}

impl Pace {
    pub(super) fn new(worker: &Worker) -> Self {
        Self {
            all: Arc::new(Semaphore::new(worker.concurrency.clamp(1, Semaphore::MAX_PERMITS))),
            per_host: worker.per_host.clamp(1, Semaphore::MAX_PERMITS),
            hosts: Mutex::default(),
            gate: OnceLock::new(),
        }
    }

    /// From now on every host is shared with other workers.
    pub(super) fn share(&self, gate: Arc<dyn Gate>) {
        // A second gate would be of the same workers.
        let _ = self.gate.set(gate);
    }

    /// Waits until an address may be asked: a place among its host's requests in flight, `delay` since the last of them began,
    /// and a rest since this very address was asked. `Err` is the silence that the host asked for, if that is too long to be waited out.
    pub(super) async fn turn(&self, url: &PageUrl, delay: Duration) -> Result<Turn, Duration> {
        let (host, address) = (self.host(&url.authority()), hash(url));
        loop {
            // Looked at before queueing, so that nobody queues for a host that is silent, or holds a place for an address that rests.
            host.not_before(delay)?;
            if let Some(at) = host.rests_until(address) {
                sleep_until(at).await;
                continue;
            }
            let pass = match self.gate.get() {
                Some(gate) => Some(gate.enter(&url.authority(), delay).await?),
                None => None,
            };
            let in_flight = acquire(&host.in_flight).await;
            while let Some(at) = host.not_before(delay)? {
                sleep_until(at).await;
            }
            let all = acquire(&self.all).await;
            // Others may have begun, and the host may have asked for silence, while this one waited for a place.
            let still = pass.as_ref().is_none_or(|pass| pass.holds());
            if still && host.begin(address, delay) {
                return Ok(Turn { _host: in_flight, _all: all, _pass: pass });
            }
        }
    }

    /// The host asked for silence.
    pub(super) fn quiet(&self, authority: &str, wait: Duration) {
        let until = Instant::now().checked_add(wait);
        let host = self.host(authority);
        let mut times = lock(&host.times);
        times.quiet_until = times.quiet_until.max(until);
    }

    /// How long the host still wants silence.
    pub(super) fn quiet_for(&self, authority: &str) -> Option<Duration> {
        let host = lock(&self.hosts).get(authority).cloned()?;
        let until = lock(&host.times).quiet_until?;
        until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }

    fn host(&self, authority: &str) -> Arc<Host> {
        let mut hosts = lock(&self.hosts);
        if let Some(host) = hosts.get(authority) {
            return Arc::clone(host);
        }
        if hosts.len() % FORGET_EVERY == FORGET_EVERY - 1 {
            hosts.retain(|_, host| Arc::strong_count(host) > 1 || host.matters());
        }
        let in_flight = Arc::new(Semaphore::new(self.per_host));
        let host = Arc::new(Host { in_flight, times: Mutex::default() });
        hosts.insert(authority.to_owned(), Arc::clone(&host));
        host
    }
}

impl Host {
    /// Whether it still has to be waited for by anyone.
    fn matters(&self) -> bool {
        let (now, times) = (Instant::now(), lock(&self.times));
        let paced = times.last_start.is_some_and(|start| now.duration_since(start) < PACE_MEMORY);
        paced || times.quiet_until.is_some_and(|until| until > now)
    }

    /// When a request may begin, if not now. `Err` is a silence too long to be waited out.
    fn not_before(&self, delay: Duration) -> Result<Option<Instant>, Duration> {
        let now = Instant::now();
        let times = lock(&self.times);
        let quiet = times.quiet_until.and_then(|until| until.checked_duration_since(now)).unwrap_or_default();
        if quiet > QUIET_WAIT_MAX {
            return Err(quiet);
        }
        let paced = times.last_start.and_then(|start| start.checked_add(delay));
        Ok(paced.max(times.quiet_until).filter(|at| *at > now))
    }

    /// Until when an address that was asked lately is not asked again.
    fn rests_until(&self, address: u64) -> Option<Instant> {
        let asked = lock(&self.times).addresses.get(&address).copied()?;
        asked.checked_add(ADDRESS_REST).filter(|until| *until > Instant::now())
    }

    /// Marks a beginning, if one may be made now.
    fn begin(&self, address: u64, delay: Duration) -> bool {
        if !matches!(self.not_before(delay), Ok(None)) || self.rests_until(address).is_some() {
            return false;
        }
        let (now, mut times) = (Instant::now(), lock(&self.times));
        times.last_start = Some(now);
        if times.addresses.len() >= ADDRESSES_MAX {
            times.addresses.retain(|_, asked| now.duration_since(*asked) < ADDRESS_REST);
        }
        times.addresses.insert(address, now);
        true
    }
}

/// A server sees no fragment.
fn hash(url: &PageUrl) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.without_fragment().hash(&mut hasher);
    hasher.finish()
}

async fn acquire(semaphore: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    Arc::clone(semaphore).acquire_owned().await.expect("these semaphores are never closed")
}

/// What is guarded is plain data, whole between any two statements: a panic elsewhere leaves it right.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    fn pace(per_host: usize, concurrency: usize) -> Pace {
        Pace::new(&Worker { concurrency, per_host, ..Worker::default() })
    }

    /// Long beside what a busy machine is late by.
    const UNIT: Duration = Duration::from_millis(200);

    const MINUTE: Duration = Duration::from_mins(1);

    fn url(host: &str, number: usize) -> PageUrl {
        PageUrl::parse(&format!("http://{host}:80/{number}")).unwrap()
    }

    fn units(since: Instant) -> u128 {
        since.elapsed().as_millis() / UNIT.as_millis()
    }

    #[tokio::test]
    async fn starts_of_a_host_are_apart_and_other_hosts_do_not_wait() {
        let (pace, begun) = (pace(2, 64), Instant::now());
        let addresses: Vec<PageUrl> = (0..4).map(|number| url("a", number)).collect();
        let starts = join_all(addresses.iter().map(async |address| {
            let _turn = pace.turn(address, UNIT).await.unwrap();
            units(begun)
        }))
        .await;
        assert!(starts.iter().zip(0..).all(|(start, number)| *start >= number), "{starts:?}");
        let asked = Instant::now();
        drop(pace.turn(&url("b", 1), UNIT).await.unwrap());
        assert_eq!(units(asked), 0);
    }

    #[tokio::test]
    async fn in_flight_is_bounded_per_host_and_in_all() {
        let pace = pace(2, 3);
        let busy = [pace.turn(&url("a", 2), Duration::ZERO).await, pace.turn(&url("a", 3), Duration::ZERO).await];
        assert!(tokio::time::timeout(UNIT, pace.turn(&url("a", 4), Duration::ZERO)).await.is_err());
        let other = pace.turn(&url("b", 5), Duration::ZERO).await;
        assert!(tokio::time::timeout(UNIT, pace.turn(&url("c", 6), Duration::ZERO)).await.is_err());
        drop((busy, other));
        assert!(tokio::time::timeout(UNIT, pace.turn(&url("c", 7), Duration::ZERO)).await.is_ok());
    }

    #[tokio::test]
    async fn a_short_silence_is_waited_out_and_a_long_one_is_refused() {
        let (pace, begun) = (pace(2, 64), Instant::now());
        pace.quiet("a:80", 3 * UNIT);
        pace.quiet("a:80", UNIT);
        drop(pace.turn(&url("a", 8), Duration::ZERO).await.unwrap());
        assert!(units(begun) >= 3);
        assert_eq!(pace.quiet_for("a:80"), None);
        pace.quiet("a:80", MINUTE);
        let (refused, known) =
            (pace.turn(&url("a", 9), Duration::ZERO).await.unwrap_err(), pace.quiet_for("a:80").unwrap());
        assert!(MINUTE.abs_diff(refused) < UNIT && MINUTE.abs_diff(known) < UNIT);
        assert!(pace.turn(&url("b", 10), Duration::ZERO).await.is_ok());
    }

    #[tokio::test]
    async fn an_address_rests_for_two_seconds_whatever_follows_the_hash_and_holds_no_place_meanwhile() {
        let (pace, begun) = (pace(1, 64), Instant::now());
        let (whole, part) = (url("a", 1), PageUrl::parse("http://a:80/1#part").unwrap());
        drop(pace.turn(&whole, Duration::ZERO).await.unwrap());
        let again = pace.turn(&part, Duration::ZERO);
        let other = async {
            drop(pace.turn(&url("a", 2), Duration::ZERO).await.unwrap());
            begun.elapsed()
        };
        let (again, other) = tokio::join!(again, other);
        assert!(again.is_ok() && begun.elapsed() >= ADDRESS_REST && other < ADDRESS_REST, "{other:?}");
    }
}
