//! What is remembered between passes. One contract, several engines.
//!
//! Knows nothing of how articles are made or published.
//!
//! ```text
//! folder/
//!   schema   the form of it all                 lock    held by the one process that has it open
//!   index/   sled: records, order, states       bodies/ 2026-11-24.seg …: the articles, whole, packed
//!   hashes/  runs: which articles share what        exports/ the last three of one a week
//!   takedowns  what must never come back            lost     there, while something lost was not put back
//! ```
//! A commit is on disk in `bodies` before `index` names it; `index` and `hashes` can always be made anew.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::settings::StoreSettings;
use crate::store::compact::Compacted;
use crate::store::contract::Store;
use crate::store::error::StoreError;
use crate::store::sled::SledStore;

pub mod backup;
pub mod compact;
pub mod contract;
pub mod copy;
pub mod error;
pub mod export;
pub mod lease;
pub mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod sled;

mod codec;
mod commit;
mod database;
mod engine;
mod hashes;
mod index;
mod keys;
mod orphans;
mod quiet;
mod reading;
mod recovery;
mod replay;
mod retention;
mod rules;
mod runs;
mod segments;
mod sieve;
mod stage;
mod takedown;
mod verify;

/// An open store, and what had to be mended, in words for the operator.
pub struct Opened {
    /// The store.
    pub store: Arc<dyn Store>,
    /// One sentence for each thing that was done; empty almost always.
    pub notes: Vec<String>,
}

/// Opens the store that feeds.toml names, or makes it. Blocks, for a second or two at a million articles; a database is connected to
/// when it is first asked for something.
pub fn open(settings: &StoreSettings) -> Result<Opened, StoreError> {
    match &settings.shared {
        Some(shared) => database(&shared.url),
        None => folder(&settings.path),
    }
}

/// Opens the store of one worker, in a folder. Blocks.
pub fn folder(path: &Path) -> Result<Opened, StoreError> {
    let (store, notes) = SledStore::open(path)?;
    Ok(Opened { store: Arc::new(store), notes })
}

/// The store that several workers share, at an address.
#[cfg(feature = "postgres")]
pub fn database(url: &str) -> Result<Opened, StoreError> {
    Ok(Opened { store: Arc::new(postgres::PostgresStore::at(url)?), notes: Vec::new() })
}

/// The store that several workers share, at an address: not in this build.
#[cfg(not(feature = "postgres"))]
pub fn database(_url: &str) -> Result<Opened, StoreError> {
    let why = "this feedatlas was built without PostgreSQL: build it with `--features postgres`".to_owned();
    Err(StoreError::Unusable { path: PathBuf::from("postgres"), why })
}

/// Writes what is alive of the store that feeds.toml names to a new folder, which takes the old one's place. Blocks.
pub fn compact(settings: &StoreSettings) -> Result<(Compacted, Vec<String>), StoreError> {
    if settings.shared.is_some() {
        // Bodies go with their rows; the room of those is the database's own matter.
        let (path, why) = (PathBuf::from("postgres"), "it gives room back by itself (autovacuum): nothing to compact");
        return Err(StoreError::Unusable { path, why: why.to_owned() });
    }
    recovery::compact(&settings.path)
}
