//! `feedatlas status`: sources and countries as tables, read from the published status.json.

use std::path::Path;

use clap::Args;

use crate::cli::exit::Exit;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The file as it is.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(config: &Path, arguments: &Arguments) -> Exit {
    let _ = (config, arguments.json);
    Exit::Done
}
