//! Copies whose leader was lost with its bytes: the first of them leads the others from then on.
//!
//! For an index that was made anew; in a store that is whole there are none.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::cluster::ArticleId;
use crate::store::codec::{self, Record};
use crate::store::engine::Engine;
use crate::store::error::StoreError;
use crate::store::index::{self, Indexed};
use crate::store::keys::{self, No, kind};

/// What is to become of a copy.
enum Fate {
    /// Its leader leads.
    Stays,
    /// Its leader follows another by now.
    Follows(ArticleId),
    /// Its leader is gone. All copies of one leader have the same name here.
    Orphan(ArticleId),
}

/// Gives every copy a leader, and says how many had none.
pub(super) fn adopt(engine: &Engine) -> Result<u64, StoreError> {
    let mut orphans: BTreeMap<ArticleId, Vec<(Timestamp, ArticleId, No)>> = BTreeMap::new();
    let mut moved: Vec<(No, Option<ArticleId>)> = Vec::new();
    for entry in engine.entries(&[kind::ARTICLE], None) {
        let (key, value) = entry?;
        let Some(no) = keys::no_of(&key) else { continue };
        let record: Record = codec::decode(&value, format!("article {no}"))?;
        match fate(engine, &record)? {
            Fate::Stays => {}
            Fate::Follows(leader) => moved.push((no, Some(leader))),
            Fate::Orphan(lost) => orphans.entry(lost).or_default().push((record.first_seen(), record.id, no)),
        }
    }
    for group in orphans.values_mut() {
        group.sort_unstable();
        let leader = group[0].1;
        moved.push((group[0].2, None));
        moved.extend(group[1..].iter().map(|(_, _, no)| (*no, Some(leader))));
    }
    for (no, leader) in &moved {
        follow(engine, *no, *leader)?;
    }
    Ok(moved.len() as u64)
}

/// Goes from leader to leader. Two that follow each other, as after a leader came back as a copy, are both orphans.
fn fate(engine: &Engine, record: &Record) -> Result<Fate, StoreError> {
    let Some(first) = record.copy_of else { return Ok(Fate::Stays) };
    let mut met = vec![first];
    loop {
        let last = met[met.len() - 1];
        let Some(leader) = engine.no_of(last)?.map(|no| engine.record(no)).transpose()?.flatten() else {
            return Ok(Fate::Orphan(last));
        };
        match leader.copy_of {
            None if met.len() == 1 => return Ok(Fate::Stays),
            None => return Ok(Fate::Follows(last)),
            Some(next) if met.contains(&next) => {
                let lowest = met.iter().skip_while(|id| **id != next).min().copied();
                return Ok(Fate::Orphan(lowest.unwrap_or(next)));
            }
            Some(next) => met.push(next),
        }
    }
}

fn follow(engine: &Engine, no: No, leader: Option<ArticleId>) -> Result<(), StoreError> {
    let Some(record) = engine.record(no)? else { return Ok(()) };
    let head = engine.head(&record)?;
    let mut new = record.clone();
    new.copy_of = leader;
    let mut writer = engine.writer()?;
    let mut stage = engine.stage();
    index::put(&mut stage, &head, &new, Some(&Indexed { no, record }))?;
    writer.apply(stage)
}
