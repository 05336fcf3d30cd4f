//! Words to whoever started the program, on standard error. Not what it answers with: that is standard output.

use std::fmt;
use std::io::{self, Write};

/// A line on standard error, as `eprintln!` writes it; but that one panics where nobody listens any more, and a server
/// outlives the terminal or the pipe that it was started from.
macro_rules! say {
    ($($words:tt)*) => {
        $crate::cli::say::line(format_args!($($words)*))
    };
}

/// What `say!` does.
pub(crate) fn line(words: fmt::Arguments<'_>) {
    // There is nobody to tell that nobody can be told.
    let _ = writeln!(io::stderr(), "{words}");
}
