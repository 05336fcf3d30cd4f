//! Code pages that browsers do not read and old publishing systems still write: DOS, Macintosh, Central Asia, EBCDIC.
//!
//! The tables stand in `data/charsets.tsv`, made by `data/charsets.py`.

use std::sync::LazyLock;

/// A code page: a letter for each byte.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Its name in IANA's register, small letters.
    pub(super) name: &'static str,
    labels: &'static str,
    letters: Vec<char>,
}

static PAGES: LazyLock<Vec<Page>> =
    LazyLock::new(|| include_str!("../../data/charsets.tsv").lines().filter_map(Page::of_line).collect());

/// Letters of a table that leaves ASCII out.
const UPPER_HALF: usize = 128;

impl Page {
    fn of_line(line: &'static str) -> Option<Self> {
        let mut columns = line.split('\t');
        let (name, labels, codes) = (columns.next()?, columns.next()?, columns.next()?);
        let letters: Option<Vec<char>> =
            codes.split(' ').map(|code| u32::from_str_radix(code, 16).ok().and_then(char::from_u32)).collect();
        Some(Self { name, labels, letters: letters? })
    }

    /// The page of a name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        PAGES.iter().find(|page| page.name == name || page.labels.split(' ').any(|label| label == name))
    }

    /// Whether ASCII's letters stand elsewhere in it.
    pub(super) fn is_ebcdic(&self) -> bool {
        self.letters.len() > UPPER_HALF
    }

    /// Bytes as text; what the page does not have is U+FFFD.
    pub(super) fn decode(&self, bytes: &[u8]) -> String {
        bytes
            .iter()
            .map(|byte| {
                if self.is_ebcdic() {
                    // NEL ends EBCDIC's lines; XML 1.0 knows it as no white space.
                    return Some(self.letters[usize::from(*byte)]).filter(|c| *c != '\u{85}').unwrap_or('\n');
                }
                byte.checked_sub(0x80).map_or(char::from(*byte), |upper| self.letters[usize::from(upper)])
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_page() {
        assert_eq!(PAGES.len(), include_str!("../../data/charsets.tsv").lines().count());
        assert!(PAGES.iter().all(|page| matches!(page.letters.len(), 128 | 256)));
    }
}
