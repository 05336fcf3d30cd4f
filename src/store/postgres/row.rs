//! An article as a row, and back. The forms are those of the sled engine (`codec`), each with a hash behind it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::xxh3_64;

use jiff::Timestamp;

use crate::model::article::{Article, Match, Origin, Routed};
use crate::model::cluster::{ArticleId, EntryKey, Fingerprint, Stored};
use crate::model::country::Country;
use crate::model::source::SourceName;
use crate::model::url::PageUrl;
use crate::store::codec::{self, Head};
use crate::store::error::StoreError;

/// What is read of an article that is not replaced: all that a commit may change of it, and whose feeds it stands in.
pub(super) type Light = (Vec<u8>, Vec<u8>, i64, i32, i64, i32, Vec<u8>, String);

/// An article whole: `Light` and both of its forms.
pub(super) type Whole = (Vec<u8>, Vec<u8>, i64, i32, i64, i32, Vec<u8>, Vec<u8>, Vec<u8>);

/// 16 bytes of a column.
pub(super) fn sixteen(bytes: &[u8]) -> Result<[u8; 16], StoreError> {
    bytes.try_into().map_err(|_| StoreError::damaged("an id", format!("{} bytes", bytes.len())))
}

/// An id of a column.
pub(super) fn id(bytes: &[u8]) -> Result<ArticleId, StoreError> {
    sixteen(bytes).map(ArticleId)
}

/// Ids, as they are bound.
pub(super) fn ids<'a>(ids: impl IntoIterator<Item = &'a ArticleId>) -> Vec<Vec<u8>> {
    ids.into_iter().map(|id| id.0.to_vec()).collect()
}

/// Identities in one column.
pub(super) fn keys(keys: &[EntryKey]) -> Vec<u8> {
    keys.iter().flat_map(|key| key.0).collect()
}

fn keys_of(bytes: &[u8]) -> Result<Vec<EntryKey>, StoreError> {
    bytes.chunks(16).map(|key| sixteen(key).map(EntryKey)).collect()
}

/// Codes in one column.
pub(super) fn countries(stored: &Stored) -> String {
    let codes: Vec<&str> = stored.routed.countries.iter().map(|found| found.country.code()).collect();
    codes.join(" ")
}

fn moment(second: i64, nano: i32) -> Timestamp {
    Timestamp::new(second, nano).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Bits of a hash as the only whole numbers that SQL has.
pub(super) fn signed(hash: u64) -> i64 {
    i64::from_ne_bytes(hash.to_ne_bytes())
}

/// And back.
pub(super) fn unsigned(hash: i64) -> u64 {
    u64::from_ne_bytes(hash.to_ne_bytes())
}

/// Bytes with their hash behind them.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let hash = xxh3_64(&bytes).to_le_bytes();
    bytes.extend_from_slice(&hash);
    bytes
}

/// Bytes without the hash behind them, if it is theirs.
fn unsealed(bytes: &[u8], what: impl ToString) -> Result<&[u8], StoreError> {
    match bytes.split_last_chunk::<8>() {
        Some((bytes, hash)) if xxh3_64(bytes).to_le_bytes() == *hash => Ok(bytes),
        _ => Err(StoreError::damaged(what, "its hash is another")),
    }
}

/// A record of a source, a host, a subscription.
pub(super) fn encode<T: Serialize>(record: &T) -> Result<Vec<u8>, StoreError> {
    codec::encode(record).map(sealed)
}

/// And back.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8], what: impl ToString + Clone) -> Result<T, StoreError> {
    codec::decode(unsealed(bytes, what.clone())?, what)
}

/// Head and body of an article, as they are written.
pub(super) fn forms(stored: &Stored) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
    Ok((encode(&Head::of(stored))?, sealed(codec::pack(&codec::body_of(stored))?)))
}

/// An article again.
pub(super) fn whole(row: Whole) -> Result<Stored, StoreError> {
    let (name, cluster, second, nano, entry_hash, tries, identities, head, body) = row;
    let name = id(&name)?;
    let head: Head = decode(&head, name)?;
    let mut stored: Stored = codec::unpack(unsealed(&body, name)?, name)?;
    if head.id != name || stored.id != name {
        return Err(StoreError::damaged(name, "another article stands in its place"));
    }
    stored.routed.article.title = head.title;
    stored.fingerprint = head.fingerprint;
    stored.keys = keys_of(&identities)?;
    stored.entry_hash = unsigned(entry_hash);
    stored.tries = u8::try_from(tries).unwrap_or(u8::MAX);
    stored.last_seen = moment(second, nano);
    stored.cluster = id(&cluster)?;
    Ok(stored)
}

/// An article of which only the light columns are true: what `commit` may change of it is among them.
pub(super) fn light(row: &Light) -> Result<Stored, StoreError> {
    let (name, cluster, second, nano, entry_hash, tries, identities, codes) = row;
    let name = id(name)?;
    let last_seen = moment(*second, *nano);
    let countries = codes.split_whitespace().filter_map(Country::from_code);
    let link = PageUrl::parse("https://light.invalid/").map_err(|why| StoreError::damaged(name, why))?;
    let article = Article {
        source: SourceName(String::new()),
        entry_id: String::new(),
        link,
        title: String::new(),
        authors: Vec::new(),
        published: None,
        updated: None,
        language: None,
        summary: String::new(),
        text: String::new(),
        html: String::new(),
        photos: Vec::new(),
        lead: None,
        tags: Vec::new(),
        enclosures: Vec::new(),
        origin: Origin::Summary,
    };
    let countries = countries.map(|country| Match { country, strength: 0.0, reasons: Vec::new() }).collect();
    Ok(Stored {
        id: name,
        cluster: id(cluster)?,
        routed: Routed { article, countries },
        first_seen: last_seen,
        last_seen,
        changed: last_seen,
        rank: 0,
        entry_hash: unsigned(*entry_hash),
        tries: u8::try_from(*tries).unwrap_or(u8::MAX),
        keys: keys_of(identities)?,
        fingerprint: Fingerprint { address: [0; 16], exact: [0; 16], sketch: Vec::new(), bands: Vec::new() },
    })
}
