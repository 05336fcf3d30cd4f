//! `feedatlas serve`: HTTP from the published folder; with `--work`, passes on schedule beside it.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::cli::alert;
use crate::cli::build;
use crate::cli::exit::Exit;
use crate::cli::load;
use crate::cli::own_hub::OwnHub;
use crate::cli::process;
use crate::cli::reload::{Reload, Turn};
use crate::cli::signals;
use crate::cli::tally::Tally;
use crate::cli::work::Work;
use crate::model::settings::Settings;
use crate::pipeline::subscribe;
use crate::pipeline::worker::Worker;
use crate::serve::access::{AccessLog, LogForm, LogPlace};
use crate::serve::exposition::Page;
use crate::serve::metrics;
use crate::serve::server::Server;
use crate::websub::desk::Desk;

#[derive(Debug, Args)]
#[command(after_help = SIGNALS)]
pub(crate) struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Run the worker on its schedule too.
    #[arg(long)]
    work: bool,
    /// Answer Prometheus here, at /metrics; not for the public.
    #[arg(long, value_name = "ADDRESS:PORT")]
    metrics: Option<SocketAddr>,
    /// Write a line for each answer to this file; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    access_log: Option<PathBuf>,
    /// How such a line is written.
    #[arg(long, value_enum, default_value_t, value_name = "FORM", requires = "access_log")]
    access_log_form: AccessLogForm,
}

const SIGNALS: &str = "\
Signals:
  TERM, INT  finish what is under way, then end; once more ends at once
  HUP        read feeds.toml again (a wrong one is told and changes nothing), and open the access log again";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum AccessLogForm {
    /// As Apache and nginx write it.
    #[default]
    Combined,
    /// One JSON object a line.
    Json,
}

pub(crate) fn run(config: &Path, arguments: &Arguments) -> Exit {
    let outcome = load::settings(config).and_then(|settings| {
        let runtime = build::runtime()?;
        let log = arguments.access_log.as_deref().map(|path| log(path, arguments.access_log_form)).transpose()?;
        let outcome = build::block_on(runtime, serve(config, settings, arguments, log.clone()));
        if let Some(log) = log {
            log.close();
        }
        outcome
    });
    outcome.err().unwrap_or(Exit::Done)
}

async fn serve(
    config: &Path,
    settings: Settings,
    arguments: &Arguments,
    log: Option<Arc<AccessLog>>,
) -> Result<(), Exit> {
    // From the first moment on: a signal that comes while the store is opened must not end it.
    let (stop, hangups) = (signals::stop_token(), signals::Hangups::new());
    let folder = settings.publish.to.clone();
    let (watched_settings, hub) = (settings.clone(), OwnHub::of(&settings)?);
    let worker = if arguments.work { Some(build::worker(settings)?) } else { None };
    let listener = listen(arguments.listen).await?;
    let address = listener.local_addr().unwrap_or(arguments.listen);
    say!("feedatlas: http://{address}/ serves {}", folder.display());
    let desk = desk(worker.as_ref(), hub.as_ref()).await?;
    let server = Server::new(folder).with_desk(desk.clone()).with_log(log.clone());
    let server = Arc::new(server.with_connections_max(process::connections_max()));
    let tally = Arc::new(Tally::default());
    let (turn, work) = match (worker, desk) {
        (Some(worker), Some(desk)) => {
            let (sender, workers) = watch::channel(worker);
            let (tally, server, stop) = (Arc::clone(&tally), Arc::clone(&server), stop.clone());
            (Turn::Worker(Arc::new(sender)), Some(Work { workers, desk, tally, server, stop }))
        }
        _ => (Turn::Folder(Arc::clone(&server)), None),
    };
    let watched = match arguments.metrics {
        Some(address) => {
            let listener = listen(address).await?;
            say!("feedatlas: http://{}/metrics", listener.local_addr().unwrap_or(address));
            let more = numbers(&turn, &tally);
            // Cut when `serve` ends: whoever watches asks again.
            Some(tokio::spawn(metrics::run(listener, Arc::clone(&server), more, stop.clone())))
        }
        None => None,
    };
    let reload = Reload { config: config.to_owned(), turn, tally, log, hangups };
    let working = async {
        match work {
            Some(work) => work.run().await,
            None => Ok(()),
        }
    };
    let serving = async {
        let answered = tokio::select! {
            answered = server.run(listener, &stop) => answered,
            () = reload.run() => Ok(()),
        };
        stop.cancel();
        answered
    };
    let late = alert::watch_passes(&watched_settings, &stop);
    let delivering = async {
        if let Some(hub) = &hub {
            hub.deliver(&stop).await;
        }
    };
    let (answered, passes, (), ()) = tokio::join!(serving, working, late, delivering);
    if let Some(watched) = watched {
        watched.abort();
    }
    passes?;
    answered.map_err(|error| {
        say!("feedatlas: {error}");
        Exit::Unusable
    })
}

/// What is counted beside the server: passes, where there are any, and the process.
fn numbers(turn: &Turn, tally: &Arc<Tally>) -> impl Fn(&mut Page) + Send + Sync + 'static {
    let tally = Arc::clone(tally);
    let worker = match turn {
        Turn::Worker(sender) => Some(sender.subscribe()),
        Turn::Folder(_) => None,
    };
    move |page| {
        if let Some(worker) = &worker {
            tally.write(&worker.borrow().meters, page);
        }
        process::write_numbers(page);
    }
}

pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Exit> {
    TcpListener::bind(address).await.map_err(|error| {
        say!("feedatlas: cannot listen on {address}: {error}");
        Exit::Usage
    })
}

fn log(path: &Path, form: AccessLogForm) -> Result<Arc<AccessLog>, Exit> {
    let place = if path == Path::new("-") { LogPlace::Output } else { LogPlace::File(path.to_owned()) };
    let form = match form {
        AccessLogForm::Combined => LogForm::Combined,
        AccessLogForm::Json => LogForm::Json,
    };
    let opened: io::Result<AccessLog> = AccessLog::open(place, form);
    opened.map(Arc::new).map_err(|error| {
        say!("feedatlas: --access-log {}: {error}", path.display());
        Exit::Usage
    })
}

/// Where hubs call: with the subscriptions that are remembered, where passes are run; with our own hub, where there is one.
async fn desk(worker: Option<&Arc<Worker>>, hub: Option<&OwnHub>) -> Result<Option<Arc<Desk>>, Exit> {
    if worker.is_none() && hub.is_none() {
        return Ok(None);
    }
    let mut remembered = Vec::new();
    if let Some(worker) = worker {
        if let Some(base) = subscribe::base(&worker.fetcher, &worker.settings.publish.base_url) {
            say!("feedatlas: hubs may call at {}/websub/", base.as_str().trim_end_matches('/'));
        }
        remembered = worker.store.subscriptions().await.map_err(|error| build::told(&error))?;
    }
    let register = hub.map(|hub| Arc::clone(&hub.register));
    Ok(Some(Arc::new(Desk::new(remembered, Timestamp::now).with_register(register))))
}
