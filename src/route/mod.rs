//! An article in, its countries out, with the reasons.
//!
//! Plain functions of their arguments. The words are bundled (`data/names/`); feeds.toml adds and forbids some.
//! A text goes: words with their hashes (`text::scan`) → words of the lists (`matcher`) → those that mean a country
//! (`context`, `rivals`, `skip`) → what they say for each (`evidence`) → how strongly (`judge`).

pub mod context;
pub mod evidence;
pub mod judge;
pub mod lexicon;
pub mod matcher;
pub mod mention;
pub mod place_line;
pub mod rivals;
pub mod role;
pub mod sense;
pub mod skip;
pub mod written;

use std::collections::HashMap;

use crate::model::article::{Article, Match, Place, Reason, Routed};
use crate::model::country::Country;
use crate::model::settings::CountrySettings;
use crate::model::source::Source;
use crate::route::evidence::{Evidence, Manner, Placed};
use crate::route::lexicon::Lexicon;
use crate::route::mention::{Mention, Scanned};
use crate::route::rivals::Rivals;
use crate::text::scan::{self, Token};

/// All words that speak for countries, compiled once, and what feeds.toml says of each country.
#[derive(Debug)]
pub struct Gazetteer {
    lexicon: Lexicon,
    rivals: Rivals,
    thresholds: HashMap<Country, f32>,
    disabled: Vec<Country>,
}

/// What is routed: the parts of an article that may speak for a country.
#[derive(Debug, Clone, Copy, Default)]
pub struct Words<'a> {
    /// The headline.
    pub title: &'a str,
    /// The body, paragraphs apart by one blank line.
    pub text: &'a str,
    /// Its language.
    pub language: Option<&'a str>,
    /// Sections and tags of its source.
    pub tags: &'a [String],
    /// Countries that its source is about: a weak prior.
    pub home: Option<Country>,
}

/// Bytes of a text that are read: what a longer one is about stands in its beginning.
const TEXT_BYTES_MAX: usize = 256 * 1024;

impl Gazetteer {
    /// The bundled words, with what feeds.toml adds and forbids.
    #[must_use]
    pub fn new(countries: &[CountrySettings]) -> Self {
        Self {
            lexicon: Lexicon::new(countries),
            rivals: Rivals::new(),
            thresholds: countries.iter().filter_map(|one| Some((one.country, one.threshold?))).collect(),
            disabled: countries
                .iter()
                .filter(|one| !one.enabled && one.country.is_land())
                .map(|one| one.country)
                .collect(),
        }
    }

    /// The countries that these words are about, the strongest first.
    #[must_use]
    pub fn judge(&self, words: &Words<'_>) -> Vec<Match> {
        self.read(words, |all, texts| {
            let accepted = |evidence: &&Evidence| {
                let threshold = self.thresholds.get(&evidence.country).copied().unwrap_or(judge::THRESHOLD);
                !self.disabled.contains(&evidence.country) && judge::strength(evidence) >= threshold
            };
            let mut matches: Vec<Match> =
                all.iter().filter(accepted).map(|evidence| judge::explained(evidence, texts)).collect();
            matches.sort_by(|a, b| b.strength.total_cmp(&a.strength).then(a.country.cmp(&b.country)));
            matches
        })
    }

    /// What the words say for each country they name, before it is judged: what weights are trained on.
    #[must_use]
    pub fn evidence(&self, words: &Words<'_>) -> Vec<Evidence> {
        self.read(words, |all, _| all.to_vec())
    }

    /// Reads the texts of an article and hands what they say to `done`.
    fn read<T>(&self, words: &Words<'_>, done: impl FnOnce(&[Evidence], &[Scanned<'_>]) -> T) -> T {
        let language = words.language.filter(|language| !language.is_empty()).map(sense::tag);
        let body = beginning(words.text);
        let texts: Vec<&str> = [words.title, body].into_iter().chain(words.tags.iter().map(String::as_str)).collect();
        let tokens: Vec<Vec<Token>> = texts
            .iter()
            .map(|text| {
                let mut tokens = Vec::with_capacity(text.len() / 8);
                scan::tokens(text, &mut tokens);
                tokens
            })
            .collect();
        let scanned: Vec<Scanned<'_>> = texts
            .iter()
            .zip(&tokens)
            .enumerate()
            .map(|(index, (text, tokens))| {
                let headline = index != BODY;
                let sent_from = if headline { 0 } else { place_line::end(text) };
                Scanned { text, tokens, headline, sent_from }
            })
            .collect();
        let mut surnames = Vec::new();
        let mut mentions: Vec<Vec<Mention>> = scanned
            .iter()
            .map(|one| {
                let hits = matcher::hits(&self.lexicon, one.text, one.tokens, language);
                context::mentions(&self.lexicon, *one, &hits, &mut surnames)
            })
            .collect();
        context::settle(&self.rivals, &scanned, &mut mentions, &surnames, language);
        let placed = placed(body, scanned[BODY].sent_from, &mentions);
        let manner = match manner(language, &tokens[BODY], &tokens[0]) {
            Manner::English if scanned[BODY].sent_from > 0 => Manner::Wire,
            manner => manner,
        };
        let article = evidence::Article {
            home: words.home,
            bytes: words.title.len() + body.len(),
            manner,
            household: tokens.iter().any(|all| all.iter().any(|token| self.lexicon.role(token) & role::HOWTO != 0)),
            agency_line: manner == Manner::Russian || body[..scanned[BODY].sent_from].contains(['/', '(', '=', '社']),
        };
        let all = evidence::weigh(&placed, article);
        done(&all, &scanned)
    }
}

/// Which of the texts of an article is its body; before it is the title, after it are the tags.
const BODY: usize = 1;

/// In whose manner an article is written: as its language says, or where that is not told, as most of its letters do.
fn manner(language: Option<[u8; 3]>, body: &[Token], title: &[Token]) -> Manner {
    match language.as_ref().map(|tag| &tag[..]) {
        Some(b"ru\0") => Manner::Russian,
        Some(b"en\0") => Manner::English,
        Some(_) => Manner::World,
        None => {
            let most = |script| {
                let written = body.iter().chain(title).filter(|token| token.script == script).count();
                written * 2 > body.len() + title.len()
            };
            match () {
                () if most(scan::Script::Cyrillic) => Manner::Russian,
                () if most(scan::Script::Latin) => Manner::English,
                () => Manner::World,
            }
        }
    }
}

/// The part of a text that is read.
fn beginning(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Sentences of one text are numbered below this, so that those of two texts differ.
const SENTENCES_MAX: usize = 1 << 20;

/// Each mention with its place in the article.
#[expect(clippy::cast_precision_loss, reason = "a text is far shorter than what f32 counts exactly")]
fn placed(body: &str, sent_from: usize, mentions: &[Vec<Mention>]) -> Vec<Placed> {
    let lead = sent_from + lead_end(&body[sent_from..]);
    let mut all = Vec::new();
    for (text, mentions) in mentions.iter().enumerate() {
        for mention in mentions {
            let at = mention.hit.start;
            let place = match text {
                0 => Place::Title,
                BODY if at < sent_from => Place::PlaceLine,
                BODY if at < lead => Place::Lead,
                BODY => Place::Body,
                _ => Place::Tag,
            };
            let depth = if text == BODY { at as f32 / body.len().max(1) as f32 } else { 0.0 };
            let (sentence, listed) = (text * SENTENCES_MAX + mention.sentence, mention.listed);
            all.push(Placed { mention: *mention, place, text, depth, sentence, listed });
        }
    }
    all
}

/// Where the lead of a text ends: its first paragraph, and of a long one the first sentences.
fn lead_end(text: &str) -> usize {
    /// Bytes after which a sentence's end is the lead's end.
    const LEAD_BYTES: usize = 480;
    let start = text.len() - text.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    let paragraph = text[start..].match_indices('\n').find(|(at, _)| {
        let rest = &text[start + at + 1..];
        rest.starts_with(['\n', ' ', '\t', '\r'])
    });
    let end = start + paragraph.map_or(text.len() - start, |(at, _)| at);
    if end - start <= LEAD_BYTES {
        return end;
    }
    let mut from = start + LEAD_BYTES;
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text[from.min(end)..end].find(['.', '!', '?', '。', '।', '؟']).map_or(end, |at| from + at)
}

/// The article with its countries: those its source always has, and those the words speak for.
#[must_use]
pub fn countries(article: Article, source: &Source, gazetteer: &Gazetteer) -> Routed {
    let words = Words {
        title: &article.title,
        text: &article.text,
        language: article.language.as_deref(),
        tags: &article.tags,
        home: source.countries.first().copied(),
    };
    let said = if source.only_countries { Vec::new() } else { gazetteer.judge(&words) };
    let mut countries: Vec<Match> = source.countries.iter().map(|country| always(*country, source, &said)).collect();
    countries.extend(said.into_iter().filter(|one| !source.countries.contains(&one.country)));
    Routed { article, countries }
}

/// The match of a country that its source always has, with the words that speak for it too.
fn always(country: Country, source: &Source, said: &[Match]) -> Match {
    let mut reasons = vec![Reason { word: source.name.as_str().to_owned(), place: Place::Source, weight: 1.0 }];
    reasons.extend(said.iter().filter(|one| one.country == country).flat_map(|one| one.reasons.clone()));
    Match { country, strength: 1.0, reasons }
}
