//! What the sled engine writes, as bytes: records in sled, frames in segments. Each begins with the version of its form.
//!
//! The first tests to fail when `model` changes its shape are those of `fixtures/store/v1`: a new form is a new version
//! here, and the old one stays readable.

use std::cell::RefCell;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::model::cluster::{ArticleId, Batch, EntryKey, Fingerprint, Known, Stored};
use crate::model::country::Country;
use crate::model::source::{HostState, SourceName, SourceState};
use crate::model::url::PageUrl;
use crate::store::error::StoreError;
use crate::store::rules;

/// The form of every record and frame written today.
pub(super) const FORM: u8 = 1;

/// No body is larger once unpacked: `limits.body_bytes` (10 MiB by default) bounds a page, its text and HTML are two.
const UNPACKED_BYTES_MAX: usize = 256 * 1024 * 1024;

thread_local! {
    /// zstd's working memory: to make it anew for each body of 3 KB would cost as much as the unpacking.
    static UNPACKER: RefCell<zstd::bulk::Decompressor<'static>> = RefCell::default();
    /// At zstd's own default level, 3: the next ones save a hundredth of a text of 3 KB.
    static PACKER: RefCell<zstd::bulk::Compressor<'static>> = RefCell::default();
}

/// Bytes before a frame's head.
pub(super) const HEADER_BYTES: usize = 32;
/// How a frame begins: a look for these finds the next whole frame after damage.
pub(super) const MAGIC: [u8; 4] = [0xfa, 0x5e, 0xed, FORM];
/// No head is larger: titles and addresses are bounded, so are identities and sketches.
const HEAD_BYTES_MAX: u32 = 16 * 1024 * 1024;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameKind {
    /// An article.
    Article,
    /// The end of what one commit wrote: all of it is there.
    Commit,
}

/// Where a frame stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pointer {
    /// Which segment: 20261124.
    pub(super) day: u32,
    /// Its first byte.
    pub(super) offset: u64,
    /// Bytes of its head.
    pub(super) head_bytes: u32,
    /// Bytes of its body, packed.
    pub(super) body_bytes: u32,
}

impl Pointer {
    /// Bytes of the whole frame.
    pub(super) fn frame_bytes(self) -> u64 {
        HEADER_BYTES as u64 + u64::from(self.head_bytes) + u64::from(self.body_bytes)
    }
}

/// The first bytes of a frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) kind: FrameKind,
    pub(super) head_bytes: u32,
    pub(super) body_bytes: u32,
    head_hash: u64,
    body_hash: u64,
}

impl Header {
    fn of(kind: FrameKind, head: &[u8], body: &[u8]) -> Result<Self, StoreError> {
        let bytes = |part: &[u8]| {
            u32::try_from(part.len()).map_err(|_| StoreError::form("a frame to write", "larger than 4 GiB"))
        };
        let (head_bytes, body_bytes) = (bytes(head)?, bytes(body)?);
        Ok(Self { kind, head_bytes, body_bytes, head_hash: xxh3_64(head), body_hash: xxh3_64(body) })
    }

    fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4] = match self.kind {
            FrameKind::Article => b'A',
            FrameKind::Commit => b'C',
        };
        bytes[8..12].copy_from_slice(&self.head_bytes.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.body_bytes.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.head_hash.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.body_hash.to_le_bytes());
        // The header vouches for itself in the three bytes that are left.
        let check = xxh3_64(&bytes).to_le_bytes();
        bytes[5..8].copy_from_slice(&check[..3]);
        bytes
    }

    /// Reads a header; none where these bytes are not one.
    pub(super) fn from_bytes(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        let kind = match bytes[4] {
            b'A' => FrameKind::Article,
            b'C' => FrameKind::Commit,
            _ => return None,
        };
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let long = |at: usize| u64::from(word(at)) | (u64::from(word(at + 4)) << 32);
        let header = Self { kind, head_bytes: word(8), body_bytes: word(12), head_hash: long(16), body_hash: long(24) };
        (header.to_bytes() == *bytes && header.head_bytes <= HEAD_BYTES_MAX).then_some(header)
    }

    pub(super) fn head_is_whole(&self, head: &[u8]) -> bool {
        xxh3_64(head) == self.head_hash
    }

    pub(super) fn body_is_whole(&self, body: &[u8]) -> bool {
        xxh3_64(body) == self.body_hash
    }
}

/// What sled holds of an article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) id: ArticleId,
    /// The leader, if it is a copy.
    pub(super) copy_of: Option<ArticleId>,
    first_seen: i128,
    last_seen: i128,
    pub(super) age_seconds: u32,
    pub(super) entry_hash: u64,
    pub(super) tries: u8,
    pub(super) countries: Vec<Country>,
    pub(super) at: Pointer,
    /// Its identities, where they are no longer those of the frame.
    pub(super) keys: Option<Vec<EntryKey>>,
}

impl Record {
    /// What sled holds of an article whose frame was written just now.
    pub(super) fn of(head: &Head, at: Pointer) -> Self {
        Self {
            id: head.id,
            copy_of: head.copy_of,
            first_seen: head.first_seen,
            last_seen: head.last_seen,
            age_seconds: head.age_seconds,
            entry_hash: head.entry_hash,
            tries: head.tries,
            countries: head.countries.clone(),
            at,
            keys: None,
        }
    }

    pub(super) fn cluster(&self) -> ArticleId {
        self.copy_of.unwrap_or(self.id)
    }

    pub(super) fn first_seen(&self) -> Timestamp {
        moment(self.first_seen)
    }

    pub(super) fn last_seen(&self) -> Timestamp {
        moment(self.last_seen)
    }

    pub(super) fn set_last_seen(&mut self, at: Timestamp) {
        self.last_seen = at.as_nanosecond();
    }
}

/// The head of an article's frame: all that indexes, comparisons and links are made of, unpacked without the body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) id: ArticleId,
    pub(super) copy_of: Option<ArticleId>,
    first_seen: i128,
    last_seen: i128,
    published: i128,
    pub(super) age_seconds: u32,
    pub(super) entry_hash: u64,
    pub(super) tries: u8,
    pub(super) countries: Vec<Country>,
    pub(super) source: SourceName,
    pub(super) link: PageUrl,
    pub(super) title: String,
    pub(super) keys: Vec<EntryKey>,
    pub(super) fingerprint: Fingerprint,
}

impl Head {
    pub(super) fn of(stored: &Stored) -> Self {
        let article = &stored.routed.article;
        Self {
            id: stored.id,
            copy_of: (!stored.leads()).then_some(stored.cluster),
            first_seen: stored.first_seen.as_nanosecond(),
            last_seen: stored.last_seen.as_nanosecond(),
            published: stored.published().as_nanosecond(),
            age_seconds: rules::age_seconds(stored),
            entry_hash: stored.entry_hash,
            tries: stored.tries,
            countries: stored.routed.countries.iter().map(|found| found.country).collect(),
            source: article.source.clone(),
            link: article.link.clone(),
            title: article.title.clone(),
            keys: stored.keys.clone(),
            fingerprint: stored.fingerprint.clone(),
        }
    }

    pub(super) fn published(&self) -> Timestamp {
        moment(self.published)
    }

    #[cfg(feature = "postgres")]
    pub(super) fn first_seen(&self) -> Timestamp {
        moment(self.first_seen)
    }

    /// The head as it is written anew, with what the record has learned since.
    pub(super) fn with(self, record: &Record) -> Self {
        Self {
            copy_of: record.copy_of,
            last_seen: record.last_seen,
            entry_hash: record.entry_hash,
            tries: record.tries,
            keys: record.keys.clone().unwrap_or(self.keys),
            ..self
        }
    }
}

/// What a commit brought beside its articles: with it, the segments alone can tell everything again.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rest {
    pub(super) source: SourceName,
    pub(super) state: SourceState,
    pub(super) noted: Vec<EntryKey>,
    pub(super) aliases: Vec<(EntryKey, Known)>,
    pub(super) seen: Vec<(ArticleId, i128)>,
    pub(super) hosts: Vec<HostState>,
}

impl Rest {
    /// All of a batch but its articles.
    pub(super) fn of(batch: Batch) -> Self {
        let seen = batch.seen.into_iter().map(|(id, at)| (id, at.as_nanosecond())).collect();
        let Batch { source, state, noted, aliases, hosts, .. } = batch;
        Self { source, state, noted, aliases, seen, hosts }
    }

    /// A source, and nothing that it brought.
    pub(super) fn bare(source: SourceName, state: SourceState) -> Self {
        Self { source, state, noted: Vec::new(), aliases: Vec::new(), seen: Vec::new(), hosts: Vec::new() }
    }

    /// As it is framed: what a source's pages taught is learned anew, and would fill the segments with 8 KiB a pass.
    pub(super) fn without_template(mut self) -> Self {
        self.state.learned.template = Vec::new();
        self
    }

    /// Whether a store rebuilt without it would know less of articles. The state of a source alone is learned anew.
    pub(super) fn is_worth_a_frame(&self) -> bool {
        !self.noted.is_empty() || !self.aliases.is_empty()
    }
}

/// The head of a commit's frame.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct CommitHead {
    /// Its number: later ones are higher.
    pub(super) change: u64,
    /// Where its first frame begins.
    pub(super) start: u64,
}

/// Nanoseconds to a time. Written from a time, so it always is one; damage is caught by the hash before.
pub(super) fn moment(nanoseconds: i128) -> Timestamp {
    Timestamp::from_nanosecond(nanoseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A record behind the version of its form.
pub(super) fn encode<T: Serialize>(record: &T) -> Result<Vec<u8>, StoreError> {
    postcard::to_extend(record, vec![FORM]).map_err(|why| StoreError::form("a record to write", why))
}

/// Reads a record; `what` names it where it cannot be read.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8], what: impl ToString) -> Result<T, StoreError> {
    match bytes.split_first() {
        Some((&FORM, rest)) => postcard::from_bytes(rest).map_err(|why| StoreError::form(what, why)),
        Some((form, _)) => Err(StoreError::form(what, format!("form {form}, this one reads form {FORM}"))),
        None => Err(StoreError::form(what, "empty")),
    }
}

/// Appends a frame, and says how long its head and its packed body are.
pub(super) fn frame(
    kind: FrameKind,
    head: &impl Serialize,
    body: &impl Serialize,
    into: &mut Vec<u8>,
) -> Result<(u32, u32), StoreError> {
    packed_frame(kind, head, &pack(body)?, into)
}

/// Appends a frame whose body is packed already.
pub(super) fn packed_frame(
    kind: FrameKind,
    head: &impl Serialize,
    packed: &[u8],
    into: &mut Vec<u8>,
) -> Result<(u32, u32), StoreError> {
    let head = encode(head)?;
    let header = Header::of(kind, &head, packed)?;
    into.extend_from_slice(&header.to_bytes());
    into.extend_from_slice(&head);
    into.extend_from_slice(packed);
    Ok((header.head_bytes, header.body_bytes))
}

/// A body, packed.
pub(super) fn pack(body: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let plain = encode(body)?;
    let packed = PACKER.with_borrow_mut(|packer| packer.compress(&plain));
    packed.map_err(|why| StoreError::form("a body to write", why))
}

/// Reads a frame's body, whose hash was compared.
pub(super) fn unpack<T: DeserializeOwned>(packed: &[u8], what: impl ToString) -> Result<T, StoreError> {
    let size = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten().unwrap_or(0);
    let size = usize::try_from(size).unwrap_or(usize::MAX).min(UNPACKED_BYTES_MAX);
    match UNPACKER.with_borrow_mut(|unpacker| unpacker.decompress(packed, size)) {
        Ok(plain) => decode(&plain, what),
        Err(why) => Err(StoreError::damaged(what, why)),
    }
}

/// The body of an article's frame: the article without what its head says already.
pub(super) fn body_of(stored: &Stored) -> Stored {
    let mut body = stored.clone();
    body.keys = Vec::new();
    body.fingerprint = Fingerprint { address: [0; 16], exact: [0; 16], sketch: Vec::new(), bands: Vec::new() };
    body.routed.article.title = String::new();
    body
}

/// The article again: its body, its head, and what sled says of it since.
pub(super) fn joined(mut body: Stored, head: Head, record: &Record) -> Stored {
    body.routed.article.title = head.title;
    body.keys = record.keys.clone().unwrap_or(head.keys);
    body.fingerprint = head.fingerprint;
    body.entry_hash = record.entry_hash;
    body.tries = record.tries;
    body.last_seen = record.last_seen();
    body.cluster = record.cluster();
    body
}
