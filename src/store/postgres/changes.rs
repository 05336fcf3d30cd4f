//! What differs between the rows as they were loaded and as they are to be.
//!
//! Reads and writes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::cluster::{ArticleId, EntryKey, Stored};
use crate::store::contract::Changed;
use crate::store::memory::Held;
use crate::store::rules;

/// What was before.
pub(super) struct Before {
    articles: BTreeMap<ArticleId, Stored>,
    entries: HashMap<EntryKey, ArticleId>,
    noted: BTreeSet<EntryKey>,
}

impl Before {
    pub(super) fn of(held: &Held) -> Self {
        Self { articles: held.articles.clone(), entries: held.entries.clone(), noted: held.noted.clone() }
    }
}

/// What a transaction writes.
#[derive(Default)]
pub(super) struct Changes<'a> {
    /// Articles that are new or replaced, and whether they are new.
    pub(super) put: Vec<(&'a Stored, bool)>,
    /// Articles of which only light columns are others.
    pub(super) touched: Vec<&'a Stored>,
    /// Articles that are gone.
    pub(super) gone: Vec<ArticleId>,
    /// Identities: whose from now on; `None` in the second place is one that is noted.
    pub(super) entries: Vec<(EntryKey, Option<ArticleId>)>,
    /// Identities that are nobody's any more.
    pub(super) nobodys: Vec<EntryKey>,
    /// Feeds that became due, and how many articles more or fewer each has.
    pub(super) feeds: BTreeMap<Changed, i64>,
}

/// What differs.
pub(super) fn changes<'a>(before: &'a Before, after: &'a Held, brought: &BTreeSet<ArticleId>) -> Changes<'a> {
    let mut changes = Changes { feeds: after.due.keys().map(|feed| (*feed, 0)).collect(), ..Changes::default() };
    for article in after.articles.values() {
        let old = before.articles.get(&article.id);
        if old == Some(article) {
            continue;
        }
        if !brought.contains(&article.id) {
            changes.touched.push(article);
            continue;
        }
        if let Some(old) = old {
            count(old, -1, &mut changes.feeds);
        }
        count(article, 1, &mut changes.feeds);
        changes.put.push((article, old.is_none()));
    }
    for old in before.articles.values().filter(|old| !after.articles.contains_key(&old.id)) {
        count(old, -1, &mut changes.feeds);
        changes.gone.push(old.id);
    }
    let is_new = |key: &EntryKey, id: &ArticleId| before.entries.get(key) != Some(id);
    changes.entries =
        after.entries.iter().filter(|(key, id)| is_new(key, id)).map(|(key, id)| (*key, Some(*id))).collect();
    // An identity that is an article's stays it, though it is noted too: it has one row.
    let noted = after.noted.difference(&before.noted).filter(|key| !after.entries.contains_key(key));
    changes.entries.extend(noted.map(|key| (*key, None)));
    let had = before.entries.keys().chain(&before.noted);
    let is_nobodys = |key: &&EntryKey| !after.entries.contains_key(key) && !after.noted.contains(key);
    changes.nobodys = had.filter(is_nobodys).copied().collect();
    changes
}

/// Counts a leader in its feeds, or no longer.
fn count(article: &Stored, more: i64, feeds: &mut BTreeMap<Changed, i64>) {
    if article.leads() {
        for feed in rules::feeds(article).collect::<BTreeSet<_>>() {
            *feeds.entry(feed).or_default() += more;
        }
    }
}
