//! Every question that the sled engine answers. Bodies are read for whole articles alone.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::thread;

use jiff::Timestamp;

use crate::model::cluster::{
    ArticleId, CANDIDATES_MAX, Candidate, Cluster, Copy, EntryKey, Fingerprint, Known, Query, Stored,
};
use crate::model::source::{HostState, SourceName, SourceState};
use crate::model::subscription::Subscription;
use crate::store::codec::{self, Record};
use crate::store::contract::{Changed, Due};
use crate::store::engine::Engine;
use crate::store::error::StoreError;
use crate::store::hashes;
use crate::store::keys::{self, No, kind};
use crate::store::quiet;
use crate::store::stage;

/// What is known of a source.
pub(super) fn source(engine: &Engine, name: &SourceName) -> Result<SourceState, StoreError> {
    let value = engine.index.get(keys::source(name)).map_err(|why| engine.broken(&why))?;
    value.map_or_else(|| Ok(SourceState::default()), |value| codec::decode(&value, name))
}

/// What is known of hosts.
pub(super) fn hosts(engine: &Engine, origins: &[String]) -> Result<Vec<HostState>, StoreError> {
    let mut hosts = Vec::new();
    for origin in origins {
        if let Some(value) = engine.index.get(keys::host(origin)).map_err(|why| engine.broken(&why))? {
            hosts.push(codec::decode(&value, origin)?);
        }
    }
    Ok(hosts)
}

/// What is known of entries.
pub(super) fn known(engine: &Engine, keys: &[Vec<EntryKey>]) -> Result<Vec<Option<Known>>, StoreError> {
    keys.iter()
        .map(|keys| {
            for key in keys {
                if let Some(known) = known_by(engine, *key)? {
                    return Ok(Some(known));
                }
            }
            Ok(None)
        })
        .collect()
}

/// What is known of an entry by one of its identities: the article that had it last.
pub(super) fn known_by(engine: &Engine, key: EntryKey) -> Result<Option<Known>, StoreError> {
    for no in engine.hashes.find(hashes::of_entry(key), CANDIDATES_MAX)? {
        let Some(record) = engine.record(no)? else { continue };
        let has_it = match &record.keys {
            Some(keys) => keys.contains(&key),
            None => engine.head(&record)?.keys.contains(&key),
        };
        if has_it {
            return Ok(Some(Known::Article { id: record.id, entry_hash: record.entry_hash, tries: record.tries }));
        }
    }
    let is_noted = engine.index.contains_key(keys::noted(key)).map_err(|why| engine.broken(&why))?;
    Ok(is_noted.then_some(Known::Noted))
}

/// Articles that share a hash or a band; heads alone are read.
pub(super) fn candidates(engine: &Engine, fingerprint: &Fingerprint) -> Result<Vec<Candidate>, StoreError> {
    let mut hits: BTreeMap<No, usize> = BTreeMap::new();
    for hash in hashes::of_fingerprint(fingerprint) {
        for no in engine.hashes.find(hash, CANDIDATES_MAX)? {
            *hits.entry(no).or_default() += 1;
        }
    }
    let mut records: Vec<(usize, Record)> = Vec::new();
    for (no, shared) in hits {
        records.extend(engine.record(no)?.map(|record| (shared, record)));
    }
    records.sort_by_key(|(shared, record)| (Reverse(*shared), Reverse(record.first_seen()), record.id));
    let mut candidates = Vec::new();
    for (_, record) in records {
        if candidates.len() == CANDIDATES_MAX {
            break;
        }
        let head = engine.head(&record)?;
        // Hashes are cut, and articles change: what was found is compared whole.
        if head.fingerprint.shared(fingerprint) > 0 {
            candidates.push(Candidate {
                id: record.id,
                cluster: record.cluster(),
                published: head.published(),
                source: head.source,
                fingerprint: head.fingerprint,
            });
        }
    }
    Ok(candidates)
}

/// One article.
pub(super) fn article(engine: &Engine, id: ArticleId) -> Result<Option<Stored>, StoreError> {
    let record = engine.no_of(id)?.map(|no| engine.record(no)).transpose()?.flatten();
    record.map(|record| engine.stored(&record)).transpose()
}

/// The numbers of the leaders that answer a query, in order.
fn leaders(engine: &Engine, query: Query) -> impl Iterator<Item = Result<No, StoreError>> + '_ {
    leader_keys(engine, query, keys::no_of)
}

/// What the keys of the leaders tell that answer a query, in order.
fn leader_keys<T>(
    engine: &Engine,
    query: Query,
    told: impl Fn(&[u8]) -> Option<T>,
) -> impl Iterator<Item = Result<T, StoreError>> {
    let feed = query.country.map_or(Changed::All, Changed::Country);
    let (first, last) = keys::newest_between(feed, query.from, query.until);
    let last = last.max(first.clone());
    engine.index.range(first..last).filter_map(move |entry| match entry {
        Ok((key, _)) => told(&key).map(Ok),
        Err(why) => Some(Err(engine.broken(&why))),
    })
}

/// When each leader that answers a query was first seen, newest first: a walk over one index.
pub(super) fn first_sights(engine: &Engine, query: Query) -> Result<Vec<Timestamp>, StoreError> {
    leader_keys(engine, query, keys::first_seen_of).collect()
}

/// Clusters, newest first: a walk over one index, and one read for each that is answered.
pub(super) fn clusters(engine: &Engine, query: Query) -> Result<Vec<Cluster>, StoreError> {
    let mut records = Vec::new();
    for no in leaders(engine, query) {
        if records.len() == query.limit {
            break;
        }
        records.extend(engine.record(no?)?);
    }
    side_by_side(&records, |record| Ok(Cluster { leader: engine.stored(record)?, copies: copies(engine, record.id)? }))
}

/// Reads many articles on as many threads as there are cores: nearly all of the time is unpacking.
fn side_by_side<T: Send>(
    records: &[Record],
    read: impl Fn(&Record) -> Result<T, StoreError> + Sync,
) -> Result<Vec<T>, StoreError> {
    /// Fewer are read sooner than a thread is started.
    const SHARE_MIN: usize = 16;
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = records.len().div_ceil(cores).max(SHARE_MIN);
    let some = |records: &[Record]| records.iter().map(&read).collect::<Result<Vec<T>, _>>();
    let mut shares = records.chunks(share);
    let mine = shares.next().unwrap_or_default();
    thread::scope(|scope| {
        let others: Vec<_> = shares.map(|records| scope.spawn(|| quiet::catch(|| some(records)))).collect();
        let mut all = some(mine)?;
        for other in others {
            let read = other.join().unwrap_or_else(|_| Err("a thread that ended early".to_owned()));
            all.extend(read.unwrap_or_else(|why| Err(StoreError::damaged("index", why)))?);
        }
        Ok(all)
    })
}

/// The cluster of one leader.
pub(super) fn cluster(engine: &Engine, leader: ArticleId) -> Result<Option<Cluster>, StoreError> {
    let record = engine.no_of(leader)?.map(|no| engine.record(no)).transpose()?.flatten();
    let Some(record) = record.filter(|record| record.copy_of.is_none()) else { return Ok(None) };
    Ok(Some(Cluster { leader: engine.stored(&record)?, copies: copies(engine, record.id)? }))
}

/// Leaders by name and first sight: records are read, and no frame.
pub(super) fn named(engine: &Engine, query: Query) -> Result<Vec<(ArticleId, Timestamp)>, StoreError> {
    let mut named = Vec::new();
    for no in leaders(engine, query) {
        if named.len() == query.limit {
            break;
        }
        named.extend(engine.record(no?)?.map(|record| (record.id, record.first_seen())));
    }
    Ok(named)
}

fn copies(engine: &Engine, leader: ArticleId) -> Result<Vec<Copy>, StoreError> {
    let mut copies = Vec::new();
    for entry in engine.entries(&keys::copies(leader), None) {
        let (key, _) = entry?;
        let Some(record) = keys::no_of(&key).map(|no| engine.record(no)).transpose()?.flatten() else { continue };
        if record.copy_of == Some(leader) {
            let head = engine.head(&record)?;
            copies.push(Copy { id: record.id, source: head.source, link: head.link, title: head.title });
        }
    }
    Ok(copies)
}

/// How many clusters a query names: a number that is kept, where it has no span.
pub(super) fn count(engine: &Engine, query: Query) -> Result<u64, StoreError> {
    if query.from.is_none() && query.until.is_none() {
        let feed = query.country.map_or(Changed::All, Changed::Country);
        let value = engine.index.get(keys::count(feed)).map_err(|why| engine.broken(&why))?;
        return Ok(value.map_or(0, |value| stage::number_of(&value)));
    }
    let mut count = 0;
    for no in leaders(engine, query) {
        no?;
        count += 1;
    }
    Ok(count)
}

/// Feeds that are due.
pub(super) fn changed(engine: &Engine) -> Result<Vec<Due>, StoreError> {
    let mut due = BTreeMap::new();
    for entry in engine.entries(&[kind::DUE], None) {
        let (key, value) = entry?;
        if let Some(feed) = keys::feed_of(&key) {
            due.insert(feed, stage::number_of(&value));
        }
    }
    Ok(due.into_iter().map(|(feed, upto)| Due { feed, upto }).collect())
}

/// Marks feeds as published.
pub(super) fn published(engine: &Engine, feeds: &[Due]) -> Result<(), StoreError> {
    let mut writer = engine.writer()?;
    let mut stage = engine.stage();
    for due in feeds {
        let key = keys::due(due.feed);
        if stage.get(&key)?.is_some_and(|value| stage::number_of(&value) <= due.upto) {
            stage.remove(key);
        }
    }
    writer.apply(stage)?;
    drop(writer);
    engine.flush()
}

/// Articles in the order of their ids.
pub(super) fn page(engine: &Engine, after: Option<ArticleId>, limit: usize) -> Result<Vec<Stored>, StoreError> {
    let mut page = Vec::new();
    for entry in engine.entries(&[kind::ID], after.map(keys::id)) {
        if page.len() == limit {
            break;
        }
        let (_, value) = entry?;
        if let Some(record) = keys::no_of(&value).map(|no| engine.record(no)).transpose()?.flatten() {
            page.push(engine.stored(&record)?);
        }
    }
    Ok(page)
}

/// Entries without an article.
pub(super) fn noted(engine: &Engine, after: Option<EntryKey>, limit: usize) -> Result<Vec<EntryKey>, StoreError> {
    let mut noted = Vec::new();
    for entry in engine.entries(&[kind::NOTED], after.map(keys::noted)).take(limit) {
        let (key, _) = entry?;
        noted.extend(key.last_chunk().copied().map(EntryKey));
    }
    Ok(noted)
}

/// All sources.
pub(super) fn sources(engine: &Engine) -> Result<Vec<(SourceName, SourceState)>, StoreError> {
    let mut sources = Vec::new();
    for entry in engine.entries(&[kind::SOURCE], None) {
        let (key, value) = entry?;
        let name = SourceName(String::from_utf8_lossy(&key[1..]).into_owned());
        let state = codec::decode(&value, &name)?;
        sources.push((name, state));
    }
    Ok(sources)
}

/// All subscriptions to hubs.
pub(super) fn subscriptions(engine: &Engine) -> Result<Vec<Subscription>, StoreError> {
    let entries = engine.entries(&[kind::SUBSCRIPTION], None);
    // The key is a secret, and is in no message.
    entries.map(|entry| codec::decode(&entry?.1, "a subscription")).collect()
}
