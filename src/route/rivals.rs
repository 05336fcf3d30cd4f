//! Names that mean a country and something else: Georgia the state, Turkey the bird, Jordan the player. The words of the article decide.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;

use crate::model::country::Country;
use crate::route::lexicon::Hashed;
use crate::route::mention::{Mention, Scanned};
use crate::route::sense::Kind;
use crate::text::scan;

const LIST: &str = include_str!("../../data/names/rivals.txt");

/// The other sense of a name.
#[derive(Debug)]
struct Rival {
    /// What it then means; nothing of ours, if none.
    other: Option<Country>,
    against: HashSet<u64>,
    own: HashSet<u64>,
}

/// All names with another sense, by the hash of the name.
#[derive(Debug)]
pub struct Rivals {
    by_name: HashMap<u64, Rival, BuildHasherDefault<Hashed>>,
}

impl Rivals {
    /// Those of `data/names/rivals.txt`.
    #[must_use]
    pub fn new() -> Self {
        let hashes =
            |words: &str| words.split_whitespace().filter_map(|word| scan::phrase(word).last().copied()).collect();
        let by_name = LIST
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| {
                let (head, words) = line.split_once(": ")?;
                let (name, other) = head.split_once(' ')?;
                let (against, own) = words.split_once('|')?;
                let rival = Rival { other: Country::from_code(other), against: hashes(against), own: hashes(own) };
                Some((*scan::phrase(name).last()?, rival))
            })
            .collect();
        Self { by_name }
    }

    /// Turns the mentions that mean something else in this article into that, or drops them.
    pub fn settle(&self, texts: &[Scanned<'_>], parts: &mut [Vec<Mention>]) {
        let mut decided: HashMap<u64, bool> = HashMap::new();
        for index in 0..parts.len() {
            let scanned = texts[index];
            parts[index].retain_mut(|mention| {
                let hash = scanned.tokens[mention.hit.first].hash;
                let single = mention.hit.first == mention.hit.last;
                let place = matches!(mention.hit.sense.kind, Kind::Name | Kind::Capital | Kind::Region | Kind::Town);
                let Some(rival) = self.by_name.get(&hash).filter(|_| single && place) else { return true };
                let loses = *decided.entry(hash).or_insert_with(|| rival.wins(texts));
                if !loses {
                    return true;
                }
                mention.hit.sense.countries = [rival.other, None];
                mention.hit.sense.kind = Kind::Region;
                rival.other.is_some()
            });
        }
    }
}

impl Default for Rivals {
    fn default() -> Self {
        Self::new()
    }
}

impl Rival {
    /// Whether more words of the article speak for the other sense than for the country.
    fn wins(&self, texts: &[Scanned<'_>]) -> bool {
        let words: HashSet<u64> = texts.iter().flat_map(|text| text.tokens.iter().map(|token| token.hash)).collect();
        let count = |side: &HashSet<u64>| side.intersection(&words).count();
        count(&self.against) > count(&self.own)
    }
}
