//! Takedowns as rows. The memory engine decides what becomes of copies and identities, as for a commit.
//!
//! A commit that is under way holds one gate, a takedown all: it sees what was stored before it, and is seen by what comes after.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use sqlx::{PgConnection, PgPool};

use crate::model::cluster::{ArticleId, Batch};
use crate::model::takedown::Takedown;
use crate::store::memory::Held;
use crate::store::postgres::changes::{Before, changes};
use crate::store::postgres::failure::Failure;
use crate::store::postgres::load;
use crate::store::postgres::row;
use crate::store::postgres::write;

/// Rows of the table `gates`.
const GATES: u64 = 8;

/// Goes in beside other commits, and waits while something is taken down.
pub(super) async fn pass_gate(connection: &mut PgConnection) -> Result<(), Failure> {
    let gate = i32::try_from(RandomState::new().hash_one(()) % GATES).unwrap_or_default();
    sqlx::query("SELECT gate FROM gates WHERE gate = $1 FOR SHARE").bind(gate).execute(connection).await?;
    Ok(())
}

/// Loads the takedowns that cover what a batch brings.
pub(super) async fn load(connection: &mut PgConnection, batch: &Batch, held: &mut Held) -> Result<(), Failure> {
    if batch.articles.is_empty() {
        return Ok(());
    }
    let addresses = batch.articles.iter().map(|article| article.fingerprint.address);
    let addresses: Vec<Vec<u8>> = addresses.filter(|address| *address != [0; 16]).map(|it| it.to_vec()).collect();
    let rows: Vec<(Vec<u8>,)> = sqlx::query_as(
        "SELECT state FROM takedowns
         WHERE address = ANY($1) OR link IN (SELECT link FROM taken WHERE article = ANY($2))",
    )
    .bind(addresses)
    .bind(row::ids(batch.articles.iter().map(|article| &article.id)))
    .fetch_all(connection)
    .await?;
    for (state,) in rows {
        let takedown: Takedown = row::decode(&state, "a takedown")?;
        held.takedowns.insert(takedown.link.as_str().to_owned(), takedown);
    }
    Ok(())
}

/// Takes down.
pub(super) async fn take_down(pool: &PgPool, takedown: &Takedown) -> Result<Takedown, Failure> {
    let mut transaction = pool.begin().await?;
    // In order: two takedowns do not wait for each other in a circle.
    sqlx::query("SELECT gate FROM gates ORDER BY gate FOR UPDATE").execute(&mut *transaction).await?;
    let link = takedown.link.as_str();
    let old: Option<(Vec<u8>,)> = sqlx::query_as("SELECT state FROM takedowns WHERE link = $1")
        .bind(link)
        .fetch_optional(&mut *transaction)
        .await?;
    let mut all = takedown.clone();
    let mut held = Held::default();
    if let Some((state,)) = old {
        let old: Takedown = row::decode(&state, "a takedown")?;
        all.merge(&old);
        held.takedowns.insert(link.to_owned(), old);
    }
    let loaded = articles(&mut transaction, &all, &mut held).await?;
    let before = Before::of(&held);
    let taken = held.take_down(takedown.clone());
    write::changes(&mut transaction, &changes(&before, &held, &loaded)).await?;
    record(&mut transaction, &taken).await?;
    transaction.commit().await?;
    Ok(taken)
}

/// Loads what a takedown may change: what it covers and the copies of that whole, the leaders of it lightly. Says what is whole.
async fn articles(
    connection: &mut PgConnection,
    takedown: &Takedown,
    held: &mut Held,
) -> Result<BTreeSet<ArticleId>, Failure> {
    let mut ids: BTreeSet<ArticleId> = takedown.ids.iter().copied().collect();
    if let Some(hash) = write::address(&takedown.address) {
        let shared: Vec<(Vec<u8>,)> =
            sqlx::query_as("SELECT article FROM shares WHERE hash = $1").bind(hash).fetch_all(&mut *connection).await?;
        for (id,) in shared {
            ids.insert(row::id(&id)?);
        }
    }
    let copies: Vec<(Vec<u8>,)> = sqlx::query_as("SELECT id FROM articles WHERE cluster = ANY($1)")
        .bind(row::ids(&ids))
        .fetch_all(&mut *connection)
        .await?;
    for (id,) in copies {
        ids.insert(row::id(&id)?);
    }
    load::whole(connection, &ids, held).await?;
    load::leaders(connection, held).await?;
    load::entries(connection, &takedown.keys.iter().copied().collect(), held).await?;
    Ok(ids)
}

async fn record(connection: &mut PgConnection, takedown: &Takedown) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO takedowns (link, address, state) VALUES ($1, $2, $3)
         ON CONFLICT (link) DO UPDATE SET address = excluded.address, state = excluded.state",
    )
    .bind(takedown.link.as_str())
    .bind(takedown.address.to_vec())
    .bind(row::encode(takedown)?)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO taken (article, link) SELECT a, $2 FROM UNNEST($1::BYTEA[]) AS t (a) ON CONFLICT DO NOTHING",
    )
    .bind(row::ids(&takedown.ids))
    .bind(takedown.link.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// Every takedown, by the bytes of the addresses.
pub(super) async fn all(pool: &PgPool) -> Result<Vec<Takedown>, Failure> {
    let rows: Vec<(Vec<u8>,)> = sqlx::query_as("SELECT state FROM takedowns").fetch_all(pool).await?;
    let all: Result<Vec<Takedown>, _> = rows.into_iter().map(|(state,)| row::decode(&state, "a takedown")).collect();
    let mut all = all?;
    all.sort_by(|one, other| one.link.as_str().cmp(other.link.as_str()));
    Ok(all)
}

/// Whether addresses were taken down.
pub(super) async fn are_taken(pool: &PgPool, addresses: &[[u8; 16]]) -> Result<Vec<bool>, Failure> {
    let asked: Vec<Vec<u8>> =
        addresses.iter().filter(|address| **address != [0; 16]).map(|address| address.to_vec()).collect();
    if asked.is_empty() {
        return Ok(vec![false; addresses.len()]);
    }
    let rows: Vec<(Vec<u8>,)> =
        sqlx::query_as("SELECT address FROM takedowns WHERE address = ANY($1)").bind(asked).fetch_all(pool).await?;
    let taken: BTreeSet<Vec<u8>> = rows.into_iter().map(|(address,)| address).collect();
    Ok(addresses.iter().map(|address| taken.contains(address.as_slice())).collect())
}
