//! Hostile answers: each has its class, ends in its time, and takes no more than the size limit.

use std::io::Write;
use std::time::{Duration, Instant};

use feedatlas::fetch::error::FetchError;
use feedatlas::model::fault::Fault;
use feedatlas::model::settings::Network;
use feedatlas::model::url::PageUrl;
use futures_util::future::join_all;

use crate::web::{Answer, Step, Web};
use crate::{BODY_BYTES, REQUEST, fetcher, get_feed};

/// The longest that any case may take: its deadline, one more try after its pause, and a busy machine.
const CASE_MAX: Duration = Duration::from_secs(10);

/// What sockets hold beyond what was read from them: both sides of a loopback connection, at their largest.
const SOCKETS_BYTES: u64 = 16 << 20;

type Case = (&'static str, Answer, &'static [Fault]);

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
        assert!(sent < BODY_BYTES + SOCKETS_BYTES, "{name}: {sent} bytes");
    });
    join_all(checked).await;
}

fn head(lines: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{lines}\r\n").into_bytes()
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn brotli(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    brotli::CompressorWriter::new(&mut out, 4096, 5, 22).write_all(body).unwrap();
    out
}

fn packed(coding: &str, body: Vec<u8>) -> Answer {
    Answer::feed(body).header("Content-Encoding", coding)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_slow_or_endless_is_dropped() {
    let endless_header = b"X-Flood: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".to_vec();
    check(vec![
        ("says nothing", Answer::steps(vec![Step::Hang]), &[Fault::Timeout]),
        (
            "hangs in its head",
            Answer::steps(vec![Step::Send(b"HTTP/1.1 200 OK\r\nX: ".to_vec()), Step::Hang]),
            &[Fault::Timeout],
        ),
        (
            "hangs before its body",
            Answer::steps(vec![Step::Send(head("Content-Length: 9\r\n")), Step::Hang]),
            &[Fault::Timeout],
        ),
        (
            "drips its head",
            Answer::steps(vec![Step::Drip(head(&"X-A: b\r\n".repeat(99)), Duration::from_millis(50))]),
            &[Fault::Timeout],
        ),
        (
            "drips its body",
            Answer::steps(vec![Step::Send(head("")), Step::Drip(vec![b'x'; 9999], Duration::from_millis(50))]),
            &[Fault::Timeout],
        ),
        (
            "continues for ever",
            Answer::steps(vec![Step::Endless(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())]),
            &[Fault::Timeout, Fault::MalformedHttp],
        ),
        (
            "has an endless body",
            Answer::steps(vec![Step::Send(head("")), Step::Endless(vec![b'x'; 4096])]),
            &[Fault::TooLarge],
        ),
        (
            "has endless chunks",
            Answer::steps(vec![
                Step::Send(head("Transfer-Encoding: chunked\r\n")),
                Step::Endless([b"1000\r\n".as_slice(), &[b'x'; 4096], b"\r\n"].concat()),
            ]),
            &[Fault::TooLarge],
        ),
        (
            "has endless headers",
            Answer::steps(vec![Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()), Step::Endless(endless_header)]),
            &[Fault::MalformedHttp],
        ),
        (
            "has one endless header",
            Answer::steps(vec![
                Step::Send(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=".to_vec()),
                Step::Endless(vec![b'c'; 4096]),
            ]),
            &[Fault::MalformedHttp],
        ),
        ("has a thousand headers", Answer::raw(head(&"Set-Cookie: a=b\r\n".repeat(1000))), &[Fault::MalformedHttp]),
        ("promises too much", Answer::raw(head("Content-Length: 99999999999\r\n")), &[Fault::TooLarge]),
        ("redirects, then hangs", Answer::redirect(302, "/feed?2").wait(REQUEST * 2), &[Fault::Timeout]),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_or_no_http_is_told_apart() {
    let chunked = |rest: &str| Answer::raw([head("Transfer-Encoding: chunked\r\n"), rest.into()].concat());
    check(vec![
        ("closes at once", Answer::steps(vec![]), &[Fault::Reset]),
        ("resets at once", Answer::steps(vec![Step::Reset]), &[Fault::Reset]),
        ("ends in its head", Answer::raw("HTTP/1.1 200 OK\r\nContent-"), &[Fault::Reset, Fault::Incomplete]),
        (
            "resets in its body",
            Answer::steps(vec![
                Step::Send([head("Content-Length: 9\r\n"), b"<rss".to_vec()].concat()),
                Step::Pause(Duration::from_millis(100)),
                Step::Reset,
            ]),
            &[Fault::Reset],
        ),
        (
            "is shorter than it says",
            Answer::raw([head("Content-Length: 99\r\n"), b"<rss>".to_vec()].concat()),
            &[Fault::Incomplete],
        ),
        ("ends in a chunk", chunked("1000\r\n<rss>"), &[Fault::Incomplete]),
        ("has no last chunk", chunked("5\r\n<rss>\r\n"), &[Fault::Incomplete]),
        ("has a chunk without size", chunked("x\r\n<rss>\r\n0\r\n\r\n"), &[Fault::MalformedHttp]),
        ("has a chunk of more than all", chunked("fffffffffffffffff\r\n<rss>\r\n"), &[Fault::MalformedHttp]),
        (
            "has a negative length",
            Answer::raw([head("Content-Length: -1\r\n"), b"<rss>".to_vec()].concat()),
            &[Fault::MalformedHttp],
        ),
        ("has two lengths", Answer::raw(head("Content-Length: 5\r\nContent-Length: 7\r\n")), &[Fault::MalformedHttp]),
        ("is no HTTP", Answer::raw("SSH-2.0-OpenSSH_9.9\r\n"), &[Fault::MalformedHttp]),
        ("is a page without a head", Answer::raw("<html><body>no head</body></html>\r\n\r\n"), &[Fault::MalformedHttp]),
        ("has a status of letters", Answer::raw("HTTP/1.1 abc OK\r\n\r\n"), &[Fault::MalformedHttp]),
        ("is of another version", Answer::raw("HTTP/9.7 200 OK\r\n\r\n"), &[Fault::MalformedHttp]),
        ("is nothing", Answer::ok(""), &[Fault::EmptyBody]),
        ("is white space", Answer::ok(" \r\n\t\n"), &[Fault::EmptyBody]),
        ("has no content", Answer::status(204), &[Fault::EmptyBody]),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bombs_and_broken_codings_are_told_apart() {
    let zeros = vec![0_u8; 4 << 20];
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    let text: Vec<u8> = (0..9999_u32).flat_map(|number| number.to_string().into_bytes()).collect();
    let bomb = &[Fault::DecompressionLimit];
    check(vec![
        ("gzip bomb", packed("gzip", gzip(&zeros)), bomb),
        ("deflate bomb", packed("deflate", zlib(&zeros)), bomb),
        ("brotli bomb", packed("br", brotli(&zeros)), bomb),
        ("zstd bomb", packed("zstd", zstd::encode_all(zeros.as_slice(), 3).unwrap()), bomb),
        ("bomb in a bomb", packed("gzip, gzip", gzip(&gzip(&zeros))), bomb),
        ("mixed chain", packed("br, gzip", gzip(&brotli(&zeros))), bomb),
        (
            "chain in two headers",
            packed("gzip", zstd::encode_all(gzip(&zeros).as_slice(), 3).unwrap()).header("Content-Encoding", "zstd"),
            bomb,
        ),
        ("longer chain than any", packed(&["gzip"; 12].join(","), gzip(b"x")), &[Fault::UnsupportedEncoding]),
        ("coding of old", packed("compress", b"\x1f\x9d".to_vec()), &[Fault::UnsupportedEncoding]),
        ("coding of no one", packed("x-made-up", b"abc".to_vec()), &[Fault::UnsupportedEncoding]),
        ("no gzip", packed("gzip", b"<rss>plain</rss>".to_vec()), &[Fault::BadEncoding]),
        ("no brotli", packed("br", vec![0xff; 99]), &[Fault::BadEncoding]),
        ("no zstd", packed("zstd", b"<rss>plain</rss>".to_vec()), &[Fault::BadEncoding]),
        ("cut gzip", packed("gzip", cut(gzip(&text))), &[Fault::BadEncoding]),
        ("cut brotli", packed("br", cut(brotli(&text))), &[Fault::BadEncoding]),
        ("cut zstd", packed("zstd", cut(zstd::encode_all(text.as_slice(), 3).unwrap())), &[Fault::BadEncoding]),
        (
            "cut gzip, no length",
            Answer::raw([head("Content-Encoding: gzip\r\n"), cut(gzip(&text))].concat()),
            &[Fault::Incomplete],
        ),
        ("packed nothing", packed("gzip", gzip(b"")), &[Fault::EmptyBody]),
        ("nothing, said to be packed", packed("gzip", Vec::new()), &[Fault::EmptyBody]),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_have_their_classes() {
    let mut cases: Vec<Case> = [300, 304, 400, 401, 402, 403, 404, 405, 418, 500, 501, 502, 503, 504, 599]
        .into_iter()
        .map(|status| ("a status", Answer::status(status), [Fault::HttpStatus].as_slice()))
        .collect();
    cases.extend([
        ("part", Answer::status(206), [Fault::HttpStatus].as_slice()),
        ("redirect to nowhere", Answer::status(302), &[Fault::HttpStatus]),
        ("gone", Answer::status(410), &[Fault::Gone]),
        ("legal", Answer::status(451), &[Fault::Legal]),
        ("asked too often", Answer::status(429), &[Fault::RateLimited]),
        (
            "404 that hangs",
            Answer::steps(vec![Step::Send(b"HTTP/1.1 404 X\r\nContent-Length: 9\r\n\r\n".to_vec()), Step::Hang]),
            &[Fault::HttpStatus],
        ),
        (
            "403 that hangs",
            Answer::steps(vec![Step::Send(b"HTTP/1.1 403 X\r\nContent-Length: 9\r\n\r\n".to_vec()), Step::Hang]),
            &[Fault::HttpStatus],
        ),
        ("challenge by header", Answer::status(403).header("cf-mitigated", "challenge"), &[Fault::Challenge]),
        ("challenge by words", Answer::status(503).body("<title>Just a moment...</title>"), &[Fault::Challenge]),
        (
            "challenge by script, packed",
            packed("gzip", gzip(b"<script src=/cdn-cgi/challenge-platform/h/g/orchestrate></script>")).code(403),
            &[Fault::Challenge],
        ),
        (
            "challenge with success",
            Answer::page("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>"),
            &[Fault::Challenge],
        ),
    ]);
    check(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_lead_nowhere_but_to_the_open_web() {
    let to = |location: &str| Answer::redirect(302, location);
    let blocked = &[Fault::BlockedAddress];
    let mut cases: Vec<Case> = [
        "http://127.0.0.1:1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://localhost/",
        "http://LOCALHOST:22/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://192.168.0.1/",
        "http://172.20.0.1/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "//127.0.0.1:1/",
        "http://user:pw@127.0.0.1:1/",
        "http://１２７.0.0.1/",
        "https://127.0.0.1/",
    ]
    .into_iter()
    .map(|location| ("to a private address", to(location), blocked.as_slice()))
    .collect();
    cases.extend([
        ("to a file", to("file:///etc/passwd"), [Fault::BlockedScheme].as_slice()),
        ("to a script", to("javascript:alert(1)"), &[Fault::BlockedScheme]),
        ("to data", to("data:text/html,x"), &[Fault::BlockedScheme]),
        ("to gopher", to("gopher://127.0.0.1:25/"), &[Fault::BlockedScheme]),
        ("to no address", to("http://[::1"), &[Fault::BadUrl]),
        ("to no port", to("http://example.org:99999/"), &[Fault::BadUrl]),
        ("to itself", to("/feed"), &[Fault::RedirectLoop]),
        ("to itself, lower down", to("/feed#x"), &[Fault::RedirectLoop]),
    ]);
    check(cases).await;
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
    let fetcher = fetcher(&Network { allow });
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
