//! The lines and boxes of a page as its source's memory knows them (`template`), and those it says are none of the article.
//!
//! A line is known by its words and its place: the story of the day, told in a box on every page, is still read on its
//! own; «Китай» in a footer of lands is not «Китай» in a list of the article's. A box is known by its make and its label,
//! whatever stands in it today: «Читайте также» and three headlines. Not here: how often something must have stood.

use std::borrow::Cow;

use html5ever::local_name;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::extract::outline::{Kind, Outline, Piece};
use crate::extract::template::{Template, Unit};
use crate::extract::weigh::{Sums, weight};
use crate::html::dom::attribute;
use crate::text::fold::fold;

/// Letters of a sentence.
const PROSE_LETTERS_MIN: u32 = 80;

/// Letters of a line that repeats, and its runs of text; longer ones are texts.
const LINE_LETTERS_MAX: u32 = 4_000;
const LINE_RUNS_MAX: usize = 500;

/// Share of its letters that are links beyond which a line leads elsewhere.
const LINK_SHARE_MIN: f32 = 0.8;

/// Letters of a link that is a headline.
const HEADLINE_LETTERS_MIN: u32 = 15;

/// Letters of a box's label.
const LABEL_LETTERS_MAX: u32 = 60;

/// Letters that follow a headline in a box: a teaser's sentence or two.
const TEASER_LETTERS_MAX: u32 = 400;

/// Letters of a card: a headline, a teaser and a way to the rest, in a block of their own.
const CARD_LETTERS_MAX: u32 = 500;

/// Lines that begin with a time from which on a box is a schedule, and letters of what is on.
const SCHEDULE_ROWS_MIN: u32 = 3;
const SCHEDULE_LETTERS_MAX: u32 = 80;

/// Known boxes of a page that are looked into.
const BOXES_MAX: usize = 100;

/// Blocks around a line among which its card is.
const CARD_LEVELS: usize = 8;

/// Bytes of an element's classes that are read.
const CLASS_BYTES_MAX: usize = 256;

/// Lines of a box.
const BOX_PIECES: std::ops::RangeInclusive<usize> = 1..=200;

/// Share of a page's text that a box may hold: three teasers are more than a short article.
const BOX_SHARE_MAX: f32 = 0.8;

/// Elements whose make names a place: the block and the one around it. Further out stand the classes of the article's section.
const PLACE_LEVELS: usize = 2;

/// The names of a page's lines and boxes.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Of each piece; 0 for one without a word.
    pub(super) lines: Vec<u64>,
    /// The elements that are boxes, and their names.
    pub(super) boxes: Vec<(usize, u64)>,
}

impl Marks {
    /// Of a page with that headline.
    pub(super) fn of(outline: &Outline<'_>, headline: Option<usize>) -> Self {
        let good = Sums::of(outline.pieces.iter().map(|piece| weight(piece).max(0.0)));
        let is_box = |index: &usize| {
            let pieces = &outline.elements[*index].pieces;
            BOX_PIECES.contains(&pieces.len())
                && good.over(pieces) < BOX_SHARE_MAX * good.total().max(1.0)
                && !headline.is_some_and(|headline| outline.within(headline, *index))
        };
        let boxes = (0..outline.elements.len()).filter(is_box);
        let boxes = boxes.filter_map(|index| Some((index, box_name(outline, index)?))).collect();
        let lines = outline.pieces.iter().map(|piece| line_name(outline, piece)).collect();
        Self { lines, boxes }
    }
}

/// What a memory knows of a page.
#[derive(Debug, Default)]
pub(super) struct Furniture {
    /// Which pieces; empty where it knows none.
    pieces: Vec<bool>,
    /// The boxes, whose pictures are not the article's either.
    pub(super) boxes: Vec<usize>,
}

impl Furniture {
    /// Asks the memory.
    pub(super) fn of(outline: &Outline<'_>, marks: &Marks, template: &Template) -> Self {
        if template.knows_nothing() {
            return Self::default();
        }
        let is_known = |(piece, name): (&Piece, &u64)| *name != 0 && template.knows(*name, unit(piece));
        let mut pieces: Vec<bool> = outline.pieces.iter().zip(&marks.lines).map(is_known).collect();
        spare_headings(outline, &mut pieces);
        let mut boxes = Vec::new();
        let known = marks.boxes.iter().filter(|(_, name)| template.knows(*name, Unit::Label));
        for (index, _) in known.take(BOXES_MAX) {
            if is_covered(outline, *index, &pieces) {
                pieces[outline.elements[*index].pieces.clone()].fill(true);
                boxes.push(*index);
            }
        }
        Self { pieces, boxes }
    }

    /// Whether a piece is known.
    pub(super) fn holds(&self, piece: usize) -> bool {
        self.pieces.get(piece).copied().unwrap_or_default()
    }

    /// Whether anything is.
    pub(super) fn is_any(&self) -> bool {
        self.pieces.contains(&true)
    }
}

/// A heading above sentences that are not known is that of a section: «What happened» stands in every article of some sites.
fn spare_headings(outline: &Outline<'_>, known: &mut [bool]) {
    for (index, piece) in outline.pieces.iter().enumerate() {
        if !known[index] || piece.kind != Kind::Heading {
            continue;
        }
        let next = (index + 1..outline.pieces.len()).find(|next| outline.pieces[*next].letters > 0);
        let heads_text = next.is_some_and(|next| !known[next] && unit(&outline.pieces[next]) == Unit::Prose);
        known[index] = !heads_text || unit(piece) == Unit::Link;
    }
}

/// Whether a box holds nothing but its label, what is known, headlines with their teasers, and a schedule. A section of
/// an article has a label of its own too, and its sentences tell it apart.
fn is_covered(outline: &Outline<'_>, index: usize, known: &[bool]) -> bool {
    /// One line in so many may be none of these.
    const UNCOVERED_PART: u32 = 5;
    let range = outline.elements[index].pieces.clone();
    let rows: u32 = range.clone().map(|at| rows_of(outline, &outline.pieces[at])).sum();
    let is_schedule = rows >= SCHEDULE_ROWS_MIN;
    let (mut all, mut uncovered, mut teaser) = (0, 0, 0);
    for (at, piece) in range.clone().map(|at| (at, &outline.pieces[at])) {
        let is_on = is_schedule && piece.letters <= SCHEDULE_LETTERS_MAX * rows_of(outline, piece).max(1);
        all += piece.letters;
        if is_headline(outline, piece) {
            teaser = TEASER_LETTERS_MAX;
        } else if at == range.start || known[at] || is_on || unit(piece) == Unit::Link {
            // Its label, and what any page may have there.
        } else if piece.letters <= teaser {
            teaser -= piece.letters;
        } else if !is_in_card(outline, index, piece) {
            uncovered += piece.letters;
        }
    }
    uncovered * UNCOVERED_PART <= all
}

/// Whether a small block around a piece, within the box, holds a link of its own: «Read on».
fn is_in_card(outline: &Outline<'_>, within: usize, piece: &Piece) -> bool {
    let is_small = |index: &usize| {
        let mut pieces = outline.pieces[outline.elements[*index].pieces.clone()].iter();
        pieces.try_fold(0, |sum, piece| Some(sum + piece.letters).filter(|sum| *sum <= CARD_LETTERS_MAX)).is_some()
    };
    let holds_link = |index: usize| {
        let element = &outline.elements[index];
        *element.tag() != local_name!("p")
            && outline.pieces[element.pieces.clone()].iter().any(|piece| unit(piece) == Unit::Link)
    };
    let around = std::iter::once(piece.owner).chain(outline.ancestors(piece.owner)).take(CARD_LEVELS);
    around.take_while(|index| outline.within(*index, within)).take_while(is_small).any(holds_link)
}

/// How many lines of a piece begin with a time of day.
fn rows_of(outline: &Outline<'_>, piece: &Piece) -> u32 {
    if !is_line(piece) || !piece.text.contains(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    u32::try_from(outline.lines(piece).filter(|line| begins_with_time(line)).count()).unwrap_or(u32::MAX)
}

fn begins_with_time(line: &str) -> bool {
    line.split_whitespace().next().is_some_and(is_time)
}

/// A link to another article, or one with its teaser below it in the same block.
fn is_headline(outline: &Outline<'_>, piece: &Piece) -> bool {
    if !is_line(piece) || piece.linked < HEADLINE_LETTERS_MIN || piece.letters - piece.linked > TEASER_LETTERS_MAX {
        return false;
    }
    let first_line = outline.runs[piece.runs.clone()].iter().take_while(|run| !run.text.is_empty());
    unit(piece) == Unit::Link
        || first_line.clone().all(|run| run.text.trim().is_empty() || is_linked(outline, piece, run.parent))
}

/// Whether the text of an element in a piece is that of a link.
fn is_linked(outline: &Outline<'_>, piece: &Piece, element: usize) -> bool {
    let around = std::iter::once(element).chain(outline.ancestors(element)).take_while(|index| *index != piece.owner);
    around.chain([piece.owner]).any(|index| *outline.elements[index].tag() == local_name!("a"))
}

/// What a piece is to a memory.
pub(super) fn unit(piece: &Piece) -> Unit {
    if piece.link_share() > LINK_SHARE_MIN {
        return Unit::Link;
    }
    let is_prose = piece.letters >= PROSE_LETTERS_MIN && piece.marks > 0 && piece.kind != Kind::Heading;
    if is_prose { Unit::Prose } else { Unit::Label }
}

/// Whether a piece is no longer than what repeats: longer ones are not looked into again and again.
fn is_line(piece: &Piece) -> bool {
    piece.letters <= LINE_LETTERS_MAX && piece.runs.len() <= LINE_RUNS_MAX
}

fn line_name(outline: &Outline<'_>, piece: &Piece) -> u64 {
    if !is_line(piece) || !piece.text.contains(char::is_alphabetic) {
        return 0;
    }
    let words = label_of_link(outline, piece).map_or_else(|| words(&piece.text), Cow::Owned);
    xxh3_64_with_seed(words.as_bytes(), place_name(outline, piece.owner)).max(1)
}

/// The words before a link to an article in the same line, «See also: …», whatever it leads to.
fn label_of_link(outline: &Outline<'_>, piece: &Piece) -> Option<String> {
    if piece.linked < HEADLINE_LETTERS_MIN || piece.letters - piece.linked > LABEL_LETTERS_MAX {
        return None;
    }
    let runs = outline.runs[piece.runs.clone()].iter();
    let before: String = runs.take_while(|run| !is_linked(outline, piece, run.parent)).map(|run| run.text).collect();
    let label = fold(&before);
    // «The minister told <a>…» begins a sentence.
    label.ends_with([':', '：', '–', '—', '-', '>', '»', '→', '|']).then_some(label)
}

/// The name of a box: its make and its label, or that it begins with a headline or is a schedule; none where it begins
/// with a sentence.
fn box_name(outline: &Outline<'_>, index: usize) -> Option<u64> {
    let element = &outline.elements[index];
    if matches!(*element.tag(), local_name!("html") | local_name!("body") | local_name!("p")) {
        return None;
    }
    let piece = outline.pieces[element.pieces.clone()].iter().find(|piece| piece.letters > 0)?;
    if is_headline(outline, piece) && element.pieces.len() > 1 {
        // Without a name of its own it could be any block.
        let is_named = attribute(element.node, &local_name!("class")).is_some();
        return is_named.then(|| xxh3_64_with_seed(b"headline", make(outline, index)));
    }
    let rows = || element.pieces.clone().map(|at| rows_of(outline, &outline.pieces[at])).sum::<u32>();
    if begins_with_time(&piece.text) {
        return (rows() >= SCHEDULE_ROWS_MIN).then(|| xxh3_64_with_seed(b"schedule", make(outline, index)));
    }
    if element.pieces.len() < 2 || piece.letters > LABEL_LETTERS_MAX || unit(piece) != Unit::Label {
        return None;
    }
    // The label of a schedule may name the day.
    let words = words(&piece.text);
    let steady: Vec<&str> = words.split(' ').filter(|word| !word.contains(|c: char| c.is_ascii_digit())).collect();
    let label = steady.join(" ");
    label.contains(char::is_alphabetic).then(|| xxh3_64_with_seed(label.as_bytes(), !make(outline, index)))
}

/// The words of a line as they are compared: times of day differ where the rest is the same.
///
/// Not folded: what a site prints on all of its pages it prints alike, and every line of every page comes by here.
fn words(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split(' ').filter(|word| !is_time(word)).collect::<Vec<_>>().join(" "))
}

/// `9:30`, `21.05,`.
fn is_time(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_digit());
    let Some((hour, minute)) = word.split_once([':', '.']) else { return false };
    let figures = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (1..=2).contains(&hour.len()) && minute.len() == 2 && figures(hour) && figures(minute)
}

/// The make of an element and of those around it.
fn place_name(outline: &Outline<'_>, index: usize) -> u64 {
    let levels = std::iter::once(index).chain(outline.ancestors(index)).take(PLACE_LEVELS);
    levels.fold(1, |name, level| name.rotate_left(21) ^ make(outline, level))
}

/// Tag and classes of an element. Words with figures are left out: they number articles.
fn make(outline: &Outline<'_>, index: usize) -> u64 {
    let element = &outline.elements[index];
    let classes = attribute(element.node, &local_name!("class")).unwrap_or_default();
    let classes = &classes[..classes.floor_char_boundary(CLASS_BYTES_MAX)];
    let steady = classes.split_ascii_whitespace().filter(|class| !class.contains(|c: char| c.is_ascii_digit()));
    steady.fold(xxh3_64(element.tag().as_bytes()), |name, class| xxh3_64_with_seed(class.as_bytes(), name))
}
