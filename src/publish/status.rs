//! `status.json`: how each source is doing, and what each land has. Written by a pass, read by `status` and by `serve`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::alarm::Alarm;
use crate::model::country::Country;
use crate::model::cure::cure;
use crate::model::fault::Fault;
use crate::model::learned::Refused;
use crate::model::source::{Rights, Source, SourceKind, SourceState};
use crate::model::subscription::{Phase, Subscription};
use crate::model::url::PageUrl;
use crate::publish::sink::File;
use crate::publish::words::{NAME_CHARS_MAX, SUMMARY_CHARS_MAX, address, field};

/// The file, below the published folder.
pub const PATH: &str = "status.json";

/// How a source is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its last answers failed.
    Failing,
    /// 410: it said that it will not come back.
    Gone,
    /// Not asked yet.
    Waiting,
    /// It answers.
    Well,
}

/// A failure, by class and in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The class.
    pub class: Fault,
    /// In words.
    pub message: String,
    /// What will be done about it, in words; `next` says when.
    #[serde(default)]
    pub will: String,
    /// What an operator can do, in words.
    #[serde(default)]
    pub cure: String,
}

/// What was agreed with the hub that a source names (`WebSub`). Its secret and where it calls are nobody's business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubStatus {
    /// The hub.
    pub url: String,
    /// How far it has come.
    pub phase: HubPhase,
    /// Until when it tells, if it said so.
    pub until: Option<Timestamp>,
    /// How often in a row it was asked and did not answer.
    pub tries: u32,
}

/// How far it has come with a hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HubPhase {
    /// The source names it; nobody subscribes: no `serve --work` runs, or no hub could call it.
    Named,
    /// It was asked, and has not answered.
    Asked,
    /// It tells of changes.
    Tells,
    /// It was asked to tell no more.
    Leaving,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceStatus {
    /// Its name.
    pub name: String,
    /// What is polled.
    pub url: String,
    /// What it turned out to be.
    pub kind: Option<SourceKind>,
    /// How much of its articles is published.
    #[serde(default)]
    pub publish: Rights,
    /// How it is doing.
    pub state: State,
    /// Since when: the first failure of the present row, or the last good answer.
    pub since: Option<Timestamp>,
    /// Failures in a row.
    pub failures: u32,
    /// The last failure, while it is failing.
    pub last_error: Option<Failure>,
    /// Its pages that were refused when new ones were read last, though it answers well itself.
    #[serde(default)]
    pub refused: Option<Refused>,
    /// When it was asked last.
    pub last_asked: Option<Timestamp>,
    /// When it last had something new.
    pub last_new: Option<Timestamp>,
    /// When it is asked next; none for one that is gone.
    pub next: Option<Timestamp>,
    /// Until when it asked for quiet (Retry-After).
    #[serde(default)]
    pub quiet_until: Option<Timestamp>,
    /// Entries in its last whole answer.
    pub entries: u32,
    /// The hub that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub: Option<HubStatus>,
    /// What `[alert]` tells of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<Alarm>,
    /// What its operator should know though it answers well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One land.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountryStatus {
    /// The country.
    pub code: Country,
    /// The name of its files.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// Articles kept, copies apart.
    pub articles: u64,
    /// When the newest of them was published.
    pub newest: Option<Timestamp>,
}

/// A worker of those that share a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerStatus {
    /// Its name.
    pub name: String,
    /// How long it has been at work.
    pub at_work_seconds: u64,
    /// How long ago it gave a sign.
    pub seen_seconds: u64,
    /// What it alone may do now: hosts, and sources of hosts.
    pub leases: u64,
}

/// One feed of the operator's own choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedStatus {
    /// The name of its files.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// Articles that it shows.
    pub articles: u64,
}

/// The file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusFile {
    /// What the published files depend on beside the store; with another mark all of them are made anew.
    #[serde(default)]
    pub edition: String,
    /// The day to which old articles were dropped; it follows the clock by two days a pass at most, so that a clock that
    /// jumps ahead empties nothing.
    #[serde(default)]
    pub forgot: Option<Timestamp>,
    /// When the last pass ended.
    pub passed: Option<Timestamp>,
    /// Articles kept, copies apart.
    pub articles: u64,
    /// Every source of feeds.toml, in its order.
    pub sources: Vec<SourceStatus>,
    /// Every land that has feeds.
    pub countries: Vec<CountryStatus>,
    /// The workers that share the store; none where one is alone at it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workers: Vec<WorkerStatus>,
    /// How late the source is that has waited longest, where workers share the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag_seconds: Option<u64>,
    /// Every feed of the operator's own choice.
    #[serde(default)]
    pub feeds: Vec<FeedStatus>,
    /// Feeds that changed and of which the hub that feeds.toml names has not been told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untold: Option<Untold>,
}

/// What a hub has not been told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untold {
    /// The feeds, below the published folder.
    pub paths: BTreeSet<String>,
    /// How often in a row it was told in vain.
    pub tries: u32,
    /// When it is told again.
    pub next: Option<Timestamp>,
}

impl SourceStatus {
    /// How a source is doing, from what is remembered of it.
    #[must_use]
    pub fn of(source: &Source, remembered: &SourceState, next: Option<Timestamp>) -> Self {
        let state = match remembered {
            remembered if remembered.gone => State::Gone,
            remembered if remembered.failures > 0 => State::Failing,
            remembered if remembered.last_asked.is_none() => State::Waiting,
            _ => State::Well,
        };
        let is_bad = matches!(state, State::Failing | State::Gone);
        let last_error = remembered.last_error.as_ref().filter(|_| is_bad);
        Self {
            name: field(source.name.as_str(), NAME_CHARS_MAX),
            url: address(&source.url),
            kind: remembered.kind.or(source.kind),
            publish: source.publish,
            state,
            since: if is_bad { remembered.failing_since } else { remembered.last_success },
            failures: remembered.failures,
            last_error: last_error.map(|(class, words)| Failure {
                class: *class,
                message: field(words, SUMMARY_CHARS_MAX),
                will: will(remembered, next).to_owned(),
                cure: cure(*class).to_owned(),
            }),
            refused: remembered.learned.refused.filter(|_| state == State::Well),
            last_asked: remembered.last_asked,
            last_new: remembered.last_new,
            next: next.filter(|_| !remembered.gone),
            quiet_until: remembered.quiet_until,
            entries: remembered.entries,
            hub: remembered.learned.hub.as_ref().map(|hub| HubStatus::named(&hub.hub)),
            alarms: Vec::new(),
            note: None,
        }
    }
}

impl HubStatus {
    fn named(hub: &PageUrl) -> Self {
        Self { url: address(hub), phase: HubPhase::Named, until: None, tries: 0 }
    }

    /// What was agreed.
    #[must_use]
    pub fn of(subscription: &Subscription) -> Self {
        let phase = match subscription.phase {
            Phase::Asked => HubPhase::Asked,
            Phase::Active => HubPhase::Tells,
            Phase::Leaving => HubPhase::Leaving,
        };
        let Subscription { lease_until, tries, .. } = subscription;
        Self { phase, until: *lease_until, tries: *tries, ..Self::named(&subscription.hub.hub) }
    }
}

/// What will be done about a source that fails.
fn will(remembered: &SourceState, next: Option<Timestamp>) -> &'static str {
    if remembered.gone {
        return "not asked again until feeds.toml names another url";
    }
    if next.is_some() && remembered.quiet_until >= next {
        return "it asked for quiet (Retry-After) and has it until then";
    }
    "asked again then; each failure doubles the wait, up to a day"
}

impl StatusFile {
    /// As a file.
    #[must_use]
    pub fn file(&self) -> File {
        File::new(PATH, self.to_bytes(), 0)
    }

    /// As it is published.
    #[expect(clippy::missing_panics_doc, reason = "names, numbers and times are always JSON")]
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("names and times are always JSON");
        bytes.push(b'\n');
        bytes
    }
}
