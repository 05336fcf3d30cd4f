//! `/metrics` on a listener of its own: numbers for Prometheus, and whether the process is alive. Nothing of it is public.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::serve::answer::is_well_formed;
use crate::serve::exposition::{MEDIA_TYPE, Page};
use crate::serve::server::Server;

/// Connections at a time: whoever watches asks every few seconds.
const CONNECTIONS_MAX: usize = 16;
/// Time for a whole call, its answer taken.
const CALL: Duration = Duration::from_secs(10);
/// Rest after a failure to accept: out of file descriptors is over when a connection ends.
const ACCEPT_REST: Duration = Duration::from_millis(200);

/// Answers whoever watches, until told to stop. `more` writes what others count, after the server's own numbers.
pub async fn run(
    listener: TcpListener,
    server: Arc<Server>,
    more: impl Fn(&mut Page) + Send + Sync + 'static,
    stop: CancellationToken,
) {
    let more = Arc::new(more);
    // Those that are not over when it stops are cut with it.
    let mut calls = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            _ = calls.join_next(), if !calls.is_empty() => continue,
            accepted = listener.accept(), if calls.len() < CONNECTIONS_MAX => accepted,
        };
        match accepted {
            Ok((stream, _)) => drop(calls.spawn(call(stream, Arc::clone(&server), Arc::clone(&more)))),
            Err(why) => {
                warn!("A connection for metrics could not be accepted: {why}");
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
}

async fn call(stream: TcpStream, server: Arc<Server>, more: Arc<impl Fn(&mut Page) + Send + Sync + 'static>) {
    let service = service_fn(move |request| {
        let (server, more) = (Arc::clone(&server), Arc::clone(&more));
        async move { Ok::<_, Infallible>(answer(&server, &*more, &request).await) }
    });
    let connection = http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), service);
    let ended = tokio::time::timeout(CALL, connection).await;
    if let Err(why) = ended.map_err(io::Error::from).and_then(|ended| ended.map_err(io::Error::other)) {
        debug!("A call for metrics ended early: {why}");
    }
}

async fn answer(server: &Server, more: &impl Fn(&mut Page), request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let (status, media_type, text) = match (request.method(), request.uri().path()) {
        _ if !is_well_formed(request) => (StatusCode::BAD_REQUEST, "text/plain", "bad request\n".to_owned()),
        (&Method::GET | &Method::HEAD, "/metrics") => {
            let mut page = Page::default();
            server.write_numbers(&mut page).await;
            more(&mut page);
            (StatusCode::OK, MEDIA_TYPE, page.as_str().to_owned())
        }
        (&Method::GET | &Method::HEAD, "/healthz" | "/health") => (StatusCode::OK, "text/plain", "ok\n".to_owned()),
        _ => (StatusCode::NOT_FOUND, "text/plain", "here is /metrics, to be read with GET\n".to_owned()),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
