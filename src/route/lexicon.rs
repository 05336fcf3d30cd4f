//! The bundled words and those of feeds.toml, as one table from hashes to what they mean.
//!
//! `data/names/*.txt` says what a word speaks for. Looking for words in a text is `matcher`'s.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::model::country::Country;
use crate::model::settings::CountrySettings;
use crate::route::sense::{Kind, Pair, Sense, kind_of};
use crate::route::written::{self, SLOTS, place};
use crate::text::scan::{self, Case, Token};

/// A place of the table. Eight bytes: the table then fits the second cache of most machines.
#[derive(Clone, Copy, Default)]
struct Slot {
    /// The upper half of a hash; the lower half says where in the table.
    upper: u32,
    /// Where in `meanings` its senses begin, plus one, 0 where no phrase ends here; and `LONGER`. 0: an empty place.
    meaning: u32,
}

/// The bit of a place that says that a longer phrase begins so.
const LONGER: u32 = 1 << 31;
/// The bit of the last of the senses of a word.
const LAST: u32 = 1 << 31;

impl Slot {
    fn holds(self, key: u64) -> bool {
        self.upper == upper(key)
    }

    /// Where its senses begin.
    fn senses(self) -> Option<usize> {
        (self.meaning & !LONGER).checked_sub(1).map(|at| at as usize)
    }
}

/// A hasher of keys that are hashes already.
#[derive(Debug, Default)]
pub struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// All words.
pub struct Lexicon {
    slots: Vec<Slot>,
    used: usize,
    /// Two bits for each key in the table: most words of a text are in no list, and are turned away here.
    sieve: Vec<u64>,
    /// Indices into `senses`: those of one word beside each other, since a name may mean its country in forty languages.
    meanings: Vec<u32>,
    senses: Vec<Sense>,
    roles: HashMap<u64, u16, BuildHasherDefault<Hashed>>,
    /// A bit for each word that has a role: this is asked of every word.
    role_sieve: Vec<u64>,
    dense: HashMap<char, Vec<(Cow<'static, str>, u32)>>,
}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lexicon").field("words", &self.used).field("senses", &self.senses.len()).finish_non_exhaustive()
    }
}

/// `data/names/*.txt`, read and hashed by the build script: what is in it, and how, is told in `build/names.rs`.
static BUNDLED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/names.bin"));

/// Bits of the sieve: 256 KiB, which stay in the second cache, where the table itself does not.
const SIEVE_BITS: usize = 1 << 21;

/// Bits for the words that have a role: 8 KiB, for some thousand words.
const ROLE_BITS: usize = 1 << 16;

impl Lexicon {
    /// The bundled words, with what feeds.toml adds and forbids.
    #[must_use]
    pub fn new(settings: &[CountrySettings]) -> Self {
        let mut lexicon = Self {
            slots: vec![Slot::default(); SLOTS],
            used: 0,
            sieve: vec![0; SIEVE_BITS / 64],
            meanings: Vec::with_capacity(1 << 17),
            senses: Vec::with_capacity(1 << 14),
            roles: HashMap::default(),
            role_sieve: vec![0; ROLE_BITS / 64],
            dense: HashMap::new(),
        };
        // What the operator says comes first: of two senses of a word in one language the first stays.
        for country in settings {
            lexicon.own_words(country);
        }
        lexicon.bundled();
        lexicon
    }

    /// The words that feeds.toml gives a country. A forbidden word speaks for none.
    fn own_words(&mut self, settings: &CountrySettings) {
        let plain = |kind, country| Sense {
            countries: [country, None],
            pair: Pair::One,
            kind,
            doubtful: false,
            case: Case::Small,
            open: false,
            dotted: false,
            language: None,
        };
        for word in &settings.words {
            self.entry(word, plain(Kind::Name, Some(settings.country)));
        }
        for word in &settings.not_words {
            self.entry(word, plain(Kind::Neutral, None));
        }
    }

    /// The words of the lists. A process starts as fast as this is.
    fn bundled(&mut self) {
        let mut bytes = Bytes(BUNDLED);
        let first = u32::try_from(self.senses.len()).unwrap_or(u32::MAX);
        let count = bytes.number();
        self.senses.extend((0..count).map(|_| sense(bytes.take())));
        let mut senses = Vec::new();
        for _ in 0..bytes.number() {
            let key = u64::from_le_bytes(bytes.take());
            // The lowest bit: a longer phrase begins so; the others: how many senses follow.
            let count = bytes.number();
            senses.clear();
            senses.extend((0..count >> 1).map(|_| first + bytes.number()));
            self.insert(key, &senses, count & 1 == 1);
        }
        for _ in 0..bytes.number() {
            let key = u64::from_le_bytes(bytes.take());
            let role = u16::from_le_bytes(bytes.take());
            self.role_sieve[role_bit(key) / 64] |= 1 << (role_bit(key) % 64);
            self.roles.insert(key, role);
        }
        for _ in 0..bytes.number() {
            let sense = first + bytes.number();
            let [length] = bytes.take();
            let word = std::str::from_utf8(bytes.slice(usize::from(length))).unwrap_or_default();
            if let Some(character) = word.chars().next() {
                self.dense.entry(character).or_default().push((Cow::Borrowed(word), sense));
            }
        }
    }

    /// One entry with all its forms.
    fn entry(&mut self, text: &str, mut sense: Sense) {
        let entry = written::entry(text);
        (sense.doubtful, sense.open) = (entry.doubtful, entry.open);
        (sense.dotted, sense.case) = (entry.dotted, entry.case);
        let index = u32::try_from(self.senses.len()).unwrap_or(u32::MAX);
        self.senses.push(sense);
        let own = [index];
        written::forms(entry.body, |form| match form.chars().next() {
            Some(first) if scan::is_dense(form) => {
                self.dense.entry(first).or_default().push((Cow::Owned(form.to_owned()), index));
            }
            _ => written::keys(form, |key, whole| self.insert(key, if whole { &own } else { &[] }, !whole)),
        });
    }

    /// A table that would be more than three quarters full takes no more: feeds.toml is not the place for a dictionary.
    fn insert(&mut self, key: u64, senses: &[u32], longer: bool) {
        if self.used * 4 > SLOTS * 3 {
            return;
        }
        let mut at = place(key);
        while self.slots[at].meaning != 0 && !self.slots[at].holds(key) {
            at = (at + 1) % SLOTS;
        }
        let old = self.slots[at];
        if old.meaning == 0 {
            self.used += 1;
            let (word, bits) = sieve_bits(key);
            self.sieve[word] |= bits;
        }
        let mut meaning = old.meaning | if longer { LONGER } else { 0 };
        if let Some((&last, before)) = senses.split_last() {
            let begin = u32::try_from(self.meanings.len()).unwrap_or(0);
            // Senses that the word has already, from feeds.toml, stay before these.
            let known: Vec<u32> = old.senses().map_or_else(Vec::new, |at| self.listed(at).collect());
            self.meanings.extend(known.into_iter().chain(before.iter().copied()));
            self.meanings.push(last | LAST);
            meaning = meaning & LONGER | (begin + 1);
        }
        self.slots[at] = Slot { upper: upper(key), meaning };
    }

    /// The senses listed from a place of `meanings` on.
    fn listed(&self, from: usize) -> impl Iterator<Item = u32> {
        let last = self.meanings[from..].iter().position(|meaning| meaning & LAST != 0).unwrap_or(0);
        self.meanings[from..=from + last].iter().map(|meaning| meaning & !LAST)
    }

    /// Whether a hash may be in the table at all.
    #[inline]
    #[must_use]
    pub fn may_have(&self, key: u64) -> bool {
        let (word, bits) = sieve_bits(key);
        self.sieve[word] & bits == bits
    }

    /// The first sense of a phrase that counts here, and whether a longer phrase begins with it.
    #[must_use]
    pub fn find(&self, key: u64, counts: impl Fn(&Sense) -> bool) -> (Option<&Sense>, bool) {
        let mut at = place(key);
        loop {
            let slot = self.slots[at];
            if slot.meaning == 0 {
                return (None, false);
            }
            if slot.holds(key) {
                let senses = slot.senses().into_iter().flat_map(|from| self.listed(from));
                let found = senses.map(|sense| &self.senses[sense as usize]).find(|sense| counts(sense));
                return (found, slot.meaning & LONGER != 0);
            }
            at = (at + 1) % SLOTS;
        }
    }

    /// What a word does to the name beside it.
    #[inline]
    #[must_use]
    pub fn role(&self, token: &Token) -> u16 {
        let bit = role_bit(token.hash);
        if self.role_sieve[bit / 64] >> (bit % 64) & 1 == 0 {
            return 0;
        }
        self.roles.get(&token.hash).copied().unwrap_or(0)
    }

    /// The longest word of a script without spaces that a text begins with, in bytes, and its sense.
    #[must_use]
    pub fn dense(&self, text: &str) -> Option<(usize, &Sense)> {
        let words = self.dense.get(&text.chars().next()?)?;
        let longest = words.iter().filter(|(word, _)| text.starts_with(&**word)).max_by_key(|(word, _)| word.len())?;
        Some((longest.0.len(), &self.senses[longest.1 as usize]))
    }
}

/// The bundled words, of which what was read is cut off.
struct Bytes(&'static [u8]);

impl Bytes {
    /// The next bytes. The file is made with the program: none are missing.
    fn slice(&mut self, count: usize) -> &'static [u8] {
        let (first, rest) = self.0.split_at(count);
        self.0 = rest;
        first
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.slice(N));
        bytes
    }

    fn number(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }
}

/// A sense as the build script writes it: two countries, a language, how the countries share, the kind, the marks.
fn sense(bytes: [u8; 10]) -> Sense {
    let [a, b, c, d, language @ .., pair, kind, marks] = bytes;
    let country = |code: [u8; 2]| Country::from_code(std::str::from_utf8(&code).ok()?);
    Sense {
        countries: [country([a, b]), country([c, d])],
        pair: match pair {
            b'&' => Pair::Both,
            b'/' => Pair::Shared,
            _ => Pair::One,
        },
        kind: kind_of(kind),
        doubtful: marks & 1 != 0,
        open: marks & 2 != 0,
        dotted: marks & 4 != 0,
        case: match marks >> 4 {
            0 => Case::Small,
            1 => Case::Capital,
            _ => Case::All,
        },
        language: (language != [0; 3]).then_some(language),
    }
}

/// The part of a hash that a place of the table keeps.
fn upper(key: u64) -> u32 {
    (key >> 32) as u32
}

/// Two bits of one word of the sieve: one look into memory.
fn sieve_bits(key: u64) -> (usize, u64) {
    let word = (key >> 44) as usize % (SIEVE_BITS / 64);
    // The upper bits of a product are the well mixed ones.
    (word, 1 << (key >> 38 & 63) | 1 << (key >> 30 & 63))
}

fn role_bit(key: u64) -> usize {
    (key >> 30) as usize % ROLE_BITS
}
