//! Words by which sites mark what is not the article's text: `data/boilerplate.tsv`, in the languages of the lands.
//!
//! They only speak together with shape: a cue in a long paragraph is a quotation of it.

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::text::fold::fold;

/// Characters beyond which a label is a sentence.
const LABEL_CHARS_MAX: usize = 60;

static CUES: LazyLock<Cues> = LazyLock::new(Cues::read);

struct Cues {
    related: HashSet<String>,
    asking: AhoCorasick,
}

impl Cues {
    fn read() -> Self {
        let rows = include_str!("../../data/boilerplate.tsv").lines().filter(|line| !line.starts_with('#'));
        let (mut related, mut asking) = (HashSet::new(), Vec::new());
        for row in rows {
            let mut fields = row.split('\t');
            let (Some(kind), _, Some(words)) = (fields.next(), fields.next(), fields.next()) else { continue };
            if kind == "related" {
                related.insert(fold(words));
            } else {
                asking.push(fold(words));
            }
        }
        let asking = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::LeftmostLongest)
            .build(&asking)
            .expect("a few hundred short words fit an automaton");
        Self { related, asking }
    }
}

/// Whether a line is a label above ways to other articles: «Читайте также», «Read more: …».
pub(super) fn is_related_label(text: &str) -> bool {
    if text.chars().count() > LABEL_CHARS_MAX * 4 {
        return false;
    }
    let folded = fold(text);
    let line = folded.trim_matches(|c: char| !c.is_alphanumeric());
    if line.chars().count() <= LABEL_CHARS_MAX && CUES.related.contains(line) {
        return true;
    }
    // «Baca juga: Presiden …»: the label and the headline it leads to, in one line.
    let label = folded.split_once([':', '：', '|', '»', '▸', '►', '→']).map(|(label, _)| label);
    label.is_some_and(|label| CUES.related.contains(label.trim_matches(|c: char| !c.is_alphanumeric())))
}

/// Whether a line asks its reader for something, or is printed below every article.
pub(super) fn asks_or_notes(text: &str) -> bool {
    let folded = fold(text);
    CUES.asking.find_iter(&folded).any(|found| begins_word(&folded, found.start()))
}

/// «redesign up» holds no «sign up». Scripts without spaces have no such places.
fn begins_word(text: &str, at: usize) -> bool {
    let parts = |c: char| c.is_alphabetic() && c < '\u{e00}';
    let before = text[..at].chars().next_back();
    !before.is_some_and(parts) || !text[at..].starts_with(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_with_and_without_a_headline() {
        for label in [
            "Читайте также:",
            "【関連記事】",
            "BACA JUGA: Presiden ke Dili",
            "Read more",
            "Også: nei",
            "Auch interessant",
        ] {
            assert_eq!(is_related_label(label), label != "Også: nei", "{label}");
        }
        assert!(!is_related_label("He said the related articles were withdrawn."));
    }

    #[test]
    fn prompts() {
        assert!(asks_or_notes("Подписывайтесь на наш канал"));
        assert!(!asks_or_notes("Мост открыли в понедельник."));
    }
}
