//! What each piece of a page speaks for or against the block it stands in, and which pieces stand beside the article.
//!
//! Shape only: letters, links, ends of sentences, and what elements say of themselves. No words of any language.

use std::ops::Range;

use html5ever::local_name;

use crate::extract::outline::{Kind, Outline, Piece};
use crate::extract::signs::Signs;

/// Share of its letters that are links beyond which a piece is a way elsewhere.
const LINK_SHARE_MAX: f32 = 0.5;

/// Letters below which a piece without a mark is a label.
const LABEL_LETTERS_MAX: u32 = 30;

/// Letters of a paragraph beyond which more say no more.
const LETTERS_MAX: f32 = 1_000.0;

/// A part that says it is beside the article is believed while it holds less than this share of the page's text.
const ASIDE_SHARE_MAX: f32 = 0.5;

/// The same for hidden parts: a page whose whole text waits for a script to be shown is still read.
const HIDDEN_SHARE_MAX: f32 = 0.7;

/// Share of a page's text from which on a part that calls itself the article's text is believed.
const BODY_SHARE_MIN: f32 = 0.2;

/// Lines of authors, times, counters.
const BYLINE_PIECES_MAX: usize = 40;

/// Letters of a line of authors, times, counters.
const BYLINE_LETTERS_MAX: u32 = 400;

/// Sums over ranges of pieces, each in one subtraction.
#[derive(Debug, Default)]
pub(super) struct Sums(Vec<f32>);

impl Sums {
    /// Over these values.
    pub(super) fn of(values: impl Iterator<Item = f32>) -> Self {
        let mut sums = vec![0.0];
        let mut sum = 0.0;
        for value in values {
            sum += value;
            sums.push(sum);
        }
        Self(sums)
    }

    /// The sum of a range.
    pub(super) fn over(&self, range: &Range<usize>) -> f32 {
        if range.start >= range.end { 0.0 } else { self.0[range.end] - self.0[range.start] }
    }

    /// The sum of all.
    pub(super) fn total(&self) -> f32 {
        self.0.last().copied().unwrap_or_default()
    }
}

/// What a piece speaks for (more than 0) or against.
pub(super) fn weight(piece: &Piece) -> f32 {
    let share = piece.link_share();
    #[expect(clippy::cast_precision_loss, reason = "a weight")]
    let (letters, linked) = (piece.letters as f32, piece.linked as f32);
    match piece.kind {
        _ if piece.letters == 0 => 0.0,
        _ if share > LINK_SHARE_MAX => -10.0 - linked.min(60.0) / 2.0,
        Kind::Heading => 0.0,
        // Figures and names fill the cells of a table.
        Kind::Cell if piece.letters < LABEL_LETTERS_MAX => 2.0,
        _ if piece.letters < LABEL_LETTERS_MAX && (piece.marks == 0 || is_date(&piece.text, piece.letters)) => -8.0,
        Kind::Paragraph => letters.min(LETTERS_MAX) * (1.0 - share),
        Kind::Loose => 0.8 * letters.min(LETTERS_MAX) * (1.0 - share),
        Kind::Item => 0.6 * letters.min(LETTERS_MAX) * (1.0 - share),
        Kind::Cell => 0.5 * letters.min(LETTERS_MAX) * (1.0 - share),
    }
}

/// A line that is a date, a time, a counter: figures above all.
pub(super) fn is_date(text: &str, letters: u32) -> bool {
    let figures = text.chars().filter(char::is_ascii_digit).count();
    figures >= 4 && figures * 6 >= letters as usize
}

/// Which pieces stand beside the article, as far as elements say so themselves.
pub(super) fn beside(outline: &Outline<'_>, good: &Sums) -> Vec<bool> {
    let mut beside = vec![false; outline.pieces.len()];
    for index in 0..outline.elements.len() {
        if is_beside(outline, index, good) {
            for piece in held(outline, index) {
                beside[piece] = true;
            }
        }
    }
    beside
}

/// Whether an element says that it stands beside the article.
pub(super) fn is_beside(outline: &Outline<'_>, index: usize, good: &Sums) -> bool {
    let element = &outline.elements[index];
    if element.pieces.is_empty() || matches!(*element.tag(), local_name!("html") | local_name!("body")) {
        return false;
    }
    let share = good.over(&element.pieces) / good.total().max(1.0);
    let signs = element.signs;
    // An article's own block may carry such words beside those that name it: `article-body share-data`.
    if signs.any(Signs::BODY) && share > 0.2 {
        return false;
    }
    if signs.any(Signs::SITE.with(Signs::ASIDE)) && holds_body(outline, index, good) {
        return false;
    }
    if signs.any(Signs::HIDDEN) && share < HIDDEN_SHARE_MAX && !is_behind_wall(outline, index) {
        return true;
    }
    if signs.any(Signs::SITE.with(Signs::ASIDE).with(Signs::COMMENTS).with(Signs::OVERLAY)) && share < ASIDE_SHARE_MAX {
        return true;
    }
    if signs.any(Signs::CAPTION) {
        return share < ASIDE_SHARE_MAX && !holds_text_of_its_own(outline, index);
    }
    let pieces = &outline.pieces[element.pieces.clone()];
    let letters = || pieces.iter().map(|piece| piece.letters).sum::<u32>();
    signs.any(Signs::BYLINE) && pieces.len() <= BYLINE_PIECES_MAX && letters() < BYLINE_LETTERS_MAX
}

/// A paragraph among those of the article's own block that is kept from readers aloud alone: it waits for a registration.
fn is_behind_wall(outline: &Outline<'_>, index: usize) -> bool {
    /// Letters of a paragraph; less is a label for a button.
    const LETTERS_MIN: u32 = 80;
    let element = &outline.elements[index];
    let letters: u32 = outline.pieces[element.pieces.clone()].iter().map(|piece| piece.letters).sum();
    let unheard = element.node.value().attrs.iter().any(|(name, _)| &*name.local == "aria-hidden");
    *element.tag() == local_name!("p")
        && unheard
        && letters >= LETTERS_MIN
        && outline.elements[element.parent].signs.any(Signs::BODY)
}

/// A block that holds the article's own block is no aside, whatever it is called.
fn holds_body(outline: &Outline<'_>, index: usize, good: &Sums) -> bool {
    let inner = &outline.elements[index + 1..outline.elements[index].end];
    inner.iter().any(|inner| inner.signs.any(Signs::BODY) && good.over(&inner.pieces) > BODY_SHARE_MIN * good.total())
}

/// A figure may be a table or a quotation.
fn holds_text_of_its_own(outline: &Outline<'_>, index: usize) -> bool {
    *outline.elements[index].tag() == local_name!("figure")
        && outline.elements[index..outline.elements[index].end]
            .iter()
            .any(|inner| matches!(*inner.tag(), local_name!("table") | local_name!("blockquote") | local_name!("pre")))
}

/// The pieces that an element holds whole: an inline element may hold only the beginning of one.
pub(super) fn held(outline: &Outline<'_>, index: usize) -> Range<usize> {
    let range = outline.elements[index].pieces.clone();
    if range.len() != 1 {
        return range;
    }
    let runs = &outline.runs[outline.pieces[range.start].runs.clone()];
    let whole = runs.iter().all(|run| run.text.trim().is_empty() || outline.within(run.parent, index));
    if whole { range } else { range.start..range.start }
}
