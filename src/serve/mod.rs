//! HTTP out, from the published folder alone.
//!
//! Opens no store and asks no source; where hubs may call (`hub`), a desk in memory says what to answer them. Files are held in memory, packed as the pass packed them, and looked at again
//! when they may have changed, so a pass is seen without a restart.

mod answer;
mod condition;
mod hub;
mod kind;
mod path;
mod shelf;

use std::convert::Infallible;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::websub::desk::Desk;
use shelf::Shelf;

/// Time for one head to arrive, and for an idle connection to say something: under the 30 s after which it must be cut.
const HEAD_READ: Duration = Duration::from_secs(25);
/// Largest head: an idle connection may cost 16 KB in all, and honest heads are under 2 KB.
const HEAD_BYTES_MAX: usize = 8 * 1024;
/// Most headers of a request.
const HEADERS_MAX: usize = 64;
/// Most connections at a time; more wait to be accepted.
const CONNECTIONS_MAX: usize = 20_000;
/// Time for answers under way once the server is told to stop.
const STOPPING: Duration = Duration::from_secs(10);
/// Rest after a failure to accept: out of file descriptors is over when a connection ends.
const ACCEPT_REST: Duration = Duration::from_millis(50);

/// Answers from a published folder until told to stop; then finishes what is under way.
pub async fn serve(listener: TcpListener, folder: PathBuf, stop: CancellationToken) -> io::Result<()> {
    serve_with(listener, folder, None, stop).await
}

/// The same, and answers the calls of hubs from a desk.
pub async fn serve_with(
    listener: TcpListener,
    folder: PathBuf,
    desk: Option<Arc<Desk>>,
    stop: CancellationToken,
) -> io::Result<()> {
    let shelf = Arc::new(Shelf::new(folder));
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        match accepted {
            Ok((stream, place)) => {
                let connection = graceful.watch(connection(stream, Arc::clone(&shelf), desk.clone()));
                // Not awaited here: `graceful` counts it, and is awaited below.
                tokio::spawn(async move {
                    if let Err(why) = connection.await {
                        debug!("A connection ended early: {why}");
                    }
                    drop(place);
                });
            }
            Err(why) => {
                warn!("A connection could not be accepted: {why}");
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(STOPPING, graceful.shutdown()).await.is_err() {
        warn!("Some answers were not finished within {} s and were cut", STOPPING.as_secs());
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, place))
}

fn connection(
    stream: TcpStream,
    shelf: Arc<Shelf>,
    desk: Option<Arc<Desk>>,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    let service = service_fn(move |request| {
        let (shelf, desk) = (Arc::clone(&shelf), desk.clone());
        async move {
            Ok::<_, Infallible>(match desk {
                Some(desk) if request.uri().path().starts_with(hub::PATH) => hub::answer(&desk, request).await,
                _ => answer::answer(&shelf, &request).await,
            })
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_READ)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), service)
}
