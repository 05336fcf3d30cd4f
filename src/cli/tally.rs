//! What the passes beside a server have done, counted for whoever watches.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::model::report::{Event, PassReport, StoredKind};
use crate::pipeline::meters::{Meters, Stage};
use crate::serve::exposition::{Form, Page};

/// What passes have done since the process began.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    running: AtomicBool,
    due: AtomicU64,
    done: AtomicU64,
    passes: AtomicU64,
    failed_passes: AtomicU64,
    reloads: AtomicU64,
    refused_reloads: AtomicU64,
    /// In the order of `StoredKind`.
    stored: [AtomicU64; 3],
    /// Guards a handful of sums, for as long as an addition takes.
    sums: Mutex<Sums>,
}

#[derive(Debug, Default)]
struct Sums {
    seconds: f64,
    last_seconds: f64,
    entries: u64,
    refused_pages: u64,
    published: u64,
    /// By class.
    failures: BTreeMap<String, u64>,
}

impl Tally {
    /// A pass begins.
    pub(crate) fn begins(&self) {
        self.due.store(0, Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
        self.running.store(true, Ordering::Relaxed);
    }

    /// So many sources are due in it.
    pub(crate) fn due(&self, sources: usize) {
        self.due.store(sources as u64, Ordering::Relaxed);
    }

    /// It is over; whether it ended well.
    pub(crate) fn over(&self, well: bool) {
        let count = if well { &self.passes } else { &self.failed_passes };
        count.fetch_add(1, Ordering::Relaxed);
        self.running.store(false, Ordering::Relaxed);
    }

    /// feeds.toml was read again; whether it was taken.
    pub(crate) fn reloaded(&self, taken: bool) {
        let count = if taken { &self.reloads } else { &self.refused_reloads };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Something happened in a pass.
    pub(crate) fn event(&self, event: &Event) {
        match event {
            Event::Source(report) if report.asked => {
                self.done.fetch_add(1, Ordering::Relaxed);
                if let Some(fault) = report.error {
                    let mut sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
                    *sums.failures.entry(fault.to_string()).or_default() += 1;
                }
            }
            Event::Stored { kind, .. } => {
                self.stored[*kind as usize].fetch_add(1, Ordering::Relaxed);
            }
            Event::Pass(PassReport { seconds, entries, failed, published, .. }) => {
                let mut sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
                sums.seconds += seconds;
                sums.last_seconds = *seconds;
                sums.entries += entries;
                sums.refused_pages += failed;
                sums.published += published;
            }
            _ => {}
        }
    }

    /// Writes all of it, and what the stages cost.
    pub(crate) fn write(&self, meters: &Meters, page: &mut Page) {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let running = self.running.load(Ordering::Relaxed);
        page.family("feedatlas_passes_total", Form::Counter, "Passes that ended, and whether they ended well.");
        page.sample("feedatlas_passes_total", &[("result", "done")], read(&self.passes));
        page.sample("feedatlas_passes_total", &[("result", "failed")], read(&self.failed_passes));
        page.family("feedatlas_pass_running", Form::Gauge, "Whether a pass is under way.");
        page.sample("feedatlas_pass_running", &[], u8::from(running));
        let waiting = if running { read(&self.due).saturating_sub(read(&self.done)) } else { 0 };
        page.family(
            "feedatlas_queue_sources",
            Form::Gauge,
            "Sources of the pass under way that are not read to their end.",
        );
        page.sample("feedatlas_queue_sources", &[], waiting);
        page.family("feedatlas_articles_stored_total", Form::Counter, "Articles stored, by what they were.");
        for (kind, word) in [(StoredKind::New, "new"), (StoredKind::Update, "update"), (StoredKind::Copy, "copy")] {
            page.sample("feedatlas_articles_stored_total", &[("kind", word)], read(&self.stored[kind as usize]));
        }
        page.family(
            "feedatlas_reloads_total",
            Form::Counter,
            "Times that feeds.toml was read again, and whether it was taken.",
        );
        page.sample("feedatlas_reloads_total", &[("result", "taken")], read(&self.reloads));
        page.sample("feedatlas_reloads_total", &[("result", "refused")], read(&self.refused_reloads));
        self.sums.lock().unwrap_or_else(PoisonError::into_inner).write(page);
        let name = "feedatlas_stage_seconds_total";
        page.family(name, Form::Counter, "Seconds spent in a stage, added up over all that runs side by side.");
        for stage in Stage::ALL {
            page.sample(name, &[("stage", stage.name())], meters.spent(stage).as_secs_f64());
        }
        let name = "feedatlas_fetched_bytes_total";
        page.family(name, Form::Counter, "Bytes of the documents that were fetched, unpacked.");
        page.sample(name, &[], meters.fetched_bytes());
    }
}

impl Sums {
    fn write(&self, page: &mut Page) {
        for (name, help, value) in [
            ("feedatlas_entries_total", "Entries in the answers of sources.", self.entries),
            ("feedatlas_pages_refused_total", "Pages of articles that were refused.", self.refused_pages),
            ("feedatlas_files_published_total", "Published files that changed.", self.published),
        ] {
            page.family(name, Form::Counter, help);
            page.sample(name, &[], value);
        }
        page.family("feedatlas_pass_seconds_total", Form::Counter, "Seconds that passes took, all together.");
        page.sample("feedatlas_pass_seconds_total", &[], self.seconds);
        page.family("feedatlas_last_pass_seconds", Form::Gauge, "Seconds that the last pass took.");
        page.sample("feedatlas_last_pass_seconds", &[], self.last_seconds);
        page.family(
            "feedatlas_source_failures_total",
            Form::Counter,
            "Times that a source failed, by class of the failure.",
        );
        for (class, count) in &self.failures {
            page.sample("feedatlas_source_failures_total", &[("class", class)], count);
        }
    }
}
