//! Commits read back from the segments into the index: those it has missed, or all of them into a new one.
//!
//! In the order in which they were made. Knows nothing of what broke, and why.

use crate::store::backup;
use crate::store::codec::{self, CommitHead, FrameKind, Head, Pointer, Record, Rest};
use crate::store::commit;
use crate::store::engine::Engine;
use crate::store::error::StoreError;
use crate::store::index;
use crate::store::keys;
use crate::store::orphans;

/// A commit that stands in a segment.
struct Found {
    change: u64,
    /// Its first byte.
    start: u64,
    /// Its last frame.
    at: Pointer,
}

/// What was met in a stretch of a segment.
#[derive(Default)]
struct Met {
    commits: Vec<Found>,
    /// Bytes that are no frame, or not the one that was written.
    lost_bytes: u64,
}

/// Makes a new index from all segments.
pub(super) fn all(engine: &Engine, notes: &mut Vec<String>) -> Result<(), StoreError> {
    let mut met = Met::default();
    for (day, bytes) in engine.segments.all()? {
        look(engine, day, 0, bytes, &mut met)?;
    }
    met.commits.sort_by_key(|found| found.change);
    let mut articles = 0;
    for found in &met.commits {
        articles += take_up(engine, found, true)?.unwrap_or(0);
    }
    let adopted = orphans::adopt(engine)?;
    keep_ends(engine)?;
    engine.flush()?;
    if adopted > 0 {
        notes.push(format!("{adopted} copies lost the article that led them, and have another leader now"));
    }
    notes.push(format!("{articles} articles were read from {} commits", met.commits.len()));
    if met.lost_bytes > 0 {
        let lost = met.lost_bytes;
        backup::mark_lost(&engine.folder)?;
        notes.push(format!(
            "{lost} bytes of bodies cannot be read: the next pass takes the articles in them from the last export or from what is published, or asks their sources again"
        ));
    }
    Ok(())
}

/// Takes up what was appended to segments after the index was last written.
pub(super) fn missing(engine: &Engine, notes: &mut Vec<String>) -> Result<(), StoreError> {
    let stage = engine.stage();
    let applied = stage.number(keys::CHANGES)?;
    let mut met = Met::default();
    let mut is_behind = false;
    for (day, bytes) in engine.segments.all()? {
        let end = index::segment(&stage, day)?.end;
        if bytes > end {
            is_behind = true;
            look(engine, day, end, bytes, &mut met)?;
        }
    }
    if !is_behind {
        return Ok(());
    }
    met.commits.retain(|found| found.change > applied);
    met.commits.sort_by_key(|found| found.change);
    let mut taken = 0;
    for found in &met.commits {
        taken += u64::from(take_up(engine, found, false)?.is_some());
    }
    keep_ends(engine)?;
    engine.flush()?;
    if taken > 0 {
        notes.push(format!("{taken} commits that the index did not have were taken up from the segments"));
    }
    Ok(())
}

/// Looks for commits from an offset on.
fn look(engine: &Engine, day: u32, from: u64, end: u64, met: &mut Met) -> Result<(), StoreError> {
    let mut scan = engine.segments.scan(day, from)?;
    let mut whole = 0;
    while let Some(frame) = scan.next()? {
        whole += frame.at.frame_bytes();
        if frame.kind == FrameKind::Commit {
            let head: CommitHead = codec::decode(&frame.head, "a commit")?;
            met.commits.push(Found { change: head.change, start: head.start, at: frame.at });
        }
    }
    met.lost_bytes += end.saturating_sub(from).saturating_sub(whole);
    Ok(())
}

/// Writes a commit into the index, and says how many articles it had. None where it is not whole, and must be.
fn take_up(engine: &Engine, found: &Found, even_in_part: bool) -> Result<Option<u64>, StoreError> {
    let mut scan = engine.segments.scan(found.at.day, found.start)?;
    let mut articles: Vec<(Head, Pointer)> = Vec::new();
    let mut whole = 0;
    while let Some(frame) = scan.next()? {
        if frame.at.offset >= found.at.offset {
            break;
        }
        whole += frame.at.frame_bytes();
        if frame.kind == FrameKind::Article {
            articles.push((codec::decode(&frame.head, "an article's head")?, frame.at));
        }
    }
    if whole != found.at.offset - found.start && !even_in_part {
        return Ok(None);
    }
    let (_, packed) = engine.segments.read(found.at, true)?;
    let rest: Rest = codec::unpack(&packed, "a commit")?;
    let count = articles.len() as u64;
    let mut writer = engine.writer()?;
    let mut stage = engine.stage();
    stage.set_number(keys::CHANGES, found.change);
    for (head, at) in articles {
        let old = index::find(&stage, head.id)?;
        index::put(&mut stage, &head, &Record::of(&head, at), old.as_ref())?;
    }
    commit::apply(engine, &mut stage, &rest)?;
    writer.apply(stage)?;
    engine.settle()?;
    Ok(Some(count))
}

/// Remembers how far each segment was read: what could not be taken up is not looked at again.
fn keep_ends(engine: &Engine) -> Result<(), StoreError> {
    let mut writer = engine.writer()?;
    let mut stage = engine.stage();
    for (day, bytes) in engine.segments.all()? {
        let mut segment = index::segment(&stage, day)?;
        segment.end = bytes;
        index::put_segment(&mut stage, day, segment)?;
    }
    writer.apply(stage)
}
