//! Reads the word lists of the router (`data/names/*.txt`) and writes them as the program keeps them: hashes, and what they mean.
//!
//! To read a megabyte of words takes a hundred times as long as to copy their hashes, and a filter is started for every call.
//!
//! The file, numbers with their lowest byte first, each part after its length (u32):
//! senses, 10 bytes each: two countries, a language, how the countries share the word, the kind, the marks;
//! phrases: hash (u64), how many senses shifted by one, the lowest bit for "a longer phrase begins so" (u32), the senses (u32);
//! roles: hash (u64), bits (u16); words of scripts without spaces: sense from 0 (u32), length (u8), the word.

use std::collections::HashMap;
use std::path::Path;
use std::{fs, io};

use crate::route::{role, written};
use crate::text::scan::{self, Case};

const LISTS: [&str; 3] = ["ru.txt", "en.txt", "world.txt"];
const NEUTRAL: &str = "neutral.txt";

/// A sense as it is written: see `sense` in `src/route/lexicon.rs`.
type Sense = [u8; 10];

#[derive(Default)]
struct Names {
    senses: Vec<Sense>,
    numbers: HashMap<Sense, u32>,
    /// Hash, senses in the order of the lists, whether a longer phrase begins so.
    phrases: Vec<(u64, Vec<u32>, bool)>,
    places: HashMap<u64, usize>,
    roles: Vec<(u64, u16)>,
    role_places: HashMap<u64, usize>,
    dense: Vec<(u32, String)>,
}

/// The lists of a folder, as bytes.
pub(crate) fn bytes(folder: &Path) -> io::Result<Vec<u8>> {
    let mut names = Names::default();
    // Of two senses of a word the first stays: what speaks for none comes first.
    for line in fs::read_to_string(folder.join(NEUTRAL))?.lines().filter(|line| !line.starts_with('#')) {
        names.neutral(line);
    }
    for list in LISTS {
        for line in fs::read_to_string(folder.join(list))?.lines().filter(|line| !line.starts_with('#')) {
            names.line(line);
        }
    }
    Ok(names.written())
}

impl Names {
    /// `phrase<TAB>…` speaks for none; the other lines are roles.
    fn neutral(&mut self, line: &str) {
        let Some((head, entries)) = line.split_once('\t') else { return };
        let bits = role::of(head);
        for text in entries.split(';') {
            if bits == 0 {
                self.entry(text, [0, 0, 0, 0, 0, 0, 0, b'1', b'-', 0]);
                continue;
            }
            written::forms(text, |form| {
                if let Some(&hash) = scan::phrase(form).last() {
                    let at = *self.role_places.entry(hash).or_insert(self.roles.len());
                    if at == self.roles.len() {
                        self.roles.push((hash, 0));
                    }
                    self.roles[at].1 |= bits;
                }
            });
        }
    }

    /// `* KP n<TAB>КНДР;Северн|ая Корея|ой Кореи`.
    fn line(&mut self, line: &str) {
        let Some((head, entries)) = line.split_once('\t') else { return };
        let mut head = head.split(' ');
        let (Some(language), Some(codes), Some(kind)) = (head.next(), head.next(), head.next()) else { return };
        let mut sense: Sense = [0; 10];
        for (at, code) in codes.split(['+', '&', '/']).take(2).enumerate() {
            sense[at * 2..at * 2 + 2].copy_from_slice(&code.as_bytes()[..2]);
        }
        if language != "*" && language != "ru" {
            language.bytes().take(3).zip(&mut sense[4..7]).for_each(|(from, to)| *to = from);
        }
        sense[7] = codes.bytes().find(|byte| matches!(byte, b'&' | b'/')).unwrap_or(b'1');
        sense[8] = kind.bytes().next().unwrap_or(b'n');
        entries.split(';').for_each(|text| self.entry(text, sense));
    }

    fn entry(&mut self, text: &str, mut sense: Sense) {
        let entry = written::entry(text);
        let case = match entry.case {
            Case::Small => 0,
            Case::Capital => 1,
            Case::All => 2,
        };
        sense[9] = u8::from(entry.doubtful) | u8::from(entry.open) << 1 | u8::from(entry.dotted) << 2 | case << 4;
        let next = u32::try_from(self.senses.len()).expect("fewer senses than words");
        let number = *self.numbers.entry(sense).or_insert(next);
        if number == next {
            self.senses.push(sense);
        }
        written::forms(entry.body, |form| {
            if scan::is_dense(form) {
                self.dense.push((number, form.to_owned()));
                return;
            }
            written::keys(form, |key, whole| self.phrase(key, whole.then_some(number)));
        });
    }

    /// A sense of a phrase, or the beginning of one.
    fn phrase(&mut self, key: u64, sense: Option<u32>) {
        let at = *self.places.entry(key).or_insert(self.phrases.len());
        if at == self.phrases.len() {
            self.phrases.push((key, Vec::new(), false));
        }
        let (_, senses, longer) = &mut self.phrases[at];
        match sense {
            Some(sense) if !senses.contains(&sense) => senses.push(sense),
            Some(_) => {}
            None => *longer = true,
        }
    }

    fn written(mut self) -> Vec<u8> {
        // In the order of the table they go into, which is filled from its beginning to its end.
        self.phrases.sort_by_key(|(key, ..)| written::place(*key));
        let mut out = Vec::new();
        let length = |count: usize| u32::try_from(count).expect("fewer words than 4 thousand million").to_le_bytes();
        out.extend(length(self.senses.len()));
        out.extend(self.senses.iter().flatten());
        out.extend(length(self.phrases.len()));
        for (key, senses, longer) in &self.phrases {
            out.extend(key.to_le_bytes());
            let count = u32::try_from(senses.len()).expect("fewer senses than words");
            out.extend((count << 1 | u32::from(*longer)).to_le_bytes());
            out.extend(senses.iter().flat_map(|sense| sense.to_le_bytes()));
        }
        out.extend(length(self.roles.len()));
        for (key, bits) in &self.roles {
            out.extend(key.to_le_bytes());
            out.extend(bits.to_le_bytes());
        }
        out.extend(length(self.dense.len()));
        for (sense, word) in &self.dense {
            out.extend(sense.to_le_bytes());
            out.push(u8::try_from(word.len()).expect("words of scripts without spaces are shorter than 256 bytes"));
            out.extend(word.as_bytes());
        }
        out
    }
}
