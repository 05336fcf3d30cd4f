//! Why a request gave no document: one variant a cause, each with its class and whether another try may help.
//!
//! Not here: how a library's error becomes one of these (`transport`), or a status (`status`).

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::fault::Fault;
use crate::model::url::PageUrl;

/// What a library said, kept as the cause.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a request gave no document.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No client could be built: the fault of this machine, not of a source.
    #[error("no HTTP client could be built")]
    Client(#[source] Cause),
    /// The certificates that feeds.toml names could not be read: the fault of this machine, not of a source.
    #[error("[network] ca: {}: {why}", path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The name could not be resolved.
    #[error("{url}: the name `{}` could not be resolved", url.host())]
    Dns {
        /// Where.
        url: Box<PageUrl>,
        /// What the resolver said.
        source: Cause,
    },
    /// No connection could be made.
    #[error("{url}: no connection could be made")]
    Connect {
        /// Where.
        url: Box<PageUrl>,
        /// What the system said.
        source: Cause,
    },
    /// The other side cut the connection.
    #[error("{url}: the connection was cut by the other side")]
    Reset {
        /// Where.
        url: Box<PageUrl>,
        /// Whether bytes of an answer had come by then: another try would ask for them twice.
        answering: bool,
        /// What the system said.
        source: Cause,
    },
    /// No trusted secure connection.
    #[error("{url}: no secure connection could be made")]
    Tls {
        /// Where.
        url: Box<PageUrl>,
        /// What TLS said.
        source: Cause,
    },
    /// The answer was not HTTP, or its head was larger than any head is.
    #[error("{url}: the answer is not HTTP")]
    MalformedHttp {
        /// Where.
        url: Box<PageUrl>,
        /// What the parser said.
        source: Cause,
    },
    /// Fewer bytes came than were promised.
    #[error("{url}: the body ended before its end")]
    Incomplete {
        /// Where.
        url: Box<PageUrl>,
    },
    /// No whole answer within its time.
    #[error("{url}: no whole answer within {after:?}")]
    Timeout {
        /// Where.
        url: Box<PageUrl>,
        /// The time it had.
        after: Duration,
        /// The limit that gave it that time.
        limit: &'static str,
    },
    /// This source's failing answers have taken all the time they may take in a pass.
    #[error("{url}: not asked, {after:?} went into answers of this source that failed")]
    Exhausted {
        /// Where.
        url: Box<PageUrl>,
        /// The limit.
        after: Duration,
    },
    /// This source has had all the requests that it may have beside its articles.
    #[error("{url}: not asked, {limit} requests beside its articles are enough for a pass")]
    Requests {
        /// Where.
        url: Box<PageUrl>,
        /// The limit.
        limit: u32,
    },
    /// A redirect to what is no address, or one that HTTP cannot carry.
    #[error("{url}: leads to `{location}`, which is no address")]
    BadUrl {
        /// Where.
        url: Box<PageUrl>,
        /// What stood there, cut to a printable length.
        location: String,
    },
    /// A redirect to a scheme that is not fetched.
    #[error("{url}: redirected to `{scheme}:`, which is not fetched")]
    BlockedScheme {
        /// Where.
        url: Box<PageUrl>,
        /// The scheme.
        scheme: String,
    },
    /// An address that is not public.
    #[error("{url}: {address} is not a public address")]
    BlockedAddress {
        /// Where.
        url: Box<PageUrl>,
        /// What it is, or what its name resolves to.
        address: IpAddr,
    },
    /// A redirect from https to http.
    #[error("{url}: redirected from https to {to}")]
    Downgrade {
        /// From where.
        url: Box<PageUrl>,
        /// To where.
        to: Box<PageUrl>,
    },
    /// A redirect to where the request had been before.
    #[error("{url}: redirected in a circle, to {to}")]
    RedirectLoop {
        /// From where.
        url: Box<PageUrl>,
        /// To where.
        to: Box<PageUrl>,
    },
    /// More redirects in a row than are followed.
    #[error("{url}: more than {limit} redirects")]
    TooManyRedirects {
        /// From where.
        url: Box<PageUrl>,
        /// The limit.
        limit: usize,
    },
    /// A status that is no success.
    #[error("{url}: answered {status}")]
    Status {
        /// Where.
        url: Box<PageUrl>,
        /// The status.
        status: u16,
        /// How long it asked us to wait.
        retry_after: Option<Duration>,
    },
    /// 410.
    #[error("{url}: answered 410, it will not come back")]
    Gone {
        /// Where.
        url: Box<PageUrl>,
    },
    /// 451.
    #[error("{url}: answered 451, withheld for legal reasons")]
    Legal {
        /// Where.
        url: Box<PageUrl>,
    },
    /// 429, or a host that asked for quiet earlier and is not asked at all.
    #[error("{url}: the host asks for fewer requests")]
    RateLimited {
        /// Where.
        url: Box<PageUrl>,
        /// How long it asked us to wait.
        retry_after: Option<Duration>,
    },
    /// A page that asks whether we are human.
    #[error("{url}: answered {status} with a challenge to browsers")]
    Challenge {
        /// Where.
        url: Box<PageUrl>,
        /// The status.
        status: u16,
        /// How long it asked us to wait.
        retry_after: Option<Duration>,
    },
    /// More bytes than the limit, as they came.
    #[error("{url}: the body is larger than {limit_bytes} bytes")]
    TooLarge {
        /// Where.
        url: Box<PageUrl>,
        /// The limit.
        limit_bytes: u64,
    },
    /// More bytes than the limit, once unpacked.
    #[error("{url}: the body unpacks to more than {limit_bytes} bytes")]
    DecompressionLimit {
        /// Where.
        url: Box<PageUrl>,
        /// The limit.
        limit_bytes: u64,
    },
    /// A content coding that is not known, or too many of them.
    #[error("{url}: the body is packed as `{coding}`, which is not read")]
    UnsupportedEncoding {
        /// Where.
        url: Box<PageUrl>,
        /// `Content-Encoding`, cut to a printable length.
        coding: String,
    },
    /// A content coding whose bytes are broken.
    #[error("{url}: the body is not whole {coding}")]
    BadEncoding {
        /// Where.
        url: Box<PageUrl>,
        /// The coding.
        coding: &'static str,
        /// What the decoder said.
        source: std::io::Error,
    },
    /// Nothing came, with success.
    #[error("{url}: answered with nothing")]
    EmptyBody {
        /// Where.
        url: Box<PageUrl>,
    },
    /// robots.txt forbids it.
    #[error("{url}: robots.txt of its host forbids it")]
    RobotsDenied {
        /// Where.
        url: Box<PageUrl>,
    },
    /// robots.txt could not be read, which RFC 9309 (2.3.1.4) says to take as "no".
    #[error("{url}: robots.txt of its host could not be read ({why})")]
    RobotsUnavailable {
        /// Where.
        url: Box<PageUrl>,
        /// The class of that failure.
        why: Fault,
    },
}

impl FetchError {
    /// Its class in reports.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Client(_) | Self::Authority { .. } | Self::Tls { .. } => Fault::Tls,
            Self::Dns { .. } => Fault::Dns,
            Self::Connect { .. } => Fault::Connect,
            Self::Reset { .. } => Fault::Reset,
            Self::MalformedHttp { .. } => Fault::MalformedHttp,
            Self::Incomplete { .. } => Fault::Incomplete,
            Self::Timeout { .. } | Self::Exhausted { .. } => Fault::Timeout,
            Self::BadUrl { .. } => Fault::BadUrl,
            Self::BlockedScheme { .. } => Fault::BlockedScheme,
            Self::BlockedAddress { .. } => Fault::BlockedAddress,
            Self::Downgrade { .. } => Fault::Downgrade,
            Self::RedirectLoop { .. } => Fault::RedirectLoop,
            Self::TooManyRedirects { .. } => Fault::TooManyRedirects,
            Self::Status { .. } => Fault::HttpStatus,
            Self::Gone { .. } => Fault::Gone,
            Self::Legal { .. } => Fault::Legal,
            Self::RateLimited { .. } | Self::Requests { .. } => Fault::RateLimited,
            Self::Challenge { .. } => Fault::Challenge,
            Self::TooLarge { .. } => Fault::TooLarge,
            Self::DecompressionLimit { .. } => Fault::DecompressionLimit,
            Self::UnsupportedEncoding { .. } => Fault::UnsupportedEncoding,
            Self::BadEncoding { .. } => Fault::BadEncoding,
            Self::EmptyBody { .. } => Fault::EmptyBody,
            Self::RobotsDenied { .. } => Fault::RobotsDenied,
            Self::RobotsUnavailable { why, .. } => match why {
                // The whole host is out of reach: robots.txt was merely what was asked first.
                Fault::Dns | Fault::Connect | Fault::Tls | Fault::BlockedAddress => *why,
                _ => Fault::RobotsUnavailable,
            },
        }
    }

    /// The name of the limit that was reached, as feeds.toml has it: `body`, `request` …
    #[must_use]
    pub fn limit(&self) -> Option<&'static str> {
        match self {
            Self::Timeout { limit, .. } => Some(limit),
            Self::Exhausted { .. } => Some("failing"),
            Self::RobotsUnavailable { why: Fault::Timeout, .. } => Some("robots"),
            Self::Requests { .. } => Some("requests"),
            Self::TooManyRedirects { .. } => Some("redirects"),
            Self::TooLarge { .. } | Self::DecompressionLimit { .. } => Some("body"),
            _ => None,
        }
    }

    /// How long the server asked us to wait (Retry-After), if it did.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. }
            | Self::RateLimited { retry_after, .. }
            | Self::Challenge { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The status that was answered, where the refusal is one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } | Self::Challenge { status, .. } => Some(*status),
            Self::Gone { .. } => Some(410),
            Self::RateLimited { .. } => Some(429),
            Self::Legal { .. } => Some(451),
            _ => None,
        }
    }

    /// Whether a try in a later pass may give a document: what was refused on principle, or for good, is not tried again.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            // Too slow, too early, too often, and whatever is the server's own fault.
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..),
            Self::Client(_)
            | Self::Authority { .. }
            | Self::Gone { .. }
            | Self::Legal { .. }
            | Self::BadUrl { .. }
            | Self::BlockedScheme { .. }
            | Self::BlockedAddress { .. }
            | Self::Downgrade { .. }
            | Self::RedirectLoop { .. }
            | Self::TooManyRedirects { .. }
            | Self::TooLarge { .. }
            | Self::DecompressionLimit { .. }
            | Self::UnsupportedEncoding { .. }
            | Self::RobotsDenied { .. } => false,
            _ => true,
        }
    }
}
