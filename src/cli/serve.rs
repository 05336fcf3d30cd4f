//! `feedatlas serve`: HTTP from the published folder; with `--work`, passes on schedule beside it.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::build;
use crate::cli::exit::Exit;
use crate::cli::load;
use crate::cli::run::pass;
use crate::cli::signals;
use crate::cli::watch::Screen;
use crate::fetch::Fetcher;
use crate::model::settings::{PublishHub, Settings};
use crate::model::source::SourceName;
use crate::pipeline::Options;
use crate::pipeline::deliver::{self, Deliverer};
use crate::pipeline::schedule;
use crate::pipeline::subscribe;
use crate::pipeline::worker::Worker;
use crate::publish::site::Site;
use crate::serve;
use crate::websub::desk::Desk;
use crate::websub::register::Register;

/// Shortest rest between two passes, so that a source with `every = "1s"` does not keep the worker spinning.
const REST_MIN: Duration = Duration::from_secs(1);

/// Longest rest between two passes: a source that was due meanwhile waits no longer than this.
const REST_MAX: Duration = Duration::from_mins(5);

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Run the worker on its schedule too.
    #[arg(long)]
    work: bool,
}

pub(crate) fn run(config: &Path, arguments: &Arguments) -> Exit {
    let outcome = load::settings(config).and_then(|settings| {
        let folder = settings.publish.to.clone();
        let hub = own_hub(&settings)?;
        let runtime = build::runtime()?;
        let worker = if arguments.work { Some(build::worker(settings)?) } else { None };
        build::block_on(runtime, async {
            let stop = signals::stop_token();
            let listener = listen(arguments.listen).await?;
            let address = listener.local_addr().unwrap_or(arguments.listen);
            eprintln!("feedatlas: http://{address}/ serves {}", folder.display());
            let register = hub.as_ref().map(|hub| Arc::clone(&hub.register));
            let desk = match &worker {
                Some(worker) => Some(Arc::new(desk(worker).await?.with_register(register))),
                None => register
                    .map(|register| Arc::new(Desk::new(Vec::new(), Timestamp::now).with_register(Some(register)))),
            };
            let serving = serve::serve_with(listener, folder, desk.clone(), stop.clone());
            let working = async {
                if let (Some(worker), Some(desk)) = (&worker, &desk) {
                    work(worker, desk, &stop).await?;
                }
                Ok::<(), Exit>(())
            };
            let delivering = async {
                if let Some(hub) = &hub {
                    let deliverer = Deliverer::new(&hub.register, &hub.fetcher, &hub.settings);
                    deliverer.run(Timestamp::now, &stop).await;
                }
            };
            let (answered, read, ()) = tokio::join!(serving, working, delivering);
            read?;
            answered.map_err(|error| {
                eprintln!("feedatlas: {error}");
                Exit::Unusable
            })
        })
    });
    outcome.err().unwrap_or(Exit::Done)
}

pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Exit> {
    TcpListener::bind(address).await.map_err(|error| {
        eprintln!("feedatlas: cannot listen on {address}: {error}");
        Exit::Usage
    })
}

/// Our own hub, with what it works with: it needs no store, so it is there with and without passes.
struct OwnHub {
    register: Arc<Register>,
    fetcher: Fetcher,
    settings: Settings,
}

/// Our own hub, where feeds.toml wants it.
fn own_hub(settings: &Settings) -> Result<Option<OwnHub>, Exit> {
    if settings.publish.hub != Some(PublishHub::Own) {
        return Ok(None);
    }
    let told = |error: &dyn std::fmt::Display| {
        eprintln!("feedatlas: {error}");
        Exit::Unusable
    };
    let fetcher = Fetcher::new(&settings.worker, &settings.network, &settings.limits).map_err(|error| told(&error))?;
    let site = Site::of(settings).map_err(|error| told(&error))?;
    let remembered = std::fs::read(deliver::state_file(settings)).unwrap_or_default();
    let register = Arc::new(Register::new(site.address(""), &remembered));
    Ok(Some(OwnHub { register, fetcher, settings: settings.clone() }))
}

/// Where hubs call, with the subscriptions that are remembered.
async fn desk(worker: &Arc<Worker>) -> Result<Desk, Exit> {
    if let Some(base) = subscribe::base(&worker.fetcher, &worker.settings.publish.base_url) {
        eprintln!("feedatlas: hubs may call at {}/websub/", base.as_str().trim_end_matches('/'));
    }
    let remembered = worker.store.subscriptions().await.map_err(|error| build::told(&error))?;
    Ok(Desk::new(remembered, Timestamp::now))
}

/// Passes until told to stop, and asks hubs between them. A store or folder that fails ends the work and with it the command.
async fn work(worker: &Arc<Worker>, desk: &Desk, stop: &CancellationToken) -> Result<(), Exit> {
    let mut told = BTreeSet::new();
    let mut is_time = true;
    while !stop.is_cancelled() {
        if let Err(exit) = once(worker, desk, (&mut told, is_time), stop).await {
            stop.cancel();
            return Err(exit);
        }
        let rest = rest(worker, &told).await?;
        is_time = tokio::select! {
            () = tokio::time::sleep(rest) => true,
            () = desk.wait() => false,
            () = stop.cancelled() => false,
        };
    }
    Ok(())
}

/// What is due: sources that a hub told of, else, where it is time, those whose time has come; then hubs.
async fn once(
    worker: &Arc<Worker>,
    desk: &Desk,
    (told, is_time): (&mut BTreeSet<SourceName>, bool),
    stop: &CancellationToken,
) -> Result<(), Exit> {
    let stored = |error| build::told(&error);
    told.extend(subscribe::take_up(worker, desk).await.map_err(stored)?);
    let options = options(worker, told).await?;
    let screen = Screen::new(false);
    if options.force || is_time {
        pass(worker, &options, stop, &screen).await?;
    }
    tokio::select! {
        tended = subscribe::tend(worker, desk, Timestamp::now()) => tended.map_err(stored),
        () = stop.cancelled() => Ok(()),
    }
}

/// A pass over the sources that a hub told of, if any of them may be asked now: it is the source's own word that there is news, so
/// neither our schedule nor its max-age holds it back. They are taken from `told`.
async fn options(worker: &Arc<Worker>, told: &mut BTreeSet<SourceName>) -> Result<Options, Exit> {
    let mut only = Vec::new();
    for source in std::mem::take(told) {
        match subscribe::wait(worker, &source, Timestamp::now()).await.map_err(|error| build::told(&error))? {
            Some(wait) if wait.is_zero() => only.push(source.to_string()),
            Some(_) => drop(told.insert(source)),
            None => {}
        }
    }
    Ok(Options { force: !only.is_empty(), only, ..Options::default() })
}

/// How long until the next source is due, or one that was told of may be asked.
async fn rest(worker: &Arc<Worker>, told: &BTreeSet<SourceName>) -> Result<Duration, Exit> {
    let now = Timestamp::now();
    let mut soonest = REST_MAX;
    for source in told {
        let wait = subscribe::wait(worker, source, now).await.map_err(|error| build::told(&error))?;
        soonest = soonest.min(wait.and_then(|wait| Duration::try_from(wait).ok()).unwrap_or(REST_MAX));
    }
    for source in &worker.settings.sources {
        let state = worker.store.source(&source.name).await.map_err(|error| build::told(&error))?;
        soonest = soonest.min(schedule::wait(source, &state, now).unwrap_or(REST_MAX));
    }
    Ok(soonest.max(REST_MIN))
}
