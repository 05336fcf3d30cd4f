//! `feedatlas init`: a commented feeds.toml to begin with.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use clap::Args;

use crate::cli::exit::Exit;
use crate::config;

const EXAMPLES: &str = "\
Examples:
  feedatlas init && $EDITOR feeds.toml && feedatlas check
  feedatlas init --config example.toml      to look keys up";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Replace a file that is there.
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(config: &Path, arguments: &Arguments) -> Exit {
    match write(config, arguments.force) {
        Ok(()) => {
            println!("wrote {}; edit its sources, then: feedatlas check, feedatlas run", config.display());
            Exit::Done
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            say!("feedatlas: {}: is there already; nothing was changed (--force replaces it)", config.display());
            Exit::Usage
        }
        Err(error) => {
            say!("feedatlas: {}: {error}", config.display());
            Exit::Unusable
        }
    }
}

fn write(config: &Path, force: bool) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(force).truncate(force).create_new(!force).open(config)?;
    file.write_all(config::TEMPLATE.as_bytes())
}
