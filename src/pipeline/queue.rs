//! The sources of a pass that wait to be asked. Where several workers share a store, a host's sources are taken together, under a
//! lease: what others have is left to them.
//!
//! Asks nobody.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::source::{Source, SourceState};
use crate::pipeline::schedule;
use crate::pipeline::shared::Pin;
use crate::pipeline::worker::Worker;
use crate::store::error::StoreError;
use crate::store::lease::Lease;

/// A source, and what is known of it.
pub(crate) type Due = (Arc<Source>, SourceState);

/// Hosts that are looked at in one step.
const LOOKED_AT: usize = 1000;
/// Hosts that are taken in one step at most.
const TAKEN: usize = 16;

/// Sources that wait.
pub(crate) struct Queue {
    /// May be asked.
    ready: VecDeque<Due>,
    /// Wait for a lease, by its name.
    waiting: BTreeMap<String, Vec<Due>>,
    /// Leases that are held, and how many of their sources are under way.
    open: HashMap<String, (Pin, usize)>,
    force: bool,
    began: Timestamp,
}

fn name(source: &Source) -> String {
    format!("sources of {}", source.url.authority())
}

impl Queue {
    /// The sources of a pass that began at this moment.
    pub(crate) fn of(due: Vec<Due>, worker: &Worker, force: bool, began: Timestamp) -> Self {
        let (mut ready, mut waiting) = (VecDeque::new(), BTreeMap::<String, Vec<Due>>::new());
        for due in due {
            if worker.shared.is_some() {
                waiting.entry(name(&due.0)).or_default().push(due);
            } else {
                ready.push_back(due);
            }
        }
        Self { ready, waiting, open: HashMap::new(), force, began }
    }

    /// The next source to be asked; none when there is none, or others have all that are left.
    pub(crate) async fn next(&mut self, worker: &Worker) -> Result<Option<Due>, StoreError> {
        while self.ready.is_empty() && !self.waiting.is_empty() {
            if !self.take(worker).await? {
                break;
            }
        }
        Ok(self.ready.pop_front())
    }

    /// Takes some hosts; false when none is to be had.
    async fn take(&mut self, worker: &Worker) -> Result<bool, StoreError> {
        let Some(shared) = &worker.shared else { return Ok(false) };
        let names: Vec<String> = self.waiting.keys().take(LOOKED_AT).cloned().collect();
        // No more than are soon asked: what a busy worker holds, idle ones cannot take.
        let most = (worker.settings.worker.concurrency / 4).clamp(1, TAKEN);
        let taken = shared.take(&names, most).await?;
        if taken.is_empty() {
            return Ok(false);
        }
        for pin in taken {
            let name = pin.lease().name.clone();
            let mut count = 0;
            for (source, _) in self.waiting.remove(&name).unwrap_or_default() {
                // Another worker may have asked it since this pass began.
                let state = worker.store.source(&source.name).await?;
                let asked_since = state.last_asked.is_some_and(|asked| asked >= self.began);
                if !asked_since && schedule::due(&source, &state, self.began, self.force).is_ok() {
                    count += 1;
                    self.ready.push_back((source, state));
                }
            }
            if count == 0 {
                pin.give_back().await?;
            } else {
                self.open.insert(name, (pin, count));
            }
        }
        Ok(true)
    }

    /// Under which lease a source was read.
    pub(crate) fn lease(&self, source: &Source) -> Option<Lease> {
        self.open.get(&name(source)).map(|(pin, _)| pin.lease().clone())
    }

    /// A source is done with; with the last of its host, the host is given back.
    pub(crate) async fn done(&mut self, source: &Source) -> Result<(), StoreError> {
        let name = name(source);
        let Some((_, count)) = self.open.get_mut(&name) else { return Ok(()) };
        *count -= 1;
        if *count == 0
            && let Some((pin, _)) = self.open.remove(&name)
        {
            pin.give_back().await?;
        }
        Ok(())
    }

    /// What was not asked; what is held is given back.
    pub(crate) async fn left(mut self) -> Result<Vec<Due>, StoreError> {
        for (_, (pin, _)) in self.open.drain() {
            pin.give_back().await?;
        }
        Ok(self.ready.into_iter().chain(self.waiting.into_values().flatten()).collect())
    }
}
