//! Who subscribes to our own feeds at our own hub (`WebSub`, sections 5 to 7): what is asked of it, who is to be told of what.
//!
//! Held in memory, and told as JSON to whoever keeps it. Asks nobody and reads no file: `pipeline::deliver` does.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ring::hmac;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use url::form_urlencoded::parse;

use crate::model::url::PageUrl;

/// The name below `/websub/` under which the hub itself is called.
pub const NAME: &str = "hub";

/// A lease where none is asked for, and the bounds of those that are: a subscriber that is gone is not called for years.
const LEASE: Duration = Duration::from_hours(10 * 24);
const LEASE_MIN: Duration = Duration::from_mins(5);
const LEASE_MAX: Duration = Duration::from_hours(30 * 24);

/// `WebSub` 5.1: a secret has less than 200 bytes.
const SECRET_BYTES_MAX: usize = 199;

/// Subscribers of all feeds, and requests that wait to be verified: more are refused.
const SUBSCRIBERS_MAX: usize = 10_000;
const WAITING_MAX: usize = 100;

/// A subscriber that does not take what it is told is tried again, twice as late each time; then it is given up until there is news.
const AGAIN: Duration = Duration::from_secs(30);
const TRIES_MAX: u32 = 10;

/// What a subscriber wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// To be told.
    Subscribe,
    /// Not to be told any more.
    Unsubscribe,
}

impl Mode {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

/// What somebody asks for in a subscriber's name: done only when the subscriber says so itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// What.
    pub mode: Mode,
    /// The feed, below the published folder.
    pub topic: String,
    /// Where the subscriber is called.
    pub callback: PageUrl,
    /// What it is signed with.
    pub secret: Option<String>,
    /// For how long.
    pub lease: Duration,
}

/// A subscriber that said so itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriber {
    /// The feed, below the published folder.
    pub topic: String,
    /// Where it is called.
    pub callback: PageUrl,
    secret: Option<String>,
    until: Timestamp,
    /// What of the feed it was told last, as a hash.
    told: Option<String>,
    tries: u32,
    next: Option<Timestamp>,
}

impl Subscriber {
    /// What is sent with a body so that it can be believed.
    #[must_use]
    pub fn signature(&self, body: &[u8]) -> Option<String> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_ref()?.as_bytes());
        let digits: String = hmac::sign(&key, body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Some(format!("sha256={digits}"))
    }
}

/// All subscribers of our feeds.
pub struct Register {
    base: String,
    /// Guards two lists, for as long as a look takes: never held while waiting.
    held: Mutex<Held>,
    news: Notify,
}

#[derive(Default)]
struct Held {
    subscribers: Vec<Subscriber>,
    waiting: Vec<Intent>,
    changed: bool,
}

impl Register {
    /// Those that were remembered (what cannot be read is nobody); `base` is the address of the published folder, with its slash.
    #[must_use]
    pub fn new(base: String, remembered: &[u8]) -> Self {
        let subscribers = serde_json::from_slice(remembered).unwrap_or_default();
        Self { base, held: Mutex::new(Held { subscribers, ..Held::default() }), news: Notify::new() }
    }

    /// The whole address of a feed.
    #[must_use]
    pub fn address(&self, topic: &str) -> String {
        format!("{}{topic}", self.base)
    }

    /// Takes a request, to be verified; or says what is wrong with it.
    pub fn ask(&self, form: &[u8]) -> Result<(), &'static str> {
        let intent = self.intent(form)?;
        let mut held = self.held();
        if held.waiting.len() >= WAITING_MAX || held.subscribers.len() >= SUBSCRIBERS_MAX {
            return Err("too many subscribers");
        }
        held.waiting.retain(|other| (&other.topic, &other.callback) != (&intent.topic, &intent.callback));
        held.waiting.push(intent);
        drop(held);
        self.news.notify_one();
        Ok(())
    }

    fn intent(&self, form: &[u8]) -> Result<Intent, &'static str> {
        let value = |name: &str| parse(form).find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let mode = match value("hub.mode").as_deref() {
            Some("subscribe") => Mode::Subscribe,
            Some("unsubscribe") => Mode::Unsubscribe,
            _ => return Err("hub.mode is subscribe or unsubscribe"),
        };
        let topic = value("hub.topic").unwrap_or_default();
        let topic =
            topic.strip_prefix(&self.base).filter(|topic| is_feed(topic)).ok_or("hub.topic is no feed of ours")?;
        let callback = value("hub.callback").and_then(|text| PageUrl::parse(&text).ok());
        let secret = value("hub.secret").filter(|secret| !secret.is_empty());
        if secret.as_ref().is_some_and(|secret| secret.len() > SECRET_BYTES_MAX) {
            return Err("hub.secret has less than 200 bytes");
        }
        let lease = value("hub.lease_seconds").and_then(|text| text.parse().ok()).map_or(LEASE, Duration::from_secs);
        Ok(Intent {
            mode,
            topic: topic.to_owned(),
            callback: callback.ok_or("hub.callback is no http address")?,
            secret,
            lease: lease.clamp(LEASE_MIN, LEASE_MAX),
        })
    }

    /// Waits until somebody has asked for something.
    pub async fn wait(&self) {
        self.news.notified().await;
    }

    /// What waits to be verified.
    pub fn take(&self) -> Vec<Intent> {
        std::mem::take(&mut self.held().waiting)
    }

    /// The subscriber said so itself; `content` is a hash of the feed as it is, of which it need not be told.
    pub fn verified(&self, intent: Intent, content: Option<String>, now: Timestamp) {
        let mut held = self.held();
        held.subscribers.retain(|known| (&known.topic, &known.callback) != (&intent.topic, &intent.callback));
        if intent.mode == Mode::Subscribe {
            let Intent { topic, callback, secret, lease, .. } = intent;
            let until = later(now, lease);
            held.subscribers.push(Subscriber { topic, callback, secret, until, told: content, tries: 0, next: None });
        }
        held.changed = true;
    }

    /// The feeds that somebody wants to be told of.
    pub fn topics(&self) -> Vec<String> {
        let mut topics: Vec<String> = self.held().subscribers.iter().map(|known| known.topic.clone()).collect();
        topics.sort_unstable();
        topics.dedup();
        topics
    }

    /// Who is to be told of a feed now, whose content has this hash. Leases that are over end here.
    pub fn due(&self, topic: &str, content: &str, now: Timestamp) -> Vec<Subscriber> {
        let mut held = self.held();
        let before = held.subscribers.len();
        held.subscribers.retain(|known| known.until > now);
        held.changed |= held.subscribers.len() != before;
        let is_due = |known: &&Subscriber| {
            known.topic == topic && known.told.as_deref() != Some(content) && known.next.is_none_or(|next| next <= now)
        };
        held.subscribers.iter().filter(is_due).cloned().collect()
    }

    /// A subscriber took what it was told, or did not, or said that it is gone (410).
    pub fn told(&self, whom: &Subscriber, content: &str, outcome: Outcome, now: Timestamp) {
        let mut held = self.held();
        held.changed = true;
        if outcome == Outcome::Gone {
            held.subscribers.retain(|known| (&known.topic, &known.callback) != (&whom.topic, &whom.callback));
            return;
        }
        let found =
            held.subscribers.iter_mut().find(|known| (&known.topic, &known.callback) == (&whom.topic, &whom.callback));
        let Some(known) = found else { return };
        known.tries = if outcome == Outcome::Taken { 0 } else { known.tries + 1 };
        if outcome == Outcome::Taken || known.tries >= TRIES_MAX {
            (known.told, known.tries, known.next) = (Some(content.to_owned()), 0, None);
        } else {
            known.next = Some(later(now, AGAIN * 2_u32.saturating_pow(known.tries - 1)));
        }
    }

    /// All subscribers, to be kept, if anything has changed since this was asked last. Holds secrets.
    pub fn to_keep(&self) -> Option<Vec<u8>> {
        let mut held = self.held();
        let changed = std::mem::take(&mut held.changed);
        changed.then(|| serde_json::to_vec_pretty(&held.subscribers).unwrap_or_default())
    }

    /// What is guarded is whole between any two statements, whatever panicked elsewhere.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Register").field("subscribers", &self.held().subscribers.len()).finish_non_exhaustive()
    }
}

/// What came of telling somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken.
    Taken,
    /// It was not.
    Refused,
    /// The subscriber is gone.
    Gone,
}

/// A feed that readers poll: `feeds/<slug>.<format>`, and no archive.
fn is_feed(topic: &str) -> bool {
    let name = topic.strip_prefix("feeds/").and_then(|name| name.rsplit_once('.'));
    let is_slug = |slug: &str| {
        !slug.is_empty() && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    name.is_some_and(|(slug, format)| is_slug(slug) && matches!(format, "xml" | "atom" | "json"))
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "hub.mode=subscribe&hub.topic=https://n.example/feeds/kndr.xml&hub.callback=https://r.example/c";

    fn register() -> Register {
        Register::new("https://n.example/".to_owned(), b"")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    #[test]
    fn what_is_wrong_is_said() {
        let register = register();
        for (form, word) in [
            ("", "hub.mode"),
            ("hub.mode=subscribe", "hub.topic"),
            (&FORM.replace("kndr.xml", "../x.xml"), "hub.topic"),
            (&FORM.replace("kndr.xml", "kndr/2024-01.xml"), "hub.topic"),
            (&FORM.replace("n.example", "other.example"), "hub.topic"),
            (&FORM.replace("https://r.example/c", "ftp://r.example/"), "hub.callback"),
            (&format!("{FORM}&hub.secret={}", "x".repeat(200)), "hub.secret"),
        ] {
            assert!(register.ask(form.as_bytes()).unwrap_err().contains(word), "{form}");
        }
        assert!(register.take().is_empty() && register.to_keep().is_none());
        for number in 0..WAITING_MAX {
            register.ask(format!("{FORM}{number}").as_bytes()).unwrap();
        }
        assert_eq!(register.ask(FORM.as_bytes()), Err("too many subscribers"));
    }

    #[test]
    fn who_is_verified_is_told_of_what_is_new_until_it_takes_it() {
        let register = register();
        register.ask(format!("{FORM}&hub.secret=s&hub.lease_seconds=1").as_bytes()).unwrap();
        let intent = register.take().remove(0);
        assert_eq!(intent.lease, LEASE_MIN);
        register.verified(intent.clone(), Some("one".to_owned()), at(0));
        let topic = "feeds/kndr.xml";
        assert_eq!(register.topics(), [topic]);
        assert!(register.due(topic, "one", at(1)).is_empty());
        let due = register.due(topic, "two", at(1));
        assert_eq!(due.len(), 1);
        // RFC 4231's way of signing: what `Check` believes.
        let mut check = crate::websub::signature::Check::begin("s", &due[0].signature(b"body").unwrap()).unwrap();
        check.update(b"body");
        assert!(check.is_right());
        register.told(&due[0], "two", Outcome::Refused, at(1));
        assert!(register.due(topic, "two", at(20)).is_empty());
        // A restart forgets nothing.
        let register = Register::new("https://n.example/".to_owned(), &register.to_keep().unwrap());
        let due = register.due(topic, "two", at(31));
        register.told(&due[0], "two", Outcome::Taken, at(31));
        assert!(register.due(topic, "two", at(32)).is_empty());
        assert_eq!(register.due(topic, "three", at(32)).len(), 1);
        // Its lease ends; or it says that it is gone, or wants no more.
        assert!(register.due(topic, "three", at(301)).is_empty() && register.topics().is_empty());
        register.verified(intent.clone(), None, at(0));
        let due = register.due(topic, "one", at(1));
        register.told(&due[0], "one", Outcome::Gone, at(1));
        assert!(register.topics().is_empty());
        register.verified(intent.clone(), None, at(0));
        register.verified(Intent { mode: Mode::Unsubscribe, ..intent }, None, at(0));
        assert!(register.topics().is_empty());
    }

    #[test]
    fn who_never_takes_it_is_given_up_until_there_is_news() {
        let register = register();
        register.ask(format!("{FORM}&hub.lease_seconds=99999999").as_bytes()).unwrap();
        register.verified(register.take().remove(0), None, at(0));
        let mut tries = 0;
        for hour in 0..200 {
            for due in register.due("feeds/kndr.xml", "one", at(hour * 3600)) {
                register.told(&due, "one", Outcome::Refused, at(hour * 3600));
                tries += 1;
            }
        }
        assert_eq!(tries, TRIES_MAX);
        assert_eq!(register.due("feeds/kndr.xml", "two", at(200 * 3600)).len(), 1);
    }
}
