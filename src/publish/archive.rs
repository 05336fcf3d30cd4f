//! The archives of feeds (RFC 5005, section 4): which parts there are, what goes into the next ones, how a part is revised. Pure.
//!
//! A part is written once. What is told here is the little that a pass must know to leave it alone: none is read to add another.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::html::references::decoded;
use crate::model::cluster::ArticleId;
use crate::model::source::Rights;
use crate::publish::month::{Month, Part};

/// Where all archives are told of, below the published folder.
pub const PATH: &str = "archives.json";

/// Articles of a part at most, and bytes of their bodies: a reader fetches it whole, and a pass holds one at a time.
pub const PART_ITEMS_MAX: usize = 500;
/// Four megabytes are what a feed of a hundred long articles has.
pub const PART_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How our items begin and end: `publish::rss` indents them so, and no text or body can hold these lines, for both are escaped or
/// made of elements of HTML.
const ITEM: &str = "\n  <item>";
const ITEM_END: &str = "</item>";

/// The archives of all feeds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archives {
    /// The address of the site that they name.
    pub base: String,
    /// By slug; a feed that has none is not among them.
    pub feeds: BTreeMap<String, Chain>,
}

/// The archive of one feed, oldest part first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The last first sight of the articles that it holds.
    pub upto: Option<Timestamp>,
    /// How many articles the store kept that were first seen up to then. More of them by now are latecomers: articles whose
    /// countries were found only when they changed.
    pub kept: u64,
    /// Its parts.
    pub parts: Vec<Part>,
    /// What the feed is a selection by; none for a land's, and for that of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<String>,
    /// Articles of a selection, newest first sight first: the store has no index of its own for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
}

/// An article of a selection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name.
    #[serde(with = "as_text")]
    pub id: ArticleId,
    /// When it was first seen.
    pub seen: Timestamp,
    /// Whether a part of the archive holds it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
}

/// Ids as JSON has them: their hexadecimal digits.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::model::cluster::ArticleId;

    pub(super) fn serialize<S: Serializer>(id: &ArticleId, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(id)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ArticleId, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

impl Archives {
    /// What an earlier pass told; nothing where it cannot be read: then all is archived anew from what the store keeps.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
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

impl Chain {
    /// The part that follows the last one and holds articles of a month.
    #[must_use]
    pub fn next(&self, month: Month) -> Part {
        self.parts.last().map_or(Part::first(month), |last| last.after(month))
    }
}

/// Which articles that no part holds go into one now; oldest first sight first, as they are given newest first.
///
/// All of them when the feed is full, that is when it no longer shows one of them: so the feed and its archive together always hold
/// everything, and a part has at least as many articles as the feed. Else those of months that are over.
#[must_use]
pub fn due(loose: &[(ArticleId, Timestamp)], is_full: bool, now: Timestamp) -> Vec<(ArticleId, Timestamp)> {
    let month = Month::of(now);
    loose.iter().rev().copied().filter(|(_, seen)| is_full || Month::of(*seen) < month).collect()
}

/// The names of the articles that a part holds.
pub fn guids(part: &str) -> impl Iterator<Item = ArticleId> {
    items(part).1.into_iter().filter_map(|item| guid(item)?.parse().ok())
}

/// A part as text: what stands before its items, its items, what stands behind them.
fn items(part: &str) -> (&str, Vec<&str>, &str) {
    let Some(begin) = part.find(ITEM) else {
        return part
            .split_at_checked(part.rfind("\n </channel>").unwrap_or(0))
            .map_or((part, vec![], ""), |(a, b)| (a, vec![], b));
    };
    let end = part.rfind(ITEM_END).map_or(begin, |at| at + ITEM_END.len());
    let (head, rest) = part.split_at(begin);
    let (inner, tail) = rest.split_at(end.saturating_sub(begin));
    let starts: Vec<usize> = inner.match_indices(ITEM).map(|(at, _)| at).chain([inner.len()]).collect();
    (head, starts.windows(2).map(|pair| &inner[pair[0]..pair[1]]).collect(), tail)
}

fn guid(item: &str) -> Option<&str> {
    between(item, "<guid isPermaLink=\"false\">", "</guid>")
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(begin)?;
    rest.split_once(end).map(|(inner, _)| inner)
}

/// What an item of a part tells of itself, for whoever decides whether it stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The article; none for what is no item of ours.
    pub id: Option<ArticleId>,
    /// The original.
    pub link: String,
    /// The name of its source, where its source was in feeds.toml.
    pub source: Option<String>,
}

impl Told {
    fn of(item: &str) -> Self {
        let plain = |text: &str| decoded(text).into_owned();
        let source = between(item, "<source url=\"", "</source>").and_then(|rest| rest.split_once("\">"));
        Self {
            id: guid(item).and_then(|guid| guid.parse().ok()),
            link: between(item, "<link>", "</link>").map(plain).unwrap_or_default(),
            source: source.map(|(_, name)| plain(name)),
        }
    }
}

/// What a part tells of its items.
#[must_use]
pub fn told(part: &str) -> Vec<Told> {
    items(part).1.into_iter().map(Told::of).collect()
}

/// What becomes of an item of a part that is revised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stays, with as much of its text as these rights leave; written anew where the store still keeps the article.
    Stays(Rights),
    /// It goes.
    Goes,
}

/// A part anew, in the same order: `fresh` is the same part made of those of its articles that the store still keeps.
///
/// An article that the store has forgotten lives on as it was written, less what may no longer be shown.
#[must_use]
pub fn revised(old: &str, fresh: &str, fate: impl Fn(&Told) -> Fate) -> String {
    let (head, fresh_items, tail) = items(fresh);
    let made: BTreeMap<&str, &str> = fresh_items.into_iter().filter_map(|item| Some((guid(item)?, item))).collect();
    let mut out = head.to_owned();
    for item in items(old).1 {
        match fate(&Told::of(item)) {
            Fate::Goes => {}
            Fate::Stays(rights) => match guid(item).and_then(|guid| made.get(guid)) {
                Some(fresh) => out.push_str(fresh),
                None => out.push_str(&less(item, rights)),
            },
        }
    }
    out + tail
}

/// An item with no more than rights allow.
fn less(item: &str, rights: Rights) -> String {
    let (gone, pictures): (&[&str], usize) = match rights {
        Rights::Full => return item.to_owned(),
        Rights::Excerpt => (&["content:encoded", "enclosure"], 1),
        Rights::Link => (&["content:encoded", "enclosure", "description"], 0),
    };
    let cut = gone.iter().fold(item.to_owned(), |item, name| without(&item, name, 0));
    without(&cut, "media:content", pictures)
}

/// A text without the elements of a name, but for the first few. Each stands on a line of its own, at the depth of an item's fields.
fn without(item: &str, name: &str, keep: usize) -> String {
    let (begin, end) = (format!("\n   <{name}"), format!("</{name}>"));
    let mut out = String::with_capacity(item.len());
    let mut rest = item;
    let mut kept = 0;
    while let Some(at) = rest.find(&begin) {
        let tail = &rest[at + begin.len()..];
        let Some(close) = tail.find('>') else { break };
        let length =
            if tail[..close].ends_with('/') { Some(close + 1) } else { tail.find(&end).map(|at| at + end.len()) };
        let Some(length) = length else { break };
        let after = at + begin.len() + length;
        out.push_str(&rest[..if kept < keep { after } else { at }]);
        kept += 1;
        rest = &rest[after..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn all_that_is_loose_is_archived_when_the_feed_is_full_and_else_what_is_of_an_earlier_month() {
        let loose = [(3, "2024-02-01T00:00:00Z"), (2, "2024-01-31T23:59:59Z"), (1, "2023-12-01T00:00:00Z")];
        let loose = loose.map(|(number, seen)| (ArticleId([number; 16]), at(seen)));
        let due = |is_full, now| due(&loose, is_full, at(now)).iter().map(|(id, _)| id.0[0]).collect::<Vec<_>>();
        assert_eq!(due(false, "2024-02-29T00:00:00Z"), [1, 2]);
        assert_eq!(due(true, "2024-02-29T00:00:00Z"), [1, 2, 3]);
        assert_eq!(due(false, "2024-03-01T00:00:00Z"), [1, 2, 3]);
        // A clock that went back closes nothing.
        assert_eq!(due(false, "2023-01-01T00:00:00Z"), [] as [u8; 0]);
    }

    #[test]
    fn an_item_that_the_store_forgot_loses_what_may_no_longer_be_shown() {
        let item = "\n  <item>\n   <title>T</title>\n   <link>https://e.example/?a=1&amp;b=2</link>\n   <description><![CDATA[D]]></description>\
                    \n   <enclosure url=\"https://e.example/s.mp3\" length=\"1\" type=\"audio/mpeg\"/>\
                    \n   <guid isPermaLink=\"false\">urn:uuid:01010101-0101-0101-0101-010101010101</guid>\
                    \n   <source url=\"https://e.example/feed\">A &amp; B</source>\
                    \n   <content:encoded><![CDATA[<p>Body</p>\n<p>two</p>]]></content:encoded>\
                    \n   <media:content url=\"https://e.example/1.jpg\">\n    <media:credit>X</media:credit>\n   </media:content>\
                    \n   <media:content url=\"https://e.example/2.jpg\"/>\n  </item>";
        let part = format!("<rss>\n <channel>\n  <title>P</title>{item}\n </channel>\n</rss>\n");
        let told = told(&part);
        let id = ArticleId([1; 16]);
        let link = "https://e.example/?a=1&b=2".to_owned();
        assert_eq!(told, [Told { id: Some(id), link, source: Some("A & B".to_owned()) }]);
        assert_eq!(guids(&part).collect::<Vec<_>>(), [id]);
        let empty = "<rss>\n <channel>\n  <title>P</title>\n </channel>\n</rss>\n";
        let with = |rights| revised(&part, empty, |_| Fate::Stays(rights));
        assert_eq!(with(Rights::Full), part);
        let excerpt = with(Rights::Excerpt);
        assert!(excerpt.contains("[D]") && excerpt.contains("1.jpg") && excerpt.contains("<media:credit>X"));
        assert!(!excerpt.contains("Body") && !excerpt.contains("2.jpg") && !excerpt.contains("mp3"));
        let link = with(Rights::Link);
        assert!(
            link.contains("<title>T</title>") && link.contains("A &amp; B</source>\n  </item>\n </channel>"),
            "{link}"
        );
        assert!(!link.contains("[D]") && !link.contains("media:"));
        assert_eq!(revised(&part, empty, |_| Fate::Goes), empty);
        // What the store still keeps is written as it is now.
        let fresh = part.replace("Body", "Another body");
        assert_eq!(revised(&part, &fresh, |_| Fate::Stays(Rights::Full)), fresh);
    }

    #[test]
    fn what_is_told_of_archives_is_read_back() {
        let part = Part::first(Month::of(at("2024-01-05T00:00:00Z")));
        let member = Member { id: ArticleId([7; 16]), seen: at("2024-01-05T00:00:00Z"), archived: true };
        let chain = Chain { kept: 5, parts: vec![part], members: vec![member], ..Chain::default() };
        assert_eq!(chain.next(part.month).to_string(), "2024-01-2");
        let archives = Archives { base: "https://e.example/".into(), feeds: [("kndr".to_owned(), chain)].into() };
        assert_eq!(Archives::from_bytes(&archives.to_bytes()), archives);
        assert_eq!(Archives::from_bytes(b"{"), Archives::default());
    }
}
