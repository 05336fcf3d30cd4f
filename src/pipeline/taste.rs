//! One source read as a pass would read it for the first time, its articles and all; nothing is stored, nothing published.

use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::model::article::Routed;
use crate::model::report::{Event, SourceReport};
use crate::model::source::{Source, SourceState};
use crate::pipeline::one_source;
use crate::pipeline::worker::Worker;
use crate::store::error::StoreError;

/// What a source gave.
#[derive(Debug)]
pub struct Tasted {
    /// Its line of the report.
    pub report: SourceReport,
    /// Its articles, routed, the newest first.
    pub articles: Vec<Routed>,
    /// Pages that were refused.
    pub refused: Vec<Event>,
    /// Limits that were reached.
    pub reached: Vec<String>,
    /// What would be remembered of it.
    pub state: SourceState,
}

/// Reads it. How many articles is `[limits] first` of the worker's settings; its store is only looked into.
pub async fn taste(
    worker: &Worker,
    source: Source,
    now: Timestamp,
    stop: &CancellationToken,
) -> Result<Tasted, StoreError> {
    let brought = one_source::read(worker, Arc::new(source), SourceState::default(), now, stop).await?;
    Ok(Tasted {
        report: brought.report,
        articles: brought.made.into_iter().map(|made| made.routed).collect(),
        refused: brought.refused,
        reached: brought.reached,
        state: brought.state,
    })
}
