//! 1 to 8: conditional requests. Four rounds an hour apart, the store closed and opened between.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::desk::{Desk, at, feed, web};
use crate::web::{Answer, Asked, Web};

const ROUNDS: i64 = 4;
const HOUR: i64 = 60;

/// An odd date, which no program of ours would write so.
const DATE: &str = "Mon, 2 Mar 2026 9:05:00 +0300";

/// What the feed was asked in four rounds: `If-None-Match` and `If-Modified-Since` of each.
async fn sent(web: &Web, desk: &Desk) -> Vec<(Option<String>, Option<String>)> {
    let mut sent = Vec::new();
    for round in 0..ROUNDS {
        let round = desk.round(web, at(round * HOUR)).await;
        assert_eq!(round.error("s"), None);
        sent.push(validators(round.once("/feed")));
    }
    sent
}

fn validators(asked: &Asked) -> (Option<String>, Option<String>) {
    let header = |name| asked.header(name).map(str::to_owned);
    (header("if-none-match"), header("if-modified-since"))
}

/// First nothing, then always these.
async fn sent_back(etag: Option<&str>, date: Option<&str>) {
    let web = web().await;
    let tagged = etag.into_iter().fold(feed(&web), Answer::etag);
    web.route("/feed", date.into_iter().fold(tagged, Answer::last_modified));
    let sent = sent(&web, &Desk::with_feed(&web, "")).await;
    assert_eq!(sent[0], (None, None));
    for later in &sent[1..] {
        assert_eq!((later.0.as_deref(), later.1.as_deref()), (etag, date));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m01_an_etag_is_sent_back_as_if_none_match() {
    sent_back(Some("\"one\""), None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m02_a_last_modified_is_sent_back_as_if_modified_since() {
    sent_back(None, Some("Mon, 02 Mar 2026 09:05:00 GMT")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m03_both_are_sent_back_where_both_were_given() {
    sent_back(Some("\"one\""), Some("Mon, 02 Mar 2026 09:05:00 GMT")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m04_a_weak_tag_keeps_its_mark() {
    sent_back(Some("W/\"weak one\""), None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m05_a_new_validator_is_taken_up_after_every_200_though_the_body_is_the_same() {
    let web = web().await;
    web.script("/feed", (1..=ROUNDS).map(|round| feed(&web).etag(&format!("\"{round}\""))).collect());
    let sent = sent(&web, &Desk::with_feed(&web, "")).await;
    let tags: Vec<_> = sent.iter().map(|(etag, _)| etag.as_deref()).collect();
    assert_eq!(tags, [None, Some("\"1\""), Some("\"2\""), Some("\"3\"")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn m06_a_last_modified_comes_back_byte_for_byte() {
    sent_back(None, Some(DATE)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m07_nothing_is_made_up_where_nothing_was_given() {
    let web = web().await;
    assert_eq!(sent(&web, &Desk::with_feed(&web, "")).await, vec![(None, None); 4]);
    // Nor is one kept that a newer answer no longer gives.
    web.script("/feed", vec![feed(&web).etag("\"1\""), feed(&web)]);
    let sent = sent(&web, &Desk::with_feed(&web, "")).await;
    let tags: Vec<_> = sent.iter().map(|(etag, _)| etag.as_deref()).collect();
    assert_eq!(tags, [None, Some("\"1\""), None, None]);
}

#[tokio::test(flavor = "multi_thread")]
async fn m08_only_the_first_request_is_unconditional_even_after_the_index_was_made_anew() {
    let web = web().await;
    let body = std::sync::Arc::new(AtomicUsize::new(0));
    let address = web.address();
    // Another entry each time, so that every answer is 200.
    web.rule("/changing", move |_| {
        let number = body.fetch_add(1, Ordering::SeqCst);
        Answer::feed(format!(
            "<rss version=\"2.0\"><channel><title>t</title><item><title>Report {number}</title>\
             <link>http://{address}/a/{number}</link><guid>{number}</guid></item></channel></rss>"
        ))
        .etag(&format!("\"{number}\""))
    });
    let desk = Desk::new(
        &[web.address()],
        &format!("[worker]\ndelay = \"0s\"\n{}", crate::desk::source("s", &web, "/changing")),
    );
    for round in 0..ROUNDS {
        if round == 2 {
            std::fs::write(desk.store().join("rebuild"), "a test wants it").expect("the store's folder is there");
        }
        let done = desk.round(&web, at(round * HOUR)).await;
        let (etag, _) = validators(done.once("/changing"));
        let expected = (round > 0).then(|| format!("\"{}\"", round - 1));
        assert_eq!(etag, expected, "round {round}");
        assert_eq!(done.of(&format!("/a/{round}")).len(), 1);
        assert_eq!(done.asked.iter().filter(|asked| asked.path.starts_with("/a/")).count(), 1, "{:?}", done.paths());
    }
}

/// What is new today is another thing tomorrow, though no source says anything new; else the pages rest.
#[tokio::test(flavor = "multi_thread")]
async fn the_home_page_changes_at_midnight_and_rests_otherwise() {
    let web = web().await;
    web.route("/feed", feed(&web));
    let desk = Desk::with_feed(&web, "");
    assert!(desk.round(&web, at(0)).await.published().contains(&"index.html"));
    let homes = ["en/index.html", "index.html", "status.json"].as_slice();
    let rest = ["status.json"].as_slice();
    for (hour, expected) in [(1, rest), (13, rest), (15, homes), (16, rest)] {
        assert_eq!(desk.round(&web, at(hour * HOUR)).await.published(), expected, "hour {hour}");
    }
}
