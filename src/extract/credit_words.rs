//! The words around a photographer's name, out of `data/credit_*.toml`, in a form in which they are found quickly.
//!
//! Knows words alone; what they mean in a caption is decided in `credit_label` and `credit_owner`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use crate::extract::credit_text::{Folded, folded, is_unspaced};
use crate::model::article::CreditRole;

/// The words as built in.
pub(crate) static WORDS: LazyLock<Words> = LazyLock::new(Words::bundled);

/// What a word around a name can mean; several meanings may hold of one word.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each list of the data is one yes or no of a word")]
pub(crate) struct Meaning {
    /// Names the picture or its maker: counts with a mark after it.
    pub(crate) label: bool,
    /// Governs the name that follows, mark or none.
    pub(crate) direct: Option<CreditRole>,
    /// Stands after the name.
    pub(crate) after: Option<CreditRole>,
    /// The languages in which it does.
    after_in: Vec<String>,
    /// Opens a caption, however much it looks like a label.
    pub(crate) caption: bool,
    /// Says of a picture what owes nothing to anyone.
    pub(crate) nothing: bool,
    /// Another's part: with a mark after it, it ends a name.
    pub(crate) other: bool,
}

impl Meaning {
    /// Whether the word stands after names in this language; in any, where it is not known.
    pub(crate) fn is_after_in(&self, language: Option<&str>) -> bool {
        let Some(language) = language else { return true };
        let primary = language.split(['-', '_']).next().unwrap_or_default();
        self.after_in.iter().any(|known| known.eq_ignore_ascii_case(primary))
    }
}

/// A word found in a text: folded bytes `start..end`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) meaning: &'static Meaning,
}

/// All words, compiled.
#[derive(Debug)]
pub(crate) struct Words {
    patterns: AhoCorasick,
    meanings: Vec<Meaning>,
    notices: AhoCorasick,
    nothing: HashSet<String>,
    stops: HashSet<String>,
    agencies: HashSet<String>,
    shouted: HashSet<String>,
    bodies: HashSet<String>,
    beside: HashSet<String>,
    relays: Vec<String>,
    particles: HashSet<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Language {
    label: Vec<String>,
    direct: Vec<String>,
    provided: Vec<String>,
    archive: Vec<String>,
    screenshot: Vec<String>,
    generated: Vec<String>,
    after: Vec<String>,
    after_provided: Vec<String>,
    caption: Vec<String>,
    nothing: Vec<String>,
    role: Vec<String>,
    stop: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Owners {
    agencies: Vec<String>,
    shouted: Vec<String>,
    bodies: Vec<String>,
    beside: Vec<String>,
    relays: Vec<String>,
    notices: Vec<String>,
    particles: Vec<String>,
}

/// Signs that stand before an owner in every language.
const SIGNS: [&str; 5] = ["©", "(c)", "(с)", "ⓒ", "🄯"];

impl Words {
    fn bundled() -> Self {
        let languages: BTreeMap<String, Language> = toml::from_str(include_str!("../../data/credit_labels.toml"))
            .expect("data/credit_labels.toml is built in and tested");
        let owners: Owners = toml::from_str(include_str!("../../data/credit_owners.toml"))
            .expect("data/credit_owners.toml is built in and tested");
        let mut meanings: HashMap<String, Meaning> = HashMap::new();
        for sign in SIGNS {
            meanings.entry(fold(sign)).or_default().direct = Some(CreditRole::Photographer);
        }
        let (mut nothing, mut stops) = (HashSet::new(), HashSet::new());
        for (name, language) in &languages {
            add(&mut meanings, language);
            for word in language.after.iter().chain(&language.after_provided) {
                meanings.entry(fold(word)).or_default().after_in.push(name.clone());
            }
            nothing.extend(language.nothing.iter().map(|word| fold(word)));
            stops.extend(language.stop.iter().map(|word| fold(word)));
        }
        let (words, meanings): (Vec<String>, Vec<Meaning>) = meanings.into_iter().unzip();
        Self {
            patterns: automaton(&words, MatchKind::Standard),
            meanings,
            notices: automaton(&folds(&owners.notices), MatchKind::LeftmostFirst),
            nothing,
            stops,
            agencies: folds(&owners.agencies).into_iter().collect(),
            shouted: folds(&owners.shouted).into_iter().collect(),
            bodies: folds(&owners.bodies).into_iter().collect(),
            beside: folds(&owners.beside).into_iter().collect(),
            relays: folds(&owners.relays),
            particles: folds(&owners.particles).into_iter().collect(),
        }
    }

    /// The words of `text`, in order, the longest where several begin together; none that lies inside another.
    pub(crate) fn find(&'static self, text: &Folded) -> Vec<Found> {
        let mut found: Vec<Found> = self
            .patterns
            .find_overlapping_iter(text.as_str())
            .filter(|hit| text.is_whole(hit.start(), hit.end()))
            .map(|hit| Found { start: hit.start(), end: hit.end(), meaning: &self.meanings[hit.pattern().as_usize()] })
            .collect();
        found.sort_by_key(|word| (word.start, usize::MAX - word.end));
        let mut end = 0;
        found.retain(|word| {
            let outside = word.end > end;
            end = end.max(word.end);
            outside
        });
        found
    }

    /// Where a notice or a button begins, after which nothing belongs to the caption.
    pub(crate) fn notice(&self, text: &Folded) -> Option<usize> {
        let starts_word = |start: usize| text.is_whole_start(start);
        self.notices
            .find_iter(text.as_str())
            .filter(|hit| hit.start() > 0 && starts_word(hit.start()))
            // «Enlarge» as a word of a sentence is no button: a button stands at the end, a notice is long.
            .find(|hit| {
                hit.end() - hit.start() >= notice_bytes_min(&text.as_str()[hit.start()..]) || text.is_end(hit.end())
            })
            .map(|hit| hit.start())
    }

    /// A remark that owes nothing to anyone: «illustrative», «архив».
    pub(crate) fn is_nothing(&self, folded: &str) -> bool {
        self.nothing.contains(folded)
    }

    /// A word with which sentences begin and names do not.
    pub(crate) fn is_stop(&self, folded: &str) -> bool {
        self.stops.contains(folded)
    }

    /// A known agency, library or publisher, printed as it prints itself.
    pub(crate) fn is_agency(&self, printed: &str) -> bool {
        let name = fold(printed);
        self.agencies.contains(&name) && (!self.shouted.contains(&name) || printed.chars().all(|c| !c.is_lowercase()))
    }

    /// A word of which names of bodies are made.
    pub(crate) fn is_body(&self, folded: &str) -> bool {
        self.bodies.contains(folded)
    }

    /// A word beside a name: «handout», «pool», «file».
    pub(crate) fn is_beside(&self, folded: &str) -> bool {
        self.beside.contains(folded)
    }

    /// A small word inside a name: «van», «ibn».
    pub(crate) fn is_particle(&self, folded: &str) -> bool {
        self.particles.contains(folded)
    }

    /// An agency that only passes on what another made.
    pub(crate) fn is_relay(&self, folded: &str) -> bool {
        self.relays.iter().any(|relay| relay == folded)
    }
}

/// A notice at least this long counts anywhere; shorter ones are buttons and count at the end alone.
fn notice_bytes_min(text: &str) -> usize {
    // Three letters of Han say what sixteen Latin ones do.
    if text.starts_with(is_unspaced) { 9 } else { 16 }
}

fn add(meanings: &mut HashMap<String, Meaning>, language: &Language) {
    let mut each = |words: &[String], set: &dyn Fn(&mut Meaning)| {
        for word in words {
            set(meanings.entry(fold(word)).or_default());
        }
    };
    each(&language.label, &|meaning| meaning.label = true);
    each(&language.direct, &|meaning| meaning.direct = meaning.direct.or(Some(CreditRole::Photographer)));
    each(&language.provided, &|meaning| meaning.direct = Some(CreditRole::Provider));
    each(&language.archive, &|meaning| meaning.direct = Some(CreditRole::Archive));
    each(&language.screenshot, &|meaning| meaning.direct = Some(CreditRole::Screenshot));
    each(&language.generated, &|meaning| meaning.direct = Some(CreditRole::Generated));
    each(&language.after, &|meaning| meaning.after = meaning.after.or(Some(CreditRole::Photographer)));
    each(&language.after_provided, &|meaning| meaning.after = Some(CreditRole::Provider));
    each(&language.caption, &|meaning| meaning.caption = true);
    each(&language.nothing, &|meaning| meaning.nothing = true);
    each(&language.role, &|meaning| meaning.other = true);
}

fn automaton(words: &[String], kind: MatchKind) -> AhoCorasick {
    AhoCorasick::builder().match_kind(kind).build(words).expect("a few thousand short words fit an automaton")
}

fn fold(word: &str) -> String {
    folded(word).as_str().to_owned()
}

fn folds(words: &[String]) -> Vec<String> {
    words.iter().map(|word| fold(word)).collect()
}
