//! An article taken down on demand: out of the store, out of what is published, never fetched again.
//!
//! What else is due is published with it. Bodies stay on disk until the next `store compact`.

use jiff::Timestamp;

use crate::dedup;
use crate::model::cluster::{ArticleId, Known};
use crate::model::entry::Entry;
use crate::model::takedown::Takedown;
use crate::model::url::PageUrl;
use crate::pipeline::edition;
use crate::pipeline::press::EditionError;
use crate::pipeline::revision::{self, Gone};
use crate::pipeline::watcher::Watcher;
use crate::pipeline::worker::Worker;
use crate::publish::words::address;
use crate::store::contract::Store;
use crate::store::error::StoreError;

/// What is to be taken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// All articles of an address, kept or not.
    Link(PageUrl),
    /// One article that is kept.
    Article(ArticleId),
}

/// Takes down; none where an article is named that is not kept. Says which articles they were, now and before.
pub async fn take_down(
    worker: &Worker,
    named: &Named,
    now: Timestamp,
    watcher: &dyn Watcher,
) -> Result<Option<Takedown>, EditionError> {
    let takedown = match named {
        Named::Link(link) => {
            Takedown { link: link.clone(), address: dedup::address(link.as_str()), ids: Vec::new(), keys: Vec::new() }
        }
        Named::Article(id) => {
            let Some(stored) = worker.store.article(*id).await? else { return Ok(None) };
            let (link, address) = (stored.routed.article.link, stored.fingerprint.address);
            Takedown { link, address, ids: vec![*id], keys: Vec::new() }
        }
    };
    let takedown = worker.store.take_down(takedown).await?;
    // One worker publishes at a time.
    let alone = match &worker.shared {
        Some(shared) => {
            shared.begin().await?;
            Some(shared.wait_for("publish").await?)
        }
        None => None,
    };
    let links = [address(&takedown.link)].into();
    revision::retract(worker, &Gone { ids: takedown.ids.iter().copied().collect(), links }, watcher).await?;
    let before = edition::before(&worker.settings.publish.to);
    let forgot = before.forgot;
    edition::publish(worker, before, forgot, now, watcher).await?;
    if let Some(pin) = alone {
        pin.give_back().await?;
    }
    Ok(Some(takedown))
}

/// New entries whose address was taken down are known without an article: nobody asks for them again.
pub(crate) async fn refuse(
    store: &dyn Store,
    entries: &[Entry],
    known: &mut [Option<Known>],
) -> Result<(), StoreError> {
    let new = entries.iter().zip(known).filter(|(_, known)| known.is_none());
    let linked = new.filter_map(|(entry, known)| Some((dedup::address(entry.link.as_ref()?.as_str()), known)));
    let (hashes, unknown): (Vec<[u8; 16]>, Vec<&mut Option<Known>>) = linked.unzip();
    if hashes.is_empty() {
        return Ok(());
    }
    for (entry, is_taken) in unknown.into_iter().zip(store.is_taken_down(&hashes).await?) {
        if is_taken {
            *entry = Some(Known::Noted);
        }
    }
    Ok(())
}
