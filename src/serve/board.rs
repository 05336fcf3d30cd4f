//! What `status.json` says, read once for each edition of it.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::header::HeaderValue;

use crate::model::country::Country;
use crate::publish::status::{self, State, StatusFile};
use crate::serve::condition::Coding;
use crate::serve::exposition::{Form, Page};
use crate::serve::path::Asked;
use crate::serve::shelf::{Found, Shelf};

/// What `status.json` says, read once for each edition of it.
#[derive(Debug, Default)]
pub(super) struct Board {
    /// Guards the last reading and the tag of what was read; never held over an await.
    read: Mutex<Option<(HeaderValue, Arc<StatusFile>)>>,
}

impl Board {
    /// What it says now; `None` where there is none, or where it cannot be read.
    pub(super) async fn status(&self, files: &Arc<Shelf>) -> Option<Arc<StatusFile>> {
        let asked = Asked { path: status::PATH.to_owned(), is_folder: false };
        let Found::Held(held) = files.find(&asked).await else { return None };
        let (_, form) = held.form([Coding::Identity; 3]);
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((tag, status)) = read.as_ref()
            && *tag == form.tag
        {
            return Some(Arc::clone(status));
        }
        let status: Arc<StatusFile> = Arc::new(serde_json::from_slice(&form.bytes).ok()?);
        *read = Some((form.tag.clone(), Arc::clone(&status)));
        Some(status)
    }

    /// The name of a country's files: feeds.toml may have renamed it, and the board knows.
    pub(super) async fn slug(&self, files: &Arc<Shelf>, country: Country) -> String {
        let status = self.status(files).await;
        let land = status.as_ref().and_then(|status| status.countries.iter().find(|land| land.code == country));
        land.map_or_else(|| country.slug().to_owned(), |land| land.slug.clone())
    }
}

impl Board {
    /// Writes how sources and lands are doing, as far as it is known.
    pub(super) async fn write(&self, files: &Arc<Shelf>, page: &mut Page) {
        let Some(status) = self.status(files).await else { return };
        let name = "feedatlas_sources";
        page.family(name, Form::Gauge, "Sources of feeds.toml, by state.");
        for (state, word) in
            [(State::Well, "well"), (State::Waiting, "waiting"), (State::Failing, "failing"), (State::Gone, "gone")]
        {
            page.sample(name, &[("state", word)], status.sources.iter().filter(|source| source.state == state).count());
        }
        page.family("feedatlas_articles", Form::Gauge, "Articles kept, copies apart.");
        page.sample("feedatlas_articles", &[], status.articles);
        let name = "feedatlas_country_articles";
        page.family(name, Form::Gauge, "Articles kept of each land that has a feed, copies apart.");
        for land in &status.countries {
            page.sample(name, &[("country", land.code.code())], land.articles);
        }
        if let Some(passed) = status.passed {
            let name = "feedatlas_last_pass_timestamp_seconds";
            page.family(name, Form::Gauge, "When the last pass ended, in seconds since 1970.");
            page.sample(name, &[], passed.as_second());
        }
    }
}
