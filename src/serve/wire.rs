//! A connection that is cut when nothing moves: slow heads, slow bodies, slow readers and idle ones alike.
//!
//! One timer a connection, set again only when it rings: a timer for each request would cost more than finding the answer.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::serve::meters::Meters;

/// Time within which a head must have arrived whole after the connection began or the last answer was written, within which a
/// reader must take something, and for which a connection may be idle. Under the 30 s after which it must be cut.
pub(super) const PATIENCE: Duration = Duration::from_secs(25);

/// When a connection last got on: a head was read whole, or a reader took something. Bytes that trickle in do not count.
#[derive(Debug)]
pub(super) struct Progress {
    began: Instant,
    millis: AtomicU64,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), millis: AtomicU64::new(0) }
    }

    /// Something got on.
    pub(super) fn made(&self) {
        self.millis.store(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn deadline(&self) -> Instant {
        self.began + Duration::from_millis(self.millis.load(Ordering::Relaxed)) + PATIENCE
    }
}

/// A connection that is cut when nothing moves.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    progress: Arc<Progress>,
    meters: Arc<Meters>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, progress: Arc<Progress>, meters: Arc<Meters>) -> Self {
        Self { stream, progress, meters, timer: None }
    }

    /// Whoever waits is woken when patience is over, and then told so.
    fn wait<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(self.progress.deadline())));
        loop {
            ready!(timer.as_mut().poll(context));
            let deadline = self.progress.deadline();
            if deadline <= Instant::now() {
                self.meters.cut();
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            timer.as_mut().reset(deadline);
        }
    }

    fn wrote(&mut self, wrote: Poll<io::Result<usize>>, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        match wrote {
            Poll::Ready(Ok(bytes)) => {
                self.progress.made();
                self.meters.sent(bytes);
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.wait(context),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_read(context, buffer) {
            Poll::Pending => this.wait(context),
            read @ Poll::Ready(_) => read,
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let wrote = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.wrote(wrote, context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let wrote = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.wrote(wrote, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
