//! What reqwest, hyper, rustls and the system call a failure, told apart into our classes.
//!
//! Reads types and kinds along the chain of causes, never their words. Not here: statuses (`status`), our own deadlines (`budget`).

use std::error::Error;
use std::io;

use crate::fetch::client::CONNECT;
use crate::fetch::error::{Cause, FetchError};
use crate::fetch::guard::Blocked;
use crate::model::url::PageUrl;

/// Longest part of an address that is repeated in a message, in characters.
const ADDRESS_MAX: usize = 120;

/// How far an exchange had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// No head had been read.
    Head,
    /// The body was being read.
    Body,
}

/// The class of a failed exchange.
pub(super) fn refusal(url: &PageUrl, error: reqwest::Error, phase: Phase) -> FetchError {
    let class = class(&error, url.scheme() == "https", phase);
    let url = Box::new(url.clone());
    if error.is_builder() {
        // What the URL standard lets through and HTTP does not.
        return FetchError::BadUrl { location: url.as_str().chars().take(ADDRESS_MAX).collect(), url };
    }
    // The address is told by our own error.
    let source: Cause = error.without_url().into();
    match class {
        Class::Blocked(blocked) => FetchError::BlockedAddress { url, address: blocked.address },
        Class::Tls => FetchError::Tls { url, source },
        Class::Dns => FetchError::Dns { url, source },
        Class::Timeout => FetchError::Timeout { url, after: CONNECT, limit: "request" },
        Class::Connect => FetchError::Connect { url, source },
        Class::Malformed => FetchError::MalformedHttp { url, source },
        Class::Incomplete => FetchError::Incomplete { url },
        Class::Reset => FetchError::Reset { url, answering: phase == Phase::Body, source },
    }
}

enum Class {
    Blocked(Blocked),
    Tls,
    Dns,
    Timeout,
    Connect,
    Malformed,
    Incomplete,
    Reset,
}

fn class(error: &reqwest::Error, secure: bool, phase: Phase) -> Class {
    let causes = causes(error);
    if let Some(blocked) = find::<Blocked>(&causes) {
        return Class::Blocked(*blocked);
    }
    if find::<rustls::Error>(&causes).is_some() {
        return Class::Tls;
    }
    if error.is_dns() {
        return Class::Dns;
    }
    if error.is_timeout() {
        return Class::Timeout;
    }
    let io = causes.iter().rev().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    if error.is_connect() {
        // A handshake that was cut short is a matter of TLS; a refused or unreachable host is not.
        let handshake = secure && io == Some(io::ErrorKind::UnexpectedEof);
        return if handshake { Class::Tls } else { connect(io) };
    }
    if find::<hyper::Error>(&causes).is_some_and(hyper::Error::is_parse) {
        return Class::Malformed;
    }
    match (io, phase) {
        (Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData), _) => Class::Malformed,
        (Some(io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe), _)
        | (_, Phase::Head) => Class::Reset,
        (_, Phase::Body) => Class::Incomplete,
    }
}

fn connect(io: Option<io::ErrorKind>) -> Class {
    match io {
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof) => Class::Reset,
        _ => Class::Connect,
    }
}

/// The chain of causes; `io::Error` hides the error it wraps from `source`, so it is taken out by hand.
fn causes(error: &reqwest::Error) -> Vec<&(dyn Error + 'static)> {
    let mut all: Vec<&(dyn Error + 'static)> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        all.push(cause);
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => cause.source(),
        };
    }
    all
}

fn find<'a, T: Error + 'static>(causes: &[&'a (dyn Error + 'static)]) -> Option<&'a T> {
    causes.iter().find_map(|cause| cause.downcast_ref())
}
