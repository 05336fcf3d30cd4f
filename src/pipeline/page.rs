//! The page of an article, read; and the pages that continue it, asked for and joined to it.

use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::charset::{self, Form};
use crate::extract;
use crate::extract::error::ExtractError;
use crate::extract::next_page::PARTS_MAX;
use crate::extract::reading::{Page, Reading};
use crate::extract::template::{Lesson, Template};
use crate::fetch::{Fetched, Purpose, Request, Visit};
use crate::model::document::{Document, Validators};
use crate::model::entry::Entry;
use crate::model::source::Source;
use crate::model::url::PageUrl;
use crate::pipeline::meters::{Meters, Stage};
use crate::pipeline::worker::Worker;

/// What all pages of an article are read with.
pub(crate) struct Reader {
    pub(crate) source: Arc<Source>,
    pub(crate) entry: Entry,
    /// What is remembered of the source's pages.
    pub(crate) template: Arc<Template>,
    pub(crate) depth: usize,
    pub(crate) now: Timestamp,
    pub(crate) meters: Arc<Meters>,
}

impl Reader {
    /// Decodes and reads a page. Takes long: not for the threads that wait for servers.
    pub(crate) fn read(&self, document: &Document) -> Result<(Reading, Lesson), ExtractError> {
        let (html, _) = charset::decode(&document.body, document.charset(), Form::Html);
        let page = Page {
            url: &document.url,
            html: &html,
            rule: &self.source.article,
            entry: Some(&self.entry),
            language: self.source.language.as_deref(),
            zone: &self.source.zone,
            depth: self.depth,
            now: self.now,
        };
        self.meters.time(Stage::Extract, || extract::read_with(&page, &self.template))
    }
}

/// Whether a page says that its article goes on elsewhere.
pub(crate) fn goes_on(reading: &Reading, first: &PageUrl, part: usize) -> bool {
    reading.next.as_ref().is_some_and(|next| next.continues(first, part))
}

/// Whose further pages are asked for.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) worker: &'a Worker,
    pub(crate) visit: &'a Visit<'a>,
    pub(crate) stop: &'a CancellationToken,
}

/// An article whose first page was read, with the pages that continue it, as far as they can be read. `None` when the pass
/// was told to stop and patience is over: half an article is not taken for the whole.
pub(crate) async fn whole(
    asking: Asking<'_>,
    reader: &Arc<Reader>,
    first: &PageUrl,
    mut reading: Reading,
) -> Option<Reading> {
    for part in 2..=PARTS_MAX {
        let Some(next) = reading.next.take().filter(|next| next.continues(first, part)) else { break };
        let request = Request { url: next.url, purpose: Purpose::Page, validators: Validators::default() };
        let fetching = asking.worker.meters.begin(Stage::Fetch);
        let fetched = tokio::select! {
            fetched = asking.visit.get(request) => fetched,
            () = asking.worker.out_of_patience(asking.stop) => return None,
        };
        drop(fetching);
        asking.worker.meters.fetched(&fetched);
        let document = match fetched {
            Fetched::Fresh(document) => *document,
            Fetched::NotModified(_) => break,
            Fetched::Refused(error) => {
                debug!(source.name = %reader.source.name, "Part {part} of {first} was left out: {error}");
                break;
            }
        };
        let reader = Arc::clone(reader);
        let Ok(Ok((further, _))) = asking.worker.think(move || reader.read(&document)).await else { break };
        if !reading.join(further) {
            break;
        }
    }
    Some(reading)
}
