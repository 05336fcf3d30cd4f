//! The composition root: builds concrete things, reads clock, environment and signals. A file a command.

#[macro_use]
mod say;

mod alert;
mod build;
mod case;
mod check;
mod completions;
mod demo;
pub mod exit;
mod feeds_file;
mod filters;
mod init;
mod inspect;
mod inspect_page;
mod inspect_text;
mod load;
mod local;
mod opml;
mod own_hub;
mod probe;
mod process;
mod reload;
mod run;
mod seen;
mod serve;
mod signals;
mod source_lines;
mod sources;
mod status;
mod status_table;
mod store;
mod tally;
mod taste;
mod terminal;
mod typed;
mod upkeep;
mod watch;
mod work;

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

use exit::Exit;
use watch::LogFormat;

/// Reads many news sources and republishes one feed per country, with whole articles and their photographers named.
///
/// Begin with `feedatlas demo`, which needs no internet, or with `feedatlas init`, which writes a feeds.toml to edit.
#[derive(Debug, Parser)]
#[command(name = "feedatlas", version, about, max_term_width = 100, after_help = EXIT_CODES)]
struct CommandLine {
    /// The file that names the sources; relative paths in it count from its folder.
    #[arg(long, global = true, default_value = "feeds.toml", value_name = "FILE")]
    config: PathBuf,

    /// How what happens is told on standard error.
    #[arg(long, global = true, default_value = "text", value_name = "FORM")]
    log_format: LogFormat,

    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  done, but some sources failed (run --strict), or something is wrong (status --check)
  2  feeds.toml or the command line is wrong
  3  the store or the output folder cannot be used
  4  another worker is at it

Environment:
  FEEDATLAS_LOG  what is logged to standard error: error, warn (default), info, debug
  NO_COLOR       no colours
  COLUMNS        how wide tables may be, where it is not the terminal's width";

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
    /// How each source and land is doing, read from status.json; with --check, what is wrong and nothing else.
    Status(status::Arguments),
    /// One article's page through every stage, each step with its reasons: fetch, extract, credit, route, dedup. Stores nothing.
    Inspect(inspect::Arguments),
    /// The whole pipeline on the sample site inside the binary: no internet needed.
    Demo(demo::Arguments),
    /// Look into the store, export it, import into it, verify it.
    #[command(subcommand)]
    Store(store::Action),
    /// What is read: the sources, a new one looked at and added, one tried.
    #[command(subcommand)]
    Sources(sources::Action),
    /// Lists of feeds of other readers (OPML): in, and out.
    #[command(subcommand)]
    Opml(opml::Action),
    /// Print what a shell needs to complete commands and options: bash, zsh, fish, powershell, elvish.
    Completions(completions::Arguments),
    /// Print the manual page: `feedatlas man | man -l -`.
    Man,
    #[command(flatten)]
    Filter(filters::Filter),
}

/// Runs what the command line asks for.
#[must_use]
pub fn main() -> Exit {
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(error) => return explain(&error),
    };
    watch::start_log(line.log_format);
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
        Command::Sources(action) => sources::run(config, &action),
        Command::Opml(action) => opml::run(config, &action),
        Command::Completions(arguments) => completions::run(&arguments, command()),
        Command::Man => completions::man(),
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
