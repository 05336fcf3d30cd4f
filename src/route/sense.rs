//! What a word of the lists means: which country, which sort of word, how it must be written; and what words do to a name beside them.

use crate::model::country::Country;
use crate::text::scan::Case;

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

/// How two countries share a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair {
    /// One of them is meant, mostly the first: «Корея».
    One,
    /// Both are: 中美.
    Both,
    /// The one that the article names otherwise, and both where it names neither: «Корейский полуостров».
    Shared,
}

/// What a word means.
#[derive(Debug, Clone, Copy)]
pub struct Sense {
    /// The country, and another.
    pub countries: [Option<Country>; 2],
    /// How the two share the word.
    pub pair: Pair,
    /// What sort of word.
    pub kind: Kind,
    /// Also an ordinary word or a name of people: believed where another word supports it.
    pub doubtful: bool,
    /// How it must be written at least.
    pub case: Case,
    /// Other letters may follow.
    pub open: bool,
    /// A full stop must follow: `Pa.`
    pub dotted: bool,
    /// The language in which alone it counts.
    pub language: Option<[u8; 3]>,
}

/// What a word does to a country's name beside it; bits, a word may do several things.
pub mod role {
    /// A noun after an adjective that makes it a sea, a dish, a breed: «кошка».
    pub const AFTER: u16 = 1;
    /// A noun before a quoted name: гостиница «Москва».
    pub const BEFORE: u16 = 2;
    /// A street, on either side.
    pub const STREET: u16 = 4;
    /// The second half of a newspaper's name: `Times`.
    pub const PAPER: u16 = 8;
    /// A given name: what follows is a surname.
    pub const GIVEN: u16 = 16;
    /// A country's name that is a given name too: `Jordan`.
    pub const NAMESAKE: u16 = 32;
    /// A word that sets the next country beside the matter: «как в», «ранее».
    pub const ASIDE: u16 = 64;
    /// A word after a namesake that shows the country to be meant: `government`.
    pub const STATE: u16 = 128;
    /// A street where it stands before its name: `rue de Chine`.
    pub const STREET_BEFORE: u16 = 256;
    /// A house or a ship where it stands before its name: `hotel Indonesia`.
    pub const HOUSE_BEFORE: u16 = 512;
    /// A word of recipes, breeds, keeping house.
    pub const HOWTO: u16 = 1024;
    /// A word that says how someone is called: «по кличке», `Mr`.
    pub const CALLED: u16 = 2048;
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

/// How a word of a list must be written in a text: its own capitals are asked for.
#[must_use]
pub fn written(entry: &str) -> Case {
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

/// The sort of word that a letter of the lists stands for.
#[must_use]
pub fn kind_of(letter: &str) -> Kind {
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
        "-" => Kind::Neutral,
        _ => Kind::Name,
    }
}
