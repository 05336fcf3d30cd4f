//! Articles made up by number, for the tests and the bench of the store: the same number is the same article.

use std::fmt::Write;

use jiff::Timestamp;

use feedatlas::date::Moment;
use feedatlas::model::article::{Article, Credit, CreditRole, Match, Origin, Photo, Place, Reason, Routed};
use feedatlas::model::cluster::{ArticleId, Batch, EntryKey, Fingerprint, Stored};
use feedatlas::model::country::Country;
use feedatlas::model::source::{SourceName, SourceState};
use feedatlas::model::url::PageUrl;

/// 2026-11-24T09:00:00Z.
pub(crate) const MORNING: Timestamp = Timestamp::constant(1_795_510_800, 123_456_789);

/// Syllables of made-up words: packed by zstd about as well as news in Russian.
const SYLLABLES: [&str; 32] = [
    "ба", "ро", "ми", "ка", "ле", "но", "ту", "ви", "со", "па", "де", "ри", "го", "ша", "ню", "ем", "ост", "ани",
    "пре", "кол", "тер", "ств", "ных", "ого", "ала", "или", "ерт", "дол", "жен", "мор", "пол", "кра",
];

/// Numbers that look like chance and are not.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn from(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xd1b5_4a32_d192_ed03)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 16) % end
    }

    pub(crate) fn bytes(&mut self) -> [u8; 16] {
        (u128::from(self.next()) << 64 | u128::from(self.next())).to_be_bytes()
    }
}

/// What differs between the articles of a test.
#[derive(Clone)]
pub(crate) struct Sketch {
    pub(crate) number: u64,
    pub(crate) source: &'static str,
    pub(crate) countries: &'static [&'static str],
    pub(crate) seen: Timestamp,
    /// Bytes of the text.
    pub(crate) text_bytes: usize,
    /// Bands of the fingerprint.
    pub(crate) bands: usize,
}

impl Sketch {
    pub(crate) fn of(number: u64) -> Self {
        Self { number, source: "Пример", countries: &["KP"], seen: MORNING, text_bytes: 400, bands: 4 }
    }

    pub(crate) fn id(&self) -> ArticleId {
        ArticleId::of(&SourceName(self.source.to_owned()), &self.number.to_string())
    }

    pub(crate) fn key(&self) -> EntryKey {
        EntryKey(Numbers::from(self.number ^ 0x00ff_0000).bytes())
    }

    pub(crate) fn stored(&self) -> Stored {
        let mut numbers = Numbers::from(self.number);
        let countries = self.countries.iter().map(|code| found(code)).collect();
        Stored {
            id: self.id(),
            cluster: self.id(),
            routed: Routed { article: self.article(&mut numbers), countries },
            first_seen: self.seen,
            last_seen: self.seen,
            changed: self.seen,
            rank: 3,
            entry_hash: self.number,
            tries: 0,
            keys: vec![self.key(), EntryKey(numbers.bytes())],
            fingerprint: Fingerprint {
                address: numbers.bytes(),
                exact: numbers.bytes(),
                sketch: (0..16).flat_map(|_| numbers.bytes()).collect(),
                bands: (0..self.bands).map(|_| numbers.next()).collect(),
            },
        }
    }

    fn article(&self, numbers: &mut Numbers) -> Article {
        let text = text(numbers, self.text_bytes);
        let html = text.split("\n\n").map(|paragraph| format!("<p>{paragraph}</p>")).collect();
        let number = self.number;
        Article {
            source: SourceName(self.source.to_owned()),
            entry_id: number.to_string(),
            link: PageUrl::parse(&format!("https://example.org/news/{number}/")).unwrap(),
            title: format!("Новость {number}: {}", words(numbers, 6)),
            authors: vec!["Анна Примерова".to_owned()],
            published: Some("2026-11-24T11:30:00+03:00".parse::<Moment>().unwrap()),
            updated: None,
            language: Some("ru".to_owned()),
            summary: words(numbers, 20),
            text,
            html,
            photos: vec![Photo {
                url: PageUrl::parse(&format!("https://example.org/photo/{number}.jpg")).unwrap(),
                caption: Some(words(numbers, 8)),
                credit: Some(Credit {
                    raw: "Фото: Б. Пример / Пример-Пресс".to_owned(),
                    name: "Б. Пример / Пример-Пресс".to_owned(),
                    role: CreditRole::Photographer,
                }),
                alt: None,
                width: Some(1200),
                height: Some(800),
            }],
            lead: Some(0),
            tags: vec!["Общество".to_owned()],
            enclosures: Vec::new(),
            origin: Origin::Page,
        }
    }
}

fn found(code: &str) -> Match {
    let reason = Reason { word: "Пхеньян".to_owned(), place: Place::Title, weight: 0.7 };
    Match { country: Country::from_code(code).unwrap(), strength: 0.83, reasons: vec![reason] }
}

fn words(numbers: &mut Numbers, count: usize) -> String {
    let mut text = String::new();
    for index in 0..count {
        for _ in 0..2 + numbers.below(3) {
            text.push_str(SYLLABLES[usize::try_from(numbers.below(32)).unwrap()]);
        }
        let _ = write!(text, "{}", if index + 1 < count { " " } else { "" });
    }
    text
}

fn text(numbers: &mut Numbers, bytes: usize) -> String {
    let mut text = words(numbers, 5);
    while text.len() < bytes {
        text.push_str(if numbers.below(5) == 0 { "\n\n" } else { " " });
        text.push_str(&words(numbers, 8));
        text.push('.');
    }
    text
}

/// A batch with these articles and nothing else.
pub(crate) fn batch(articles: Vec<Stored>) -> Batch {
    let state = SourceState { last_asked: Some(MORNING), last_success: Some(MORNING), ..SourceState::default() };
    Batch {
        source: SourceName("Пример".to_owned()),
        state,
        articles,
        noted: Vec::new(),
        aliases: Vec::new(),
        seen: Vec::new(),
        hosts: Vec::new(),
    }
}
