//! Hostile answers: each has its class, ends in its time, and takes no more than the size limit.

use std::time::{Duration, Instant};

use feedatlas::fetch::error::FetchError;
use feedatlas::model::fault::Fault;
use feedatlas::model::settings::Network;
use feedatlas::model::url::PageUrl;
use futures_util::future::join_all;

use crate::hostile_answers::{Bounds, Case, cut, gzip, head, packed, packings, redirects, slow, statuses, zlib};
use crate::web::{Answer, Web};
use crate::{BODY_BYTES, REQUEST, fetcher, get_feed};

/// The longest that any case may take: its deadline, one more try after its pause, and a busy machine.
const CASE_MAX: Duration = Duration::from_secs(10);

/// What sockets hold beyond what was read from them: both sides of a loopback connection, at their largest.
const SOCKETS_BYTES: u64 = 16 << 20;

const BOUNDS: Bounds = Bounds { body_bytes: BODY_BYTES, request: REQUEST };

async fn outcome(answer: Answer) -> (Result<usize, FetchError>, Duration, u64) {
    let web = Web::start().await;
    web.route("/feed", answer);
    let fetcher = fetcher(&web.network());
    let begun = Instant::now();
    let answer = get_feed(&fetcher, &web.url("/feed")).await;
    (answer.map(|document| document.body.len()), begun.elapsed(), web.bytes_sent())
}

/// Runs all cases at once: most of them only wait.
async fn check(cases: Vec<Case>) {
    let checked = cases.into_iter().map(|(name, answer, expected)| async move {
        let (answer, took, sent) = outcome(answer).await;
        let fault = answer.as_ref().map_err(FetchError::fault);
        assert!(fault.is_err_and(|fault| expected.contains(&fault)), "{name}: {answer:?}, not {expected:?}");
        assert!(took < CASE_MAX, "{name}: took {took:?}");
        assert!(sent < BODY_BYTES as u64 + SOCKETS_BYTES, "{name}: {sent} bytes");
    });
    join_all(checked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_slow_or_endless_is_dropped() {
    check(slow(BOUNDS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_or_no_http_is_told_apart() {
    check(cut()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bombs_and_broken_codings_are_told_apart() {
    check(packings(BOUNDS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_have_their_classes() {
    check(statuses()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_lead_nowhere_but_to_the_open_web() {
    check(redirects()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn circles_and_chains_are_bounded() {
    let web = Web::start().await;
    web.route("/a", Answer::redirect(301, "/b"));
    web.route("/b", Answer::redirect(302, "/a"));
    web.rule("/chain/", |asked| {
        let number: usize = asked.path["/chain/".len()..].parse().unwrap();
        if number == 0 { Answer::feed("<rss/>") } else { Answer::redirect(307, &format!("/chain/{}", number - 1)) }
    });
    let fetcher = fetcher(&web.network());
    let fault =
        async |path: &str| get_feed(&fetcher, &web.url(path)).await.map_err(|error| (error.fault(), error.limit()));
    assert_eq!(fault("/a").await.unwrap_err(), (Fault::RedirectLoop, None));
    assert_eq!(web.log().len(), 2);
    assert_eq!(fault("/chain/99").await.unwrap_err(), (Fault::TooManyRedirects, Some("redirects")));
    assert_eq!(web.log().len(), 8);
    assert!(fault("/chain/5").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_out_of_reach_have_their_classes() {
    let web = Web::start().await;
    let (no_tls, cut) = (Web::start_at("127.0.0.2").await, Web::start_at("127.0.0.3").await);
    // An alert: no cipher in common.
    web.route("tls", Answer::raw("\x15\x03\x03\x00\x02\x02\x28"));
    no_tls.route("tls", Answer::raw("HTTP/1.1 400 Bad Request\r\n\r\nplain HTTP here"));
    cut.route("tls", Answer::steps(vec![]));
    let closed = Web::start().await.address();
    let allow = vec![web.address(), no_tls.address(), cut.address(), closed];
    let fetcher = fetcher(&Network { allow, ca: None });
    let fault = async |url: &str| get_feed(&fetcher, &PageUrl::parse(url).unwrap()).await.unwrap_err().fault();
    // RFC 6761: a name that never resolves.
    assert_eq!(fault("http://feedatlas.invalid/").await, Fault::Dns);
    assert_eq!(fault(&format!("http://{closed}/")).await, Fault::Connect);
    for web in [web, no_tls, cut] {
        assert_eq!(fault(&format!("https://{}/", web.address())).await, Fault::Tls);
    }
    assert_eq!(fault("http://localhost/").await, Fault::BlockedAddress);
    assert_eq!(fault(&format!("http://localhost:{}/", closed.port())).await, Fault::Connect);
    assert_eq!(fault("http://127.0.0.1:9/").await, Fault::BlockedAddress);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_merely_odd_is_read() {
    let body = b"<rss>odd</rss>".to_vec();
    let raw = |lines: &str| Answer::raw([head(lines), body.clone()].concat());
    let odd = [
        raw(""),
        raw("Content-Length : 14\r\n"),
        raw("X-Bad Header: 1\r\nContent-Length: 14\r\n"),
        raw("Content-Encoding: identity\r\n"),
        Answer::raw([b"HTTP/1.0 200\r\n\r\n".to_vec(), body.clone()].concat()),
        Answer::raw([b"HTTP/1.1 200 OK\n\n".to_vec(), body.clone()].concat()),
        Answer::raw([b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".to_vec(), head(""), body.clone()].concat()),
        packed("x-gzip", gzip(&body)),
        packed("deflate, gzip", gzip(&zlib(&body))),
        Answer::feed(body.clone()).code(203),
    ];
    join_all(odd.into_iter().enumerate().map(async |(number, answer)| {
        let (answer, ..) = outcome(answer).await;
        assert_eq!(answer.map_err(|error| error.to_string()), Ok(body.len()), "case {number}");
    }))
    .await;
}
