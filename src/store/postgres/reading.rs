//! What is asked of the tables, each question one or two statements.
//!
//! Writes nothing but what was published.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::PgPool;

use crate::model::cluster::{
    ArticleId, CANDIDATES_MAX, Candidate, Cluster, Copy, EntryKey, Fingerprint, Known, Query, Stored,
};
use crate::model::country::Country;
use crate::store::codec::Head;
use crate::store::contract::{Changed, Due};
use crate::store::error::StoreError;
use crate::store::postgres::failure::Failure;
use crate::store::postgres::row::{self, Whole};
use crate::store::postgres::write;

/// A number of rows, as SQL counts them.
fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A record by its name.
pub(super) async fn record<T: DeserializeOwned>(
    pool: &PgPool,
    statement: &'static str,
    name: &str,
) -> Result<Option<T>, Failure> {
    let row: Option<(Vec<u8>,)> = sqlx::query_as(statement).bind(name).fetch_optional(pool).await?;
    row.map(|(state,)| row::decode(&state, name.to_owned()).map_err(Failure::from)).transpose()
}

/// Records of these names.
pub(super) async fn records<T: DeserializeOwned>(
    pool: &PgPool,
    statement: &'static str,
    names: &[String],
) -> Result<Vec<(String, T)>, Failure> {
    let rows: Vec<(String, Vec<u8>)> = sqlx::query_as(statement).bind(names).fetch_all(pool).await?;
    decoded(rows)
}

/// All records of a table.
pub(super) async fn all<T: DeserializeOwned>(
    pool: &PgPool,
    statement: &'static str,
) -> Result<Vec<(String, T)>, Failure> {
    decoded(sqlx::query_as(statement).fetch_all(pool).await?)
}

fn decoded<T: DeserializeOwned>(rows: Vec<(String, Vec<u8>)>) -> Result<Vec<(String, T)>, Failure> {
    // The name of a subscription is a secret: messages do not have it.
    rows.into_iter().map(|(name, state)| Ok((name, row::decode(&state, "a record")?))).collect()
}

/// An identity, whose it is, and what that article's entry said of itself.
type Entry = (Vec<u8>, Option<Vec<u8>>, Option<i64>, Option<i32>);

/// What is known of entries.
pub(super) async fn known(pool: &PgPool, keys: &[Vec<EntryKey>]) -> Result<Vec<Option<Known>>, Failure> {
    let asked: Vec<Vec<u8>> = keys.iter().flatten().map(|key| key.0.to_vec()).collect();
    if asked.is_empty() {
        return Ok(vec![None; keys.len()]);
    }
    let rows: Vec<Entry> = sqlx::query_as(
        "SELECT e.key, e.article, a.entry_hash, a.tries FROM entries e LEFT JOIN articles a ON a.id = e.article
         WHERE e.key = ANY($1)",
    )
    .bind(asked)
    .fetch_all(pool)
    .await?;
    let mut found: HashMap<EntryKey, Known> = HashMap::with_capacity(rows.len());
    for (key, article, entry_hash, tries) in rows {
        let known = match (article, entry_hash, tries) {
            (None, ..) => Known::Noted,
            (Some(article), Some(entry_hash), Some(tries)) => Known::Article {
                id: row::id(&article)?,
                entry_hash: row::unsigned(entry_hash),
                tries: u8::try_from(tries).unwrap_or(u8::MAX),
            },
            // Its article was forgotten between the two reads of one statement: cannot be; `verify` would tell.
            (Some(_), ..) => continue,
        };
        found.insert(EntryKey(row::sixteen(&key)?), known);
    }
    Ok(keys.iter().map(|keys| keys.iter().find_map(|key| found.get(key).copied())).collect())
}

/// Articles that share a hash or a band; of each the newest, then those that share most.
pub(super) async fn candidates(pool: &PgPool, fingerprint: &Fingerprint) -> Result<Vec<Candidate>, Failure> {
    let hashes: Vec<i64> = write::shares(fingerprint).into_iter().collect();
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "SELECT a.cluster, a.head FROM articles a JOIN (
             SELECT found.article, COUNT(*) AS shared, MIN(found.age) AS age
             FROM UNNEST($1::BIGINT[]) AS asked (hash), LATERAL (
                 SELECT article, age FROM shares WHERE shares.hash = asked.hash ORDER BY age, article LIMIT $2
             ) AS found
             GROUP BY found.article ORDER BY 2 DESC, 3, 1 LIMIT $2
         ) AS best ON best.article = a.id",
    )
    .bind(hashes)
    .bind(at_most(CANDIDATES_MAX))
    .fetch_all(pool)
    .await?;
    let mut candidates = Vec::with_capacity(rows.len());
    for (cluster, head) in rows {
        let head: Head = row::decode(&head, "the head of an article")?;
        let shared = head.fingerprint.shared(fingerprint);
        if shared > 0 {
            candidates.push(((Reverse(shared), Reverse(head.first_seen()), head.id), cluster, head));
        }
    }
    candidates.sort_by_key(|(order, ..)| *order);
    let candidates = candidates.into_iter().map(|(_, cluster, head)| {
        Ok(Candidate {
            id: head.id,
            cluster: row::id(&cluster)?,
            published: head.published(),
            source: head.source,
            fingerprint: head.fingerprint,
        })
    });
    candidates.collect()
}

/// One article.
pub(super) async fn article(pool: &PgPool, id: ArticleId) -> Result<Option<Stored>, Failure> {
    let found: Option<Whole> = sqlx::query_as(
        "SELECT id, cluster, last_second, last_nano, entry_hash, tries, keys, head, body FROM articles WHERE id = $1",
    )
    .bind(id.0.to_vec())
    .fetch_optional(pool)
    .await?;
    found.map(|found| row::whole(found).map_err(Failure::from)).transpose()
}

/// The name of a query's feed, and its span in the order of the feeds: from the first number on, and before the second.
fn span(query: Query) -> (String, i64, i64) {
    let feed = write::feed(query.country.map_or(Changed::All, Changed::Country));
    // The newest have the lowest numbers.
    let first = query.until.map_or(i64::MIN, |until| 1 - until.as_microsecond());
    let end = query.from.map_or(i64::MAX, |from| 1 - from.as_microsecond());
    (feed, first, end)
}

/// Clusters, newest first.
pub(super) async fn clusters(pool: &PgPool, query: Query) -> Result<Vec<Cluster>, Failure> {
    let (feed, first, end) = span(query);
    let rows: Vec<Whole> = sqlx::query_as(
        "SELECT a.id, a.cluster, a.last_second, a.last_nano, a.entry_hash, a.tries, a.keys, a.head, a.body
         FROM (SELECT age, late, article FROM listed WHERE feed = $1 AND age >= $2 AND age < $3
               ORDER BY age, late, article LIMIT $4) AS l
         JOIN articles a ON a.id = l.article ORDER BY l.age, l.late, l.article",
    )
    .bind(feed)
    .bind(first)
    .bind(end)
    .bind(at_most(query.limit))
    .fetch_all(pool)
    .await?;
    let leaders: Vec<Vec<u8>> = rows.iter().map(|row| row.0.clone()).collect();
    let mut copies = copies(pool, leaders).await?;
    let clusters = rows.into_iter().map(|found| {
        let leader = row::whole(found)?;
        let copies = copies.remove(&leader.id).unwrap_or_default();
        Ok(Cluster { leader, copies })
    });
    clusters.collect()
}

/// The cluster that an article leads.
pub(super) async fn cluster(pool: &PgPool, leader: ArticleId) -> Result<Option<Cluster>, Failure> {
    let Some(leader) = article(pool, leader).await?.filter(Stored::leads) else { return Ok(None) };
    let mut copies = copies(pool, row::ids([&leader.id])).await?;
    Ok(Some(Cluster { copies: copies.remove(&leader.id).unwrap_or_default(), leader }))
}

/// Leaders and their first sights, newest first: a walk over one index.
pub(super) async fn leaders(pool: &PgPool, query: Query) -> Result<Vec<(ArticleId, Timestamp)>, Failure> {
    let (feed, first, end) = span(query);
    let rows: Vec<(Vec<u8>, i64, i32)> = sqlx::query_as(
        "SELECT article, age, nanos FROM listed WHERE feed = $1 AND age >= $2 AND age < $3
         ORDER BY age, late, article LIMIT $4",
    )
    .bind(feed)
    .bind(first)
    .bind(end)
    .bind(at_most(query.limit))
    .fetch_all(pool)
    .await?;
    let seen = |age: i64, nanos: i32| {
        let at = Timestamp::from_nanosecond(i128::from(-age) * 1000 + i128::from(nanos));
        at.map_err(|why| StoreError::damaged("a first sight", why))
    };
    rows.into_iter().map(|(article, age, nanos)| Ok((row::id(&article)?, seen(age, nanos)?))).collect()
}

async fn copies(pool: &PgPool, leaders: Vec<Vec<u8>>) -> Result<HashMap<ArticleId, Vec<Copy>>, Failure> {
    if leaders.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Vec<u8>, Vec<u8>)> =
        sqlx::query_as("SELECT cluster, head FROM articles WHERE cluster = ANY($1) AND id <> cluster")
            .bind(leaders)
            .fetch_all(pool)
            .await?;
    let mut heads: Vec<(ArticleId, Head)> = Vec::with_capacity(rows.len());
    for (cluster, head) in rows {
        heads.push((row::id(&cluster)?, row::decode(&head, "the head of a copy")?));
    }
    heads.sort_by_key(|(_, head)| (head.first_seen().as_microsecond(), head.id));
    let mut copies: HashMap<ArticleId, Vec<Copy>> = HashMap::new();
    for (cluster, head) in heads {
        let copy = Copy { id: head.id, source: head.source, link: head.link, title: head.title };
        copies.entry(cluster).or_default().push(copy);
    }
    Ok(copies)
}

/// How many clusters a query names: a number that is kept, where it has no span.
pub(super) async fn count(pool: &PgPool, query: Query) -> Result<u64, Failure> {
    let (feed, first, end) = span(query);
    let (count,): (i64,) = if query.from.is_none() && query.until.is_none() {
        sqlx::query_as("SELECT COALESCE(SUM(articles), 0)::BIGINT FROM outbox WHERE feed = $1")
            .bind(feed)
            .fetch_one(pool)
            .await?
    } else {
        sqlx::query_as("SELECT COUNT(*) FROM listed WHERE feed = $1 AND age >= $2 AND age < $3")
            .bind(feed)
            .bind(first)
            .bind(end)
            .fetch_one(pool)
            .await?
    };
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Feeds that are due: those that changed more often than they were published.
///
/// Each change counts by itself, so one whose transaction ends late is never passed over.
pub(super) async fn changed(pool: &PgPool) -> Result<Vec<Due>, Failure> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT o.feed, o.changes FROM (SELECT feed, SUM(changes)::BIGINT AS changes FROM outbox GROUP BY feed) AS o
         LEFT JOIN published p ON p.feed = o.feed WHERE p.upto IS NULL OR p.upto < o.changes",
    )
    .fetch_all(pool)
    .await?;
    let mut due = BTreeMap::new();
    for (feed, upto) in rows {
        let feed = match feed.as_str() {
            "all" => Changed::All,
            code => Changed::Country(
                Country::from_code(code).ok_or_else(|| StoreError::damaged("the outbox", "an unknown country"))?,
            ),
        };
        due.insert(feed, u64::try_from(upto).unwrap_or_default());
    }
    Ok(due.into_iter().map(|(feed, upto)| Due { feed, upto }).collect())
}

/// Marks feeds as published; never less far than they were.
pub(super) async fn published(pool: &PgPool, feeds: &[Due]) -> Result<(), Failure> {
    let upto: BTreeMap<String, i64> =
        feeds.iter().map(|due| (write::feed(due.feed), i64::try_from(due.upto).unwrap_or(i64::MAX))).collect();
    if upto.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO published (feed, upto) SELECT a, b FROM UNNEST($1::TEXT[], $2::BIGINT[]) AS t (a, b)
         ON CONFLICT (feed) DO UPDATE SET upto = GREATEST(published.upto, excluded.upto)",
    )
    .bind(upto.keys().cloned().collect::<Vec<_>>())
    .bind(upto.values().copied().collect::<Vec<_>>())
    .execute(pool)
    .await?;
    Ok(())
}

/// Articles in the order of their ids.
pub(super) async fn page(pool: &PgPool, after: Option<ArticleId>, limit: usize) -> Result<Vec<Stored>, Failure> {
    let rows: Vec<Whole> = sqlx::query_as(
        "SELECT id, cluster, last_second, last_nano, entry_hash, tries, keys, head, body FROM articles
         WHERE id > $1 ORDER BY id LIMIT $2",
    )
    .bind(after.map_or_else(Vec::new, |after| after.0.to_vec()))
    .bind(at_most(limit))
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(|found| row::whole(found).map_err(Failure::from)).collect()
}

/// Entries without an article.
pub(super) async fn noted(pool: &PgPool, after: Option<EntryKey>, limit: usize) -> Result<Vec<EntryKey>, Failure> {
    let rows: Vec<(Vec<u8>,)> =
        sqlx::query_as("SELECT key FROM entries WHERE article IS NULL AND key > $1 ORDER BY key LIMIT $2")
            .bind(after.map_or_else(Vec::new, |after| after.0.to_vec()))
            .bind(at_most(limit))
            .fetch_all(pool)
            .await?;
    rows.into_iter().map(|(key,)| Ok(EntryKey(row::sixteen(&key)?))).collect()
}
