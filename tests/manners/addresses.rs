//! 23 to 28: where a source moved, and where redirects end.

use crate::desk::{Desk, at, feed, rss, web};
use crate::web::{Answer, Web};

/// Four rounds over a source that is redirected: the paths that each round asked.
async fn four_rounds(web: &Web) -> Vec<Vec<String>> {
    let desk = Desk::with_feed(web, "");
    let mut rounds = Vec::new();
    for round in 0..4 {
        let done = desk.round(web, at(round * 60)).await;
        assert_eq!(done.error("s"), None);
        let feeds = done.paths().into_iter().filter(|path| !path.starts_with("/a/") && *path != "/robots.txt");
        rounds.push(feeds.map(str::to_owned).collect());
    }
    rounds
}

async fn moved(status: u16) -> Vec<Vec<String>> {
    let web = web().await;
    web.route("/feed", Answer::redirect(status, "/new"));
    web.route("/new", feed(&web).etag("\"1\""));
    four_rounds(&web).await
}

const BOTH: [&str; 2] = ["/feed", "/new"];
const NEW: [&str; 1] = ["/new"];

#[tokio::test(flavor = "multi_thread")]
async fn m23_a_301_is_remembered_once_it_was_answered_twice() {
    assert_eq!(moved(301).await, [&BOTH[..], &BOTH, &NEW, &NEW]);
}

#[tokio::test(flavor = "multi_thread")]
async fn m24_a_308_is_remembered_once_it_was_answered_twice() {
    assert_eq!(moved(308).await, [&BOTH[..], &BOTH, &NEW, &NEW]);
}

#[tokio::test(flavor = "multi_thread")]
async fn m25_a_302_and_a_307_are_not_remembered() {
    for status in [302, 303, 307] {
        assert_eq!(moved(status).await, [BOTH; 4], "{status}");
    }
    // Nor is a permanent one that leads elsewhere each time.
    let web = web().await;
    web.script("/feed", (1..=4).map(|round| Answer::redirect(301, &format!("/{round}"))).collect());
    (1..=4).for_each(|round| web.route(&format!("/{round}"), Answer::feed(rss(&web, "", &["/a/1"]))));
    let rounds = four_rounds(&web).await;
    assert!(rounds.iter().all(|paths| paths[0] == "/feed"), "{rounds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn m26_validators_belong_to_the_final_address() {
    let web = web().await;
    web.route("/feed", Answer::redirect(301, "/new"));
    web.route("/new", feed(&web).etag("\"1\""));
    let desk = Desk::with_feed(&web, "");
    for round in 0..4 {
        let done = desk.round(&web, at(round * 60)).await;
        let expected = (round > 0).then_some("\"1\"");
        assert_eq!(done.once("/new").header("if-none-match"), expected, "round {round}");
        assert_eq!(done.source("s").not_modified, round > 0);
    }
    // Another final address is not shown what the first one gave.
    web.route("/new", Answer::redirect(302, "/third"));
    web.route("/third", feed(&web).etag("\"3\""));
    assert_eq!(desk.round(&web, at(240)).await.once("/third").header("if-none-match"), None);
    assert_eq!(desk.round(&web, at(300)).await.once("/third").header("if-none-match"), Some("\"3\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn m27_redirects_in_a_circle_end_at_once() {
    let web = web().await;
    web.route("/feed", Answer::redirect(302, "/b"));
    web.route("/b", Answer::redirect(302, "/feed"));
    let desk = Desk::with_feed(&web, "");
    // A failure doubles the rest each time.
    for minute in [0, 31, 92, 213] {
        let done = desk.round(&web, at(minute)).await;
        assert_eq!(done.error("s"), Some("redirect_loop"));
        assert_eq!(done.paths(), ["/feed", "/b"], "after {minute} minutes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m28_a_chain_of_redirects_ends_at_the_limit() {
    let web = web().await;
    web.route("/feed", Answer::redirect(302, "/1"));
    web.rule("/", |asked| {
        let number: u32 = asked.path.trim_start_matches('/').parse().unwrap_or_default();
        Answer::redirect(302, &format!("/{}", number + 1))
    });
    let desk = Desk::with_feed(&web, "[limits]\nredirects = 3\n");
    for minute in [0, 31, 92, 213] {
        let done = desk.round(&web, at(minute)).await;
        assert_eq!(done.error("s"), Some("too_many_redirects"));
        assert_eq!(done.paths(), ["/feed", "/1", "/2", "/3"], "after {minute} minutes");
        assert_eq!(done.source("s").limit.as_deref(), Some("redirects"));
    }
}
