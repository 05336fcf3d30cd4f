//! Hostile answers, by kind, each with the classes that are right for it: the wire, the head, the status, the packing.
//!
//! What stands in a body that is whole (broken XML, bombs of entities) is not here. Answers are as large as `Bounds` asks for.

#![allow(dead_code, unreachable_pub, reason = "a module of several test binaries, each of which uses a part of it")]

use std::io::Write;
use std::time::Duration;

use feedatlas::model::fault::Fault;

use super::web::{Answer, Step};

/// A hostile answer: its name, what it does, the classes that are right for it.
pub type Case = (&'static str, Answer, &'static [Fault]);

/// The limits that the cases have to exceed.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// `[limits] body`.
    pub body_bytes: usize,
    /// `[limits] request`.
    pub request: Duration,
}

/// Every case. To be given at `/feed`: some lead back there.
pub fn all(bounds: Bounds) -> Vec<Case> {
    [slow(bounds), cut(), packings(bounds), statuses(), redirects()].concat()
}

/// What is slow or endless.
pub fn slow(bounds: Bounds) -> Vec<Case> {
    let endless_header = b"X-Flood: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".to_vec();
    vec![
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
        ("redirects, then hangs", Answer::redirect(302, "/feed?2").wait(bounds.request * 2), &[Fault::Timeout]),
    ]
}

/// What is cut, empty, or no HTTP.
pub fn cut() -> Vec<Case> {
    let chunked = |rest: &str| Answer::raw([head("Transfer-Encoding: chunked\r\n"), rest.into()].concat());
    vec![
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
    ]
}

/// Bombs, and packings that are broken or not known.
pub fn packings(bounds: Bounds) -> Vec<Case> {
    let zeros = vec![0_u8; bounds.body_bytes * 4];
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    let text: Vec<u8> = (0..9999_u32).flat_map(|number| number.to_string().into_bytes()).collect();
    let bomb = &[Fault::DecompressionLimit];
    vec![
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
    ]
}

/// Statuses that are no success, and challenges that look like one.
pub fn statuses() -> Vec<Case> {
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
    cases
}

/// Redirects to where nobody may be led.
pub fn redirects() -> Vec<Case> {
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
    cases
}

/// The head of a 200 with these lines, each ended by CRLF.
pub fn head(lines: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{lines}\r\n").into_bytes()
}

/// Packed as gzip.
pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// Packed as zlib, which HTTP calls deflate.
pub fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// Packed as brotli.
pub fn brotli(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    brotli::CompressorWriter::new(&mut out, 4096, 5, 22).write_all(body).unwrap();
    out
}

/// A feed whose body is said to be packed so.
pub fn packed(coding: &str, body: Vec<u8>) -> Answer {
    Answer::feed(body).header("Content-Encoding", coding)
}
