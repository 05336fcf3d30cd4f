//! Where the photographs of a page stand among its elements.

use std::collections::HashMap;

use super::outline::Outline;
use super::photo::Found;
use super::render::Placed;
use crate::html::dom::NodeId;

/// The places of photographs and of their captions.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The element that shows a photograph, by the photograph's number.
    shown: HashMap<usize, usize>,
    /// Elements that hold captions and credits.
    pub(super) captions: Vec<usize>,
}

impl Places {
    /// Looks them up.
    pub(super) fn of(outline: &Outline<'_>, found: &Found) -> Self {
        if found.nodes.is_empty() && found.captions.is_empty() {
            return Self::default();
        }
        let places: HashMap<NodeId, usize> =
            outline.elements.iter().enumerate().map(|(index, element)| (element.node.id(), index)).collect();
        let mut shown = HashMap::new();
        for (node, photo) in &found.nodes {
            if let Some(place) = places.get(node) {
                shown.entry(*photo).or_insert(*place);
            }
        }
        Self { shown, captions: found.captions.iter().filter_map(|node| places.get(node).copied()).collect() }
    }

    /// The photographs in page order; one that no element shows stands first.
    pub(super) fn placed<'p>(&self, found: &'p Found) -> Vec<Placed<'p>> {
        let mut placed: Vec<Placed<'p>> = found
            .photos
            .iter()
            .enumerate()
            .map(|(number, photo)| (self.shown.get(&number).copied().unwrap_or(0), photo))
            .collect();
        placed.sort_by_key(|(place, _)| *place);
        placed
    }
}
