//! What a server has done since it began, as numbers. Counting costs a few nanoseconds; nothing here is ever waited for.

use std::sync::atomic::{AtomicU64, Ordering};

use hyper::StatusCode;

use crate::serve::exposition::{Form, Page};

/// First status that is counted; there are 500 of them, each in its place.
const STATUS_MIN: u16 = 100;
/// Statuses.
const STATUSES: usize = 500;
/// Told though there was none yet, so that whoever watches sees them rise from nought.
const ALWAYS: [u16; 4] = [200, 304, 404, 500];

/// What a server has done since it began.
#[derive(Debug)]
pub(super) struct Meters {
    by_status: [AtomicU64; STATUSES],
    accepted: AtomicU64,
    ended: AtomicU64,
    cut: AtomicU64,
    refused: AtomicU64,
    sent_bytes: AtomicU64,
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            by_status: [const { AtomicU64::new(0) }; STATUSES],
            accepted: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            cut: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            sent_bytes: AtomicU64::new(0),
        }
    }
}

/// A connection that is open, counted until it is dropped.
#[derive(Debug)]
pub(super) struct Open(std::sync::Arc<Meters>);

impl Open {
    pub(super) fn count(meters: &std::sync::Arc<Meters>) -> Self {
        meters.accepted.fetch_add(1, Ordering::Relaxed);
        Self(std::sync::Arc::clone(meters))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

impl Meters {
    /// A request was answered.
    pub(super) fn answered(&self, status: StatusCode) {
        if let Some(count) = self.by_status.get(usize::from(status.as_u16() - STATUS_MIN)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Bytes went out, heads counted.
    pub(super) fn sent(&self, bytes: usize) {
        self.sent_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// A connection was cut because nothing moved.
    pub(super) fn cut(&self) {
        self.cut.fetch_add(1, Ordering::Relaxed);
    }

    /// What came was no HTTP: it was answered with 400 or 431, or not at all.
    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Writes all of them.
    pub(super) fn write(&self, page: &mut Page) {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        page.family("feedatlas_http_requests_total", Form::Counter, "Requests answered, by status.");
        for (status, count) in (STATUS_MIN..).zip(&self.by_status) {
            let count = read(count);
            if count > 0 || ALWAYS.contains(&status) {
                page.sample("feedatlas_http_requests_total", &[("code", &status.to_string())], count);
            }
        }
        // Ended ones first: between the two readings connections may only begin.
        let ended = read(&self.ended);
        let accepted = read(&self.accepted);
        for (name, help, value) in [
            ("feedatlas_http_connections_total", "Connections accepted.", accepted),
            (
                "feedatlas_http_connections_cut_total",
                "Connections cut because nothing moved for 25 s: idle, or slow to ask or to read.",
                read(&self.cut),
            ),
            (
                "feedatlas_http_malformed_total",
                "Connections ended because what came was no HTTP request.",
                read(&self.refused),
            ),
            ("feedatlas_http_sent_bytes_total", "Bytes sent, heads counted.", read(&self.sent_bytes)),
        ] {
            page.family(name, Form::Counter, help);
            page.sample(name, &[], value);
        }
        page.family("feedatlas_http_connections", Form::Gauge, "Connections open now.");
        page.sample("feedatlas_http_connections", &[], accepted.saturating_sub(ended));
    }
}
