//! robots.txt: how its lines are read (RFC 9309, and where it is silent Google's published behaviour), and when the file is asked for.

use std::time::{Duration, Instant};

use feedatlas::fetch::Purpose;
use feedatlas::fetch::error::FetchError;
use feedatlas::fetch::robots::Rules;
use feedatlas::model::fault::Fault;
use feedatlas::model::source::{HostState, Source};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::web::{Answer, Step, Web};
use crate::{fetcher, get, get_feed, source};

/// A file, and for each path whether it may be asked for.
fn rules(file: &str, paths: &[(&str, bool)]) {
    let rules = Rules::read(file.as_bytes());
    let kept = Rules::read(rules.to_text().as_bytes());
    assert_eq!(kept, rules, "kept as {:?}", rules.to_text());
    for (path, allowed) in paths {
        assert_eq!(rules.allows(path), *allowed, "{path} under {file:?}");
    }
}

#[test]
fn groups_are_found_whatever_their_form() {
    let no = [("/a", false)];
    let yes = [("/a", true)];
    rules("", &yes);
    rules("User-agent: *\nDisallow: /", &no);
    rules("user-AGENT: FeedAtlas\ndisALLOW: /", &no);
    rules("User-agent: feedatlas/2.0 (+https://x)\rDisallow: /", &no);
    rules("\u{feff}User-agent: *\r\nDisallow: /\r\n", &no);
    rules("  User-agent :\t* # all\n  Disallow : / # everything", &no);
    rules("User-agent: *\n\n\n# a comment\n\nDisallow: /", &no);
    rules("User-agent: other\nUser-agent: feedatlas\nDisallow: /", &no);
    rules("User-agent: other\nDisallow: /", &yes);
    rules("User-agent: feedatlasbot\nDisallow: /", &yes);
    rules("User-agent: *bot\nDisallow: /", &yes);
    rules("User-agent: * all\nDisallow: /", &no);
    // Without an agent a rule speaks to nobody.
    rules("Disallow: /", &yes);
    rules("Disallow: /\nUser-agent: *\nAllow: /", &yes);
    // Lines of other kinds do not end a group's agents.
    rules("User-agent: feedatlas\nSitemap: /s.xml\nUser-agent: other\nDisallow: /", &no);
    // Slips that Google's parser forgives.
    rules("useragent: *\ndissallow: /", &no);
    rules("User-agent *\nDisallow /", &no);
    rules("User-agent: *\nDisallow all the things", &yes);
}

#[test]
fn groups_for_us_are_one_and_go_before_those_for_all() {
    let file =
        "User-agent: feedatlas\nDisallow: /a\n\nUser-agent: *\nDisallow: /b\n\nUser-agent: FEEDATLAS\nDisallow: /c";
    rules(file, &[("/a", false), ("/b", true), ("/c", false), ("/d", true)]);
    rules("User-agent: *\nDisallow: /\n\nUser-agent: feedatlas\nAllow: /", &[("/x", true)]);
    // A group for us that says nothing lets us go everywhere.
    rules("User-agent: *\nDisallow: /\n\nUser-agent: feedatlas\nDisallow:", &[("/x", true)]);
    rules("User-agent: *\nDisallow: /a\nUser-agent: *\nDisallow: /b", &[("/a", false), ("/b", false)]);
}

#[test]
fn the_longest_pattern_decides_and_of_equals_the_one_that_allows() {
    rules("User-agent: *\nAllow: /p\nDisallow: /", &[("/page", true), ("/other", false)]);
    rules("User-agent: *\nDisallow: /folder\nAllow: /folder", &[("/folder/page", true)]);
    rules("User-agent: *\nAllow: /page\nDisallow: /*.htm", &[("/page.htm", false), ("/page", true)]);
    rules("User-agent: *\nAllow: /page\nDisallow: /*.ph", &[("/page.php5", true)]);
    rules("User-agent: *\nAllow: /$\nDisallow: /", &[("/", true), ("/page.htm", false)]);
    rules(
        "User-agent: *\nDisallow: /a/\nAllow: /a/b/\nDisallow: /a/b/c",
        &[("/a/x", false), ("/a/b/x", true), ("/a/b/c1", false)],
    );
    rules(
        "User-agent: *\nDisallow: /x/page.html\nAllow: /x/",
        &[("/x/page.html", false), ("/x/", true), ("/X/page.html", true)],
    );
}

#[test]
fn stars_and_dollars_have_their_meaning() {
    rules(
        "User-agent: *\nDisallow: /fish",
        &[
            ("/fish", false),
            ("/fish.html", false),
            ("/fishheads/y", false),
            ("/Fish.asp", true),
            ("/catfish", true),
            ("/?id=fish", true),
        ],
    );
    rules("User-agent: *\nDisallow: /fish*", &[("/fish", false), ("/fishheads", false), ("/desert/fish", true)]);
    rules(
        "User-agent: *\nDisallow: /fish/",
        &[("/fish/", false), ("/fish/salmon", false), ("/fish", true), ("/animals/fish/", true)],
    );
    rules(
        "User-agent: *\nDisallow: /*.php",
        &[("/index.php", false), ("/a/b.php?x=y", false), ("/", true), ("/windows.PHP", true)],
    );
    rules(
        "User-agent: *\nDisallow: /*.php$",
        &[("/a.php", false), ("/a.php?x", true), ("/a.php5", true), ("/a.php/", true), ("/a.php.php", false)],
    );
    rules(
        "User-agent: *\nDisallow: /fish*.php",
        &[("/fish.php", false), ("/fishheads/cat.php?p", false), ("/Fish.PHP", true)],
    );
    rules("User-agent: *\nDisallow: /a$b", &[("/a$bc", false), ("/a", true)]);
    rules("User-agent: *\nDisallow: *", &[("/anything", false)]);
    rules("User-agent: *\nDisallow: /*?", &[("/a?b", false), ("/a", true)]);
    rules("User-agent: *\nDisallow: /a**b*$", &[("/axxb", false), ("/ax", true)]);
    // A pattern made to be slow.
    let stars = "User-agent: *\nDisallow: /".to_owned() + &"a*".repeat(2000) + "b$";
    let begun = Instant::now();
    rules(&stars, &[(&("/".to_owned() + &"a".repeat(8000)), true)]);
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[test]
fn escapes_are_brought_to_one_form() {
    let cases = [
        ("/foo/bar?q=a", "/foo/bar?q=a"),
        ("/щука", "/%D1%89%D1%83%D0%BA%D0%B0"),
        ("/%d1%89%D1%83%D0%BA%D0%B0", "/%D1%89%D1%83%D0%BA%D0%B0"),
        ("/%62%61%7A", "/baz"),
        ("/baz", "/%62%61%7a"),
        ("/a%3cd.html", "/a%3Cd.html"),
        ("/star-%2A.html", "/star-*.html"),
        ("/price-%24", "/price-$"),
    ];
    for (pattern, path) in cases {
        rules(&format!("User-agent: *\nDisallow: {pattern}"), &[(path, false)]);
    }
    // What is reserved is not the same escaped and bare.
    rules("User-agent: *\nDisallow: /a%2Fb", &[("/a/b", true), ("/a%2fb", false)]);
    rules("User-agent: *\nDisallow: /100%", &[("/100%", false), ("/100", true)]);
}

#[test]
fn odd_files_are_read_as_far_as_they_go() {
    rules(
        "User-agent: *\nAllow: /news/index.html\nDisallow: /",
        &[("/news/", true), ("/news/index.html", true), ("/news/a", false), ("/", false)],
    );
    rules("User-agent: *\nDisallow: /", &[("/robots.txt", true)]);
    let long = format!("User-agent: *\nDisallow: /a\n{}Disallow: /b", "# padding padding padding\n".repeat(25_000));
    rules(&long, &[("/a", false), ("/b", true)]);
    assert!(!Rules::read(b"\xff\xfe\x00junk\nUser-agent: *\nDisallow: /\n\xf0").allows("/a"));
    assert!(Rules::read(b"<!DOCTYPE html><html><p>404: Disallow: /</p></html>").allows("/a"));
}

#[test]
fn a_crawl_delay_is_read_and_capped() {
    let delay =
        |text: &str| Rules::read(format!("User-agent: *\nCrawl-delay: {text}\nDisallow: /x").as_bytes()).crawl_delay();
    assert_eq!(delay("2"), Some(Duration::from_secs(2)));
    assert_eq!(delay("0.5"), Some(Duration::from_millis(500)));
    assert_eq!(delay("86400"), Some(Duration::from_secs(10)));
    assert_eq!(delay("1e99"), Some(Duration::from_secs(10)));
    assert_eq!((delay("-1"), delay("soon"), delay("NaN")), (None, None, None));
}

proptest! {
    /// Whatever a host puts there: no panic, what is kept says the same, and of two rules the longer decides.
    #[test]
    fn any_file_is_read(file in "(User-agent: (\\*|feedatlas|x)|(Dis)?[aA]llow: ?[/*$%a-c0-9\u{e9}]{0,9}|Crawl-delay: [0-9.e-]{0,5}|.{0,9}|[\r\n]){0,40}", path in "/[/*$%a-c0-9\u{e9}?]{0,12}") {
        let rules = Rules::read(file.as_bytes());
        let kept = Rules::read(rules.to_text().as_bytes());
        prop_assert_eq!(kept.allows(&path), rules.allows(&path));
        prop_assert_eq!(&kept, &rules);
        let closed = format!("User-agent: feedatlas\nDisallow: {path}\nAllow: /");
        prop_assert!(path.starts_with("/*") || path.ends_with('$') || !Rules::read(closed.as_bytes()).allows(&path) || path == "/");
    }
}

fn noon() -> Timestamp {
    "2024-01-16T12:00:00Z".parse().unwrap()
}

async fn page_fault(web: &Web, path: &str) -> Result<(), Fault> {
    let fetcher = fetcher(&web.network());
    let one = source(&web.url("/"));
    get(&fetcher.visit(&one), &web.url(path), Purpose::Page).await.map(drop).map_err(|error| error.fault())
}

#[tokio::test]
async fn m36_it_is_read_first_once_and_kept_for_a_day() {
    let web = Web::start().await;
    web.rule("/", |_| Answer::page("<p>text</p>"));
    web.route("/robots.txt", Answer::ok("User-agent: *\nDisallow: /private"));
    let one = source(&web.url("/"));
    let first = fetcher(&web.network());
    first.remember(Vec::new(), noon());
    let (visit, other) = (first.visit(&one), first.visit(&one));
    let urls: Vec<_> = (0..6).map(|number| web.url(&format!("/{number}"))).collect();
    join_all(
        urls.iter().enumerate().map(|(at, url)| get(if at % 2 == 0 { &visit } else { &other }, url, Purpose::Page)),
    )
    .await;
    assert_eq!(web.paths()[0], "/robots.txt");
    assert_eq!((web.asked("/robots.txt").len(), web.log().len()), (1, 7));
    let denied = get(&visit, &web.url("/private/1"), Purpose::Page).await.unwrap_err();
    assert_eq!((denied.fault(), web.log().len()), (Fault::RobotsDenied, 7));

    let kept = first.learned(&[web.url("/"), web.url("/other")]);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].origin, format!("http://{}", web.address()));
    for (hours, reads) in [(23, 1), (25, 2)] {
        let later = fetcher(&web.network());
        later.remember(kept.clone(), noon() + SignedDuration::from_hours(hours));
        assert!(get(&later.visit(&one), &web.url("/1"), Purpose::Page).await.is_ok());
        assert_eq!(web.asked("/robots.txt").len(), reads, "{hours} h later");
    }
}

#[tokio::test]
async fn m37_pages_obey_it_and_feeds_do_so_only_if_the_operator_says_so() {
    let web = Web::start().await;
    web.rule("/", |_| Answer::feed("<rss/>"));
    web.route("/robots.txt", Answer::ok("User-agent: *\nDisallow: /"));
    let fetcher = fetcher(&web.network());
    assert!(get_feed(&fetcher, &web.url("/feed")).await.is_ok());
    assert_eq!(web.paths(), ["/feed"]);
    let obedient = Source { robots_for_feed: true, ..source(&web.url("/feed")) };
    let fault = async |purpose| get(&fetcher.visit(&obedient), &web.url("/feed"), purpose).await.unwrap_err().fault();
    assert_eq!(fault(Purpose::Source).await, Fault::RobotsDenied);
    assert_eq!(fault(Purpose::Page).await, Fault::RobotsDenied);
    assert_eq!(fault(Purpose::Listing).await, Fault::RobotsDenied);
    assert_eq!(web.paths(), ["/feed", "/robots.txt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_fails_is_a_no_and_one_that_is_not_there_is_a_yes() {
    let no = Err(Fault::RobotsUnavailable);
    let file = "User-agent: *\nDisallow: /closed";
    let cases = [
        ("404", Answer::status(404), Ok(())),
        ("401", Answer::status(401), Ok(())),
        ("403 with a challenge", Answer::status(403).header("cf-mitigated", "challenge"), Ok(())),
        ("410", Answer::status(410), Ok(())),
        ("empty", Answer::ok(""), Ok(())),
        ("a page", Answer::page("<html><body>Welcome</body></html>"), Ok(())),
        ("huge", Answer::ok(file.to_owned() + &"\n# x".repeat(1 << 20)), Ok(())),
        ("elsewhere", Answer::redirect(301, "/r2"), Ok(())),
        ("in a circle", Answer::redirect(302, "/robots.txt"), Ok(())),
        ("429", Answer::status(429), Err(Fault::RateLimited)),
        ("500", Answer::status(500), no),
        ("503", Answer::status(503), no),
        ("hanging", Answer::steps(vec![Step::Hang]), no),
        ("cut", Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nUser-agent"), no),
        ("no HTTP", Answer::raw("hello"), no),
        ("to a private address", Answer::redirect(302, "http://127.0.0.1:1/"), Err(Fault::BlockedAddress)),
        ("a bomb", Answer::ok(vec![0xff; 64]).header("Content-Encoding", "gzip"), no),
    ];
    join_all(cases.into_iter().map(|(name, answer, expected)| async move {
        let web = Web::start().await;
        web.route("/robots.txt", answer);
        web.route("/r2", Answer::ok(file));
        web.rule("/", |_| Answer::page("<p>text</p>"));
        assert_eq!(page_fault(&web, "/open").await, expected, "{name}");
        assert!(
            get_feed(&fetcher(&web.network()), &web.url("/feed")).await.is_ok(),
            "{name}: a feed does not depend on it"
        );
        if matches!(name, "huge" | "elsewhere") {
            assert_eq!(page_fault(&web, "/closed").await, Err(Fault::RobotsDenied), "{name}");
        }
    }))
    .await;
}

#[tokio::test]
async fn what_was_read_earlier_holds_while_it_fails() {
    let web = Web::start().await;
    web.rule("/", |_| Answer::page("<p>text</p>"));
    web.route("/robots.txt", Answer::status(500));
    let two_days_ago = noon() - SignedDuration::from_hours(48);
    let kept = HostState {
        origin: format!("http://{}", web.address()),
        robots: "User-agent: *\nDisallow: /closed".to_owned(),
        robots_error: None,
        robots_read: Some(two_days_ago),
        quiet_until: None,
    };
    let fetcher = fetcher(&web.network());
    fetcher.remember(vec![kept], noon());
    let one = source(&web.url("/"));
    let visit = fetcher.visit(&one);
    assert!(get(&visit, &web.url("/open"), Purpose::Page).await.is_ok());
    let closed = get(&visit, &web.url("/closed"), Purpose::Page).await;
    assert!(matches!(closed, Err(FetchError::RobotsDenied { .. })));
    assert_eq!(web.asked("/robots.txt").len(), 1);
    let learned = &fetcher.learned(&[web.url("/")])[0];
    assert_eq!((learned.robots_error, learned.robots.is_empty()), (Some(Fault::HttpStatus), false));
    // The next pass asks again.
    web.route("/robots.txt", Answer::ok(""));
    let next = crate::fetcher(&web.network());
    next.remember(vec![learned.clone()], noon() + SignedDuration::from_mins(1));
    assert!(get(&next.visit(&one), &web.url("/closed"), Purpose::Page).await.is_ok());
}

#[tokio::test]
async fn a_crawl_delay_holds_for_pages_and_redirects_are_judged_where_they_lead() {
    let (web, other) = (Web::start().await, Web::start_at("127.0.0.2").await);
    let network = feedatlas::model::settings::Network { allow: vec![web.address(), other.address()], ca: None };
    web.rule("/", |_| Answer::page("<p>text</p>"));
    web.route("/robots.txt", Answer::ok("User-agent: *\nCrawl-delay: 1.5"));
    web.route("/away", Answer::redirect(302, other.url("/closed").as_str()));
    other.route("/robots.txt", Answer::ok("User-agent: *\nDisallow: /closed"));
    let fetcher = fetcher(&network);
    let one = source(&web.url("/"));
    let visit = fetcher.visit(&one);
    for path in ["/1", "/2", "/feed"] {
        let purpose = if path == "/feed" { Purpose::Source } else { Purpose::Page };
        get(&visit, &web.url(path), purpose).await.unwrap();
    }
    let log = web.log();
    assert!(log[2].at - log[1].at > Duration::from_secs(1));
    assert!(log[3].at - log[2].at < Duration::from_secs(1), "a feed does not wait for it");
    assert_eq!(get(&visit, &web.url("/away"), Purpose::Page).await.unwrap_err().fault(), Fault::RobotsDenied);
    assert_eq!(other.paths(), ["/robots.txt"]);
}
