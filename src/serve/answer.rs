//! A request in, an answer out.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Either, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH,
    CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HOST, HeaderMap, HeaderValue, LAST_MODIFIED, LOCATION,
    RANGE, REFERRER_POLICY, RETRY_AFTER, TRANSFER_ENCODING, VARY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};

use crate::serve::board::Board;
use crate::serve::condition::{Coding, Measured, Part, Verdict, codings, part, verdict};
use crate::serve::file::{Form, Held, Large};
use crate::serve::kind::{Kind, policy};
use crate::serve::path::{self, Asked};
use crate::serve::shelf::{Found, Shelf};

/// Bytes of a large file that are in memory at a time, for each reader.
const CHUNK_BYTES: usize = 64 * 1024;

/// Headers of an answer, with room for those that the server below adds.
const HEADERS: usize = 16;

/// A file older than this has a date of its own: the clock of HTTP ticks once a second.
const SETTLED: SignedDuration = SignedDuration::from_secs(2);

/// A page for what is not there. It says nothing back of what was asked.
const NOT_FOUND: &str = "<!DOCTYPE html><html lang=\"ru\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>Не найдено</title></head>\
    <body><h1>Здесь ничего нет</h1><p><a href=\"/\">На главную</a></p></body></html>\n";

/// What an answer carries: bytes from memory, or a large file read as it is sent.
pub(super) type Body = Either<Full<Bytes>, BoxBody<Bytes, std::io::Error>>;

/// Answers a request for a file that is at hand, as nearly all are: nothing is waited for.
pub(super) fn at_hand<T>(shelf: &Shelf, request: &Request<T>) -> Option<Response<Body>> {
    let is_head = request.method() == Method::HEAD;
    let path = request.uri().path();
    // What is written with `%` has another name once it is read.
    if !is_head && request.method() != Method::GET || path.contains('%') || !is_well_formed(request) {
        return None;
    }
    Some(from_memory(&*shelf.at_hand(path)?, request.headers(), is_head))
}

/// Answers any request.
pub(super) async fn answer<T>(shelf: &Arc<Shelf>, board: &Board, request: &Request<T>) -> Response<Body> {
    if !is_well_formed(request) {
        let mut response = plain(StatusCode::BAD_REQUEST, "bad request\n");
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        return response;
    }
    let is_head = request.method() == Method::HEAD;
    if !is_head && request.method() != Method::GET {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let (raw, headers) = (request.uri().path(), request.headers());
    let mut response = match raw {
        "/healthz" | "/health" => plain(StatusCode::OK, "ok\n"),
        "/readyz" | "/ready" => ready(shelf).await,
        raw => match path::read(raw) {
            Some(asked) => published(shelf, board, &asked, (headers, is_head)).await,
            None => not_found(),
        },
    };
    if is_head {
        *response.body_mut() = memory(Bytes::new());
    }
    response
}

/// Exactly one `Host` that could be one, and no length of the request that two servers might read differently.
///
/// Who says both how long it is and that it comes in pieces may be after what comes behind it (RFC 9112, section 6.1): the
/// server below believes the pieces, and ends the connection with this answer.
pub(super) fn is_well_formed<T>(request: &Request<T>) -> bool {
    let headers = request.headers();
    let mut hosts = headers.get_all(HOST).iter();
    let is_host = |value: &HeaderValue| {
        let host = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~:[]%!$&'()*+,;=".contains(byte);
        !value.is_empty() && value.as_bytes().iter().all(host)
    };
    if !hosts.next().is_some_and(is_host) || hosts.next().is_some() {
        return false;
    }
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match codings.next() {
        None => headers.get_all(CONTENT_LENGTH).iter().count() <= 1,
        Some(value) => value.as_bytes().eq_ignore_ascii_case(b"chunked") && codings.next().is_none(),
    }
}

/// Whether there is something to show.
async fn ready(shelf: &Arc<Shelf>) -> Response<Body> {
    let home = Asked { path: String::new(), is_folder: true };
    if matches!(shelf.find(&home).await, Found::Held(_) | Found::Large(_)) {
        return plain(StatusCode::OK, "ready\n");
    }
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, "nothing is published yet\n");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
    response
}

async fn published(
    shelf: &Arc<Shelf>,
    board: &Board,
    asked: &Asked,
    (headers, is_head): (&HeaderMap, bool),
) -> Response<Body> {
    match shelf.find(asked).await {
        Found::Held(held) => from_memory(&held, headers, is_head),
        Found::Large(large) => from_disk(large, headers, is_head),
        Found::Folder => redirect(&format!("{asked}/")),
        Found::Nothing => other_name(shelf, board, asked).await.unwrap_or_else(not_found),
    }
}

/// A land asked for by another of its names is sent to the one its files have.
async fn other_name(shelf: &Arc<Shelf>, board: &Board, asked: &Asked) -> Option<Response<Body>> {
    let (before, country, after) = path::other_name(&asked.path)?;
    let slug = board.slug(shelf, country).await;
    let known = Asked { path: format!("{before}{slug}{after}"), is_folder: false };
    if known.path == asked.path {
        return None;
    }
    match shelf.find(&known).await {
        Found::Held(_) | Found::Large(_) => Some(redirect(&known.to_string())),
        Found::Folder => Some(redirect(&format!("{known}/"))),
        Found::Nothing => None,
    }
}

fn from_memory(held: &Held, headers: &HeaderMap, is_head: bool) -> Response<Body> {
    let mut response = Response::new(memory(Bytes::new()));
    *response.headers_mut() = HeaderMap::with_capacity(HEADERS);
    let out = response.headers_mut();
    let (_, plain_form) = held.form([Coding::Identity; 3]);
    let tag = match verdict(headers, &held.tags(), held.modified, &held.last_modified) {
        Verdict::Send => None,
        Verdict::Known(tag) => Some(tag),
        Verdict::Other => return plain(StatusCode::PRECONDITION_FAILED, "it is another one\n"),
    };
    // A part is a part of the plain form: a cut piece of a packed one is of use to nobody. HEAD has no parts.
    let part = if !is_head && tag.is_none() && headers.contains_key(RANGE) {
        part(headers, measured(plain_form, held))
    } else {
        Part::Whole
    };
    let (coding, form) = if part == Part::Whole { held.form(codings(headers)) } else { (Coding::Identity, plain_form) };
    out.insert(CACHE_CONTROL, held.kind.cache());
    out.insert(LAST_MODIFIED, held.last_modified.clone());
    if held.varies() {
        out.insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    if let Some(tag) = tag {
        let tag = tag.and_then(|tag| HeaderValue::from_bytes(tag).ok()).unwrap_or_else(|| form.tag.clone());
        out.insert(ETAG, tag);
        // Nothing else: the rest was said with what is known already (RFC 9110, section 15.4.5).
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    describe(out, held.kind);
    out.insert(ETAG, form.tag.clone());
    match coding {
        Coding::Brotli => drop(out.insert(CONTENT_ENCODING, HeaderValue::from_static("br"))),
        Coding::Gzip => drop(out.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"))),
        Coding::Identity => {}
    }
    let length = form.bytes.len() as u64;
    match part {
        // A length beside a body is written by the server below, which knows it as well.
        Part::Whole if is_head => drop(out.insert(CONTENT_LENGTH, length.into())),
        Part::Whole => *response.body_mut() = memory(form.bytes.clone()),
        Part::Bytes(from, to) => {
            partial(&mut response, from, to, length);
            // Both ends lie within a file that is in memory.
            let (from, to) = (usize::try_from(from).unwrap_or(0), usize::try_from(to).unwrap_or(0));
            *response.body_mut() = memory(form.bytes.slice(from..=to));
        }
        Part::Nowhere => nowhere(&mut response, length),
    }
    response
}

fn measured<'a>(form: &'a Form, held: &'a Held) -> Measured<'a> {
    let (bytes, is_settled) = (form.bytes.len() as u64, is_settled(held.modified));
    Measured { bytes, tag: &form.tag, last_modified: &held.last_modified, is_settled }
}

/// Against the clock of the file system, for this is about two files of one second there.
fn is_settled(modified: Timestamp) -> bool {
    Timestamp::now().duration_since(modified) >= SETTLED
}

fn from_disk(large: Large, headers: &HeaderMap, is_head: bool) -> Response<Body> {
    let mut response = Response::new(memory(Bytes::new()));
    let out = response.headers_mut();
    out.insert(CACHE_CONTROL, large.kind.cache());
    out.insert(LAST_MODIFIED, large.last_modified.clone());
    out.insert(ETAG, large.tag.clone());
    match verdict(headers, &std::iter::once(large.tag.as_bytes()), large.modified, &large.last_modified) {
        Verdict::Send => {}
        Verdict::Known(_) => {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        Verdict::Other => return plain(StatusCode::PRECONDITION_FAILED, "it is another one\n"),
    }
    describe(out, large.kind);
    let file = Measured {
        bytes: large.bytes,
        tag: &large.tag,
        last_modified: &large.last_modified,
        is_settled: is_settled(large.modified),
    };
    let (from, to) = match if is_head { Part::Whole } else { part(headers, file) } {
        Part::Whole => {
            out.insert(CONTENT_LENGTH, large.bytes.into());
            (0, large.bytes.saturating_sub(1))
        }
        Part::Bytes(from, to) => {
            partial(&mut response, from, to, large.bytes);
            (from, to)
        }
        Part::Nowhere => {
            nowhere(&mut response, large.bytes);
            return response;
        }
    };
    *response.body_mut() = stream_of(large.open, from, to);
    response
}

/// What every answer says that carries a file or a part of it.
fn describe(out: &mut HeaderMap, kind: Kind) {
    out.insert(CONTENT_TYPE, kind.media_type());
    out.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    out.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    out.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if kind.is_for_all() {
        out.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    if let Some(policy) = kind.policy() {
        out.insert(CONTENT_SECURITY_POLICY, policy);
    }
}

fn partial(response: &mut Response<Body>, from: u64, to: u64, length: u64) {
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    let range = HeaderValue::from_str(&format!("bytes {from}-{to}/{length}")).expect("digits stand in a header");
    response.headers_mut().insert(CONTENT_RANGE, range);
    response.headers_mut().insert(CONTENT_LENGTH, (to - from + 1).into());
}

fn nowhere(response: &mut Response<Body>, length: u64) {
    *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    let range = HeaderValue::from_str(&format!("bytes */{length}")).expect("digits stand in a header");
    response.headers_mut().insert(CONTENT_RANGE, range);
    response.headers_mut().insert(CONTENT_LENGTH, 0.into());
}

/// A part of an open file, read piece by piece, each when the one before it is sent.
fn stream_of(file: std::fs::File, from: u64, to: u64) -> Body {
    let chunks = stream::try_unfold((file, from), move |(mut file, at)| async move {
        if at > to {
            return Ok(None);
        }
        let read = tokio::task::spawn_blocking(move || {
            let mut chunk = Vec::with_capacity(CHUNK_BYTES);
            file.seek(SeekFrom::Start(at))?;
            (&mut file).take((to - at + 1).min(CHUNK_BYTES as u64)).read_to_end(&mut chunk)?;
            Ok::<_, std::io::Error>((chunk, file))
        });
        let (chunk, file) = read.await.map_err(std::io::Error::other)??;
        if chunk.is_empty() {
            // Cut meanwhile: the reader sees a body that is too short, and not a whole one of another length.
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let next = at + chunk.len() as u64;
        Ok(Some((Frame::data(Bytes::from(chunk)), (file, next))))
    });
    Either::Right(BodyExt::boxed(StreamBody::new(chunks)))
}

fn redirect(location: &str) -> Response<Body> {
    let mut response = plain(StatusCode::PERMANENT_REDIRECT, "moved\n");
    // Parts are never empty, so this cannot begin with `//` and lead to another host.
    let Ok(location) = HeaderValue::from_str(&encoded(location)) else { return not_found() };
    response.headers_mut().insert(LOCATION, location);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}

/// A decoded path, encoded again.
fn encoded(path: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    path.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn not_found() -> Response<Body> {
    let mut response = plain(StatusCode::NOT_FOUND, NOT_FOUND);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy());
    response
}

pub(super) fn plain(status: StatusCode, words: &'static str) -> Response<Body> {
    let mut response = Response::new(memory(Bytes::from_static(words.as_bytes())));
    *response.status_mut() = status;
    let out = response.headers_mut();
    out.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    out.insert(CONTENT_LENGTH, words.len().into());
    out.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    out.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    out.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

pub(super) fn memory(bytes: Bytes) -> Body {
    Either::Left(Full::new(bytes))
}
