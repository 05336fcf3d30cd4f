//! The bundled words and those of feeds.toml, as one table from hashes to what they mean.
//!
//! `data/names/*.txt` says what a word speaks for; here it is read, once. Looking for words in a text is `matcher`'s.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::model::country::Country;
use crate::model::settings::CountrySettings;
use crate::route::sense::{Kind, Pair, Sense, kind_of, role, tag, written};
use crate::text::scan::{self, Case, Token};

/// A place of the table: the hash of a phrase or of a beginning of one.
#[derive(Clone, Copy)]
struct Slot {
    key: u64,
    /// Index into `senses`, plus one; 0 where no phrase ends here.
    sense: u32,
    /// Whether a longer phrase begins so.
    longer: bool,
}

/// Keys that are hashes already.
#[derive(Default)]
struct Hashed(u64);

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
    senses: Vec<Sense>,
    roles: HashMap<u64, u16, BuildHasherDefault<Hashed>>,
    dense: HashMap<char, Vec<(String, u32)>>,
}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lexicon").field("words", &self.used).field("senses", &self.senses.len()).finish_non_exhaustive()
    }
}

const LISTS: [&str; 3] = [
    include_str!("../../data/names/ru.txt"),
    include_str!("../../data/names/en.txt"),
    include_str!("../../data/names/world.txt"),
];
const NEUTRAL: &str = include_str!("../../data/names/neutral.txt");

/// Slots of the table, a power of two: about twice the bundled words, so that a look-up ends at once.
const SLOTS: usize = 1 << 18;
/// Bits of the sieve: 128 KiB, which stay in the second cache, where the table itself does not.
const SIEVE_BITS: usize = 1 << 20;

impl Lexicon {
    /// The bundled words, with what feeds.toml adds and forbids.
    #[must_use]
    pub fn new(settings: &[CountrySettings]) -> Self {
        let mut lexicon = Self {
            slots: vec![Slot { key: 0, sense: 0, longer: false }; SLOTS],
            used: 0,
            sieve: vec![0; SIEVE_BITS / 64],
            senses: Vec::with_capacity(4096),
            roles: HashMap::default(),
            dense: HashMap::new(),
        };
        // What the operator says comes first: of two senses of a word in one language the first stays.
        for country in settings {
            lexicon.own_words(country);
        }
        lexicon.neutral();
        for list in LISTS {
            list.lines().filter(|line| !line.starts_with('#')).for_each(|line| lexicon.line(line));
        }
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

    /// `* KP n<TAB>КНДР;Северн|ая Корея|ой Кореи`.
    fn line(&mut self, line: &str) {
        let Some((head, entries)) = line.split_once('\t') else { return };
        let mut head = head.split(' ');
        let (Some(language), Some(codes), Some(kind)) = (head.next(), head.next(), head.next()) else { return };
        let pair = match () {
            () if codes.contains('&') => Pair::Both,
            () if codes.contains('/') => Pair::Shared,
            () => Pair::One,
        };
        let mut codes = codes.split(['+', '&', '/']).map(Country::from_code);
        let language = (language != "*" && language != "ru").then(|| tag(language));
        let countries = [codes.next().flatten(), codes.next().flatten()];
        let sense = Sense {
            countries,
            pair,
            kind: kind_of(kind),
            doubtful: false,
            case: Case::Small,
            open: false,
            dotted: false,
            language,
        };
        entries.split(';').for_each(|entry| self.entry(entry, sense));
    }

    /// `phrase<TAB>…` speaks for none; the other lines are roles.
    fn neutral(&mut self) {
        for line in NEUTRAL.lines().filter(|line| !line.starts_with('#')) {
            let Some((head, entries)) = line.split_once('\t') else { continue };
            let role = match head {
                "after" => role::AFTER,
                "before" => role::BEFORE,
                "street" => role::STREET,
                "paper" => role::PAPER,
                "given" => role::GIVEN,
                "namesake" => role::NAMESAKE,
                "aside" => role::ASIDE,
                "state" => role::STATE,
                "street-before" => role::STREET_BEFORE,
                "house-before" => role::HOUSE_BEFORE,
                "howto" => role::HOWTO,
                "called" => role::CALLED,
                _ => 0,
            };
            let none = Sense {
                countries: [None, None],
                pair: Pair::One,
                kind: Kind::Neutral,
                doubtful: false,
                case: Case::Small,
                open: false,
                dotted: false,
                language: None,
            };
            for entry in entries.split(';') {
                if role == 0 {
                    self.entry(entry, none);
                } else {
                    forms(entry, |form| {
                        if let Some(&hash) = scan::phrase(form).last() {
                            *self.roles.entry(hash).or_default() |= role;
                        }
                    });
                }
            }
        }
    }

    /// One entry with all its forms.
    fn entry(&mut self, entry: &str, mut sense: Sense) {
        let entry = entry.strip_prefix('~').map_or(entry, |rest| {
            sense.doubtful = true;
            rest
        });
        let entry = entry.strip_suffix('*').map_or(entry, |rest| {
            sense.open = true;
            rest
        });
        sense.dotted = entry.ends_with('.') && entry.matches('.').count() == 1;
        sense.case = written(entry);
        let index = self.sense(sense);
        self.entries(entry, index);
    }

    /// Senses of one list follow each other and are mostly the same.
    fn sense(&mut self, sense: Sense) -> u32 {
        let same = |old: &Sense| {
            old.countries == sense.countries
                && old.pair == sense.pair
                && old.kind == sense.kind
                && old.doubtful == sense.doubtful
                && old.case == sense.case
                && old.open == sense.open
                && old.dotted == sense.dotted
                && old.language == sense.language
        };
        let recent = self.senses.len().saturating_sub(8);
        let at = self.senses[recent..].iter().position(same).map_or(self.senses.len(), |at| recent + at);
        if at == self.senses.len() {
            self.senses.push(sense);
        }
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// All forms of an entry into the table. A process starts as fast as this is: single words, nearly all, need no copy.
    fn entries(&mut self, entry: &str, sense: u32) {
        let (stem, endings) = entry.split_once('|').map_or((entry, None), |(stem, endings)| (stem, Some(endings)));
        let Some(hash) = scan::word(scan::EMPTY, stem).filter(|_| !stem.is_empty()) else {
            return forms(entry, |form| self.word(form, sense));
        };
        let Some(endings) = endings else { return self.insert(hash, sense + 1, false) };
        for ending in endings.split('|') {
            match scan::word(hash, ending) {
                Some(hash) => self.insert(hash, sense + 1, false),
                None => self.word(&format!("{stem}{ending}"), sense),
            }
        }
    }

    fn word(&mut self, form: &str, sense: u32) {
        if scan::is_dense(form) {
            if let Some(first) = form.chars().next() {
                self.dense.entry(first).or_default().push((form.to_owned(), sense));
            }
            return;
        }
        let prefixes = scan::phrase(form);
        let Some((&whole, beginnings)) = prefixes.split_last() else { return };
        for &key in beginnings {
            self.insert(key, 0, true);
        }
        self.insert(whole, sense + 1, false);
    }

    /// A table that would be more than three quarters full takes no more: feeds.toml is not the place for a dictionary.
    fn insert(&mut self, key: u64, sense: u32, longer: bool) {
        if self.used * 4 > SLOTS * 3 {
            return;
        }
        let mut at = place(key);
        while self.slots[at].key != 0 {
            let slot = &mut self.slots[at];
            if slot.key == key {
                slot.longer |= longer;
                if sense == 0 || slot.sense == sense {
                    return;
                }
                if slot.sense == 0 {
                    slot.sense = sense;
                    return;
                }
                // Another sense of the word, in another language perhaps: it has a place of its own further on.
            }
            at = (at + 1) % SLOTS;
        }
        self.slots[at] = Slot { key, sense, longer };
        self.used += 1;
        for bit in sieve_bits(key) {
            self.sieve[bit / 64] |= 1 << (bit % 64);
        }
    }

    /// Whether a hash may be in the table at all.
    #[inline]
    #[must_use]
    pub fn may_have(&self, key: u64) -> bool {
        sieve_bits(key).into_iter().all(|bit| self.sieve[bit / 64] >> (bit % 64) & 1 == 1)
    }

    /// The first sense of a phrase that counts here, and whether a longer phrase begins with it.
    #[must_use]
    pub fn find(&self, key: u64, counts: impl Fn(&Sense) -> bool) -> (Option<&Sense>, bool) {
        let (mut found, mut longer) = (None, false);
        let mut at = place(key);
        while self.slots[at].key != 0 {
            let slot = self.slots[at];
            if slot.key == key {
                longer |= slot.longer;
                if found.is_none() && slot.sense > 0 {
                    found = Some(&self.senses[slot.sense as usize - 1]).filter(|sense| counts(sense));
                }
            }
            at = (at + 1) % SLOTS;
        }
        (found, longer)
    }

    /// What a word does to the name beside it.
    #[must_use]
    pub fn role(&self, token: &Token) -> u16 {
        self.roles.get(&token.hash).copied().unwrap_or(0)
    }

    /// The longest word of a script without spaces that a text begins with, in bytes, and its sense.
    #[must_use]
    pub fn dense(&self, text: &str) -> Option<(usize, &Sense)> {
        let words = self.dense.get(&text.chars().next()?)?;
        let longest =
            words.iter().filter(|(word, _)| text.starts_with(word.as_str())).max_by_key(|(word, _)| word.len())?;
        Some((longest.0.len(), &self.senses[longest.1 as usize]))
    }
}

/// Calls `take` with each form of `stem|ending|ending`.
fn forms(entry: &str, mut take: impl FnMut(&str)) {
    let mut parts = entry.split('|');
    let Some(stem) = parts.next() else { return };
    let mut any = false;
    let mut form = String::with_capacity(entry.len());
    for ending in parts {
        any = true;
        form.clear();
        form.push_str(stem);
        form.push_str(ending);
        take(&form);
    }
    if !any {
        take(stem);
    }
}

fn place(key: u64) -> usize {
    (key >> 20) as usize % SLOTS
}

fn sieve_bits(key: u64) -> [usize; 2] {
    [(key >> 44) as usize % SIEVE_BITS, (key >> 9) as usize % SIEVE_BITS]
}
