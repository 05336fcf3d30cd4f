//! An article's entries in the index: which there are, written and taken away together.
//!
//! `links` says which entries an article has; `commit`, `forget`, the rebuilding and `verify` all ask it, so they agree.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::cluster::{ArticleId, EntryKey, Known};
use crate::store::codec::{self, Head, Pointer, Record};
use crate::store::contract::Changed;
use crate::store::error::StoreError;
use crate::store::keys::{self, No, kind};
use crate::store::rules;
use crate::store::segments::Segments;
use crate::store::stage::Stage;

/// An article as the index has it, with the head of its frame.
#[derive(Debug, Clone)]
pub(super) struct Indexed {
    pub(super) no: No,
    pub(super) record: Record,
    pub(super) head: Head,
}

/// What of a segment is alive, and how far it was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Alive {
    /// Articles whose frames stand in it.
    pub(super) articles: u64,
    /// The bytes of those frames.
    pub(super) bytes: u64,
    /// Where the last commit ended.
    pub(super) end: u64,
}

/// The number of an article.
pub(super) fn no_of(stage: &Stage<'_>, id: ArticleId) -> Result<Option<No>, StoreError> {
    Ok(stage.get(&keys::id(id))?.and_then(|value| keys::no_of(&value)))
}

/// The record of an article.
pub(super) fn record(stage: &Stage<'_>, no: No) -> Result<Option<Record>, StoreError> {
    stage.get(&keys::article(no))?.map(|value| codec::decode(&value, format!("article {no}"))).transpose()
}

/// An article by its id, with the head of its frame.
pub(super) fn find(stage: &Stage<'_>, segments: &Segments, id: ArticleId) -> Result<Option<Indexed>, StoreError> {
    let Some(no) = no_of(stage, id)? else { return Ok(None) };
    let Some(record) = record(stage, no)? else { return Ok(None) };
    let (head, _) = segments.read(record.at, false)?;
    Ok(Some(Indexed { no, head: codec::decode(&head, record.id)?, record }))
}

/// The feeds in which an article's record says it stands.
pub(super) fn feeds(record: &Record) -> impl Iterator<Item = Changed> {
    record.countries.iter().copied().map(Changed::Country).chain([Changed::All])
}

/// Every entry of an article, but for those of its identities, which may be another's by now.
pub(super) fn links(article: &Indexed) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let Indexed { no, record, head } = article;
    let mut links = BTreeMap::from([(keys::id(record.id), no.to_be_bytes().to_vec())]);
    let mut bare = |key: Vec<u8>| links.insert(keys::with_no(key, *no), Vec::new());
    let fingerprint = &head.fingerprint;
    bare(keys::addresses(fingerprint.address));
    if fingerprint.exact != [0; 16] {
        bare(keys::exacts(fingerprint.exact));
    }
    fingerprint.bands.iter().for_each(|band| {
        bare(keys::bands(*band));
    });
    if let Some(leader) = record.copy_of {
        bare(keys::copy(leader, record.first_seen(), record.id));
        return links;
    }
    // A country that is named twice is one feed.
    for feed in feeds(record).collect::<BTreeSet<_>>() {
        bare(keys::newest(feed, record.first_seen(), record.age_seconds, record.id));
    }
    links
}

/// The identities of an article.
pub(super) fn identities(article: &Indexed) -> &[EntryKey] {
    article.record.keys.as_deref().unwrap_or(&article.head.keys)
}

/// Writes the entries of an article whose frame stands at `at`, in the place of those it had.
pub(super) fn put(stage: &mut Stage<'_>, head: Head, at: Pointer, old: Option<&Indexed>) -> Result<(), StoreError> {
    let no = match old {
        Some(old) => old.no,
        None => next_no(stage)?,
    };
    let new = Indexed { no, record: Record::of(&head, at), head };
    let old_links = old.map(links).unwrap_or_default();
    let new_links = links(&new);
    for key in old_links.keys().filter(|key| !new_links.contains_key(*key)) {
        take_link(stage, key)?;
    }
    for (key, value) in new_links.into_iter().filter(|(key, _)| !old_links.contains_key(key)) {
        put_link(stage, key, value)?;
    }
    if let Some(old) = old {
        take_identities(stage, old, &new.head.keys)?;
        alive(stage, old.record.at, -1)?;
        mark(stage, &old.record)?;
    }
    put_identities(stage, no, &new.head.keys)?;
    alive(stage, at, 1)?;
    stage.put(keys::article(no), codec::encode(&new.record)?);
    mark(stage, &new.record)
}

/// Takes away all entries of an article.
pub(super) fn take(stage: &mut Stage<'_>, article: &Indexed) -> Result<(), StoreError> {
    mark(stage, &article.record)?;
    for key in links(article).keys() {
        take_link(stage, key)?;
    }
    take_identities(stage, article, &[])?;
    alive(stage, article.record.at, -1)?;
    stage.remove(keys::article(article.no));
    Ok(())
}

/// Gives identities to an article; those that were only noted no longer are.
pub(super) fn put_identities(stage: &mut Stage<'_>, no: No, identities: &[EntryKey]) -> Result<(), StoreError> {
    for identity in identities {
        let key = keys::entry(*identity);
        if stage.get(&key)?.and_then(|value| keys::no_of(&value)) != Some(no) {
            stage.put(key, no.to_be_bytes().to_vec());
        }
        let noted = keys::noted(*identity);
        if stage.get(&noted)?.is_some() {
            stage.remove(noted);
        }
    }
    Ok(())
}

/// Takes identities away from an article, but for some, and but for those that are another's by now.
pub(super) fn take_identities(stage: &mut Stage<'_>, old: &Indexed, but: &[EntryKey]) -> Result<(), StoreError> {
    for identity in identities(old).iter().filter(|identity| !but.contains(identity)) {
        let key = keys::entry(*identity);
        if stage.get(&key)?.and_then(|value| keys::no_of(&value)) == Some(old.no) {
            stage.remove(key);
        }
    }
    Ok(())
}

/// One more identity of an article that is kept, and what its entry said of itself.
pub(super) fn alias(stage: &mut Stage<'_>, segments: &Segments, key: EntryKey, known: Known) -> Result<(), StoreError> {
    let Known::Article { id, entry_hash } = known else { return note(stage, key) };
    let Some(mut article) = find(stage, segments, id)? else { return Ok(()) };
    let all = rules::with_keys(&[key], identities(&article));
    take_identities(stage, &article, &all)?;
    put_identities(stage, article.no, &all)?;
    let before = article.record.clone();
    article.record.keys = (all != article.head.keys).then_some(all);
    article.record.entry_hash = entry_hash;
    if article.record != before {
        stage.put(keys::article(article.no), codec::encode(&article.record)?);
    }
    Ok(())
}

/// An entry that is known without an article; one that is an article stays it.
pub(super) fn note(stage: &mut Stage<'_>, key: EntryKey) -> Result<(), StoreError> {
    if stage.get(&keys::entry(key))?.is_none() && stage.get(&keys::noted(key))?.is_none() {
        stage.put(keys::noted(key), Vec::new());
    }
    Ok(())
}

/// Marks the feeds of an article, and those of its leader, as due with the present change.
fn mark(stage: &mut Stage<'_>, of: &Record) -> Result<(), StoreError> {
    let change = stage.number(keys::CHANGES)?;
    let leader = match of.copy_of {
        Some(leader) => no_of(stage, leader)?.map(|no| record(stage, no)).transpose()?.flatten(),
        None => None,
    };
    for feed in feeds(of).chain(leader.iter().flat_map(feeds)) {
        stage.set_number(&keys::due(feed), change);
    }
    Ok(())
}

fn next_no(stage: &mut Stage<'_>) -> Result<No, StoreError> {
    let next = stage.add(keys::NEXT, 1)?;
    No::try_from(next).map_err(|_| StoreError::damaged("index", "all article numbers are used; export and import anew"))
}

fn put_link(stage: &mut Stage<'_>, key: Vec<u8>, value: Vec<u8>) -> Result<(), StoreError> {
    count(stage, &key, 1)?;
    stage.put(key, value);
    Ok(())
}

fn take_link(stage: &mut Stage<'_>, key: &[u8]) -> Result<(), StoreError> {
    count(stage, key, -1)?;
    stage.remove(key.to_vec());
    Ok(())
}

/// Keeps how many leaders a feed has in step with its entries.
fn count(stage: &mut Stage<'_>, key: &[u8], difference: i64) -> Result<(), StoreError> {
    if let [kind::NEWEST, one, other, ..] = key {
        stage.add(&[kind::COUNT, *one, *other], difference)?;
    }
    Ok(())
}

fn alive(stage: &mut Stage<'_>, at: Pointer, difference: i64) -> Result<(), StoreError> {
    let mut segment = segment(stage, at.day)?;
    segment.articles = segment.articles.saturating_add_signed(difference);
    let bytes = i64::try_from(at.frame_bytes()).unwrap_or(i64::MAX);
    segment.bytes = segment.bytes.saturating_add_signed(bytes * difference);
    put_segment(stage, at.day, segment)
}

/// What of a segment is alive.
pub(super) fn segment(stage: &Stage<'_>, day: u32) -> Result<Alive, StoreError> {
    stage.get(&keys::segment(day))?.map_or(Ok(Alive::default()), |value| codec::decode(&value, "a segment's entry"))
}

/// Keeps what of a segment is alive.
pub(super) fn put_segment(stage: &mut Stage<'_>, day: u32, segment: Alive) -> Result<(), StoreError> {
    stage.put(keys::segment(day), codec::encode(&segment)?);
    Ok(())
}
