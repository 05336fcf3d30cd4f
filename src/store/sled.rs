//! The store of one worker: sled for what is looked up, segments for what is read. Implements the contract.
//!
//! sled and files block, so each call runs on the blocking pool; a panic of sled on damaged bytes ends there too.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::cluster::{ArticleId, Batch, Candidate, Cluster, EntryKey, Fingerprint, Known, Query, Stored};
use crate::model::source::{HostState, SourceName, SourceState};
use crate::model::subscription::Subscription;
use crate::model::takedown::Takedown;
use crate::store::commit;
use crate::store::contract::{Due, Store, Verified};
use crate::store::engine::{self, Engine};
use crate::store::error::StoreError;
use crate::store::quiet;
use crate::store::reading;
use crate::store::recovery;
use crate::store::retention;
use crate::store::takedown;
use crate::store::verify;

/// A store in a folder, held by one process at a time.
pub struct SledStore {
    engine: Arc<Engine>,
}

impl SledStore {
    /// Opens the store in a folder, or makes one; says in words what had to be mended. Blocks.
    pub fn open(folder: &Path) -> Result<(Self, Vec<String>), StoreError> {
        let (engine, notes) = recovery::open(folder)?;
        Ok((Self { engine: Arc::new(engine) }, notes))
    }

    async fn run<T, J>(&self, job: J) -> Result<T, StoreError>
    where
        T: Send + 'static,
        J: FnOnce(&Engine) -> Result<T, StoreError> + Send + 'static,
    {
        let engine = Arc::clone(&self.engine);
        let done = tokio::task::spawn_blocking(move || {
            let result = quiet::catch(|| job(&engine)).unwrap_or_else(|why| Err(StoreError::damaged("index", why)));
            if let Err(why @ StoreError::Damaged { .. }) = &result {
                engine::ask_for_rebuild(&engine.folder, why);
            }
            result
        });
        // The job itself does not panic, so this is a runtime that ends.
        done.await.unwrap_or_else(|why| {
            Err(StoreError::Unusable { path: self.engine.folder.clone(), why: format!("not done: {why}") })
        })
    }
}

#[async_trait]
impl Store for SledStore {
    async fn source(&self, name: &SourceName) -> Result<SourceState, StoreError> {
        let name = name.clone();
        self.run(move |engine| reading::source(engine, &name)).await
    }

    async fn hosts(&self, origins: &[String]) -> Result<Vec<HostState>, StoreError> {
        let origins = origins.to_vec();
        self.run(move |engine| reading::hosts(engine, &origins)).await
    }

    async fn known(&self, keys: &[Vec<EntryKey>]) -> Result<Vec<Option<Known>>, StoreError> {
        let keys = keys.to_vec();
        self.run(move |engine| reading::known(engine, &keys)).await
    }

    async fn candidates(&self, fingerprint: &Fingerprint) -> Result<Vec<Candidate>, StoreError> {
        let fingerprint = fingerprint.clone();
        self.run(move |engine| reading::candidates(engine, &fingerprint)).await
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.run(move |engine| commit::commit(engine, batch)).await
    }

    async fn article(&self, id: ArticleId) -> Result<Option<Stored>, StoreError> {
        self.run(move |engine| reading::article(engine, id)).await
    }

    async fn clusters(&self, query: Query) -> Result<Vec<Cluster>, StoreError> {
        self.run(move |engine| reading::clusters(engine, query)).await
    }

    async fn cluster(&self, leader: ArticleId) -> Result<Option<Cluster>, StoreError> {
        self.run(move |engine| reading::cluster(engine, leader)).await
    }

    async fn leaders(&self, query: Query) -> Result<Vec<(ArticleId, Timestamp)>, StoreError> {
        self.run(move |engine| reading::named(engine, query)).await
    }

    async fn count(&self, query: Query) -> Result<u64, StoreError> {
        self.run(move |engine| reading::count(engine, query)).await
    }

    async fn first_sights(&self, query: Query) -> Result<Vec<Timestamp>, StoreError> {
        self.run(move |engine| reading::first_sights(engine, query)).await
    }

    async fn changed(&self) -> Result<Vec<Due>, StoreError> {
        self.run(reading::changed).await
    }

    async fn published(&self, feeds: &[Due]) -> Result<(), StoreError> {
        let feeds = feeds.to_vec();
        self.run(move |engine| reading::published(engine, &feeds)).await
    }

    async fn page(&self, after: Option<ArticleId>, limit: usize) -> Result<Vec<Stored>, StoreError> {
        self.run(move |engine| reading::page(engine, after, limit)).await
    }

    async fn noted(&self, after: Option<EntryKey>, limit: usize) -> Result<Vec<EntryKey>, StoreError> {
        self.run(move |engine| reading::noted(engine, after, limit)).await
    }

    async fn sources(&self) -> Result<Vec<(SourceName, SourceState)>, StoreError> {
        self.run(reading::sources).await
    }

    async fn subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        self.run(reading::subscriptions).await
    }

    async fn remember(&self, subscriptions: Vec<(String, Option<Subscription>)>) -> Result<(), StoreError> {
        self.run(move |engine| commit::remember(engine, &subscriptions)).await
    }

    async fn forget(&self, last_seen_before: Timestamp) -> Result<u64, StoreError> {
        self.run(move |engine| retention::forget(engine, last_seen_before)).await
    }

    async fn take_down(&self, takedown: Takedown) -> Result<Takedown, StoreError> {
        self.run(move |engine| takedown::take_down(engine, takedown)).await
    }

    async fn takedowns(&self) -> Result<Vec<Takedown>, StoreError> {
        self.run(takedown::all).await
    }

    async fn is_taken_down(&self, addresses: &[[u8; 16]]) -> Result<Vec<bool>, StoreError> {
        Ok(addresses.iter().map(|address| self.engine.refuses(None, address)).collect())
    }

    async fn verify(&self) -> Result<Verified, StoreError> {
        self.run(verify::verify).await
    }
}
