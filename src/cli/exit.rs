//! Every way to end, and its exit code.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Done, but some sources failed (with `--strict`).
    SomeFailed,
    /// feeds.toml or the command line is wrong.
    Usage,
    /// The store or the output folder cannot be used.
    Unusable,
    /// Another worker is at it.
    Busy,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::SomeFailed => 1,
            Exit::Usage => 2,
            Exit::Unusable => 3,
            Exit::Busy => 4,
        })
    }
}
