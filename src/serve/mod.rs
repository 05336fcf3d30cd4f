//! HTTP out, from the published folder alone.
//!
//! Opens no store and asks no source; where hubs may call (`hub`), a desk in memory says what to answer them. Files are held
//! in memory, packed as the pass packed them, and looked at again when they may have changed, so a pass is seen without a restart.
//!
//! ```text
//! connection → a head, or the end of patience                  server, wire
//! path       → Asked, which cannot lead out of the folder      path
//! Asked      → Held | Large | Folder | Nothing                 shelf, file
//! headers    → coding, part, 304, 412                          condition
//! all of it  → an answer, a line of the log, numbers           answer, kind, access, meters
//! ```

pub mod access;
mod answer;
mod board;
mod condition;
pub mod exposition;
mod file;
mod hub;
mod kind;
mod meters;
pub mod metrics;
mod path;
pub mod server;
mod shelf;
mod wire;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::websub::desk::Desk;
use server::Server;

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
    Arc::new(Server::new(folder).with_desk(desk)).run(listener, &stop).await
}
