//! Feeds of an operator's own choice (`[[feed]]`): which articles they take. Pure.

use crate::model::cluster::Cluster;
use crate::model::settings::Selection;
use crate::publish::words::{NAME_CHARS_MAX, field};
use crate::text::fold::fold;
use crate::text::letter::is_letter;

/// A selection, ready to be held against articles.
#[derive(Debug, Clone)]
pub struct Picked {
    selection: Selection,
    /// What it is called.
    pub title: String,
    words: Vec<Wanted>,
}

/// A word or a phrase, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    text: String,
    /// Whether it may go on: `корей*`.
    is_beginning: bool,
}

impl Picked {
    /// A selection as feeds.toml tells it.
    #[must_use]
    pub fn of(selection: &Selection) -> Self {
        let wanted = |word: &String| {
            let text = fold(word.trim_end_matches('*'));
            Wanted { text, is_beginning: word.ends_with('*') }
        };
        let words = selection.words.iter().map(wanted).filter(|wanted| !wanted.text.is_empty()).collect();
        Self { title: field(&selection.title, NAME_CHARS_MAX), words, selection: selection.clone() }
    }

    /// The name of its files.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.selection.slug
    }

    /// Another mark is another selection.
    #[must_use]
    pub fn mark(&self) -> String {
        let Selection { sources, countries, words, languages, .. } = &self.selection;
        let said = format!("{sources:?} {countries:?} {words:?} {languages:?}");
        blake3::hash(said.as_bytes()).to_hex()[..16].to_owned()
    }

    /// Whether an article belongs to it: by everything that the selection names, and of each by any one.
    ///
    /// A source has run what it published first, and what is a copy of another's.
    #[must_use]
    pub fn takes(&self, cluster: &Cluster) -> bool {
        let Selection { sources, countries, languages, .. } = &self.selection;
        let routed = &cluster.leader.routed;
        let article = &routed.article;
        let ran = || cluster.copies.iter().map(|copy| &copy.source).chain([&article.source]);
        let speaks = |wanted: &String| article.language.as_deref().is_some_and(|tag| is_language(tag, wanted));
        (sources.is_empty() || ran().any(|source| sources.contains(source)))
            && (countries.is_empty() || routed.countries.iter().any(|found| countries.contains(&found.country)))
            && (languages.is_empty() || languages.iter().any(speaks))
            && (self.words.is_empty() || self.has_word(&[&article.title, &article.summary, &article.text]))
    }

    fn has_word(&self, texts: &[&str]) -> bool {
        texts.iter().any(|text| {
            let folded = fold(text);
            self.words.iter().any(|wanted| wanted.is_in(&folded))
        })
    }
}

impl Wanted {
    /// Whether it stands in a folded text as a word, not as a part of one.
    fn is_in(&self, folded: &str) -> bool {
        folded.match_indices(&self.text).any(|(at, found)| {
            let before = folded[..at].chars().next_back();
            let after = folded[at + found.len()..].chars().next();
            !before.is_some_and(is_letter) && (self.is_beginning || !after.is_some_and(is_letter))
        })
    }
}

/// `zh` is every Chinese, `zh-tw` is Taiwan's alone.
fn is_language(tag: &str, wanted: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    tag.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_unless_they_may_go_on() {
        let has = |word: &str, text: &str| {
            let selection = Selection { words: vec![word.to_owned()], ..Selection::default() };
            Picked::of(&selection).has_word(&[text])
        };
        assert!(has("Железная дорога", "Новая «железная  дорога» открыта"));
        assert!(!has("порт", "Экспорт вырос, портовый кран стоит"));
        assert!(has("порт*", "Портовый кран") && !has("порт*", "Экспорт"));
        assert!(has("ёлка", "ЕЛКА") && has("5g", "Сеть 5G"));
    }

    #[test]
    fn a_language_is_all_its_kinds() {
        assert!(is_language("zh-CN", "zh") && is_language("zh", "zh") && is_language("zh-tw", "zh-tw"));
        assert!(!is_language("zho", "zh") && !is_language("zh", "zh-tw"));
    }
}
