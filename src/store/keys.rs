//! The keys of the sled engine: one tree, a letter for each kind of entry, everything ordered as it is asked for.
//!
//! Articles have a short number here, because sled reads all of its file when it opens, and each entry costs it ten times
//! its bytes: a million articles have four or five entries each. Hashes, of which they have twenty, are in `hashes`.

use jiff::Timestamp;

use crate::model::cluster::{ArticleId, EntryKey};
use crate::model::country::Country;
use crate::model::source::SourceName;
use crate::store::contract::Changed;

/// The number of an article in this store, in the order of coming; one that changes has a new one.
pub(super) type No = u32;

/// A kind of entry: the first byte of its key.
pub(super) mod kind {
    /// Number → record.
    pub(in crate::store) const ARTICLE: u8 = b'a';
    /// Id → number.
    pub(in crate::store) const ID: u8 = b'i';
    /// Identity of an entry that has no article.
    pub(in crate::store) const NOTED: u8 = b'n';
    /// Country, newest first, number of a leader.
    pub(in crate::store) const NEWEST: u8 = b't';
    /// How many leaders a country has.
    pub(in crate::store) const COUNT: u8 = b'q';
    /// Id of a leader, first sight, number of a copy.
    pub(in crate::store) const COPY: u8 = b'c';
    /// Name → state of a source.
    pub(in crate::store) const SOURCE: u8 = b's';
    /// Origin → state of a host.
    pub(in crate::store) const HOST: u8 = b'h';
    /// Token → subscription to a hub.
    pub(in crate::store) const SUBSCRIPTION: u8 = b'w';
    /// Feed that is due → the last change.
    pub(in crate::store) const DUE: u8 = b'd';
    /// Day → what of its segment is alive.
    pub(in crate::store) const SEGMENT: u8 = b'g';
    /// Address → takedown.
    pub(in crate::store) const TAKEDOWN: u8 = b'x';
    // `m`: numbers of the store itself, below.
}

/// The form of everything in this tree; written first.
pub(super) const SCHEMA: &[u8] = b"mschema";
/// The next article's number.
pub(super) const NEXT: &[u8] = b"mnext";
/// The last change that was counted.
pub(super) const CHANGES: &[u8] = b"mchanges";

/// Bytes of a leader's id before those of its copies: what they lead to is compared whole.
const LEADER_BYTES: usize = 8;

fn key(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
    bytes.push(kind);
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

pub(super) fn article(no: No) -> Vec<u8> {
    key(kind::ARTICLE, &[&no.to_be_bytes()])
}

pub(super) fn id(id: ArticleId) -> Vec<u8> {
    key(kind::ID, &[&id.0])
}

/// Whole, because an export must list it.
pub(super) fn noted(entry: EntryKey) -> Vec<u8> {
    key(kind::NOTED, &[&entry.0])
}

pub(super) fn copies(leader: ArticleId) -> Vec<u8> {
    key(kind::COPY, &[&leader.0[..LEADER_BYTES]])
}

pub(super) fn source(name: &SourceName) -> Vec<u8> {
    key(kind::SOURCE, &[name.as_str().as_bytes()])
}

pub(super) fn host(origin: &str) -> Vec<u8> {
    key(kind::HOST, &[origin.as_bytes()])
}

pub(super) fn subscription(token: &str) -> Vec<u8> {
    key(kind::SUBSCRIPTION, &[token.as_bytes()])
}

pub(super) fn takedown(link: &str) -> Vec<u8> {
    key(kind::TAKEDOWN, &[link.as_bytes()])
}

pub(super) fn segment(day: u32) -> Vec<u8> {
    key(kind::SEGMENT, &[&day.to_be_bytes()])
}

/// A key with an article's number at its end.
pub(super) fn with_no(mut key: Vec<u8>, no: No) -> Vec<u8> {
    key.extend_from_slice(&no.to_be_bytes());
    key
}

/// The number at the end of a key or a value.
pub(super) fn no_of(bytes: &[u8]) -> Option<No> {
    bytes.last_chunk().map(|last| No::from_be_bytes(*last))
}

/// Two letters for a country, two zeros for all.
fn feed_bytes(feed: Changed) -> [u8; 2] {
    match feed {
        Changed::All => [0, 0],
        Changed::Country(country) => country.code().as_bytes().first_chunk().copied().unwrap_or_default(),
    }
}

pub(super) fn due(feed: Changed) -> Vec<u8> {
    key(kind::DUE, &[&feed_bytes(feed)])
}

pub(super) fn count(feed: Changed) -> Vec<u8> {
    key(kind::COUNT, &[&feed_bytes(feed)])
}

/// The feed of a key that `due` made.
pub(super) fn feed_of(key: &[u8]) -> Option<Changed> {
    match key.get(1..)? {
        [0, 0] => Some(Changed::All),
        code => Country::from_code(std::str::from_utf8(code).ok()?).map(Changed::Country),
    }
}

/// Microseconds as bytes that sort the later first.
fn later_first(at_microseconds: i64) -> [u8; 8] {
    (!(at_microseconds.cast_unsigned() ^ (1 << 63))).to_be_bytes()
}

/// Microseconds as bytes that sort the earlier first.
fn earlier_first(at_microseconds: i64) -> [u8; 8] {
    (at_microseconds.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

/// Where a leader stands among those of a feed: `rules::newest_first` as bytes. The id is cut: it only breaks ties.
pub(super) fn newest(feed: Changed, first_seen: Timestamp, age_seconds: u32, id: ArticleId) -> Vec<u8> {
    let seen = later_first(first_seen.as_microsecond());
    key(kind::NEWEST, &[&feed_bytes(feed), &seen, &age_seconds.to_be_bytes(), &id.0[..4]])
}

/// When the leader was first seen of whom a key of `newest` tells.
pub(super) fn first_seen_of(key: &[u8]) -> Option<Timestamp> {
    let sorted = u64::from_be_bytes(*key.get(3..)?.first_chunk()?);
    Timestamp::from_microsecond((!sorted ^ (1 << 63)).cast_signed()).ok()
}

/// The keys of a feed's leaders that were first seen at or after `from` and before `until`: from the first key to before
/// the last.
pub(super) fn newest_between(feed: Changed, from: Option<Timestamp>, until: Option<Timestamp>) -> (Vec<u8>, Vec<u8>) {
    let letters = feed_bytes(feed);
    // One microsecond earlier is one step later in this order, so an end that is not asked for excludes itself.
    let step = |at: Timestamp| later_first(at.as_microsecond() - 1);
    let first = until.map_or([0; 8], step);
    let last = from.map_or([0xff; 8], step);
    (key(kind::NEWEST, &[&letters, &first]), key(kind::NEWEST, &[&letters, &last]))
}

/// Where a copy stands among those of its leader.
pub(super) fn copy(leader: ArticleId, first_seen: Timestamp, id: ArticleId) -> Vec<u8> {
    let seen = earlier_first(first_seen.as_microsecond());
    key(kind::COPY, &[&leader.0[..LEADER_BYTES], &seen, &id.0[..4]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn later_articles_sort_first_on_both_sides_of_1970() {
        let id = ArticleId([7; 16]);
        let times = [at(90 * 365 * 86_400), at(1), at(0), at(-1), at(-50 * 365 * 86_400)];
        let keys: Vec<_> = times.iter().map(|time| newest(Changed::All, *time, 0, id)).collect();
        assert!(keys.is_sorted());
    }

    #[test]
    fn a_span_has_its_beginning_and_not_its_end() {
        let id = ArticleId([7; 16]);
        let (first, last) = newest_between(Changed::All, Some(at(10)), Some(at(20)));
        let inside = |seconds| {
            let key = with_no(newest(Changed::All, at(seconds), 5, id), 1);
            key >= first && key < last
        };
        assert_eq!([9, 10, 19, 20].map(inside), [false, true, true, false]);
    }
}
