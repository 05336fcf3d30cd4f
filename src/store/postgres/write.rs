//! What a transaction writes, table by table, many rows in one statement.
//!
//! Decides nothing: what is written was decided before.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};

use sqlx::{PgConnection, PgPool};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::model::cluster::{ArticleId, EntryKey, Fingerprint, Stored};
use crate::model::subscription::Subscription;
use crate::store::contract::{Changed, Terms};
use crate::store::postgres::changes::Changes;
use crate::store::postgres::failure::Failure;
use crate::store::postgres::row;
use crate::store::rules;

/// Records of sources, written where they are others.
pub(super) const SOURCES: &str =
    "INSERT INTO sources (name, state) SELECT a, b FROM UNNEST($1::TEXT[], $2::BYTEA[]) AS t (a, b)
    ON CONFLICT (name) DO UPDATE SET state = excluded.state WHERE sources.state <> excluded.state";
/// Records of hosts.
pub(super) const HOSTS: &str =
    "INSERT INTO hosts (origin, state) SELECT a, b FROM UNNEST($1::TEXT[], $2::BYTEA[]) AS t (a, b)
    ON CONFLICT (origin) DO UPDATE SET state = excluded.state WHERE hosts.state <> excluded.state";
/// Records of subscriptions.
pub(super) const SUBSCRIPTIONS: &str =
    "INSERT INTO subscriptions (token, state) SELECT a, b FROM UNNEST($1::TEXT[], $2::BYTEA[]) AS t (a, b)
    ON CONFLICT (token) DO UPDATE SET state = excluded.state WHERE subscriptions.state <> excluded.state";

/// Parts of a feed's row in the outbox: workers that store at the same time rarely meet in one.
const PARTS: u64 = 16;

/// The name of a feed in the tables.
pub(super) fn feed(feed: Changed) -> String {
    match feed {
        Changed::Country(country) => country.code().to_owned(),
        Changed::All => "all".to_owned(),
    }
}

/// What of a fingerprint is looked for, as hashes.
pub(super) fn shares(fingerprint: &Fingerprint) -> BTreeSet<i64> {
    let mut hashes: BTreeSet<i64> = texts(fingerprint).into_iter().collect();
    hashes.extend(fingerprint.bands.iter().map(|band| row::signed(xxh3_64_with_seed(&band.to_le_bytes(), 3))));
    hashes
}

/// An address as it is looked for; all zero is nobody's.
pub(super) fn address(address: &[u8; 16]) -> Option<i64> {
    (*address != [0; 16]).then(|| row::signed(xxh3_64_with_seed(address, 1)))
}

/// Address and whole text, as hashes; all zero is nobody's.
fn texts(fingerprint: &Fingerprint) -> Vec<i64> {
    let parts = [(fingerprint.address, 1), (fingerprint.exact, 2)];
    let parts = parts.into_iter().filter(|(bytes, _)| *bytes != [0; 16]);
    parts.map(|(bytes, seed)| row::signed(xxh3_64_with_seed(&bytes, seed))).collect()
}

/// Claims the address and text of each new article: false where another worker was quicker with one that was not compared.
///
/// A claim that another transaction is about to make is waited for: who comes second sees what the first stored.
pub(super) async fn claim(
    connection: &mut PgConnection,
    changes: &Changes<'_>,
    terms: &Terms,
) -> Result<bool, Failure> {
    let mut claims: BTreeMap<i64, ArticleId> = BTreeMap::new();
    for (article, _) in changes.put.iter().filter(|(_, is_new)| *is_new) {
        for hash in texts(&article.fingerprint) {
            claims.entry(hash).or_insert(article.id);
        }
    }
    if claims.is_empty() {
        return Ok(true);
    }
    let hashes: Vec<i64> = claims.keys().copied().collect();
    let claimed: Vec<(i64,)> = sqlx::query_as(
        "INSERT INTO texts (hash, article) SELECT a, b FROM UNNEST($1::BIGINT[], $2::BYTEA[]) AS t (a, b)
         ON CONFLICT (hash) DO NOTHING RETURNING hash",
    )
    .bind(&hashes)
    .bind(row::ids(claims.values()))
    .fetch_all(&mut *connection)
    .await?;
    if terms.compared.is_empty() || claimed.len() == hashes.len() {
        return Ok(true);
    }
    let lost: Vec<i64> = hashes.into_iter().filter(|hash| !claimed.contains(&(*hash,))).collect();
    let owners: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT hash, article FROM texts WHERE hash = ANY($1)").bind(lost).fetch_all(connection).await?;
    for (hash, owner) in owners {
        let (owner, mine) = (row::id(&owner)?, claims[&hash]);
        let compared = terms.compared.iter().find(|(id, _)| *id == mine);
        if compared.is_some_and(|(_, with)| owner != mine && !with.contains(&owner)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes what differs.
pub(super) async fn changes(connection: &mut PgConnection, changes: &Changes<'_>) -> Result<(), Failure> {
    let replaced = changes.put.iter().filter(|(_, is_new)| !*is_new).map(|(article, _)| &article.id);
    let left: Vec<Vec<u8>> = row::ids(replaced.chain(&changes.gone));
    if !left.is_empty() {
        for statement in ["DELETE FROM shares WHERE article = ANY($1)", "DELETE FROM listed WHERE article = ANY($1)"] {
            sqlx::query(statement).bind(&left).execute(&mut *connection).await?;
        }
    }
    if !changes.gone.is_empty() {
        let gone = row::ids(&changes.gone);
        for statement in ["DELETE FROM texts WHERE article = ANY($1)", "DELETE FROM articles WHERE id = ANY($1)"] {
            sqlx::query(statement).bind(&gone).execute(&mut *connection).await?;
        }
    }
    let put: Vec<&Stored> = changes.put.iter().map(|(article, _)| *article).collect();
    articles(connection, &put).await?;
    touched(connection, &changes.touched).await?;
    entries(connection, &changes.entries, &changes.nobodys).await?;
    indexes(connection, &put).await?;
    outbox(connection, &changes.feeds).await
}

async fn articles(connection: &mut PgConnection, articles: &[&Stored]) -> Result<(), Failure> {
    if articles.is_empty() {
        return Ok(());
    }
    let forms = articles.iter().map(|article| row::forms(article)).collect::<Result<Vec<_>, _>>()?;
    let (heads, bodies): (Vec<Vec<u8>>, Vec<Vec<u8>>) = forms.into_iter().unzip();
    sqlx::query(
        "INSERT INTO articles (id, cluster, last_second, last_nano, entry_hash, tries, keys, countries, head, body)
         SELECT * FROM UNNEST($1::BYTEA[], $2::BYTEA[], $3::BIGINT[], $4::INT[], $5::BIGINT[], $6::INT[], $7::BYTEA[],
             $8::TEXT[], $9::BYTEA[], $10::BYTEA[])
         ON CONFLICT (id) DO UPDATE SET cluster = excluded.cluster, last_second = excluded.last_second,
             last_nano = excluded.last_nano, entry_hash = excluded.entry_hash, tries = excluded.tries,
             keys = excluded.keys, countries = excluded.countries, head = excluded.head, body = excluded.body",
    )
    .bind(row::ids(articles.iter().map(|article| &article.id)))
    .bind(row::ids(articles.iter().map(|article| &article.cluster)))
    .bind(seconds(articles))
    .bind(nanos(articles))
    .bind(articles.iter().map(|article| row::signed(article.entry_hash)).collect::<Vec<_>>())
    .bind(articles.iter().map(|article| i32::from(article.tries)).collect::<Vec<_>>())
    .bind(articles.iter().map(|article| row::keys(&article.keys)).collect::<Vec<_>>())
    .bind(articles.iter().map(|article| row::countries(article)).collect::<Vec<_>>())
    .bind(heads)
    .bind(bodies)
    .execute(connection)
    .await?;
    Ok(())
}

async fn touched(connection: &mut PgConnection, articles: &[&Stored]) -> Result<(), Failure> {
    if articles.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE articles SET last_second = t.b, last_nano = t.c, entry_hash = t.d, tries = t.e, keys = t.f
         FROM (SELECT * FROM UNNEST($1::BYTEA[], $2::BIGINT[], $3::INT[], $4::BIGINT[], $5::INT[], $6::BYTEA[])
             AS u (a, b, c, d, e, f)) AS t
         WHERE articles.id = t.a",
    )
    .bind(row::ids(articles.iter().map(|article| &article.id)))
    .bind(seconds(articles))
    .bind(nanos(articles))
    .bind(articles.iter().map(|article| row::signed(article.entry_hash)).collect::<Vec<_>>())
    .bind(articles.iter().map(|article| i32::from(article.tries)).collect::<Vec<_>>())
    .bind(articles.iter().map(|article| row::keys(&article.keys)).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

fn seconds(articles: &[&Stored]) -> Vec<i64> {
    articles.iter().map(|article| article.last_seen.as_second()).collect()
}

fn nanos(articles: &[&Stored]) -> Vec<i32> {
    articles.iter().map(|article| article.last_seen.subsec_nanosecond()).collect()
}

async fn entries(
    connection: &mut PgConnection,
    entries: &[(EntryKey, Option<ArticleId>)],
    nobodys: &[EntryKey],
) -> Result<(), Failure> {
    if !nobodys.is_empty() {
        let keys: Vec<Vec<u8>> = nobodys.iter().map(|key| key.0.to_vec()).collect();
        sqlx::query("DELETE FROM entries WHERE key = ANY($1)").bind(keys).execute(&mut *connection).await?;
    }
    if entries.is_empty() {
        return Ok(());
    }
    // In order: two workers that write the same ones do not wait for each other in a circle.
    let mut entries = entries.to_vec();
    entries.sort();
    let keys: Vec<Vec<u8>> = entries.iter().map(|(key, _)| key.0.to_vec()).collect();
    let articles: Vec<Option<Vec<u8>>> = entries.iter().map(|(_, id)| id.map(|id| id.0.to_vec())).collect();
    sqlx::query(
        "INSERT INTO entries (key, article) SELECT a, b FROM UNNEST($1::BYTEA[], $2::BYTEA[]) AS t (a, b)
         ON CONFLICT (key) DO UPDATE SET article = excluded.article",
    )
    .bind(keys)
    .bind(articles)
    .execute(connection)
    .await?;
    Ok(())
}

async fn indexes(connection: &mut PgConnection, articles: &[&Stored]) -> Result<(), Failure> {
    let (mut hashes, mut ages, mut whose) = (Vec::new(), Vec::new(), Vec::new());
    let (mut feeds, mut feed_ages, mut lates, mut leaders) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut nanos = Vec::new();
    for article in articles {
        let age = -article.first_seen.as_microsecond();
        for hash in shares(&article.fingerprint) {
            hashes.push(hash);
            ages.push(age);
            whose.push(article.id.0.to_vec());
        }
        let of: BTreeSet<Changed> = rules::feeds(article).filter(|_| article.leads()).collect();
        for name in of {
            feeds.push(feed(name));
            feed_ages.push(age);
            lates.push(i64::from(rules::age_seconds(article)));
            leaders.push(article.id.0.to_vec());
            nanos.push(article.first_seen.subsec_nanosecond() % 1000);
        }
    }
    if !hashes.is_empty() {
        sqlx::query(
            "INSERT INTO shares (hash, age, article) SELECT * FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BYTEA[])
             ON CONFLICT DO NOTHING",
        )
        .bind(hashes)
        .bind(ages)
        .bind(whose)
        .execute(&mut *connection)
        .await?;
    }
    if !feeds.is_empty() {
        sqlx::query(
            "INSERT INTO listed (feed, age, late, article, nanos)
             SELECT * FROM UNNEST($1::TEXT[], $2::BIGINT[], $3::BIGINT[], $4::BYTEA[], $5::INT[]) ON CONFLICT DO NOTHING",
        )
        .bind(feeds)
        .bind(feed_ages)
        .bind(lates)
        .bind(leaders)
        .bind(nanos)
        .execute(connection)
        .await?;
    }
    Ok(())
}

async fn outbox(connection: &mut PgConnection, feeds: &BTreeMap<Changed, i64>) -> Result<(), Failure> {
    if feeds.is_empty() {
        return Ok(());
    }
    let part = i32::try_from(RandomState::new().hash_one(()) % PARTS).unwrap_or_default();
    sqlx::query(
        "INSERT INTO outbox (feed, part, changes, articles)
         SELECT a, $2, 1, b FROM UNNEST($1::TEXT[], $3::BIGINT[]) AS t (a, b)
         ON CONFLICT (feed, part) DO UPDATE SET changes = outbox.changes + 1, articles = outbox.articles + excluded.articles",
    )
    .bind(feeds.keys().map(|name| feed(*name)).collect::<Vec<_>>())
    .bind(part)
    .bind(feeds.values().copied().collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes records by their names, where they are others.
pub(super) async fn records(
    connection: &mut PgConnection,
    statement: &'static str,
    records: &[(String, Vec<u8>)],
) -> Result<(), Failure> {
    if records.is_empty() {
        return Ok(());
    }
    let (names, states): (Vec<String>, Vec<Vec<u8>>) = records.iter().cloned().unzip();
    sqlx::query(statement).bind(names).bind(states).execute(connection).await?;
    Ok(())
}

/// Remembers subscriptions, or no longer.
pub(super) async fn subscriptions(
    pool: &PgPool,
    subscriptions: &[(String, Option<Subscription>)],
) -> Result<(), Failure> {
    let mut kept = BTreeMap::new();
    for (token, subscription) in subscriptions {
        kept.insert(token.clone(), subscription.as_ref().map(row::encode).transpose()?);
    }
    let ended: Vec<String> = kept.iter().filter(|(_, state)| state.is_none()).map(|(token, _)| token.clone()).collect();
    let kept: Vec<(String, Vec<u8>)> = kept.into_iter().filter_map(|(token, state)| Some((token, state?))).collect();
    let mut transaction = pool.begin().await?;
    sqlx::query("DELETE FROM subscriptions WHERE token = ANY($1)").bind(ended).execute(&mut *transaction).await?;
    records(&mut transaction, SUBSCRIPTIONS, &kept).await?;
    transaction.commit().await?;
    Ok(())
}
