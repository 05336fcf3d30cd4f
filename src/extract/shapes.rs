//! What stands beside an article without saying so: teasers, picture blocks, other articles loaded below.
//!
//! By repetition and neighbourhood alone; no words.

use html5ever::local_name;

use crate::extract::outline::{Kind, Outline, Piece};
use crate::extract::signs::Signs;
use crate::extract::weigh::Sums;
use crate::html::dom::attribute;

/// Letters of a block that calls itself a picture, caption included.
const PICTURE_LETTERS_MAX: u32 = 400;

/// Lines of such a block.
const PICTURE_PIECES_MAX: usize = 3;

/// Letters of a picture's label, where nothing but its place says so.
const LABEL_LETTERS_MAX: u32 = 70;

/// Letters of a teaser: headline and a sentence or two.
const TEASER_LETTERS_MAX: u32 = 600;

/// Share of a page's text beyond which a block is no other article: the headline was mistaken.
const OTHER_SHARE_MAX: f32 = 0.75;

/// Lines of a teaser: section, headline, text, author, date.
const TEASER_PIECES_MAX: usize = 10;

/// Teasers that make a row of them.
const TEASERS_MIN: usize = 2;

/// Marks the pieces of teasers: neighbours of one make, each with a link of its own for a headline. Gives the teasers.
pub(super) fn mark_teasers(outline: &Outline<'_>, host: &str, good: &Sums, beside: &mut [bool]) -> Vec<usize> {
    let mut teasers = Vec::new();
    let mut row: Vec<usize> = Vec::new();
    for parent in 0..outline.elements.len() {
        row.clear();
        let mut child = parent + 1;
        while child < outline.elements[parent].end {
            if is_teaser(outline, child, host) && !opens_section(outline, child, parent) {
                row.push(child);
            }
            child = outline.elements[child].end;
        }
        if row.len() >= TEASERS_MIN && is_below_or_bare(outline, parent, &row, good) {
            for teaser in &row {
                outline.elements[*teaser].pieces.clone().for_each(|piece| beside[piece] = true);
            }
            teasers.append(&mut row);
        }
    }
    teasers
}

/// Whether a heading that is a link has a paragraph behind it: a section of a list («12 ways to …»).
fn opens_section(outline: &Outline<'_>, heading: usize, parent: usize) -> bool {
    /// Letters of a paragraph that a section is made of; a teaser's sentence is shorter.
    const LETTERS_MIN: u32 = 60;
    let next = outline.elements[heading].end;
    let is_heading = outline.elements[heading].pieces.clone().all(|piece| outline.pieces[piece].owner == heading);
    is_heading
        && next < outline.elements[parent].end
        && *outline.elements[next].tag() == local_name!("p")
        && outline.pieces[outline.elements[next].pieces.clone()]
            .iter()
            .any(|piece| piece.letters >= LETTERS_MIN && piece.link_share() < 0.5)
}

/// Teasers stand below the text, or have next to none of their own; what has more is an article made of parts.
fn is_below_or_bare(outline: &Outline<'_>, parent: usize, row: &[usize], good: &Sums) -> bool {
    /// Text of a teaser that is headline alone.
    const BARE_MAX: f32 = 30.0;
    let held: f32 = row.iter().map(|teaser| good.over(&outline.elements[*teaser].pieces)).sum();
    #[expect(clippy::cast_precision_loss, reason = "an average")]
    if held <= BARE_MAX * row.len() as f32 {
        return true;
    }
    let (Some(first), Some(last)) = (row.first(), row.last()) else { return false };
    let above = good.over(&(0..outline.elements[*first].pieces.start));
    let below = good.over(&(outline.elements[*last].pieces.end..outline.elements[parent].pieces.end));
    above > held && below < held / 4.0
}

fn is_teaser(outline: &Outline<'_>, index: usize, host: &str) -> bool {
    let element = &outline.elements[index];
    if element.pieces.len() > TEASER_PIECES_MAX {
        return false;
    }
    let pieces = &outline.pieces[element.pieces.clone()];
    let letters: u32 = pieces.iter().map(|piece| piece.letters).sum();
    if pieces.is_empty()
        || letters > TEASER_LETTERS_MAX
        || matches!(*element.tag(), local_name!("p") | local_name!("a"))
    {
        return false;
    }
    let headline = |piece: &Piece| piece.link_share() > 0.9 && piece.letters >= 15;
    let Some(headline) = pieces.iter().find(|piece| headline(piece)) else { return false };
    let held =
        headline.kind == Kind::Heading || *element.tag() == local_name!("article") || holds_picture(outline, index);
    held && leads_within(outline, headline, host)
}

fn holds_picture(outline: &Outline<'_>, index: usize) -> bool {
    outline.elements[index..outline.elements[index].end].iter().any(|inner| *inner.tag() == local_name!("img"))
}

/// Whether the link of a piece leads to the same site.
fn leads_within(outline: &Outline<'_>, piece: &Piece, host: &str) -> bool {
    let run = outline.runs[piece.runs.clone()].iter().find(|run| !run.text.trim().is_empty());
    let Some(run) = run else { return false };
    let link = std::iter::once(run.parent)
        .chain(outline.ancestors(run.parent))
        .find(|index| *outline.elements[*index].tag() == local_name!("a"));
    let Some(href) = link.and_then(|link| attribute(outline.elements[link].node, &local_name!("href"))) else {
        return false;
    };
    let href = href.trim();
    if href.starts_with("//") || href.contains("://") {
        let site = host.trim_start_matches("www.");
        let address = href.split("//").nth(1).unwrap_or_default();
        return address.split(['/', '?', '#']).next().is_some_and(|other| other.ends_with(site));
    }
    !href.starts_with('#')
}

/// Marks the lines under a picture that say so by nothing but standing there.
pub(super) fn mark_pictures(outline: &Outline<'_>, beside: &mut [bool]) {
    for (index, element) in outline.elements.iter().enumerate() {
        if *element.tag() != local_name!("img") {
            continue;
        }
        if let Some(block) = picture_block(outline, index) {
            outline.elements[block].pieces.clone().for_each(|piece| beside[piece] = true);
        }
    }
}

/// The widest block around a picture that holds no more than its caption.
fn picture_block(outline: &Outline<'_>, image: usize) -> Option<usize> {
    let mut block = None;
    for ancestor in outline.ancestors(image) {
        let element = &outline.elements[ancestor];
        if element.pieces.len() > PICTURE_PIECES_MAX {
            break;
        }
        let pieces = &outline.pieces[element.pieces.clone()];
        let letters: u32 = pieces.iter().map(|piece| piece.letters).sum();
        let letters_max = if element.signs.any(Signs::PICTURE) { PICTURE_LETTERS_MAX } else { LABEL_LETTERS_MAX };
        if letters > letters_max || is_text_block(outline, ancestor) {
            break;
        }
        if !pieces.is_empty() {
            block = Some(ancestor);
        }
    }
    block
}

/// A paragraph, an item or a cell may hold an icon and be text all the same.
fn is_text_block(outline: &Outline<'_>, index: usize) -> bool {
    matches!(
        *outline.elements[index].tag(),
        local_name!("p")
            | local_name!("li")
            | local_name!("td")
            | local_name!("tr")
            | local_name!("table")
            | local_name!("blockquote")
            | local_name!("body")
            | local_name!("h1")
            | local_name!("h2")
            | local_name!("h3")
            | local_name!("h4")
    )
}

/// Marks articles that were loaded below the one that was asked for: each has a first-rank headline of its own. Gives
/// the articles.
pub(super) fn mark_other_articles(
    outline: &Outline<'_>,
    headlines: &[usize],
    ours: usize,
    good: &Sums,
    beside: &mut [bool],
) -> Vec<usize> {
    let mut others = Vec::new();
    for headline in headlines.iter().filter(|headline| **headline > ours) {
        let other = outline.ancestors(*headline).find(|index| outline.elements[*index].signs.any(Signs::ARTICLE));
        let most = |other: &usize| good.over(&outline.elements[*other].pieces) > OTHER_SHARE_MAX * good.total();
        if let Some(other) = other.filter(|other| !outline.within(ours, *other) && !most(other)) {
            outline.elements[other].pieces.clone().for_each(|piece| beside[piece] = true);
            others.push(other);
        }
    }
    others
}
