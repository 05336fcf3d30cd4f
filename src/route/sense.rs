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

/// The sort of word that a letter of the lists stands for.
#[must_use]
pub fn kind_of(letter: u8) -> Kind {
    match letter {
        b'a' => Kind::Adjective,
        b'd' => Kind::People,
        b'c' => Kind::Capital,
        b't' => Kind::Town,
        b'r' => Kind::Region,
        b'g' => Kind::Body,
        b'l' => Kind::Leader,
        b'm' => Kind::Money,
        b'o' => Kind::Organisation,
        b'w' => Kind::Water,
        b'-' => Kind::Neutral,
        _ => Kind::Name,
    }
}
