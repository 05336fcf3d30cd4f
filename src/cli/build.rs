//! Concrete things out of settings: the runtime, the store, the worker.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio::runtime::Runtime;

use crate::cli::exit::Exit;
use crate::fetch::Fetcher;
use crate::model::fault::with_causes;
use crate::model::settings::Settings;
use crate::pipeline::worker::Worker;
use crate::route::Gazetteer;
use crate::store;
use crate::store::contract::Store;
use crate::store::error::StoreError;

/// The runtime of a whole command.
pub(crate) fn runtime() -> Result<Runtime, Exit> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        say!("feedatlas: the runtime cannot start: {error}");
        Exit::Unusable
    })
}

/// Runs to its end, then waits for nothing more: a name that is still being looked up must not hold up the exit.
pub(crate) fn block_on<T>(runtime: Runtime, work: impl Future<Output = T>) -> T {
    let outcome = runtime.block_on(work);
    runtime.shutdown_background();
    outcome
}

/// The store that feeds.toml names; what was mended while opening is told.
pub(crate) fn store(settings: &Settings) -> Result<Arc<dyn Store>, Exit> {
    let opened = store::open(&settings.store).map_err(|error| told(&error))?;
    opened.notes.iter().for_each(|note| say!("feedatlas: {note}"));
    Ok(opened.store)
}

/// A worker over that store.
pub(crate) fn worker(settings: Settings) -> Result<Arc<Worker>, Exit> {
    let store = store(&settings)?;
    worker_over(settings, store)
}

/// A worker over a store that is open.
pub(crate) fn worker_over(settings: Settings, store: Arc<dyn Store>) -> Result<Arc<Worker>, Exit> {
    let fetcher = Fetcher::new(&settings.worker, &settings.network, &settings.limits).map_err(|error| {
        say!("feedatlas: {error}");
        Exit::Unusable
    })?;
    let gazetteer = Arc::new(Gazetteer::new(&settings.countries));
    Ok(Arc::new(Worker::new(Arc::new(settings), fetcher, store, gazetteer)))
}

/// A store's error in words, and how to end because of it.
pub(crate) fn told(error: &StoreError) -> Exit {
    say!("feedatlas: {}", with_causes(error));
    match error {
        StoreError::Busy { .. } => Exit::Busy,
        _ => Exit::Unusable,
    }
}

/// A file or folder that cannot be used, told; and how to end because of it.
pub(crate) fn unusable(path: &Path, error: &io::Error) -> Exit {
    say!("feedatlas: {}: {error}", path.display());
    Exit::Unusable
}
