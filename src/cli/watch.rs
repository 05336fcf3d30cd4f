//! What people see of a pass: bars on a terminal, plain lines elsewhere, JSON lines on standard output if asked for.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use tracing::{info, warn};
use tracing_subscriber::EnvFilter;

use crate::cli::tally::Tally;
use crate::cli::terminal;
use crate::html::plain::is_printable;
use crate::model::report::{Event, PassReport, SourceReport};
use crate::pipeline::watcher::Watcher;

/// How what happens is told on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people; a bar on a terminal.
    #[default]
    Text,
    /// One JSON object a line, sources and passes too, for a collector of logs.
    Json,
}

/// The form that the command line asked for. Set once, before anything is told.
static FORMAT: OnceLock<LogFormat> = OnceLock::new();

/// Logs go to standard error, as `FEEDATLAS_LOG` says; in JSON, sources and passes are among them.
pub(crate) fn start_log(format: LogFormat) {
    let is_json = *FORMAT.get_or_init(|| format) == LogFormat::Json;
    let unsaid = if is_json { "warn,feedatlas=info" } else { "warn" };
    let filter = EnvFilter::try_from_env("FEEDATLAS_LOG").unwrap_or_else(|_| EnvFilter::new(unsaid));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && !terminal::is_colourless());
    // Fails only where a log is set already: in tests that run several commands.
    let _ = if is_json { log.json().flatten_event(true).try_init() } else { log.try_init() };
}

fn is_json() -> bool {
    FORMAT.get() == Some(&LogFormat::Json)
}

/// Shows a pass.
pub(crate) struct Screen {
    json: bool,
    bar: ProgressBar,
    is_terminal: bool,
    /// Standard output was closed: the pass goes on, nobody reads.
    closed: AtomicBool,
    /// Who counts, where anybody does.
    tally: Option<Arc<Tally>>,
}

impl Screen {
    /// With `json`, events go to standard output as lines.
    pub(crate) fn new(json: bool) -> Self {
        let is_terminal = std::io::stderr().is_terminal() && !is_json();
        let bar = if is_terminal { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{elapsed:>4} {bar:24} {pos}/{len} sources  {wide_msg}");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("━╸─"));
        }
        Self { json, bar, is_terminal, closed: AtomicBool::new(false), tally: None }
    }

    /// The same, and counts what it sees.
    pub(crate) fn counting(self, tally: &Arc<Tally>) -> Self {
        Self { tally: Some(Arc::clone(tally)), ..self }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// The last lines of a pass.
    pub(crate) fn summary(report: &PassReport) {
        let PassReport { sources, asked, failed_sources, new, updated, copies, failed, published, seconds, .. } =
            report;
        if is_json() {
            info!(
                sources,
                asked,
                failed_sources,
                new,
                updated,
                copies,
                failed,
                published,
                seconds,
                reached = report.reached.join("; "),
                "A pass ended"
            );
            return;
        }
        say!(
            "{asked} of {sources} sources asked, {failed_sources} failed; {new} new, {updated} changed, {copies} copies, \
             {failed} pages refused; {published} files written; {seconds:.1} s"
        );
        for limit in &report.reached {
            say!("reached: {limit}");
        }
    }

    fn line(&self, words: &str) {
        let words: String = words.chars().filter(|character| is_printable(*character)).collect();
        if self.is_terminal {
            self.bar.println(words);
        } else {
            say!("{words}");
        }
    }

    fn tell_source(&self, report: &SourceReport) {
        if !report.asked {
            return;
        }
        self.bar.inc(1);
        self.bar.set_message(report.name.clone());
        if is_json() {
            let SourceReport { name, url, entries, new, updated, copies, failed, .. } = report;
            if let Some(fault) = report.error {
                let message = report.message.as_deref().unwrap_or_default();
                warn!(source.name = %name, source.url = %url, error = %fault, "A source failed: {message}");
            } else {
                info!(source.name = %name, entries, new, updated, copies, failed, "Read a source");
            }
        } else if let Some(fault) = report.error {
            let message = report.message.as_deref().unwrap_or_default();
            self.line(&format!("{}: {fault}: {message}", report.name));
        } else if report.new + report.updated + report.copies > 0 {
            let SourceReport { name, new, updated, copies, .. } = report;
            self.line(&format!("{name}: {new} new, {updated} changed, {copies} copies"));
        }
    }

    fn write_json(&self, event: &Event) {
        if self.closed.load(Ordering::Relaxed) {
            return;
        }
        let Ok(line) = serde_json::to_string(event) else { return };
        let mut output = std::io::stdout().lock();
        if let Err(error) = writeln!(output, "{line}").and_then(|()| output.flush()) {
            self.closed.store(true, Ordering::Relaxed);
            say!("feedatlas: the report cannot be written: {error}; the pass goes on");
        }
    }
}

impl Watcher for Screen {
    fn due(&self, sources: usize) {
        self.bar.set_length(sources as u64);
        if let Some(tally) = &self.tally {
            tally.due(sources);
        }
    }

    fn event(&self, event: &Event) {
        if let Some(tally) = &self.tally {
            tally.event(event);
        }
        if self.json {
            self.write_json(event);
        }
        if let Event::Source(report) = event {
            self.tell_source(report);
        }
    }
}
