//! Reads every row, every form, every index both ways.
//!
//! Mends nothing: `PostgreSQL` has its own copies for that (OPERATING).

use sqlx::{PgConnection, PgPool};

use crate::model::source::{HostState, SourceState};
use crate::model::subscription::Subscription;
use crate::store::contract::Verified;
use crate::store::error::StoreError;
use crate::store::postgres::failure::Failure;
use crate::store::postgres::reading;
use crate::store::postgres::takedown;

/// Articles that are read at once.
const PAGE: usize = 500;

/// What must not be found, each as how often it is: a name of it, and the question.
const NEVER: &[(&str, &str)] = &[
    (
        "an identity leads to no article, or to one that does not know it",
        "SELECT COUNT(*) FROM entries e LEFT JOIN articles a ON a.id = e.article
         WHERE e.article IS NOT NULL AND (a.id IS NULL OR POSITION(e.key IN a.keys) = 0)",
    ),
    (
        "a copy has no leader, or one that is a copy itself",
        "SELECT COUNT(*) FROM articles a LEFT JOIN articles l ON l.id = a.cluster
         WHERE l.id IS NULL OR l.cluster <> l.id",
    ),
    (
        "a leader stands in no feed",
        "SELECT COUNT(*) FROM articles a WHERE a.id = a.cluster
         AND NOT EXISTS (SELECT 1 FROM listed l WHERE l.article = a.id AND l.feed = 'all')",
    ),
    (
        "a feed lists what is no leader",
        "SELECT COUNT(*) FROM listed l LEFT JOIN articles a ON a.id = l.article WHERE a.id IS NULL OR a.cluster <> a.id",
    ),
    (
        "a text is shared by an article that is gone",
        "SELECT COUNT(*) FROM shares s LEFT JOIN articles a ON a.id = s.article WHERE a.id IS NULL",
    ),
    ("an article is kept that was taken down", "SELECT COUNT(*) FROM taken t JOIN articles a ON a.id = t.article"),
    (
        "a feed counts other articles than it has",
        "SELECT COUNT(*) FROM (SELECT feed, SUM(articles) AS n FROM outbox GROUP BY feed) AS o
         LEFT JOIN (SELECT feed, COUNT(*) AS n FROM listed GROUP BY feed) AS l ON l.feed = o.feed
         WHERE o.n <> COALESCE(l.n, 0)",
    ),
];

/// Reads everything.
pub(super) async fn verify(pool: &PgPool) -> Result<Verified, Failure> {
    let mut verified = Verified::default();
    let mut after = None;
    loop {
        let page = reading::page(pool, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        verified.articles += page.len() as u64;
    }
    let sources = reading::all::<SourceState>(pool, "SELECT name, state FROM sources ORDER BY name").await?;
    verified.sources = sources.len() as u64;
    reading::all::<HostState>(pool, "SELECT origin, state FROM hosts ORDER BY origin").await?;
    reading::all::<Subscription>(pool, "SELECT token, state FROM subscriptions ORDER BY token").await?;
    takedown::all(pool).await?;
    // One look at all tables: workers may be storing meanwhile.
    let mut look = pool.begin().await?;
    sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute(&mut *look).await?;
    for (what, question) in NEVER {
        let times = count(&mut look, question).await?;
        if times > 0 {
            return Err(StoreError::damaged("the tables", format!("{what} ({times} times)")).into());
        }
    }
    let links = count(&mut look, "SELECT COUNT(*) FROM entries WHERE article IS NOT NULL").await?;
    verified.links = u64::try_from(links).unwrap_or_default();
    Ok(verified)
}

async fn count(connection: &mut PgConnection, question: &'static str) -> Result<i64, Failure> {
    let (count,): (i64,) = sqlx::query_as(question).fetch_one(connection).await?;
    Ok(count)
}
