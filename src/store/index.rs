//! An article's entries in the index: which there are, written and taken away together.
//!
//! `links` says which entries an article has, `hashes_of` by which hashes it is found; `commit`, `forget`, the rebuilding
//! and `verify` all ask them, so they agree.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::cluster::{ArticleId, EntryKey};
use crate::store::codec::{self, Head, Pointer, Record};
use crate::store::contract::Changed;
use crate::store::error::StoreError;
use crate::store::hashes;
use crate::store::keys::{self, No, kind};
use crate::store::stage::Stage;

/// An article as the index has it.
#[derive(Debug, Clone)]
pub(super) struct Indexed {
    pub(super) no: No,
    pub(super) record: Record,
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

/// An article by its id.
pub(super) fn find(stage: &Stage<'_>, id: ArticleId) -> Result<Option<Indexed>, StoreError> {
    let Some(no) = no_of(stage, id)? else { return Ok(None) };
    Ok(record(stage, no)?.map(|record| Indexed { no, record }))
}

/// The feeds in which an article's record says it stands.
pub(super) fn feeds(record: &Record) -> impl Iterator<Item = Changed> {
    record.countries.iter().copied().map(Changed::Country).chain([Changed::All])
}

/// Every entry of an article.
pub(super) fn links(no: No, record: &Record) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut links = BTreeMap::from([(keys::id(record.id), no.to_be_bytes().to_vec())]);
    let mut bare = |key: Vec<u8>| links.insert(keys::with_no(key, no), Vec::new());
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
pub(super) fn identities<'article>(record: &'article Record, head: &'article Head) -> &'article [EntryKey] {
    record.keys.as_deref().unwrap_or(&head.keys)
}

/// Every hash by which an article is found.
pub(super) fn hashes_of(record: &Record, head: &Head) -> BTreeSet<u64> {
    let mut all = hashes::of_fingerprint(&head.fingerprint);
    all.extend(identities(record, head).iter().map(|key| hashes::of_entry(*key)));
    all
}

/// Writes an article whose frame stands in its segment, in the place of what it was. Its feeds are due.
pub(super) fn put(
    stage: &mut Stage<'_>,
    head: &Head,
    record: &Record,
    old: Option<&Indexed>,
) -> Result<(), StoreError> {
    if let Some(old) = old {
        mark(stage, &old.record)?;
    }
    place(stage, head, record, old)?;
    mark(stage, record)
}

/// Writes an article of which nothing that is published has changed.
pub(super) fn place(
    stage: &mut Stage<'_>,
    head: &Head,
    record: &Record,
    old: Option<&Indexed>,
) -> Result<(), StoreError> {
    if let Some(old) = old {
        displace(stage, old)?;
    }
    let no = next_no(stage)?;
    for (key, value) in links(no, record) {
        count(stage, &key, 1)?;
        stage.put(key, value);
    }
    for key in identities(record, head) {
        let noted = keys::noted(*key);
        if stage.get(&noted)?.is_some() {
            stage.remove(noted);
        }
    }
    stage.hashes.push((no, hashes_of(record, head)));
    alive(stage, record.at, 1)?;
    stage.put(keys::article(no), codec::encode(record)?);
    Ok(())
}

/// Takes away an article. Its feeds are due; its hashes stay, and lead to nothing.
pub(super) fn take(stage: &mut Stage<'_>, article: &Indexed) -> Result<(), StoreError> {
    mark(stage, &article.record)?;
    displace(stage, article)
}

fn displace(stage: &mut Stage<'_>, article: &Indexed) -> Result<(), StoreError> {
    for key in links(article.no, &article.record).into_keys() {
        count(stage, &key, -1)?;
        stage.remove(key);
    }
    alive(stage, article.record.at, -1)?;
    stage.remove(keys::article(article.no));
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
