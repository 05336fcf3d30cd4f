//! The guard for figures: a text that says other numbers in the same words is no copy.
//!
//! Each figure is kept with what stands around it, so that «26 мая … 741,8» and «27 мая … 742,2» are told apart, while a
//! copy that was cut, and has fewer figures, is not.

use crate::dedup::tokens::Figure;

/// Figures that are kept; where there are more, those whose surroundings hash lowest: two texts keep the same ones.
pub(super) const FIGURES_MAX: usize = 18;

/// Bytes of a figure: two for its surroundings, one for its value.
pub(super) const FIGURE_BYTES: usize = 3;

/// A figure as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kept {
    context: u16,
    value: u8,
}

/// The figures of a text, by their surroundings.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard(Vec<Kept>);

/// How the figures of two texts stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    /// Surroundings that both texts have.
    pub(super) shared: usize,
    /// Those of them in which no figure is the same.
    pub(super) other: usize,
    /// Figures of the text that has fewer, as far as the other would have kept them too.
    pub(super) fewer: usize,
    /// Those of them that the other text has nowhere.
    pub(super) strange: usize,
}

impl Guard {
    pub(super) fn of(figures: &[Figure]) -> Self {
        let mut kept: Vec<Kept> = figures
            .iter()
            .map(|figure| Kept { context: (figure.context >> 48) as u16, value: (figure.value >> 56) as u8 })
            .collect();
        kept.sort_unstable();
        kept.dedup();
        kept.truncate(FIGURES_MAX);
        Self(kept)
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        for kept in &self.0 {
            bytes.extend(kept.context.to_le_bytes());
            bytes.push(kept.value);
        }
    }

    pub(super) fn read(bytes: &[u8]) -> Self {
        let kept = bytes
            .chunks_exact(FIGURE_BYTES)
            .map(|kept| Kept { context: u16::from_le_bytes([kept[0], kept[1]]), value: kept[2] });
        Self(kept.collect())
    }

    /// The highest surroundings up to which every figure was kept.
    fn reach(&self) -> u16 {
        if self.0.len() < FIGURES_MAX { u16::MAX } else { self.0.last().map_or(u16::MAX, |kept| kept.context) }
    }

    pub(super) fn compare(&self, other: &Self) -> Figures {
        let (fewer, more) = if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        let mut shared = 0;
        let mut differing = 0;
        for group in fewer.0.chunk_by(|one, next| one.context == next.context) {
            let from = more.0.partition_point(|kept| kept.context < group[0].context);
            let there = more.0[from..].iter().take_while(|kept| kept.context == group[0].context);
            let mut there = there.peekable();
            if there.peek().is_none() {
                continue;
            }
            shared += 1;
            differing += usize::from(!there.any(|kept| group.contains(kept)));
        }
        let comparable = fewer.0.iter().filter(|kept| kept.context <= more.reach());
        let (fewer, strange) = comparable.fold((0, 0), |(fewer, strange), kept| {
            let is_strange = !more.0.iter().any(|other| other.value == kept.value);
            (fewer + 1, strange + usize::from(is_strange))
        });
        Figures { shared, other: differing, fewer, strange }
    }
}
