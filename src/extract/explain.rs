//! Why a page was read as it was: what else it might have been called, which block was taken for its text, what was cut.
//!
//! A second reading of the same page for those who ask. Decides nothing: it watches the functions that do.

use crate::extract::authors;
use crate::extract::body::{self, Ask, Beside, Choice};
use crate::extract::dates::{self, Clock, Dated};
use crate::extract::outline::Outline;
use crate::extract::prune::{self, Cut};
use crate::extract::title;
use crate::extract::weigh::{self, Sums};
use crate::html::dom::attribute;

/// Something that a page says in several places.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Which place says so.
    pub from: &'static str,
    /// What it says.
    pub text: String,
    /// How much speaks for it, where that is counted: wordings that agree add up.
    pub worth: Option<f32>,
    /// Whether it was believed.
    pub won: bool,
}

/// A line of text of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The element that holds it: `div.text > p`.
    pub element: String,
    /// What it says.
    pub text: String,
    /// Why it is not in the article; nothing for a line that is.
    pub cut: Option<String>,
}

/// A picture of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its address.
    pub url: String,
    /// Where its credit stands, or why it is none of the article's.
    pub why: Option<&'static str>,
    /// Whether it is one of the article's.
    pub ours: bool,
}

/// Why a page was read as it was.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Explanation {
    /// What may be its headline.
    pub titles: Vec<Candidate>,
    /// What may be its date.
    pub dates: Vec<Candidate>,
    /// Who may have written it.
    pub authors: Vec<Candidate>,
    /// Which blocks may be its text.
    pub blocks: Vec<Candidate>,
    /// The lines of the block, and those outside that hold a sentence.
    pub lines: Vec<Line>,
    /// The text was taken from the page's data: the block held too little.
    pub from_data: bool,
    /// Its pictures: the article's first, then those that were passed over.
    pub pictures: Vec<Picture>,
}

/// Wordings of the headline, dates and authors, each with what says so.
pub(super) fn said(ask: &Ask<'_>, dated: &Dated<'_>, clock: Clock<'_>) -> Explanation {
    Explanation { titles: titles(ask), dates: dates(dated, clock), authors: authors(ask), ..Explanation::default() }
}

fn titles(ask: &Ask<'_>) -> Vec<Candidate> {
    let wordings = title::wordings(ask.outline, ask.facts, ask.host);
    let worths = title::worths(&wordings);
    let ruled = ask.named.title.iter().map(|text| ("the rule of its source", text.clone(), None));
    let worded = wordings.into_iter().zip(worths).map(|(wording, worth)| (wording.from, wording.text, Some(worth)));
    let mut open = true;
    ruled
        .chain(worded)
        .map(|(from, text, worth)| {
            let won = open && text == ask.title;
            open &= !won;
            Candidate { from, text, worth, won }
        })
        .collect()
}

fn dates(dated: &Dated<'_>, clock: Clock<'_>) -> Vec<Candidate> {
    let told = dates::Place::ALL.iter().filter_map(|place| Some((place.as_str(), place.read(dated, clock)?)));
    let told = told.chain(dates::updated(dated.facts, clock).map(|moment| ("the last change", moment)));
    told.enumerate()
        .map(|(index, (from, moment))| Candidate { from, text: moment.to_string(), worth: None, won: index == 0 })
        .collect()
}

fn authors(ask: &Ask<'_>) -> Vec<Candidate> {
    let ruled = Some(&ask.named.authors).filter(|names| !names.is_empty());
    let ruled = ruled.map(|names| ("the rule of its source", names.clone()));
    let named = authors::Named::ALL.iter().map(|place| (place.as_str(), place.read(ask.outline, ask.facts)));
    let mut open = true;
    ruled
        .into_iter()
        .chain(named.filter(|(_, names)| !names.is_empty()))
        .map(|(from, names)| {
            let won = open && names == ask.authors;
            open &= !won;
            Candidate { from, text: names.join(", "), worth: None, won }
        })
        .collect()
}

/// What each reader takes for the block of the text.
pub(super) fn blocks(ask: &Ask<'_>) -> Vec<Candidate> {
    let blocks = body::blocks(ask).0;
    let readers = [
        ("the rule of its source", blocks.rule),
        ("the rule of its site", blocks.site),
        ("the text in JSON-LD", blocks.told),
        ("the densest sentences", blocks.dense),
    ];
    let mut open = true;
    let found = readers.into_iter().filter_map(|(from, block)| Some((from, block?)));
    found
        .map(|(from, block)| {
            let element = &ask.outline.elements[block];
            let letters: u32 = ask.outline.pieces[element.pieces.clone()].iter().map(|piece| piece.letters).sum();
            let text = format!("{} ({} lines, {letters} letters)", path(ask.outline, block), element.pieces.len());
            Candidate { from, text, worth: None, won: std::mem::take(&mut open) }
        })
        .collect()
}

/// The lines of the page, each with what became of it. `choice` has its captions cut.
pub(super) fn lines(ask: &Ask<'_>, choice: &Choice) -> Vec<Line> {
    /// Letters of a line outside the block that is worth showing.
    const LETTERS_MIN: u32 = 40;
    let outline = ask.outline;
    let block = &outline.elements[choice.container].pieces;
    let reasons = reasons(ask, choice);
    let pieces = outline.pieces.iter().zip(reasons).enumerate();
    let shown = pieces.filter(|(index, (piece, reason))| {
        piece.letters > 0 && (block.contains(index) || reason.is_none() || piece.letters >= LETTERS_MIN)
    });
    shown.map(|(_, (piece, cut))| Line { element: path(outline, piece.owner), text: piece.text.clone(), cut }).collect()
}

/// Why each piece is not in the article; nothing for those that are.
fn reasons(ask: &Ask<'_>, choice: &Choice) -> Vec<Option<String>> {
    let outline = ask.outline;
    let block = outline.elements[choice.container].pieces.clone();
    let mut reasons: Vec<Option<String>> = vec![Some("outside the block".to_owned()); outline.pieces.len()];
    let mut still: Vec<usize> = block.clone().collect();
    let beside = besides(ask);
    let kept = prune::kept_step_by_step(ask, choice, |cut, kept| {
        for index in still.iter().filter(|index| !kept.contains(index)) {
            let why = match cut {
                Cut::Beside => beside[*index].clone().unwrap_or_else(|| "a caption".to_owned()),
                _ => words(cut).to_owned(),
            };
            reasons[*index] = Some(why);
        }
        still = kept.to_vec();
    });
    for index in kept {
        reasons[index] = None;
    }
    reasons
}

/// Why each piece stands beside the article; nothing for those that do not.
fn besides(ask: &Ask<'_>) -> Vec<Option<String>> {
    let mut reasons: Vec<Option<String>> = vec![None; ask.outline.pieces.len()];
    let good = body::good(ask);
    body::beside_step_by_step(ask, |step, beside| {
        for (index, reason) in reasons.iter_mut().enumerate().filter(|(index, _)| beside[*index]) {
            reason.get_or_insert_with(|| match step {
                Beside::Sign => format!("beside the article, as {} says", sign(ask.outline, &good, index)),
                Beside::Teaser => "one of several teasers".to_owned(),
                Beside::Picture => "a line under a picture".to_owned(),
                Beside::OtherArticle => "another article, loaded below".to_owned(),
                Beside::Known => "stands on other pages of its source".to_owned(),
                Beside::Site => "removed by the rule of its site".to_owned(),
                Beside::Rule => "removed by the rule of its source".to_owned(),
            });
        }
    });
    reasons
}

fn words(cut: Cut) -> &'static str {
    match cut {
        Cut::AboveHeadline => "above the headline",
        Cut::Beside => "beside the article",
        Cut::Link => "a way elsewhere, or a label",
        Cut::Title => "the headline once more",
        Cut::Related => "a label above other articles",
        Cut::Edge => "a name, a date or a label before or after the text",
        Cut::Asks => "asks for something",
        Cut::EmptySection => "a heading above nothing",
        Cut::Repeated => "printed before",
        Cut::Tail => "a small block behind the text",
    }
}

/// The nearest element around a piece that says it stands beside the article: what a person would look for.
fn sign(outline: &Outline<'_>, good: &Sums, piece: usize) -> String {
    let owner = outline.pieces[piece].owner;
    let mut around = std::iter::once(owner).chain(outline.ancestors(owner));
    // An inline element within the line may have said so, too.
    let within = || (owner..outline.elements[owner].end).find(|index| weigh::is_beside(outline, *index, good));
    let signed = around.find(|index| weigh::is_beside(outline, *index, good)).or_else(within);
    name(outline, signed.unwrap_or(owner))
}

/// An element with the one around it: `div.text > p`.
fn path(outline: &Outline<'_>, index: usize) -> String {
    let parent = outline.elements[index].parent;
    if parent == index {
        return name(outline, index);
    }
    format!("{} > {}", name(outline, parent), name(outline, index))
}

/// An element as CSS would name it: tag, id, first two classes.
fn name(outline: &Outline<'_>, index: usize) -> String {
    const CLASSES_MAX: usize = 2;
    let element = &outline.elements[index];
    let mut name = element.tag().to_string();
    if let Some(id) = attribute(element.node, &html5ever::local_name!("id")) {
        name.push('#');
        name.push_str(id.trim());
    }
    let classes = attribute(element.node, &html5ever::local_name!("class")).unwrap_or_default();
    for class in classes.split_ascii_whitespace().take(CLASSES_MAX) {
        name.push('.');
        name.push_str(class);
    }
    name
}
