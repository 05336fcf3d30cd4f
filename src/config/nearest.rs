//! The word that was meant: the nearest of those that are known.

/// The known word nearest to a mistyped one; none where all are too far to be meant.
pub(super) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let near = known.into_iter().filter_map(|word| {
        let folded = word.to_lowercase();
        // One slip in three letters; a longer word may have more.
        let (typed_chars, chars) = (typed.chars().count(), folded.chars().count());
        let slips_max = typed_chars.max(chars).div_ceil(3);
        // As many slips as one is longer than the other there are at least; to count them takes long for long words.
        if typed_chars.abs_diff(chars) > slips_max {
            return None;
        }
        let slips = distance(&typed, &folded);
        (slips <= slips_max && slips < chars).then_some((slips, word))
    });
    near.min_by_key(|(slips, _)| *slips).map(|(_, word)| word)
}

/// Levenshtein's distance, two neighbours in the wrong order counted once.
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    let mut rows = [vec![0; other.len() + 1], (0..=other.len()).collect(), vec![0; other.len() + 1]];
    for (i, a) in one.iter().enumerate() {
        rows[2][0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let mut best = (rows[1][j] + usize::from(a != b)).min(rows[1][j + 1] + 1).min(rows[2][j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                best = best.min(rows[0][j - 1] + 1);
            }
            rows[2][j + 1] = best;
        }
        rows.rotate_left(1);
    }
    rows[1][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted_and_strangers_are_not_near() {
        assert_eq!(distance("evry", "every"), 1);
        assert_eq!(distance("htpp", "http"), 1);
        assert_eq!(nearest("evry", ["delay", "every"]), Some("every"));
        assert_eq!(nearest("sources", ["store", "source"]), Some("source"));
        assert_eq!(nearest("colour", ["delay", "every"]), None);
    }
}
