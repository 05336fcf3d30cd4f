//! What every engine promises. Each sentence here is a test in `tests/store.rs`, run on all engines.
//!
//! No engine's transactions, trees or rows leak out of it.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::cluster::{ArticleId, Batch, Candidate, Cluster, EntryKey, Fingerprint, Known, Query, Stored};
use crate::model::country::Country;
use crate::model::source::{HostState, SourceName, SourceState};
use crate::store::error::StoreError;

/// A feed that must be published anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Changed {
    /// A country's.
    Country(Country),
    /// The feed of all.
    All,
}

/// What `verify` read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    /// Articles whose record and body are whole.
    pub articles: u64,
    /// Sources whose state is whole.
    pub sources: u64,
    /// Index entries that lead to an article that is there.
    pub links: u64,
}

/// A store of articles and of what is known of sources.
#[async_trait]
pub trait Store: Send + Sync {
    /// What is known of a source; the default for one never seen.
    async fn source(&self, name: &SourceName) -> Result<SourceState, StoreError>;

    /// What is known of hosts, by origin (`https://example.org:443`); those never seen are left out.
    async fn hosts(&self, origins: &[String]) -> Result<Vec<HostState>, StoreError>;

    /// What is known of entries, by their identities: one answer per list of keys, the first key that is known decides.
    async fn known(&self, keys: &[Vec<EntryKey>]) -> Result<Vec<Option<Known>>, StoreError>;

    /// Articles that share the address, the exact text, or a band of the sketch. Bounded, the newest first.
    async fn candidates(&self, fingerprint: &Fingerprint) -> Result<Vec<Candidate>, StoreError>;

    /// Stores what one source brought: whole or not at all, flushed when this returns, safe to repeat.
    ///
    /// The countries (before and after) of every article in it, and `All`, are among `changed` from then on.
    async fn commit(&self, batch: Batch) -> Result<(), StoreError>;

    /// One article, with its body.
    async fn article(&self, id: ArticleId) -> Result<Option<Stored>, StoreError>;

    /// The clusters that a query asks for, whose leader answers it; newest first sight first.
    async fn clusters(&self, query: Query) -> Result<Vec<Cluster>, StoreError>;

    /// How many clusters a query names, without reading them.
    async fn count(&self, query: Query) -> Result<u64, StoreError>;

    /// Feeds that changed since they were last marked as published.
    async fn changed(&self) -> Result<Vec<Changed>, StoreError>;

    /// Marks feeds as published, all changes up to now included.
    async fn published(&self, feeds: &[Changed]) -> Result<(), StoreError>;

    /// Every article, copies too, in the order of their ids from `after` on: at most `limit`, for listing and export.
    async fn page(&self, after: Option<ArticleId>, limit: usize) -> Result<Vec<Stored>, StoreError>;

    /// Every source that is known, by name.
    async fn sources(&self) -> Result<Vec<(SourceName, SourceState)>, StoreError>;

    /// Forgets articles last seen before this. Says how many.
    async fn forget(&self, last_seen_before: Timestamp) -> Result<u64, StoreError>;

    /// Reads every record, every body, every index both ways.
    async fn verify(&self) -> Result<Verified, StoreError>;
}
