//! The form that all filters share: a line out for each line in.

use std::io::{self, BufRead, Write};

/// Answers each line with a line.
pub(super) fn each_line(
    input: impl BufRead,
    output: &mut impl Write,
    mut answer: impl FnMut(&str) -> String,
) -> io::Result<()> {
    for line in input.split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        writeln!(output, "{}", answer(line.trim_end_matches('\r')))?;
    }
    Ok(())
}
