//! Which articles are copies of one text.
//!
//! Plain functions of their arguments: `pipeline` asks the store for candidates and hands them in.
//! An article is first known by its identity within its source (`identity`), then by its address (`canonical`), by its
//! exact text, and at last by a sketch of it (`sketch`) that finds cut, framed and edited copies, with a guard for figures
//! (`figures`): yesterday's weather is no copy of today's.

pub mod canonical;
pub mod events;
mod figures;
mod fingerprint;
mod identity;
mod sketch;
mod table;
mod tokens;
mod trackers;
mod verdict;
pub mod window;

use crate::model::article::Article;
use crate::model::cluster::{Candidate, EntryKey, Fingerprint, Verdict};
use crate::model::entry::Entry;
use crate::model::source::SourceName;

/// What makes this article the same as others.
#[must_use]
pub fn fingerprint(article: &Article) -> Fingerprint {
    fingerprint_of(article.link.as_str(), &article.title, &article.text)
}

/// What makes a text with this address and this headline the same as others.
#[must_use]
pub fn fingerprint_of(address: &str, title: &str, text: &str) -> Fingerprint {
    fingerprint::fingerprint(address, title, text)
}

/// The hash of an address as a fingerprint has it; all zero where it tells nothing.
#[must_use]
pub fn address(address: &str) -> [u8; 16] {
    fingerprint::address(address)
}

/// The identities of an entry within its source, the strongest first: its id, its address, its title with its date.
#[must_use]
pub fn entry_keys(source: &SourceName, entry: &Entry) -> Vec<EntryKey> {
    identity::entry_keys(source, entry)
}

/// A hash of what an entry says of itself (title, times, summary, content): another one is worth another look.
#[must_use]
pub fn entry_hash(entry: &Entry) -> u64 {
    identity::entry_hash(entry)
}

/// Whether an article that its source had not given before is the text of one of the candidates.
#[must_use]
pub fn verdict(fingerprint: &Fingerprint, candidates: &[Candidate]) -> Verdict {
    verdict::verdict(fingerprint, candidates)
}
