//! The terminal: how wide it is, whether it takes colours, and tables that fit it.

use std::io::{self, IsTerminal};

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ContentArrangement, Table};

/// Columns where standard output is no terminal and `COLUMNS` says nothing.
const WIDTH_ELSEWHERE: u16 = 120;

/// The narrowest and the widest that is believed: below, no word fits; above, it is a slip.
const WIDTHS: std::ops::RangeInclusive<u16> = 20..=1000;

/// Columns of standard output: as `COLUMNS` says, as the terminal says, else `elsewhere`.
pub(crate) fn width_or(elsewhere: u16) -> u16 {
    let said = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok());
    let said = said.filter(|width| WIDTHS.contains(width));
    let seen = || io::stdout().is_terminal().then(|| Table::new().width()).flatten();
    said.or_else(seen).unwrap_or(elsewhere).max(*WIDTHS.start())
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
