//! The rows that a commit touches, locked until it ends, and put into the maps of the memory engine, which decides.
//!
//! Writes nothing.

use std::collections::{BTreeSet, HashMap};

use sqlx::PgConnection;

use crate::model::cluster::{ArticleId, Batch, EntryKey, Known, Stored};
use crate::store::memory::Held;
use crate::store::postgres::failure::Failure;
use crate::store::postgres::row::{self, Light, Whole};

/// Loads what a batch may change: its articles whole, those it names lightly, and all of their identities.
pub(super) async fn of_batch(connection: &mut PgConnection, batch: &Batch) -> Result<Held, Failure> {
    let mut held = Held::default();
    let brought: BTreeSet<ArticleId> = batch.articles.iter().map(|article| article.id).collect();
    whole(connection, &brought, &mut held).await?;
    let named = batch.aliases.iter().filter_map(|(_, known)| match known {
        Known::Article { id, .. } => Some(*id),
        Known::Noted => None,
    });
    let named = named.chain(batch.seen.iter().map(|(id, _)| *id));
    let mut others: BTreeSet<ArticleId> = named.chain(batch.articles.iter().map(|article| article.cluster)).collect();
    others.retain(|id| !brought.contains(id));
    light(connection, &others, &mut held).await?;
    leaders(connection, &mut held).await?;
    let mut keys: BTreeSet<EntryKey> = batch.noted.iter().copied().collect();
    keys.extend(batch.aliases.iter().map(|(key, _)| *key));
    keys.extend(batch.articles.iter().flat_map(|article| article.keys.iter().copied()));
    entries(connection, &keys, &mut held).await?;
    Ok(held)
}

/// Loads lightly the leaders of what is loaded: of what is replaced, and of what was brought as a copy of a copy.
pub(super) async fn leaders(connection: &mut PgConnection, held: &mut Held) -> Result<(), Failure> {
    let leaders: BTreeSet<ArticleId> = held.articles.values().map(|article| article.cluster).collect();
    let leaders = leaders.into_iter().filter(|id| !held.articles.contains_key(id)).collect();
    light(connection, &leaders, held).await
}

/// Loads whole clusters lightly, with their identities.
pub(super) async fn of_clusters(connection: &mut PgConnection, clusters: &[Vec<u8>]) -> Result<Held, Failure> {
    let mut held = Held::default();
    let rows: Vec<Light> = sqlx::query_as(
        "SELECT id, cluster, last_second, last_nano, entry_hash, tries, keys, countries FROM articles
         WHERE cluster = ANY($1) ORDER BY id FOR UPDATE",
    )
    .bind(clusters)
    .fetch_all(&mut *connection)
    .await?;
    for found in &rows {
        let article = row::light(found)?;
        held.articles.insert(article.id, article);
    }
    entries(connection, &BTreeSet::new(), &mut held).await?;
    Ok(held)
}

/// Loads articles whole.
pub(super) async fn whole(
    connection: &mut PgConnection,
    ids: &BTreeSet<ArticleId>,
    held: &mut Held,
) -> Result<(), Failure> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows: Vec<Whole> = sqlx::query_as(
        "SELECT id, cluster, last_second, last_nano, entry_hash, tries, keys, head, body FROM articles
         WHERE id = ANY($1) ORDER BY id FOR UPDATE",
    )
    .bind(row::ids(ids))
    .fetch_all(connection)
    .await?;
    for found in rows {
        let article: Stored = row::whole(found)?;
        held.articles.insert(article.id, article);
    }
    Ok(())
}

async fn light(connection: &mut PgConnection, ids: &BTreeSet<ArticleId>, held: &mut Held) -> Result<(), Failure> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows: Vec<Light> = sqlx::query_as(
        "SELECT id, cluster, last_second, last_nano, entry_hash, tries, keys, countries FROM articles
         WHERE id = ANY($1) ORDER BY id FOR UPDATE",
    )
    .bind(row::ids(ids))
    .fetch_all(connection)
    .await?;
    for found in &rows {
        let article = row::light(found)?;
        held.articles.insert(article.id, article);
    }
    Ok(())
}

/// Loads whose these identities are, and those of what is loaded.
pub(super) async fn entries(
    connection: &mut PgConnection,
    keys: &BTreeSet<EntryKey>,
    held: &mut Held,
) -> Result<(), Failure> {
    let theirs = held.articles.values().flat_map(|article| article.keys.iter().copied());
    let keys: BTreeSet<EntryKey> = theirs.chain(keys.iter().copied()).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let keys: Vec<Vec<u8>> = keys.iter().map(|key| key.0.to_vec()).collect();
    let rows: Vec<(Vec<u8>, Option<Vec<u8>>)> =
        sqlx::query_as("SELECT key, article FROM entries WHERE key = ANY($1)").bind(keys).fetch_all(connection).await?;
    let mut found = HashMap::new();
    for (key, article) in rows {
        let key = EntryKey(row::sixteen(&key)?);
        match article {
            Some(article) => drop(found.insert(key, row::id(&article)?)),
            None => drop(held.noted.insert(key)),
        }
    }
    held.entries = found;
    Ok(())
}
