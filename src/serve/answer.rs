//! A request in, an answer out.

use std::sync::Arc;

use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Either, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{
    ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HOST, HeaderMap, HeaderValue, LAST_MODIFIED, LOCATION, RANGE,
    REFERRER_POLICY, RETRY_AFTER, TRANSFER_ENCODING, VARY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::model::country::Country;
use crate::publish::status::{self, StatusFile};
use crate::serve::condition::{Coding, Part, codings, has_tag, is_unmodified, part};
use crate::serve::kind::{Kind, policy};
use crate::serve::path::{self, Asked};
use crate::serve::shelf::{Found, Held, Large, Shelf};

/// Bytes of a large file that are in memory at a time, for each reader.
const CHUNK_BYTES: usize = 64 * 1024;

/// A page for what is not there. It says nothing back of what was asked.
const NOT_FOUND: &str = "<!DOCTYPE html><html lang=\"ru\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>Не найдено</title></head>\
    <body><h1>Здесь ничего нет</h1><p><a href=\"/\">На главную</a></p></body></html>\n";

/// What an answer carries: bytes from memory, or a large file read as it is sent.
pub(super) type Body = Either<Full<Bytes>, BoxBody<Bytes, std::io::Error>>;

/// Answers a request.
pub(super) async fn answer<T>(shelf: &Arc<Shelf>, request: &Request<T>) -> Response<Body> {
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
    let mut response = match request.uri().path() {
        "/healthz" => plain(StatusCode::OK, "ok\n"),
        "/readyz" => ready(shelf).await,
        raw => match path::read(raw) {
            Some(asked) => published(shelf, &asked, request.headers()).await,
            None => not_found(),
        },
    };
    if is_head {
        *response.body_mut() = memory(Bytes::new());
    }
    response
}

/// Exactly one `Host` that could be one, and no coding of the request that two servers might read differently.
pub(super) fn is_well_formed<T>(request: &Request<T>) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    let is_host = |value: &HeaderValue| {
        let host = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~:[]%!$&'()*+,;=".contains(byte);
        !value.is_empty() && value.as_bytes().iter().all(host)
    };
    let one_host = hosts.next().is_some_and(is_host) && hosts.next().is_none();
    let mut codings = request.headers().get_all(TRANSFER_ENCODING).iter();
    let is_plain = codings.next().is_none_or(|value| value.as_bytes().eq_ignore_ascii_case(b"chunked"));
    one_host && is_plain && codings.next().is_none()
}

/// Whether there is something to show.
async fn ready(shelf: &Arc<Shelf>) -> Response<Body> {
    if matches!(shelf.find("index.html").await, Found::Held(_) | Found::Large(_)) {
        return plain(StatusCode::OK, "ready\n");
    }
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, "nothing is published yet\n");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
    response
}

async fn published(shelf: &Arc<Shelf>, asked: &Asked, headers: &HeaderMap) -> Response<Body> {
    let path = match (asked.is_folder, asked.path.as_str()) {
        (false, path) => path.to_owned(),
        (true, "") => "index.html".to_owned(),
        (true, path) => format!("{path}/index.html"),
    };
    match shelf.find(&path).await {
        Found::Held(held) => from_memory(&held, Kind::of(&path), headers),
        Found::Large(large) => from_disk(&large, Kind::of(&path), headers).await,
        Found::Folder if !asked.is_folder => redirect(&format!("/{}/", asked.path)),
        Found::Folder => not_found(),
        Found::Nothing => other_name(shelf, asked).await.unwrap_or_else(not_found),
    }
}

/// A land asked for by another of its names is sent to the one its files have.
async fn other_name(shelf: &Arc<Shelf>, asked: &Asked) -> Option<Response<Body>> {
    let (before, country, after) = path::other_name(&asked.path)?;
    let slug = slug(shelf, country).await;
    let path = format!("{before}{slug}{after}");
    if path == asked.path {
        return None;
    }
    match shelf.find(&path).await {
        Found::Held(_) | Found::Large(_) => Some(redirect(&format!("/{path}"))),
        Found::Folder => Some(redirect(&format!("/{path}/"))),
        Found::Nothing => None,
    }
}

/// The name of a country's files: feeds.toml may have renamed it, and `status.json` knows.
async fn slug(shelf: &Arc<Shelf>, country: Country) -> String {
    let own = || country.slug().to_owned();
    let Found::Held(held) = shelf.find(status::PATH).await else { return own() };
    let (_, form) = held.form([Coding::Identity; 3]);
    let Ok(status) = serde_json::from_slice::<StatusFile>(&form.bytes) else { return own() };
    status.countries.into_iter().find(|land| land.code == country).map_or_else(own, |land| land.slug)
}

fn from_memory(held: &Held, kind: Kind, headers: &HeaderMap) -> Response<Body> {
    // A part is a part of the plain form: a cut piece of a packed one is of use to nobody.
    let wanted = if headers.contains_key(RANGE) { [Coding::Identity; 3] } else { codings(headers) };
    let (coding, form) = held.form(wanted);
    let mut response = Response::new(memory(Bytes::new()));
    let out = response.headers_mut();
    describe(out, kind, &held.last_modified);
    if held.varies() {
        out.insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    let known = has_tag(headers, &held.tags());
    if known.is_some() || is_unmodified(headers, held.modified) {
        let tag = known.and_then(|tag| HeaderValue::from_str(tag).ok()).unwrap_or_else(|| form.tag.clone());
        out.insert(ETAG, tag);
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    out.insert(ETAG, form.tag.clone());
    out.insert(CONTENT_TYPE, kind.media_type());
    match coding {
        Coding::Brotli => drop(out.insert(CONTENT_ENCODING, HeaderValue::from_static("br"))),
        Coding::Gzip => drop(out.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"))),
        Coding::Identity => {}
    }
    let length = form.bytes.len() as u64;
    let (tag, modified) = (text(&form.tag), text(&held.last_modified));
    match part(headers, length, tag, modified) {
        Part::Whole => {
            out.insert(CONTENT_LENGTH, length.into());
            *response.body_mut() = memory(form.bytes.clone());
        }
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

async fn from_disk(large: &Large, kind: Kind, headers: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(memory(Bytes::new()));
    let out = response.headers_mut();
    describe(out, kind, &large.last_modified);
    out.insert(ETAG, large.tag.clone());
    if has_tag(headers, &std::iter::once(text(&large.tag))).is_some() || is_unmodified(headers, large.modified) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    out.insert(CONTENT_TYPE, kind.media_type());
    let (from, to) = match part(headers, large.bytes, text(&large.tag), text(&large.last_modified)) {
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
    match stream_of(large, from, to).await {
        Ok(body) => *response.body_mut() = body,
        Err(_) => return not_found(),
    }
    response
}

/// What every answer about a file says.
fn describe(out: &mut HeaderMap, kind: Kind, last_modified: &HeaderValue) {
    out.insert(CACHE_CONTROL, kind.cache());
    out.insert(LAST_MODIFIED, last_modified.clone());
    out.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    out.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    out.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
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

async fn stream_of(large: &Large, from: u64, to: u64) -> std::io::Result<Body> {
    let mut file = tokio::fs::File::open(&large.place).await?;
    file.seek(std::io::SeekFrom::Start(from)).await?;
    let file = file.take(to - from + 1);
    let chunks = stream::try_unfold(file, |mut file| async move {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        let read = (&mut file).take(CHUNK_BYTES as u64).read_to_end(&mut chunk).await?;
        Ok((read > 0).then(|| (Frame::data(Bytes::from(chunk)), file)))
    });
    Ok(Either::Right(BodyExt::boxed(StreamBody::new(chunks))))
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

fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or_default()
}
