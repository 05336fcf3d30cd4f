//! One commit of the sled engine: frames to a segment, synced; then the index, as one batch; then one flush.
//!
//! A death before the index names the frames leaves bytes that the next opening takes up whole, or skips.

use jiff::Timestamp;

use crate::model::cluster::{ArticleId, Batch, EntryKey, Known, Stored};
use crate::model::subscription::Subscription;
use crate::store::codec::{self, CommitHead, FrameKind, Head, Pointer, Record, Rest};
use crate::store::engine::Engine;
use crate::store::error::StoreError;
use crate::store::hashes;
use crate::store::index;
use crate::store::keys;
use crate::store::reading;
use crate::store::rules;
use crate::store::segments;
use crate::store::stage::Stage;

/// What a commit is going to append, and where.
pub(super) struct Frames {
    pub(super) day: u32,
    pub(super) start: u64,
    pub(super) bytes: Vec<u8>,
}

impl Frames {
    /// Nothing yet, behind what a day has.
    pub(super) fn behind(engine: &Engine, day: u32) -> Result<Self, StoreError> {
        Ok(Self { day, start: engine.segments.end(day)?, bytes: Vec::new() })
    }

    fn push(&mut self, stored: &Stored, head: &Head) -> Result<Pointer, StoreError> {
        let offset = self.start + self.bytes.len() as u64;
        let body = codec::body_of(stored);
        let (head_bytes, body_bytes) = codec::frame(FrameKind::Article, head, &body, &mut self.bytes)?;
        Ok(Pointer { day: self.day, offset, head_bytes, body_bytes })
    }

    pub(super) fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

/// Stores a batch: whole or not at all, on disk when this returns.
pub(super) fn commit(engine: &Engine, mut batch: Batch) -> Result<(), StoreError> {
    let mut writer = engine.writer()?;
    let mut stage = engine.stage();
    let change = stage.add(keys::CHANGES, 1)?;
    let day = day(engine, &batch)?;
    let mut frames = Frames::behind(engine, day)?;
    for article in rules::take_articles(&mut batch) {
        put(engine, &mut stage, article, &mut frames)?;
    }
    let rest = Rest::of(batch);
    apply(engine, &mut stage, &rest)?;
    if frames.bytes.is_empty() && stage.hashes.is_empty() && !stage.touches(keys::kind::NOTED) {
        // Nothing that only the segments could tell again: the count of changes stands still.
        stage.unwrite(keys::CHANGES);
    } else {
        let head = CommitHead { change, start: frames.start };
        codec::frame(FrameKind::Commit, &head, &rest.without_template(), &mut frames.bytes)?;
        let mut segment = index::segment(&stage, day)?;
        segment.end = frames.end();
        index::put_segment(&mut stage, day, segment)?;
        engine.segments.append(day, &frames.bytes)?;
    }
    writer.apply(stage)?;
    drop(writer);
    engine.flush()?;
    // What was promised is on disk; what is settled here is made again from it.
    engine.settle()
}

/// Remembers subscriptions, or no longer. On disk when this returns.
pub(super) fn remember(engine: &Engine, subscriptions: &[(String, Option<Subscription>)]) -> Result<(), StoreError> {
    let mut writer = engine.writer()?;
    let mut stage = engine.stage();
    for (token, subscription) in subscriptions {
        match subscription {
            Some(subscription) => stage.put(keys::subscription(token), codec::encode(subscription)?),
            None => stage.remove(keys::subscription(token)),
        }
    }
    writer.apply(stage)?;
    drop(writer);
    engine.flush()
}

fn put(engine: &Engine, stage: &mut Stage<'_>, brought: Stored, frames: &mut Frames) -> Result<(), StoreError> {
    if engine.refuses(Some(brought.id), &brought.fingerprint.address) {
        return Ok(());
    }
    let old = index::find(stage, brought.id)?;
    let kept = old.as_ref().map(|old| engine.stored(&old.record)).transpose()?;
    let leader = match index::no_of(stage, brought.cluster)? {
        Some(no) => index::record(stage, no)?.map_or(brought.id, |record| record.cluster()),
        None => brought.id,
    };
    let new = rules::kept(brought, kept.as_ref(), leader);
    if kept.as_ref() == Some(&new) {
        return Ok(());
    }
    let head = Head::of(&new);
    let record = Record::of(&head, frames.push(&new, &head)?);
    index::put(stage, &head, &record, old.as_ref())
}

/// Everything of a batch but its articles.
pub(super) fn apply(engine: &Engine, stage: &mut Stage<'_>, rest: &Rest) -> Result<(), StoreError> {
    for (key, known) in &rest.aliases {
        alias(engine, stage, *key, *known)?;
    }
    for key in &rest.noted {
        note(engine, stage, *key)?;
    }
    for (id, at) in &rest.seen {
        see(stage, *id, codec::moment(*at))?;
    }
    put_changed(stage, keys::source(&rest.source), codec::encode(&rest.state)?)?;
    for host in &rest.hosts {
        put_changed(stage, keys::host(&host.origin), codec::encode(host)?)?;
    }
    Ok(())
}

/// One more identity of an article that is kept, and what its entry said of itself.
fn alias(engine: &Engine, stage: &mut Stage<'_>, key: EntryKey, known: Known) -> Result<(), StoreError> {
    let Known::Article { id, entry_hash, tries } = known else { return note(engine, stage, key) };
    let Some(old) = index::find(stage, id)? else { return Ok(()) };
    let head = engine.head(&old.record)?;
    let keys = rules::with_keys(&[key], index::identities(&old.record, &head));
    let is_new = keys != index::identities(&old.record, &head);
    let mut record = old.record.clone();
    record.keys = (keys != head.keys).then_some(keys);
    record.entry_hash = entry_hash;
    record.tries = tries;
    if is_new {
        return index::place(stage, &head, &record, Some(&old));
    }
    if record != old.record {
        stage.put(keys::article(old.no), codec::encode(&record)?);
    }
    Ok(())
}

/// An entry that is known without an article; one that is an article stays it.
fn note(engine: &Engine, stage: &mut Stage<'_>, key: EntryKey) -> Result<(), StoreError> {
    let hash = hashes::of_entry(key);
    let is_coming = stage.hashes.iter().any(|(_, hashes)| hashes.contains(&hash));
    if !is_coming && reading::known_by(engine, key)?.is_none() {
        stage.put(keys::noted(key), Vec::new());
    }
    Ok(())
}

fn see(stage: &mut Stage<'_>, id: ArticleId, at: Timestamp) -> Result<(), StoreError> {
    let Some(no) = index::no_of(stage, id)? else { return Ok(()) };
    let Some(mut record) = index::record(stage, no)? else { return Ok(()) };
    if rules::is_later_day(record.last_seen(), at) {
        record.set_last_seen(at);
        stage.put(keys::article(no), codec::encode(&record)?);
    }
    Ok(())
}

fn put_changed(stage: &mut Stage<'_>, key: Vec<u8>, value: Vec<u8>) -> Result<(), StoreError> {
    if stage.get(&key)?.as_ref() != Some(&value) {
        stage.put(key, value);
    }
    Ok(())
}

/// The segment of a batch: the day on which it was made. The store has no clock of its own.
fn day(engine: &Engine, batch: &Batch) -> Result<u32, StoreError> {
    let newest = batch.articles.iter().map(|article| article.changed).max();
    if let Some(at) = newest.or(batch.state.last_asked) {
        return Ok(segments::day_of(at));
    }
    let last = engine.segments.all()?.last().map(|(day, _)| *day);
    Ok(last.unwrap_or_else(|| segments::day_of(Timestamp::UNIX_EPOCH)))
}
