//! Leases as rows: taken past those that others are taking, ended by the server's clock.
//!
//! Knows nothing of what they are for.

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::PgPool;

use crate::store::lease::{Lease, WorkerSeen};
use crate::store::postgres::failure::Failure;
use crate::store::postgres::row;

fn span(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default()
}

/// Takes leases.
pub(super) async fn take(
    pool: &PgPool,
    worker: &str,
    names: &[String],
    most: usize,
    term: Duration,
) -> Result<Vec<Lease>, Failure> {
    // Each once, and in order: two workers that meet a host for the first time do not wait for each other in a circle.
    let names: Vec<&String> = names.iter().collect::<BTreeSet<_>>().into_iter().collect();
    sqlx::query(
        "INSERT INTO leases (name, worker, fence, until, rests_until)
         SELECT a, '', 0, now(), now() FROM UNNEST($1::TEXT[]) AS t (a) ON CONFLICT (name) DO NOTHING",
    )
    .bind(&names)
    .execute(pool)
    .await?;
    let mut transaction = pool.begin().await?;
    let free: Vec<(String,)> = sqlx::query_as(
        "SELECT name FROM leases WHERE name = ANY($1) AND until <= now() ORDER BY rests_until LIMIT $2
         FOR UPDATE SKIP LOCKED",
    )
    .bind(&names)
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .fetch_all(&mut *transaction)
    .await?;
    if free.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, i64, f64)> = sqlx::query_as(
        "UPDATE leases SET worker = $2, fence = fence + 1, until = now() + $3 * INTERVAL '1 second'
         WHERE name = ANY($1) RETURNING name, fence, EXTRACT(EPOCH FROM rests_until - now())::FLOAT8",
    )
    .bind(free.into_iter().map(|(name,)| name).collect::<Vec<_>>())
    .bind(worker)
    .bind(term.as_secs_f64())
    .fetch_all(&mut *transaction)
    .await?;
    transaction.commit().await?;
    let lease =
        |(name, fence, rest)| Lease { name, worker: worker.to_owned(), fence: row::unsigned(fence), rest: span(rest) };
    Ok(rows.into_iter().map(lease).collect())
}

/// Makes leases end later.
pub(super) async fn renew(pool: &PgPool, leases: &[Lease], term: Duration) -> Result<Vec<Lease>, Failure> {
    if leases.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "UPDATE leases SET until = now() + $4 * INTERVAL '1 second'
         FROM (SELECT * FROM UNNEST($1::TEXT[], $2::TEXT[], $3::BIGINT[]) AS u (a, b, c)) AS t
         WHERE leases.name = t.a AND leases.worker = t.b AND leases.fence = t.c RETURNING leases.name, leases.fence",
    )
    .bind(leases.iter().map(|lease| lease.name.clone()).collect::<Vec<_>>())
    .bind(leases.iter().map(|lease| lease.worker.clone()).collect::<Vec<_>>())
    .bind(leases.iter().map(|lease| row::signed(lease.fence)).collect::<Vec<_>>())
    .bind(term.as_secs_f64())
    .fetch_all(pool)
    .await?;
    let held = |lease: &&Lease| rows.contains(&(lease.name.clone(), row::signed(lease.fence)));
    Ok(leases.iter().filter(held).cloned().collect())
}

/// Gives leases back.
pub(super) async fn give_back(pool: &PgPool, leases: &[(Lease, Duration)]) -> Result<(), Failure> {
    if leases.is_empty() {
        return Ok(());
    }
    // The fence goes up: a batch that was read under the lease is not stored after it was given back.
    sqlx::query(
        "UPDATE leases SET until = now(), fence = fence + 1, rests_until = now() + t.d * INTERVAL '1 second'
         FROM (SELECT * FROM UNNEST($1::TEXT[], $2::TEXT[], $3::BIGINT[], $4::FLOAT8[]) AS u (a, b, c, d)) AS t
         WHERE leases.name = t.a AND leases.worker = t.b AND leases.fence = t.c",
    )
    .bind(leases.iter().map(|(lease, _)| lease.name.clone()).collect::<Vec<_>>())
    .bind(leases.iter().map(|(lease, _)| lease.worker.clone()).collect::<Vec<_>>())
    .bind(leases.iter().map(|(lease, _)| row::signed(lease.fence)).collect::<Vec<_>>())
    .bind(leases.iter().map(|(_, rest)| rest.as_secs_f64()).collect::<Vec<_>>())
    .execute(pool)
    .await?;
    Ok(())
}

/// A sign of life.
pub(super) async fn sign(pool: &PgPool, worker: &str) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO workers (name, since, seen) VALUES ($1, now(), now())
         ON CONFLICT (name) DO UPDATE SET seen = now()",
    )
    .bind(worker)
    .execute(pool)
    .await?;
    Ok(())
}

/// Who gave a sign lately. Those that did not for long are forgotten.
pub(super) async fn workers(pool: &PgPool, within: Duration) -> Result<Vec<WorkerSeen>, Failure> {
    sqlx::query("DELETE FROM workers WHERE seen < now() - $1 * INTERVAL '1 second'")
        .bind(within.as_secs_f64())
        .execute(pool)
        .await?;
    let rows: Vec<(String, f64, f64, i64)> = sqlx::query_as(
        "SELECT w.name, EXTRACT(EPOCH FROM now() - w.since)::FLOAT8, EXTRACT(EPOCH FROM now() - w.seen)::FLOAT8,
             (SELECT COUNT(*) FROM leases l WHERE l.worker = w.name AND l.until > now())
         FROM workers w ORDER BY w.name",
    )
    .fetch_all(pool)
    .await?;
    let seen = |(name, since, seen, leases)| WorkerSeen {
        name,
        since: span(since),
        seen: span(seen),
        leases: u64::try_from(leases).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(seen).collect())
}
