//! Articles on the same event, each in its own words: grouped for display, never dropped.
//!
//! No model: the words of the headline and of the beginning, weighed by how rare they are of late. Three things speak for
//! one event: how much of that weight is common to both; whether each text has the words of the other's headline; whether
//! each has the names of the other's beginning. Reports in one form on other places and people fail the last two.

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use unicode_normalization::UnicodeNormalization;
use xxhash_rust::xxh3::xxh3_64;

/// Reports on an event appear within two days; later ones are on what followed from it.
const WINDOW: SignedDuration = SignedDuration::from_hours(48);

/// Articles that are remembered, whatever their dates say.
const ARTICLES_MAX: usize = 20_000;

/// Words of the text that are weighed: what happened, where and to whom stands at the beginning.
const LEAD_WORDS: usize = 60;

/// Words of the text that may answer to another's headline and names, and bytes in which they are looked for.
const TEXT_WORDS: usize = 600;
const TEXT_BYTES: usize = 12 * 1024;

/// How often a word of the headline counts against one of the text.
const TITLE_WEIGHT: f32 = 2.0;

/// Letters by which a word is known: what follows is its case or number, in Russian as in Turkish.
const STEM_LETTERS: usize = 4;

/// Shorter words carry grammar.
const WORD_LETTERS_MIN: usize = 3;

/// How much the words of the headlines count beside the words in common.
const HEADLINE_SHARE: f32 = 0.4;

/// How much the names count. A logistic regression over labelled pairs gives both about half the weight of the words.
const NAME_SHARE: f32 = 0.4;

/// What stands for an answer where a headline or a beginning has nothing to ask for: scripts without capitals.
const NEUTRAL: f32 = 0.5;

/// The sum from which two articles are on one event.
const LIKENESS_MIN: f32 = 0.80;

/// Above this part of words in common two articles are copies of one text, and the second says nothing more about how rare
/// its words are.
const COPY_LIKENESS: f32 = 0.85;

/// The weightiest words of an article, by which others are found.
const KEYS_MAX: usize = 12;

/// Articles that one word leads to: the newest.
const KEY_ARTICLES_MAX: usize = 256;

/// Articles that are counted before any was read: until then the length of a word tells how rare it is.
const PRIOR_ARTICLES: f32 = 300.0;

/// An article, as far as it tells of an event.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The headline.
    pub title: &'a str,
    /// The text, plain.
    pub text: &'a str,
    /// When it was published, or first seen; where nobody knows, it is taken to be of its neighbours' time.
    pub published: Option<Timestamp>,
}

/// Articles of late and their events.
#[derive(Debug, Default)]
pub struct Events {
    articles: VecDeque<Remembered>,
    /// The number of the first of `articles`.
    first: u64,
    by_stem: HashMap<u64, VecDeque<u64>>,
    /// In how many articles a stem stood.
    counts: HashMap<u64, f32>,
    counted: f32,
}

#[derive(Debug)]
struct Remembered {
    words: Words,
    /// Whether its words were counted.
    counted: bool,
    keys: Vec<u64>,
    published: Option<Timestamp>,
    event: Rc<str>,
}

/// The words of an article, by what they are asked for.
#[derive(Debug, Default)]
struct Words {
    /// Those of the headline and of the beginning, each once, by hash.
    stems: Vec<Stem>,
    /// Those of the headline.
    headline: Vec<Stem>,
    /// Those of the headline and of the beginning that are written with a capital.
    names: Vec<Stem>,
    /// Names and figures of the headline, by hash. Its first word is a capital whatever it is.
    marks: Vec<u64>,
    /// All, as far as the text is looked at, in order; read when another article asks, which most never do.
    all: OnceCell<Vec<u64>>,
    /// What it is read from.
    told: Box<[Box<str>]>,
}

/// A word of an article.
#[derive(Debug, Clone, Copy)]
struct Stem {
    hash: u64,
    /// How often it stands there, those in the headline counted more.
    count: f32,
    /// How often a word of its length stands in an article.
    prior: f32,
    /// How rare it was when its article came.
    rarity: f32,
    /// Its part in all that its article says: the squares add up to 1.
    weight: f32,
    /// Whether it is a number.
    is_figure: bool,
}

impl Events {
    /// Takes an article up, and names its event: after the article that was the first of it.
    pub fn add(&mut self, id: &str, told: Told<'_>) -> Rc<str> {
        let words = self.weighed(Words::of(told));
        let keys = heaviest(&words.stems);
        let best = self.best(&words, &keys, told.published);
        let is_copy = best.as_ref().is_some_and(|(_, common, _)| *common >= COPY_LIKENESS);
        let event = best.map_or_else(|| Rc::from(id), |(_, _, event)| event);
        if !is_copy {
            self.count(&words.stems);
        }
        let number = self.first + self.articles.len() as u64;
        for key in &keys {
            let numbers = self.by_stem.entry(*key).or_default();
            if numbers.len() == KEY_ARTICLES_MAX {
                numbers.pop_front();
            }
            numbers.push_back(number);
        }
        let counted = !is_copy;
        self.articles.push_back(Remembered {
            words,
            counted,
            keys,
            published: told.published,
            event: Rc::clone(&event),
        });
        if self.articles.len() > ARTICLES_MAX {
            self.forget_oldest();
        }
        event
    }

    /// The event of the article that is most like this one, if any is like enough; with the sum and the part in common.
    fn best(&self, words: &Words, keys: &[u64], published: Option<Timestamp>) -> Option<(f32, f32, Rc<str>)> {
        let mut numbers: Vec<u64> = keys.iter().filter_map(|key| self.by_stem.get(key)).flatten().copied().collect();
        numbers.sort_unstable();
        // One rare word in common is chance.
        let shared = numbers.chunk_by(|one, next| one == next).filter(|group| group.len() > 1);
        let alike = shared.filter_map(|group| {
            let other = self.articles.get(usize::try_from(group[0].checked_sub(self.first)?).ok()?)?;
            if !within_window(published, other.published) || tell_of_others(words, &other.words) {
                return None;
            }
            let common = cosine(&words.stems, &other.words.stems);
            let headlines = answered((&words.headline, words), (&other.words.headline, &other.words));
            let names = answered((&words.names, words), (&other.words.names, &other.words));
            let sum = common + HEADLINE_SHARE * headlines + NAME_SHARE * names;
            (sum >= LIKENESS_MIN).then_some((sum, common, other))
        });
        let best = alike.max_by(|(one, ..), (other, ..)| one.total_cmp(other));
        best.map(|(sum, common, other)| (sum, common, Rc::clone(&other.event)))
    }

    /// The words of an article, weighed by how rare they are of late.
    fn weighed(&self, mut words: Words) -> Words {
        for stem in words.stems.iter_mut().chain(&mut words.headline).chain(&mut words.names) {
            stem.rarity = self.rarity(*stem);
            stem.weight = stem.count.ln_1p() * stem.rarity;
        }
        let length = words.stems.iter().map(|stem| stem.weight * stem.weight).sum::<f32>().sqrt();
        for stem in &mut words.stems {
            stem.weight /= length.max(f32::MIN_POSITIVE);
        }
        words
    }

    /// How rare a stem is: the logarithm of how many articles there are for one that has it.
    fn rarity(&self, stem: Stem) -> f32 {
        let seen = self.counts.get(&stem.hash).copied().unwrap_or(0.0);
        ((self.counted + PRIOR_ARTICLES) / (seen + PRIOR_ARTICLES * stem.prior)).ln().max(0.0)
    }

    fn count(&mut self, stems: &[Stem]) {
        self.counted += 1.0;
        for stem in stems {
            *self.counts.entry(stem.hash).or_default() += 1.0;
        }
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.articles.pop_front() else { return };
        for key in &oldest.keys {
            if let Some(numbers) = self.by_stem.get_mut(key) {
                if numbers.front() == Some(&self.first) {
                    numbers.pop_front();
                }
                if numbers.is_empty() {
                    self.by_stem.remove(key);
                }
            }
        }
        self.first += 1;
        if !oldest.counted {
            return;
        }
        for stem in &oldest.words.stems {
            if let Some(count) = self.counts.get_mut(&stem.hash) {
                *count -= 1.0;
                if *count <= 0.0 {
                    self.counts.remove(&stem.hash);
                }
            }
        }
        self.counted -= 1.0;
    }
}

fn within_window(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.duration_since(other).abs() <= WINDOW,
        _ => true,
    }
}

impl Words {
    fn of(told: Told<'_>) -> Self {
        let mut words = Self::default();
        let mut stems: HashMap<u64, Stem> = HashMap::new();
        let mut names: HashMap<u64, Stem> = HashMap::new();
        for (index, (stem, is_name)) in stems_of(told.title).enumerate() {
            words.headline.push(stem);
            if stem.is_figure || is_name && index > 0 {
                words.marks.push(stem.hash);
            }
            stems.entry(stem.hash).or_insert(stem).count += TITLE_WEIGHT;
            if is_name {
                names.insert(stem.hash, stem);
            }
        }
        for (stem, is_name) in stems_of(told.text).take(LEAD_WORDS) {
            stems.entry(stem.hash).or_insert(stem).count += 1.0;
            if is_name {
                names.insert(stem.hash, stem);
            }
        }
        let text = &told.text[..told.text.floor_char_boundary(TEXT_BYTES)];
        words.told = [told.title, text].map(Box::from).into();
        words.headline.sort_unstable_by_key(|stem| stem.hash);
        words.headline.dedup_by_key(|stem| stem.hash);
        words.stems = stems.into_values().collect();
        words.stems.sort_unstable_by_key(|stem| stem.hash);
        words.names = names.into_values().collect();
        words
    }

    /// Whether a word stands in the headline or in the text.
    fn has(&self, stem: u64) -> bool {
        let read = || {
            let texts = self.told.iter().flat_map(|text| stems_of(text).take(TEXT_WORDS));
            let mut all: Vec<u64> = texts.map(|(stem, _)| stem.hash).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        self.all.get_or_init(read).binary_search(&stem).is_ok()
    }
}

/// The stems of a text in order, and whether each is written with a capital.
fn stems_of(text: &str) -> impl Iterator<Item = (Stem, bool)> + '_ {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.filter_map(|word| {
        let letters = word.chars().count();
        let first = word.chars().next()?;
        if letters < WORD_LETTERS_MIN && !first.is_numeric() {
            return None;
        }
        let mut stem = [0_u8; STEM_LETTERS * 4];
        let mut end = 0;
        for letter in word.nfkc().flat_map(char::to_lowercase).take(STEM_LETTERS) {
            let letter = if letter == 'ё' { 'е' } else { letter };
            end += letter.encode_utf8(&mut stem[end..]).len();
        }
        let hash = xxh3_64(&stem[..end]);
        let is_figure = first.is_numeric();
        let stem = Stem { hash, count: 0.0, prior: prior(letters), rarity: 0.0, weight: 0.0, is_figure };
        Some((stem, first.is_uppercase()))
    })
}

/// In what part of articles a word of so many letters stands, before any was read.
fn prior(letters: usize) -> f32 {
    match letters {
        0..=3 => 0.05,
        4..=5 => 0.02,
        _ => 0.01,
    }
}

fn heaviest(stems: &[Stem]) -> Vec<u64> {
    let mut ranked = stems.to_vec();
    ranked.sort_unstable_by(|one, other| other.weight.total_cmp(&one.weight).then(one.hash.cmp(&other.hash)));
    ranked.truncate(KEYS_MAX);
    ranked.into_iter().map(|stem| stem.hash).collect()
}

/// Whether each headline has a name or a figure that the other article has nowhere: the weather in two towns, two days' quotes.
fn tell_of_others(one: &Words, other: &Words) -> bool {
    let is_strange = |one: &Words, other: &Words| one.marks.iter().any(|mark| !other.has(*mark));
    is_strange(one, other) && is_strange(other, one)
}

/// The part of what both say that is common to them.
fn cosine(one: &[Stem], other: &[Stem]) -> f32 {
    let (mut one, mut other) = (one, other);
    let mut sum = 0.0;
    while let ([a, one_rest @ ..], [b, other_rest @ ..]) = (one, other) {
        match a.hash.cmp(&b.hash) {
            Ordering::Less => one = one_rest,
            Ordering::Greater => other = other_rest,
            Ordering::Equal => {
                sum += a.weight * b.weight;
                (one, other) = (one_rest, other_rest);
            }
        }
    }
    sum
}

/// How much of what each asks for the other has: the lesser of both parts.
fn answered((asked, words): (&[Stem], &Words), (other_asked, other_words): (&[Stem], &Words)) -> f32 {
    part(asked, other_words).min(part(other_asked, words))
}

/// The part of these stems that stands in a text, each by its rarity.
fn part(asked: &[Stem], words: &Words) -> f32 {
    let whole: f32 = asked.iter().map(|stem| stem.rarity).sum();
    let there: f32 = asked.iter().filter(|stem| words.has(stem.hash)).map(|stem| stem.rarity).sum();
    if whole > 0.0 { there / whole } else { NEUTRAL }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events_of(articles: [(&str, &str); 2]) -> usize {
        let mut events = Events::default();
        let named = articles.map(|(title, text)| events.add(title, Told { title, text, published: None }));
        usize::from(named[0] != named[1]) + 1
    }

    #[test]
    fn reports_in_one_form_on_other_towns_or_days_are_events_of_their_own() {
        let quay = "отремонтировали набережную: рабочие уложили гранит, поставили фонари и высадили липы вдоль реки";
        let (one, other) = (format!("В Бресте {quay}."), format!("В Гомеле {quay}."));
        assert_eq!(events_of([("Набережная Бреста открыта", &one), ("Набережная Гомеля открыта", &other)]), 2);
        assert_eq!(events_of([("Набережная Бреста открыта", &one), ("Набережную в Бресте открыли", &one)]), 1);
        let (one, other) = (format!("8 ноября {quay}."), format!("16 ноября {quay}."));
        assert_eq!(events_of([("Набережная: итоги 8 ноября", &one), ("Набережная: итоги 16 ноября", &other)]), 2);
    }
}
