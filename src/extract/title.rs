//! The headline of a page, without the site's name.
//!
//! The page says it up to five times (h1, JSON-LD, `OpenGraph`, Twitter, `title`), seldom in the same words: the wording
//! that most agree on wins, and among equals the one readers see.

use crate::extract::facts::Facts;
use crate::extract::ld;
use crate::extract::outline::{Outline, Piece};
use crate::html::plain::plain;
use crate::text::fold::fold;
use crate::text::letter::is_letter;

/// What parts a headline from the name of its site or section.
const PARTINGS: &[&str] =
    &[" | ", " - ", " – ", " — ", " :: ", " » ", " · ", " • ", " / ", "｜", "_", " ― ", "－", " › ", " ‹ ", " « "];

/// A wording of the headline.
#[derive(Debug, Clone)]
pub(super) struct Wording {
    /// What says so.
    pub(super) from: &'static str,
    /// Without the site's name.
    pub(super) text: String,
    /// How much this place is believed.
    worth: f32,
}

/// The headline; empty where the page has none.
pub(super) fn title(outline: &Outline<'_>, facts: &Facts<'_>, host: &str) -> String {
    let wordings = wordings(outline, facts, host);
    best(&wordings).map(|index| wordings[index].text.clone()).unwrap_or_default()
}

/// Every wording of the headline, the most visible first.
pub(super) fn wordings(outline: &Outline<'_>, facts: &Facts<'_>, host: &str) -> Vec<Wording> {
    let sites = Sites::of(facts, host);
    let mut wordings: Vec<Wording> = Vec::new();
    let mut add = |from: &'static str, text: String, worth: f32| {
        let text = sites.without(&text);
        if !text.is_empty() && !sites.is_name(&text) {
            wordings.push(Wording { from, text, worth });
        }
    };
    // The first heading of several is most often, but not always, the headline. One that stands alone is what readers
    // see; what `OpenGraph` and `title` say in other words together is written for search engines.
    let (seen, worth) = if facts.h1.len() == 1 { (1, 3.7) } else { (3, 2.2) };
    facts.h1.iter().take(seen).for_each(|(_, text)| add("h1", text.clone(), worth));
    if let Some(headline) =
        facts.article().and_then(|article| ld::text(article, "headline").or_else(|| ld::text(article, "name")))
    {
        add("JSON-LD", headline, 2.6);
    }
    facts.meta_of(&["og:title"]).into_iter().for_each(|text| add("og:title", plain(text), 2.4));
    facts.meta_of(&["twitter:title"]).into_iter().for_each(|text| add("twitter:title", plain(text), 1.0));
    add("title", facts.document_title.clone(), 1.2);
    if let Some(text) = printed(outline, &facts.document_title).filter(|_| facts.h1.is_empty()) {
        add("a line of the page", text, 1.8);
    }
    wordings
}

/// The part of the `title` element that a line of the page repeats: the rest is the site's.
fn printed(outline: &Outline<'_>, title: &str) -> Option<String> {
    let folded = bare(title);
    let parts = PARTINGS.iter().filter_map(|parting| title.split_once(parting).map(|(head, _)| bare(head)));
    let parts: Vec<String> = parts.filter(|head| !head.is_empty()).chain([folded]).collect();
    let is_line = |piece: &&Piece| piece.letters > 12 && piece.letters < 300 && piece.link_share() < 0.5;
    let line = outline.pieces.iter().filter(is_line).find(|piece| parts.contains(&bare(&piece.text)));
    line.map(|piece| piece.text.clone())
}

/// The wording with the most worth.
fn best(wordings: &[Wording]) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    for (index, worth) in worths(wordings).into_iter().enumerate() {
        if best.is_none_or(|(_, most)| worth > most) {
            best = Some((index, worth));
        }
    }
    best.map(|(index, _)| index)
}

/// The worth of each wording; a wording lends its worth to those that say the same.
pub(super) fn worths(wordings: &[Wording]) -> Vec<f32> {
    let folded: Vec<String> = wordings.iter().map(|wording| bare(&wording.text)).collect();
    let says_same = |other: usize, index: usize| {
        folded[other] == folded[index] || is_longer(&wordings[other].text, &wordings[index].text)
    };
    let all = 0..wordings.len();
    all.clone()
        .map(|index| {
            all.clone().filter(|other| says_same(*other, index)).map(|other| wordings[other].worth).sum::<f32>()
        })
        .collect()
}

/// Whether a wording is the other one with a site's or section's name behind it.
fn is_longer(longer: &str, text: &str) -> bool {
    /// Characters of a headline that does not begin another by chance.
    const CHARS_MIN: usize = 15;
    let parting =
        |rest: &str| rest.trim_start().starts_with(['|', '-', '–', '—', ':', '·', '•', '»', '/', 'ㅣ', '｜', '_', '<']);
    text.chars().count() >= CHARS_MIN && longer.strip_prefix(text).is_some_and(parting)
}

/// Letters and digits only: two wordings that differ in quotation marks are the same.
fn bare(text: &str) -> String {
    fold(text).chars().filter(|character| is_letter(*character)).collect()
}

/// The names by which a site calls itself.
struct Sites {
    names: Vec<String>,
}

impl Sites {
    fn of(facts: &Facts<'_>, host: &str) -> Self {
        let host = host.trim_start_matches("www.");
        let label = host.split('.').rev().nth(1).unwrap_or(host);
        let mut names: Vec<String> = facts.site_names().iter().map(|name| bare(name)).collect();
        names.extend([bare(host), bare(label)]);
        names.retain(|name| !name.is_empty());
        Self { names }
    }

    fn is_name(&self, text: &str) -> bool {
        self.names.contains(&bare(text))
    }

    /// A headline without the parts at its ends that name the site.
    fn without(&self, text: &str) -> String {
        let mut text = text.trim();
        while let Some(shorter) = self.shorter(text) {
            text = shorter;
        }
        text.to_owned()
    }

    fn shorter<'t>(&self, text: &'t str) -> Option<&'t str> {
        PARTINGS.iter().find_map(|parting| {
            let tail = text.rsplit_once(parting).filter(|(head, tail)| !head.trim().is_empty() && self.is_name(tail));
            let head = text.split_once(parting).filter(|(head, tail)| !tail.trim().is_empty() && self.is_name(head));
            tail.map(|(head, _)| head.trim()).or(head.map(|(_, tail)| tail.trim()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites() -> Sites {
        Sites { names: vec![bare("Восток-Пример"), bare("Example")] }
    }

    #[test]
    fn the_sites_name_goes() {
        assert_eq!(sites().without("Мост открыт | Восток-Пример"), "Мост открыт");
        assert_eq!(sites().without("Example - Bridge opens - again"), "Bridge opens - again");
        assert_eq!(sites().without("Мост — дорога — Восток-Пример"), "Мост — дорога");
    }

    #[test]
    fn agreement_wins() {
        let said = [("One", 3.0), ("Two!", 2.0), ("«Two»", 1.5)];
        let wordings = said.map(|(text, worth)| Wording { from: "h1", text: text.to_owned(), worth });
        assert_eq!(best(&wordings), Some(1));
    }
}
