//! What an entry is known by within its source, and whether what it says of itself has changed.

use xxhash_rust::xxh3::Xxh3;

use crate::dedup::canonical::identity;
use crate::dedup::fingerprint::hash_bytes;
use crate::html::plain::plain;
use crate::model::cluster::EntryKey;
use crate::model::entry::Entry;
use crate::model::source::SourceName;
use crate::text::fold::{fold, words};

/// A headline of fewer words, printed with a day and no time, may stand over two articles: «Итоги дня».
const TITLE_WORDS_MIN: usize = 4;

/// Seconds of a day.
const DAY_SECONDS: i64 = 86_400;

pub(super) fn entry_keys(source: &SourceName, entry: &Entry) -> Vec<EntryKey> {
    let key =
        |kind: &str, text: &str| EntryKey(hash_bytes([source.as_str(), "\0", kind, "\0", text].concat().as_bytes()));
    let id = Some(entry.id.trim()).filter(|id| !id.is_empty());
    // An id that is an address changes its form when a site moves to https or to another host name.
    let id_key = id.and_then(|id| {
        if !id.contains("://") {
            return Some(key("id", id));
        }
        identity(id).map(|address| key("address", &address))
    });
    let address_key = entry.link.as_ref().and_then(|link| identity(link.as_str())).map(|link| key("address", &link));
    let title_key = title_with_date(entry).map(|title| key("title", &title));
    let mut keys: Vec<EntryKey> = Vec::with_capacity(3);
    for one in [id_key, address_key, title_key].into_iter().flatten() {
        if !keys.contains(&one) {
            keys.push(one);
        }
    }
    keys
}

/// The headline with the moment that was printed with it.
fn title_with_date(entry: &Entry) -> Option<String> {
    let published = entry.published?;
    let at = published.timestamp().as_second();
    let title = fold(entry.title.as_deref()?);
    let has_time = (at + i64::from(published.offset().seconds())) % DAY_SECONDS != 0;
    let enough = words(&title).count() >= if has_time { 1 } else { TITLE_WORDS_MIN };
    enough.then(|| format!("{title}\0{at}"))
}

pub(super) fn entry_hash(entry: &Entry) -> u64 {
    let mut hasher = Xxh3::new();
    let mut part = |text: &str| {
        hasher.update(text.as_bytes());
        hasher.update(&[0]);
    };
    part(entry.title.as_deref().unwrap_or_default());
    for moment in [entry.published, entry.updated] {
        part(&moment.map(|moment| moment.timestamp().as_second().to_string()).unwrap_or_default());
    }
    // Words alone: counters and advertisements in the markup change at each reading.
    part(&plain(entry.summary.as_deref().unwrap_or_default()));
    for content in &entry.content {
        part(&plain(content));
    }
    hasher.digest()
}
