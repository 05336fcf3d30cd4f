//! Which block of a page is the article, and which pieces of it are its text.
//!
//! Several readers propose a block; the judge prefers the one on which most agree. Not here: how a piece is weighed
//! (`weigh`), what is cut inside the block (`prune`), how it is written (`render`).

use super::facts::Facts;
use super::ld;
use super::outline::Outline;
use super::prune;
use super::shapes;
use super::shingle::Shingles;
use super::weigh::{self, Sums, weight};
use crate::html::plain::plain;
use crate::text::fold::fold;

/// Words of an `articleBody` from which on it can be compared with a page.
const LD_WORDS_MIN: usize = 40;

/// Share of a piece's words that must stand in `articleBody` for it to be part of it.
const LD_PIECE_SHARE: f32 = 0.6;

/// Share of `articleBody` that must be found on the page for it to be believed about the page.
const LD_FOUND_SHARE: f32 = 0.6;

/// Share of the densest block's text that `articleBody` must hold to be the whole text and not its beginning.
const LD_TOLD_SHARE: f32 = 0.5;

/// The article's place on a page.
#[derive(Debug)]
pub(super) struct Body {
    /// The element that holds it.
    pub(super) container: usize,
    /// The pieces that are its text, in order.
    pub(super) kept: Vec<usize>,
}

/// Pieces as the readers see them.
pub(super) struct Weighed {
    /// Which stand beside the article.
    pub(super) beside: Vec<bool>,
    /// What each speaks for.
    pub(super) weights: Vec<f32>,
    /// Which stand in the JSON-LD text; empty where there is none to compare.
    pub(super) told: Vec<bool>,
}

/// What the text is found by.
pub(super) struct Ask<'a> {
    /// The page.
    pub(super) outline: &'a Outline<'a>,
    /// What it says of itself.
    pub(super) facts: &'a Facts<'a>,
    /// Its headline.
    pub(super) title: &'a str,
    /// The names of its authors.
    pub(super) authors: &'a [String],
    /// The host of its address.
    pub(super) host: &'a str,
}

impl Ask<'_> {
    /// The first-rank heading that is the headline: the one that says so, else the first.
    pub(super) fn headline(&self) -> Option<usize> {
        let title = fold(self.title);
        let named = self.facts.h1.iter().find(|(_, text)| fold(text) == title);
        named.or(self.facts.h1.first()).map(|(index, _)| *index)
    }
}

/// Which pieces stand beside the article.
fn beside(ask: &Ask<'_>) -> Vec<bool> {
    let outline = ask.outline;
    let good = Sums::of(outline.pieces.iter().map(|piece| weight(piece).max(0.0)));
    let mut beside = weigh::beside(outline, &good);
    shapes::mark_teasers(outline, ask.host, &good, &mut beside);
    shapes::mark_pictures(outline, &mut beside);
    let title = fold(ask.title);
    if let Some((ours, _)) = ask.facts.h1.iter().find(|(_, text)| fold(text) == title) {
        let headlines: Vec<usize> = ask.facts.h1.iter().map(|(index, _)| *index).collect();
        shapes::mark_other_articles(outline, &headlines, *ours, &good, &mut beside);
    }
    beside
}

/// Finds the article's text.
pub(super) fn find(ask: &Ask<'_>) -> Option<Body> {
    let (outline, facts) = (ask.outline, ask.facts);
    let beside = beside(ask);
    let weights: Vec<f32> =
        outline.pieces.iter().zip(&beside).map(|(piece, beside)| if *beside { 0.0 } else { weight(piece) }).collect();
    let mut weighed = Weighed { beside, weights, told: Vec::new() };
    weighed.told = told(outline, facts);
    let dense = heaviest(outline, &Sums::of(weighed.weights.iter().copied()));
    if dense.is_some_and(|dense| !tells_most(outline, &weighed, dense)) {
        weighed.told.clear();
    }
    let container =
        if weighed.told.is_empty() { dense } else { heaviest(outline, &Sums::of(with_told(outline, &weighed))) };
    if std::env::var("FA_DEBUG").is_ok() {
        let path = |mut i: usize| {
            let mut v = vec![];
            loop {
                let e = &outline.elements[i];
                v.push(format!(
                    "{}.{}#{}",
                    e.tag(),
                    e.node.value().attr("class").unwrap_or("").chars().take(60).collect::<String>(),
                    e.node.value().id().unwrap_or("")
                ));
                if e.parent == i || v.len() > 12 {
                    break;
                }
                i = e.parent;
            }
            v.join(" < ")
        };
        eprintln!("CONTAINER {} told={}", container.map(&path).unwrap_or_default(), weighed.told.len());
        for (i, p) in outline.pieces.iter().enumerate() {
            if p.letters > 0 {
                let why = std::iter::once(p.owner)
                    .chain(outline.ancestors(p.owner))
                    .find(|e| outline.elements[*e].signs != Default::default())
                    .map(|e| format!("{:?}{}", outline.elements[e].signs, path(e).chars().take(90).collect::<String>()))
                    .unwrap_or_default();
                eprintln!(
                    "{i} WHY[{why}] in={} beside={} w={} told={:?} {:?} {} :: {}",
                    container.is_some_and(|c| outline.elements[c].pieces.contains(&i)),
                    weighed.beside[i],
                    weighed.weights[i],
                    weighed.told.get(i),
                    p.kind,
                    p.text.chars().take(80).collect::<String>(),
                    path(p.owner).chars().take(300).collect::<String>()
                );
            }
        }
    }
    let container = container?;
    let kept = prune::kept(ask, container, &weighed);
    Some(Body { container, kept })
}

/// The smallest element of the greatest sum.
fn heaviest(outline: &Outline<'_>, sums: &Sums) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    for (index, element) in outline.elements.iter().enumerate() {
        let sum = sums.over(&element.pieces);
        if sum > 0.0 && best.is_none_or(|(_, most)| sum >= most - 0.5) {
            best = Some((index, sum));
        }
    }
    best.map(|(index, _)| index)
}

/// Which pieces stand in the JSON-LD text, if enough of it stands on the page.
fn told(outline: &Outline<'_>, facts: &Facts<'_>) -> Vec<bool> {
    let Some(text) = facts.article().and_then(|article| ld::raw(article, "articleBody")).map(plain) else {
        return Vec::new();
    };
    let body = Shingles::of(&text);
    if body.words() < LD_WORDS_MIN {
        return Vec::new();
    }
    let mut found = 0;
    let told: Vec<bool> = outline
        .pieces
        .iter()
        .map(|piece| {
            let (share, words) = body.share_of(&piece.text);
            let told = share >= LD_PIECE_SHARE;
            found += if told && words > 4 { words } else { 0 };
            told
        })
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let share = found as f32 / body.words() as f32;
    if share >= LD_FOUND_SHARE { told } else { Vec::new() }
}

/// Whether the JSON-LD text holds most of what the densest block holds: many sites give its beginning alone.
fn tells_most(outline: &Outline<'_>, weighed: &Weighed, dense: usize) -> bool {
    let (mut told, mut all) = (0.0, 0.0);
    for index in outline.elements[dense].pieces.clone() {
        let weight = weighed.weights[index].max(0.0);
        all += weight;
        told += if weighed.told.get(index).copied().unwrap_or_default() { weight } else { 0.0 };
    }
    told >= LD_TOLD_SHARE * all
}

fn with_told<'a>(outline: &'a Outline<'_>, weighed: &'a Weighed) -> impl Iterator<Item = f32> + 'a {
    outline.pieces.iter().enumerate().map(|(index, piece)| {
        #[expect(clippy::cast_precision_loss, reason = "a weight")]
        let letters = piece.letters as f32;
        if weighed.told[index] && piece.letters > 20 {
            letters
        } else if weighed.beside[index] {
            0.0
        } else {
            -0.5 * letters.min(200.0)
        }
    })
}
