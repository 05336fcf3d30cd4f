//! Everything feeds.toml can say, checked: what `config` makes and the rest of the house believes.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::country::Country;
use crate::model::language::Language;
use crate::model::source::{EVERY, SOONEST, Source, SourceName};
use crate::model::url::PageUrl;

/// Pages of one listing, or members of one sitemap index, that a pass asks for at most: a site whose every page names a
/// next one would be walked to its end, and its server asked as no reader asks.
pub const PAGES_MAX: usize = 6;

/// `[worker]`: how a pass behaves.
#[derive(Debug, Clone)]
pub struct Worker {
    /// How often a source is asked, where it does not say itself.
    pub every: Duration,
    /// How soon a source is asked again at the soonest, where it says itself that it may be.
    pub soonest: Duration,
    /// Requests in flight in all.
    pub concurrency: usize,
    /// Requests in flight to one host.
    pub per_host: usize,
    /// Time between two requests of one host.
    pub delay: Duration,
    /// A page or mail address for those whose servers we ask, named in the User-Agent.
    pub contact: Option<String>,
    /// A folder of rules of sites that stand before the bundled ones: newer ones, or of more sites.
    pub site_rules: Option<PathBuf>,
}

/// `[network]`: exceptions of the address guard, and whom else to trust.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// Addresses that are let through though they are not public.
    pub allow: Vec<SocketAddr>,
    /// A file of certificates (PEM) that are trusted beside those of the system: an authority of one's own.
    pub ca: Option<PathBuf>,
}

/// `[limits]`: each is told in the report when it is reached.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of a body, packed on the wire and unpacked.
    pub body_bytes: u64,
    /// One request, from its first byte to the last of the answer, redirects included.
    pub request: Duration,
    /// Time spent on one source's answers that fail or do not complete.
    pub failing: Duration,
    /// One pass.
    pub pass: Duration,
    /// Entries of a source that is seen for the first time: the newest.
    pub first: usize,
    /// Entries of a source in one pass: the newest.
    pub entries: usize,
    /// Redirects in a row.
    pub redirects: usize,
    /// Pages of a listing, and members of a sitemap index, in one pass: at most `PAGES_MAX`.
    pub pages: usize,
    /// Depth to which elements may nest in a page or feed.
    pub depth: usize,
}

/// `[store]`.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// The folder of the sled engine.
    pub path: PathBuf,
    /// The database that several workers share; the sled engine's folder where there is none.
    pub shared: Option<SharedStore>,
    /// How long an article is kept after it was last seen at its source.
    pub keep: Duration,
}

/// A store that several workers share.
#[derive(Clone)]
pub struct SharedStore {
    /// `postgres://user:password@host,other/base`.
    pub url: String,
    /// How long a worker that gives no sign keeps what it was at.
    pub lease: Duration,
}

impl std::fmt::Debug for SharedStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address has a password.
        f.debug_struct("SharedStore").field("lease", &self.lease).finish_non_exhaustive()
    }
}

/// `[publish]`.
#[derive(Debug, Clone)]
pub struct Publish {
    /// The folder that is published.
    pub to: PathBuf,
    /// The address under which the folder is reached.
    pub base_url: PageUrl,
    /// Items in a feed.
    pub items: usize,
    /// The language of the interface; the pages of the other one lie in a folder of their own.
    pub language: Language,
    /// Who tells subscribers of changes (`WebSub`); nobody where none is named.
    pub hub: Option<PublishHub>,
    /// `[[feed]]`, in the order of the file.
    pub selections: Vec<Selection>,
}

/// Who tells the subscribers of our feeds of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublishHub {
    /// `serve` itself, at `hub` below `base_url`.
    Own,
    /// Another one, which we tell.
    At(PageUrl),
}

/// `[[feed]]`: a feed of an operator's own choice, beside those of the lands. It takes what answers to everything that is named
/// here, and of each list to any one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// The name of its files.
    pub slug: String,
    /// What it is called.
    pub title: String,
    /// Of these sources.
    pub sources: Vec<SourceName>,
    /// Of these countries.
    pub countries: Vec<Country>,
    /// With these words; one that ends with `*` may go on.
    pub words: Vec<String>,
    /// In these languages.
    pub languages: Vec<String>,
}

/// `[alert]`: whom to tell unasked, and of what.
#[derive(Debug, Clone)]
pub struct Alert {
    /// A program and its arguments, started without a shell; none where the list is empty.
    pub command: Vec<String>,
    /// An address that messages are posted to, as JSON. It is the operator's own: it may be private.
    pub webhook: Option<PageUrl>,
    /// An address that is asked after every pass that ended: who is not asked for long knows that passes end no more.
    pub ping: Option<PageUrl>,
    /// How long a source fails before it is told.
    pub failing: Duration,
    /// How long a source is silent at least before it is told, whatever its habit.
    pub quiet: Duration,
    /// Whether it is told that a source has lost its pictures.
    pub pictures: bool,
    /// How long no pass has ended before it is told.
    pub pass: Duration,
    /// One message in this time at most: what changes meanwhile is told with the next.
    pub rest: Duration,
    /// How long telling may take.
    pub deadline: Duration,
}

/// `[country.KP]`: what is different for a country.
#[derive(Debug, Clone)]
pub struct CountrySettings {
    /// The country.
    pub country: Country,
    /// The name of its files.
    pub slug: String,
    /// Its title, where it is not the name.
    pub title: Option<String>,
    /// Whether it has feeds.
    pub enabled: bool,
    /// Words that speak for it, beside the bundled ones.
    pub words: Vec<String>,
    /// Words that do not speak for it, though they are bundled.
    pub not_words: Vec<String>,
    /// How strong a match must be, 0 to 1; the router's own where not said.
    pub threshold: Option<f32>,
}

/// All of feeds.toml.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `[worker]`.
    pub worker: Worker,
    /// `[network]`.
    pub network: Network,
    /// `[limits]`.
    pub limits: Limits,
    /// `[store]`.
    pub store: StoreSettings,
    /// `[publish]`.
    pub publish: Publish,
    /// `[alert]`.
    pub alert: Alert,
    /// `[[source]]`, in the order of the file.
    pub sources: Vec<Source>,
    /// Every country that has feeds, or is named in feeds.toml: the 51 lands first, in the order of the table.
    pub countries: Vec<CountrySettings>,
}

impl Default for Worker {
    fn default() -> Self {
        Self {
            every: EVERY,
            soonest: SOONEST,
            concurrency: 64,
            per_host: 2,
            delay: Duration::from_secs(1),
            contact: None,
            site_rules: None,
        }
    }
}

impl Default for Alert {
    fn default() -> Self {
        Self {
            command: Vec::new(),
            webhook: None,
            ping: None,
            failing: Duration::from_hours(6),
            quiet: Duration::from_hours(24),
            pictures: true,
            pass: Duration::from_hours(2),
            rest: Duration::from_mins(10),
            deadline: Duration::from_secs(10),
        }
    }
}

impl Alert {
    /// Whether there is anybody to tell.
    #[must_use]
    pub fn has_ears(&self) -> bool {
        !self.command.is_empty() || self.webhook.is_some()
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 10 * 1024 * 1024,
            request: Duration::from_secs(30),
            failing: Duration::from_secs(30),
            pass: Duration::from_mins(15),
            first: 100,
            entries: 500,
            redirects: 5,
            pages: 5,
            depth: 256,
        }
    }
}

impl CountrySettings {
    /// What holds for a country of which feeds.toml says nothing.
    #[must_use]
    pub fn of(country: Country) -> Self {
        Self {
            country,
            slug: country.slug().to_owned(),
            title: None,
            enabled: country.is_land(),
            words: Vec::new(),
            not_words: Vec::new(),
            threshold: None,
        }
    }
}
