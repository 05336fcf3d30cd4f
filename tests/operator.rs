//! What an operator does with sources: lists of other readers in and out, an address looked at and added, a source tried.
//!
//! `UPDATE=1 cargo test --test operator` writes the answers of `fixtures/opml` anew; read the difference before it is committed.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::house::House;
use support::web::{Answer, Web};

const FEED: &str = "<rss version=\"2.0\"><channel><title>Harbour News</title><language>EN</language>\
    <item><title>Ship comes in</title><link>/a/1</link><pubDate>Tue, 16 Jan 2024 14:05:00 +0300</pubDate></item>\
    <item><title>Ship goes out</title><link>/a/2</link><pubDate>Mon, 15 Jan 2024 14:05:00 +0300</pubDate></item></channel></rss>";

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/opml");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder).expect("cases").map(|case| case.expect("a case").path()).collect();
    cases.sort();
    cases
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_is_read_and_what_was_mended_is_told_with_its_place() {
    let cases = fixtures();
    assert!(cases.len() >= 9, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let house = House::new(&[], "");
        fs::copy(case.join("list.opml"), house.path("list.opml")).expect("a list");
        let ran = house.run(&["opml", "import", "list.opml"]);
        assert_eq!(ran.code, Some(0), "{}: {}", case.display(), ran.stderr);
        let answer = format!("{}\n{}", ran.stderr, ran.stdout);
        let expected = case.join("expected.txt");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &answer).expect("an answer can be written");
        }
        if fs::read_to_string(&expected).unwrap_or_default() != answer {
            wrong.push(format!("{}:\n{answer}", case.display()));
        }
        // What is printed is what is written, and is read without a mistake.
        let before = fs::read_to_string(house.path("feeds.toml")).expect("feeds.toml");
        let ran = house.run(&["opml", "import", "--write", "list.opml"]);
        assert_eq!(ran.code, Some(0), "{}: {}", case.display(), ran.stderr);
        let after = fs::read_to_string(house.path("feeds.toml")).expect("feeds.toml");
        assert!(after.starts_with(before.trim_end()), "{after}");
        let again = house.run(&["opml", "import", "--write", "list.opml"]);
        assert_eq!(again.code, Some(0));
        assert_eq!(
            fs::read_to_string(house.path("feeds.toml")).expect("feeds.toml"),
            after,
            "a second time adds nothing"
        );
        assert_eq!(house.run(&["check"]).code, Some(0));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_imported_as_it_was() {
    let sources = "[[source]]\nurl = \"https://a.example/feed?x=1&y=2\"\nname = \"A & b < \\\"c\\\"\"\nlanguage = \"ru\"\ncountries = [\"KP\"]\n\
                   [[source]]\nurl = \"https://b.example/list\"\nkind = \"page\"\nname = \"B\"\n";
    let house = House::new(&[], sources);
    let list = house.run(&["opml", "export"]);
    assert_eq!(list.code, Some(0), "{}", list.stderr);
    fs::write(house.path("list.opml"), &list.stdout).expect("a list can be written");
    house.write_config(&[], "", "");
    let ran = house.run(&["opml", "import", "--write", "list.opml"]);
    assert!(ran.stderr.contains("0 of them mended in 0 places; 2 sources"), "{}", ran.stderr);
    let told = house.run(&["sources", "list", "--json"]).stdout;
    let lines: Vec<serde_json::Value> = told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines[0]["name"], "A & b < \"c\"");
    assert_eq!(
        (lines[0]["url"].as_str(), lines[0]["language"].as_str()),
        (Some("https://a.example/feed?x=1&y=2"), Some("ru"))
    );
    assert_eq!(lines[1]["url"], "https://b.example/list");
    let text = fs::read_to_string(house.path("feeds.toml")).expect("feeds.toml");
    assert!(text.contains("# filed under North Korea (perhaps countries = [\"KP\"])"), "{text}");
    let ran = house.run(&["opml", "import", "list.opml", "--country", "kndr"]);
    assert!(ran.stderr.contains("2 there already") && ran.stdout.is_empty(), "{}{}", ran.stderr, ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_of_a_page_is_found_and_added_and_every_other_byte_stays() {
    let web = Web::start().await;
    web.route("/", Answer::page("<html><head><title>Harbour</title><link rel=alternate type=application/rss+xml href=/news.xml></head><body></body></html>"));
    web.route("/news.xml", Answer::feed(FEED));
    let house = House::new(&[web.address()], "# a comment\n[country.KP]   # another\nslug = 'kndr'");
    let before = fs::read_to_string(house.path("feeds.toml")).expect("feeds.toml");
    let printed = house.run(&["sources", "add", web.url("/").as_str()]);
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    assert!(printed.stderr.contains("names a feed"), "{}", printed.stderr);
    let lines = format!("[[source]]\nurl = \"{}\"\nname = \"Harbour News\"\nlanguage = \"en\"\n", web.url("/news.xml"));
    assert!(printed.stdout.contains(&lines), "{}", printed.stdout);
    assert_eq!(fs::read_to_string(house.path("feeds.toml")).expect("feeds.toml"), before, "printed, not written");
    assert_eq!(house.run(&["sources", "add", "--write", "--name", "Порт", web.url("/").as_str()]).code, Some(0));
    let after = fs::read_to_string(house.path("feeds.toml")).expect("feeds.toml");
    assert!(after.contains("name = \"Порт\"") && after.len() > before.len(), "{after}");
    // What stood there stands there still, byte for byte: the new lines are put into it at one place.
    let head = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    assert!(after.ends_with(&before[head..]), "{before}\n{after}");
    // The page and the feed are both known now, in whichever way they are written.
    let again = house.run(&["sources", "add", "--write", &format!("{}?utm_source=x", web.url("/news.xml"))]);
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("is there already, as `Порт`"), "{}", again.stderr);
    assert_eq!(house.run(&["sources", "add", web.url("/").as_str()]).code, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_where_sites_keep_theirs_is_found_and_no_more_is_asked_than_is_polite() {
    let web = Web::start().await;
    web.route("/about", Answer::page("<html><head><title>About</title></head><body><p>Words.</p></body></html>"));
    web.route("/rss.xml", Answer::feed(FEED));
    let house = House::new(&[web.address()], "");
    let ran = house.run(&["sources", "add", web.url("/about").as_str()]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains(&format!("url = \"{}\"", web.url("/rss.xml"))), "{}", ran.stdout);
    let nothing = Web::start_at("127.0.0.2").await;
    nothing.route("/", Answer::page("<html><body><p>Words.</p></body></html>"));
    let house = House::new(&[nothing.address()], "");
    let ran = house.run(&["sources", "add", nothing.url("/").as_str()]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(ran.stderr.contains("neither a feed"), "{}", ran.stderr);
    let asked = nothing.log().iter().filter(|asked| asked.path != "/robots.txt").count();
    assert!(asked <= 6, "{asked} requests: {:?}", nothing.paths());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_articles_is_added_with_selectors_that_find_them() {
    let web = Web::start().await;
    let card = |n: usize| {
        format!(
            "<li class=\"card c{n}\"><h3><a class=\"go\" href=\"/2024/01/16/story-{n}-of-korea\">North Korea opens bridge number {n} over a river</a></h3>\
                 <span class=when>1{n}.01.2024</span></li>"
        )
    };
    let cards: String = (0..8).map(card).collect();
    let menu = "<ul class=menu><li><a href=/a>All</a></li><li><a href=/b>Sport</a></li></ul>";
    web.route("/list", Answer::page(format!("<html lang=en><head><title>Korea desk</title></head><body>{menu}<main><ul class=list>{cards}</ul></main></body></html>")));
    let house = House::new(&[web.address()], "");
    let ran = house.run(&["sources", "add", "--write", web.url("/list").as_str()]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("lists 8 articles") && ran.stderr.contains("`select` finds 8 of 8"), "{}", ran.stderr);
    let text = fs::read_to_string(house.path("feeds.toml")).expect("feeds.toml");
    assert!(
        text.contains("kind = \"page\"")
            && text.contains("countries = [\"KP\"]")
            && text.contains("select = { item = "),
        "{text}"
    );
    // By these lines the same articles are found.
    let probed = house.run(&["check", "--probe"]);
    assert!(probed.stdout.contains("Korea desk") && probed.stdout.contains(" 8 "), "{}", probed.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_tried_by_name_or_address_and_nothing_is_kept() {
    let web = Web::start().await;
    let text =
        "<p>The new bridge over the Taedong was opened to traffic in Pyongyang on Monday, and buses crossed it.</p>"
            .repeat(6);
    let item =
        |n: usize| format!("<item><title>Bridge {n} opens</title><link>{}</link></item>", web.url(&format!("/s/{n}")));
    let items: String = (0..5).map(item).collect();
    web.route("/feed", Answer::feed(format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>")));
    web.rule("/s/", move |asked| {
        Answer::page(format!(
            "<html><body><article><h1>Bridge {} opens</h1><figure><img src=/b.jpg width=900 height=600>\
            <figcaption>Photo: Ada Bell</figcaption></figure>{text}</article></body></html>",
            asked.path.len()
        ))
    });
    let house = House::new(&[web.address()], &format!("[[source]]\nname = \"Порт\"\nurl = \"{}\"\n", web.url("/feed")));
    for named in ["Порт", web.url("/feed").as_str()] {
        let ran = house.run(&["sources", "try", named, "--articles", "2"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        for words in ["a feed of 5 entries; 2 articles read", "photo: Ada Bell", "KP North Korea: "] {
            assert!(ran.stdout.contains(words), "no {words} in\n{}", ran.stdout);
        }
    }
    assert!(!house.path("data").exists() && !house.path("public").exists());
    assert_eq!(house.run(&["sources", "try", "nobody"]).code, Some(2));
    let dead = house.run(&["sources", "try", web.url("/404").as_str()]);
    assert_eq!(dead.code, Some(1));
    assert!(dead.stdout.contains("http_status"), "{}", dead.stdout);
}
