//! What one source may cost: time of answers that fail, requests beside its articles; and that others pay nothing for it.

use std::time::{Duration, Instant};

use feedatlas::fetch::{Fetcher, Purpose};
use feedatlas::model::fault::Fault;
use feedatlas::model::settings::{Limits, Network};
use futures_util::future::join_all;

use crate::web::{Answer, Step, Web};
use crate::{fetcher, get, get_feed, limits, source, worker};

#[tokio::test(flavor = "multi_thread")]
async fn failing_answers_have_so_much_time_in_all_and_others_lose_nothing() {
    let (hostile, healthy) = (Web::start().await, Web::start_at("127.0.0.2").await);
    hostile.rule("/", |_| Answer::steps(vec![Step::Hang]));
    healthy.rule("/", |_| Answer::page("<p>text</p>"));
    let limits = Limits { request: Duration::from_millis(500), failing: Duration::from_millis(1200), ..limits() };
    let network = Network { allow: vec![hostile.address(), healthy.address()], ca: None };
    let fetcher = Fetcher::new(&worker(), &network, &limits).unwrap();
    let (bad, good) = (source(&hostile.url("/")), source(&healthy.url("/")));
    let (bad_visit, good_visit) = (fetcher.visit(&bad), fetcher.visit(&good));
    let begun = Instant::now();
    let failing = async {
        let mut limits = Vec::new();
        for number in 0..50 {
            let error = get(&bad_visit, &hostile.url(&format!("/{number}")), Purpose::Source).await.unwrap_err();
            assert!(matches!(error.fault(), Fault::Timeout | Fault::RateLimited));
            limits.push(error.limit().unwrap());
        }
        (limits, begun.elapsed())
    };
    let reading = async {
        for number in 0..20 {
            get(&good_visit, &healthy.url(&format!("/{number}")), Purpose::Page).await.unwrap();
        }
        begun.elapsed()
    };
    let ((limits, failed_in), read_in) = tokio::join!(failing, reading);
    assert_eq!(limits[..4], ["request", "request", "failing", "failing"]);
    assert!(bad_visit.exhausted() && !good_visit.exhausted());
    assert!(failed_in < Duration::from_secs(5), "{failed_in:?}");
    assert!(read_in < Duration::from_secs(5), "{read_in:?}");
    assert_eq!(hostile.log().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_out_of_politeness_costs_no_time() {
    let web = Web::start().await;
    web.rule("/", |_| Answer::page("<p>text</p>"));
    let limits = Limits { request: Duration::from_millis(700), failing: Duration::from_millis(700), ..limits() };
    let fetcher = Fetcher::new(&worker(), &web.network(), &limits).unwrap();
    let slow = feedatlas::model::source::Source { delay: Duration::from_millis(400), ..source(&web.url("/")) };
    let visit = fetcher.visit(&slow);
    let urls: Vec<_> = (0..5).map(|number| web.url(&format!("/{number}"))).collect();
    let answers = join_all(urls.iter().map(|url| get(&visit, url, Purpose::Page))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert!(!visit.exhausted());
}

#[tokio::test]
async fn a_slow_answer_that_completes_costs_nothing() {
    let web = Web::start().await;
    web.rule("/", |_| Answer::page("<p>text</p>").wait(Duration::from_millis(400)));
    let limits = Limits { failing: Duration::from_millis(1100), ..limits() };
    let fetcher = Fetcher::new(&worker(), &web.network(), &limits).unwrap();
    let one = source(&web.url("/"));
    let visit = fetcher.visit(&one);
    for number in 0..4 {
        get(&visit, &web.url(&format!("/{number}")), Purpose::Page).await.unwrap();
    }
    assert!(!visit.exhausted());
}

#[tokio::test]
async fn m40_requests_beside_the_articles_are_six_at_most() {
    let web = Web::start().await;
    web.rule("/", |_| Answer::page("<p>text</p>"));
    let fetcher = fetcher(&web.network());
    let one = source(&web.url("/"));
    let visit = fetcher.visit(&one);
    let ask =
        async |path: &str, purpose| get(&visit, &web.url(path), purpose).await.map(drop).map_err(|error| error.limit());
    // The document and four more pages; one request is kept for robots.txt.
    assert_eq!(ask("/feed", Purpose::Source).await, Ok(()));
    for number in 2..6 {
        assert_eq!(ask(&format!("/member/{number}"), Purpose::Source).await, Ok(()));
    }
    assert_eq!(ask("/member/6", Purpose::Source).await, Err(Some("requests")));
    for number in 0..20 {
        assert_eq!(ask(&format!("/article/{number}"), Purpose::Page).await, Ok(()));
    }
    assert_eq!(web.log().len(), 6 + 20);
    assert_eq!(ask("/member/7", Purpose::Listing).await, Err(Some("requests")));
    assert_eq!(web.log().len(), 6 + 20);
}

#[tokio::test]
async fn redirects_of_articles_that_lead_nowhere_are_counted() {
    let web = Web::start().await;
    web.rule("/article/", |asked| {
        let next = format!("{}x", asked.path);
        Answer::redirect(302, &next)
    });
    web.rule("/moved/", |asked| Answer::redirect(301, &asked.path.replace("moved", "page")));
    web.rule("/page/", |_| Answer::page("<p>text</p>"));
    let one = source(&web.url("/"));
    let moved = fetcher(&web.network());
    let visit = moved.visit(&one);
    for number in 0..10 {
        assert!(get(&visit, &web.url(&format!("/moved/{number}")), Purpose::Page).await.is_ok(), "{number}");
    }
    web.forget();
    let endless = fetcher(&web.network());
    let visit = endless.visit(&one);
    for number in 0..10 {
        assert!(get(&visit, &web.url(&format!("/article/{number}")), Purpose::Page).await.is_err());
    }
    assert_eq!(web.log().len(), 6 + 10);
}

#[tokio::test]
async fn a_host_that_says_429_is_not_asked_again_by_this_source_in_this_pass() {
    let web = Web::start().await;
    web.rule("/", |_| Answer::page("<p>text</p>"));
    web.route("/article/3", Answer::status(429));
    let fetcher = fetcher(&web.network());
    let one = source(&web.url("/"));
    let visit = fetcher.visit(&one);
    for number in 1..30 {
        let answer = get(&visit, &web.url(&format!("/article/{number}")), Purpose::Page).await.map(drop);
        assert_eq!(answer.map_err(|error| error.fault()).is_err(), number >= 3, "{number}");
    }
    assert_eq!(web.paths(), ["/robots.txt", "/article/1", "/article/2", "/article/3"]);
    assert!(get_feed(&fetcher, &web.url("/feed")).await.is_ok(), "another source, or a later pass, may ask");
}

#[tokio::test]
async fn an_answer_of_the_size_limit_is_read_and_one_byte_more_is_not() {
    let web = Web::start().await;
    let fetcher = fetcher(&web.network());
    let size = crate::BODY_BYTES;
    web.route("/just", Answer::feed(vec![b'x'; size]));
    web.route("/more", Answer::feed(vec![b'x'; size + 1]));
    assert_eq!(get_feed(&fetcher, &web.url("/just")).await.unwrap().body.len(), size);
    let error = get_feed(&fetcher, &web.url("/more")).await.unwrap_err();
    assert_eq!((error.fault(), error.limit()), (Fault::TooLarge, Some("body")));
}
