//! What a page teaches of its source's pages: its lines and boxes, and which of them could be taken for the article's.
//!
//! Not here: what is made of it (`template`).

use xxhash_rust::xxh3::xxh3_64;

use crate::extract::body::{Ask, Choice};
use crate::extract::furniture::{Marks, unit};
use crate::extract::template::{Lesson, Unit};
use crate::extract::weigh::weight;
use crate::text::fold::fold;

/// Lines and boxes that one page teaches; longer pages are lists.
const NEAR_MAX: usize = 400;

/// Lines and boxes of a page that are looked for.
const FAR_MAX: usize = 4_000;

/// Of a page whose article is the pieces `kept`.
pub(super) fn lesson(ask: &Ask<'_>, marks: &Marks, choice: Option<&Choice>, kept: &[usize]) -> Lesson {
    let (outline, mut lesson) = (ask.outline, Lesson { headline: short_hash(&fold(ask.title)), ..Lesson::default() });
    lesson.fits = choice.and_then(|choice| choice.fits);
    let within = choice.map_or(0..0, |choice| outline.elements[choice.container].pieces.clone());
    let is_near = |index: usize| {
        let beside = choice.is_some_and(|choice| choice.beside[index]) && !ask.furniture.holds(index);
        !beside && (within.contains(&index) || weight(&outline.pieces[index]) > 0.0)
    };
    let near: Vec<bool> = (0..outline.pieces.len()).map(is_near).collect();
    let boxes = marks.boxes.iter();
    let boxes = boxes.map(|(index, name)| (*name, near[outline.elements[*index].pieces.clone()].contains(&true)));
    let lines = marks.lines.iter().copied().zip(near.iter().copied()).filter(|(name, _)| *name != 0);
    for (name, is_near) in boxes.chain(lines) {
        if is_near && lesson.near.len() < NEAR_MAX {
            lesson.near.push(name);
        } else if lesson.far.len() < FAR_MAX {
            lesson.far.push(name);
        }
    }
    let prose = kept.iter().map(|index| (marks.lines[*index], &outline.pieces[*index]));
    let prose = prose.filter(|(_, piece)| unit(piece) == Unit::Prose);
    lesson.prose = prose.map(|(name, piece)| (name, piece.letters)).collect();
    lesson
}

/// Hash of an address or a headline; 0 for none.
pub(super) fn short_hash(text: &str) -> u32 {
    // The upper half of a hash is a hash.
    if text.is_empty() { 0 } else { u32::try_from(xxh3_64(text.as_bytes()) >> 32).unwrap_or_default() }
}
