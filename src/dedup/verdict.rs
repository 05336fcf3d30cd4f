//! Whether an article is the text of another: address, exact text, then the sketches and their figures.

use crate::dedup::figures::Figures;
use crate::dedup::sketch::Sketch;
use crate::model::cluster::{CANDIDATES_MAX, Candidate, Fingerprint, Verdict};

/// The share of the shorter text that must stand in the longer.
///
/// A copy in which every tenth word was taken out shares .80; an article on the same event in own words at most .40.
const SHARE_MIN: f32 = 0.62;

/// A text of fewer words may be a template whose names differ: more of it must be the same.
const SHORT_WORDS: u16 = 25;
const SHARE_MIN_SHORT: f32 = 0.75;

/// Runs of words that must be shared: fewer may be a phrase, or chance.
const RUNS_MIN: usize = 5;

/// The store gives those first that share most, and no more than are looked at here.
pub(super) fn verdict(fingerprint: &Fingerprint, candidates: &[Candidate]) -> Verdict {
    let sketch = Sketch::from_bytes(&fingerprint.sketch);
    let likeness = |candidate: &Candidate| {
        let other = Sketch::from_bytes(&candidate.fingerprint.sketch);
        likeness(fingerprint, sketch.as_ref(), (&candidate.fingerprint, other.as_ref()))
    };
    let like = candidates.iter().take(CANDIDATES_MAX).filter_map(|candidate| Some((likeness(candidate)?, candidate)));
    // Of two that are equally like, the one published first; then the order of ids, so that the verdict is always the same.
    let best = like.max_by(|(one, a), (other, b)| {
        one.total_cmp(other).then_with(|| (b.published, b.id).cmp(&(a.published, a.id)))
    });
    best.map_or(Verdict::New, |(_, candidate)| Verdict::CopyOf(candidate.cluster))
}

/// How surely two articles are one text; none where they are not. More than 1 for what needs no guess.
pub(super) fn likeness(
    one: &Fingerprint,
    sketch: Option<&Sketch>,
    (other, other_sketch): (&Fingerprint, Option<&Sketch>),
) -> Option<f32> {
    const NONE: [u8; 16] = [0; 16];
    if one.address != NONE && one.address == other.address {
        return Some(3.0);
    }
    if one.exact != NONE && one.exact == other.exact {
        return Some(2.0);
    }
    sketches(sketch?, other_sketch?)
}

fn sketches(one: &Sketch, other: &Sketch) -> Option<f32> {
    let shared = one.shared(other);
    let words = one.words().min(other.words());
    let share_min = if words < SHORT_WORDS { SHARE_MIN_SHORT } else { SHARE_MIN };
    if shared.share < share_min || shared.runs < RUNS_MIN {
        return None;
    }
    let longer = one.words().max(other.words());
    (!says_other_figures(one.figures().compare(other.figures()), words, longer)).then_some(shared.share)
}

/// Whether two texts that share their words differ in what they report.
fn says_other_figures(figures: Figures, words: u16, longer: u16) -> bool {
    /// In a text as short as this one other figure is another report; in a longer one it may be a correction.
    const REPORT_WORDS: u16 = 120;
    let Figures { shared, other, fewer, strange } = figures;
    let most_differ = other >= 2 && other * 3 >= shared;
    let only_one_differs = other >= 1 && other == shared && words < REPORT_WORDS;
    let most_are_strange = fewer >= 3 && strange * 2 > fewer;
    // A cut copy may have lost all but the day in its place line; of two as long as each other neither is cut.
    let is_whole = u32::from(words) * 5 >= u32::from(longer) * 4;
    let all_are_strange = fewer >= 2 && strange == fewer && is_whole;
    most_differ || only_one_differs || most_are_strange || all_are_strange
}
