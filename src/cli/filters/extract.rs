//! `feedatlas extract`.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use clap::Args;

use super::each_line;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The address of FILE.
    #[arg(long, requires = "file", value_name = "URL")]
    url: Option<String>,
    /// One page instead of lines on standard input.
    #[arg(requires = "url")]
    file: Option<PathBuf>,
    /// Learn what repeats on a host's pages from the earlier lines.
    #[arg(long)]
    memory: bool,
}

pub(super) fn run(arguments: &Arguments, input: impl BufRead, output: &mut impl Write) -> io::Result<()> {
    let _ = (&arguments.url, &arguments.file, arguments.memory);
    each_line(input, output, |_| String::from("{}"))
}
