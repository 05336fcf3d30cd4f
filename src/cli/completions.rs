//! `feedatlas completions SHELL`: what a shell needs to complete commands and options, out of the command line itself.

use std::io::{self, Write};

use clap::Args;
use clap_complete::{Shell, generate};

use crate::cli::{self, exit::Exit};

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

pub(crate) fn run(arguments: &Arguments) -> Exit {
    let mut script = Vec::new();
    generate(arguments.shell, &mut cli::command(), "feedatlas", &mut script);
    // Whoever closed the stream has read enough.
    let _ = io::stdout().write_all(&script);
    Exit::Done
}
