//! The bundled words and those of feeds.toml, as one table from hashes to what they mean.
//!
//! `data/names/*.txt` says what a word speaks for; here it is read, once. Looking for words in a text is `matcher`'s.

use std::collections::HashMap;

use crate::model::country::Country;
use crate::model::settings::CountrySettings;
use crate::text::scan::{self, Case, Script, Token};

/// What sort of word speaks for a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// «Монголия»; also the words that feeds.toml adds.
    Name,
    /// «монгольский».
    Adjective,
    /// «монголы».
    People,
    /// «Улан-Батор».
    Capital,
    /// «Эрдэнэт».
    Town,
    /// «Баян-Улгий».
    Region,
    /// Government, parliament, army, parties: «Великий хурал».
    Body,
    /// Those who lead it, and led it.
    Leader,
    /// «тугрик».
    Money,
    /// Companies, airlines, clubs.
    Organisation,
    /// Rivers, lakes, mountains.
    Water,
    /// Speaks for none: «Японское море», «РИА Новости».
    Neutral,
}

/// What a word means.
#[derive(Debug, Clone, Copy)]
pub struct Sense {
    /// The country, and another.
    pub countries: [Option<Country>; 2],
    /// Whether both are meant, as by 中美; else one of them is, as by «Корея».
    pub both: bool,
    /// What sort of word.
    pub kind: Kind,
    /// Also an ordinary word or a name of people: believed where another word supports it.
    pub doubtful: bool,
    /// How it must be written at least.
    case: Case,
    /// Other letters may follow.
    open: bool,
    /// The language in which alone it counts.
    language: Option<[u8; 3]>,
}

/// What a word does to a country's name beside it; bits, a word may do several things.
pub mod role {
    /// A noun after an adjective that makes it a sea, a dish, a breed: «кошка».
    pub const AFTER: u8 = 1;
    /// A noun before a quoted name: гостиница «Москва».
    pub const BEFORE: u8 = 2;
    /// A street, on either side.
    pub const STREET: u8 = 4;
    /// The second half of a newspaper's name: `Times`.
    pub const PAPER: u8 = 8;
    /// A given name: what follows is a surname.
    pub const GIVEN: u8 = 16;
    /// A country's name that is a given name too: `Jordan`.
    pub const NAMESAKE: u8 = 32;
    /// A word that sets the next country beside the matter: «как в», «ранее».
    pub const ASIDE: u8 = 64;
    /// A word after a namesake that shows the country to be meant: `government`.
    pub const STATE: u8 = 128;
}

/// A place of the table: the hash of a phrase or of a beginning of one.
#[derive(Clone, Copy)]
struct Slot {
    key: u64,
    /// Index into `senses`, plus one; 0 where no phrase ends here.
    sense: u32,
    /// Whether a longer phrase begins so.
    longer: bool,
}

/// All words.
pub struct Lexicon {
    slots: Vec<Slot>,
    used: usize,
    /// One bit for each low part of a key in the table: most words of a text are in no list.
    sieve: Vec<u64>,
    senses: Vec<Sense>,
    roles: HashMap<u64, u8>,
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
/// Bits of the sieve: 32 KiB, which stays in the first cache.
const SIEVE_BITS: usize = 1 << 18;

impl Lexicon {
    /// The bundled words, with what feeds.toml adds and forbids.
    #[must_use]
    pub fn new(settings: &[CountrySettings]) -> Self {
        let mut lexicon = Self {
            slots: vec![Slot { key: 0, sense: 0, longer: false }; SLOTS],
            used: 0,
            sieve: vec![0; SIEVE_BITS / 64],
            senses: Vec::with_capacity(4096),
            roles: HashMap::new(),
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
            both: false,
            kind,
            doubtful: false,
            case: Case::Small,
            open: false,
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
        let both = codes.contains('&');
        let mut codes = codes.split(['+', '&']).map(Country::from_code);
        let language = (language != "*" && language != "ru").then(|| tag(language));
        let countries = [codes.next().flatten(), codes.next().flatten()];
        let sense =
            Sense { countries, both, kind: kind_of(kind), doubtful: false, case: Case::Small, open: false, language };
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
                _ => 0,
            };
            let none = Sense {
                countries: [None, None],
                both: false,
                kind: Kind::Neutral,
                doubtful: false,
                case: Case::Small,
                open: false,
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
        sense.case = written(entry);
        let index = self.sense(sense);
        forms(entry, |form| self.word(form, index));
    }

    /// Senses of one list follow each other and are mostly the same.
    fn sense(&mut self, sense: Sense) -> u32 {
        let same = |old: &Sense| {
            old.countries == sense.countries
                && old.both == sense.both
                && old.kind == sense.kind
                && old.doubtful == sense.doubtful
                && old.case == sense.case
                && old.open == sense.open
                && old.language == sense.language
        };
        let recent = self.senses.len().saturating_sub(8);
        let at = self.senses[recent..].iter().position(same).map_or(self.senses.len(), |at| recent + at);
        if at == self.senses.len() {
            self.senses.push(sense);
        }
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    fn word(&mut self, form: &str, sense: u32) {
        let mut scanned = Vec::new();
        scan::tokens(form, &mut scanned);
        if scanned.iter().any(|token| token.script == Script::Dense) {
            if let Some(first) = form.chars().next() {
                self.dense.entry(first).or_default().push((form.to_owned(), sense));
            }
            return;
        }
        let prefixes = scan::phrase(form);
        let Some((&whole, beginnings)) = prefixes.split_last() else { return };
        beginnings.iter().for_each(|&key| self.insert(key, 0, true));
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
        let bit = sieve_bit(key);
        self.sieve[bit / 64] |= 1 << (bit % 64);
    }

    /// Whether a hash may be in the table at all.
    #[inline]
    #[must_use]
    pub fn may_have(&self, key: u64) -> bool {
        let bit = sieve_bit(key);
        self.sieve[bit / 64] >> (bit % 64) & 1 == 1
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
    pub fn role(&self, token: &Token) -> u8 {
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

impl Sense {
    /// Whether a word that is written so, in a text of this language, has this sense.
    #[must_use]
    pub fn counts(&self, case: Case, language: Option<[u8; 3]>, exact: bool) -> bool {
        let written = match self.case {
            Case::Small => true,
            Case::Capital => case != Case::Small,
            Case::All => case == Case::All,
        };
        written && (exact || self.open) && self.language.is_none_or(|ours| language.is_none_or(|text| text == ours))
    }
}

/// The first letters of a language's tag: `uk`, `fil`.
#[must_use]
pub fn tag(language: &str) -> [u8; 3] {
    let mut letters = [0; 3];
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    primary.bytes().take(3).zip(&mut letters).for_each(|(byte, letter)| *letter = byte.to_ascii_lowercase());
    letters
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

/// How a word of a list must be written in a text: its own capitals are asked for.
fn written(entry: &str) -> Case {
    let letters = || entry.chars().take_while(|c| *c != '|' && *c != ' ').filter(|c| c.is_alphabetic());
    match letters().next() {
        Some(first) if first.is_uppercase() => {
            if letters().count() >= 2 && letters().all(char::is_uppercase) && !entry.contains('|') {
                Case::All
            } else {
                Case::Capital
            }
        }
        _ => Case::Small,
    }
}

fn kind_of(letter: &str) -> Kind {
    match letter {
        "a" => Kind::Adjective,
        "d" => Kind::People,
        "c" => Kind::Capital,
        "t" => Kind::Town,
        "r" => Kind::Region,
        "g" => Kind::Body,
        "l" => Kind::Leader,
        "m" => Kind::Money,
        "o" => Kind::Organisation,
        "w" => Kind::Water,
        _ => Kind::Name,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low bits are what is wanted")]
fn place(key: u64) -> usize {
    (key >> 20) as usize % SLOTS
}

#[expect(clippy::cast_possible_truncation, reason = "the low bits are what is wanted")]
fn sieve_bit(key: u64) -> usize {
    (key >> 40) as usize % SIEVE_BITS
}
