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

/// What stands in the challenges of shields and on no page of a site: addresses and variables of their scripts.
const MARKS: [&str; 11] = [
    "/cdn-cgi/challenge-platform/h/",
    "cf_chl_opt",
    "cf-browser-verification",
    "ddos-guard/js-challenge",
    "_incapsula_resource",
    "sucuri_cloudproxy_js",
    "captcha-delivery.com",
    "window._pxappid",
    "awswafcookiedomainlist",
    "anubis_challenge",
    "/vddosw3data.js",
];

/// Whole titles of such pages. A site's own pages have titles of their own, or their site's name beside it.
const TITLES: [&str; 22] = [
    "just a moment...",
    "just a moment\u{2026}",
    "attention required! | cloudflare",
    "one more step",
    "checking your browser",
    "checking your browser before accessing the website",
    "checking your browser...",
    "ddos-guard",
    "ddos protection",
    "please wait... | cloudflare",
    "you are being redirected...",
    "are you a robot?",
    "robot check",
    "bot verification",
    "human verification",
    "security check",
    "verify you are human",
    "verifying you are human",
    "client challenge",
    "making sure you're not a bot!",
    "\u{43e}\u{439}!",
    "\u{432}\u{44b} \u{43d}\u{435} \u{440}\u{43e}\u{431}\u{43e}\u{442}?",
];

/// What such pages ask for, in words: enough beside a status that refuses and on a page that has little else.
const WORDS: [&str; 5] =
    ["captcha", "checking your browser", "verify you are human", "verifying you are human", "not a robot"];

/// Where a title is looked for on a page that came with success: from its beginning, in bytes.
const TITLE_BYTES: usize = 8 * 1024;

/// How feeds begin: a feed may bear any title.
const FEEDS: [&str; 5] = ["<?xml", "<rss", "<feed", "<rdf", "{"];

/// A page that has hardly more than a script on it, in bytes.
const BARE_BYTES: usize = 4 * 1024;

/// An error page of a shield, in bytes; a site's own error page comes in the site's full dress.
const SMALL_BYTES: usize = 16 * 1024;

/// Whether the body is worth a look: these statuses are what shields answer with.
pub(super) fn may_be_challenge(status: StatusCode) -> bool {
    matches!(status.as_u16(), 401 | 403 | 405 | 406 | 429 | 503)
}

/// Whether a page that came with success is a challenge nevertheless.
///
/// Shields put their scripts on a site's own pages too: those count only where there is nothing else.
pub(super) fn is_challenge_page(headers: &HeaderMap, body: &[u8]) -> bool {
    if has_challenge_header(headers) {
        return true;
    }
    if body.len() >= PEEK_BYTES {
        return false;
    }
    // Titles stand at the top; folding all of every page would cost more than fetching it.
    let page = folded(&body[..body.len().min(TITLE_BYTES)]);
    let feed = FEEDS.iter().any(|begin| page.trim_start_matches('\u{feff}').trim_start().starts_with(begin));
    !feed && (has_challenge_title(&page) || (body.len() < BARE_BYTES && has(&page, &MARKS)))
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
        _ if is_challenge(headers, peek) => FetchError::Challenge { url, status, retry_after },
        _ => FetchError::Status { url, status, retry_after },
    }
}

/// Whether a page that came with a status that refuses is a challenge.
fn is_challenge(headers: &HeaderMap, peek: &[u8]) -> bool {
    let page = folded(peek);
    has_challenge_header(headers)
        || has_challenge_title(&page)
        || has(&page, &MARKS)
        || (peek.len() < SMALL_BYTES && has(&page, &WORDS))
}

fn has_challenge_header(headers: &HeaderMap) -> bool {
    let says = |(name, word): (&str, &str)| headers.get(name).is_some_and(|value| value == word);
    CHALLENGE_HEADERS.into_iter().any(says)
}

fn has_challenge_title(page: &str) -> bool {
    let title = page.split_once("<title").and_then(|(_, rest)| rest.split_once('>'));
    let title = title.and_then(|(_, rest)| rest.split_once("</title")).map(|(title, _)| title.trim());
    title.is_some_and(|title| TITLES.contains(&title))
}

fn has(page: &str, words: &[&str]) -> bool {
    words.iter().any(|word| page.contains(word))
}

fn folded(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(PEEK_BYTES)]).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_success(page: &str) -> bool {
        is_challenge_page(&HeaderMap::new(), page.as_bytes())
    }

    #[test]
    fn a_site_behind_a_shield_is_not_a_challenge() {
        let shielded = format!(
            "<title>News of today</title>{}<form class=g-recaptcha></form>\
            <script src=/cdn-cgi/challenge-platform/scripts/jsd/main.js></script><script src=/_Incapsula_Resource?a></script>",
            "<p>A text on how to verify you are human, and on captchas.</p>".repeat(99)
        );
        assert!(!with_success(&shielded));
        assert!(!with_success("<title>Just a moment... with a minister | News</title><p>text</p>"));
        assert!(!with_success("<?xml version='1.0'?><rss><channel><title>DDoS-Guard</title></channel></rss>"));
    }

    #[test]
    fn challenges_with_success_are_seen() {
        assert!(with_success("<html><head><title>Just a moment...</title></head><body>Checking</body></html>"));
        assert!(with_success("<html><TITLE lang=ru> \u{41e}\u{439}! </TITLE><p>captcha"));
        assert!(with_success("<html><script src='/_Incapsula_Resource?SWJIYLWA=1'></script></html>"));
    }
}
