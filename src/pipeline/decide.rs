//! What to do with each entry: nothing, read its page, or read it again. Pure: no clock, no store, no network.

use std::collections::HashMap;

use crate::model::article::{Credit, Origin, Photo};
use crate::model::cluster::{ArticleId, EntryKey, Known, Stored};
use crate::model::entry::{Enclosure, Entry, Media, MediaCredit, Person};
use crate::model::settings::Limits;
use crate::model::url::PageUrl;

/// How often a page is asked for that failed in a way that may pass, before its summary is all we keep.
pub const TRIES_MAX: u8 = 4;

/// An entry with its identities and what the store knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// The entry.
    pub entry: Entry,
    /// Its identities within its source.
    pub keys: Vec<EntryKey>,
    /// Hash of what it says of itself.
    pub entry_hash: u64,
    /// What the store knows.
    pub known: Option<Known>,
}

/// What to do with an entry.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// Nothing: we have it as it is.
    Skip {
        /// All its identities, some of which may be new.
        keys: Vec<EntryKey>,
        /// What the store knows.
        known: Known,
    },
    /// Remember that it exists, without reading it: it was old before the source was first read.
    Note(Vec<EntryKey>),
    /// Read its page.
    Scrape(Sighting),
    /// Read its page again: the entry has changed, or the page could not be read last time.
    Refresh(Sighting, ArticleId, u8),
}

/// The plans for a document's entries, and the limits that were reached.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plans {
    /// In the order in which they are carried out: the newest first.
    pub plans: Vec<Plan>,
    /// `first 100`, `entries 500`.
    pub reached: Vec<String>,
}

/// What to do with the entries of a source.
///
/// `first_time`: nothing of this source was ever stored; then the newest `limits.first` are read and older ones noted.
#[must_use]
pub fn plan(mut sightings: Vec<Sighting>, first_time: bool, limits: &Limits) -> Plans {
    newest_first(&mut sightings);
    let mut decided = Plans::default();
    if sightings.len() > limits.entries {
        decided.reached.push(format!("entries {}", limits.entries));
    }
    let beyond = if first_time { sightings.len() } else { limits.entries };
    let mut unread = 0;
    for sighting in sightings.into_iter().take(beyond) {
        let is_new = sighting.known.is_none();
        unread += usize::from(is_new);
        if is_new && first_time && unread > limits.first.min(limits.entries) {
            decided.plans.push(Plan::Note(sighting.keys));
            continue;
        }
        decided.plans.push(one(sighting));
    }
    if first_time && unread > limits.first {
        decided.reached.push(format!("first {}", limits.first));
    }
    decided
}

/// The entry of an article that is kept, as far as the article tells it.
#[must_use]
pub fn sighting_of(stored: Stored) -> Sighting {
    let Stored { id, routed, entry_hash, tries, keys, .. } = stored;
    let article = routed.article;
    let person = |name| Person { name: Some(name), ..Person::default() };
    let (summary, content) = match article.origin {
        Origin::Summary => (Some(article.html), Vec::new()),
        Origin::FeedText | Origin::Page => (None, vec![article.html]),
    };
    let enclosure = |(url, media_type, length): (PageUrl, String, u64)| Enclosure {
        url: url.to_string(),
        media_type: Some(media_type),
        length: Some(length),
    };
    let entry = Entry {
        id: article.entry_id,
        title: Some(article.title),
        link: Some(article.link),
        summary,
        content,
        media: article.photos.into_iter().map(media_of).collect(),
        enclosures: article.enclosures.into_iter().map(enclosure).collect(),
        authors: article.authors.into_iter().map(person).collect(),
        published: article.published,
        updated: article.updated,
        tags: article.tags,
        ..Entry::default()
    };
    Sighting { entry, keys, entry_hash, known: Some(Known::Article { id, entry_hash, tries }) }
}

fn media_of(photo: Photo) -> Media {
    let credit =
        |credit: Credit| MediaCredit { name: credit.name, role: Some(credit.role.as_str().to_owned()), scheme: None };
    Media {
        url: photo.url.to_string(),
        media_type: Some("image/*".to_owned()),
        width: photo.width,
        height: photo.height,
        caption: photo.caption,
        credits: photo.credit.into_iter().map(credit).collect(),
    }
}

fn one(sighting: Sighting) -> Plan {
    match sighting.known {
        None => Plan::Scrape(sighting),
        Some(Known::Article { id, entry_hash, tries }) => {
            let changed = entry_hash != sighting.entry_hash;
            let worth_a_try = tries > 0 && tries < TRIES_MAX;
            if changed || worth_a_try {
                return Plan::Refresh(sighting, id, if changed { 0 } else { tries });
            }
            Plan::Skip { keys: sighting.keys, known: Known::Article { id, entry_hash, tries } }
        }
        Some(Known::Noted) => Plan::Skip { keys: sighting.keys, known: Known::Noted },
    }
}

/// Newest first where every entry has a date; else as printed, which is newest first in nearly every feed.
fn newest_first(sightings: &mut [Sighting]) {
    let dated = |sighting: &Sighting| sighting.entry.published.or(sighting.entry.updated);
    if sightings.iter().all(|sighting| dated(sighting).is_some()) {
        sightings.sort_by_key(|sighting| std::cmp::Reverse(dated(sighting).map(super::super::date::Moment::timestamp)));
    }
}

/// Entries whose ids can be believed: an id that one document gives to several addresses identifies nothing.
///
/// Such an id is replaced by the entry's address, or its headline where it has none. An entry printed twice is kept once.
#[must_use]
pub fn with_true_ids(entries: Vec<Entry>) -> Vec<Entry> {
    let mut pages_of: HashMap<String, Vec<Option<String>>> = HashMap::new();
    for entry in &entries {
        let page = page_of(entry);
        let pages = pages_of.entry(entry.id.clone()).or_default();
        if !pages.contains(&page) {
            pages.push(page);
        }
    }
    let mut taken = std::collections::HashSet::new();
    entries
        .into_iter()
        .map(|mut entry| {
            let shared = pages_of.get(&entry.id).is_some_and(|pages| pages.len() > 1);
            if let (true, Some(page)) = (shared, page_of(&entry)) {
                entry.id = page;
            }
            entry
        })
        .filter(|entry| taken.insert(entry.id.clone()))
        .collect()
}

/// What an entry is about, as far as its source says: its address, else its headline.
fn page_of(entry: &Entry) -> Option<String> {
    entry.link.as_ref().map(|link| link.as_str().to_owned()).or_else(|| entry.title.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(id: &str, published: Option<&str>, known: Option<Known>) -> Sighting {
        let entry = Entry {
            id: id.to_owned(),
            published: published.map(|text| text.parse().expect("a date")),
            ..Entry::default()
        };
        Sighting { entry, keys: vec![EntryKey([id.as_bytes()[0]; 16])], entry_hash: 7, known }
    }

    fn ids(plans: &Plans) -> Vec<String> {
        plans
            .plans
            .iter()
            .map(|plan| match plan {
                Plan::Scrape(sighting) => format!("scrape {}", sighting.entry.id),
                Plan::Refresh(sighting, _, tries) => format!("refresh {} {tries}", sighting.entry.id),
                Plan::Note(keys) => format!("note {}", char::from(keys[0].0[0])),
                Plan::Skip { keys, .. } => format!("skip {}", char::from(keys[0].0[0])),
            })
            .collect()
    }

    #[test]
    fn a_source_seen_for_the_first_time_is_read_from_its_newest_and_the_rest_is_noted() {
        let limits = Limits { first: 2, ..Limits::default() };
        let sightings = vec![
            sighting("a", Some("2024-01-01T00:00:00Z"), None),
            sighting("b", Some("2024-01-03T00:00:00Z"), None),
            sighting("c", Some("2024-01-02T00:00:00Z"), None),
        ];
        let plans = plan(sightings, true, &limits);
        assert_eq!(ids(&plans), ["scrape b", "scrape c", "note a"]);
        assert_eq!(plans.reached, ["first 2"]);
    }

    #[test]
    fn later_every_new_entry_is_read_up_to_the_limit() {
        let limits = Limits { first: 1, entries: 2, ..Limits::default() };
        let sightings = vec![sighting("a", None, None), sighting("b", None, None), sighting("c", None, None)];
        let plans = plan(sightings, false, &limits);
        assert_eq!(ids(&plans), ["scrape a", "scrape b"]);
        assert_eq!(plans.reached, ["entries 2"]);
    }

    #[test]
    fn a_known_entry_is_read_again_when_it_changed_or_when_its_page_failed_in_a_way_that_may_pass() {
        let id = ArticleId([1; 16]);
        let known = |entry_hash, tries| Some(Known::Article { id, entry_hash, tries });
        let sightings = vec![
            sighting("a", None, known(7, 0)),
            sighting("b", None, known(8, 2)),
            sighting("c", None, known(7, 2)),
            sighting("d", None, known(7, TRIES_MAX)),
            sighting("e", None, Some(Known::Noted)),
        ];
        let plans = plan(sightings, false, &Limits::default());
        assert_eq!(ids(&plans), ["skip a", "refresh b 0", "refresh c 2", "skip d", "skip e"]);
    }

    #[test]
    fn an_id_that_names_several_addresses_identifies_nothing() {
        let entry = |id: &str, link: &str| Entry {
            id: id.to_owned(),
            link: Some(PageUrl::parse(link).expect("an address")),
            ..Entry::default()
        };
        let entries = vec![
            entry("0", "https://example.org/1"),
            entry("0", "https://example.org/2"),
            entry("x", "https://example.org/3"),
            entry("x", "https://example.org/3"),
        ];
        let kept: Vec<String> = with_true_ids(entries).into_iter().map(|entry| entry.id).collect();
        assert_eq!(kept, ["https://example.org/1", "https://example.org/2", "x"]);
    }
}
