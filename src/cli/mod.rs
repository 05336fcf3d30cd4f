//! The composition root: builds concrete things, reads clock, environment and signals. A file a command.

mod build;
mod case;
mod check;
mod demo;
pub mod exit;
mod filters;
mod init;
mod inspect;
mod inspect_page;
mod inspect_text;
mod load;
mod local;
mod probe;
mod run;
mod seen;
mod serve;
mod signals;
mod status;
mod store;
mod upkeep;
mod watch;

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

use exit::Exit;

/// Reads many news sources and republishes one feed per country, with whole articles and their photographers named.
///
/// Begin with `feedatlas demo`, which needs no internet, or with `feedatlas init`, which writes a feeds.toml to edit.
#[derive(Debug, Parser)]
#[command(name = "feedatlas", version, about, max_term_width = 100, after_help = EXIT_CODES)]
struct CommandLine {
    /// The file that names the sources; relative paths in it count from its folder.
    #[arg(long, global = true, default_value = "feeds.toml", value_name = "FILE")]
    config: PathBuf,

    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  done, but some sources failed (run --strict)
  2  feeds.toml or the command line is wrong
  3  the store or the output folder cannot be used
  4  another worker is at it

Environment:
  FEEDATLAS_LOG  what is logged to standard error: error, warn (default), info, debug
  NO_COLOR       no colours";

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a commented feeds.toml to begin with.
    Init(init::Arguments),
    /// One pass over what is due: fetch, read, route, compare, store, publish; then exit.
    Run(run::Arguments),
    /// Answer HTTP from the published folder; with --work, run the worker on its schedule too.
    Serve(serve::Arguments),
    /// Tell every mistake of feeds.toml, with its line and its cure; with --probe, ask every source once too.
    Check(check::Arguments),
    /// A table of sources and countries, read from status.json.
    Status(status::Arguments),
    /// One article's page through every stage, each step with its reasons: fetch, extract, credit, route, dedup. Stores nothing.
    Inspect(inspect::Arguments),
    /// The whole pipeline on the sample site inside the binary: no internet needed.
    Demo(demo::Arguments),
    /// Look into the store, export it, import into it, verify it.
    #[command(subcommand)]
    Store(store::Action),
    #[command(flatten)]
    Filter(filters::Filter),
}

/// Runs what the command line asks for.
#[must_use]
pub fn main() -> Exit {
    watch::start_log();
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(error) => return explain(&error),
    };
    let config = line.config.as_path();
    match line.command {
        Command::Init(arguments) => init::run(config, &arguments),
        Command::Run(arguments) => run::run(config, &arguments),
        Command::Serve(arguments) => serve::run(config, &arguments),
        Command::Check(arguments) => check::run(config, &arguments),
        Command::Status(arguments) => status::run(config, &arguments),
        Command::Inspect(arguments) => inspect::run(config, &arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Store(action) => store::run(config, &action),
        Command::Filter(filter) => filters::run(&filter),
    }
}

/// Help and version go to standard output and are no failure; a wrong command line is.
fn explain(error: &clap::Error) -> Exit {
    // Cannot matter: whoever closed the stream does not want to read it.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

/// The command line as clap holds it, for tests of its own consistency.
#[must_use]
pub fn command() -> clap::Command {
    CommandLine::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
