//! `feedatlas check`: every mistake of feeds.toml; with `--probe`, every source asked once.

use std::path::Path;

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::load;
use crate::cli::probe;

const EXAMPLES: &str = "\
Warnings are of what works and is probably not meant: selectors that can name nothing, the same source in two spellings, a slug that
is another land's name. Every key is told in docs/FEEDS_TOML.md.

Examples:
  feedatlas check
  feedatlas check --probe | less -S
  feedatlas check --config /etc/feedatlas/feeds.toml && systemctl reload feedatlas";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Ask every source once, as a pass would, and print what it is and which lines would fit it better. Stores nothing.
    #[arg(long)]
    probe: bool,
}

pub(crate) fn run(config: &Path, arguments: &Arguments) -> Exit {
    let checked = load::settings(config).and_then(|settings| {
        let countries = settings.countries.iter().filter(|country| country.enabled).count();
        println!(
            "{}: {} sources, {countries} countries with feeds; no mistakes",
            config.display(),
            settings.sources.len()
        );
        if arguments.probe { probe::run(settings) } else { Ok(()) }
    });
    checked.err().unwrap_or(Exit::Done)
}
