//! The way to the server: several hosts of which one may be written to, a pool of connections, and patience while it changes.
//!
//! Knows nothing of tables and rows.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use crate::store::error::StoreError;
use crate::store::postgres::failure::{Cure, Failure};
use crate::store::postgres::schema;

/// How long a step is tried again: a fail-over takes seconds, a server that starts anew half a minute.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long one host may take to answer when it is looked for.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// Connections of one worker. Its sources are settled one after the other; the others look things up meanwhile.
const CONNECTIONS: u32 = 8;

/// A server, or several of which one is the primary.
pub(super) struct Server {
    hosts: Vec<PgConnectOptions>,
    /// Its address without user and password, for messages.
    shown: PathBuf,
    /// Connections to the host that may be written to; none before the first use and while it is looked for. Held while looking,
    /// so that one looks and the others wait.
    pool: Mutex<Option<PgPool>>,
}

/// Tries of one step.
pub(super) struct Tries {
    until: Instant,
    wait: Duration,
}

impl Tries {
    pub(super) fn begin() -> Self {
        Self { until: Instant::now() + PATIENCE, wait: Duration::from_millis(20) }
    }
}

impl Server {
    /// Reads an address: `postgres://user:password@one:5432,two:5432/base?target_session_attrs=read-write`.
    pub(super) fn of(url: &str) -> Result<Self, StoreError> {
        let shown = PathBuf::from(shown(url));
        let wrong = |why: String| StoreError::Unusable { path: shown.clone(), why };
        let mut hosts = Vec::new();
        for one in addresses(url).map_err(wrong)? {
            let options = PgConnectOptions::from_str(&one).map_err(|why| wrong(why.to_string()))?;
            hosts.push(options.application_name("feedatlas").disable_statement_logging());
        }
        Ok(Self { hosts, shown, pool: Mutex::new(None) })
    }

    /// Connections to the host that may be written to.
    pub(super) async fn pool(&self) -> Result<PgPool, Failure> {
        let mut pool = self.pool.lock().await;
        if let Some(pool) = &*pool {
            return Ok(pool.clone());
        }
        let found = self.primary().await?;
        *pool = Some(found.clone());
        Ok(found)
    }

    async fn primary(&self) -> Result<PgPool, Failure> {
        let mut last = Failure::Server(sqlx::Error::PoolTimedOut);
        for options in &self.hosts {
            match timeout(ANSWERS_WITHIN, is_primary(options)).await {
                Ok(Ok(true)) => {
                    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(ANSWERS_WITHIN);
                    return Ok(pool.connect_lazy_with(options.clone()));
                }
                // What will not pass is told, unless another host is better.
                Ok(Err(failure)) if last.cure() != Cure::None => last = failure,
                Ok(Ok(false) | Err(_)) | Err(_) => {}
            }
        }
        Err(last)
    }

    /// Whether a step that failed is tried again, after a wait; the error to be told, where it is not.
    pub(super) async fn again(&self, tries: &mut Tries, failure: Failure) -> Result<(), StoreError> {
        let cure = failure.cure();
        if cure == Cure::None || Instant::now() + tries.wait >= tries.until {
            return Err(self.told(failure));
        }
        if cure == Cure::Elsewhere {
            // Its connections end when the last that uses one lets it go.
            self.pool.lock().await.take();
        }
        sleep(tries.wait).await;
        tries.wait = (tries.wait * 2).min(Duration::from_millis(250));
        Ok(())
    }

    fn told(&self, failure: Failure) -> StoreError {
        match failure {
            Failure::Store(error) => error,
            Failure::Server(error) => StoreError::Unusable { path: self.shown.clone(), why: error.to_string() },
        }
    }
}

/// Whether a host may be written to; its tables are brought up to date then.
async fn is_primary(options: &PgConnectOptions) -> Result<bool, Failure> {
    let mut connection = sqlx::PgConnection::connect_with(options).await?;
    let (read_only,): (String,) = sqlx::query_as("SHOW transaction_read_only").fetch_one(&mut connection).await?;
    if read_only != "off" {
        return Ok(false);
    }
    schema::migrate(&mut connection).await?;
    connection.close().await?;
    Ok(true)
}

/// The address of each host by itself.
fn addresses(url: &str) -> Result<Vec<String>, String> {
    let (scheme, rest) = url.split_once("://").ok_or("not an address: postgres://user@host/base")?;
    if !["postgres", "postgresql"].contains(&scheme) {
        return Err(format!("`{scheme}://` is no PostgreSQL: postgres://user@host/base"));
    }
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, base) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
    let user = if user.is_empty() { String::new() } else { format!("{user}@") };
    let mut parameters = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            // The store must be written to: that is what is always looked for.
            Some(("target_session_attrs", "read-write" | "primary" | "any")) => {}
            Some(("target_session_attrs", other)) => {
                return Err(format!("target_session_attrs={other}: the store must be written to: read-write"));
            }
            _ => parameters.push(parameter),
        }
    }
    let query = parameters.join("&");
    Ok(hosts.split(',').map(|host| format!("{scheme}://{user}{host}/{base}?{query}")).collect())
}

/// An address without what nobody should read in a message.
fn shown(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    format!("{scheme}://{}", rest.rsplit_once('@').map_or(rest, |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_hosts_are_several_addresses() {
        let url = "postgres://u:p@one:1,two:2/base?sslmode=require&target_session_attrs=read-write";
        let each = ["postgres://u:p@one:1/base?sslmode=require", "postgres://u:p@two:2/base?sslmode=require"];
        assert_eq!(addresses(url).unwrap(), each);
        assert_eq!(shown(url), "postgres://one:1,two:2/base");
        assert!(addresses("mysql://h/b").is_err() && addresses("h").is_err());
        assert!(addresses("postgres://h/b?target_session_attrs=standby").is_err());
    }
}
