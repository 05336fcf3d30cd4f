//! `feedatlas completions SHELL`: what a shell needs to complete commands and options, out of the command line itself; and
//! `feedatlas man`, the manual page that is made of it.

use std::io::{self, Write};

use clap::Args;
use clap_complete::{Shell, generate};

use crate::cli::exit::Exit;

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// For which shell.
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  feedatlas completions bash > ~/.local/share/bash-completion/completions/feedatlas
  feedatlas completions zsh > ~/.zfunc/_feedatlas            # with fpath+=~/.zfunc before compinit
  feedatlas completions fish > ~/.config/fish/completions/feedatlas.fish
  feedatlas completions powershell >> $PROFILE
  feedatlas completions elvish > ~/.config/elvish/lib/feedatlas.elv";

/// The manual page of all commands. A test holds it to the command line.
const PAGE: &str = include_str!("../../docs/man/feedatlas.1");

/// `feedatlas man`: prints it.
pub(crate) fn man() -> Exit {
    // Whoever closed the stream has read enough.
    let _ = io::stdout().write_all(PAGE.as_bytes());
    Exit::Done
}

/// The completions of this command line.
pub(crate) fn run(arguments: &Arguments, mut command: clap::Command) -> Exit {
    let mut script = Vec::new();
    generate(arguments.shell, &mut command, "feedatlas", &mut script);
    // Whoever closed the stream has read enough.
    let _ = io::stdout().write_all(&script);
    Exit::Done
}
