//! What every engine promises. Each sentence here is a test in `tests/store.rs`, run on all engines.
//!
//! No engine's transactions, trees or rows leak out of it.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::cluster::{ArticleId, Batch, Candidate, Cluster, EntryKey, Fingerprint, Known, Query, Stored};
use crate::model::country::Country;
use crate::model::source::{HostState, SourceName, SourceState};
use crate::model::subscription::Subscription;
use crate::model::takedown::Takedown;
use crate::store::error::StoreError;
use crate::store::lease::{Lease, Leases};

/// Identities that an article has at most: a source that makes a new one at each reading must not grow without end.
pub const KEYS_MAX: usize = 16;

/// A feed that must be published anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Changed {
    /// A country's.
    Country(Country),
    /// The feed of all.
    All,
}

/// A feed that must be published anew, and how far it had changed when this was told.
///
/// Handed back to `published` as it is: what changes in between stays due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Due {
    /// The feed.
    pub feed: Changed,
    /// The last change that was counted.
    pub upto: u64,
}

/// Under which a batch is stored, where several workers share a store.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// With which articles each of the batch was compared: what `candidates` told.
    pub compared: Vec<(ArticleId, Vec<ArticleId>)>,
    /// The lease under which it was read; none where nobody else can be at the store.
    pub lease: Option<Lease>,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Stored, as by `commit`.
    Stored,
    /// Nothing is stored: another worker was quicker with an article that shares the address or the whole text with one that
    /// leads here, and it was not compared. Compare again.
    Overtaken,
    /// Nothing is stored: the lease ended, and another worker may be at it.
    Fenced,
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
    ///
    /// All identities of an article tell the same hash: that of the last `commit` which named one.
    async fn known(&self, keys: &[Vec<EntryKey>]) -> Result<Vec<Option<Known>>, StoreError>;

    /// Articles that share the address, the exact text, or a band of the sketch: at most `CANDIDATES_MAX`, those
    /// that share most first, of these the newest.
    ///
    /// An address or an exact hash of all zero is shared by nobody.
    async fn candidates(&self, fingerprint: &Fingerprint) -> Result<Vec<Candidate>, StoreError>;

    /// Stores what one source brought: whole or not at all, flushed when this returns, safe to repeat.
    ///
    /// An article that is kept already is replaced, but for what was decided when it came: its cluster and its first
    /// sight stay. Its identities add up (to `KEYS_MAX`, the newest stay). The last sight never goes back, and moves by
    /// whole days. A copy belongs to the article that leads its cluster; where none is kept, it leads itself. An entry
    /// that is noted stays the article that it is, if it is one.
    ///
    /// The countries (before and after) of every article that this changes, those of the leader of each copy, and `All`,
    /// are among `changed` from then on. What changes nothing makes nothing due.
    async fn commit(&self, batch: Batch) -> Result<(), StoreError>;

    /// Stores a batch like `commit`, if its terms hold; says whether they did. Where one process alone can be at the store, they do.
    async fn commit_on(&self, batch: Batch, _terms: &Terms) -> Result<Outcome, StoreError> {
        self.commit(batch).await?;
        Ok(Outcome::Stored)
    }

    /// Who may do what, where several workers share this store.
    fn leases(&self) -> Option<&dyn Leases> {
        None
    }

    /// One article, with its body.
    async fn article(&self, id: ArticleId) -> Result<Option<Stored>, StoreError>;

    /// The clusters that a query asks for, whose leader answers it; newest first sight first (to the microsecond), then
    /// the latest published, then by id.
    async fn clusters(&self, query: Query) -> Result<Vec<Cluster>, StoreError>;

    /// The cluster that an article leads; none for a copy, and for one that is not kept.
    async fn cluster(&self, leader: ArticleId) -> Result<Option<Cluster>, StoreError>;

    /// The leaders that a query names with their first sights, in the order of `clusters`, without their texts.
    async fn leaders(&self, query: Query) -> Result<Vec<(ArticleId, Timestamp)>, StoreError>;

    /// How many clusters a query names, without reading them; its limit does not count.
    async fn count(&self, query: Query) -> Result<u64, StoreError>;

    /// When each cluster that a query names was first seen, the newest first (to the microsecond), without reading them;
    /// its limit does not count.
    async fn first_sights(&self, query: Query) -> Result<Vec<Timestamp>, StoreError>;

    /// Feeds that changed since they were last marked as published.
    async fn changed(&self) -> Result<Vec<Due>, StoreError>;

    /// Marks feeds as published, up to what `changed` told: one that changed since then stays due.
    async fn published(&self, feeds: &[Due]) -> Result<(), StoreError>;

    /// Every article, copies too, in the order of their ids from `after` on: at most `limit`, for listing and export.
    async fn page(&self, after: Option<ArticleId>, limit: usize) -> Result<Vec<Stored>, StoreError>;

    /// Every entry that is known without an article, in order from `after` on: at most `limit`, for export.
    async fn noted(&self, after: Option<EntryKey>, limit: usize) -> Result<Vec<EntryKey>, StoreError>;

    /// Every source that is known, by name.
    async fn sources(&self) -> Result<Vec<(SourceName, SourceState)>, StoreError>;

    /// Every subscription to a hub that is remembered, in the order of their tokens.
    async fn subscriptions(&self) -> Result<Vec<Subscription>, StoreError>;

    /// Remembers subscriptions, by their tokens: each as it is given, or no longer where none is given. Flushed when this
    /// returns. They are secrets of this store: no export holds them.
    async fn remember(&self, subscriptions: Vec<(String, Option<Subscription>)>) -> Result<(), StoreError>;

    /// Forgets articles last seen before this. Says how many. An article that leads stays as long as one of its copies.
    ///
    /// Their countries are due from then on. Reads every record: once a day is often enough.
    async fn forget(&self, last_seen_before: Timestamp) -> Result<u64, StoreError>;

    /// Takes down the articles of an address, and those that are named by their ids; flushed when this returns. Gives back the
    /// takedown with all that it met, now and before.
    ///
    /// No `commit` brings them back, their identities are known as noted, the first of their copies leads the others, and
    /// their countries are due. A takedown of nothing that is kept is remembered all the same.
    async fn take_down(&self, takedown: Takedown) -> Result<Takedown, StoreError>;

    /// Every takedown, in the order of the addresses.
    async fn takedowns(&self) -> Result<Vec<Takedown>, StoreError>;

    /// Whether addresses, by their hashes, were taken down. Asked of every new entry: it reads no disk.
    async fn is_taken_down(&self, addresses: &[[u8; 16]]) -> Result<Vec<bool>, StoreError>;

    /// Reads every record, every body, every index both ways.
    async fn verify(&self) -> Result<Verified, StoreError>;
}
