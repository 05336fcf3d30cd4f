//! What was learned of a source beside its entries: how often it really changes, which hub tells of its changes, and which of its
//! pages are refused.
//!
//! Kept as JSON of named fields within the record of a source, so that what is learned later needs no new form of the record:
//! an older program passes over what it does not know, a newer one reads what an older one left out as not learned yet.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::alarm::Told;
use crate::model::fault::Fault;
use crate::model::habit::Habit;
use crate::model::url::PageUrl;

/// What was learned of a source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Learned {
    /// How often it changes.
    pub rhythm: Rhythm,
    /// The hub that it names, and the address by which the hub knows it.
    pub hub: Option<Hub>,
    /// Its pages that were refused when new ones were read last; none when all of them were read.
    pub refused: Option<Refused>,
    /// How long it is silent, and how many of its articles have photos.
    pub habit: Habit,
    /// The alarms that its operator was told of, and not yet that they are over.
    pub told: Vec<Told>,
    /// When its operator was last told something of it.
    pub told_at: Option<Timestamp>,
    /// What repeats on its pages and is no part of its articles, as `extract::template` writes it; at most 8 KiB.
    #[serde(with = "hex")]
    pub template: Vec<u8>,
}

/// Pages of a source that were refused: their entries' own words are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The commonest class of refusal.
    pub class: Fault,
    /// How many pages were refused.
    pub pages: u32,
    /// Of how many.
    pub of: u32,
    /// Since when some are refused each time.
    pub since: Timestamp,
}

impl Learned {
    /// Pages were read: `of` in all, of which these were refused.
    pub fn pages_read(&mut self, of: usize, refused: &[Fault], now: Timestamp) {
        let times = |class: &Fault| refused.iter().filter(|other| *other == class).count();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let since = self.refused.map_or(now, |before| before.since);
        let commonest = refused.iter().copied().max_by_key(times);
        self.refused = commonest.map(|class| Refused { class, pages: count(refused.len()), of: count(of), since });
    }
}

/// A hub (`WebSub`), and what it tells of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hub {
    /// The hub: `rel=hub`.
    pub hub: PageUrl,
    /// The source as the hub knows it: `rel=self`.
    pub topic: PageUrl,
}

/// How often a source changes, from what its latest answers showed: newer ones weigh more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rhythm {
    /// Time that was watched, in seconds, the past less and less of it.
    watched_seconds: f64,
    /// Answers in that time that had something new.
    changes: f64,
}

/// What is left of the past with each new answer: about the last ten answers count.
const KEPT: f64 = 0.9;

/// Changes that must have been seen before a rhythm is believed.
const CHANGES_MIN: f64 = 2.0;

impl Rhythm {
    /// An answer came, so long after the one before, and had something new or not.
    pub fn watched(&mut self, since_last: Duration, has_news: bool) {
        self.watched_seconds = self.watched_seconds * KEPT + since_last.as_secs_f64();
        self.changes = self.changes * KEPT + f64::from(u8::from(has_news));
    }

    /// The time between two changes, if enough was seen. Never shorter than the time between two answers: what lies between them is
    /// not seen.
    ///
    /// ```
    /// use std::time::Duration;
    /// use feedatlas::model::learned::Rhythm;
    /// let (mut rhythm, hour) = (Rhythm::default(), Duration::from_secs(3600));
    /// assert_eq!(rhythm.between_changes(), None);
    /// for has_news in [true, false, true, false, true, false] {
    ///     rhythm.watched(hour, has_news);
    /// }
    /// assert_eq!(rhythm.between_changes().unwrap().as_secs_f64().round() as u64 / 3600, 2);
    /// ```
    #[must_use]
    pub fn between_changes(&self) -> Option<Duration> {
        let is_believed = self.changes >= CHANGES_MIN;
        is_believed.then(|| Duration::try_from_secs_f64(self.watched_seconds / self.changes).ok()).flatten()
    }
}

/// Nothing where nothing was learned, else JSON, as a text.
pub(crate) fn serialize<S: Serializer>(learned: &Learned, serializer: S) -> Result<S::Ok, S::Error> {
    if *learned == Learned::default() {
        return serializer.serialize_str("");
    }
    serializer.serialize_str(&serde_json::to_string(learned).map_err(serde::ser::Error::custom)?)
}

/// Reads what `serialize` wrote. What cannot be read is learned anew: no source is lost for it.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Learned, D::Error> {
    if deserializer.is_human_readable() {
        return deserializer.deserialize_any(Text);
    }
    // A text and a list of bytes are the same in the store's form.
    deserializer.deserialize_str(Text)
}

/// The text, or the empty list that stood in its place in older exports.
struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Learned;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what was learned of a source, as JSON in a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Learned, E> {
        Ok(serde_json::from_str(text).unwrap_or_default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Learned, A::Error> {
        while list.next_element::<u8>()?.is_some() {}
        Ok(Learned::default())
    }
}

/// Bytes as a text of hexadecimal figures: JSON's lists of numbers are twice as long.
mod hex {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        let figure = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
        let text: String = bytes.iter().flat_map(|byte| [figure(byte >> 4), figure(byte & 0xf)]).collect();
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let half = |figure: u8| char::from(figure).to_digit(16).and_then(|half| u8::try_from(half).ok());
        let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
            [high, low] => Some(half(*high)? << 4 | half(*low)?),
            _ => None,
        });
        pairs.collect::<Option<_>>().ok_or_else(|| D::Error::custom("bytes are pairs of hexadecimal figures"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn a_rhythm_needs_several_changes_and_follows_the_latest() {
        let mut rhythm = Rhythm::default();
        rhythm.watched(HOUR, true);
        rhythm.watched(HOUR, true);
        assert_eq!(rhythm.between_changes(), None);
        rhythm.watched(HOUR, true);
        assert_eq!(rhythm.between_changes().map(|time| time.as_secs_f64().round()), Some(3600.0));
        for _ in 0..3 {
            rhythm.watched(HOUR, false);
        }
        // Three of six, the later ones heavier; then too little is left to tell.
        assert_eq!(rhythm.between_changes(), None);
    }

    #[test]
    fn pages_that_are_refused_are_told_since_the_first_time_until_all_are_read() {
        let (mut learned, then) = (Learned::default(), Timestamp::UNIX_EPOCH);
        let later = then + jiff::SignedDuration::from_hours(1);
        learned.pages_read(5, &[Fault::Soft404, Fault::Paywall, Fault::Paywall], then);
        learned.pages_read(2, &[Fault::Paywall], later);
        assert_eq!(learned.refused, Some(Refused { class: Fault::Paywall, pages: 1, of: 2, since: then }));
        learned.pages_read(1, &[], later);
        assert_eq!(learned.refused, None);
    }

    #[test]
    fn what_an_older_program_wrote_is_read_and_what_cannot_be_read_is_learned_anew() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Record {
            #[serde(with = "super", alias = "template")]
            learned: Learned,
            after: u8,
        }
        let old: Record = postcard::from_bytes(&postcard::to_stdvec(&(Vec::<u8>::new(), 7_u8)).unwrap()).unwrap();
        assert_eq!(old, Record { learned: Learned::default(), after: 7 });
        let exported: Record = serde_json::from_str(r#"{"template":[],"after":7}"#).unwrap();
        assert_eq!(exported, old);
        let odd: Record = serde_json::from_str(r#"{"learned":"{\"rhythm\":3}","after":7}"#).unwrap();
        assert_eq!(odd, old);

        let mut rhythm = Rhythm::default();
        rhythm.watched(HOUR, true);
        let url = |text| PageUrl::parse(text).unwrap();
        let hub = Hub { hub: url("https://hub.example/"), topic: url("https://news.example/feed") };
        let new = Record {
            learned: Learned { rhythm, hub: Some(hub), template: vec![0, 255, 16], ..Learned::default() },
            after: 7,
        };
        assert_eq!(postcard::from_bytes::<Record>(&postcard::to_stdvec(&new).unwrap()).unwrap(), new);
        assert_eq!(serde_json::from_str::<Record>(&serde_json::to_string(&new).unwrap()).unwrap(), new);
        // One more word, of a later program, is passed over.
        let later = r#"{"learned":"{\"rhythm\":{\"changes\":2.5,\"mood\":1},\"other\":[]}","after":7}"#;
        assert_eq!(serde_json::from_str::<Record>(later).unwrap().learned.rhythm.changes.to_string(), "2.5");
    }
}
