//! Which block of a page is the article.
//!
//! Several readers look at the same pieces: the operator's rule, the site's, the JSON-LD text, the density of sentences.
//! Where two agree they are believed together; a reader that stands alone against the others is not. Not here: how a
//! piece is weighed (`weigh`), what is cut inside the block (`prune`), how it is written (`render`).

use html5ever::local_name;

use crate::extract::facts::Facts;
use crate::extract::furniture::Furniture;
use crate::extract::ld;
use crate::extract::outline::Outline;
use crate::extract::rules::Named;
use crate::extract::shapes;
use crate::extract::shingle::Shingles;
use crate::extract::signs::Signs;
use crate::extract::weigh::{self, Sums, weight};
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

/// Share of the densest block's text that a rule's block must hold: a rule that has come to name a teaser is old.
const RULE_SHARE_MIN: f32 = 0.2;

/// Share of the densest block's text, or of the JSON-LD text, that the block of a site's rule must hold: sites change, and
/// the rules that are known of them do not.
const SITE_SHARE_MIN: f32 = 0.8;

/// The same for a block within the densest one: it leaves out what the rule's author saw to be none of the article.
const SITE_SHARE_WITHIN_MIN: f32 = 0.5;

/// Share of a page's text that a site's rule may take out.
const SITE_REMOVED_SHARE_MAX: f32 = 0.25;

/// Share of the text that a caption may hold.
const CAPTION_SHARE_MAX: f32 = 0.15;

/// Letters of a caption that is believed beside the shortest text.
const CAPTION_LETTERS: f32 = 250.0;

/// What the text is found by.
pub(super) struct Ask<'a> {
    /// The page.
    pub(super) outline: &'a Outline<'a>,
    /// What it says of itself.
    pub(super) facts: &'a Facts<'a>,
    /// What the operator's rule names on it.
    pub(super) named: &'a Named,
    /// What the rule of its site names on it.
    pub(super) site: &'a Named,
    /// What the memory of its source knows of it.
    pub(super) furniture: &'a Furniture,
    /// Its headline.
    pub(super) title: &'a str,
    /// The names of its authors.
    pub(super) authors: &'a [String],
    /// The host of its address.
    pub(super) host: &'a str,
}

/// Where the article stands, and how its pieces were seen.
pub(super) struct Choice {
    /// The element that holds it.
    pub(super) container: usize,
    /// Which pieces stand beside it.
    pub(super) beside: Vec<bool>,
    /// Elements of other articles, whose pictures are theirs.
    pub(super) aside: Vec<usize>,
    /// What each piece speaks for.
    pub(super) weights: Vec<f32>,
    /// Which stand in the JSON-LD text; empty where that does not agree with the page.
    pub(super) told: Vec<bool>,
    /// Whether a rule that names the text does so still; none where no rule does.
    pub(super) fits: Option<bool>,
}

impl Choice {
    /// Whether a piece stands in the JSON-LD text.
    pub(super) fn is_told(&self, piece: usize) -> bool {
        self.told.get(piece).copied().unwrap_or_default()
    }

    /// Takes the captions of photographs out of the text. What holds much of it is no caption, and neither are lines
    /// that nothing marks as one, where they are much of it together.
    pub(super) fn cut_captions(&mut self, outline: &Outline<'_>, captions: &[usize]) {
        let sums = Sums::of(self.weights.iter().map(|weight| weight.max(0.0)));
        let most = CAPTION_SHARE_MAX * sums.over(&outline.elements[self.container].pieces);
        let held = |caption: &usize| weigh::held(outline, *caption);
        let (marked, bare): (Vec<usize>, Vec<usize>) =
            captions.iter().partition(|caption| is_marked(outline, **caption));
        let bare_sum: f32 = bare.iter().map(|caption| sums.over(&held(caption))).sum();
        for caption in marked.iter().chain(&bare) {
            let sum = sums.over(&held(caption));
            let fits = if is_marked(outline, *caption) {
                sum <= most.max(CAPTION_LETTERS)
            } else {
                sum <= 0.0 || bare_sum <= most
            };
            if fits {
                held(caption).for_each(|piece| self.beside[piece] = true);
            }
        }
    }
}

/// Whether an element, or one around it, calls itself a caption or a picture.
fn is_marked(outline: &Outline<'_>, index: usize) -> bool {
    let signs = Signs::CAPTION.with(Signs::PICTURE);
    std::iter::once(index).chain(outline.ancestors(index)).take(3).any(|index| outline.elements[index].signs.any(signs))
}

impl Ask<'_> {
    /// The first-rank heading that is the headline: the one that says so, else the first.
    pub(super) fn headline(&self) -> Option<usize> {
        self.named_headline().or(self.facts.h1.first().map(|(index, _)| *index))
    }

    fn named_headline(&self) -> Option<usize> {
        let title = fold(self.title);
        self.facts.h1.iter().find(|(_, text)| fold(text) == title).map(|(index, _)| *index)
    }
}

/// What each reader takes for the article's block.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Blocks {
    /// The block of the densest text.
    pub(super) dense: Option<usize>,
    /// The block that the operator's rule names.
    pub(super) rule: Option<usize>,
    /// The block that the site's rule names.
    pub(super) site: Option<usize>,
    /// The block of the JSON-LD text, where that is most of the densest one.
    pub(super) told: Option<usize>,
}

impl Blocks {
    /// The one that is believed: the operator's rule, the site's, the text that is told, the densest.
    pub(super) fn chosen(self) -> Option<usize> {
        self.rule.or(self.site).or(self.told).or(self.dense)
    }
}

/// Finds the article's block.
pub(super) fn choose(ask: &Ask<'_>) -> Option<Choice> {
    blocks(ask).1
}

/// What each reader takes for the block, and the one that is chosen.
pub(super) fn blocks(ask: &Ask<'_>) -> (Blocks, Option<Choice>) {
    let outline = ask.outline;
    let (beside, aside) = beside(ask);
    let weights: Vec<f32> =
        outline.pieces.iter().zip(&beside).map(|(piece, beside)| if *beside { 0.0 } else { weight(piece) }).collect();
    let told = told(outline, ask.facts);
    let mut choice = Choice { container: 0, beside, aside, weights, told, fits: None };
    choice.fits = (ask.named.asks_body || ask.site.asks_body).then_some(false);
    let mut blocks =
        Blocks { dense: heaviest(outline, &Sums::of(choice.weights.iter().copied())), ..Blocks::default() };
    blocks.rule = by_rule(ask, &mut choice, blocks.dense);
    if blocks.rule.is_none() {
        blocks.site = by_site(ask, &mut choice, blocks.dense);
    }
    if blocks.rule.or(blocks.site).is_some() {
        choice.fits = Some(true);
    } else if blocks.dense.is_some_and(|dense| !tells_most(outline, &choice, dense)) {
        choice.told.clear();
    }
    if !choice.told.is_empty() {
        blocks.told = heaviest(outline, &Sums::of(with_told(outline, &choice)));
    }
    (blocks, blocks.chosen().map(|container| Choice { container, ..choice }))
}

/// Why a piece stands beside the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// An element around it says so.
    Sign,
    /// One of several teasers in a row.
    Teaser,
    /// A line under a picture.
    Picture,
    /// Another article, loaded below.
    OtherArticle,
    /// It stands on other pages of its source.
    Known,
    /// The operator's rule removes it.
    Rule,
    /// The rule of its site removes it.
    Site,
}

/// What the pieces of a page speak for, one after the other, without those that stand on other pages of its source.
pub(super) fn good(ask: &Ask<'_>) -> Sums {
    let pieces = ask.outline.pieces.iter().enumerate();
    Sums::of(pieces.map(|(index, piece)| if ask.furniture.holds(index) { 0.0 } else { weight(piece).max(0.0) }))
}

/// Which pieces stand beside the article, and which elements are other articles.
fn beside(ask: &Ask<'_>) -> (Vec<bool>, Vec<usize>) {
    beside_step_by_step(ask, |_, _| {})
}

/// The same; `see` is shown after each step which pieces are marked by then.
pub(super) fn beside_step_by_step(ask: &Ask<'_>, mut see: impl FnMut(Beside, &[bool])) -> (Vec<bool>, Vec<usize>) {
    let outline = ask.outline;
    let good = good(ask);
    let mut beside = weigh::beside(outline, &good);
    see(Beside::Sign, &beside);
    beside.iter_mut().enumerate().for_each(|(index, beside)| *beside |= ask.furniture.holds(index));
    see(Beside::Known, &beside);
    let mut aside = shapes::mark_teasers(outline, ask.host, &good, &mut beside);
    see(Beside::Teaser, &beside);
    shapes::mark_pictures(outline, &mut beside);
    see(Beside::Picture, &beside);
    if let Some(ours) = ask.named_headline() {
        let headlines: Vec<usize> = ask.facts.h1.iter().map(|(index, _)| *index).collect();
        aside.extend(shapes::mark_other_articles(outline, &headlines, ours, &good, &mut beside));
    }
    see(Beside::OtherArticle, &beside);
    for index in ask.named.removed.iter().flatten() {
        weigh::held(outline, *index).for_each(|piece| beside[piece] = true);
    }
    see(Beside::Rule, &beside);
    let by_site = removed_by_site(ask, &good);
    for index in &by_site {
        weigh::held(outline, *index).for_each(|piece| beside[piece] = true);
    }
    see(Beside::Site, &beside);
    // The rules of sites are made for readers of text: they take out pictures with their frames and credits.
    let is_picture = |index: &&usize| *outline.elements[**index].tag() == local_name!("img");
    let pictures = by_site.iter().filter(is_picture);
    aside.extend(ask.named.removed.iter().flatten().chain(pictures).chain(&ask.furniture.boxes));
    (beside, aside)
}

/// What the site's rule takes out, line by line, while it is little of the page.
fn removed_by_site(ask: &Ask<'_>, good: &Sums) -> Vec<usize> {
    let (mut removed, mut sum) = (Vec::new(), 0.0);
    for places in &ask.site.removed {
        let held: f32 = places.iter().map(|index| good.over(&ask.outline.elements[*index].pieces)).sum();
        if sum + held <= SITE_REMOVED_SHARE_MAX * good.total() {
            sum += held;
            removed.extend(places);
        }
    }
    removed
}

/// The block that the operator's rule names, if it still names a text; everything outside stands beside it.
fn by_rule(ask: &Ask<'_>, choice: &mut Choice, dense: Option<usize>) -> Option<usize> {
    let outline = ask.outline;
    let named = &ask.named.body;
    let first = *named.first()?;
    let sums = Sums::of(choice.weights.iter().map(|weight| weight.max(0.0)));
    let held: f32 = named.iter().map(|index| sums.over(&outline.elements[*index].pieces)).sum();
    let densest = dense.map_or(0.0, |dense| sums.over(&outline.elements[dense].pieces));
    if held <= 0.0 || held < RULE_SHARE_MIN * densest {
        return None;
    }
    narrow(outline, choice, named);
    around(outline, named, first)
}

/// The block that the site's rule names, if the densest block or the JSON-LD text agrees with it. A rule that names a wider
/// block than the densest one says no more than that.
fn by_site(ask: &Ask<'_>, choice: &mut Choice, dense: Option<usize>) -> Option<usize> {
    let outline = ask.outline;
    let holds_text = |index: &usize| !outline.elements[*index].pieces.is_empty();
    let named: Vec<usize> = ask.site.body.iter().copied().filter(holds_text).collect();
    let (first, dense) = (*named.first()?, dense?);
    let of_told = held_share(outline, &named, |piece| choice.is_told(piece));
    let in_dense = &outline.elements[dense].pieces;
    let of_dense = held_share(outline, &named, |piece| in_dense.contains(&piece) && !choice.beside[piece]);
    let is_inner = named.iter().all(|index| outline.within(*index, dense));
    let least = if is_inner { SITE_SHARE_WITHIN_MIN } else { SITE_SHARE_MIN };
    if of_told < SITE_SHARE_MIN && of_dense < least {
        return None;
    }
    choice.fits = Some(true);
    if named.iter().any(|index| *index != dense && outline.within(dense, *index)) {
        return None;
    }
    narrow(outline, choice, &named);
    around(outline, &named, first)
}

/// Which share of the text of the pieces asked for stands in these elements.
fn held_share(outline: &Outline<'_>, named: &[usize], is_asked: impl Fn(usize) -> bool) -> f32 {
    let (mut all, mut held) = (0.0, 0.0);
    for piece in (0..outline.pieces.len()).filter(|piece| is_asked(*piece)) {
        let weight = weight(&outline.pieces[piece]).max(0.0);
        all += weight;
        held += if named.iter().any(|index| outline.elements[*index].pieces.contains(&piece)) { weight } else { 0.0 };
    }
    held / f32::max(all, 1.0)
}

/// All but these elements stands beside the article.
fn narrow(outline: &Outline<'_>, choice: &mut Choice, named: &[usize]) {
    for piece in 0..outline.pieces.len() {
        let within = named.iter().any(|index| outline.elements[*index].pieces.contains(&piece));
        choice.beside[piece] |= !within;
    }
    choice.told.clear();
}

/// The smallest element that holds all of these, of which `first` is one.
fn around(outline: &Outline<'_>, named: &[usize], first: usize) -> Option<usize> {
    let holds_all = |index: &usize| named.iter().all(|part| outline.within(*part, *index));
    std::iter::once(first).chain(outline.ancestors(first)).find(holds_all)
}

/// The smallest element of the greatest sum.
fn heaviest(outline: &Outline<'_>, sums: &Sums) -> Option<usize> {
    /// Sums that differ by less are the same: a letter more is no reason for a wider block.
    const SAME: f32 = 0.5;
    let mut best: Option<(usize, f32)> = None;
    for (index, element) in outline.elements.iter().enumerate() {
        let sum = sums.over(&element.pieces);
        if sum > 0.0 && best.is_none_or(|(_, most)| sum >= most - SAME) {
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
    let is_told = |text: &str| {
        let (share, words) = body.share_of(text);
        let told = share >= LD_PIECE_SHARE;
        found += if told && words > 4 { words } else { 0 };
        told
    };
    let told: Vec<bool> = outline.pieces.iter().map(|piece| piece.text.as_str()).map(is_told).collect();
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let share = found as f32 / body.words() as f32;
    if share >= LD_FOUND_SHARE { told } else { Vec::new() }
}

/// Whether the JSON-LD text holds most of what the densest block holds: many sites give its beginning alone.
fn tells_most(outline: &Outline<'_>, choice: &Choice, dense: usize) -> bool {
    let (mut told, mut all) = (0.0, 0.0);
    for index in outline.elements[dense].pieces.clone() {
        let weight = choice.weights[index].max(0.0);
        all += weight;
        told += if choice.is_told(index) { weight } else { 0.0 };
    }
    told >= LD_TOLD_SHARE * all
}

/// Weights where the JSON-LD text agrees with the page: what it does not tell speaks against its block.
fn with_told<'a>(outline: &'a Outline<'_>, choice: &'a Choice) -> impl Iterator<Item = f32> + 'a {
    /// Letters from which on a told piece speaks for its block: shorter ones stand in many places.
    const LETTERS_MIN: u32 = 20;
    outline.pieces.iter().enumerate().map(|(index, piece)| {
        #[expect(clippy::cast_precision_loss, reason = "a weight")]
        let letters = piece.letters as f32;
        match (choice.is_told(index), choice.beside[index]) {
            (true, _) if piece.letters > LETTERS_MIN => letters,
            (_, true) => 0.0,
            _ => -0.5 * letters.min(200.0),
        }
    })
}
