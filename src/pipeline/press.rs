//! What an edition works with: the store to read, the folder to write, and the files that wait to be written together.
//!
//! Decides nothing: `edition` says what is written, `archives` and `revision` what of the past is.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::model::report::Event;
use crate::pipeline::watcher::Watcher;
use crate::pipeline::worker::Worker;
use crate::publish;
use crate::publish::country_feed::CountryFeed;
use crate::publish::error::PublishError;
use crate::publish::sink::{File, Folder, Sink};
use crate::publish::site::Site;
use crate::store::contract::Store;
use crate::store::error::StoreError;

/// Why an edition could not be published.
#[derive(Debug, thiserror::Error)]
pub enum EditionError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The published folder could not be written.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

/// An edition under way.
pub(super) struct Press<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) site: Arc<Site>,
    pub(super) sink: Folder,
    watcher: &'a dyn Watcher,
    /// Files that wait to be written together: a disk makes many safe in the time of a few.
    waiting: Vec<File>,
    waiting_bytes: usize,
    /// Pages of articles that this edition has made: most articles stand in several feeds.
    paged: HashSet<String>,
    /// Files that changed.
    pub(super) written: u64,
    /// The feeds among them, archives apart.
    pub(super) news: BTreeSet<String>,
}

impl<'a> Press<'a> {
    /// Opens the published folder that feeds.toml names.
    pub(super) fn of(worker: &'a Worker, watcher: &'a dyn Watcher) -> Result<Self, PublishError> {
        Ok(Self {
            store: &*worker.store,
            site: Arc::new(Site::of(&worker.settings)?),
            sink: Folder::open(&worker.settings.publish.to)?,
            watcher,
            waiting: Vec::new(),
            waiting_bytes: 0,
            paged: HashSet::new(),
            written: 0,
            news: BTreeSet::new(),
        })
    }

    /// Hands on the files of a feed, a few megabytes at a time.
    pub(super) async fn put_feed(&mut self, feed: &CountryFeed) -> Result<(), PublishError> {
        let site = Arc::clone(&self.site);
        for file in publish::each_file(feed, &site) {
            let file = file?;
            if file.path.starts_with("a/") && !self.paged.insert(file.path.clone()) {
                continue;
            }
            self.put(file).await?;
        }
        Ok(())
    }

    /// Hands on a file.
    pub(super) async fn put(&mut self, file: File) -> Result<(), PublishError> {
        /// Bytes that wait to be written. One file may be larger: it then waits alone.
        const WAITING_BYTES_MAX: usize = 2 * 1024 * 1024;
        self.waiting_bytes += file.bytes.len();
        self.waiting.push(file);
        if self.waiting_bytes > WAITING_BYTES_MAX {
            self.flush().await?;
        }
        Ok(())
    }

    /// Writes what waits.
    pub(super) async fn flush(&mut self) -> Result<(), PublishError> {
        let files = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        self.write(files).await
    }

    /// Writes files now.
    pub(super) async fn write(&mut self, files: Vec<File>) -> Result<(), PublishError> {
        for changed in self.sink.write(files).await? {
            self.written += 1;
            if changed.path.strip_prefix("feeds/").is_some_and(|name| !name.contains('/')) {
                self.news.insert(changed.path.clone());
            }
            self.watcher.event(&Event::Published { path: changed.path, items: changed.items });
        }
        Ok(())
    }

    /// A published file as text; none where there is none.
    pub(super) async fn text(&self, path: &str) -> Result<Option<String>, PublishError> {
        let bytes = self.sink.read(path).await?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }
}
