//! Reads everything the sled engine holds: every record, every body, every index both ways.
//!
//! Changes nothing: what it finds is mended at the next opening (`recovery`).

use std::collections::{BTreeMap, BTreeSet};

use crate::model::source::HostState;
use crate::store::codec::{self, Record};
use crate::store::contract::Verified;
use crate::store::engine::Engine;
use crate::store::error::StoreError;
use crate::store::index::{self, Alive};
use crate::store::keys::{self, No, kind};
use crate::store::reading;
use crate::store::stage;

/// The kinds of entries that `index::links` makes: there must be as many as the articles have.
const LINKS: [u8; 3] = [kind::ID, kind::NEWEST, kind::COPY];

/// What was read, and what was wrong.
#[derive(Default)]
struct Found {
    verified: Verified,
    /// By kind, how many entries the articles have.
    links: BTreeMap<u8, u64>,
    /// By day, what the articles have in its segment.
    segments: BTreeMap<u32, Alive>,
    /// By its letters, how many leaders a feed has.
    leaders: BTreeMap<Vec<u8>, u64>,
    /// How many hashes the articles have.
    hashes: u64,
    /// The articles that were read.
    numbers: BTreeSet<No>,
    first: Option<(String, String)>,
    mistakes: u64,
}

impl Found {
    #[expect(clippy::needless_pass_by_value, reason = "an id, a text and an error are handed in alike")]
    fn wrong(&mut self, what: impl ToString, why: impl ToString) {
        self.mistakes += 1;
        self.first.get_or_insert_with(|| (what.to_string(), why.to_string()));
    }
}

/// Reads everything. The error names the first mistake, and how many there are.
pub(super) fn verify(engine: &Engine) -> Result<Verified, StoreError> {
    let mut found = Found::default();
    for entry in engine.entries(&[kind::ARTICLE], None) {
        let (key, value) = entry?;
        let what = keys::no_of(&key).map_or_else(|| "an article".to_owned(), |no| format!("article {no}"));
        match article(engine, &key, &value, &mut found) {
            Ok(()) => found.verified.articles += 1,
            Err(why) => found.wrong(what, why),
        }
    }
    backwards(engine, &mut found)?;
    hashes(engine, &mut found)?;
    totals(engine, &mut found)?;
    match reading::sources(engine) {
        Ok(sources) => found.verified.sources = sources.len() as u64,
        Err(why) => found.wrong("sources", why),
    }
    for entry in engine.entries(&[kind::HOST], None) {
        let (key, value) = entry?;
        if let Err(why) = codec::decode::<HostState>(&value, "a host") {
            found.wrong(String::from_utf8_lossy(&key), why);
        }
    }
    if let Err(why) = reading::subscriptions(engine) {
        found.wrong("subscriptions", why);
    }
    match found.first {
        None => Ok(found.verified),
        Some((what, why)) if found.mistakes == 1 => Err(StoreError::damaged(what, why)),
        Some((what, why)) => Err(StoreError::damaged(what, format!("{why}; and {} more", found.mistakes - 1))),
    }
}

/// Reads an article whole, and looks for all its entries.
fn article(engine: &Engine, key: &[u8], value: &[u8], found: &mut Found) -> Result<(), StoreError> {
    let no = keys::no_of(key).unwrap_or_default();
    let record: Record = codec::decode(value, "its record")?;
    engine.stored(&record)?;
    let head = engine.head(&record)?;
    let alive = found.segments.entry(record.at.day).or_default();
    alive.articles += 1;
    alive.bytes += record.at.frame_bytes();
    if let Some(leader) = record.copy_of {
        let leads = engine.no_of(leader)?.map(|no| engine.record(no)).transpose()?.flatten();
        if leads.is_none_or(|leader| leader.copy_of.is_some()) {
            found.wrong(record.id, format!("{leader}, of which it is a copy, does not lead"));
        }
    }
    for (key, value) in index::links(no, &record) {
        *found.links.entry(key[0]).or_default() += 1;
        if key[0] == kind::NEWEST {
            *found.leaders.entry(key[1..3].to_vec()).or_default() += 1;
        }
        if engine.index.get(&key).map_err(|why| engine.broken(&why))?.is_none_or(|there| there != value) {
            found.wrong(record.id, format!("an entry of kind `{}` is missing", char::from(key[0])));
        }
    }
    let hashes = index::hashes_of(&record, &head);
    found.hashes += hashes.len() as u64;
    found.verified.links += hashes.len() as u64;
    found.numbers.insert(no);
    Ok(())
}

/// Counts the entries: as every article has all of its own, more would lead to none.
fn backwards(engine: &Engine, found: &mut Found) -> Result<(), StoreError> {
    for kind in LINKS {
        let mut count = 0;
        for entry in engine.entries(&[kind], None) {
            entry?;
            count += 1;
        }
        let expected = found.links.get(&kind).copied().unwrap_or_default();
        found.verified.links += count;
        if count != expected {
            let letter = char::from(kind);
            found.wrong("index", format!("{count} entries of kind `{letter}`, the articles have {expected}"));
        }
    }
    Ok(())
}

/// Counts the hashes of articles that are there: fewer would hide one, and no article has more.
fn hashes(engine: &Engine, found: &mut Found) -> Result<(), StoreError> {
    let mut count = 0;
    engine.hashes.each(&mut |(_, no)| count += u64::from(found.numbers.contains(&no)))?;
    if count != found.hashes {
        found.wrong("hashes", format!("{count} lead to articles, which have {}", found.hashes));
    }
    Ok(())
}

/// Compares the numbers that are kept with those that were counted.
fn totals(engine: &Engine, found: &mut Found) -> Result<(), StoreError> {
    for entry in engine.entries(&[kind::SEGMENT], None) {
        let (key, value) = entry?;
        let kept: Alive = codec::decode(&value, "a segment's entry")?;
        let day = keys::no_of(&key).unwrap_or_default();
        let counted = found.segments.remove(&day).unwrap_or_default();
        if (kept.articles, kept.bytes) != (counted.articles, counted.bytes) {
            found.wrong(format!("segment {day}"), format!("{} articles, counted {}", kept.articles, counted.articles));
        }
    }
    for (day, _) in std::mem::take(&mut found.segments) {
        found.wrong(format!("segment {day}"), "the index does not know it");
    }
    for entry in engine.entries(&[kind::COUNT], None) {
        let (key, value) = entry?;
        let counted = found.leaders.remove(&key[1..]).unwrap_or_default();
        let kept = stage::number_of(&value);
        if kept != counted {
            found.wrong("index", format!("a feed of {kept} articles, counted {counted}"));
        }
    }
    Ok(())
}
