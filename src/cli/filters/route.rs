//! `feedatlas route`.

use std::io::{self, BufRead, Write};

use super::each_line;

pub(super) fn run(input: impl BufRead, output: &mut impl Write) -> io::Result<()> {
    each_line(input, output, |_| String::from("{}"))
}
