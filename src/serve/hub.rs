//! Where hubs call (`/websub/<token>`): they verify with GET, and tell of changes with POST, signed.
//!
//! A body is only signed over: none of it is held or read. Not here: what is known of subscriptions, and what calls do (`websub::desk`).

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::{Body as HttpBody, Bytes};
use hyper::header::{ALLOW, CONNECTION, CONTENT_LENGTH, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use tokio::time::timeout;

use crate::serve::answer::{Body, is_well_formed, memory, plain};
use crate::websub::desk::{Desk, Reply};
use crate::websub::register::{self, Register};
use crate::websub::signature::Check;

/// Where hubs call, before the token.
pub(super) const PATH: &str = "/websub/";

/// Bytes of what a hub tells; whole feeds are sent, and are as large as those that are fetched.
const TOLD_BYTES_MAX: usize = 10 * 1024 * 1024;

/// Time for all of it to arrive: less than the patience of a connection, so that a slow hub is told why.
const TOLD_WITHIN: Duration = Duration::from_secs(20);

/// Answers a call of a hub.
pub(super) async fn answer<T>(desk: &Arc<Desk>, request: Request<T>) -> Response<Body>
where
    T: HttpBody<Data = Bytes> + Unpin,
    T::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if !is_well_formed(&request) {
        return closed(StatusCode::BAD_REQUEST, "bad request\n");
    }
    let Some(token) = request.uri().path().strip_prefix(PATH).map(str::to_owned) else {
        return plain(StatusCode::NOT_FOUND, "not found\n");
    };
    if let Some(register) = desk.register().filter(|_| token == register::NAME) {
        return asked(register, request).await;
    }
    match *request.method() {
        Method::GET => match desk.verify(&token, request.uri().query().unwrap_or_default()) {
            Reply::Challenge(challenge) => {
                let mut response = plain(StatusCode::OK, "");
                response.headers_mut().insert(CONTENT_LENGTH, challenge.len().into());
                *response.body_mut() = memory(Bytes::from(challenge));
                response
            }
            Reply::Heard => plain(StatusCode::OK, "heard\n"),
            Reply::Unknown => plain(StatusCode::NOT_FOUND, "not asked for\n"),
        },
        Method::POST => told(desk, &token, request).await,
        _ => {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and POST\n");
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, POST"));
            response
        }
    }
}

/// Bytes of what is asked of our own hub: three addresses and a secret.
const ASKED_BYTES_MAX: usize = 8 * 1024;

/// Somebody asks our own hub for something. Taken is not done: whoever is to be called is asked first.
async fn asked<T>(register: &Register, request: Request<T>) -> Response<Body>
where
    T: HttpBody<Data = Bytes> + Unpin,
    T::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if request.method() != Method::POST {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "only POST\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    let reading = Limited::new(request.into_body(), ASKED_BYTES_MAX).collect();
    let Ok(Ok(form)) = timeout(TOLD_WITHIN, reading).await else {
        return closed(StatusCode::BAD_REQUEST, "not heard\n");
    };
    match register.ask(&form.to_bytes()) {
        Ok(()) => plain(StatusCode::ACCEPTED, "heard\n"),
        Err(why) => {
            let mut response = plain(StatusCode::BAD_REQUEST, "");
            let words = Bytes::from(format!("{why}\n"));
            response.headers_mut().insert(CONTENT_LENGTH, words.len().into());
            *response.body_mut() = memory(words);
            response
        }
    }
}

/// A hub tells of a change. Whether its signature is right is nobody's business but ours: who guesses learns nothing
/// (`WebSub`, section 8: an acknowledgement says only that the call arrived).
async fn told<T>(desk: &Arc<Desk>, token: &str, request: Request<T>) -> Response<Body>
where
    T: HttpBody<Data = Bytes> + Unpin,
    T::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if !desk.is_known(token) {
        // A hub that hears this may stop calling.
        return closed(StatusCode::GONE, "no such subscription\n");
    }
    let signature = request.headers().get("x-hub-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut check = desk.signed(token, signature);
    let mut body = request.into_body();
    let mut bytes = 0;
    let read = async {
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return StatusCode::BAD_REQUEST };
            let Some(part) = frame.data_ref() else { continue };
            bytes += part.len();
            if bytes > TOLD_BYTES_MAX {
                return StatusCode::PAYLOAD_TOO_LARGE;
            }
            if let Some(check) = &mut check {
                check.update(part);
            }
        }
        StatusCode::ACCEPTED
    };
    match timeout(TOLD_WITHIN, read).await.unwrap_or(StatusCode::REQUEST_TIMEOUT) {
        StatusCode::ACCEPTED => {
            if check.is_some_and(Check::is_right) {
                desk.told(token);
            }
            plain(StatusCode::ACCEPTED, "heard\n")
        }
        status => closed(status, "not heard\n"),
    }
}

/// An answer after which the rest of a body is not waited for.
fn closed(status: StatusCode, words: &'static str) -> Response<Body> {
    let mut response = plain(status, words);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
