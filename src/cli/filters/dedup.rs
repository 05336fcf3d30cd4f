//! `feedatlas dedup`.

use std::io::{self, BufRead, Write};

use clap::Args;

use super::each_line;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Group by event instead of by copied text.
    #[arg(long)]
    events: bool,
}

pub(super) fn run(arguments: &Arguments, input: impl BufRead, output: &mut impl Write) -> io::Result<()> {
    let _ = arguments.events;
    each_line(input, output, |_| String::from("{}"))
}
