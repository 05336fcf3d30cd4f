//! 29 to 37: what every request says, and robots.txt before the pages of a host. All of them over four rounds.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::desk::{Desk, at, feed, rss, source, web};
use crate::web::{Answer, Asked, Web};

/// Everything a web was asked in four rounds: a feed with a new article each time, behind a redirect, with cookies on the way.
async fn everything() -> Vec<Asked> {
    let web = web().await;
    let cookie = |answer: Answer| answer.header("Set-Cookie", "id=1; Path=/");
    web.route("/feed", cookie(Answer::redirect(302, "/real")));
    let paths = [&["/a/1"][..], &["/a/2", "/a/1"], &["/a/3"], &["/a/4", "/a/3"]];
    let answers = paths.iter().enumerate().map(|(round, paths)| {
        cookie(Answer::feed(rss(&web, "", paths)).etag(&format!("\"{round}\"")).header("Cache-Control", "max-age=60"))
    });
    web.script("/real", answers.collect());
    let desk = Desk::with_feed(&web, "");
    let mut all = Vec::new();
    for round in 0..4 {
        let done = desk.round(&web, at(round * 60)).await;
        assert_eq!((done.error("s"), done.source("s").new), (None, 1));
        all.extend(done.asked);
    }
    for path in ["/feed", "/real", "/a/4", "/robots.txt"] {
        assert!(all.iter().any(|asked| asked.path == path), "{path}");
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn m29_gzip_and_brotli_are_offered_and_understood() {
    for asked in everything().await {
        let offered = asked.header("accept-encoding").expect("it is offered");
        assert!(offered.contains("gzip") && offered.contains("br"), "{offered}");
    }
    let web = web().await;
    let plain = rss(&web, "", &["/a/1"]);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(plain.as_bytes()).expect("memory");
    let packed = gzip.finish().expect("memory");
    assert!(packed.len() < plain.len());
    web.route("/feed", Answer::feed(packed).header("Content-Encoding", "gzip"));
    assert_eq!(Desk::with_feed(&web, "").round(&web, at(0)).await.source("s").new, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn m30_the_user_agent_says_name_version_and_contact() {
    for asked in everything().await {
        let expected = concat!("feedatlas/", env!("CARGO_PKG_VERSION"), " (+https://atlas.example/bot)");
        assert_eq!(asked.header("user-agent"), Some(expected), "{}", asked.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m31_there_is_one_user_agent_and_it_is_no_browsers() {
    let all = everything().await;
    let agents: std::collections::BTreeSet<_> = all.iter().map(|asked| asked.header("user-agent")).collect();
    assert_eq!(agents.len(), 1, "{agents:?}");
    for word in ["Mozilla", "AppleWebKit", "Chrome", "Safari", "Gecko"] {
        assert!(!format!("{agents:?}").contains(word), "{agents:?}");
    }
    assert!(all.iter().all(|asked| asked.headers.iter().filter(|(name, _)| name == "user-agent").count() == 1));
    assert!(all.iter().all(|asked| asked.headers.iter().all(|(name, _)| !name.starts_with("sec-"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn m32_feeds_are_asked_for_by_their_names() {
    for asked in everything().await.iter().filter(|asked| ["/feed", "/real"].contains(&asked.path.as_str())) {
        let accept = asked.header("accept").expect("it says what it reads");
        for kind in ["application/rss+xml", "application/atom+xml", "application/feed+json"] {
            assert!(accept.contains(kind), "{accept}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m33_neither_cookie_nor_referer_is_sent() {
    for asked in everything().await {
        for name in ["cookie", "referer", "authorization"] {
            assert_eq!(asked.header(name), None, "{asked:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m34_nothing_is_added_to_get_round_a_cache() {
    for asked in everything().await {
        assert!(!asked.path.contains('?'), "{}", asked.path);
        for name in ["cache-control", "pragma", "range"] {
            assert_eq!(asked.header(name), None, "{asked:?}");
        }
    }
    // What the operator wrote is asked as it stands.
    let web = web().await;
    web.route("/feed?cat=7&b=%20", feed(&web));
    let desk = Desk::new(&[web.address()], &source("s", &web, "/feed?cat=7&b=%20"));
    assert_eq!(desk.round(&web, at(0)).await.paths()[0], "/feed?cat=7&b=%20");
}

#[tokio::test(flavor = "multi_thread")]
async fn m35_no_head_goes_before_a_get() {
    assert!(everything().await.iter().all(|asked| asked.method == "GET"));
}

/// How often robots.txt was asked in rounds at these hours, with a new page in each.
async fn robots_asked(web: &Web, robots: Answer, hours: &[i64]) -> Vec<usize> {
    web.route("/robots.txt", robots);
    let paths: Vec<String> = (0..hours.len()).map(|number| format!("/a/{number}")).collect();
    web.script("/feed", paths.iter().map(|path| Answer::feed(rss(web, "", &[path]))).collect());
    let desk = Desk::with_feed(web, "");
    let mut asked = Vec::new();
    for (hour, page) in hours.iter().zip(&paths) {
        let done = desk.round(web, at(hour * 60)).await;
        let order = done.paths();
        let (robots, page) = ("/robots.txt", order.iter().position(|path| path == page));
        if let Some(first) = order.iter().position(|path| *path == robots) {
            assert!(page.is_none_or(|page| first < page), "{order:?}");
        }
        asked.push(done.of(robots).len());
    }
    asked
}

#[tokio::test(flavor = "multi_thread")]
async fn m36_robots_txt_is_read_before_a_page_and_kept_for_a_day_at_most() {
    let web = web().await;
    let rules = Answer::ok("User-agent: *\nDisallow: /private\n");
    assert_eq!(robots_asked(&web, rules, &[0, 6, 23, 25, 30]).await, [1, 0, 0, 1, 0]);
    // One that is not there is known not to be there.
    let web = crate::desk::web().await;
    assert_eq!(robots_asked(&web, Answer::status(404), &[0, 6, 23, 25]).await, [1, 0, 0, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn m37_robots_txt_is_obeyed_for_pages_and_for_feeds_where_the_operator_says_so() {
    for (robots, class) in [("User-agent: *\nDisallow: /", "robots_denied"), ("", "robots_unavailable")] {
        let web = web().await;
        let answer = if robots.is_empty() { Answer::status(500) } else { Answer::ok(robots) };
        web.route("/robots.txt", answer);
        web.route("/list", Answer::page("<a href=/a/9>A headline of many words</a>"));
        let list = source("list", &web, "/list") + "kind = \"page\"\n";
        let strict = source("strict", &web, "/strict") + "robots = true\n";
        let desk = Desk::with_feed(&web, &(list + &strict));
        for hour in [0, 5, 13, 26] {
            let done = desk.round(&web, at(hour * 60)).await;
            assert_eq!(done.error("s"), None, "a feed is published to be polled");
            assert_eq!(done.of("/feed").len(), 1);
            let pages = done.asked.iter().filter(|asked| !["/feed", "/robots.txt"].contains(&asked.path.as_str()));
            assert_eq!(pages.count(), 0, "{:?}", done.paths());
            if hour == 0 {
                assert_eq!((done.error("list"), done.error("strict")), (Some(class), Some(class)));
            }
        }
    }
}
