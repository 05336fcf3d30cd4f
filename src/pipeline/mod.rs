//! One pass: what is due is asked, read, routed, compared, stored, published.
//!
//! ```text
//! feeds.toml → Source                                                    config
//!   Source   → Fetched (Fresh(Document) | NotModified | Refused)         fetch    ← the only concurrent stage,
//!   Document → [Entry]                                                   parse      bounded per host and in all
//!   Entry    → Plan (Skip | Note | Scrape | Refresh)                     pipeline::decide, pure
//!   Plan     → Document → Article { body, photos with credits, … }       fetch, extract
//!   Article  → Routed { article, countries: [Match] }                    route
//!   Routed   → Verdict (New | CopyOf), an update where it is known       dedup
//!   Verdict  → Batch → committed                                         store
//!   Cluster  → CountryFeed → /feeds/kndr.xml .atom .json                 publish → serve
//! ```

pub mod alarm;
mod archives;
pub mod decide;
pub mod deliver;
pub mod edition;
mod events;
pub mod look;
pub mod meters;
mod one_article;
mod one_source;
mod page;
pub mod press;
pub mod probe;
mod queue;
mod remember;
mod restore;
pub mod revision;
pub mod schedule;
mod settle;
pub mod shared;
pub mod subscribe;
pub mod takedown;
pub mod taste;
pub mod watcher;
pub mod worker;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::model::fault::Fault;
use crate::model::report::{Event, PassReport, SourceReport};
use crate::model::source::Source;
use crate::pipeline::meters::Stage;
use crate::pipeline::one_source::Brought;
use crate::pipeline::press::EditionError;
use crate::pipeline::queue::{Due, Queue};
use crate::pipeline::settle::Settled;
use crate::pipeline::watcher::Watcher;
use crate::pipeline::worker::Worker;
use crate::publish::status::WorkerStatus;
use crate::store::backup;
use crate::store::error::StoreError;
use crate::store::lease::{Lease, WorkerSeen};

/// What a pass is asked to do beside its ordinary work.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Ask every source now, whatever our schedule says.
    pub force: bool,
    /// Only the sources of these names; all where none is named.
    pub only: Vec<String>,
    /// Store and publish nothing.
    pub dry_run: bool,
}

/// Why a pass ended early. A source that fails is not among them: that is data, in the report.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored could not be published; the next pass makes it good.
    #[error(transparent)]
    Edition(#[from] EditionError),
}

/// One pass over what is due, then published. Ends early, and whole, when `stop` is cancelled or its time is over.
pub async fn run(
    worker: &Arc<Worker>,
    options: &Options,
    now: Timestamp,
    stop: &CancellationToken,
    watcher: &dyn Watcher,
) -> Result<PassReport, PassError> {
    let began = Instant::now();
    let mut pass = Pass { worker, options, now, watcher, report: PassReport::default(), lag: Duration::ZERO };
    pass.report.sources = worker.settings.sources.len() as u64;
    if let Some(shared) = &worker.shared {
        shared.begin().await?;
    }
    let mut before = edition::before(&worker.settings.publish.to);
    if !options.dry_run {
        restore::restore(worker, &before, now).await?;
    }
    worker.remember_hosts(worker.settings.sources.iter().map(|source| &source.url), now).await?;
    let due = pass.due().await?;
    watcher.due(due.len());
    pass.read_all(due, stop).await?;
    if !options.dry_run {
        // One worker publishes at a time; the next finds what it left, and is soon done.
        let alone = match &worker.shared {
            Some(shared) => Some(shared.wait_for("publish").await?),
            None => None,
        };
        if alone.is_some() {
            before = edition::before(&worker.settings.publish.to);
        }
        (before.workers, before.lag_seconds) = pass.others().await?;
        let forgot = pass.forget(before.forgot).await?;
        let is_new_day = forgot != before.forgot && before.forgot.is_some();
        let _publishing = worker.meters.begin(Stage::Publish);
        pass.report.published = edition::publish(worker, before, forgot, now, watcher).await?;
        if let Some(pin) = alone {
            pin.give_back().await?;
        }
        if is_new_day {
            pass.export(stop).await;
        }
    }
    if let Some(shared) = &worker.shared {
        shared.end().await?;
    }
    pass.report.seconds = began.elapsed().as_secs_f64();
    watcher.event(&Event::Pass(pass.report.clone()));
    Ok(pass.report)
}

/// A pass under way.
struct Pass<'a> {
    worker: &'a Arc<Worker>,
    options: &'a Options,
    now: Timestamp,
    watcher: &'a dyn Watcher,
    report: PassReport,
    /// How late the source was that had waited longest.
    lag: Duration,
}

impl Pass<'_> {
    /// The sources that are asked now; the others are told as resting.
    async fn due(&mut self) -> Result<Vec<Due>, StoreError> {
        let mut due = Vec::new();
        for source in &self.worker.settings.sources {
            let named =
                self.options.only.is_empty() || self.options.only.iter().any(|name| name == source.name.as_str());
            let state = self.worker.store.source(&source.name).await?;
            if named && schedule::due(source, &state, self.now, self.options.force).is_ok() {
                let late = state.not_before.and_then(|at| Duration::try_from(self.now.duration_since(at)).ok());
                self.lag = self.lag.max(late.unwrap_or_default());
                due.push((Arc::new(source.clone()), state));
            } else {
                self.tell_resting(source);
            }
        }
        Ok(due)
    }

    /// The workers that share the store, and how late this one found what was most overdue.
    async fn others(&self) -> Result<(Vec<WorkerStatus>, Option<u64>), StoreError> {
        let Some(shared) = &self.worker.shared else { return Ok((Vec::new(), None)) };
        let told = |seen: WorkerSeen| WorkerStatus {
            name: seen.name,
            at_work_seconds: seen.since.as_secs(),
            seen_seconds: seen.seen.as_secs(),
            leases: seen.leases,
        };
        Ok((shared.workers().await?.into_iter().map(told).collect(), Some(self.lag.as_secs())))
    }

    fn tell_resting(&self, source: &Source) {
        let report =
            SourceReport { name: source.name.to_string(), url: source.url.to_string(), ..SourceReport::default() };
        self.watcher.event(&Event::Source(report));
    }

    /// Reads the sources side by side, and stores what each brought, one after the other.
    async fn read_all(&mut self, due: Vec<Due>, stop: &CancellationToken) -> Result<(), StoreError> {
        let halt = stop.child_token();
        let time_is_over = tokio::time::sleep(self.worker.settings.limits.pass);
        tokio::pin!(time_is_over);
        let mut is_late = false;
        let mut waiting = Queue::of(due, self.worker, self.options.force, self.now);
        let mut tasks = JoinSet::new();
        let mut of_task = HashMap::new();
        loop {
            // At most `worker.concurrency` sources are under way; `fetch` bounds their requests, in all and per host.
            while tasks.len() < self.worker.settings.worker.concurrency && !halt.is_cancelled() {
                let Some((source, state)) = waiting.next(self.worker).await? else { break };
                let (worker, now, halt, of) = (Arc::clone(self.worker), self.now, halt.clone(), Arc::clone(&source));
                let task = tasks.spawn(async move { one_source::read(&worker, source, state, now, &halt).await });
                of_task.insert(task.id(), of);
            }
            let joined = tokio::select! {
                joined = tasks.join_next_with_id() => joined,
                () = &mut time_is_over, if !is_late => {
                    is_late = true;
                    let limit = jiff::SignedDuration::try_from(self.worker.settings.limits.pass).unwrap_or_default();
                    self.reached(format!("pass {limit:#}"));
                    halt.cancel();
                    continue;
                }
            };
            match joined {
                None => break,
                Some(Ok((_, brought))) => {
                    let brought = brought?;
                    let source = Arc::clone(&brought.source);
                    self.settle(brought, waiting.lease(&source)).await?;
                    waiting.done(&source).await?;
                }
                Some(Err(error)) => {
                    if let Some(source) = of_task.get(&error.id()) {
                        self.tell_broken(source);
                        waiting.done(source).await?;
                    }
                }
            }
        }
        waiting.left().await?.iter().for_each(|(source, _)| self.tell_resting(source));
        Ok(())
    }

    async fn settle(&mut self, brought: Brought, lease: Option<Lease>) -> Result<(), StoreError> {
        let (name, source) = (brought.source.name.clone(), Arc::clone(&brought.source));
        let storing = self.worker.meters.begin(Stage::Store);
        let settled = settle::settle(&*self.worker.store, brought, self.now, self.options.dry_run, lease).await?;
        drop(storing);
        let Some(settled) = settled else {
            self.reached(format!("lease (`{name}` is left to another worker)"));
            self.tell_resting(&source);
            return Ok(());
        };
        let Settled { report, events, reached } = settled;
        for event in &events {
            self.watcher.event(event);
        }
        for limit in reached {
            self.reached(limit);
        }
        let sum = &mut self.report;
        sum.asked += 1;
        sum.failed_sources += u64::from(report.error.is_some());
        sum.not_modified += u64::from(report.not_modified);
        sum.entries += report.entries;
        sum.new += report.new;
        sum.updated += report.updated;
        sum.copies += report.copies;
        sum.failed += report.failed;
        self.watcher.event(&Event::Source(report));
        Ok(())
    }

    /// A defect of ours felled the task of a source: the others go on, and nothing of it is stored.
    fn tell_broken(&mut self, source: &Source) {
        self.report.asked += 1;
        self.report.failed_sources += 1;
        self.watcher.event(&Event::Source(SourceReport {
            name: source.name.to_string(),
            url: source.url.to_string(),
            asked: true,
            error: Some(Fault::Defect),
            message: Some("reading it failed; this is a defect of ours".to_owned()),
            ..SourceReport::default()
        }));
    }

    /// The export of the week. One that fails is told and tried the next day: the pass itself has done its work.
    async fn export(&self, stop: &CancellationToken) {
        if self.worker.shared.is_some() {
            // The exports lie beside the folder of one machine; a database has copies of its own (docs/SCALING.md).
            return;
        }
        let exporting = backup::keep_up(&*self.worker.store, &self.worker.settings.store.path, self.now);
        let exported = tokio::select! {
            exported = exporting => exported,
            () = stop.cancelled() => return,
        };
        if let Err(why) = exported {
            warn!("the export of the week was not written: {why}");
        }
    }

    fn reached(&mut self, limit: String) {
        if !self.report.reached.contains(&limit) {
            self.report.reached.push(limit);
        }
    }

    /// Drops what no source has listed for longer than `[store] keep`, once a day. Says up to when it has looked.
    async fn forget(&self, forgot: Option<Timestamp>) -> Result<Option<Timestamp>, StoreError> {
        let Some(until) = schedule::forget_until(forgot, self.now) else {
            return Ok(forgot.filter(|forgot| *forgot <= self.now).or(Some(self.now)));
        };
        let keep = jiff::SignedDuration::try_from(self.worker.settings.store.keep).unwrap_or(jiff::SignedDuration::MAX);
        if let Ok(before) = until.checked_sub(keep) {
            self.worker.store.forget(before).await?;
        }
        Ok(Some(until))
    }
}
