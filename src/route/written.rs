//! How an entry of the word lists is written: `word`, or `stem|ending|ending`; `~` before it, `*` or a full stop after it.
//!
//! `build.rs` reads this file too, for the bundled lists; the program needs it for the words of feeds.toml.

use crate::text::scan::{self, Case};

/// An entry, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'e> {
    /// Its word, or its stem and endings.
    pub body: &'e str,
    /// Also an ordinary word or a name of people.
    pub doubtful: bool,
    /// Other letters may follow.
    pub open: bool,
    /// A full stop must follow: `Pa.`
    pub dotted: bool,
    /// How it must be written at least.
    pub case: Case,
}

/// What an entry says.
#[must_use]
pub fn entry(text: &str) -> Entry<'_> {
    let (doubtful, text) = text.strip_prefix('~').map_or((false, text), |rest| (true, rest));
    let (open, body) = text.strip_suffix('*').map_or((false, text), |rest| (true, rest));
    let dotted = body.ends_with('.') && body.matches('.').count() == 1;
    Entry { body, doubtful, open, dotted, case: written(body) }
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

/// Calls `take` with each form of `stem|ending|ending`.
pub fn forms(body: &str, mut take: impl FnMut(&str)) {
    let Some((stem, endings)) = body.split_once('|') else { return take(body) };
    for ending in endings.split('|') {
        take(&format!("{stem}{ending}"));
    }
}

/// Calls `take` with the hash of a form, and before it with those of the beginnings of a phrase; whether it is the whole.
pub fn keys(form: &str, mut take: impl FnMut(u64, bool)) {
    let prefixes = scan::phrase(form);
    let Some((&whole, beginnings)) = prefixes.split_last() else { return };
    for &key in beginnings {
        take(key, false);
    }
    take(whole, true);
}

/// Places of the table of words, a power of two: about twice the bundled words, so that a look-up ends at once.
pub const SLOTS: usize = 1 << 18;

/// Where in the table a hash is looked for first.
#[must_use]
pub fn place(key: u64) -> usize {
    (key >> 14) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_endings_are_read() {
        let one = entry("~Чад||а");
        assert!(one.doubtful && !one.open && one.case == Case::Capital);
        let mut all = Vec::new();
        forms(one.body, |form| all.push(form.to_owned()));
        assert_eq!(all, ["Чад", "Чада"]);
        assert!(entry("Gruzj*").open && entry("Pa.").dotted && entry("КНДР").case == Case::All);
    }
}
