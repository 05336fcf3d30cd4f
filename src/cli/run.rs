//! `feedatlas run`: one pass, then exit.

use std::path::Path;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use crate::cli::alert;
use crate::cli::build;
use crate::cli::exit::Exit;
use crate::cli::load;
use crate::cli::signals;
use crate::cli::watch::Screen;
use crate::model::fault::with_causes;
use crate::model::report::PassReport;
use crate::model::settings::Settings;
use crate::pipeline::press::EditionError;
use crate::pipeline::worker::Worker;
use crate::pipeline::{self, Options, PassError};

const EXAMPLES: &str = "\
A source is asked when its time has come: as its own max-age, ttl and skipHours say, else as `[worker] every` says. So this may run
as often as you like: cron's every ten minutes is usual. SIGTERM and Ctrl-C end a pass cleanly within 10 seconds.

Examples:
  feedatlas run
  feedatlas run --source \"Harbour News\" --force     that one, now
  feedatlas run --dry-run --report json | jq -c 'select(.event == \"article\")'
  */10 * * * * cd /home/me/news && feedatlas run 2>> run.log";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Ask every source now: ignores our schedule, max-age, ttl and skipHours; never Retry-After, 410, robots.txt or the pace.
    #[arg(long)]
    force: bool,
    /// Only this source, by its name; may be given several times.
    #[arg(long, value_name = "NAME")]
    source: Vec<String>,
    /// Read everything, store and publish nothing.
    #[arg(long)]
    dry_run: bool,
    /// What is written to standard output.
    #[arg(long, value_name = "FORM")]
    report: Option<ReportForm>,
    /// End with 1 when a source failed.
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportForm {
    /// One JSON line an event, as it happens.
    Json,
}

pub(crate) fn run(config: &Path, arguments: &Arguments) -> Exit {
    let outcome = load::settings(config).and_then(|settings| {
        check_names(&settings, &arguments.source)?;
        let runtime = build::runtime()?;
        let worker = build::worker(settings)?;
        let report = build::block_on(runtime, async {
            let stop = signals::stop_token();
            let screen = Screen::new(arguments.report.is_some());
            let options =
                Options { force: arguments.force, only: arguments.source.clone(), dry_run: arguments.dry_run };
            pass(&worker, &options, &stop, &screen).await
        })?;
        Ok(report)
    });
    match outcome {
        Ok(report) if arguments.strict && report.failed_sources > 0 => Exit::SomeFailed,
        Ok(_) => Exit::Done,
        Err(exit) => exit,
    }
}

/// One pass at this moment; what ends it early is told.
pub(crate) async fn pass(
    worker: &Arc<Worker>,
    options: &Options,
    stop: &tokio_util::sync::CancellationToken,
    screen: &Screen,
) -> Result<PassReport, Exit> {
    let outcome = pipeline::run(worker, options, Timestamp::now(), stop, screen).await;
    screen.end();
    match outcome {
        Ok(report) => {
            Screen::summary(&report);
            // A pass that was told to stop, or that read some sources alone, tells nobody that all is as it should be.
            if !options.dry_run && options.only.is_empty() && !stop.is_cancelled() {
                alert::after_pass(worker, Timestamp::now()).await.map_err(|error| build::told(&error))?;
            }
            Ok(report)
        }
        Err(error) => Err(told(&error)),
    }
}

/// Why a pass ended early, in words, and how to end because of it.
pub(crate) fn told(error: &PassError) -> Exit {
    match error {
        PassError::Store(error) | PassError::Edition(EditionError::Store(error)) => build::told(error),
        PassError::Edition(EditionError::Publish(error)) => {
            say!("feedatlas: {}", with_causes(error));
            Exit::Unusable
        }
    }
}

fn check_names(settings: &Settings, names: &[String]) -> Result<(), Exit> {
    let unknown: Vec<&String> =
        names.iter().filter(|name| settings.sources.iter().all(|source| source.name.as_str() != **name)).collect();
    for name in &unknown {
        say!("feedatlas: no source is named `{name}`; `feedatlas status` lists them");
    }
    if unknown.is_empty() { Ok(()) } else { Err(Exit::Usage) }
}
