//! `feedatlas serve`: HTTP from the published folder; with `--work`, passes on schedule beside it.

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
use crate::pipeline::Options;
use crate::pipeline::schedule;
use crate::pipeline::worker::Worker;
use crate::serve;

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
        let runtime = build::runtime()?;
        let worker = if arguments.work { Some(build::worker(settings)?) } else { None };
        build::block_on(runtime, async {
            let stop = signals::stop_token();
            let listener = listen(arguments.listen).await?;
            let address = listener.local_addr().unwrap_or(arguments.listen);
            eprintln!("feedatlas: http://{address}/ serves {}", folder.display());
            let serving = serve::serve(listener, folder, stop.clone());
            let working = async {
                if let Some(worker) = &worker {
                    work(worker, &stop).await?;
                }
                Ok::<(), Exit>(())
            };
            let (answered, read) = tokio::join!(serving, working);
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

/// Passes until told to stop. A store or folder that fails ends the work and with it the command.
async fn work(worker: &Arc<Worker>, stop: &CancellationToken) -> Result<(), Exit> {
    while !stop.is_cancelled() {
        let screen = Screen::new(false);
        if let Err(exit) = pass(worker, &Options::default(), stop, &screen).await {
            stop.cancel();
            return Err(exit);
        }
        let rest = rest(worker).await?;
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            () = stop.cancelled() => {}
        }
    }
    Ok(())
}

/// How long until the next source is due.
async fn rest(worker: &Arc<Worker>) -> Result<Duration, Exit> {
    let now = Timestamp::now();
    let mut soonest = REST_MAX;
    for source in &worker.settings.sources {
        let state = worker.store.source(&source.name).await.map_err(|error| build::told(&error))?;
        soonest = soonest.min(schedule::wait(source, &state, now).unwrap_or(REST_MAX));
    }
    Ok(soonest.max(REST_MIN))
}
