//! A store that has lost articles gets back what can be had: from its last export, then from what is published.
//!
//! Articles keep their names, so nothing is published twice; the rest is asked of the sources as ever. Each step is told.

use std::collections::HashSet;
use std::path::Path;

use jiff::Timestamp;
use tracing::{error, warn};

use crate::dedup;
use crate::model::cluster::{Batch, Query, Stored};
use crate::model::entry::Entry;
use crate::pipeline::worker::Worker;
use crate::publish::reread::{self, Reread};
use crate::publish::status::StatusFile;
use crate::store::backup;
use crate::store::error::StoreError;

/// Puts back what was lost, where something was: the store says so, or it is empty and the published folder is not.
pub(crate) async fn restore(worker: &Worker, before: &StatusFile, now: Timestamp) -> Result<(), StoreError> {
    if worker.shared.is_some() {
        // A database has its own copies (a standby, its archive of the log): what marks a loss, and the exports, lie beside the
        // folder of one machine, and workers that each put back at once would be in each other's way.
        return Ok(());
    }
    let folder = &worker.settings.store.path;
    if !backup::has_lost(folder) {
        if before.articles == 0 || worker.store.count(Query::default()).await? > 0 {
            return Ok(());
        }
        warn!("the store is empty, and {} articles are published", before.articles);
        backup::mark_lost(folder)?;
    }
    from_exports(worker, folder, now).await;
    let count = from_published(worker, now).await?;
    warn!("{count} articles that the store had lost were read back from what is published");
    backup::unmark_lost(folder)
}

/// The newest export that can be read whole; one that cannot gives what it has, and the one before it the rest.
async fn from_exports(worker: &Worker, folder: &Path, now: Timestamp) {
    for path in backup::all(folder, now) {
        match backup::restore(&*worker.store, &path).await {
            Ok(count) => {
                warn!("{count} articles that the store had lost were taken from {}", path.display());
                return;
            }
            Err(why) => error!("{}: not read whole ({why}): the export before it is looked at", path.display()),
        }
    }
}

/// The feed of all first: its order is that of the first sights.
async fn from_published(worker: &Worker, now: Timestamp) -> Result<usize, StoreError> {
    let feeds = worker.settings.publish.to.join("feeds");
    let slugs = worker.settings.countries.iter().map(|country| country.slug.as_str());
    let (mut met, mut count) = (HashSet::new(), 0);
    for slug in ["all"].into_iter().chain(slugs) {
        let json = std::fs::read(feeds.join(format!("{slug}.json"))).unwrap_or_default();
        for reread in reread::articles(&json, now) {
            if met.insert(reread.id) && worker.store.article(reread.id).await?.is_none() {
                put_back(worker, reread, now).await?;
                count += 1;
            }
        }
    }
    Ok(count)
}

async fn put_back(worker: &Worker, reread: Reread, now: Timestamp) -> Result<(), StoreError> {
    let Reread { id, first_seen, routed } = reread;
    let article = &routed.article;
    let source = article.source.clone();
    // Known by its address and its headline; what its entry said of itself is not, so its page is read again.
    let entry = Entry {
        link: Some(article.link.clone()),
        title: Some(article.title.clone()),
        published: article.published,
        ..Entry::default()
    };
    let keys = dedup::entry_keys(&source, &entry);
    let fingerprint = dedup::fingerprint(article);
    let stored = Stored {
        id,
        cluster: id,
        routed,
        first_seen,
        last_seen: now,
        changed: first_seen,
        rank: u32::MAX,
        entry_hash: 0,
        tries: 0,
        keys,
        fingerprint,
    };
    let state = worker.store.source(&source).await?;
    let (noted, aliases, seen, hosts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    worker.store.commit(Batch { source, state, articles: vec![stored], noted, aliases, seen, hosts }).await
}
