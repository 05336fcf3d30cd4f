//! What is published is read back by programs that people use: feedparser, newsboat, sfeed, and feed-rs; and held to the rules of
//! validators. On the demo's folder, and on one that hostile sources fed.
//!
//! A program that is not there is skipped in words, unless `FEEDATLAS_REQUIRE` names it. `FEEDATLAS_PYTHON` is a Python that has
//! feedparser, `python3` by default.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;
use support::house::{House, PROGRAM};
use support::valid::{Node, assert_valid, tree};
use support::web::{Answer, Web};

/// What a reader took up of an entry. What it has no place for is not compared.
#[derive(Debug, Default, Clone, Deserialize)]
struct Taken {
    title: String,
    link: String,
    id: String,
    date: i64,
    authors: Vec<String>,
    summary: Option<String>,
    content: String,
    categories: Option<Vec<String>>,
    enclosures: Option<Vec<String>>,
    pictures: Option<Vec<String>>,
    credits: Option<Vec<(String, String)>>,
}

/// What was published, from the RSS as a tree.
fn published(path: &str, text: &str) -> Vec<Taken> {
    let root = tree(path, text);
    let channel = &root.children[0];
    channel.all("item").map(taken).collect()
}

fn taken(item: &Node) -> Taken {
    let text = |name: &str| item.text_of(name).unwrap_or_default().to_owned();
    let texts = |name: &str| item.all(name).map(|node| node.text.trim().to_owned()).collect::<Vec<_>>();
    let urls =
        |name: &str| item.all(name).filter_map(|node| node.attribute("url")).map(str::to_owned).collect::<Vec<_>>();
    let credits = item.all("media:content").flat_map(|content| content.all("media:credit"));
    let credits = credits.map(|credit| (credit.text.clone(), credit.attribute("role").unwrap_or_default().to_owned()));
    Taken {
        title: text("title"),
        link: text("link"),
        id: text("guid"),
        date: jiff::fmt::rfc2822::parse(&text("pubDate")).unwrap().timestamp().as_second(),
        authors: texts("dc:creator"),
        summary: Some(text("description")),
        content: text("content:encoded"),
        categories: Some(texts("category")),
        enclosures: Some(urls("enclosure")),
        pictures: Some(urls("media:content")),
        credits: Some(credits.collect()),
    }
}

/// The letters of a text, whatever markup is around them.
fn letters(html: &str) -> String {
    let text: String = scraper::Html::parse_fragment(html).root_element().text().collect();
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Everything that a reader has a place for came through, of every entry.
fn assert_taken(reader: &str, path: &str, wanted: &[Taken], found: &[Taken]) {
    let found: BTreeMap<&str, &Taken> = found.iter().map(|taken| (taken.id.as_str(), taken)).collect();
    assert_eq!(found.len(), wanted.len(), "{reader}: {path}: entries");
    for wanted in wanted {
        let of = format!("{reader}: {path}: {}", wanted.link);
        let found = found.get(wanted.id.as_str()).unwrap_or_else(|| panic!("{of}: {} is not there", wanted.id));
        assert_eq!(spaced(&html_escape::decode_html_entities(&found.title)), spaced(&wanted.title), "{of}");
        assert_eq!((&found.link, found.date), (&wanted.link, wanted.date), "{of}");
        // A reader with one field for it shows the first, the last, or all of them in a row.
        let names: BTreeSet<String> = found.authors.iter().map(|name| spaced(name)).collect();
        let is_there = |name: &String| names.iter().any(|found| found.contains(&spaced(name)));
        let count = if found.authors.len() == 1 { wanted.authors.len().min(1) } else { wanted.authors.len() };
        assert!(wanted.authors.iter().filter(|name| is_there(name)).count() >= count, "{of}: {names:?}");
        let body =
            if wanted.content.is_empty() { wanted.summary.clone().unwrap_or_default() } else { wanted.content.clone() };
        assert_eq!(letters(&found.content), letters(&body), "{of}: the text");
        for picture in wanted.pictures.iter().flatten() {
            let written = picture.replace('&', "&amp;");
            assert!(found.content.contains(picture) || found.content.contains(&written), "{of}: {picture} in the text");
        }
        for (name, _) in wanted.credits.iter().flatten() {
            assert!(letters(&found.content).contains(&letters(name)), "{of}: {name} in the text");
        }
        if let Some(summary) = &found.summary {
            assert_eq!(letters(summary), letters(wanted.summary.as_deref().unwrap_or_default()), "{of}: the summary");
        }
        let sorted = |list: &Vec<String>| list.iter().cloned().collect::<BTreeSet<_>>();
        let same = [
            (&found.categories, &wanted.categories),
            (&found.enclosures, &wanted.enclosures),
            (&found.pictures, &wanted.pictures),
        ];
        for (found, wanted) in same {
            if let (Some(found), Some(wanted)) = (found, wanted) {
                assert_eq!(sorted(found), sorted(wanted), "{of}");
            }
        }
        if let (Some(found), Some(wanted)) = (&found.credits, &wanted.credits) {
            assert_eq!(found.iter().collect::<BTreeSet<_>>(), wanted.iter().collect::<BTreeSet<_>>(), "{of}");
        }
    }
}

/// Whether a program is there; one that is required and is not is a failure.
fn is_there(name: &str, test: &mut Command) -> bool {
    let runs = test.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    let required = std::env::var("FEEDATLAS_REQUIRE").unwrap_or_default();
    assert!(runs || !required.split(',').any(|tool| tool.trim() == name), "{name} is required, and is not there");
    if !runs {
        eprintln!("skipped: {name} is not there");
    }
    runs
}

fn python() -> Command {
    Command::new(std::env::var_os("FEEDATLAS_PYTHON").unwrap_or_else(|| "python3".into()))
}

fn read_back(how: &str, of: &Path) -> Vec<Taken> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/read_back.py");
    let output = python().arg(script).arg(how).arg(of).output().expect("Python starts");
    assert!(output.status.success(), "{how}: {}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"))).collect()
}

fn through_feed_rs(bytes: &[u8]) -> Vec<Taken> {
    let feed = feed_rs::parser::parse(bytes).expect("feed-rs reads it");
    let entry = |entry: feed_rs::model::Entry| {
        let media: Vec<_> = entry.media.iter().flat_map(|media| &media.content).collect();
        let is_picture = |content: &&&feed_rs::model::MediaContent| {
            content.content_type.as_ref().is_none_or(|kind| kind.ty().as_str() == "image")
        };
        let url = |content: &&feed_rs::model::MediaContent| content.url.as_ref().map(ToString::to_string);
        Taken {
            title: entry.title.map(|title| title.content).unwrap_or_default(),
            link: entry.links.first().map(|link| link.href.clone()).unwrap_or_default(),
            id: entry.id,
            date: entry.published.map_or(0, |at| at.timestamp()),
            authors: entry.authors.into_iter().filter_map(|author| author.name).collect(),
            summary: entry.summary.as_ref().map(|summary| summary.content.clone()),
            content: entry
                .content
                .and_then(|content| content.body)
                .or(entry.summary.map(|summary| summary.content))
                .unwrap_or_default(),
            categories: Some(entry.categories.into_iter().map(|category| category.term).collect()),
            enclosures: None,
            pictures: (!media.is_empty()).then(|| media.iter().filter(is_picture).filter_map(url).collect()),
            credits: None,
        }
    };
    feed.entries.into_iter().map(entry).collect()
}

fn through_sfeed(bytes: &[u8]) -> Vec<Taken> {
    let mut sfeed = Command::new("sfeed").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("sfeed starts");
    let mut input = sfeed.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writing = std::thread::spawn(move || input.write_all(&bytes));
    let output = sfeed.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let unescaped = |field: &str| field.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\");
    let line = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        Taken {
            date: fields[0].parse().unwrap(),
            title: fields[1].to_owned(),
            link: fields[2].to_owned(),
            content: unescaped(fields[3]),
            id: fields[5].to_owned(),
            authors: vec![fields[6].to_owned()],
            enclosures: Some([fields[7]].into_iter().filter(|url| !url.is_empty()).map(str::to_owned).collect()),
            categories: Some(fields[8].split('|').filter(|name| !name.is_empty()).map(str::to_owned).collect()),
            ..Taken::default()
        }
    };
    text.lines().map(line).collect()
}

fn through_newsboat(feed: &Path) -> Vec<Taken> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("urls"), format!("file://{}\n", feed.display())).unwrap();
    fs::write(at("config"), "").unwrap();
    let mut newsboat = Command::new("newsboat");
    newsboat.env("HOME", folder.path()).args(["-x", "reload"]);
    for (flag, name) in [("-u", "urls"), ("-c", "cache.db"), ("-C", "config")] {
        newsboat.arg(flag).arg(at(name));
    }
    let output = newsboat.output().expect("newsboat starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    read_back("newsboat", &at("cache.db"))
}

/// Every reader that is there reads a folder's feeds back.
fn assert_read_back(folder: &Path, slugs: &[&str]) {
    let feedparser = is_there("feedparser", python().args(["-c", "import feedparser"]));
    let newsboat = is_there("newsboat", Command::new("newsboat").arg("-v")) && is_there("python3", python().arg("-V"));
    let sfeed = is_there("sfeed", Command::new("sh").args(["-c", "command -v sfeed"]));
    for slug in slugs {
        let path = folder.join(format!("feeds/{slug}.xml"));
        let name = path.display().to_string();
        let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{name}: {why}"));
        let wanted = published(&name, &text);
        assert!(!wanted.is_empty(), "{name}");
        assert_taken("feed-rs", &name, &wanted, &through_feed_rs(text.as_bytes()));
        if feedparser {
            assert_taken("feedparser", &name, &wanted, &read_back("feedparser", &path));
        }
        if sfeed {
            assert_taken("sfeed", &name, &wanted, &through_sfeed(text.as_bytes()));
        }
        if newsboat {
            assert_taken("newsboat", &name, &wanted, &through_newsboat(&path));
        }
    }
}

#[test]
fn the_demo_is_read_back_by_readers_and_valid() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        Command::new(PROGRAM).args(["demo", "--once"]).arg(folder.path()).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder.path().join("feeds")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file()
            && ["xml", "atom", "json"].iter().any(|kind| path.extension().is_some_and(|found| found == *kind))
        {
            files.insert(format!("feeds/{}", path.file_name().unwrap().to_string_lossy()), fs::read(&path).unwrap());
        }
    }
    assert_eq!(assert_valid(&files, "http://127.0.0.1:8080/"), 52 * 3);
    assert_read_back(folder.path(), &["all", "kndr", "rossiya"]);
}

const DATES: &[&str] = &[
    "Mon, 16 Jan 2024 14:05:00 +0300",
    "Fri, 31 Dec 2099 23:59:59 GMT",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "2024-01-16",
    "16 января 2024",
    "tomorrow",
    "",
    "Tue, 16 Jan 2024 25:61:00 +9900",
    "Tue, 16 Jan 24 04:05:00 EST",
];

const TITLES: &[&str] = &[
    "AT&amp;T &amp;amp; R&amp;D &lt;3 a &lt; b &amp;copy; &amp;nbsp; &amp;bogus;",
    "<![CDATA[]]>]]&gt;<![CDATA[<b>bold</b> ]]]]><![CDATA[>]]>",
    "&#x202e;turned&#x202c; &#x2066;isolated&#x2069; &#xfeff;marked&#x200b;",
    "👩‍👩‍👧‍👦 🇰🇵 emoji &#x1f600; \u{1}\u{8}\u{b}\u{1f} controls",
    "",
    "   \n\t ",
    "عنوان «עברית» 標題 ไทย",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;#60;i&amp;#62;twice&amp;#60;/i&amp;#62; \"quoted\" 'single' \\ back",
];

const LINKS: &[&str] = &[
    "/новости/страница 1?q=a b\"c'd&amp;x=y|z^w{v}`u",
    "/a%zz/%/b%2",
    "/plain#раздел",
    "//пример.example/путь",
    "https://user:secret@e.example/private",
    "relative/../path",
    "/x?utm_source=feed&amp;amp;y=1",
    "/[brackets]/&lt;angle&gt;",
    "/long",
];

const BODIES: &[&str] = &[
    "<p style=\"color:red\" class=x id=y data-z=1 onclick=\"a()\">Styled</p><style>p{}</style><script>x()</script>",
    "<iframe src=\"https://v.example/\"></iframe><object data=x></object><embed src=x><form action=x><input name=q></form><p>Frames</p>",
    "<p><a href=\"relative.html\">rel</a> <a href=\"javascript:x()\">js</a> <a href=\"mailto:a@b.example\">mail</a> <a href=\"https://e.example/ж?a=1&b=2\">ok</a>",
    "<img src=\"data:image/png;base64,AAAA\"><img src=\"/pic ture.jpg\" width=\"100%\" height=\"auto\"><img src=//cdn.example/фото.jpg alt='a \"b\" <c>'>",
    "<table><tr><td>cell<td>cell<p>in cell</table><p>after<div>block in p</div></p><ul><p>odd</p><li>one<li>two</ul>",
    "Text &nbsp; &bogus; &copy &#0; &#x80; &#xFFFF; ]]> \u{7} end",
    "<p>nested <b><i>over</b>lapping</i> <a href=\"https://e.example/1\">one <a href=\"https://e.example/2\">two</a></a></p>",
    "<video src=\"https://e.example/v.mp4\"></video><audio><source src=\"https://e.example/a.mp3\"></audio><figure><img src=\"https://e.example/f.jpg\"><figcaption>Photo: Ann Example</figcaption></figure>",
    "<h1>Heading</h1><center><font color=red size=7>old</font></center><marquee>moving</marquee><!-- a comment --><p>end",
];

const FILES: &[&str] = &[
    "<enclosure url=\"https://e.example/s.mp3\" length=\"12\" type=\"audio/mpeg\"/><enclosure url=\"https://e.example/t.mp3\" length=\"x\" type=\"audio/mpeg\"/>",
    "<enclosure url=\"/звук 1.mp3\" length=\"-5\" type=\"not a type\"/>",
    "<enclosure url=\"ftp://e.example/s.mp3\" length=\"1\" type=\"audio/mpeg\"/>",
    "<enclosure url=\"https://e.example/film.mp4\" type=\"video/mp4; codecs=&quot;x&quot;\"/>",
    "<media:group><media:content url=\"https://e.example/1.jpg\" type=\"image/jpg\" width=\"0\" height=\"x\"/></media:group>",
    "<media:content url=\"https://e.example/p.jpg\" medium=\"image\"><media:credit role=\"Photographer\">Photo: &lt;b&gt;Bob&lt;/b&gt; Sample</media:credit><media:description>See &lt;i&gt;this&lt;/i&gt;</media:description></media:content>",
    "<media:content url=\"https://e.example/p.jpg\" medium=\"image\"/><media:content url=\"https://e.example/p.jpg\" medium=\"image\"/><media:thumbnail url=\"https://e.example/p.jpg\"/>",
    "<author>nobody</author><dc:creator>a@b.example (A. &amp;amp; B.)</dc:creator><dc:creator>\u{1}</dc:creator>",
    "<dc:language>Klingon_tlh</dc:language><dc:date>yesterday</dc:date><itunes:image href=\"x\"/>",
];

fn item(web: &Web, number: usize) -> String {
    let pick = |list: &'static [&'static str], step: usize| list[(number * step) % list.len()];
    let link = pick(LINKS, 1);
    let link = if link.starts_with('/') && !link.starts_with("//") {
        web.url("").to_string().trim_end_matches('/').to_owned() + link
    } else {
        link.to_owned()
    };
    let body = pick(BODIES, 1).replace("]]>", "]]]]><![CDATA[>");
    let guid = if number.is_multiple_of(7) { String::new() } else { format!("<guid>{}</guid>", number % 40) };
    format!(
        "<item><title>{}</title><link>{link}-{number}</link>{guid}<pubDate>{}</pubDate><description>Hostile {number} {}</description>{}\
         <content:encoded><![CDATA[{}{body}]]></content:encoded></item>\n",
        pick(TITLES, 2),
        pick(DATES, 5),
        pick(TITLES, 4),
        pick(FILES, 7),
        support::prose::html(number as u64),
    )
}

/// A source of everything that a validator minds, in one feed after another, beside rights of each kind.
async fn hostile() -> (Web, House) {
    let web = Web::start().await;
    let mut toml = "[limits]\nfirst = 200\n[publish]\nbase_url = \"https://news.example/атлас\"\nitems = 40\nhub = \"https://hub.example/?a=1&b=2\"\n".to_owned();
    for (source, rights) in ["full", "excerpt", "link"].into_iter().enumerate() {
        let items: String = (source * 60..source * 60 + 60).map(|number| item(&web, number)).collect();
        web.route(&format!("/{source}?a=1&b=ж"), Answer::status(404));
        web.route(&format!("/feed{source}"), Answer::feed(format!(
            "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
             xmlns:media=\"http://search.yahoo.com/mrss/\" xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"><channel><title>S</title>{items}</channel></rss>"
        )));
        toml += &format!(
            "[[source]]\nname = \"Source <b>{source}</b> & \\\"co\\\"\"\nurl = \"{}\"\nlanguage = \"{}\"\ncountries = [\"KP\", \"XO\"]\npublish = \"{rights}\"\n",
            web.url(&format!("/feed{source}")),
            ["en", "zh-hans", "ar"][source]
        );
    }
    toml += "[country.KP]\ntitle = \"<i>КНДР</i> & Co &copy;\"\n[[feed]]\nslug = \"chosen\"\ntitle = \"A \\\"chosen\\\" <feed>\"\nlanguage = [\"en\", \"ar\"]\n";
    let house = House::new(&[web.address()], &toml);
    (web, house)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hostile_sources_throw_in_is_read_back_by_readers_and_valid() {
    let (_web, house) = hostile().await;
    let ran = house.pass();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let count = assert_valid(&house.published(), "https://news.example/%D0%B0%D1%82%D0%BB%D0%B0%D1%81/");
    assert!(count > 53 * 3, "{count} feeds, archives among them");
    assert!(house.path("public/feeds/chosen.xml").exists());
    if let Some(to) = std::env::var_os("PUBLISH_TO") {
        // To be held against a validator by hand.
        let copied = Command::new("cp").arg("-r").arg(house.path("public")).arg(to).status();
        assert!(copied.is_ok_and(|status| status.success()));
    }
    assert_read_back(&house.path("public"), &["all", "kndr", "chosen"]);
}
