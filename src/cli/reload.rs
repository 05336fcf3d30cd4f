//! SIGHUP: feeds.toml is read again while a server runs. A wrong one is told, and changes nothing.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;

use crate::cli::build;
use crate::cli::load;
use crate::cli::signals::Hangups;
use crate::cli::tally::Tally;
use crate::model::settings::{Settings, StoreSettings};
use crate::pipeline::worker::Worker;
use crate::serve::access::AccessLog;
use crate::serve::server::Server;

/// Who takes up a newer feeds.toml.
pub(crate) enum Turn {
    /// A worker: between two passes.
    Worker(Arc<watch::Sender<Arc<Worker>>>),
    /// A server alone, at once: it knows of the folder and of nothing else.
    Folder(Arc<Server>),
}

/// What SIGHUP does.
pub(crate) struct Reload {
    pub(crate) config: PathBuf,
    pub(crate) turn: Turn,
    pub(crate) tally: Arc<Tally>,
    pub(crate) log: Option<Arc<AccessLog>>,
    pub(crate) hangups: Hangups,
}

impl Reload {
    /// Does it each time it is asked to; never ends.
    pub(crate) async fn run(mut self) {
        loop {
            self.hangups.next().await;
            if let Some(log) = &self.log {
                log.reopen();
            }
            let taken = self.read();
            self.tally.reloaded(taken);
            if !taken {
                say!("feedatlas: {} is wrong: the one that was read before stays in force", self.config.display());
            }
        }
    }

    /// Reads the file, and hands it on where it is right.
    fn read(&self) -> bool {
        let Ok(settings) = load::settings(&self.config) else { return false };
        let config = self.config.display();
        match &self.turn {
            Turn::Folder(server) => {
                say!("feedatlas: {config} is in force: {} is served", settings.publish.to.display());
                server.turn_to(settings.publish.to);
                true
            }
            Turn::Worker(sender) => {
                let Some(worker) = renewed(&sender.borrow(), settings) else { return false };
                say!("feedatlas: {config} is in force from the next pass on");
                sender.send_replace(worker);
                true
            }
        }
    }
}

/// A worker of other settings over the same store.
fn renewed(old: &Worker, settings: Settings) -> Option<Arc<Worker>> {
    let (new, stays) = (&settings.store, &old.settings.store);
    let database = |store: &StoreSettings| store.shared.as_ref().map(|shared| shared.url.clone());
    if new.path != stays.path || database(new) != database(stays) {
        let path = stays.path.display();
        let stays = if stays.shared.is_some() { "the database".to_owned() } else { path.to_string() };
        say!("feedatlas: another [store] is heeded after a restart; until then it stays {stays}");
    }
    if settings.worker.site_rules != old.settings.worker.site_rules {
        say!("feedatlas: other [worker] site_rules are heeded after a restart");
    }
    let mut worker = build::worker_over(settings, Arc::clone(&old.store)).ok()?;
    // What was counted goes on being counted.
    if let Some(worker) = Arc::get_mut(&mut worker) {
        worker.meters = Arc::clone(&old.meters);
    }
    Some(worker)
}
