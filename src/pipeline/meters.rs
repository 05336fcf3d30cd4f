//! Where the time of passes goes, and how much they fetch, as numbers that only rise. Nothing here is ever waited for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::fetch::Fetched;

/// A stage of a pass whose time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Waiting for servers, and for the pace that their hosts are asked at.
    Fetch,
    /// Documents to entries.
    Parse,
    /// Pages to articles.
    Extract,
    /// Articles to countries.
    Route,
    /// Comparing and storing.
    Store,
    /// Writing what is published.
    Publish,
}

impl Stage {
    /// All of them, in the order in which an article passes them.
    pub const ALL: [Self; 6] = [Self::Fetch, Self::Parse, Self::Extract, Self::Route, Self::Store, Self::Publish];

    /// Its name in logs and metrics: that of its room.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Parse => "parse",
            Self::Extract => "extract",
            Self::Route => "route",
            Self::Store => "store",
            Self::Publish => "publish",
        }
    }
}

/// A stage under way.
pub(crate) struct Running<'a> {
    meters: &'a Meters,
    stage: Stage,
    began: Instant,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.meters.add(self.stage, self.began.elapsed());
    }
}

/// What the passes of a worker have cost.
#[derive(Debug, Default)]
pub struct Meters {
    nanos: [AtomicU64; Stage::ALL.len()],
    fetched_bytes: AtomicU64,
}

impl Meters {
    /// Seconds spent in a stage, added up over all that ran side by side: more than the clock's.
    #[must_use]
    pub fn spent(&self, stage: Stage) -> Duration {
        Duration::from_nanos(self.nanos[stage as usize].load(Ordering::Relaxed))
    }

    /// Bytes of the documents that were fetched, unpacked.
    #[must_use]
    pub fn fetched_bytes(&self) -> u64 {
        self.fetched_bytes.load(Ordering::Relaxed)
    }

    /// Does some work of a stage.
    pub(crate) fn time<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let _running = self.begin(stage);
        work()
    }

    /// Begins a stage; it is over when what is returned is dropped. Around what is awaited, for a future in a future is copied.
    pub(crate) fn begin(&self, stage: Stage) -> Running<'_> {
        Running { meters: self, stage, began: Instant::now() }
    }

    /// Counts what came.
    pub(crate) fn fetched(&self, fetched: &Fetched) {
        if let Fetched::Fresh(document) = fetched {
            self.fetched_bytes.fetch_add(document.body.len() as u64, Ordering::Relaxed);
        }
    }

    fn add(&self, stage: Stage, spent: Duration) {
        let nanos = u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX);
        self.nanos[stage as usize].fetch_add(nanos, Ordering::Relaxed);
    }
}
