//! Which articles are copies of one text.
//!
//! Plain functions of their arguments: `pipeline` asks the store for candidates and hands them in.

pub mod canonical;

use crate::model::article::Article;
use crate::model::cluster::{Candidate, EntryKey, Fingerprint, Verdict};
use crate::model::entry::Entry;
use crate::model::source::SourceName;

/// What makes this article the same as others.
#[must_use]
pub fn fingerprint(article: &Article) -> Fingerprint {
    let _ = article;
    Fingerprint { address: [0; 16], exact: [0; 16], sketch: Vec::new(), bands: Vec::new() }
}

/// The identities of an entry within its source, the strongest first: its id, its address, its title with its date.
#[must_use]
pub fn entry_keys(source: &SourceName, entry: &Entry) -> Vec<EntryKey> {
    let _ = (source, entry);
    Vec::new()
}

/// A hash of what an entry says of itself (title, times, summary, content): another one is worth another look.
#[must_use]
pub fn entry_hash(entry: &Entry) -> u64 {
    let _ = entry;
    0
}

/// Whether an article that its source had not given before is the text of one of the candidates.
#[must_use]
pub fn verdict(fingerprint: &Fingerprint, candidates: &[Candidate]) -> Verdict {
    let _ = (fingerprint, candidates);
    Verdict::New
}
