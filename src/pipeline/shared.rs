//! What this worker may do alone while others share its store: leases that are taken, kept alive, and given back.
//!
//! A lease is believed only as long as it surely holds by our own clock: counted from before it was asked for. Decides nothing
//! of schedules.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep};
use tracing::warn;

use crate::fetch::gate::{self, Gate};
use crate::store::contract::Store;
use crate::store::error::StoreError;
use crate::store::lease::{Lease, Leases, WorkerSeen};

/// A host that we have not asked for so long is given back: long enough to think about one article and ask for the next.
const IDLE: Duration = Duration::from_millis(300);
/// How often a host that another worker has is tried again.
const LOOK: Duration = Duration::from_millis(100);

/// This worker among others.
pub struct Shared {
    store: Arc<dyn Store>,
    /// Its name among the workers.
    name: String,
    term: Duration,
    /// Guards the map alone, for as long as a look-up takes.
    held: Mutex<HashMap<String, Held>>,
    beats: AtomicBool,
}

struct Held {
    lease: Lease,
    /// Until when it surely holds.
    until: Instant,
    users: usize,
    used: Instant,
    /// What the next one leaves between our last request and its first.
    delay: Duration,
}

/// A use of a lease; the lease stays until its last use ends.
pub(crate) struct Pin {
    shared: Arc<Shared>,
    lease: Lease,
    margin: Duration,
}

impl Shared {
    /// This worker, where the store is one that others share.
    pub(crate) fn of(store: &Arc<dyn Store>, term: Duration) -> Option<Arc<Self>> {
        store.leases()?;
        let name = format!("{}-{:08x}", std::process::id(), RandomState::new().hash_one(0) >> 32);
        let (held, beats) = (Mutex::default(), AtomicBool::new(false));
        Some(Arc::new(Self { store: Arc::clone(store), name, term, held, beats }))
    }

    fn leases(&self) -> &dyn Leases {
        self.store.leases().expect("asked when it was made: a store stays what it is")
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Held>> {
        // Plain data, whole between any two statements.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what is used from now on, as long as this worker is there.
    pub(crate) async fn begin(self: &Arc<Self>) -> Result<(), StoreError> {
        self.leases().sign(&self.name).await?;
        if self.beats.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let weak = Arc::downgrade(self);
        tokio::spawn(async move {
            let mut signed = Instant::now();
            loop {
                sleep(IDLE).await;
                let Some(shared) = Weak::upgrade(&weak) else { break };
                let mut kept = shared.beat(false).await;
                if kept.is_ok() && signed.elapsed() >= shared.term / 6 {
                    signed = Instant::now();
                    kept = shared.leases().sign(&shared.name).await;
                }
                if let Err(error) = kept {
                    warn!("leases could not be kept: {error}");
                }
            }
        });
        Ok(())
    }

    /// Gives back what nobody uses.
    pub(crate) async fn end(&self) -> Result<(), StoreError> {
        self.beat(true).await
    }

    /// Renews what is used, and gives back what was not used for a while, or at once.
    async fn beat(&self, at_once: bool) -> Result<(), StoreError> {
        let now = Instant::now();
        let (mut kept, mut left) = (Vec::new(), Vec::new());
        self.held().retain(|_, held| {
            if held.users == 0 && (at_once || now.duration_since(held.used) >= IDLE) {
                left.push((held.lease.clone(), held.delay.saturating_sub(now.duration_since(held.used))));
                return false;
            }
            // Not at each beat: half of its term is time enough.
            if held.until.saturating_duration_since(now) < self.term * 2 / 3 {
                kept.push(held.lease.clone());
            }
            true
        });
        // Counted from before it is asked: it holds at least as long.
        let renewed = self.leases().renew(&kept, self.term).await?;
        self.renewed(&kept, &renewed, now);
        self.leases().give_back(&left).await
    }

    /// Notes until when leases hold, after they were asked to be renewed at a moment.
    fn renewed(&self, asked: &[Lease], renewed: &[Lease], at: Instant) {
        let mut held = self.held();
        for lease in asked {
            if let Some(found) = held.get_mut(&lease.name).filter(|found| found.lease.fence == lease.fence) {
                // What was lost is not believed any more; its last user takes it away.
                found.until = if renewed.contains(lease) { at + self.term } else { at };
            }
        }
    }

    /// The workers that share the store, and gave a sign lately.
    pub(crate) async fn workers(&self) -> Result<Vec<WorkerSeen>, StoreError> {
        self.leases().workers(self.term * 2).await
    }

    /// Takes leases that are free, at most so many.
    pub(crate) async fn take(self: &Arc<Self>, names: &[String], most: usize) -> Result<Vec<Pin>, StoreError> {
        let asked = Instant::now();
        let taken = self.leases().take(&self.name, names, most, self.term).await?;
        let mut pins = Vec::with_capacity(taken.len());
        for lease in taken {
            let held =
                Held { until: asked + self.term, users: 1, used: asked, delay: Duration::ZERO, lease: lease.clone() };
            self.held().insert(lease.name.clone(), held);
            pins.push(Pin { shared: Arc::clone(self), lease, margin: Duration::ZERO });
        }
        Ok(pins)
    }

    /// Waits for a lease.
    pub(crate) async fn wait_for(self: &Arc<Self>, name: &str) -> Result<Pin, StoreError> {
        loop {
            if let Some(pin) = self.take(&[name.to_owned()], 1).await?.pop() {
                return Ok(pin);
            }
            sleep(LOOK).await;
        }
    }

    /// One more use of what we hold.
    fn join(self: &Arc<Self>, name: &str, delay: Duration) -> Option<Pin> {
        let mut held = self.held();
        let margin = self.term / 3;
        let now = Instant::now();
        if held.get(name).is_some_and(|found| found.users == 0 && found.until <= now + margin) {
            held.remove(name);
        }
        let found = held.get_mut(name).filter(|found| found.until > now + margin)?;
        found.users += 1;
        found.delay = found.delay.max(delay);
        Some(Pin { shared: Arc::clone(self), lease: found.lease.clone(), margin })
    }
}

impl Pin {
    /// The lease, for a commit.
    pub(crate) fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Ends it at once: others may go on.
    pub(crate) async fn give_back(self) -> Result<(), StoreError> {
        let (shared, lease) = (Arc::clone(&self.shared), self.lease.clone());
        drop(self);
        shared.held().retain(|_, held| held.lease != lease || held.users > 0);
        shared.leases().give_back(&[(lease, Duration::ZERO)]).await
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        if let Some(held) = self.shared.held().get_mut(&self.lease.name).filter(|held| held.lease == self.lease) {
            held.users -= 1;
            held.used = Instant::now();
        }
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pin").field(&self.lease).finish()
    }
}

impl gate::Pass for Pin {
    fn holds(&self) -> bool {
        let held = self.shared.held();
        let held = held.get(&self.lease.name).filter(|held| held.lease == self.lease);
        held.is_some_and(|held| held.until > Instant::now() + self.margin)
    }
}

/// Hosts, as a gate of the client. Named apart from what else there are leases for.
#[derive(Debug)]
pub(crate) struct Hosts(pub(crate) Arc<Shared>);

#[async_trait]
impl Gate for Hosts {
    async fn enter(&self, authority: &str, delay: Duration) -> Result<Box<dyn gate::Pass>, Duration> {
        let (shared, name) = (&self.0, format!("host {authority}"));
        // A worker that died keeps it for a term; one that has much to read there gives it back between two articles.
        let until = Instant::now() + shared.term * 2;
        loop {
            if let Some(pin) = shared.join(&name, delay) {
                return Ok(Box::new(pin));
            }
            match shared.take(std::slice::from_ref(&name), 1).await {
                Ok(mut taken) => {
                    if let Some(pin) = taken.pop() {
                        sleep(pin.lease.rest).await;
                        continue;
                    }
                }
                Err(error) => warn!("{authority} is not asked: {error}"),
            }
            if Instant::now() >= until {
                return Err(shared.term);
            }
            sleep(LOOK).await;
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("name", &self.name).finish_non_exhaustive()
    }
}
