//! Forgetting: articles that were not seen for long leave the index, and segments in which nothing lives are taken away.
//!
//! Knows no clock and no setting: until when is handed in.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::cluster::Known;
use crate::model::source::SourceName;
use crate::store::codec::{self, CommitHead, FrameKind, Record, Rest};
use crate::store::engine::{Engine, Writer};
use crate::store::error::StoreError;
use crate::store::index::{self, Alive, Indexed};
use crate::store::keys::{self, No, kind};
use crate::store::reading;

/// Articles that are forgotten in one step: what a step holds in memory is bounded.
const STEP_MAX: usize = 500;

/// Forgets articles last seen before this, and says how many.
pub(super) fn forget(engine: &Engine, before: Timestamp) -> Result<u64, StoreError> {
    let mut count = 0;
    let mut after = None;
    loop {
        // Held from the look to the write: a commit in between might renew what is about to go.
        let mut writer = engine.writer()?;
        let (old, last) = old_articles(engine, before, after)?;
        count += forget_these(engine, &mut writer, &old)?;
        drop(writer);
        match last {
            Some(last) => after = Some(keys::article(last)),
            None => break,
        }
    }
    if count > 0 {
        engine.flush()?;
    }
    drop_dead_segments(engine)?;
    Ok(count)
}

/// Some of the articles that are old, and where to go on.
fn old_articles(
    engine: &Engine,
    before: Timestamp,
    after: Option<Vec<u8>>,
) -> Result<(BTreeMap<No, Record>, Option<No>), StoreError> {
    let mut old = BTreeMap::new();
    for entry in engine.entries(&[kind::ARTICLE], after) {
        let (key, value) = entry?;
        let Some(no) = keys::no_of(&key) else { continue };
        let record: Record = codec::decode(&value, format!("article {no}"))?;
        if record.last_seen() >= before {
            continue;
        }
        let copies = copies(engine, &record)?;
        if copies.values().all(|copy| copy.last_seen() < before) {
            // With its copies, in one step: no copy is ever without its leader.
            old.extend(copies);
            old.insert(no, record);
        }
        if old.len() >= STEP_MAX {
            return Ok((old, Some(no)));
        }
    }
    Ok((old, None))
}

/// The copies of an article that leads; none of one that is a copy.
pub(super) fn copies(engine: &Engine, record: &Record) -> Result<BTreeMap<No, Record>, StoreError> {
    let mut copies = BTreeMap::new();
    if record.copy_of.is_some() {
        return Ok(copies);
    }
    for entry in engine.entries(&keys::copies(record.id), None) {
        let (key, _) = entry?;
        let Some(no) = keys::no_of(&key) else { continue };
        if let Some(copy) = engine.record(no)?.filter(|copy| copy.copy_of == Some(record.id)) {
            copies.insert(no, copy);
        }
    }
    Ok(copies)
}

fn forget_these(engine: &Engine, writer: &mut Writer<'_>, old: &BTreeMap<No, Record>) -> Result<u64, StoreError> {
    if old.is_empty() {
        return Ok(0);
    }
    let mut stage = engine.stage();
    stage.add(keys::CHANGES, 1)?;
    for (no, record) in old {
        index::take(&mut stage, &Indexed { no: *no, record: record.clone() })?;
    }
    writer.apply(stage)?;
    Ok(old.len() as u64)
}

/// Takes away segments in which no article lives, but for the last, to which the next commit may append.
fn drop_dead_segments(engine: &Engine) -> Result<(), StoreError> {
    let all = engine.segments.all()?;
    let Some(((last, _), others)) = all.split_last() else { return Ok(()) };
    for (day, _) in others {
        let alive: Alive = index::segment(&engine.stage(), *day)?;
        if alive.articles > 0 {
            continue;
        }
        carry(engine, *day, *last)?;
        let mut writer = engine.writer()?;
        let mut stage = engine.stage();
        if index::segment(&stage, *day)? != alive {
            // A commit came in between: it is looked at the next time.
            continue;
        }
        stage.remove(keys::segment(*day));
        writer.apply(stage)?;
        engine.flush()?;
        engine.segments.remove(*day)?;
    }
    Ok(())
}

/// Writes what a segment alone could still tell (entries that are noted, further identities) into another one.
fn carry(engine: &Engine, from: u32, to: u32) -> Result<(), StoreError> {
    let mut scan = engine.segments.scan(from, 0)?;
    let mut told: BTreeMap<SourceName, Rest> = BTreeMap::new();
    while let Some(frame) = scan.next()? {
        if frame.kind != FrameKind::Commit {
            continue;
        }
        let mut rest: Rest = codec::unpack(&frame.body, "a commit")?;
        keep_what_holds(engine, &mut rest)?;
        if !rest.is_worth_a_frame() {
            continue;
        }
        rest.state = reading::source(engine, &rest.source)?;
        match told.get_mut(&rest.source) {
            Some(told) => {
                told.noted.append(&mut rest.noted);
                told.aliases.append(&mut rest.aliases);
            }
            None => {
                told.insert(rest.source.clone(), rest);
            }
        }
    }
    for rest in told.into_values() {
        write(engine, to, &rest)?;
    }
    Ok(())
}

/// Leaves of a commit what the index still says, and no segment but this one.
fn keep_what_holds(engine: &Engine, rest: &mut Rest) -> Result<(), StoreError> {
    rest.seen.clear();
    rest.hosts.clear();
    let keys: Vec<Vec<_>> = rest.noted.iter().map(|key| vec![*key]).collect();
    let known = reading::known(engine, &keys)?;
    let noted: BTreeSet<_> =
        rest.noted.iter().zip(known).filter(|(_, known)| *known == Some(Known::Noted)).map(|(key, _)| *key).collect();
    rest.noted = noted.into_iter().collect();
    let keys: Vec<Vec<_>> = rest.aliases.iter().map(|(key, _)| vec![*key]).collect();
    let known = reading::known(engine, &keys)?;
    rest.aliases =
        rest.aliases.iter().zip(known).filter_map(|((key, _), known)| known.map(|known| (*key, known))).collect();
    Ok(())
}

fn write(engine: &Engine, day: u32, rest: &Rest) -> Result<(), StoreError> {
    let mut writer = engine.writer()?;
    let mut stage = engine.stage();
    let change = stage.add(keys::CHANGES, 1)?;
    let start = engine.segments.end(day)?;
    let mut bytes = Vec::new();
    codec::frame(FrameKind::Commit, &CommitHead { change, start }, rest, &mut bytes)?;
    let mut segment = index::segment(&stage, day)?;
    segment.end = start + bytes.len() as u64;
    index::put_segment(&mut stage, day, segment)?;
    engine.segments.append(day, &bytes)?;
    writer.apply(stage)
}
