//! The door: parses the command line, runs it, turns the outcome into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    feedatlas::cli::main().into()
}
