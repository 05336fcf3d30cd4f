//! The words of dates in every language of the lands: `data/dates.tsv` (from CLDR) and `data/dates_own.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::date::fold::{self, Token};

/// What the number beside a word counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// 60 of them are a minute.
    Second,
    /// 60 of them are an hour.
    Minute,
    /// 24 of them are a day.
    Hour,
    /// A day.
    Day,
    /// Seven days.
    Week,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
}

/// Whose months are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calendar {
    /// Ours.
    Gregorian,
    /// Iran's and Afghanistan's.
    Persian,
    /// The moon's; its days depend on who saw it, so they are left out.
    Hijri,
}

/// Everything a word can mean: `mar` is March in Portuguese and Tuesday in Spanish.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    /// A month, from 1.
    pub(super) month: Option<(Calendar, i32)>,
    /// A day of the week: says nothing that the date does not.
    pub(super) weekday: bool,
    /// The second half of the day, or the first.
    pub(super) is_pm: Option<bool>,
    /// What the number before it is.
    pub(super) mark: Option<Unit>,
    /// What the number after it is.
    pub(super) before: Option<Unit>,
    /// Years to add to the number after it.
    pub(super) era: Option<i32>,
    /// Minutes east of Greenwich.
    pub(super) zone: Option<i32>,
    /// Says nothing of when.
    pub(super) noise: bool,
}

/// A time counted back from now: how many of which unit; none where the text's own number says how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ago {
    /// How many, where the words say it: «вчера» is 1.
    pub(super) count: Option<i64>,
    /// Of what.
    pub(super) unit: Unit,
}

/// All words and phrases.
pub(super) struct Words {
    meanings: HashMap<String, Meaning>,
    phrases: AhoCorasick,
    ago: Vec<Ago>,
}

/// Most words of a month's name: «كانون الثاني».
const NAME_WORDS_MAX: usize = 3;

/// Most letters of a word of a script without spaces.
const UNSPACED_LETTERS_MAX: usize = 16;

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    Words::of_tables(&[include_str!("../../data/dates.tsv"), include_str!("../../data/dates_own.tsv")])
});

/// The tables, read once.
pub(super) fn words() -> &'static Words {
    &WORDS
}

impl Words {
    fn of_tables(tables: &[&str]) -> Self {
        let mut meanings: HashMap<String, Meaning> = HashMap::new();
        let mut phrases: Vec<(String, Ago)> = Vec::new();
        for line in tables.iter().flat_map(|table| table.lines()).filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let (Some(kind), Some(value), Some(words)) = (columns.next(), columns.next(), columns.next()) else {
                continue;
            };
            for word in words.split('|') {
                let tokens: Vec<Token> =
                    fold::tokens(&fold::fold(word)).into_iter().map(|placed| placed.token).collect();
                if kind == "phrase" {
                    for token in tokens.iter().filter(|token| matches!(token, Token::Word(_))) {
                        meanings.entry(phrase(std::slice::from_ref(token))).or_default();
                    }
                    phrases.extend(ago(value).map(|ago| (phrase(&tokens), ago)));
                } else {
                    meanings.entry(phrase(&tokens)).or_default().learn(kind, value);
                }
            }
        }
        // Of two meanings of a phrase the first counts; the last table is our own: «قبل يومين» is 48 hours ago, and no day.
        phrases.reverse();
        let (patterns, ago): (Vec<String>, Vec<Ago>) = phrases.into_iter().unzip();
        let phrases = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&patterns)
            .expect("the tables are part of the program and are tested");
        Self { meanings, phrases, ago }
    }

    /// The meaning of the words that `tokens` begins with, the longest name first, and how many tokens it takes.
    pub(super) fn longest(&self, tokens: &[Token]) -> Option<(&Meaning, usize)> {
        let words = tokens.iter().take_while(|token| matches!(token, Token::Word(_))).count().min(NAME_WORDS_MAX);
        (1..=words).rev().find_map(|count| Some((self.meanings.get(&phrase(&tokens[..count]))?, count)))
    }

    /// The known words in a run of letters of a script without spaces; none for what is not known.
    pub(super) fn segments(&self, run: &str) -> Vec<Option<&Meaning>> {
        let mut out = Vec::new();
        let mut rest = run;
        while let Some(first) = rest.chars().next() {
            let ends: Vec<usize> =
                rest.char_indices().map(|(at, c)| at + c.len_utf8()).take(UNSPACED_LETTERS_MAX).collect();
            let found = ends.into_iter().rev().find_map(|end| Some((self.meanings.get(&rest[..end])?, end)));
            let end = found.map_or(first.len_utf8(), |(_, end)| end);
            match found {
                Some((meaning, _)) => out.push(Some(meaning)),
                None if out.last() == Some(&None) => {}
                None => out.push(None),
            }
            rest = &rest[end..];
        }
        out
    }

    /// The first phrase like "2 hours ago" in a text made by `phrase`, whole words alone, and where it stands.
    pub(super) fn ago(&self, text: &str) -> Option<(Ago, std::ops::Range<usize>)> {
        self.phrases.find_iter(text).find_map(|found| {
            let range = found.range();
            let parted = |outside: Option<char>, inside: Option<char>| {
                outside.is_none_or(|c| c == ' ' || fold::is_unspaced(c) || inside == Some('#') || c == '#')
            };
            let whole = parted(text[..range.start].chars().next_back(), text[range.clone()].chars().next())
                && parted(text[range.end..].chars().next(), None);
            whole.then(|| (self.ago[found.pattern().as_usize()], range))
        })
    }
}

impl Meaning {
    fn learn(&mut self, kind: &str, value: &str) {
        let number = || value.parse::<i32>().ok();
        match kind {
            "month" => self.month = self.month.or(number().map(|month| (Calendar::Gregorian, month))),
            "persian" => self.month = self.month.or(number().map(|month| (Calendar::Persian, month))),
            "hijri" => self.month = self.month.or(number().map(|month| (Calendar::Hijri, month))),
            "weekday" => self.weekday = true,
            "meridiem" => self.is_pm = Some(value == "pm"),
            "mark" => self.mark = unit(value),
            "before" => self.before = unit(value),
            "era" => self.era = number(),
            "zone" => self.zone = self.zone.or(number()),
            _ => self.noise = true,
        }
    }
}

/// Tokens as phrases are compared: numbers as `#`, words apart by a space but in scripts that have none, signs left out.
pub(super) fn phrase(tokens: &[Token]) -> String {
    let mut out = String::new();
    for token in tokens {
        let word = match token {
            Token::Number { .. } | Token::Sign('#') => "#",
            Token::Word(word) => word,
            Token::Sign(_) => continue,
        };
        let unspaced = |c: Option<char>| c.is_some_and(fold::is_unspaced);
        let runs_on = unspaced(out.chars().next_back()) && unspaced(word.chars().next());
        if !out.is_empty() && !runs_on {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

fn unit(name: &str) -> Option<Unit> {
    Some(match name {
        "second" => Unit::Second,
        "minute" => Unit::Minute,
        "hour" => Unit::Hour,
        "day" => Unit::Day,
        "week" => Unit::Week,
        "month" => Unit::Month,
        "year" => Unit::Year,
        _ => return None,
    })
}

/// `# hour`, `1 day`.
fn ago(value: &str) -> Option<Ago> {
    let (count, name) = value.split_once(' ')?;
    Some(Ago { count: count.parse().ok(), unit: unit(name)? })
}
