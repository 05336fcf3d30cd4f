//! The photographs of a page as its article shows them: each in its place, none of another article's.

use std::collections::HashMap;

use crate::extract::outline::Outline;
use crate::extract::photo::Found;
use crate::extract::signs::Signs;
use crate::html::dom::NodeId;
use crate::model::article::Photo;

/// Photographs in page order, with the elements in whose places they stand.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// The photographs.
    pub(super) photos: Vec<Photo>,
    /// The element of each; 0 for one that no element shows.
    pub(super) places: Vec<usize>,
    /// Which one leads.
    pub(super) lead: Option<usize>,
    /// Elements that hold captions and credits.
    pub(super) captions: Vec<usize>,
}

impl Shown {
    /// Looks up what was found; what stands in one of the elements `aside`, or is not shown at all, goes.
    pub(super) fn of(outline: &Outline<'_>, found: Found, aside: &[usize]) -> Self {
        if found.photos.is_empty() && found.captions.is_empty() {
            return Self::default();
        }
        let places: HashMap<NodeId, usize> =
            outline.elements.iter().enumerate().map(|(index, element)| (element.node.id(), index)).collect();
        let mut shown: HashMap<usize, Vec<usize>> = HashMap::new();
        for (node, photo) in &found.nodes {
            let place = place_of(outline, &places, *node);
            let place = place.filter(|place| !aside.iter().any(|aside| outline.within(*place, *aside)));
            shown.entry(*photo).or_default().extend(place);
        }
        let captions = found.captions.iter().filter_map(|node| places.get(node).copied()).collect();
        let mut kept: Vec<(usize, usize, Photo)> = Vec::new();
        for (number, photo) in found.photos.into_iter().enumerate() {
            // A photograph that only data name has no element, and stands first.
            let place = match shown.get(&number) {
                Some(places) => places.first().copied(),
                None => Some(0),
            };
            kept.extend(place.map(|place| (place, number, photo)));
        }
        kept.sort_by_key(|(place, number, _)| (*place, *number));
        let lead = found.lead.and_then(|lead| kept.iter().position(|(_, number, _)| *number == lead));
        Self {
            lead: lead.or(if kept.is_empty() { None } else { Some(0) }),
            places: kept.iter().map(|(place, _, _)| *place).collect(),
            photos: kept.into_iter().map(|(_, _, photo)| photo).collect(),
            captions,
        }
    }

    /// A caption that stands in the text was none: small blocks of text look like frames.
    pub(super) fn without_captions_of(&mut self, text: &str) {
        /// Characters of a caption that does not stand in a text by chance.
        const CHARS_MIN: usize = 30;
        let line = text.replace("\n\n", " ");
        let stands = |words: &Option<String>| {
            words.as_ref().is_some_and(|words| words.chars().count() >= CHARS_MIN && line.contains(words.as_str()))
        };
        for photo in &mut self.photos {
            if stands(&photo.caption) {
                photo.caption = None;
            }
            if stands(&photo.alt) {
                photo.alt = None;
            }
        }
    }

    /// The photographs with their places.
    pub(super) fn placed(&self) -> Vec<(usize, &Photo)> {
        self.places.iter().copied().zip(&self.photos).collect()
    }
}

/// The element of a node, or the nearest around it (a button's content is in no outline); none in a hidden pop-up.
fn place_of(outline: &Outline<'_>, places: &HashMap<NodeId, usize>, node: NodeId) -> Option<usize> {
    let node = outline.elements.first()?.node.tree().get(node)?;
    let place = std::iter::once(node).chain(node.ancestors()).find_map(|node| places.get(&node.id()).copied())?;
    let pops_up = outline.elements[place].signs.any(Signs::POP_UP);
    (!pops_up).then_some(place)
}
