//! From evidence to a verdict: how strongly an article is about a country, and which words say so.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::article::{Match, Reason};
use crate::route::evidence::{COUNT, Evidence, Manner, names};
use crate::route::mention::Scanned;

/// The strength from which a country is accepted, where feeds.toml does not say otherwise: as likely as not.
pub const THRESHOLD: f32 = 0.5;
/// Reasons told of a country: enough to see why, few enough to read.
const REASONS_MAX: usize = 8;

/// A word that is a reason at all is told with at least this weight: the weights of sorts that always come together are shared by chance.
const WEIGHT_MIN: f32 = 0.1;

/// The learned weights, in the order of `evidence::names`, for each manner.
static WEIGHTS: LazyLock<[[f32; COUNT]; Manner::ALL.len()]> = LazyLock::new(|| {
    let tables: HashMap<String, HashMap<String, f32>> = toml::from_str(include_str!("../../data/names/weights.toml"))
        .expect("data/names/weights.toml is part of the program and is tested");
    Manner::ALL.map(|manner| {
        let mut weights = [0.0; COUNT];
        let table = tables.get(manner.name());
        names().zip(&mut weights).for_each(|(name, weight)| {
            *weight = table.and_then(|table| table.get(&name)).copied().unwrap_or(0.0);
        });
        weights
    })
});

/// The weights for an article's manner.
fn weights(evidence: &Evidence) -> &'static [f32; COUNT] {
    &WEIGHTS[evidence.manner as usize]
}

/// How strongly the evidence speaks for its country, 0 to 1.
#[must_use]
pub fn strength(evidence: &Evidence) -> f32 {
    let sum: f32 = evidence.numbers.iter().zip(weights(evidence)).map(|(number, weight)| number * weight).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// The match, with its reasons: the shares of its words in its strength, the strongest first.
#[must_use]
pub fn explained(evidence: &Evidence, texts: &[Scanned<'_>]) -> Match {
    let strength = strength(evidence);
    let mut reasons: Vec<Reason> = Vec::new();
    for (placed, number, adds) in &evidence.parts {
        let hit = placed.mention.hit;
        let word = &texts[placed.text].text[hit.start..hit.end];
        let weight = adds * weights(evidence)[*number].max(WEIGHT_MIN);
        match reasons.iter_mut().find(|reason| reason.word == word && reason.place == placed.place) {
            Some(reason) => reason.weight += weight,
            None => reasons.push(Reason { word: word.to_owned(), place: placed.place, weight }),
        }
    }
    let total: f32 = reasons.iter().map(|reason| reason.weight).sum();
    let share = if total > 0.0 { strength / total } else { 0.0 };
    for reason in &mut reasons {
        reason.weight *= share;
    }
    reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    reasons.truncate(REASONS_MAX);
    Match { country: evidence.country, strength, reasons }
}
