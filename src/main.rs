//! The door: parses the command line, runs it, turns the outcome into an exit code.

use std::process::ExitCode;

/// A page's tree is ten thousand small pieces, made and dropped on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    feedatlas::cli::main().into()
}
