//! What is cut inside the article's block: by shape and by place, never by a word of one page.

use super::body::Weighed;
use super::facts::Facts;
use super::outline::{Kind, Outline, Piece};
use crate::text::fold::fold;

/// The pieces of a block that are the article's text.
pub(super) fn kept(outline: &Outline<'_>, facts: &Facts<'_>, container: usize, weighed: &Weighed, title: &str) -> Vec<usize> {
    let range = outline.elements[container].pieces.clone();
    let start = behind_headline(outline, facts, container, weighed).unwrap_or(range.start);
    let title = fold(title);
    let mut kept: Vec<usize> = (start..range.end)
        .filter(|index| !weighed.beside[*index])
        .filter(|index| is_text(&outline.pieces[*index], weighed, *index))
        .filter(|index| !is_title(&outline.pieces[*index], &title))
        .collect();
    trim(outline, weighed, &mut kept);
    without_empty_sections(outline, &mut kept);
    without_repetitions(outline, &mut kept);
    kept
}

/// The first piece behind the headline, if the headline stands in the block and most of its text behind it.
fn behind_headline(outline: &Outline<'_>, facts: &Facts<'_>, container: usize, weighed: &Weighed) -> Option<usize> {
    let range = &outline.elements[container].pieces;
    let (headline, _) = facts.h1.iter().find(|(index, _)| outline.within(*index, container))?;
    let behind = outline.elements[*headline].pieces.end;
    let sum = |from: usize, to: usize| weighed.weights[from..to].iter().map(|weight| weight.max(0.0)).sum::<f32>();
    (behind <= range.end && sum(range.start, behind) < sum(behind, range.end)).then_some(behind)
}

fn is_text(piece: &Piece, weighed: &Weighed, index: usize) -> bool {
    let told = weighed.told.get(index).copied();
    if told == Some(true) {
        return true;
    }
    let share = piece.link_share();
    match piece.kind {
        _ if piece.letters == 0 => false,
        Kind::Heading => share < 0.6,
        Kind::Paragraph => share < 0.8,
        Kind::Item | Kind::Cell => share < 0.8,
        Kind::Loose => share < 0.5 && (piece.letters >= 20 || piece.marks > 0),
    }
}

fn is_title(piece: &Piece, title: &str) -> bool {
    matches!(piece.kind, Kind::Heading | Kind::Loose) && !title.is_empty() && fold(&piece.text) == title
}

/// Labels before the first paragraph and after the last.
fn trim(outline: &Outline<'_>, weighed: &Weighed, kept: &mut Vec<usize>) {
    let speaks = |index: &usize| weighed.weights[*index] > 0.0 || weighed.told.get(*index).copied().unwrap_or_default();
    let Some(first) = kept.iter().position(speaks) else { return };
    let last = kept.iter().rposition(speaks).unwrap_or(first);
    // A heading right above the first paragraph is the heading of its section.
    let first = if first > 0 && outline.pieces[kept[first - 1]].kind == Kind::Heading { first - 1 } else { first };
    kept.truncate(last + 1);
    kept.drain(..first);
}

/// Headings behind which nothing stands before the next one.
fn without_empty_sections(outline: &Outline<'_>, kept: &mut Vec<usize>) {
    let is_heading = |index: usize| outline.pieces[index].kind == Kind::Heading;
    if kept.last().is_some_and(|last| is_heading(*last)) {
        kept.pop();
    }
}

/// What a page prints twice (for small screens, for printing) is read once.
fn without_repetitions(outline: &Outline<'_>, kept: &mut Vec<usize>) {
    /// Shorter lines may well be said twice.
    const LETTERS_MIN: u32 = 60;
    let mut seen = std::collections::HashSet::new();
    kept.retain(|index| {
        let piece = &outline.pieces[*index];
        piece.letters < LETTERS_MIN || seen.insert(piece.text.as_str())
    });
}
