//! Our own hub, beside a server: it needs no store, so it is there with and without passes.

use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::cli::exit::Exit;
use crate::fetch::Fetcher;
use crate::model::settings::{PublishHub, Settings};
use crate::pipeline::deliver::{self, Deliverer};
use crate::publish::site::Site;
use crate::websub::register::Register;

/// Our own hub, with what it works with.
pub(crate) struct OwnHub {
    /// Who subscribed to our feeds.
    pub(crate) register: Arc<Register>,
    fetcher: Fetcher,
    settings: Settings,
}

impl OwnHub {
    /// The hub, where feeds.toml wants it.
    pub(crate) fn of(settings: &Settings) -> Result<Option<Self>, Exit> {
        if settings.publish.hub != Some(PublishHub::Own) {
            return Ok(None);
        }
        let told = |error: &dyn std::fmt::Display| {
            say!("feedatlas: {error}");
            Exit::Unusable
        };
        let fetcher =
            Fetcher::new(&settings.worker, &settings.network, &settings.limits).map_err(|error| told(&error))?;
        let site = Site::of(settings).map_err(|error| told(&error))?;
        let remembered = std::fs::read(deliver::state_file(settings)).unwrap_or_default();
        let register = Arc::new(Register::new(site.address(""), &remembered));
        Ok(Some(Self { register, fetcher, settings: settings.clone() }))
    }

    /// Tells those who subscribed of each feed that changed, until told to stop.
    pub(crate) async fn deliver(&self, stop: &CancellationToken) {
        Deliverer::new(&self.register, &self.fetcher, &self.settings).run(Timestamp::now, stop).await;
    }
}
