//! What is cut inside the article's block, and the lead paragraph that is fetched from above it: by shape and by
//! place, and by the cues of `cues`; never by a word of one page.

use std::collections::{HashMap, HashSet};

use html5ever::local_name;

use crate::extract::authors;
use crate::extract::body::{Ask, Choice};
use crate::extract::cues;
use crate::extract::outline::{Kind, Outline, Piece};
use crate::extract::shingle::Shingles;
use crate::extract::signs::Signs;
use crate::extract::weigh::{self, Sums};
use crate::html::dom::attribute;
use crate::text::fold::fold;

/// Share of its letters that are links beyond which a line leads elsewhere.
const LINE_LINK_SHARE_MAX: f32 = 0.8;

/// Letters of a line that asks or notes something; longer ones speak about it.
const ASKING_LETTERS_MAX: u32 = 260;

/// Letters of a line of authors and dates.
const BYLINE_LETTERS_MAX: u32 = 110;

/// Letters of a sentence; «1 февраля 2024 г.» ends like one and is none.
const SENTENCE_LETTERS_MIN: u32 = 24;

/// Letters of a lead paragraph, at least and at most.
const LEAD_LETTERS: std::ops::RangeInclusive<u32> = 20..=900;

/// Letters of a lead that nothing but the summary marks.
const SUMMED_LETTERS_MIN: u32 = 40;

/// Share of a lead's words that must stand in the page's own summary, where nothing else marks it.
const LEAD_SHARE_MIN: f32 = 0.8;

/// Why a piece of the block is no text of the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Above the headline.
    AboveHeadline,
    /// Beside the article (`body`).
    Beside,
    /// A way elsewhere, or a label.
    Link,
    /// The headline once more.
    Title,
    /// A label above ways to other articles.
    Related,
    /// Labels, names and dates before the first paragraph or after the last.
    Edge,
    /// Asks for something.
    Asks,
    /// A heading behind which nothing stands.
    EmptySection,
    /// Printed before.
    Repeated,
    /// Stands in a small block of its own behind the text.
    Tail,
}

/// The pieces that are the article's text.
pub(super) fn kept(ask: &Ask<'_>, choice: &Choice) -> Vec<usize> {
    kept_step_by_step(ask, choice, |_, _| {})
}

/// The same; `see` is shown after each step what it cut and what is still there.
pub(super) fn kept_step_by_step(ask: &Ask<'_>, choice: &Choice, mut see: impl FnMut(Cut, &[usize])) -> Vec<usize> {
    let outline = ask.outline;
    let range = outline.elements[choice.container].pieces.clone();
    let start = behind_headline(ask, choice).unwrap_or(range.start);
    let title = fold(ask.title);
    let mut kept: Vec<usize> = (start..range.end).collect();
    see(Cut::AboveHeadline, &kept);
    kept.retain(|index| !choice.beside[*index]);
    see(Cut::Beside, &kept);
    let sections = linked_sections(outline, &kept);
    kept.retain(|index| is_text(&outline.pieces[*index], choice, *index) || sections.contains(index));
    see(Cut::Link, &kept);
    kept.retain(|index| !is_title(&outline.pieces[*index], &title));
    see(Cut::Title, &kept);
    without_related(outline, &mut kept);
    see(Cut::Related, &kept);
    without_tail(outline, choice, &mut kept);
    see(Cut::Tail, &kept);
    trim(ask, choice, &mut kept);
    see(Cut::Edge, &kept);
    kept.retain(|index| !asks(&outline.pieces[*index]));
    see(Cut::Asks, &kept);
    with_lead(ask, choice, &mut kept);
    without_empty_sections(outline, &mut kept);
    see(Cut::EmptySection, &kept);
    without_repetitions(outline, &mut kept);
    see(Cut::Repeated, &kept);
    kept
}

/// The first piece behind the headline, if the headline stands in the block and nearly all of its text behind it.
fn behind_headline(ask: &Ask<'_>, choice: &Choice) -> Option<usize> {
    /// Share of the block's text that may stand above its headline.
    const ABOVE_SHARE_MAX: f32 = 0.2;
    let outline = ask.outline;
    let range = &outline.elements[choice.container].pieces;
    let headline = ask.headline().filter(|index| outline.within(*index, choice.container))?;
    let behind = outline.elements[headline].pieces.end;
    let sum = |from: usize, to: usize| choice.weights[from..to].iter().map(|weight| weight.max(0.0)).sum::<f32>();
    (behind <= range.end && sum(range.start, behind) < ABOVE_SHARE_MAX * sum(behind, range.end)).then_some(behind)
}

fn is_text(piece: &Piece, choice: &Choice, index: usize) -> bool {
    let share = piece.link_share();
    if choice.is_told(index) {
        return share < 0.95 || piece.kind == Kind::Heading;
    }
    match piece.kind {
        _ if piece.letters == 0 => false,
        Kind::Heading => share < 0.6,
        Kind::Paragraph | Kind::Item | Kind::Cell => share < LINE_LINK_SHARE_MAX,
        Kind::Loose => share < 0.5 && (piece.letters >= 20 || piece.marks > 0) && has_word(piece),
    }
}

/// Headings that are links and open the sections of a list («12 ways to …»): several of one make, each with text behind it.
fn linked_sections(outline: &Outline<'_>, kept: &[usize]) -> HashSet<usize> {
    /// Sections of a list; one or two linked headings are ways to other articles.
    const SECTIONS_MIN: usize = 3;
    let is_section = |pair: &&[usize]| {
        let (heading, next) = (&outline.pieces[pair[0]], &outline.pieces[pair[1]]);
        let beside = outline.elements[heading.owner].parent == outline.elements[next.owner].parent;
        heading.kind == Kind::Heading && heading.link_share() >= 0.6 && beside && weigh::weight(next) > 0.0
    };
    let sections: HashSet<usize> = kept.windows(2).filter(is_section).map(|pair| pair[0]).collect();
    if sections.len() >= SECTIONS_MIN { sections } else { HashSet::new() }
}

/// What stands behind the element that holds nearly all of the text, in blocks of another make: notes on comments,
/// people of the newsroom, forms. A text in several blocks of one make goes on.
fn without_tail(outline: &Outline<'_>, choice: &Choice, kept: &mut Vec<usize>) {
    /// Share of the text that its home holds.
    const HOME_SHARE: f32 = 0.8;
    let mut weights = vec![0.0; outline.pieces.len()];
    for index in kept.iter() {
        weights[*index] = choice.weights[*index].max(0.0);
    }
    let sums = Sums::of(weights.into_iter());
    let held = |element: usize| sums.over(&outline.elements[element].pieces);
    let mut home = choice.container;
    let mut child = home + 1;
    while child < outline.elements[home].end {
        if held(child) >= HOME_SHARE * sums.total() {
            home = child;
            child = home + 1;
        } else {
            child = outline.elements[child].end;
        }
    }
    let end = outline.elements[home].pieces.end;
    kept.retain(|index| *index < end || choice.is_told(*index) || continues(outline, home, *index));
}

/// Whether a piece behind the home of the text stands in a block of the same make as the one that holds the home.
fn continues(outline: &Outline<'_>, home: usize, piece: usize) -> bool {
    let mut block = outline.pieces[piece].owner;
    while !outline.within(home, outline.elements[block].parent) {
        block = outline.elements[block].parent;
    }
    if outline.within(home, block) {
        return true;
    }
    let beside = outline.elements[block].parent;
    let around = std::iter::once(home).chain(outline.ancestors(home));
    let twin = around.into_iter().find(|around| outline.elements[*around].parent == beside).unwrap_or(home);
    outline.elements[block].signs.any(Signs::BODY) || is_same_make(outline, block, twin)
}

/// Whether two elements have one tag and the same classes.
fn is_same_make(outline: &Outline<'_>, one: usize, other: usize) -> bool {
    let class = |index: usize| attribute(outline.elements[index].node, &local_name!("class")).map(str::trim);
    outline.elements[one].tag() == outline.elements[other].tag() && class(one) == class(other)
}

/// `00:00` and the like are no text.
fn has_word(piece: &Piece) -> bool {
    piece.text.chars().any(char::is_alphabetic)
}

fn is_title(piece: &Piece, title: &str) -> bool {
    matches!(piece.kind, Kind::Heading | Kind::Loose) && !title.is_empty() && fold(&piece.text) == title
}

/// A label above ways to other articles goes, and the ways with it; what follows is text again from the first sentence on.
fn without_related(outline: &Outline<'_>, kept: &mut Vec<usize>) {
    kept.retain(|index| !cues::is_related_label(&outline.pieces[*index].text));
}

/// Labels, names and dates before the first paragraph and after the last.
fn trim(ask: &Ask<'_>, choice: &Choice, kept: &mut Vec<usize>) {
    let outline = ask.outline;
    let speaks = |index: &usize| {
        let piece = &outline.pieces[*index];
        let told = choice.is_told(*index) && piece.kind != Kind::Heading;
        (choice.weights[*index] > 0.0 || told) && !is_byline(piece, ask.authors)
    };
    let Some(first) = kept.iter().position(speaks) else { return };
    let last = kept.iter().rposition(|index| speaks(index) && !is_asking(&outline.pieces[*index])).unwrap_or(first);
    // A heading right above the first paragraph is the heading of its section.
    let first = if first > 0 && outline.pieces[kept[first - 1]].kind == Kind::Heading { first - 1 } else { first };
    kept.truncate(last + 1);
    kept.drain(..first);
}

/// Who wrote it and when: a short line with a name of an author, or half of figures.
fn is_byline(piece: &Piece, authors: &[String]) -> bool {
    if piece.letters > BYLINE_LETTERS_MAX || piece.kind == Kind::Heading {
        return false;
    }
    let is_sentence = piece.letters > SENTENCE_LETTERS_MIN && piece.text.ends_with(['.', '!', '?', '。']);
    let dated = weigh::is_date(&piece.text, piece.letters) && !is_sentence;
    let named = authors.iter().any(|author| author.chars().count() > 4 && piece.text.contains(author.as_str()));
    let sourced = piece.letters < 60 && authors::names_source(&piece.text);
    dated || sourced || (named && piece.letters < 80 && !piece.text.contains(['“', '"', '«', '„']))
}

/// A line that asks for something or is printed below every article.
fn is_asking(piece: &Piece) -> bool {
    piece.letters <= ASKING_LETTERS_MAX && cues::asks_or_notes(&piece.text)
}

/// Within the text only what asks in one short line, or leads somewhere, is cut.
fn asks(piece: &Piece) -> bool {
    /// Letters of a prompt between paragraphs.
    const LETTERS_MAX: u32 = 120;
    piece.kind != Kind::Heading && piece.kind != Kind::Cell && piece.letters <= LETTERS_MAX && is_asking(piece)
}

/// The paragraph between headline and text belongs to it.
fn with_lead(ask: &Ask<'_>, choice: &Choice, kept: &mut Vec<usize>) {
    let outline = ask.outline;
    let Some(first) = kept.first().copied() else { return };
    let from = ask.headline().map_or(0, |headline| outline.elements[headline].pieces.end);
    let summary = ask.facts.description().map(|summary| Shingles::of(&summary));
    let opening: String =
        kept.iter().take(3).map(|index| outline.pieces[*index].text.as_str()).collect::<Vec<_>>().join(" ");
    let opening = Shingles::of(&opening);
    let is_lead = |index: &usize| {
        let piece = &outline.pieces[*index];
        let summed = || {
            piece.letters >= SUMMED_LETTERS_MIN
                && summary.as_ref().is_some_and(|summary| summary.share_of(&piece.text).0 >= LEAD_SHARE_MIN)
        };
        LEAD_LETTERS.contains(&piece.letters)
            && piece.link_share() < 0.5
            && (is_marked_lead(outline, piece, choice.beside[*index]) || summed())
            && !is_byline(piece, ask.authors)
            && !ask.furniture.holds(*index)
            && opening.share_of(&piece.text).0 < 0.6
    };
    let leads: Vec<usize> = (from..first).filter(is_lead).take(2).collect();
    kept.splice(0..0, leads);
}

fn is_marked_lead(outline: &Outline<'_>, piece: &Piece, beside: bool) -> bool {
    !beside
        && std::iter::once(piece.owner)
            .chain(outline.ancestors(piece.owner))
            .take(3)
            .any(|index| outline.elements[index].signs.any(Signs::LEAD))
}

/// Headings behind which nothing stands before the next one.
fn without_empty_sections(outline: &Outline<'_>, kept: &mut Vec<usize>) {
    while kept.last().is_some_and(|last| outline.pieces[*last].kind == Kind::Heading) {
        kept.pop();
    }
}

/// What a page prints twice (for small screens, for printing) is read once.
fn without_repetitions(outline: &Outline<'_>, kept: &mut Vec<usize>) {
    /// Shorter lines may well be said twice.
    const LETTERS_MIN: u32 = 60;
    let mut seen: HashMap<&str, usize> = HashMap::new();
    kept.retain(|index| {
        let piece = &outline.pieces[*index];
        // Side by side in one block it is said twice: a refrain, the meals of a week.
        let parent = outline.elements[piece.owner].parent;
        piece.letters < LETTERS_MIN || *seen.entry(piece.text.as_str()).or_insert(parent) == parent
    });
}
