//! What a pass works with, built once by `cli`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;

use crate::fetch::Fetcher;
use crate::model::settings::Settings;
use crate::model::url::PageUrl;
use crate::pipeline::meters::Meters;
use crate::pipeline::shared::{Hosts, Shared};
use crate::route::Gazetteer;
use crate::store::contract::Store;
use crate::store::error::StoreError;

/// How long a pass that was told to stop waits for the articles in hand. It must end within 10 s in all.
const PATIENCE: Duration = Duration::from_secs(6);

/// How long a lease lasts where feeds.toml does not say.
const LEASE: Duration = Duration::from_mins(1);

/// Everything a pass works with.
pub struct Worker {
    /// feeds.toml.
    pub settings: Arc<Settings>,
    /// The client.
    pub fetcher: Fetcher,
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// The words that speak for countries.
    pub gazetteer: Arc<Gazetteer>,
    /// What its passes have cost.
    pub meters: Arc<Meters>,
    /// Bounds the parsers and readers at work: as many as there are cores, so that memory and time stay bounded.
    thinkers: Semaphore,
    /// This worker among others; none where it is alone at its store.
    pub(crate) shared: Option<Arc<Shared>>,
}

impl Worker {
    /// A worker of these parts.
    #[must_use]
    pub fn new(settings: Arc<Settings>, fetcher: Fetcher, store: Arc<dyn Store>, gazetteer: Arc<Gazetteer>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let term = settings.store.shared.as_ref().map_or(LEASE, |shared| shared.lease);
        let shared = Shared::of(&store, term);
        if let Some(shared) = &shared {
            fetcher.share(Arc::new(Hosts(Arc::clone(shared))));
        }
        let (meters, thinkers) = (Arc::default(), Semaphore::new(cores));
        Self { settings, fetcher, store, gazetteer, meters, thinkers, shared }
    }

    /// Runs what takes long without waiting (parsing, reading, routing) on the blocking pool. A panic in it is an `Err`.
    pub(crate) async fn think<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        let permit = self.thinkers.acquire().await;
        let result = tokio::task::spawn_blocking(work).await;
        drop(permit);
        result
    }

    /// Hands the client what the store knows of these addresses' hosts: robots.txt, and who asked for quiet.
    pub(crate) async fn remember_hosts(
        &self,
        urls: impl Iterator<Item = &PageUrl>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let origins: BTreeSet<String> = urls.map(PageUrl::origin).collect();
        let origins: Vec<String> = origins.into_iter().collect();
        self.fetcher.remember(self.store.hosts(&origins).await?, now);
        Ok(())
    }

    /// Ends some seconds after `stop`: whoever still waits for a server then gives up.
    pub(crate) async fn out_of_patience(&self, stop: &CancellationToken) {
        stop.cancelled().await;
        tokio::time::sleep(PATIENCE).await;
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("sources", &self.settings.sources.len()).finish_non_exhaustive()
    }
}
