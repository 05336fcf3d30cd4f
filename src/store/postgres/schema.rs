//! The tables, and how older ones become today's. Only SQL that `PostgreSQL`, `CockroachDB` and `YugabyteDB` all document.
//!
//! Knows nothing of what the rows mean.

use sqlx::{Connection, PgConnection};

use crate::store::error::StoreError;
use crate::store::postgres::failure::Failure;

/// Each brings the tables one version further; none is ever changed once it was released.
const MIGRATIONS: &[&str] = &[include_str!("schema_1.sql")];

/// Makes the tables, or brings them up to date. Workers that start together take turns.
pub(super) async fn migrate(connection: &mut PgConnection) -> Result<(), Failure> {
    sqlx::query("CREATE TABLE IF NOT EXISTS feedatlas_schema (one INT PRIMARY KEY, version INT NOT NULL)")
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO feedatlas_schema (one, version) VALUES (1, 0) ON CONFLICT (one) DO NOTHING")
        .execute(&mut *connection)
        .await?;
    let mut transaction = connection.begin().await?;
    let (version,): (i32,) = sqlx::query_as("SELECT version FROM feedatlas_schema WHERE one = 1 FOR UPDATE")
        .fetch_one(&mut *transaction)
        .await?;
    let done = usize::try_from(version).unwrap_or_default();
    if done > MIGRATIONS.len() {
        let why = format!("version {done}, this one knows {}", MIGRATIONS.len());
        return Err(StoreError::form("the tables", why).into());
    }
    for migration in &MIGRATIONS[done..] {
        sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
    }
    if done < MIGRATIONS.len() {
        let version = i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX);
        sqlx::query("UPDATE feedatlas_schema SET version = $1 WHERE one = 1")
            .bind(version)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}
