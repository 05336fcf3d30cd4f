//! `WebSub` out: a hub that feeds.toml names is told which feeds changed; at our own hub subscribers are verified, and sent each feed
//! that changed, whole and signed.
//!
//! Nothing here holds up a pass: what could not be told is remembered and told again. Not here: who subscribes (`websub::register`).

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};
use url::form_urlencoded::Serializer;

use crate::fetch::{Fetched, Fetcher, Purpose, Request};
use crate::model::document::Validators;
use crate::model::fault::{Fault, with_causes};
use crate::model::settings::{PublishHub, Settings};
use crate::model::source::Source;
use crate::model::url::PageUrl;
use crate::pipeline::schedule;
use crate::publish::site::{OWN_HUB, Site};
use crate::publish::status::Untold;
use crate::websub::register::{Intent, Mode, Outcome, Register, Subscriber};
use crate::websub::signature::unguessable;

/// How often published files are looked at: a stat of each feed that somebody subscribes to.
const LOOK: Duration = Duration::from_secs(2);

/// Subscribers that are called at once: one that hangs must not hold up the others.
const AT_ONCE: usize = 8;

/// Time that a pass's end gives to a hub: what it does not take by then is told after the next pass.
const TOLD_WITHIN: Duration = Duration::from_secs(10);

/// A hub that did not take it is told again after this, then twice as late each time, a day at most.
const AGAIN: Duration = Duration::from_mins(1);
const AGAIN_MAX: Duration = Duration::from_hours(24);

/// Feeds named in one form.
const TOPICS_MAX: usize = 100;

/// Tells the hub that feeds.toml names of feeds that changed. What it did not take is given back.
pub(crate) async fn tell(fetcher: &Fetcher, settings: &Settings, untold: Untold, now: Timestamp) -> Option<Untold> {
    let Some(PublishHub::At(hub)) = &settings.publish.hub else { return None };
    if untold.paths.is_empty() {
        return None;
    }
    // A time further ahead than any of ours was set by a clock that jumped.
    let is_time = |next: Timestamp| next <= now || next > schedule::later(now, AGAIN_MAX);
    if !untold.next.is_none_or(is_time) {
        return Some(untold);
    }
    let Ok(site) = Site::of(settings) else { return None };
    let visit = Source::bare(hub.clone(), settings.worker.delay);
    let visit = fetcher.visit(&visit);
    let telling = async {
        let paths: Vec<&String> = untold.paths.iter().collect();
        for some in paths.chunks(TOPICS_MAX) {
            let mut form = Serializer::new(String::new());
            form.append_pair("hub.mode", "publish");
            for path in some {
                form.append_pair("hub.url", &site.address(path));
            }
            visit.tell(hub, &form.finish()).await.map_err(|error| with_causes(&error))?;
        }
        Ok::<(), String>(())
    };
    let told = tokio::time::timeout(TOLD_WITHIN, telling).await;
    let why = match told {
        Ok(Ok(())) => return None,
        Ok(Err(why)) => why,
        Err(_) => format!("{hub}: no answer within {} s", TOLD_WITHIN.as_secs()),
    };
    let wait = AGAIN.saturating_mul(2_u32.saturating_pow(untold.tries)).min(AGAIN_MAX);
    warn!("The hub was not told of {} feeds, it is told again: {why}", untold.paths.len());
    Some(Untold { tries: untold.tries + 1, next: Some(schedule::later(now, wait)), ..untold })
}

/// Our own hub at work, beside a server.
#[derive(Debug)]
pub struct Deliverer<'a> {
    register: &'a Register,
    fetcher: &'a Fetcher,
    settings: &'a Settings,
    state: PathBuf,
    /// What each feed looked like last: when it was written, how long, its hash.
    looked: HashMap<String, (SystemTime, u64, String)>,
}

/// Where the subscribers of our own hub are kept: beside the store, for they are secrets.
#[must_use]
pub fn state_file(settings: &Settings) -> PathBuf {
    let mut name = settings.store.path.file_name().unwrap_or_default().to_owned();
    name.push(".hub.json");
    settings.store.path.with_file_name(name)
}

impl<'a> Deliverer<'a> {
    /// A hub over what is published.
    #[must_use]
    pub fn new(register: &'a Register, fetcher: &'a Fetcher, settings: &'a Settings) -> Self {
        Self { register, fetcher, settings, state: state_file(settings), looked: HashMap::new() }
    }

    /// Works until told to stop. `clock` says what time it is.
    pub async fn run(mut self, clock: impl Fn() -> Timestamp, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = self.once(clock()) => {}
                () = stop.cancelled() => {}
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = self.register.wait() => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Verifies whoever asked, and sends what changed.
    pub async fn once(&mut self, now: Timestamp) {
        let waiting = self.register.take();
        let verified = stream::iter(waiting).map(|intent| self.verify(intent)).buffer_unordered(AT_ONCE);
        let verified: Vec<Intent> = verified.filter_map(std::future::ready).collect().await;
        for intent in verified {
            let content = self.look(&intent.topic).map(|(content, _)| content);
            self.register.verified(intent, content, now);
        }
        for topic in self.register.topics() {
            let Some((content, path)) = self.look(&topic) else { continue };
            let due = self.register.due(&topic, &content, now);
            if due.is_empty() {
                continue;
            }
            let Ok(body) = tokio::fs::read(&path).await else { continue };
            let sending = stream::iter(&due).map(|whom| self.send(whom, &body)).buffered(AT_ONCE);
            let outcomes: Vec<Outcome> = sending.collect().await;
            for (whom, outcome) in due.iter().zip(outcomes) {
                self.register.told(whom, &content, outcome, now);
            }
        }
        if let Some(bytes) = self.register.to_keep() {
            keep(&self.state, &bytes).unwrap_or_else(|why| warn!("{}: cannot be written: {why}", self.state.display()));
        }
    }

    /// A feed's hash; read again only when its file is another one.
    fn look(&mut self, topic: &str) -> Option<(String, PathBuf)> {
        let path = self.settings.publish.to.join(topic);
        let found = std::fs::metadata(&path).ok()?;
        let stamp = (found.modified().ok()?, found.len());
        if let Some((at, length, content)) = self.looked.get(topic)
            && (*at, *length) == stamp
        {
            return Some((content.clone(), path));
        }
        let content = blake3::hash(&std::fs::read(&path).ok()?).to_hex().to_string();
        self.looked.insert(topic.to_owned(), (stamp.0, stamp.1, content.clone()));
        Some((content, path))
    }

    /// Asks a subscriber whether it asked (`WebSub` 5.3); it must answer with what nobody else knows.
    async fn verify(&self, intent: Intent) -> Option<Intent> {
        let challenge = unguessable()?;
        let mut query = Serializer::new(String::new());
        query.append_pair("hub.mode", intent.mode.as_str());
        query.append_pair("hub.topic", &self.register.address(&intent.topic));
        query.append_pair("hub.challenge", &challenge);
        if intent.mode == Mode::Subscribe {
            query.append_pair("hub.lease_seconds", &intent.lease.as_secs().to_string());
        }
        let callback = intent.callback.as_str();
        let mark = if callback.contains('?') { '&' } else { '?' };
        let url = PageUrl::parse(&format!("{callback}{mark}{}", query.finish())).ok()?;
        let visit = self.source(&intent.callback);
        let request = Request { url, purpose: Purpose::Source, validators: Validators::default() };
        match self.fetcher.visit(&visit).get(request).await {
            Fetched::Fresh(document) if document.body == challenge.as_bytes() => Some(intent),
            _ => {
                debug!("`{}` did not confirm that it wants `{}`", intent.callback, intent.topic);
                None
            }
        }
    }

    /// Sends a feed to a subscriber, with the hub's and its own address, and signed (`WebSub` 7).
    async fn send(&self, whom: &Subscriber, body: &[u8]) -> Outcome {
        let (hub, own) = (self.register.address(OWN_HUB), self.register.address(&whom.topic));
        let mut headers = vec![
            ("content-type", media_type(&whom.topic).to_owned()),
            ("link", format!("<{hub}>; rel=\"hub\", <{own}>; rel=\"self\"")),
        ];
        headers.extend(whom.signature(body).map(|signature| ("x-hub-signature", signature)));
        match self.fetcher.visit(&self.source(&whom.callback)).send(&whom.callback, &headers, body.to_vec()).await {
            Ok(()) => Outcome::Taken,
            Err(error) if error.fault() == Fault::Gone => Outcome::Gone,
            Err(error) => {
                debug!("A subscriber did not take what changed: {}", with_causes(&error));
                Outcome::Refused
            }
        }
    }

    fn source(&self, callback: &PageUrl) -> Source {
        Source::bare(callback.clone(), self.settings.worker.delay)
    }
}

fn media_type(topic: &str) -> &'static str {
    match topic.rsplit_once('.').map(|(_, ending)| ending) {
        Some("atom") => "application/atom+xml; charset=utf-8",
        Some("json") => "application/feed+json; charset=utf-8",
        _ => "application/rss+xml; charset=utf-8",
    }
}

/// Whole or not at all, and for nobody else to read.
fn keep(place: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = place.with_extension("json.tmp");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, place)
}
