//! Manners as a server sees them, by their numbers in CITIZEN.md (those that are `fetch`'s; the rest is the schedule's).

use std::time::{Duration, Instant};

use feedatlas::fetch::{Fetched, Fetcher, Purpose, Request};
use feedatlas::model::document::{Caching, Validators};
use feedatlas::model::fault::Fault;
use feedatlas::model::settings::{Network, Worker};
use feedatlas::model::url::PageUrl;
use futures_util::future::join_all;
use jiff::Timestamp;

use crate::web::{Answer, Web};
use crate::{fetcher, get, get_feed, limits, request, source, worker};

fn noon() -> Timestamp {
    "2024-01-16T12:00:00Z".parse().unwrap()
}

async fn again(fetcher: &Fetcher, url: &PageUrl, validators: &Validators) -> Fetched {
    let request = Request { url: url.clone(), purpose: Purpose::Source, validators: validators.clone() };
    fetcher.visit(&source(url)).get(request).await
}

async fn unchanged(fetcher: &Fetcher, url: &PageUrl, validators: &Validators) -> Caching {
    match again(fetcher, url, validators).await {
        Fetched::NotModified(caching) => caching,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn m01_to_m08_validators_are_sent_back_as_they_were_given() {
    let web = Web::start().await;
    // A client of its own each time: one alone lets an address rest for two seconds.
    let fetcher = || fetcher(&web.network());
    let date = "Tue, 16 Jan 2024 9:05:00 +0300";
    for (etag, modified) in
        [(Some("W/\"a b\""), None), (None, Some(date)), (Some("\"x\""), Some(date)), (Some("bare"), None)]
    {
        let url = web.url("/feed");
        let with = |answer: Answer| etag.into_iter().fold(answer, Answer::etag);
        web.route("/feed", modified.into_iter().fold(with(Answer::feed("<rss/>")), Answer::last_modified));
        web.forget();
        let first = get_feed(&fetcher(), &url).await.unwrap().caching.validators;
        let kept = unchanged(&fetcher(), &url, &first).await.validators;
        assert_eq!(kept, first);
        let log = web.asked("/feed");
        assert_eq!((log[0].header("if-none-match"), log[0].header("if-modified-since")), (None, None));
        assert_eq!((log[1].header("if-none-match"), log[1].header("if-modified-since")), (etag, modified));
    }
    // 5: a new one is taken up after every 200. 7: none is made up.
    web.script("/feed", vec![Answer::feed("<rss/>").etag("\"2\""), Answer::feed("<rss/>")]);
    let old = Validators { etag: Some("\"1\"".to_owned()), ..Validators::default() };
    let Fetched::Fresh(document) = again(&fetcher(), &web.url("/feed"), &old).await else { panic!() };
    assert_eq!(document.caching.validators.etag.as_deref(), Some("\"2\""));
    let Fetched::Fresh(document) = again(&fetcher(), &web.url("/feed"), &document.caching.validators).await else {
        panic!()
    };
    assert_eq!(document.caching.validators, Validators::default());
}

#[tokio::test]
async fn m09_m10_freshness_is_read() {
    let web = Web::start().await;
    let fetcher = fetcher(&web.network());
    web.route("/age", Answer::feed("<rss/>").header("Cache-Control", "max-age=3600").header("Age", "600"));
    web.route(
        "/expires",
        Answer::feed("<rss/>")
            .header("Date", "Tue, 16 Jan 2024 10:00:00 GMT")
            .header("Expires", "Tue, 16 Jan 2024 12:00:00 GMT"),
    );
    let fresh = async |path: &str| get_feed(&fetcher, &web.url(path)).await.unwrap().caching.fresh_for;
    assert_eq!(fresh("/age").await, Some(Duration::from_mins(50)));
    assert_eq!(fresh("/expires").await, Some(Duration::from_hours(2)));
}

#[tokio::test]
async fn m14_to_m16_a_host_that_asks_for_silence_has_it() {
    let statuses =
        [(429, "600"), (503, "600"), (429, "Tue, 16 Jan 2024 12:10:00 GMT"), (503, "Tue, 16 Jan 2024 12:10:00 GMT")];
    for (status, wait) in statuses {
        let web = Web::start().await;
        let fetcher = fetcher(&web.network());
        fetcher.remember(Vec::new(), noon());
        web.route("/feed", Answer::status(status).header("Retry-After", wait));
        web.route("/other", Answer::feed("<rss/>"));
        let error = get_feed(&fetcher, &web.url("/feed")).await.unwrap_err();
        let asked = error.retry_after().unwrap();
        assert!((590..=600).contains(&asked.as_secs()), "{status} {wait}: {asked:?}");
        // Its other addresses are not asked either.
        let error = get_feed(&fetcher, &web.url("/other")).await.unwrap_err();
        assert_eq!(error.fault(), Fault::RateLimited);
        assert_eq!(web.log().len(), 1);
        // Nor after a restart.
        let learned = fetcher.learned(&[web.url("/other")]);
        let until = learned[0].quiet_until.unwrap();
        let restarted = crate::fetcher(&web.network());
        restarted.remember(learned.clone(), noon() + jiff::SignedDuration::from_secs(60));
        assert!(get_feed(&restarted, &web.url("/other")).await.is_err());
        let later = crate::fetcher(&web.network());
        later.remember(learned, until);
        assert!(get_feed(&later, &web.url("/other")).await.is_ok());
    }
}

#[tokio::test]
async fn m14_a_short_silence_is_waited_out() {
    let web = Web::start().await;
    let fetcher = fetcher(&web.network());
    web.route("/feed", Answer::status(429).header("Retry-After", "1"));
    web.route("/other", Answer::feed("<rss/>"));
    assert!(get_feed(&fetcher, &web.url("/feed")).await.is_err());
    let begun = Instant::now();
    assert!(get_feed(&fetcher, &web.url("/other")).await.is_ok());
    assert!(begun.elapsed() > Duration::from_millis(900));
}

#[tokio::test]
async fn m21_a_second_try_comes_two_seconds_later_and_no_third() {
    let web = Web::start().await;
    let fetcher = fetcher(&web.network());
    web.script("/feed", vec![Answer::steps(vec![]), Answer::feed("<rss/>")]);
    web.route("/never", Answer::steps(vec![]));
    let (good, bad) = (web.url("/feed"), web.url("/never"));
    let (good, bad) = tokio::join!(get_feed(&fetcher, &good), get_feed(&fetcher, &bad));
    assert!(good.is_ok());
    assert_eq!(bad.unwrap_err().fault(), Fault::Reset);
    for path in ["/feed", "/never"] {
        let log = web.asked(path);
        assert_eq!(log.len(), 2);
        assert!(log[1].at - log[0].at >= Duration::from_secs(2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m22_at_most_so_many_in_flight_and_so_long_between_two() {
    let web = Web::start().await;
    web.rule("/", |_| Answer::feed("<rss/>").wait(Duration::from_millis(60)));
    let fetcher = fetcher(&web.network());
    let urls: Vec<_> = (0..8).map(|number| web.url(&format!("/{number}"))).collect();
    join_all(urls.iter().map(|url| get_feed(&fetcher, url))).await;
    assert_eq!((web.log().len(), web.peak()), (8, 2));

    web.forget();
    let delay = Duration::from_millis(500);
    let paced = Fetcher::new(&Worker { per_host: 2, ..worker() }, &web.network(), &limits()).unwrap();
    let slow = feedatlas::model::source::Source { delay, ..source(&urls[0]) };
    let visit = paced.visit(&slow);
    join_all(urls[..3].iter().map(|url| get(&visit, url, Purpose::Source))).await;
    let log = web.log();
    for pair in log.windows(2) {
        // Somewhat less is the network's and the scheduler's doing.
        assert!(pair[1].at - pair[0].at > delay / 2, "{:?}", pair[1].at - pair[0].at);
    }
}

#[tokio::test]
async fn m23_to_m26_where_a_source_moved_is_told_and_validators_follow() {
    let web = Web::start().await;
    // A client of its own each time: one alone lets an address rest for two seconds.
    let fetcher = || fetcher(&web.network());
    web.route("/new", Answer::feed("<rss/>").etag("\"1\""));
    for (status, permanent) in [(301, true), (308, true), (302, false), (303, false), (307, false)] {
        web.forget();
        web.route("/old", Answer::redirect(status, "/new"));
        let first = get_feed(&fetcher(), &web.url("/old")).await.unwrap();
        assert_eq!(first.url, web.url("/new"));
        let expected = permanent.then(|| web.url("/new"));
        assert_eq!(first.caching.moved_to, expected, "{status}");
        let next = unchanged(&fetcher(), &web.url("/old"), &first.caching.validators).await;
        assert_eq!(next.moved_to, expected);
        assert_eq!(web.asked("/new")[1].header("if-none-match"), Some("\"1\""));
    }
    // One that is not permanent on the way makes the whole way not so; another address never gets these validators.
    web.route("/older", Answer::redirect(301, "/old"));
    web.route("/elsewhere", Answer::feed("<rss/>").etag("\"1\""));
    let first = get_feed(&fetcher(), &web.url("/older")).await.unwrap();
    assert_eq!(first.caching.moved_to, None);
    web.route("/old", Answer::redirect(302, "/elsewhere"));
    assert!(matches!(again(&fetcher(), &web.url("/older"), &first.caching.validators).await, Fetched::Fresh(_)));
    assert_eq!(web.asked("/elsewhere")[0].header("if-none-match"), None);
}

#[tokio::test]
async fn m29_to_m35_every_request_is_honest_and_plain() {
    let (web, other) = (Web::start().await, Web::start_at("127.0.0.2").await);
    let network = Network { allow: vec![web.address(), other.address()], ca: None };
    let fetcher = fetcher(&network);
    let to = other.url("/feed");
    web.route("/feed", Answer::redirect(302, to.as_str()).header("Set-Cookie", "id=1; Path=/"));
    other.route("/feed", Answer::feed("<rss/>").header("Set-Cookie", "id=2; Path=/"));
    other.route("/page", Answer::page("<p>text</p>"));
    let visit_url = web.url("/feed");
    let one = source(&visit_url);
    let visit = fetcher.visit(&one);
    for _ in 0..2 {
        get(&visit, &visit_url, Purpose::Source).await.unwrap();
    }
    get(&visit, &other.url("/page"), Purpose::Page).await.unwrap();
    let log: Vec<_> = web.log().into_iter().chain(other.log()).collect();
    assert_eq!(log.len(), 6);
    for asked in &log {
        assert_eq!(asked.method, "GET");
        assert!(!asked.path.contains('?'), "{}", asked.path);
        let expected = concat!("feedatlas/", env!("CARGO_PKG_VERSION"), " (+https://atlas.example/bot)");
        assert_eq!(asked.header("user-agent"), Some(expected));
        assert_eq!(asked.header("accept-encoding"), Some("gzip, br, zstd, deflate"));
        for name in ["cookie", "referer", "cache-control", "pragma", "authorization", "range"] {
            assert_eq!(asked.header(name), None, "{name} in {asked:?}");
        }
        let accept = asked.header("accept").unwrap();
        match asked.path.as_str() {
            "/feed" => assert!(accept.contains("application/rss+xml") && accept.contains("application/atom+xml")),
            "/page" => assert!(accept.starts_with("text/html")),
            _ => assert!(accept.starts_with("text/plain")),
        }
    }
}

#[tokio::test]
async fn connections_are_kept_between_requests() {
    let web = Web::start().await;
    web.rule("/", |_| Answer::feed("<rss/>"));
    let fetcher = fetcher(&web.network());
    for number in 0..5 {
        get_feed(&fetcher, &web.url(&format!("/{number}"))).await.unwrap();
    }
    assert_eq!(web.connections(), 1);
}

/// Runs another of these tests with a proxy in its environment, at which nothing listens.
#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["manners::connections_are_kept_between_requests", "--exact"])
        .envs(["http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"].map(|name| (name, "http://127.0.0.1:9")))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
async fn a_document_has_what_its_head_said() {
    let web = Web::start().await;
    web.route(
        "/feed",
        Answer::ok("<rss/>")
            .header("Content-Type", "text/xml; charset=windows-1251")
            .header("Link", "<https://hub.example/>; rel=hub, </feed>; rel=\"self\""),
    );
    let fetcher = fetcher(&web.network());
    let Fetched::Fresh(document) =
        fetcher.visit(&source(&web.url("/feed"))).get(request(&web.url("/feed"), Purpose::Source)).await
    else {
        panic!()
    };
    assert_eq!((document.media_type(), document.charset()), (Some("text/xml"), Some("windows-1251")));
    let links: Vec<_> = document.links.iter().map(|(url, rel)| (rel.as_str(), url.as_str())).collect();
    assert_eq!(links, [("hub", "https://hub.example/"), ("self", web.url("/feed").as_str())]);
}
