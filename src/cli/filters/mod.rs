//! The stages, each alone, as filters: lines in, JSON lines out, one line per input, order kept, an error is a line too.
//!
//! No network, no feeds.toml, no store.

mod canonical;
mod credit;
mod dedup;
mod extract;
mod lines;
mod parse;
mod route;

use std::io::{self, BufWriter, Write};

use clap::Subcommand;

use crate::cli::exit::Exit;
use crate::cli::filters::lines::each_line;

/// One stage alone, as a filter.
#[derive(Debug, Subcommand)]
pub(crate) enum Filter {
    /// Documents to entries: `path TAB base-URI TAB content-type` a line.
    Parse,
    /// Pages to articles: `URL TAB path` a line.
    Extract(extract::Arguments),
    /// Captions to credits: `{"lang","caption"}` a line.
    Credit,
    /// Articles to countries: `{"id","title","text","lang"}` a line.
    Route,
    /// Articles to clusters of copies: `{"id","url","title","text","published"}` a line.
    Dedup(dedup::Arguments),
    /// Addresses to their canonical form, one a line.
    Canonical,
}

/// Runs a filter over standard input.
pub(crate) fn run(filter: &Filter) -> Exit {
    let input = io::stdin().lock();
    let mut output = BufWriter::new(io::stdout().lock());
    let outcome = match filter {
        Filter::Parse => each_line(input, &mut output, parse::line),
        Filter::Extract(arguments) => extract::run(arguments, input, &mut output),
        Filter::Credit => each_line(input, &mut output, credit::line),
        Filter::Route => route::run(input, &mut output),
        Filter::Dedup(arguments) => dedup::run(arguments, input, &mut output),
        Filter::Canonical => each_line(input, &mut output, canonical::line),
    };
    match outcome.and_then(|()| output.flush()) {
        Ok(()) => Exit::Done,
        // Whoever reads us has had enough: `feedatlas route | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            say!("feedatlas: {error}");
            Exit::Usage
        }
    }
}
