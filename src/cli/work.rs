//! The worker beside a server: passes on schedule, one after the other, hubs between them, and a newer feeds.toml when there is one.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::cli::build;
use crate::cli::exit::Exit;
use crate::cli::run::pass;
use crate::cli::tally::Tally;
use crate::cli::watch::Screen;
use crate::model::source::SourceName;
use crate::pipeline::Options;
use crate::pipeline::schedule;
use crate::pipeline::subscribe;
use crate::pipeline::worker::Worker;
use crate::serve::server::Server;
use crate::websub::desk::Desk;

/// Shortest rest between two passes, so that a source with `every = "1s"` does not keep the worker spinning.
const REST_MIN: Duration = Duration::from_secs(1);

/// Longest rest between two passes: a source that was due meanwhile waits no longer than this.
const REST_MAX: Duration = Duration::from_mins(5);

/// The worker beside a server.
pub(crate) struct Work {
    /// The worker of the feeds.toml that was read last; another one is taken up between two passes.
    pub(crate) workers: watch::Receiver<Arc<Worker>>,
    /// Where hubs call.
    pub(crate) desk: Arc<Desk>,
    /// What is counted.
    pub(crate) tally: Arc<Tally>,
    /// Who shows what is published.
    pub(crate) server: Arc<Server>,
    /// Told when it is time to end.
    pub(crate) stop: CancellationToken,
}

impl Work {
    /// Passes until told to stop, and asks hubs between them. A store or folder that fails ends the work and with it the command.
    pub(crate) async fn run(mut self) -> Result<(), Exit> {
        let outcome = self.passes().await;
        if outcome.is_err() {
            self.stop.cancel();
        }
        outcome
    }

    async fn passes(&mut self) -> Result<(), Exit> {
        let mut told = BTreeSet::new();
        // What became due while nobody was at it is asked at once; the rest of the schedule is counted from there.
        let mut is_time = true;
        while !self.stop.is_cancelled() {
            let is_new = self.workers.has_changed().unwrap_or(false);
            let worker = Arc::clone(&self.workers.borrow_and_update());
            self.once(&worker, &mut told, is_time || is_new).await?;
            // Its first pass has filled the folder, which may be another one now.
            self.server.turn_to(worker.settings.publish.to.clone());
            let rest = rest(&worker, &told).await?;
            is_time = tokio::select! {
                () = tokio::time::sleep(rest) => true,
                () = self.desk.wait() => false,
                _ = self.workers.changed() => true,
                () = self.stop.cancelled() => false,
            };
        }
        Ok(())
    }

    /// What is due: sources that a hub told of, else, where it is time, those whose time has come; then hubs.
    async fn once(&self, worker: &Arc<Worker>, told: &mut BTreeSet<SourceName>, is_time: bool) -> Result<(), Exit> {
        let stored = |error| build::told(&error);
        told.extend(subscribe::take_up(worker, &self.desk).await.map_err(stored)?);
        let options = options(worker, told).await?;
        if options.force || is_time {
            let screen = Screen::new(false).counting(&self.tally);
            self.tally.begins();
            let outcome = pass(worker, &options, &self.stop, &screen).await;
            self.tally.over(outcome.is_ok());
            outcome?;
        }
        tokio::select! {
            tended = subscribe::tend(worker, &self.desk, Timestamp::now()) => tended.map_err(stored),
            () = self.stop.cancelled() => Ok(()),
        }
    }
}

/// A pass over the sources that a hub told of, if any of them may be asked now: it is the source's own word that there is news, so
/// neither our schedule nor its max-age holds it back. They are taken from `told`.
async fn options(worker: &Arc<Worker>, told: &mut BTreeSet<SourceName>) -> Result<Options, Exit> {
    let mut only = Vec::new();
    for source in std::mem::take(told) {
        match subscribe::wait(worker, &source, Timestamp::now()).await.map_err(|error| build::told(&error))? {
            Some(wait) if wait.is_zero() => only.push(source.to_string()),
            Some(_) => drop(told.insert(source)),
            None => {}
        }
    }
    Ok(Options { force: !only.is_empty(), only, ..Options::default() })
}

/// How long until the next source is due, or one that was told of may be asked.
async fn rest(worker: &Arc<Worker>, told: &BTreeSet<SourceName>) -> Result<Duration, Exit> {
    let now = Timestamp::now();
    let mut soonest = REST_MAX;
    for source in told {
        let wait = subscribe::wait(worker, source, now).await.map_err(|error| build::told(&error))?;
        soonest = soonest.min(wait.and_then(|wait| Duration::try_from(wait).ok()).unwrap_or(REST_MAX));
    }
    for source in &worker.settings.sources {
        let state = worker.store.source(&source.name).await.map_err(|error| build::told(&error))?;
        soonest = soonest.min(schedule::wait(source, &state, now).unwrap_or(REST_MAX));
    }
    Ok(soonest.max(REST_MIN))
}
