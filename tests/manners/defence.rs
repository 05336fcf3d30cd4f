//! 38 to 40: answers that never end, and pages that are asked once.

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::desk::{Desk, at, feed, rss, source, web};
use crate::web::{Answer, Step};

/// Rounds at which a source that fails each time is due again.
const FAILING: [i64; 4] = [0, 31, 92, 213];

#[tokio::test(flavor = "multi_thread")]
async fn m38_a_body_that_drips_is_dropped_at_the_deadline() {
    const DEADLINE: Duration = Duration::from_millis(700);
    let web = web().await;
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: 4000\r\n\r\n".to_vec();
    let drip = Step::Drip(rss(&web, "", &["/a/1"]).into_bytes(), Duration::from_millis(50));
    web.route("/feed", Answer::steps(vec![Step::Send(head), drip]));
    web.route("/well", feed(&web));
    let desk = Desk::with_feed(&web, &(source("well", &web, "/well") + "[limits]\nrequest = \"700ms\"\n"));
    for minute in FAILING {
        let began = Instant::now();
        let done = desk.round(&web, at(minute)).await;
        assert_eq!((done.error("s"), done.source("s").limit.as_deref()), (Some("timeout"), Some("request")));
        assert_eq!(done.error("well"), None);
        // Far below the minutes that the whole body would take, far above what a busy machine is late by.
        assert!(began.elapsed() < DEADLINE * 12, "{:?}", began.elapsed());
        assert_eq!(done.of("/feed").len(), 1, "who is slow is not asked again at once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m39_a_body_without_end_and_a_bomb_are_dropped_at_the_limit() {
    const LIMIT_BYTES: usize = 64 * 1024;
    /// What sockets hold beside what was read.
    const IN_SOCKETS_BYTES: u64 = 16 * 1024 * 1024;
    let web = web().await;
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss><!--".to_vec();
    web.route("/feed", Answer::steps(vec![Step::Send(head), Step::Endless(vec![b'x'; 16 * 1024])]));
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; LIMIT_BYTES * 100]).expect("memory");
    let bomb = bomb.finish().expect("memory");
    assert!(bomb.len() < LIMIT_BYTES, "small on the wire");
    web.route("/bomb", Answer::feed(bomb).header("Content-Encoding", "gzip"));
    let desk = Desk::with_feed(&web, &(source("bomb", &web, "/bomb") + "[limits]\nbody = \"64KiB\"\n"));
    for minute in FAILING {
        let before = web.bytes_sent();
        let done = desk.round(&web, at(minute)).await;
        assert_eq!((done.error("s"), done.source("s").limit.as_deref()), (Some("too_large"), Some("body")));
        let bomb = done.source("bomb");
        assert_eq!((done.error("bomb"), bomb.limit.as_deref()), (Some("decompression_limit"), Some("body")));
        assert!(web.bytes_sent() - before < IN_SOCKETS_BYTES);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m40_an_articles_page_is_asked_once() {
    let web = web().await;
    // No validators, another body each time: only the store knows that the articles are the same.
    let body = |round: usize| Answer::feed(rss(&web, &format!("<!-- {round} -->"), &["/a/1", "/a/2"]));
    web.script("/feed", (0..4).map(body).collect());
    let desk = Desk::with_feed(&web, "");
    for round in 0..4 {
        let done = desk.round(&web, at(round * 60)).await;
        let pages = done.paths().into_iter().filter(|path| path.starts_with("/a/")).count();
        assert_eq!((done.source("s").entries, pages), (2, if round == 0 { 2 } else { 0 }), "round {round}");
    }
    assert!(desk.published("feeds/all.xml").contains("w1xax1"), "the text of the page is published");
    assert_eq!(desk.remembered("s").await.entries, 2);
}
