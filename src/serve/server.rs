//! A server: what it shows, whom it lets in, how it stops.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, Either, Ready, ready};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::serve::access::{AccessLog, Line};
use crate::serve::answer::{self, Body};
use crate::serve::board::Board;
use crate::serve::exposition::{Form, Page};
use crate::serve::hub;
use crate::serve::meters::{Meters, Open};
use crate::serve::shelf::Shelf;
use crate::serve::wire::{Progress, Wire};
use crate::websub::desk::Desk;

/// Largest head: an idle connection may cost 16 KB in all, and honest heads are under 2 KB.
const HEAD_BYTES_MAX: usize = 8 * 1024;
/// Most headers of a request.
const HEADERS_MAX: usize = 64;
/// Most connections at a time, where the system lets in as many; more wait to be accepted.
pub const CONNECTIONS_MAX: usize = 20_000;
/// Time for answers under way once the server is told to stop.
const STOPPING: Duration = Duration::from_secs(10);
/// Rest after a failure to accept: out of file descriptors is over when a connection ends.
const ACCEPT_REST: Duration = Duration::from_millis(50);

/// An answer that is there, or that is waited for.
type Answering =
    Either<Ready<Result<Response<Body>, Infallible>>, BoxFuture<'static, Result<Response<Body>, Infallible>>>;

/// A server of one published folder.
#[derive(Debug)]
pub struct Server {
    shelf: Arc<Shelf>,
    board: Board,
    meters: Arc<Meters>,
    connections_max: usize,
    desk: Option<Arc<Desk>>,
    log: Option<Arc<AccessLog>>,
}

impl Server {
    /// A server of a folder, which need not be there yet.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self {
            shelf: Arc::new(Shelf::new(folder)),
            board: Board::default(),
            meters: Arc::new(Meters::default()),
            connections_max: CONNECTIONS_MAX,
            desk: None,
            log: None,
        }
    }

    /// The same, and answers the calls of hubs from a desk.
    #[must_use]
    pub fn with_desk(self, desk: Option<Arc<Desk>>) -> Self {
        Self { desk, ..self }
    }

    /// The same, and writes a line for each answer.
    #[must_use]
    pub fn with_log(self, log: Option<Arc<AccessLog>>) -> Self {
        Self { log, ..self }
    }

    /// The same, with so many connections at a time.
    #[must_use]
    pub fn with_connections_max(self, connections_max: usize) -> Self {
        Self { connections_max: connections_max.min(Semaphore::MAX_PERMITS), ..self }
    }

    /// From now on another folder is shown.
    pub fn turn_to(&self, folder: PathBuf) {
        self.shelf.turn_to(folder);
    }

    /// Answers until told to stop; then finishes what is under way.
    pub async fn run(self: &Arc<Self>, listener: TcpListener, stop: &CancellationToken) -> io::Result<()> {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(self.connections_max));
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = accept(&listener, &places) => accepted,
            };
            match accepted {
                Ok((stream, peer, place)) => {
                    let open = Open::count(&self.meters);
                    let connection = graceful.watch(self.connection(stream, peer));
                    let meters = Arc::clone(&self.meters);
                    // Not awaited here: `graceful` counts it, and is awaited below.
                    tokio::spawn(async move {
                        if let Err(why) = connection.await {
                            if why.is_parse() {
                                meters.refused();
                            }
                            debug!("A connection ended early: {why}");
                        }
                        drop((place, open));
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

    fn connection(
        self: &Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> impl GracefulConnection<Error = hyper::Error> + use<> {
        let progress = Arc::new(Progress::new());
        let wire = Wire::new(stream, Arc::clone(&progress), Arc::clone(&self.meters));
        let server = Arc::clone(self);
        let service = service_fn(move |request| server.answer(request, peer, &progress));
        http1::Builder::new()
            .max_buf_size(HEAD_BYTES_MAX)
            .max_headers(HEADERS_MAX)
            .serve_connection(TokioIo::new(wire), service)
    }

    /// What is at hand is answered at once. The rest waits in a box of its own: an idle connection keeps the room that its
    /// last answer took, and that of the longest way is a hundred times that of the shortest.
    fn answer(self: &Arc<Self>, request: Request<Incoming>, peer: SocketAddr, progress: &Progress) -> Answering {
        let line = self.log.as_ref().map(|_| Line::of(&request, peer.ip()));
        if let Some(response) = answer::at_hand(&self.shelf, &request) {
            return Either::Left(ready(Ok(self.told(response, line))));
        }
        // Its head is whole: what it waits for now is not the client.
        progress.made();
        let server = Arc::clone(self);
        Either::Right(Box::pin(async move {
            let response = match &server.desk {
                Some(desk) if request.uri().path().starts_with(hub::PATH) => hub::answer(desk, request).await,
                _ => answer::answer(&server.shelf, &server.board, &request).await,
            };
            Ok(server.told(response, line))
        }))
    }

    /// Counts an answer, and writes its line.
    fn told(&self, response: Response<Body>, line: Option<Line>) -> Response<Body> {
        self.meters.answered(response.status());
        if let (Some(log), Some(line)) = (&self.log, line) {
            let bytes = response.body().size_hint().exact().or_else(|| length(&response)).unwrap_or(0);
            log.tell(line.answered(response.status(), bytes));
        }
        response
    }

    /// Writes what the server has done, and what the published folder says of sources and lands.
    pub async fn write_numbers(&self, page: &mut Page) {
        self.meters.write(page);
        let (files, bytes) = self.shelf.held();
        for (name, help, value) in [
            ("feedatlas_http_held_files", "Published files held in memory.", files),
            ("feedatlas_http_held_bytes", "Memory that published files are held in.", bytes),
            ("feedatlas_http_connections_max", "Connections that are let in at a time.", self.connections_max),
        ] {
            page.family(name, Form::Gauge, help);
            page.sample(name, &[], value);
        }
        if let Some(log) = &self.log {
            let name = "feedatlas_access_log_left_out_total";
            page.family(name, Form::Counter, "Lines left out of the access log: its disk was too slow, or full.");
            page.sample(name, &[], log.left_out());
        }
        self.board.write(&self.shelf, page).await;
    }
}

/// Of a body that is read as it is sent: as its head says.
fn length(response: &Response<Body>) -> Option<u64> {
    response.headers().get(hyper::header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, place))
}
