//! `feedatlas status`: what is wrong with each source, since when, what will be done about it, and what helps; for every class of failure.

mod support;

use std::fs;
use std::time::Duration;

use feedatlas::model::fault::Fault;
use feedatlas::model::source::{Source, SourceName, SourceState};
use feedatlas::model::url::PageUrl;
use feedatlas::publish::status::{PATH, SourceStatus, StatusFile};
use jiff::{SignedDuration, Timestamp};
use support::house::House;
use support::web::{Answer, Step, Web};

/// The lines that are told of a source below the table.
fn told(stdout: &str, name: &str) -> Vec<String> {
    let mut lines = stdout.lines().skip_while(|line| !line.starts_with(&format!("{name}: ")));
    let first = lines.next().unwrap_or_else(|| panic!("nothing is told of `{name}`:\n{stdout}")).to_owned();
    let more = lines.take_while(|line| line.starts_with("    ")).map(|line| line.trim().to_owned());
    std::iter::once(first).chain(more).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_class_of_failure_is_told_with_its_time_what_is_done_and_what_helps() {
    let house = House::new(&[], "");
    let now = Timestamp::now();
    let before = |hours| now - SignedDuration::from_hours(hours);
    let sources = Fault::ALL.iter().map(|fault| {
        let url = PageUrl::parse(&format!("https://example.org/{fault}")).expect("an address");
        let source = Source { name: SourceName(fault.to_string()), ..Source::bare(url, Duration::ZERO) };
        let state = SourceState {
            failures: 3,
            failing_since: Some(before(5)),
            last_asked: Some(before(1)),
            last_error: Some((*fault, format!("words of {fault}"))),
            gone: *fault == Fault::Gone,
            quiet_until: (*fault == Fault::RateLimited).then(|| now + SignedDuration::from_hours(9)),
            ..SourceState::default()
        };
        SourceStatus::of(&source, &state, Some(now + SignedDuration::from_mins(200)).max(state.quiet_until))
    });
    let file = StatusFile { sources: sources.collect(), ..StatusFile::default() };
    fs::create_dir_all(house.path("public")).expect("a folder");
    fs::write(house.path("public").join(PATH), file.to_bytes()).expect("a file");
    let ran = house.run(&["status"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout.starts_with(&format!("0 articles · {0} sources, {0} failing", Fault::ALL.len())),
        "{}",
        ran.stdout
    );
    for fault in Fault::ALL {
        let lines = told(&ran.stdout, fault.as_str());
        assert_eq!(lines[0], format!("{fault}: {fault} for 5 h, 3 times in a row"));
        assert_eq!(lines[1], format!("words of {fault}"));
        let expected = match fault {
            Fault::Gone => "not asked again until feeds.toml names another url",
            Fault::RateLimited => "next in 8 h: it asked for quiet (Retry-After) and has it until then",
            _ => "next in 3 h: asked again then; each failure doubles the wait, up to a day",
        };
        assert_eq!(lines[2], expected, "{fault}");
        assert!(lines[3].len() > 20 && lines.len() == 4, "{fault}: {lines:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_pass_met_is_told_and_is_no_longer_once_it_is_well() {
    // A host that asks for quiet has it from all of its sources: it stands alone.
    let (web, busy) = (Web::start().await, Web::start_at("127.0.0.2").await);
    let feed = "<rss version=\"2.0\"><channel><title>t</title></channel></rss>";
    web.route("/well", Answer::feed(feed));
    web.script("/500", vec![Answer::status(500), Answer::feed(feed)]);
    web.route("/gone", Answer::status(410));
    busy.route("/busy", Answer::status(429).header("Retry-After", "7200"));
    web.route("/page", Answer::page("<html><body>nothing</body></html>"));
    web.route("/cut", Answer::steps(vec![Step::Reset]));
    let names = ["well", "500", "gone", "busy", "page", "cut"];
    let of = |name: &str| if name == "busy" { &busy } else { &web };
    let source = |name: &&str| {
        let url = of(name).url(&format!("/{name}"));
        format!("[[source]]\nname = \"{name}\"\nurl = \"{url}\"\n")
    };
    let sources: String = names.iter().map(source).collect();
    let house = House::new(&[web.address(), busy.address()], &sources);
    assert_eq!(house.pass().code, Some(0));
    let status = house.run(&["status"]).stdout;
    assert!(status.contains("6 sources, 5 failing"), "{status}");
    let expected =
        [("500", "http_status"), ("gone", "gone"), ("busy", "rate_limited"), ("page", "not_a_feed"), ("cut", "reset")];
    for (name, class) in expected {
        let lines = told(&status, name);
        assert!(lines[0].starts_with(&format!("{name}: {class} for ")) && lines[0].ends_with(", once"), "{lines:?}");
        assert!(lines[1].contains(&of(name).address().to_string()), "{lines:?}");
        assert!(lines.len() == 4, "{lines:?}");
    }
    assert!(told(&status, "gone")[2].starts_with("not asked again"), "{status}");
    let busy = &told(&status, "busy")[2];
    assert!(
        busy.starts_with("next in 119 min: it asked for quiet") || busy.starts_with("next in 2 h: it asked"),
        "{busy}"
    );
    assert!(!status.contains("\nwell: "), "{status}");
    // The next pass finds one of them well again.
    assert_eq!(house.pass().code, Some(0));
    let status = house.run(&["status"]).stdout;
    assert!(status.contains("6 sources, 4 failing") && !status.contains("\n500: "), "{status}");
    assert!(told(&status, "page")[0].ends_with("2 times in a row"), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_are_refused_are_told_of_a_source_that_is_well() {
    let web = Web::start().await;
    let item = |path: &str| {
        let link = web.url(path);
        format!("<item><title>Report of {path}</title><link>{link}</link><guid>{link}</guid></item>")
    };
    let items: String = ["/1", "/2", "/3"].into_iter().map(item).collect();
    web.route("/feed", Answer::feed(format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>")));
    web.route("/robots.txt", Answer::ok("User-agent: *\nDisallow: /2\nDisallow: /3\n"));
    let text =
        "<p>A paragraph of many words, each of which is there so that the page is read as an article at all.</p>"
            .repeat(9);
    web.route("/1", Answer::page(format!("<html><body><article><h1>Report</h1>{text}</article></body></html>")));
    let feed = web.url("/feed");
    let house = House::new(&[web.address()], &format!("[[source]]\nname = \"s\"\nurl = \"{feed}\"\n"));
    assert_eq!(house.pass().code, Some(0));
    let status = house.run(&["status"]).stdout;
    assert!(status.contains("1 sources, 0 failing"), "{status}");
    let lines = told(&status, "s");
    assert!(lines[0].starts_with("s: robots_denied on 2 of 3 pages for "), "{lines:?}");
    assert_eq!(lines[1], "their summaries are published instead");
    assert!(lines[2].contains("robots.txt forbids it"), "{lines:?}");
}
