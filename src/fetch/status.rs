//! What a status that is no success means, and which pages only ask whether we are human.
//!
//! Pure. Not here: pages that look like success and are none (`extract`).

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::fetch::error::FetchError;
use crate::model::url::PageUrl;

/// How much of a page is looked at; challenges are short, and say what they are at the top.
pub(super) const PEEK_BYTES: usize = 64 * 1024;

/// Headers by which the large shields say that they answered in the site's place, and how.
const CHALLENGE_HEADERS: [(&str, &str); 3] =
    [("cf-mitigated", "challenge"), ("x-amzn-waf-action", "challenge"), ("x-amzn-waf-action", "captcha")];

/// What stands in the pages of shields and in no article: the addresses and variables of their scripts.
const CHALLENGE_MARKS: [&str; 13] = [
    "/cdn-cgi/challenge-platform/",
    "cf_chl_opt",
    "cf-browser-verification",
    "/.well-known/ddos-guard/",
    "ddos-guard/js-challenge",
    "_incapsula_resource",
    "sucuri_cloudproxy_js",
    "window._pxappid",
    "px-captcha",
    "captcha-delivery.com",
    "awswafcookiedomainlist",
    "/vddosw3data.js",
    "anubis_challenge",
];

/// What a browser is asked to do in words, beside a status that refuses.
const CHALLENGE_WORDS: [&str; 8] = [
    "just a moment...",
    "checking your browser",
    "verify you are human",
    "verifying you are human",
    "attention required!",
    "enable javascript and cookies to continue",
    "g-recaptcha",
    "hcaptcha.com",
];

/// Whether the body is worth a look: these statuses are what shields answer with.
pub(super) fn may_be_challenge(status: StatusCode) -> bool {
    matches!(status.as_u16(), 401 | 403 | 405 | 406 | 429 | 503)
}

/// Whether a page that came with success is a challenge nevertheless.
///
/// A site may load such scripts on pages of its own; what asks of everyone is short and has no more than that.
pub(super) fn is_challenge_page(headers: &HeaderMap, body: &[u8]) -> bool {
    has_challenge_header(headers)
        || (body.len() < PEEK_BYTES && has(body, &CHALLENGE_MARKS) && has(body, &CHALLENGE_WORDS))
}

/// The refusal that a status means; `peek` is the beginning of the body, where it was looked at.
pub(super) fn refusal(
    url: &PageUrl,
    status: StatusCode,
    headers: &HeaderMap,
    peek: &[u8],
    retry_after: Option<Duration>,
) -> FetchError {
    let url = Box::new(url.clone());
    let status = status.as_u16();
    match status {
        410 => FetchError::Gone { url },
        451 => FetchError::Legal { url },
        429 => FetchError::RateLimited { url, retry_after },
        _ if has_challenge_header(headers) || has(peek, &CHALLENGE_MARKS) || has(peek, &CHALLENGE_WORDS) => {
            FetchError::Challenge { url, status, retry_after }
        }
        _ => FetchError::Status { url, status, retry_after },
    }
}

fn has_challenge_header(headers: &HeaderMap) -> bool {
    let says = |(name, word): (&str, &str)| headers.get(name).is_some_and(|value| value == word);
    CHALLENGE_HEADERS.into_iter().any(says)
}

fn has(body: &[u8], words: &[&str]) -> bool {
    let body = String::from_utf8_lossy(&body[..body.len().min(PEEK_BYTES)]).to_ascii_lowercase();
    words.iter().any(|word| body.contains(word))
}
