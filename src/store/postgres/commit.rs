//! One commit: the rows it touches are loaded and locked, the memory engine decides over them, what is another is written.
//! All in one transaction, with the feeds that became due: either all of it is there, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sqlx::{PgConnection, PgPool};

use crate::model::cluster::{ArticleId, Batch};
use crate::model::source::HostState;
use crate::store::contract::{Outcome, Terms};
use crate::store::postgres::changes::{Before, changes};
use crate::store::postgres::failure::Failure;
use crate::store::postgres::load;
use crate::store::postgres::row;
use crate::store::postgres::takedown;
use crate::store::postgres::write;

/// Articles that are forgotten in one step: what a step holds in memory, and locks, is bounded.
const STEP_MAX: i64 = 500;

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
    takedown::pass_gate(&mut transaction).await?;
    let mut held = load::of_batch(&mut transaction, batch).await?;
    takedown::load(&mut transaction, batch, &mut held).await?;
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
