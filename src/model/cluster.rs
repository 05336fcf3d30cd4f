//! What makes two articles the same, what was decided, and how an article is kept.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::date::Moment;
use crate::model::article::Routed;
use crate::model::country::Country;
use crate::model::source::{HostState, SourceName, SourceState};
use crate::model::url::PageUrl;

/// An article's name, for ever: made from its source and the identity by which it was first seen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ArticleId(pub [u8; 16]);

impl ArticleId {
    /// The id of what is seen for the first time.
    #[must_use]
    pub fn of(source: &SourceName, entry_id: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(source.as_str().as_bytes());
        hasher.update(&[0]);
        hasher.update(entry_id.as_bytes());
        let mut bytes = [0; 16];
        hasher.finalize_xof().fill(&mut bytes);
        // RFC 9562, section 5.8: a UUID whose bits are our own.
        bytes[6] = (bytes[6] & 0x0f) | 0x80;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Self(bytes)
    }

    /// The `guid` of an item: `urn:uuid:…`, which Atom takes as an IRI too.
    #[must_use]
    pub fn guid(self) -> String {
        let hex = self.to_string();
        format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

impl fmt::Display for ArticleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ArticleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArticleId({self})")
    }
}

impl FromStr for ArticleId {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let digits: String = text.trim_start_matches("urn:uuid:").chars().filter(|c| *c != '-').collect();
        let number = u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 32);
        number.map(|number| Self(number.to_be_bytes())).ok_or_else(|| format!("`{text}` is no article's id"))
    }
}

/// A cluster is named after the article that was its first.
pub type ClusterId = ArticleId;

/// One of the identities of an entry within its source: a hash of its id, its address, or its title with its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntryKey(pub [u8; 16]);

/// What the store knows of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Known {
    /// Seen, and not fetched: it was already old when the source was first read.
    Noted,
    /// Stored as this article, when the entry looked like this.
    Article {
        /// The article.
        id: ArticleId,
        /// Hash of what the entry said of itself; another one is worth another look.
        entry_hash: u64,
        /// How often its page was asked for in vain, when that may pass; 0 once it was read or refused for good.
        tries: u8,
    },
}

/// What makes two articles the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Hash of the canonical address; all zero where the address tells nothing (a front page).
    pub address: [u8; 16],
    /// Hash of the folded text; all zero for a text too short to tell.
    pub exact: [u8; 16],
    /// A sketch of the text, at most 256 bytes, in `dedup::fingerprint`'s own form.
    pub sketch: Vec<u8>,
    /// Look-up keys of the sketch: two texts that share one are worth comparing.
    pub bands: Vec<u64>,
}

impl Fingerprint {
    /// How many hashes two texts share: address, exact text, bands. All zero is no address and no text.
    #[must_use]
    pub fn shared(&self, other: &Self) -> usize {
        const NOTHING: [u8; 16] = [0; 16];
        let same = |one: &[u8; 16], other: &[u8; 16]| usize::from(one == other && *one != NOTHING);
        let bands = self.bands.iter().filter(|band| other.bands.contains(band)).count();
        same(&self.address, &other.address) + same(&self.exact, &other.exact) + bands
    }
}

/// Candidates that an article is compared with at most: a text that more articles share than this is a form, and any of
/// them tells so.
pub const CANDIDATES_MAX: usize = 64;

/// An article that might be the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The article.
    pub id: ArticleId,
    /// Its cluster.
    pub cluster: ClusterId,
    /// Whose it is.
    pub source: SourceName,
    /// When it was published, or first seen.
    pub published: Timestamp,
    /// What makes it the same.
    pub fingerprint: Fingerprint,
}

/// What dedup decided of an article that its source had not given before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A text of its own.
    New,
    /// The same text as that cluster's.
    CopyOf(ClusterId),
}

/// An article as the store keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// Its name.
    pub id: ArticleId,
    /// The cluster it belongs to: its own id, or that of the article it copies.
    pub cluster: ClusterId,
    /// The article and its countries.
    pub routed: Routed,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen at its source (to the day).
    pub last_seen: Timestamp,
    /// When we last changed what we keep of it.
    pub changed: Timestamp,
    /// The place of its source in feeds.toml when it was stored: the lower leads its cluster.
    pub rank: u32,
    /// What the entry said of itself.
    pub entry_hash: u64,
    /// How often its page was asked for in vain, when that may pass; 0 once it was read or refused for good.
    pub tries: u8,
    /// The identities of its entry within its source.
    pub keys: Vec<EntryKey>,
    /// What makes it the same as others.
    pub fingerprint: Fingerprint,
}

impl Stored {
    /// When it was published: its source's word if it can be believed, else when it was first seen.
    ///
    /// A date after the first sight, or before 1990 (counters that start at zero print 1970), is not believed.
    #[must_use]
    pub fn published(&self) -> Timestamp {
        /// 1990-01-01T00:00:00Z.
        const EARLIEST: Timestamp = Timestamp::constant(631_152_000, 0);
        let printed = self.routed.article.published.map(Moment::timestamp);
        printed.filter(|at| *at >= EARLIEST && *at <= self.first_seen).unwrap_or(self.first_seen)
    }

    /// Whether it leads its cluster.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.id == self.cluster
    }
}

/// A copy of a text that another source ran, as a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// The copy's own id.
    pub id: ArticleId,
    /// Who ran it.
    pub source: SourceName,
    /// Where.
    pub link: PageUrl,
    /// Under which headline.
    pub title: String,
}

/// Articles that are copies of one text: one leads and is published, the others are links in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The article that is published.
    pub leader: Stored,
    /// The others, by time of first sight.
    pub copies: Vec<Copy>,
}

/// Which articles are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Query {
    /// Those of a country; all of them (those of no country too) where none is named.
    pub country: Option<Country>,
    /// First seen at or after.
    pub from: Option<Timestamp>,
    /// First seen before.
    pub until: Option<Timestamp>,
    /// At most so many, the newest first.
    pub limit: usize,
}

/// What one source brought in one pass: stored whole or not at all, and safe to store again.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Whose it is.
    pub source: SourceName,
    /// What is remembered of the source from now on.
    pub state: SourceState,
    /// Articles that are new, changed, or copies.
    pub articles: Vec<Stored>,
    /// Entries that are known from now on without an article.
    pub noted: Vec<EntryKey>,
    /// More identities of articles already kept: an id that changed its form makes no new article.
    pub aliases: Vec<(EntryKey, Known)>,
    /// Articles that their source still lists, seen now.
    pub seen: Vec<(ArticleId, Timestamp)>,
    /// What was learned of hosts.
    pub hosts: Vec<HostState>,
}

impl Batch {
    /// What is remembered of a source, and nothing else.
    #[must_use]
    pub fn of(source: SourceName, state: SourceState) -> Self {
        Self {
            source,
            state,
            articles: Vec::new(),
            noted: Vec::new(),
            aliases: Vec::new(),
            seen: Vec::new(),
            hosts: Vec::new(),
        }
    }
}
