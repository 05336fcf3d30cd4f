//! 9 to 22: how often a source is asked, by its own word and by how it failed; how close together, and how many at once.

use std::time::Duration;

use crate::desk::{Desk, at, feed, page, rss, source, web};
use crate::web::{Answer, Step, Web};

/// Rounds at these minutes: whether the feed was asked in each.
async fn asked(web: &Web, desk: &Desk, minutes: &[i64]) -> Vec<bool> {
    let mut asked = Vec::new();
    for minute in minutes {
        asked.push(!desk.round(web, at(*minute)).await.of("/feed").is_empty());
    }
    asked
}

/// A source that wants to be asked every two hours, asked at these minutes.
async fn every_two_hours(answer: impl Fn(&Web) -> Answer) {
    let web = web().await;
    web.route("/feed", answer(&web));
    let desk = Desk::with_feed(&web, "");
    assert_eq!(asked(&web, &desk, &[0, 31, 119, 121, 180, 242]).await, [true, false, false, true, false, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn m09_max_age_is_kept() {
    every_two_hours(|web| feed(web).etag("\"1\"").header("Cache-Control", "public, max-age=7200")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m10_expires_is_kept() {
    every_two_hours(|web| {
        let date = feed(web).header("Date", "Mon, 02 Mar 2026 10:00:00 GMT");
        date.header("Expires", "Mon, 02 Mar 2026 12:00:00 GMT")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m11_ttl_is_kept_behind_a_304_too() {
    every_two_hours(|web| Answer::feed(rss(web, "<ttl>120</ttl>", &["/a/1"])).etag("\"1\"")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m12_the_syndication_module_is_kept() {
    every_two_hours(|web| {
        let head = "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>12</sy:updateFrequency>";
        Answer::feed(rss(web, head, &["/a/1"]))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m13_hours_and_days_to_skip_are_skipped() {
    const TUESDAY: i64 = 14 * 60;
    const WEDNESDAY: i64 = TUESDAY + 24 * 60;
    let web = web().await;
    let head = "<skipHours><hour>11</hour><hour>12</hour></skipHours><skipDays><day>Tuesday</day></skipDays>";
    web.route("/feed", Answer::feed(rss(&web, head, &["/a/1"])));
    let desk = Desk::with_feed(&web, "");
    // The rounds begin at ten o'clock.
    let minutes = [0, 59, 61, 179, 181, TUESDAY + 1, WEDNESDAY - 1, WEDNESDAY + 1];
    let expected = [true, true, false, false, true, false, false, true];
    assert_eq!(asked(&web, &desk, &minutes).await, expected);
}

/// A host that asks for two hours of silence: it has them, under force and after a restart too, and no longer.
async fn silent_for_two_hours(status: u16, retry_after: &str) {
    let web = web().await;
    let silence = Answer::status(status).header("Retry-After", retry_after);
    web.script("/feed", vec![silence.header("Date", "Mon, 02 Mar 2026 10:00:00 GMT"), feed(&web)]);
    let desk = Desk::with_feed(&web, "every = \"10m\"\n");
    assert!(desk.round(&web, at(0)).await.error("s").is_some());
    for minute in [11, 60, 119] {
        assert!(desk.forced(&web, at(minute)).await.asked.is_empty(), "asked after {minute} minutes");
    }
    assert_eq!(asked(&web, &desk, &[121]).await, [true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn m14_retry_after_in_seconds_is_kept_after_429() {
    silent_for_two_hours(429, "7200").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m15_retry_after_as_a_date_is_kept_after_429() {
    silent_for_two_hours(429, "Mon, 02 Mar 2026 12:00:00 GMT").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m16_retry_after_is_kept_after_503() {
    silent_for_two_hours(503, "7200").await;
    silent_for_two_hours(503, "Mon, 02 Mar 2026 12:00:00 GMT").await;
}

/// A source that fails is asked half an hour, an hour, two hours later; when it answers again, all is as before.
async fn backs_off(status: u16) {
    let web = web().await;
    let failure = || Answer::status(status);
    web.script("/feed", vec![failure(), failure(), failure(), feed(&web), feed(&web)]);
    let desk = Desk::with_feed(&web, "");
    let minutes = [0, 29, 31, 60, 90, 92, 180, 212, 213, 243];
    let expected = [true, false, true, false, false, true, false, true, false, true];
    assert_eq!(asked(&web, &desk, &minutes).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn m17_a_500_is_asked_less_and_less_often() {
    backs_off(500).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m18_a_403_has_four_hours_of_quiet_and_then_twice_as_many() {
    const HOUR: i64 = 60;
    let web = web().await;
    web.route("/feed", Answer::status(403));
    let desk = Desk::with_feed(&web, "every = \"2h\"\n");
    let minutes = [0, 2 * HOUR, 4 * HOUR - 1, 4 * HOUR + 1, 8 * HOUR, 8 * HOUR + 2, 12 * HOUR, 16 * HOUR + 3];
    let expected = [true, false, false, true, false, true, false, true];
    assert_eq!(asked(&web, &desk, &minutes).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn m19_a_404_is_asked_less_and_less_often() {
    backs_off(404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m20_a_410_is_never_asked_again() {
    const YEAR: i64 = 365 * 24 * 60;
    let web = web().await;
    web.script("/feed", vec![Answer::status(410), feed(&web)]);
    let desk = Desk::with_feed(&web, "");
    assert_eq!(desk.round(&web, at(0)).await.error("s"), Some("gone"));
    assert_eq!(asked(&web, &desk, &[31, 24 * 60, YEAR]).await, [false; 3]);
    assert!(desk.forced(&web, at(YEAR + 31)).await.asked.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn m21_no_address_is_asked_twice_within_two_seconds() {
    let web = web().await;
    // Two entries of one page; a connection that is cut before it answers; another source that lists the same page.
    let link = web.url("/a/1");
    let item = |id| format!("<item><title>Report {id}</title><link>{link}</link><guid>{id}</guid></item>");
    let twice = format!("<rss version=\"2.0\"><channel><title>t</title>{}{}</channel></rss>", item("x"), item("y"));
    web.script("/feed", vec![Answer::steps(vec![Step::Reset]), Answer::feed(twice)]);
    web.route("/other", Answer::feed(rss(&web, "", &["/a/1"])));
    web.route("/third", Answer::redirect(302, "/other"));
    let sources = source("other", &web, "/other") + &source("third", &web, "/third");
    let desk = Desk::with_feed(&web, &sources);
    for round in 0..4 {
        // The desk itself looks at the times.
        let done = desk.round(&web, at(round * 60)).await;
        assert_eq!((done.error("s"), done.error("other"), done.error("third")), (None, None, None));
        if round == 0 {
            assert_eq!(done.of("/feed").len(), 2, "a connection that was cut is worth a second try");
            assert_eq!(done.of("/other").len(), 2, "{:?}", done.paths());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m22_at_most_two_requests_of_a_host_are_in_flight() {
    let web = Web::start().await;
    let paths: Vec<String> = (0..8).map(|number| format!("/a/{number}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let slow = Duration::from_millis(60);
    web.rule("/a/", move |asked| Answer::page(page(&asked.path)).wait(slow));
    web.route("/feed", Answer::feed(rss(&web, "", &paths)).wait(slow));
    for name in ["x", "y", "z"] {
        web.route(&format!("/{name}"), Answer::feed(rss(&web, "", &[&format!("/a/{name}")])).wait(slow));
    }
    let sources: String = ["x", "y", "z"].iter().map(|name| source(name, &web, &format!("/{name}"))).collect();
    let desk = Desk::with_feed(&web, &sources);
    for round in 0..4 {
        let done = desk.round(&web, at(round * 60)).await;
        assert!(done.asked.len() >= 4);
    }
    assert_eq!(web.peak(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_allows_it_and_changes_often_is_asked_sooner_and_rests_again_when_it_is_still() {
    let web = web().await;
    let changing = |number: i64| {
        let feed = Answer::feed(rss(&web, "", &[&format!("/a/{number}")]));
        feed.header("Cache-Control", "max-age=300").etag(&format!("\"{number}\""))
    };
    let desk = Desk::with_feed(&web, "");
    // Every five minutes somebody comes by; the source has something new each time that it is asked, and then no more.
    let mut asked = Vec::new();
    for minute in (0..720).step_by(5) {
        if minute < 300 {
            web.route("/feed", changing(minute));
        }
        if !desk.round(&web, at(minute)).await.of("/feed").is_empty() {
            asked.push(minute);
        }
    }
    let rests: Vec<i64> = asked.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(rests[..3], [30; 3], "at first nothing is known of it");
    assert!(rests.iter().all(|rest| (10..=30).contains(rest)), "{rests:?}");
    assert!(asked.windows(2).any(|pair| pair[0] < 300 && pair[1] - pair[0] == 10), "{asked:?}");
    assert_eq!(rests[rests.len() - 3..], [30; 3], "{rests:?}");
}
