//! A real `PostgreSQL` for the tests: on a free port, in a folder of its own, and gone with the test however that ends.
//!
//! Where there is none, tests that need it are skipped in words; `FEEDATLAS_REQUIRE=postgres` makes that a failure.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection};

/// Keeps a server alive, starts it anew when it was killed, and takes it and its folder away when its input ends: with the test.
const KEEPER: &str = r#"
(while [ ! -e "$D/stop" ]; do "$B/postgres" -D "$D" -h 127.0.0.1 -p "$P" -k '' -c shared_buffers=64MB "$@" >>"$D/log" 2>&1; sleep 0.1; done) &
read -r _
[ -e "$D/stop" ] || touch "$D/stop"
kill -QUIT "$(head -n 1 "$D/postmaster.pid")" 2>/dev/null
wait
rm -rf "$D"
"#;

/// A running server.
pub(crate) struct Postgres {
    keeper: Child,
    folder: PathBuf,
    port: u16,
}

static BASES: AtomicU32 = AtomicU32::new(0);

impl Postgres {
    /// The server that the tests of one binary share; durable on no power loss, which is not tested with it.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(&["-c", "fsync=off", "-c", "max_connections=400"])).as_ref()
    }

    /// A server of one's own; none where `PostgreSQL` is not installed.
    pub(crate) fn start(options: &[&str]) -> Option<Self> {
        let Some(programs) = programs() else {
            let is_required =
                std::env::var("FEEDATLAS_REQUIRE").is_ok_and(|all| all.split(',').any(|one| one == "postgres"));
            assert!(!is_required, "there is no PostgreSQL here, and FEEDATLAS_REQUIRE names it");
            eprintln!("skipped: there is no PostgreSQL here (Debian: apt-get install postgresql)");
            return None;
        };
        let (folder, is_root) = folder();
        let made = as_user(&programs.join("initdb"), is_root)
            .args(["-A", "trust", "-U", "feedatlas", "-E", "UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&folder)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(made.success(), "initdb failed");
        Some(Self::keep(folder, &programs, options))
    }

    /// A standby of this server, to which every commit goes before it is acknowledged.
    pub(crate) async fn standby(&self) -> Self {
        let programs = programs().expect("this server runs");
        let (folder, is_root) = folder();
        let copied = as_user(&programs.join("pg_basebackup"), is_root)
            .args(["-h", "127.0.0.1", "-U", "feedatlas", "-R", "--checkpoint=fast", "--no-sync", "-p"])
            .arg(self.port.to_string())
            .arg("-D")
            .arg(&folder)
            .status()
            .unwrap();
        assert!(copied.success(), "pg_basebackup failed");
        let standby = Self::keep(folder, &programs, &[]);
        let mut connection = sqlx::PgConnection::connect(&self.url("postgres")).await.unwrap();
        for statement in ["ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"] {
            sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        }
        // Until it is the synchronous one, commits are acknowledged without it.
        for _ in 0..300 {
            let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'")
                .fetch_one(&mut connection)
                .await
                .unwrap();
            if count == 1 {
                return standby;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the standby does not follow");
    }

    /// Makes a standby the primary.
    pub(crate) async fn promote(&self) {
        let mut connection = sqlx::PgConnection::connect(&self.url("postgres")).await.unwrap();
        sqlx::raw_sql("SELECT pg_promote()").execute(&mut connection).await.unwrap();
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Kills the server at once, and for good.
    pub(crate) fn kill_for_good(&self) {
        std::fs::write(self.folder.join("stop"), "").unwrap();
        self.kill();
    }

    fn keep(folder: PathBuf, programs: &Path, options: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        let keeper = as_user(Path::new("/bin/sh"), is_root)
            .args(["-c", KEEPER, "keeper"])
            .args(options)
            .env("D", &folder)
            .env("B", programs)
            .env("P", port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { keeper, folder, port };
        server.wait();
        server
    }

    /// Waits until it answers.
    pub(crate) fn wait(&self) {
        let until = Instant::now() + Duration::from_mins(1);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(Instant::now() < until, "PostgreSQL does not start: {log}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The address of a database.
    pub(crate) fn url(&self, base: &str) -> String {
        format!("postgres://feedatlas@127.0.0.1:{}/{base}", self.port)
    }

    /// The address of a new, empty database.
    pub(crate) async fn fresh(&self) -> String {
        let base = format!("t{}", BASES.fetch_add(1, Ordering::Relaxed));
        // One that starts accepts connections before it answers.
        for _ in 0..100 {
            if let Ok(mut connection) = sqlx::PgConnection::connect(&self.url("postgres")).await {
                sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {base}"))).execute(&mut connection).await.unwrap();
                return self.url(&base);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("PostgreSQL does not answer");
    }

    /// Kills the server at once, all of it; it starts anew by itself.
    pub(crate) fn kill(&self) {
        let Ok(pid) = std::fs::read_to_string(self.folder.join("postmaster.pid")) else { return };
        let pid = pid.lines().next().unwrap_or_default();
        let _ = Command::new("kill").args(["-9", pid]).status();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// An empty folder that `PostgreSQL` may use, and whether we are root.
fn folder() -> (PathBuf, bool) {
    let folder = tempfile::Builder::new().prefix("feedatlas-postgres").tempdir().unwrap().keep();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    let is_root = std::fs::metadata(&folder).unwrap().uid() == 0;
    if is_root {
        chown(&folder, Some(number("-u")), Some(number("-g"))).unwrap();
    }
    (folder, is_root)
}

/// `PostgreSQL` refuses to run as root.
fn as_user(program: &Path, is_root: bool) -> Command {
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program).current_dir("/");
    command
}

fn number(which: &str) -> u32 {
    let output = Command::new("id").args([which, "postgres"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().expect("the user `postgres` is there")
}

/// The folder of the programs: the newest that Debian has, or the one on the path.
fn programs() -> Option<PathBuf> {
    let mut debian: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    debian.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = debian.into_iter().rev().chain(std::env::split_paths(&path));
    all.find(|folder| folder.join("postgres").is_file() && folder.join("initdb").is_file())
}
