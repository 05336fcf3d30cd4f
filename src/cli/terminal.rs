//! The terminal: how wide it is, whether it takes colours, tables that fit it, and lines that end between words.

use std::io::{self, IsTerminal};

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ContentArrangement, Table};
use unicode_normalization::char::is_combining_mark;

/// Columns where standard output is no terminal and `COLUMNS` says nothing.
const WIDTH_ELSEWHERE: u16 = 120;

/// The narrowest and the widest that is believed: below, no word fits; above, it is a slip.
const WIDTHS: std::ops::RangeInclusive<u16> = 20..=1000;

/// Columns of standard output, where anybody says: `COLUMNS`, the terminal.
fn said_width() -> Option<u16> {
    let said = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok());
    let said = said.filter(|width| WIDTHS.contains(width));
    let seen = || io::stdout().is_terminal().then(|| Table::new().width()).flatten();
    said.or_else(seen).map(|width| width.max(*WIDTHS.start()))
}

/// Columns of standard output: as `COLUMNS` says, as the terminal says, else `elsewhere`.
pub(crate) fn width_or(elsewhere: u16) -> u16 {
    said_width().unwrap_or(elsewhere)
}

/// Columns of standard output.
pub(crate) fn width() -> u16 {
    width_or(WIDTH_ELSEWHERE)
}

/// Whether colours are unwanted (<https://no-color.org>).
pub(crate) fn is_colourless() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// A table that fits so many columns; coloured on a terminal that takes colours.
pub(crate) fn table(width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    if is_colourless() {
        table.force_no_tty();
    }
    table
}

/// A line cut between words where the terminal ends, what follows below its beginning. Where nobody says how wide it is (a pipe), a
/// line stays one, for programs.
pub(crate) fn wrapped(line: &str) -> String {
    said_width().map_or_else(|| line.to_owned(), |width| wrap(line, usize::from(width)))
}

/// Columns at the end of a line that words have at least, however far it is indented.
const ROOM_MIN: usize = 12;

fn wrap(line: &str, width: usize) -> String {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let hanging = indent.min(width.saturating_sub(ROOM_MIN));
    let mut out = line[..indent].to_owned();
    let mut used = indent;
    for (index, word) in line[indent..].split(' ').enumerate() {
        let word_columns: usize = word.chars().map(columns).sum();
        // A word that is longer than a line, such as an address, stays whole: it is copied.
        if index > 0 && used + 1 + word_columns > width && used > hanging {
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
            out.push_str(&" ".repeat(hanging));
            used = hanging;
        } else if index > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += word_columns;
    }
    out
}

/// Columns of a character: none of one that stands on another, two of one of East Asia.
fn columns(character: char) -> usize {
    let code = u32::from(character);
    let is_none =
        is_combining_mark(character) || matches!(code, 0x200b..=0x200f | 0x2060..=0x2064 | 0xfe00..=0xfe0f | 0xfeff);
    let is_wide = matches!(code,
        0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f
        | 0xff01..=0xff60 | 0xffe0..=0xffe6 | 0x1_f300..=0x1_f64f | 0x1_f900..=0x1_f9ff | 0x2_0000..=0x3_fffd);
    if is_none { 0 } else { 1 + usize::from(is_wide) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words_and_go_on_below_their_beginning() {
        assert_eq!(wrap("    one two three four", 16), "    one two\n    three four");
        assert_eq!(wrap("short", 16), "short");
        assert_eq!(
            wrap("see https://example.org/a-long-address now", 20),
            "see\nhttps://example.org/a-long-address\nnow"
        );
        // Two columns each: three of them and a space are seven.
        assert_eq!(wrap("新闻网 新闻网 新闻网", 20), "新闻网 新闻网 新闻网");
        assert_eq!(wrap("新闻网 新闻网 新闻网 新", 20), "新闻网 新闻网 新闻网\n新");
        assert_eq!(columns('\u{301}') + columns('é') + columns('ש'), 2);
    }
}
