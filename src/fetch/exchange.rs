//! One request and its answer: the head sent, the body taken under a limit and unpacked, the status read.
//!
//! Follows nothing and waits for nobody. Not here: redirects (`redirect`), deadlines (`budget`), politeness (`pace`).

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LOCATION, TRANSFER_ENCODING,
};
use reqwest::{Client, Response, StatusCode};
use tokio::time::timeout;

use crate::fetch::cache::{caching, links, retry_after, validator};
use crate::fetch::decode::{Coding, DecodeError, codings, unpack};
use crate::fetch::error::FetchError;
use crate::fetch::status::{PEEK_BYTES, is_challenge_page, may_be_challenge, refusal};
use crate::fetch::transport::{self, Phase};
use crate::model::document::{Caching, Document, Validators};
use crate::model::url::PageUrl;

/// The codings that are offered: those that `decode` undoes.
const CODINGS: &str = "gzip, br, zstd, deflate";

/// How long the body of a refusal is waited for: it can only say more of what the status has said already.
const PEEK: Duration = Duration::from_secs(1);

/// What a request says and how much of an answer it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) url: &'a PageUrl,
    pub(super) accept: &'static str,
    /// Sent back, if the answer is to be new or none.
    pub(super) validators: Option<&'a Validators>,
    pub(super) body_bytes: u64,
    /// Whether a longer body is cut there instead of refused: so RFC 9309 has it for robots.txt.
    pub(super) cut: bool,
}

/// What came back, if it is of use.
#[derive(Debug)]
pub(super) enum Reply {
    /// The end of the way.
    Answer(Answer),
    /// The address is elsewhere.
    Redirect {
        /// `Location`, as written.
        location: String,
        /// 301 or 308.
        permanent: bool,
    },
}

/// What was found at the end of the way.
#[derive(Debug)]
pub(super) enum Answer {
    /// A document.
    Document(Box<Document>),
    /// 304.
    NotModified(Box<Caching>),
}

/// Sends a request and takes its answer.
pub(super) async fn exchange(client: &Client, ask: Ask<'_>, now: Option<Timestamp>) -> Result<Reply, FetchError> {
    let request = client.get(ask.url.as_str()).headers(head(ask));
    let response = request.send().await.map_err(|error| transport::refusal(ask.url, error, Phase::Head))?;
    let status = response.status();
    match status.as_u16() {
        204 | 205 => Err(FetchError::EmptyBody { url: Box::new(ask.url.clone()) }),
        // A part that nobody asked for is no document.
        206 => Err(refused(response, ask, now).await),
        200..=299 => Ok(Reply::Answer(Answer::Document(document(response, ask, now).await?))),
        304 if ask.validators.is_some() => {
            let caching = caching(response.headers(), ask.url, ask.validators, now);
            Ok(Reply::Answer(Answer::NotModified(Box::new(caching))))
        }
        301 | 302 | 303 | 307 | 308 => redirect(response, ask, now).await,
        _ => Err(refused(response, ask, now).await),
    }
}

fn head(ask: Ask<'_>) -> HeaderMap {
    let mut head = HeaderMap::new();
    head.insert(ACCEPT, ask.accept.parse().expect("what is accepted is a constant of plain letters"));
    head.insert(ACCEPT_ENCODING, CODINGS.parse().expect("a constant of plain letters"));
    if let Some(validators) = ask.validators {
        let given = [(IF_NONE_MATCH, &validators.etag), (IF_MODIFIED_SINCE, &validators.last_modified)];
        head.extend(given.into_iter().filter_map(|(name, text)| Some((name, validator(text.as_ref())?))));
    }
    head
}

async fn redirect(response: Response, ask: Ask<'_>, now: Option<Timestamp>) -> Result<Reply, FetchError> {
    let permanent = matches!(response.status(), StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT);
    let location = response.headers().get(LOCATION).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    match location {
        Some(location) => Ok(Reply::Redirect { location, permanent }),
        None => Err(refused(response, ask, now).await),
    }
}

async fn refused(response: Response, ask: Ask<'_>, now: Option<Timestamp>) -> FetchError {
    let (status, headers) = (response.status(), response.headers().clone());
    let peek = if may_be_challenge(status) { peek(response).await } else { Vec::new() };
    refusal(ask.url, status, &headers, &peek, retry_after(&headers, now))
}

/// The beginning of a body that is only looked at: whatever goes wrong with it, the status has said enough.
async fn peek(mut response: Response) -> Vec<u8> {
    let chain = codings(&packing(response.headers())).unwrap_or_default();
    let mut body = Vec::new();
    let read = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() >= PEEK_BYTES {
                break;
            }
        }
    };
    // Late is as good as never: what came by then is looked at.
    let _ = timeout(PEEK, read).await;
    unpacked(body, chain, PEEK_BYTES as u64).await.unwrap_or_default()
}

async fn document(response: Response, ask: Ask<'_>, now: Option<Timestamp>) -> Result<Box<Document>, FetchError> {
    let headers = response.headers().clone();
    let chain = codings(&packing(&headers)).map_err(|error| undecoded(ask, error, false))?;
    let body = take(response, ask).await?;
    // Nothing else but the end of the connection told the end of the body: it may have come too early.
    let open_ended = !headers.contains_key(CONTENT_LENGTH) && !headers.contains_key(TRANSFER_ENCODING);
    let body = unpacked(body, chain, ask.body_bytes).await.map_err(|error| undecoded(ask, error, open_ended))?;
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(FetchError::EmptyBody { url: Box::new(ask.url.clone()) });
    }
    if is_challenge_page(&headers, &body) {
        return Err(FetchError::Challenge { url: Box::new(ask.url.clone()), status: 200, retry_after: None });
    }
    // Of several the last one counts, as in browsers.
    let content_type = headers.get_all(CONTENT_TYPE).iter().next_back();
    let content_type = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let caching = caching(&headers, ask.url, None, now);
    let links = links(&headers, ask.url);
    Ok(Box::new(Document { url: ask.url.clone(), content_type, body, caching, links }))
}

/// `Content-Encoding`, however many lines it takes.
fn packing(headers: &HeaderMap) -> String {
    let values = headers.get_all(CONTENT_ENCODING).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    values.collect::<Vec<_>>().join(", ")
}

/// Takes the body as it comes, to the limit.
async fn take(mut response: Response, ask: Ask<'_>) -> Result<Vec<u8>, FetchError> {
    let too_large = || FetchError::TooLarge { url: Box::new(ask.url.clone()), limit_bytes: ask.body_bytes };
    if !ask.cut && response.content_length().is_some_and(|length| length > ask.body_bytes) {
        return Err(too_large());
    }
    let promised = response.content_length().unwrap_or_default().min(ask.body_bytes);
    let mut body = Vec::with_capacity(usize::try_from(promised).unwrap_or_default());
    loop {
        let chunk = response.chunk().await.map_err(|error| transport::refusal(ask.url, error, Phase::Body))?;
        let Some(chunk) = chunk else { return Ok(body) };
        body.extend_from_slice(&chunk);
        if body.len() as u64 <= ask.body_bytes {
            continue;
        }
        if !ask.cut {
            return Err(too_large());
        }
        body.truncate(usize::try_from(ask.body_bytes).unwrap_or(usize::MAX));
        return Ok(body);
    }
}

/// Unpacks a body; a decoder that panics harms this answer alone.
///
/// A large one is unpacked away from the threads that serve connections. For a page the way there and back costs more
/// than it gains: each is a waking of a thread.
async fn unpacked(body: Vec<u8>, chain: Vec<Coding>, limit_bytes: u64) -> Result<Vec<u8>, DecodeError> {
    /// Bytes that take less than a millisecond; a bomb of that size, some twenty.
    const AT_ONCE_BYTES_MAX: usize = 64 * 1024;
    let Some(coding) = chain.last().copied() else { return Ok(body) };
    let is_small = body.len() <= AT_ONCE_BYTES_MAX;
    let work = move || panic::catch_unwind(AssertUnwindSafe(|| unpack(body, &chain, limit_bytes)));
    let done = if is_small { Ok(work()) } else { tokio::task::spawn_blocking(work).await };
    let failed = |why: &str| DecodeError::Bad { coding, cut: false, source: io::Error::other(why.to_owned()) };
    match done {
        Ok(Ok(unpacked)) => unpacked,
        Ok(Err(_)) => Err(failed("the decoder failed; this is a defect of ours")),
        Err(why) => Err(failed(&why.to_string())),
    }
}

fn undecoded(ask: Ask<'_>, error: DecodeError, open_ended: bool) -> FetchError {
    let url = Box::new(ask.url.clone());
    match error {
        DecodeError::Unsupported(coding) => FetchError::UnsupportedEncoding { url, coding },
        DecodeError::Limit => FetchError::DecompressionLimit { url, limit_bytes: ask.body_bytes },
        DecodeError::Bad { cut: true, .. } if open_ended => FetchError::Incomplete { url },
        DecodeError::Bad { coding, source, .. } => FetchError::BadEncoding { url, coding: coding.name(), source },
    }
}
