//! One commit: the rows it touches are loaded and locked, the memory engine decides over them, what is another is written.
//! All in one transaction, with the feeds that became due: either all of it is there, or nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use sqlx::{PgConnection, PgPool};

use crate::model::cluster::{ArticleId, Batch, EntryKey, Stored};
use crate::model::source::HostState;
use crate::store::contract::{Changed, Outcome, Terms};
use crate::store::memory::Held;
use crate::store::postgres::failure::Failure;
use crate::store::postgres::load;
use crate::store::postgres::row;
use crate::store::postgres::write;
use crate::store::rules;

/// Articles that are forgotten in one step: what a step holds in memory, and locks, is bounded.
const STEP_MAX: i64 = 500;

/// What was before.
pub(super) struct Before {
    articles: BTreeMap<ArticleId, Stored>,
    entries: HashMap<EntryKey, ArticleId>,
    noted: BTreeSet<EntryKey>,
}

impl Before {
    fn of(held: &Held) -> Self {
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

/// Stores a batch, if the terms hold.
pub(super) async fn commit(pool: &PgPool, batch: &Batch, terms: &Terms) -> Result<Outcome, Failure> {
    let mut transaction = pool.begin().await?;
    if let Some(lease) = &terms.lease {
        // Locked until the commit: nobody takes the lease over in between.
        let held: Option<(i64,)> =
            sqlx::query_as("SELECT fence FROM leases WHERE name = $1 AND worker = $2 AND fence = $3 FOR UPDATE")
                .bind(&lease.name)
                .bind(&lease.worker)
                .bind(row::signed(lease.fence))
                .fetch_optional(&mut *transaction)
                .await?;
        if held.is_none() {
            return Ok(Outcome::Fenced);
        }
    }
    let mut held = load::of_batch(&mut transaction, batch).await?;
    let before = Before::of(&held);
    let brought: BTreeSet<ArticleId> = batch.articles.iter().map(|article| article.id).collect();
    held.commit(batch.clone());
    let changes = changes(&before, &held, &brought);
    if !write::claim(&mut transaction, &changes, terms).await? {
        return Ok(Outcome::Overtaken);
    }
    write::changes(&mut transaction, &changes).await?;
    let source = [(batch.source.as_str().to_owned(), row::encode(&batch.state)?)];
    write::records(&mut transaction, write::SOURCES, &source).await?;
    hosts(&mut transaction, &batch.hosts).await?;
    transaction.commit().await?;
    Ok(Outcome::Stored)
}

async fn hosts(connection: &mut PgConnection, hosts: &[HostState]) -> Result<(), Failure> {
    // Each once, and in order: two workers that learned of the same hosts do not wait for each other in a circle.
    let mut records = BTreeMap::new();
    for host in hosts {
        records.insert(host.origin.clone(), row::encode(host)?);
    }
    let records: Vec<(String, Vec<u8>)> = records.into_iter().collect();
    write::records(connection, write::HOSTS, &records).await
}

/// Forgets some of the articles last seen before this, and says how many, and where to go on.
pub(super) async fn forget(pool: &PgPool, before: Timestamp, after: &[u8]) -> Result<(u64, Option<Vec<u8>>), Failure> {
    let mut transaction = pool.begin().await?;
    let old: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "SELECT id, cluster FROM articles WHERE id > $1 AND (last_second < $2 OR (last_second = $2 AND last_nano < $3))
         ORDER BY id LIMIT $4",
    )
    .bind(after)
    .bind(before.as_second())
    .bind(before.subsec_nanosecond())
    .bind(STEP_MAX)
    .fetch_all(&mut *transaction)
    .await?;
    let Some((last, _)) = old.last().cloned() else { return Ok((0, None)) };
    let clusters: BTreeSet<Vec<u8>> = old.into_iter().map(|(_, cluster)| cluster).collect();
    let clusters: Vec<Vec<u8>> = clusters.into_iter().collect();
    let mut held = load::of_clusters(&mut transaction, &clusters).await?;
    let was = Before::of(&held);
    let count = held.forget(before);
    write::changes(&mut transaction, &changes(&was, &held, &BTreeSet::new())).await?;
    transaction.commit().await?;
    Ok((count, Some(last)))
}

/// What differs.
fn changes<'a>(before: &'a Before, after: &'a Held, brought: &BTreeSet<ArticleId>) -> Changes<'a> {
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
        old.into_iter().for_each(|old| count(old, -1, &mut changes.feeds));
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
    changes.entries.extend(after.noted.difference(&before.noted).map(|key| (*key, None)));
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
