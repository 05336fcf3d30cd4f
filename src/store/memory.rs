//! The contract in its plainest form: everything in maps, every question answered by looking at all.
//!
//! For tests, for `--dry-run`, and as the measure of other engines. Nothing survives its end.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::cluster::{
    ArticleId, Batch, CANDIDATES_MAX, Candidate, Cluster, Copy, EntryKey, Fingerprint, Known, Query, Stored,
};
use crate::model::source::{HostState, SourceName, SourceState};
use crate::model::subscription::Subscription;
use crate::model::takedown::Takedown;
use crate::store::contract::{Changed, Due, Store, Verified};
use crate::store::error::StoreError;
use crate::store::rules;

/// A store that ends with the program.
#[derive(Default)]
pub struct MemoryStore {
    /// Guards all of it: each call is one step, none waits inside.
    held: Mutex<Held>,
}

/// What is held. The engine of `PostgreSQL` lets this decide too, over the few rows that a commit touches.
#[derive(Default)]
pub(super) struct Held {
    pub(super) articles: BTreeMap<ArticleId, Stored>,
    pub(super) entries: HashMap<EntryKey, ArticleId>,
    pub(super) noted: BTreeSet<EntryKey>,
    sources: BTreeMap<SourceName, SourceState>,
    hosts: HashMap<String, HostState>,
    subscriptions: BTreeMap<String, Subscription>,
    pub(super) takedowns: BTreeMap<String, Takedown>,
    pub(super) due: BTreeMap<Changed, u64>,
    changes: u64,
}

impl MemoryStore {
    fn held(&self) -> MutexGuard<'_, Held> {
        // A panic inside a step leaves maps that are whole, if not in step; tests alone can see it.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn source(&self, name: &SourceName) -> Result<SourceState, StoreError> {
        Ok(self.held().sources.get(name).cloned().unwrap_or_default())
    }

    async fn hosts(&self, origins: &[String]) -> Result<Vec<HostState>, StoreError> {
        let held = self.held();
        Ok(origins.iter().filter_map(|origin| held.hosts.get(origin).cloned()).collect())
    }

    async fn known(&self, keys: &[Vec<EntryKey>]) -> Result<Vec<Option<Known>>, StoreError> {
        let held = self.held();
        Ok(keys.iter().map(|keys| keys.iter().find_map(|key| held.known(*key))).collect())
    }

    async fn candidates(&self, fingerprint: &Fingerprint) -> Result<Vec<Candidate>, StoreError> {
        let held = self.held();
        let shared = |article: &Stored| article.fingerprint.shared(fingerprint);
        let mut found: Vec<(usize, &Stored)> = held
            .articles
            .values()
            .map(|article| (shared(article), article))
            .filter(|(shared, _)| *shared > 0)
            .collect();
        found.sort_by_key(|(shared, article)| (Reverse(*shared), Reverse(article.first_seen), article.id));
        found.truncate(CANDIDATES_MAX);
        Ok(found.into_iter().map(|(_, article)| candidate(article)).collect())
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.held().commit(batch);
        Ok(())
    }

    async fn article(&self, id: ArticleId) -> Result<Option<Stored>, StoreError> {
        Ok(self.held().articles.get(&id).cloned())
    }

    async fn clusters(&self, query: Query) -> Result<Vec<Cluster>, StoreError> {
        let held = self.held();
        let mut leaders: Vec<&Stored> = held.leaders(query).collect();
        leaders.sort_by_key(|article| rules::newest_first(article));
        leaders.truncate(query.limit);
        Ok(leaders.into_iter().map(|leader| held.cluster(leader)).collect())
    }

    async fn cluster(&self, leader: ArticleId) -> Result<Option<Cluster>, StoreError> {
        let held = self.held();
        Ok(held.articles.get(&leader).filter(|article| article.leads()).map(|article| held.cluster(article)))
    }

    async fn leaders(&self, query: Query) -> Result<Vec<(ArticleId, Timestamp)>, StoreError> {
        let held = self.held();
        let mut leaders: Vec<&Stored> = held.leaders(query).collect();
        leaders.sort_by_key(|article| rules::newest_first(article));
        Ok(leaders.into_iter().take(query.limit).map(|article| (article.id, article.first_seen)).collect())
    }

    async fn count(&self, query: Query) -> Result<u64, StoreError> {
        Ok(self.held().leaders(query).count() as u64)
    }

    async fn first_sights(&self, query: Query) -> Result<Vec<Timestamp>, StoreError> {
        let held = self.held();
        let seen = held.leaders(query).map(|article| article.first_seen.as_microsecond());
        let mut seen: Vec<Timestamp> = seen.filter_map(|at| Timestamp::from_microsecond(at).ok()).collect();
        seen.sort_unstable_by(|one, other| other.cmp(one));
        Ok(seen)
    }

    async fn changed(&self) -> Result<Vec<Due>, StoreError> {
        Ok(self.held().due.iter().map(|(feed, upto)| Due { feed: *feed, upto: *upto }).collect())
    }

    async fn published(&self, feeds: &[Due]) -> Result<(), StoreError> {
        let mut held = self.held();
        for due in feeds {
            if held.due.get(&due.feed).is_some_and(|upto| *upto <= due.upto) {
                held.due.remove(&due.feed);
            }
        }
        Ok(())
    }

    async fn page(&self, after: Option<ArticleId>, limit: usize) -> Result<Vec<Stored>, StoreError> {
        let held = self.held();
        let rest = held.articles.values().filter(|article| after.is_none_or(|after| article.id > after));
        Ok(rest.take(limit).cloned().collect())
    }

    async fn noted(&self, after: Option<EntryKey>, limit: usize) -> Result<Vec<EntryKey>, StoreError> {
        let held = self.held();
        Ok(held.noted.iter().filter(|key| after.is_none_or(|after| **key > after)).take(limit).copied().collect())
    }

    async fn sources(&self) -> Result<Vec<(SourceName, SourceState)>, StoreError> {
        Ok(self.held().sources.iter().map(|(name, state)| (name.clone(), state.clone())).collect())
    }

    async fn subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        Ok(self.held().subscriptions.values().cloned().collect())
    }

    async fn remember(&self, subscriptions: Vec<(String, Option<Subscription>)>) -> Result<(), StoreError> {
        let mut held = self.held();
        for (token, subscription) in subscriptions {
            match subscription {
                Some(subscription) => drop(held.subscriptions.insert(token, subscription)),
                None => drop(held.subscriptions.remove(&token)),
            }
        }
        Ok(())
    }

    async fn forget(&self, last_seen_before: Timestamp) -> Result<u64, StoreError> {
        Ok(self.held().forget(last_seen_before))
    }

    async fn take_down(&self, takedown: Takedown) -> Result<Takedown, StoreError> {
        Ok(self.held().take_down(takedown))
    }

    async fn takedowns(&self) -> Result<Vec<Takedown>, StoreError> {
        Ok(self.held().takedowns.values().cloned().collect())
    }

    async fn is_taken_down(&self, addresses: &[[u8; 16]]) -> Result<Vec<bool>, StoreError> {
        let held = self.held();
        let is_taken = |address: &[u8; 16]| {
            *address != [0; 16] && held.takedowns.values().any(|takedown| takedown.address == *address)
        };
        Ok(addresses.iter().map(is_taken).collect())
    }

    async fn verify(&self) -> Result<Verified, StoreError> {
        let held = self.held();
        let lost = held.entries.values().find(|id| !held.articles.contains_key(id));
        if let Some(id) = lost {
            return Err(StoreError::damaged(id, "an identity leads to no article"));
        }
        Ok(Verified {
            articles: held.articles.len() as u64,
            sources: held.sources.len() as u64,
            links: held.entries.len() as u64,
        })
    }
}

impl Held {
    fn known(&self, key: EntryKey) -> Option<Known> {
        if let Some(article) = self.entries.get(&key).and_then(|id| self.articles.get(id)) {
            return Some(Known::Article { id: article.id, entry_hash: article.entry_hash, tries: article.tries });
        }
        self.noted.contains(&key).then_some(Known::Noted)
    }

    pub(super) fn commit(&mut self, mut batch: Batch) {
        self.changes += 1;
        for article in rules::take_articles(&mut batch) {
            self.put(article);
        }
        let (names, bare): (Vec<_>, Vec<_>) =
            batch.aliases.into_iter().partition(|(_, known)| matches!(known, Known::Article { .. }));
        for (key, known) in names {
            self.alias(key, known);
        }
        let noted = batch.noted.into_iter().chain(bare.into_iter().map(|(key, _)| key));
        self.noted.extend(noted.filter(|key| !self.entries.contains_key(key)));
        for (id, at) in batch.seen {
            if let Some(article) = self.articles.get_mut(&id).filter(|kept| rules::is_later_day(kept.last_seen, at)) {
                article.last_seen = at;
            }
        }
        self.sources.insert(batch.source, batch.state);
        self.hosts.extend(batch.hosts.into_iter().map(|host| (host.origin.clone(), host)));
    }

    fn put(&mut self, brought: Stored) {
        if self.takedowns.values().any(|takedown| takedown.covers(brought.id, &brought.fingerprint.address)) {
            return;
        }
        let leader = self.articles.get(&brought.cluster).map_or(brought.id, |leader| leader.cluster);
        let old = self.articles.get(&brought.id).cloned();
        let new = rules::kept(brought, old.as_ref(), leader);
        if old.as_ref() == Some(&new) {
            return;
        }
        for key in &new.keys {
            self.entries.insert(*key, new.id);
            self.noted.remove(key);
        }
        if let Some(old) = &old {
            self.drop_keys(old, &new.keys);
            self.mark(old);
        }
        self.mark(&new);
        self.articles.insert(new.id, new);
    }

    fn drop_keys(&mut self, old: &Stored, but: &[EntryKey]) {
        for key in old.keys.iter().filter(|key| !but.contains(key)) {
            if self.entries.get(key) == Some(&old.id) {
                self.entries.remove(key);
            }
        }
    }

    fn mark(&mut self, article: &Stored) {
        let leader = self.articles.get(&article.cluster);
        let feeds: Vec<Changed> = rules::feeds(article).chain(leader.into_iter().flat_map(rules::feeds)).collect();
        self.due.extend(feeds.into_iter().map(|feed| (feed, self.changes)));
    }

    fn alias(&mut self, key: EntryKey, known: Known) {
        let Known::Article { id, entry_hash, tries } = known else { return };
        let Some(article) = self.articles.get_mut(&id) else { return };
        article.entry_hash = entry_hash;
        article.tries = tries;
        let old = article.clone();
        article.keys = rules::with_keys(&[key], &old.keys);
        let keys = article.keys.clone();
        self.entries.insert(key, id);
        self.noted.remove(&key);
        self.drop_keys(&old, &keys);
    }

    fn leaders(&self, query: Query) -> impl Iterator<Item = &Stored> {
        self.articles.values().filter(move |article| article.leads() && answers(article, query))
    }

    fn cluster(&self, leader: &Stored) -> Cluster {
        let mut copies: Vec<&Stored> =
            self.articles.values().filter(|article| article.cluster == leader.id && !article.leads()).collect();
        copies.sort_by_key(|copy| (copy.first_seen.as_microsecond(), copy.id));
        Cluster { leader: leader.clone(), copies: copies.into_iter().map(link).collect() }
    }

    pub(super) fn take_down(&mut self, mut takedown: Takedown) -> Takedown {
        if let Some(old) = self.takedowns.get(takedown.link.as_str()) {
            takedown.merge(old);
        }
        let address = |article: &Stored| article.fingerprint.address;
        let gone: Vec<Stored> =
            self.articles.values().filter(|article| takedown.covers(article.id, &address(article))).cloned().collect();
        self.changes += u64::from(!gone.is_empty());
        for article in &gone {
            takedown.merge(&Takedown { ids: vec![article.id], keys: article.keys.clone(), ..takedown.clone() });
            self.mark(article);
            self.drop_keys(article, &[]);
            self.articles.remove(&article.id);
            self.follow_the_first(article.id, &gone);
        }
        self.noted.extend(&takedown.keys);
        self.takedowns.insert(takedown.link.as_str().to_owned(), takedown.clone());
        takedown
    }

    /// The copies of an article that is gone: the first of them leads the others.
    fn follow_the_first(&mut self, leader: ArticleId, gone: &[Stored]) {
        let is_copy = |copy: &&Stored| copy.cluster == leader && !gone.iter().any(|article| article.id == copy.id);
        let mut copies: Vec<Stored> = self.articles.values().filter(is_copy).cloned().collect();
        copies.sort_by_key(|copy| (copy.first_seen, copy.id));
        let first = copies.first().map(|copy| copy.id);
        for copy in copies {
            let new = Stored { cluster: first.unwrap_or(copy.id), ..copy };
            self.articles.insert(new.id, new.clone());
            self.mark(&new);
        }
    }

    pub(super) fn forget(&mut self, before: Timestamp) -> u64 {
        let mut last_sights: HashMap<ArticleId, Timestamp> = HashMap::new();
        for article in self.articles.values() {
            let last = last_sights.entry(article.cluster).or_insert(article.last_seen);
            *last = article.last_seen.max(*last);
        }
        let is_old = |article: &&Stored| {
            article.last_seen < before && (!article.leads() || last_sights[&article.cluster] < before)
        };
        let old: Vec<Stored> = self.articles.values().filter(is_old).cloned().collect();
        if !old.is_empty() {
            self.changes += 1;
        }
        for article in &old {
            self.mark(article);
        }
        for article in &old {
            self.drop_keys(article, &[]);
            self.articles.remove(&article.id);
        }
        old.len() as u64
    }
}

fn candidate(article: &Stored) -> Candidate {
    Candidate {
        id: article.id,
        cluster: article.cluster,
        source: article.routed.article.source.clone(),
        published: article.published(),
        fingerprint: article.fingerprint.clone(),
    }
}

fn link(article: &Stored) -> Copy {
    let copied = &article.routed.article;
    Copy { id: article.id, source: copied.source.clone(), link: copied.link.clone(), title: copied.title.clone() }
}

fn answers(article: &Stored, query: Query) -> bool {
    let seen = article.first_seen.as_microsecond();
    query.country.is_none_or(|country| article.routed.countries.iter().any(|found| found.country == country))
        && query.from.is_none_or(|from| seen >= from.as_microsecond())
        && query.until.is_none_or(|until| seen < until.as_microsecond())
}
