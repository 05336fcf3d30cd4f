//! A source: what an operator configured, an address to poll; and what is remembered of it between passes.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::html::selector::Selector;
use crate::model::country::Country;
use crate::model::document::Validators;
use crate::model::fault::Fault;
use crate::model::learned::{self, Learned};
use crate::model::url::PageUrl;

/// How often a source is asked, where neither it nor feeds.toml says: news of the hour, and no burden to its server.
pub const EVERY: Duration = Duration::from_mins(30);

/// How soon a source is asked again at the soonest, though it says itself that it may be asked sooner and changes often.
pub const SOONEST: Duration = Duration::from_mins(10);

/// The name by which a source is known: its articles stay its own when its address changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceName(pub String);

impl SourceName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SourceName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What kind of document a source's address gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// RSS, Atom, JSON Feed.
    Feed,
    /// A page that lists articles.
    Page,
    /// A sitemap, or an index of them.
    Sitemap,
}

impl SourceKind {
    /// Its word in feeds.toml.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Page => "page",
            Self::Sitemap => "sitemap",
        }
    }
}

/// How much of an article its source's rights let us publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rights {
    /// Title and link only.
    Link,
    /// Title, link, summary and lead photo.
    Excerpt,
    /// Everything.
    #[default]
    Full,
}

/// Where the entries stand on a page that lists them: `select = { … }`.
#[derive(Debug, Clone)]
pub struct ListingRule {
    /// One entry.
    pub item: Selector,
    /// Its title, inside the item.
    pub title: Option<Selector>,
    /// Its address, inside the item.
    pub link: Option<Selector>,
    /// Its date, inside the item.
    pub date: Option<Selector>,
    /// The next page of the listing, on the whole page.
    pub next: Option<Selector>,
}

/// Where the parts of an article stand on its page: `article = { … }`. Each list is tried in order.
#[derive(Debug, Clone, Default)]
pub struct ArticleRule {
    /// The headline.
    pub title: Vec<Selector>,
    /// The text.
    pub body: Vec<Selector>,
    /// The date of publication.
    pub date: Vec<Selector>,
    /// Who wrote it.
    pub author: Vec<Selector>,
    /// Whose the photographs are.
    pub credit: Vec<Selector>,
    /// The lead photo.
    pub image: Vec<Selector>,
    /// Not the article, wherever it stands.
    pub remove: Vec<Selector>,
}

/// An address to poll, with everything feeds.toml says of it.
#[derive(Debug, Clone)]
pub struct Source {
    /// Unique; by default the address.
    pub name: SourceName,
    /// What to poll.
    pub url: PageUrl,
    /// Found out by looking where not said.
    pub kind: Option<SourceKind>,
    /// The language of its articles, where they do not say themselves.
    pub language: Option<String>,
    /// The zone of dates printed without one.
    pub zone: TimeZone,
    /// Where the entries stand, if it is a page.
    pub select: Option<ListingRule>,
    /// Where the parts of its articles stand.
    pub article: ArticleRule,
    /// Always these countries, whatever the words say.
    pub countries: Vec<Country>,
    /// No countries beside `countries`.
    pub only_countries: bool,
    /// What its rights allow.
    pub publish: Rights,
    /// How often it is asked, where it does not say itself; the worker's value by default.
    pub every: Duration,
    /// How soon it is asked again at the soonest, where it says itself that it may be; the worker's value by default.
    pub soonest: Duration,
    /// Time between two requests of its host; the worker's value by default.
    pub delay: Duration,
    /// Whether robots.txt is obeyed for the feed itself, as it always is for pages.
    pub robots_for_feed: bool,
    /// Its place in feeds.toml, from 0: of two copies the earlier source leads.
    pub rank: usize,
}

impl Source {
    /// A source of which nothing is said but its address.
    #[must_use]
    pub fn bare(url: PageUrl, delay: Duration) -> Self {
        Self {
            name: SourceName(url.to_string()),
            url,
            kind: None,
            language: None,
            zone: TimeZone::UTC,
            select: None,
            article: ArticleRule::default(),
            countries: Vec::new(),
            only_countries: false,
            publish: Rights::Full,
            every: EVERY,
            soonest: SOONEST,
            delay,
            robots_for_feed: false,
            rank: 0,
        }
    }
}

/// What a feed says about how often it wants to be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollHints {
    /// `ttl`, `sy:updatePeriod` and the like, the longest of them.
    pub interval: Option<Duration>,
    /// Hours (GMT) in which it is not to be asked: `skipHours`.
    pub skip_hours: Vec<u8>,
    /// Days (GMT, 0 is Monday) on which it is not to be asked: `skipDays`.
    pub skip_days: Vec<u8>,
}

/// What is remembered of a source from one pass to the next.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceState {
    /// The address that feeds.toml named when it was asked last: another one begins anew, but for what is known of entries.
    pub configured_url: Option<PageUrl>,
    /// The address that was asked last: validators belong to it alone.
    pub asked_url: Option<PageUrl>,
    /// Where the last document came from in the end: its validators hold there too.
    pub answered_url: Option<PageUrl>,
    /// A permanent redirect, seen as often as `moved_seen` says; followed at once from the second time on.
    pub moved_to: Option<PageUrl>,
    /// How many answers in a row named `moved_to`.
    pub moved_seen: u32,
    /// What to send back so that an unchanged document is not sent again.
    pub validators: Validators,
    /// Hash of the last body: the same bytes are not parsed twice.
    pub body_hash: Option<[u8; 16]>,
    /// What kind of document it turned out to be.
    pub kind: Option<SourceKind>,
    /// The feed that was found on the page, asked instead of it.
    pub found_feed: Option<PageUrl>,
    /// What the feed said of its own pace.
    pub hints: PollHints,
    /// When it was asked last, whatever came back.
    pub last_asked: Option<Timestamp>,
    /// When it last answered well.
    pub last_success: Option<Timestamp>,
    /// When it last had something new.
    pub last_new: Option<Timestamp>,
    /// Not to be asked before.
    pub not_before: Option<Timestamp>,
    /// The host itself asked for quiet until then (Retry-After): holds under `--force` too.
    pub quiet_until: Option<Timestamp>,
    /// 410: never asked again, until feeds.toml names another address.
    pub gone: bool,
    /// Failures in a row.
    pub failures: u32,
    /// When the present row of failures began.
    pub failing_since: Option<Timestamp>,
    /// The last failure, by class and in words.
    pub last_error: Option<(Fault, String)>,
    /// The source's own title, language and picture, for `source` and OPML.
    pub title: Option<String>,
    /// How many entries its last whole answer had.
    pub entries: u32,
    /// The articles that its last whole answer listed: while it answers that nothing changed, they are still there.
    pub listed: Vec<[u8; 16]>,
    /// Articles whose pages are asked for again, even while the source answers that nothing changed.
    pub retry: Vec<[u8; 16]>,
    /// When `listed` were last noted as seen.
    pub listed_seen: Option<Timestamp>,
    /// How often it really changes, and which hub tells of it. In its form last, and there from the first: see `model::learned`.
    #[serde(with = "learned", alias = "template")]
    pub learned: Learned,
}

/// What is remembered of a host from one pass to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostState {
    /// `host:port`, with its scheme: `https://example.org:443`.
    pub origin: String,
    /// What its robots.txt says to us, as a robots.txt of its own; empty when it says nothing, or is not there.
    pub robots: String,
    /// The class of the failure, when robots.txt could not be read.
    pub robots_error: Option<Fault>,
    /// When robots.txt was read.
    pub robots_read: Option<Timestamp>,
    /// Retry-After: no request before.
    pub quiet_until: Option<Timestamp>,
}
