//! Where hubs call: what is known of every subscription, in memory, and what their calls change in it.
//!
//! `serve` asks it how to answer; the worker takes up what changed, stores it, and asks the sources that were told of.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::model::source::SourceName;
use crate::model::subscription::{Phase, Subscription};
use crate::websub::form::{Call, call};
use crate::websub::plan;
use crate::websub::register::Register;
use crate::websub::signature::Check;

/// All subscriptions, and who waits for news of them.
pub struct Desk {
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    /// Guards a few maps, for as long as a look-up takes: never held while waiting.
    held: Mutex<Held>,
    news: Notify,
    register: Option<Arc<Register>>,
}

#[derive(Default)]
struct Held {
    by_token: HashMap<String, Subscription>,
    news: News,
}

/// What calls have changed since it was taken up last.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Subscriptions as they are now, by token; none for one that has ended.
    pub changed: BTreeMap<String, Option<Subscription>>,
    /// Sources of whose changes a hub told, signed.
    pub told: BTreeSet<SourceName>,
}

/// How a call that wants to verify is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// With its challenge: that is what we asked for.
    Challenge(String),
    /// It was heard.
    Heard,
    /// We asked for nothing of the kind.
    Unknown,
}

impl Desk {
    /// A desk with what was remembered; `clock` says what time it is.
    pub fn new(remembered: Vec<Subscription>, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let by_token = remembered.into_iter().map(|subscription| (subscription.token.clone(), subscription)).collect();
        let held = Mutex::new(Held { by_token, news: News::default() });
        Self { clock: Box::new(clock), held, news: Notify::new(), register: None }
    }

    /// The same, with our own hub: it is called at the same place.
    #[must_use]
    pub fn with_register(self, register: Option<Arc<Register>>) -> Self {
        Self { register, ..self }
    }

    /// Our own hub, if there is one.
    pub fn register(&self) -> Option<&Register> {
        self.register.as_deref()
    }

    /// Every subscription.
    pub fn all(&self) -> Vec<Subscription> {
        self.held().by_token.values().cloned().collect()
    }

    /// From now on a subscription is known so.
    pub fn put(&self, subscription: Subscription) {
        self.held().by_token.insert(subscription.token.clone(), subscription);
    }

    /// A subscription is known no longer.
    pub fn remove(&self, token: &str) {
        self.held().by_token.remove(token);
    }

    /// A hub calls to verify, or to refuse.
    pub fn verify(&self, token: &str, query: &str) -> Reply {
        let now = (self.clock)();
        let mut held = self.held();
        let Some(known) = held.by_token.get(token).cloned() else { return Reply::Unknown };
        let is_ours = |topic: &str| topic == known.hub.topic.as_str();
        let is_leaving = known.phase == Phase::Leaving;
        let (reply, now_known) = match call(query) {
            Some(Call::Subscribe { topic, challenge, lease }) if is_ours(&topic) && !is_leaving => {
                (Reply::Challenge(challenge), Some(plan::verified(known, lease, now)))
            }
            Some(Call::Unsubscribe { topic, challenge }) if is_ours(&topic) && is_leaving => {
                (Reply::Challenge(challenge), None)
            }
            Some(Call::Denied { topic }) if is_ours(&topic) && is_leaving => (Reply::Heard, None),
            Some(Call::Denied { topic }) if is_ours(&topic) => (Reply::Heard, Some(plan::denied(known, now))),
            _ => return Reply::Unknown,
        };
        match &now_known {
            Some(subscription) => drop(held.by_token.insert(token.to_owned(), subscription.clone())),
            None => drop(held.by_token.remove(token)),
        }
        held.news.changed.insert(token.to_owned(), now_known);
        drop(held);
        self.news.notify_one();
        reply
    }

    /// Whether a hub may tell of something here. Nothing it says is believed before `signed` has begun and ended well.
    pub fn is_known(&self, token: &str) -> bool {
        self.held().by_token.contains_key(token)
    }

    /// Begins to check what a hub tells; none where it cannot be right.
    pub fn signed(&self, token: &str, signature: &str) -> Option<Check> {
        let held = self.held();
        let known = held.by_token.get(token).filter(|known| known.phase != Phase::Leaving)?;
        Check::begin(&known.secret, signature)
    }

    /// A hub told of a change, and signed it: its source is to be asked.
    pub fn told(&self, token: &str) {
        let mut held = self.held();
        let Some(source) = held.by_token.get(token).map(|known| known.source.clone()) else { return };
        held.news.told.insert(source);
        drop(held);
        self.news.notify_one();
    }

    /// Waits until a call has changed something.
    pub async fn wait(&self) {
        self.news.notified().await;
    }

    /// What calls have changed since it was taken last.
    pub fn take(&self) -> News {
        std::mem::take(&mut self.held().news)
    }

    /// What is guarded is whole between any two statements, whatever panicked elsewhere.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("subscriptions", &self.held().by_token.len()).finish_non_exhaustive()
    }
}
