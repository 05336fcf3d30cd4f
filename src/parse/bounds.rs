//! How much of one document is taken up: entries, elements, parts of an entry. What is beyond is left out, not refused.
//!
//! Documents may be as large as `[limits] body`; without these bounds one of them could cost a hundred times its size.

use jiff::Timestamp;

use crate::date::Moment;
use crate::model::entry::Entry;

/// Entries of a document that are taken up: the newest. Feeds have 10 to 100, large sitemaps some thousands.
pub(super) const ENTRIES_MAX: usize = 10_000;

/// Parts of an entry that are looked at: its elements, or the members of a list in it. Podcasts with chapters have 200.
pub(super) const PARTS_MAX: usize = 1000;

/// Tags, people, pictures and the like of one entry, and links of a head. Each new one is compared with all others.
pub(super) const LIST_MAX: usize = 200;

/// Bytes of a title or another field of plain text. It is shown in some hundred characters.
pub(super) const WORDS_BYTES_MAX: usize = 64 * 1024;

/// Elements that are read; behind them a document is taken as cut. A sitemap of 50,000 pages, the most there may be, has
/// 200,000; a feed of 10 MB some 25,000.
pub(super) const ELEMENTS_MAX: usize = 400_000;

/// Values in a JSON document, which take ten times the room of the bytes that write them.
pub(super) const VALUES_MAX: usize = 250_000;

/// How deep JSON may nest: what its reader follows, too.
pub(super) const JSON_DEPTH_MAX: usize = 127;

/// Bytes of a feed without entries at which a second reader is still asked: a large one has another cause.
pub(super) const SECOND_LOOK_BYTES_MAX: usize = 1024 * 1024;

/// Adds an entry. Of many the newest stay, in the order written.
pub(super) fn add(entries: &mut Vec<Entry>, entry: Entry) {
    entries.push(entry);
    // Twice as many before any are left out, so that each is looked at once or twice and not each time.
    if entries.len() >= 2 * ENTRIES_MAX {
        // One too many stays, so that the end still knows that there were.
        keep(entries, ENTRIES_MAX + 1);
    }
}

/// Leaves the entries that are taken up; whether there were more.
pub(super) fn trim(entries: &mut Vec<Entry>) -> bool {
    let is_beyond = entries.len() > ENTRIES_MAX;
    keep(entries, ENTRIES_MAX);
    is_beyond
}

/// Leaves the newest entries; where not all have a date, those at both ends of the list: new ones are added at one of them.
fn keep(entries: &mut Vec<Entry>, max: usize) {
    if entries.len() <= max {
        return;
    }
    let times: Option<Vec<Timestamp>> =
        entries.iter().map(|entry| entry.published.or(entry.updated).map(Moment::timestamp)).collect();
    let Some(times) = times else {
        entries.drain(max / 2..entries.len() - (max - max / 2));
        return;
    };
    let mut newest: Vec<usize> = (0..times.len()).collect();
    newest.sort_by_key(|at| std::cmp::Reverse(times[*at]));
    let mut is_kept = vec![false; times.len()];
    for at in newest.into_iter().take(max) {
        is_kept[at] = true;
    }
    let mut kept = is_kept.into_iter();
    entries.retain(|_| kept.next().unwrap_or_default());
}

/// How many values a JSON text has, about, and how deep they nest at most: seen before a tree is made of them.
pub(super) fn shape_of_json(json: &str) -> (usize, usize) {
    let (mut values, mut depth, mut deepest) = (0, 0_usize, 0);
    let (mut in_string, mut is_escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b',' => values += 1,
            b'[' | b'{' => {
                (values, depth) = (values + 1, depth + 1);
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (values, deepest)
}

/// The beginning of a text that is longer than any field of plain text.
pub(super) fn cut(mut text: String) -> String {
    if text.len() > WORDS_BYTES_MAX {
        text.truncate(text.floor_char_boundary(WORDS_BYTES_MAX));
        text.shrink_to_fit();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(dated: bool) -> Vec<Entry> {
        let mut entries = Vec::new();
        for number in 0..5 * ENTRIES_MAX {
            let at = Timestamp::from_second(i64::try_from(number).unwrap()).unwrap();
            let published = dated.then(|| Moment::utc(at));
            add(&mut entries, Entry { id: number.to_string(), published, ..Entry::default() });
        }
        assert!(trim(&mut entries));
        assert!(!trim(&mut entries));
        entries
    }

    #[test]
    fn of_many_entries_the_newest_stay() {
        let kept = entries(true);
        assert_eq!((kept.len(), kept[0].id.as_str()), (ENTRIES_MAX, "40000"));
    }

    #[test]
    fn of_many_entries_without_dates_both_ends_stay() {
        let kept = entries(false);
        assert_eq!((kept.len(), kept[0].id.as_str(), kept[ENTRIES_MAX - 1].id.as_str()), (ENTRIES_MAX, "0", "49999"));
    }

    #[test]
    fn signs_within_strings_are_no_values() {
        let text = format!("[\"{}\\\"{}\"]", ",".repeat(VALUES_MAX), "[".repeat(VALUES_MAX));
        assert_eq!(shape_of_json(&text), (1, 1));
        assert_eq!(shape_of_json("[[],{\"a\":[1,2]}]"), (6, 3));
    }
}
