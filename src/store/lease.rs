//! Leave to do what one worker alone may do at a time: ask a host, publish. It ends by itself, and has a fence.
//!
//! Knows nothing of requests and files.

use std::time::Duration;

use async_trait::async_trait;

use crate::store::error::StoreError;

/// Leave to be the only one at something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// At what: a host (`example.org:443`), or a word of ours.
    pub name: String,
    /// Who has it.
    pub worker: String,
    /// Higher each time it changes hands: one that was lost is told from one that was got again.
    pub fence: u64,
    /// How long the last holder wanted it left alone still.
    pub rest: Duration,
}

/// A worker, as the others see it.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerSeen {
    /// Its name.
    pub name: String,
    /// How long it has been at work.
    pub since: Duration,
    /// How long ago it last gave a sign.
    pub seen: Duration,
    /// Leases that it holds and that have not ended.
    pub leases: u64,
}

/// Leases of the workers that share a store. Time is the store's own: the clocks of the workers do not matter.
#[async_trait]
pub trait Leases: Send + Sync {
    /// Takes leases that nobody holds, or whose holder let them end; at most so many, those that rested longest first. What others
    /// hold is left out, never waited for.
    async fn take(&self, worker: &str, names: &[String], most: usize, term: Duration)
    -> Result<Vec<Lease>, StoreError>;

    /// Makes leases end `term` from now; answers those that are still held. One that ended and was not taken meanwhile still is.
    async fn renew(&self, leases: &[Lease], term: Duration) -> Result<Vec<Lease>, StoreError>;

    /// Gives leases back, each with how long it is to be left alone. One that was lost is no error.
    async fn give_back(&self, leases: &[(Lease, Duration)]) -> Result<(), StoreError>;

    /// A sign of life.
    async fn sign(&self, worker: &str) -> Result<(), StoreError>;

    /// The workers that gave a sign within `within`.
    async fn workers(&self, within: Duration) -> Result<Vec<WorkerSeen>, StoreError>;
}
