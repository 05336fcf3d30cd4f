//! What `commit` means, in plain functions that both engines share: what of an article stays, which feeds it makes due.
//!
//! Knows no engine and no file.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::mem;

use jiff::Timestamp;

use crate::model::cluster::{ArticleId, Batch, ClusterId, EntryKey, Known, Stored};
use crate::store::contract::{Changed, KEYS_MAX};

const DAY_SECONDS: i64 = 86_400;

/// The articles of a batch, each once (the last word counts), leaders before the copies that name them.
///
/// Aliases of these articles become identities of theirs; the other aliases stay in the batch.
pub(super) fn take_articles(batch: &mut Batch) -> Vec<Stored> {
    let mut articles = ordered(mem::take(&mut batch.articles));
    batch.aliases.retain(|(key, known)| {
        let Known::Article { id, entry_hash, tries } = known else { return true };
        let Some(article) = articles.iter_mut().find(|article| article.id == *id) else { return true };
        article.keys = with_keys(&[*key], &article.keys);
        article.entry_hash = *entry_hash;
        article.tries = *tries;
        false
    });
    articles
}

fn ordered(articles: Vec<Stored>) -> Vec<Stored> {
    let last: HashMap<ArticleId, usize> = articles.iter().enumerate().map(|(at, article)| (article.id, at)).collect();
    let indexed = articles.into_iter().enumerate();
    let mut once: Vec<Stored> =
        indexed.filter(|(at, article)| last[&article.id] == *at).map(|(_, article)| article).collect();
    once.sort_by_key(|article| !article.leads());
    once
}

/// An article as it is kept from now on; `leader` is the article that leads the cluster it was brought with.
pub(super) fn kept(mut brought: Stored, old: Option<&Stored>, leader: ClusterId) -> Stored {
    brought.cluster = leader;
    let Some(old) = old else {
        brought.keys = with_keys(&brought.keys, &[]);
        return brought;
    };
    brought.cluster = old.cluster;
    brought.first_seen = old.first_seen;
    if !is_later_day(old.last_seen, brought.last_seen) {
        brought.last_seen = old.last_seen;
    }
    brought.keys = with_keys(&brought.keys, &old.keys);
    brought
}

/// Identities, the new ones first, each once, at most `KEYS_MAX`; as they were where none is new.
pub(super) fn with_keys(new: &[EntryKey], old: &[EntryKey]) -> Vec<EntryKey> {
    if new.iter().all(|key| old.contains(key)) {
        return old.to_vec();
    }
    let mut keys = Vec::with_capacity(new.len() + old.len());
    for key in new.iter().chain(old) {
        if !keys.contains(key) && keys.len() < KEYS_MAX {
            keys.push(*key);
        }
    }
    keys
}

/// Whether a sight is worth a write: an article that is listed all day is written once a day.
pub(super) fn is_later_day(old: Timestamp, new: Timestamp) -> bool {
    new.as_second().div_euclid(DAY_SECONDS) > old.as_second().div_euclid(DAY_SECONDS)
}

/// The feeds in which an article of these countries stands.
pub(super) fn feeds(article: &Stored) -> impl Iterator<Item = Changed> {
    let countries = article.routed.countries.iter().map(|found| Changed::Country(found.country));
    countries.chain([Changed::All])
}

/// Seconds between publication and first sight: what orders articles that were first seen in one moment.
pub(super) fn age_seconds(article: &Stored) -> u32 {
    let seconds = article.first_seen.as_second().saturating_sub(article.published().as_second());
    u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)
}

/// The order of clusters: newest first sight, then latest published, then id.
pub(super) fn newest_first(article: &Stored) -> (Reverse<i64>, u32, ArticleId) {
    (Reverse(article.first_seen.as_microsecond()), age_seconds(article), article.id)
}
