//! An article in, its countries out, with the reasons.
//!
//! Plain functions of their arguments. The words are bundled (`data/names/`); feeds.toml adds and forbids some.

use crate::model::article::{Article, Match, Routed};
use crate::model::country::Country;
use crate::model::settings::CountrySettings;
use crate::model::source::Source;

/// All words that speak for countries, compiled once.
#[derive(Debug)]
pub struct Gazetteer {}

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

impl Gazetteer {
    /// The bundled words, with what feeds.toml adds and forbids.
    #[must_use]
    pub fn new(countries: &[CountrySettings]) -> Self {
        let _ = countries;
        Self {}
    }

    /// The countries that these words are about, the strongest first.
    #[must_use]
    pub fn judge(&self, words: &Words<'_>) -> Vec<Match> {
        let _ = words;
        Vec::new()
    }
}

/// The article with its countries: those the words speak for, and those its source always has.
#[must_use]
pub fn countries(article: Article, source: &Source, gazetteer: &Gazetteer) -> Routed {
    let words = Words {
        title: &article.title,
        text: &article.text,
        language: article.language.as_deref(),
        tags: &article.tags,
        home: None,
    };
    let countries = if source.only_countries { Vec::new() } else { gazetteer.judge(&words) };
    Routed { article, countries }
}
