//! The store that many machines share: `PostgreSQL` 15 and later, and what speaks its language. Implements the contract.
//!
//! Decides nothing of its own: what a commit means is decided by the memory engine over the rows that it touches. A step that
//! meets a fail-over, or another worker, is done again.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::cluster::{ArticleId, Batch, Candidate, Cluster, EntryKey, Fingerprint, Known, Query, Stored};
use crate::model::source::{HostState, SourceName, SourceState};
use crate::model::subscription::Subscription;
use crate::model::takedown::Takedown;
use crate::store::contract::{Due, Outcome, Store, Terms, Verified};
use crate::store::error::StoreError;
use crate::store::lease::{Lease, Leases, WorkerSeen};
use crate::store::postgres::server::{Server, Tries};

mod changes;
mod commit;
mod failure;
mod leases;
mod load;
mod reading;
mod row;
mod schema;
mod server;
mod takedown;
mod verify;
mod write;

/// A store in the tables of a database.
pub struct PostgresStore {
    server: Server,
}

impl PostgresStore {
    /// The store at an address; connects when it is first asked for something. Several hosts, apart by commas, are asked for the
    /// one that may be written to.
    pub fn at(url: &str) -> Result<Self, StoreError> {
        Ok(Self { server: Server::of(url)? })
    }
}

/// A step, done again as long as that may help.
macro_rules! step {
    ($self:ident, $pool:ident => $step:expr) => {{
        let mut tries = Tries::begin();
        loop {
            let done = match $self.server.pool().await {
                Ok($pool) => {
                    let $pool = &$pool;
                    $step.await
                }
                Err(failure) => Err(failure),
            };
            match done {
                Ok(done) => break Ok(done),
                Err(failure) => $self.server.again(&mut tries, failure).await?,
            }
        }
    }};
}

#[async_trait]
impl Store for PostgresStore {
    async fn source(&self, name: &SourceName) -> Result<SourceState, StoreError> {
        let state: Result<Option<SourceState>, StoreError> =
            step!(self, pool => reading::record(pool, "SELECT state FROM sources WHERE name = $1", name.as_str()));
        Ok(state?.unwrap_or_default())
    }

    async fn hosts(&self, origins: &[String]) -> Result<Vec<HostState>, StoreError> {
        let found: Result<Vec<(String, HostState)>, StoreError> = step!(self, pool =>
            reading::records(pool, "SELECT origin, state FROM hosts WHERE origin = ANY($1) ORDER BY origin", origins));
        Ok(found?.into_iter().map(|(_, state)| state).collect())
    }

    async fn known(&self, keys: &[Vec<EntryKey>]) -> Result<Vec<Option<Known>>, StoreError> {
        step!(self, pool => reading::known(pool, keys))
    }

    async fn candidates(&self, fingerprint: &Fingerprint) -> Result<Vec<Candidate>, StoreError> {
        step!(self, pool => reading::candidates(pool, fingerprint))
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let terms = Terms::default();
        let outcome: Result<Outcome, StoreError> = step!(self, pool => commit::commit(pool, &batch, &terms));
        outcome.map(drop)
    }

    async fn commit_on(&self, batch: Batch, terms: &Terms) -> Result<Outcome, StoreError> {
        step!(self, pool => commit::commit(pool, &batch, terms))
    }

    fn leases(&self) -> Option<&dyn Leases> {
        Some(self)
    }

    async fn article(&self, id: ArticleId) -> Result<Option<Stored>, StoreError> {
        step!(self, pool => reading::article(pool, id))
    }

    async fn clusters(&self, query: Query) -> Result<Vec<Cluster>, StoreError> {
        step!(self, pool => reading::clusters(pool, query))
    }

    async fn cluster(&self, leader: ArticleId) -> Result<Option<Cluster>, StoreError> {
        step!(self, pool => reading::cluster(pool, leader))
    }

    async fn leaders(&self, query: Query) -> Result<Vec<(ArticleId, Timestamp)>, StoreError> {
        step!(self, pool => reading::leaders(pool, query))
    }

    async fn count(&self, query: Query) -> Result<u64, StoreError> {
        step!(self, pool => reading::count(pool, query))
    }

    async fn first_sights(&self, query: Query) -> Result<Vec<Timestamp>, StoreError> {
        let query = Query { limit: usize::MAX, ..query };
        let leaders: Result<Vec<(ArticleId, Timestamp)>, StoreError> =
            step!(self, pool => reading::leaders(pool, query));
        // To the microsecond, as the other engines.
        let sights = leaders?.into_iter().map(|(_, seen)| Timestamp::from_microsecond(seen.as_microsecond()));
        sights.collect::<Result<_, _>>().map_err(|why| StoreError::damaged("a first sight", why))
    }

    async fn changed(&self) -> Result<Vec<Due>, StoreError> {
        step!(self, pool => reading::changed(pool))
    }

    async fn published(&self, feeds: &[Due]) -> Result<(), StoreError> {
        step!(self, pool => reading::published(pool, feeds))
    }

    async fn page(&self, after: Option<ArticleId>, limit: usize) -> Result<Vec<Stored>, StoreError> {
        step!(self, pool => reading::page(pool, after, limit))
    }

    async fn noted(&self, after: Option<EntryKey>, limit: usize) -> Result<Vec<EntryKey>, StoreError> {
        step!(self, pool => reading::noted(pool, after, limit))
    }

    async fn sources(&self) -> Result<Vec<(SourceName, SourceState)>, StoreError> {
        let all: Result<Vec<(String, SourceState)>, StoreError> =
            step!(self, pool => reading::all(pool, "SELECT name, state FROM sources"));
        let mut all: Vec<_> = all?.into_iter().map(|(name, state)| (SourceName(name), state)).collect();
        // By the bytes of their names: each database has an order of letters of its own.
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(all)
    }

    async fn subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        let all: Result<Vec<(String, Subscription)>, StoreError> =
            step!(self, pool => reading::all(pool, "SELECT token, state FROM subscriptions"));
        let mut all = all?;
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(all.into_iter().map(|(_, subscription)| subscription).collect())
    }

    async fn remember(&self, subscriptions: Vec<(String, Option<Subscription>)>) -> Result<(), StoreError> {
        step!(self, pool => write::subscriptions(pool, &subscriptions))
    }

    async fn forget(&self, last_seen_before: Timestamp) -> Result<u64, StoreError> {
        let (mut count, mut after) = (0, Vec::new());
        loop {
            let done: Result<(u64, Option<Vec<u8>>), StoreError> =
                step!(self, pool => commit::forget(pool, last_seen_before, &after));
            let (forgot, last) = done?;
            count += forgot;
            let Some(last) = last else { return Ok(count) };
            after = last;
        }
    }

    async fn take_down(&self, takedown: Takedown) -> Result<Takedown, StoreError> {
        step!(self, pool => takedown::take_down(pool, &takedown))
    }

    async fn takedowns(&self) -> Result<Vec<Takedown>, StoreError> {
        step!(self, pool => takedown::all(pool))
    }

    /// Asks the server, unlike an engine of one process: another worker may have taken something down a moment ago.
    async fn is_taken_down(&self, addresses: &[[u8; 16]]) -> Result<Vec<bool>, StoreError> {
        step!(self, pool => takedown::are_taken(pool, addresses))
    }

    async fn verify(&self) -> Result<Verified, StoreError> {
        step!(self, pool => verify::verify(pool))
    }
}

#[async_trait]
impl Leases for PostgresStore {
    async fn take(
        &self,
        worker: &str,
        names: &[String],
        most: usize,
        term: Duration,
    ) -> Result<Vec<Lease>, StoreError> {
        step!(self, pool => leases::take(pool, worker, names, most, term))
    }

    async fn renew(&self, leases: &[Lease], term: Duration) -> Result<Vec<Lease>, StoreError> {
        step!(self, pool => leases::renew(pool, leases, term))
    }

    async fn give_back(&self, leases: &[(Lease, Duration)]) -> Result<(), StoreError> {
        step!(self, pool => leases::give_back(pool, leases))
    }

    async fn sign(&self, worker: &str) -> Result<(), StoreError> {
        step!(self, pool => leases::sign(pool, worker))
    }

    async fn workers(&self, within: Duration) -> Result<Vec<WorkerSeen>, StoreError> {
        step!(self, pool => leases::workers(pool, within))
    }
}
