//! The composition root: builds concrete things, reads clock, environment and signals. A file a command.

pub mod exit;
mod filters;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use exit::Exit;

/// Reads many news sources and republishes one feed per country, with whole articles and their photographers named.
#[derive(Debug, Parser)]
#[command(name = "feedatlas", version, about, max_term_width = 100)]
struct CommandLine {
    /// The file that names the sources.
    #[arg(long, global = true, default_value = "feeds.toml", value_name = "FILE")]
    config: PathBuf,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Filter(filters::Filter),
}

/// Runs what the command line asks for.
#[must_use]
pub fn main() -> Exit {
    let line = CommandLine::parse();
    match line.command {
        Command::Filter(filter) => filters::run(&filter),
    }
}
