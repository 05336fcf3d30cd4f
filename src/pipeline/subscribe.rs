//! Subscriptions to hubs (`WebSub`), tended while a server runs beside the worker: begun for sources that name a hub, renewed, ended.
//!
//! Not here: what is asked when (`websub::plan`), how calls of hubs are answered (`websub::desk`), and the asking of a source that
//! was told of: that is a pass like any other.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tracing::{debug, warn};

use crate::fetch::Fetcher;
use crate::model::fault::with_causes;
use crate::model::learned::Hub;
use crate::model::source::{Source, SourceName};
use crate::model::subscription::{Phase, Subscription};
use crate::model::url::PageUrl;
use crate::pipeline::worker::Worker;
use crate::store::error::StoreError;
use crate::websub::desk::Desk;
use crate::websub::plan::{self, Step};
use crate::websub::{form, signature};

/// Hubs that are asked at once: one that hangs must not hold up the others.
const AT_ONCE: usize = 8;

/// A source that was told of rests for so long since it was asked last: a hub that calls with every line must not make us rude.
const TOLD_REST: SignedDuration = SignedDuration::from_secs(10);

/// Names that are nobody's on the open internet (RFC 2606, RFC 6761, RFC 6762, RFC 8375).
const NOBODYS: [&str; 11] = [
    "localhost",
    "local",
    "internal",
    "lan",
    "home.arpa",
    "test",
    "invalid",
    "example",
    "example.com",
    "example.net",
    "example.org",
];

/// Where hubs may call, if they can: `base_url` is on the open internet, or let through by `[network] allow`.
#[must_use]
pub fn base<'a>(fetcher: &Fetcher, base_url: &'a PageUrl) -> Option<&'a PageUrl> {
    let host = base_url.host().trim_end_matches('.');
    let is_nobodys = NOBODYS.iter().any(|name| host == *name || host.ends_with(&format!(".{name}")));
    let is_name_of_one_word = !host.contains(['.', ':']);
    (fetcher.admits(base_url) && !is_nobodys && !is_name_of_one_word).then_some(base_url)
}

/// Stores what calls of hubs have changed, and says which sources they told of.
pub async fn take_up(worker: &Worker, desk: &Desk) -> Result<BTreeSet<SourceName>, StoreError> {
    let news = desk.take();
    if !news.changed.is_empty() {
        worker.store.remember(news.changed.into_iter().collect()).await?;
    }
    Ok(news.told)
}

/// How long until a source that was told of may be asked; `None` for one that feeds.toml no longer names.
pub async fn wait(worker: &Worker, told: &SourceName, now: Timestamp) -> Result<Option<SignedDuration>, StoreError> {
    if !worker.settings.sources.iter().any(|source| source.name == *told) {
        return Ok(None);
    }
    let asked = worker.store.source(told).await?.last_asked.filter(|asked| *asked <= now);
    Ok(Some(
        asked.map_or(SignedDuration::ZERO, |asked| (TOLD_REST - now.duration_since(asked)).max(SignedDuration::ZERO)),
    ))
}

/// Asks hubs for what is to be asked of them now.
pub async fn tend(worker: &Worker, desk: &Desk, now: Timestamp) -> Result<(), StoreError> {
    let base = base(&worker.fetcher, &worker.settings.publish.base_url);
    let steps = plan::plan(&wanted(worker).await?, desk.all(), base, now);
    let mut to_ask = Vec::new();
    let mut to_remember = Vec::new();
    for step in steps {
        match step {
            Step::Begin(source, hub) => {
                let Some(begun) = base.and_then(|base| begin(source, hub, base, now)) else { continue };
                to_remember.push((begun.token.clone(), Some(begun.clone())));
                to_ask.push(begun);
            }
            Step::Ask(subscription) => {
                to_remember.push((subscription.token.clone(), Some(subscription.clone())));
                to_ask.push(subscription);
            }
            Step::Forget(subscription) => {
                desk.remove(&subscription.token);
                to_remember.push((subscription.token, None));
            }
        }
    }
    if to_remember.is_empty() {
        return Ok(());
    }
    // Known before the hub is asked: some call back before they answer.
    for subscription in &to_ask {
        desk.put(subscription.clone());
    }
    worker.store.remember(to_remember).await?;
    let asking = stream::iter(to_ask).map(|subscription| ask(worker, subscription)).buffer_unordered(AT_ONCE);
    asking.collect::<Vec<()>>().await;
    Ok(())
}

/// The hubs that sources name now. One that is gone, or has another address since it was asked, names none.
async fn wanted(worker: &Worker) -> Result<BTreeMap<SourceName, Hub>, StoreError> {
    let mut wanted = BTreeMap::new();
    for source in &worker.settings.sources {
        let state = worker.store.source(&source.name).await?;
        if state.gone || state.configured_url.as_ref() != Some(&source.url) {
            continue;
        }
        if let Some(hub) = state.learned.hub {
            wanted.insert(source.name.clone(), hub);
        }
    }
    Ok(wanted)
}

fn begin(source: SourceName, hub: Hub, base: &PageUrl, now: Timestamp) -> Option<Subscription> {
    let (Some(token), Some(secret)) = (signature::unguessable(), signature::unguessable()) else {
        warn!("The system gives no randomness: no hub is asked");
        return None;
    };
    let callback = plan::callback(base, &token)?;
    let (phase, next) = (Phase::Asked, now);
    let begun = Subscription { source, hub, callback, token, secret, phase, next, lease_until: None, tries: 0 };
    Some(plan::asked(begun, now))
}

/// Asks a hub. What it does not take is asked again later, as was remembered before.
async fn ask(worker: &Worker, subscription: Subscription) {
    let hub = &subscription.hub.hub;
    let of = Source::bare(hub.clone(), worker.settings.worker.delay);
    match worker.fetcher.visit(&of).tell(hub, &form::request(&subscription)).await {
        Ok(()) => debug!(source.name = %subscription.source, "Asked the hub `{hub}`"),
        Err(error) => {
            let why = with_causes(&error);
            warn!(source.name = %subscription.source, "The hub of `{}` did not take what was asked: {why}", subscription.source);
        }
    }
}
