//! Nothing that runs gets through: each vector in every field of every form of source and page, held against every published file.

mod support;

use serde_json::json;
use support::house::House;
use support::prose::{escaped, html, page, rss};
use support::sound::assert_sound;
use support::vectors::{ADDRESSES, MARKUP};
use support::web::{Answer, Web};

/// What feeds.toml needs so that everything is read and published.
const ROOM: &str = "[limits]\nfirst = 2000\nentries = 2000\n[publish]\nitems = 5000\n";

/// Markup, and each address in a link and a picture.
fn vectors() -> Vec<String> {
    let address = |address: &&str| {
        let quoted = address.replace('"', "&quot;");
        format!(
            "<a href=\"{quoted}\">link</a> <img src=\"{quoted}\" width=600 height=400 alt=x> <a href={address}>x</a>"
        )
    };
    MARKUP.iter().map(|text| (*text).to_owned()).chain(ADDRESSES.iter().map(address)).collect()
}

fn cdata(text: &str) -> String {
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

fn date(number: usize) -> String {
    format!("2024-01-{:02}T{:02}:{:02}:00Z", 1 + number % 28, number % 24, number % 60)
}

/// A text with the vector in its midst, and nothing like any other.
fn text(kind: u64, number: usize, vector: &str) -> String {
    let seed = kind * 10_000 + number as u64;
    html(seed) + vector + &html(seed + 5_000)
}

/// The name by which an article is known in a published file, whatever becomes of the rest of its title.
fn token(kind: &str, number: usize) -> String {
    format!("{kind}{number:03}z")
}

fn source(web: &Web, name: &str) -> String {
    format!("[[source]]\nname = \"{name}\"\nurl = \"{}\"\nlanguage = \"en\"\n", web.url(&format!("/{name}")))
}

/// Every vector in an item: by turns in CDATA, escaped, escaped twice, and bare.
fn rss_item(web: &Web, number: usize, vector: &str) -> String {
    let written = |text: &str| match number % 4 {
        0 => cdata(text),
        1 => escaped(text),
        2 => escaped(&escaped(text)),
        _ => text.to_owned(),
    };
    let (link, title) = (web.url(&format!("/gone/{number}")), written(vector));
    format!(
        "<item><guid isPermaLink=\"false\">r{number}</guid><title>{} {title}</title><link>{link}</link>\
         <description>{title}</description><content:encoded>{}</content:encoded><category>{title}</category>\
         <dc:creator>{title}</dc:creator><media:content url=\"https://pictures.example/r{number}.jpg\" medium=\"image\">\
         <media:title type=\"html\">{title}</media:title><media:description type=\"html\">{title}</media:description>\
         <media:credit>Photo: {title}</media:credit></media:content></item>",
        token("r", number),
        cdata(&text(1, number, vector)),
    )
}

fn atom_entry(web: &Web, number: usize, vector: &str) -> String {
    let (link, html, date) = (web.url(&format!("/gone/a{number}")), escaped(vector), date(number));
    let kind = if number.is_multiple_of(2) { "html" } else { "text" };
    format!(
        "<entry><id>a{number}</id><title type=\"{kind}\">{} {html}</title><link href=\"{link}\"/>\
         <link rel=\"related\" href=\"{html}\"/><link rel=\"enclosure\" type=\"{html}\" href=\"{html}\"/>\
         <updated>{date}</updated><author><name>{html}</name><uri>{html}</uri></author><category term=\"{html}\"/>\
         <rights type=\"html\">{html}</rights><summary type=\"{kind}\">{html}</summary>\
         <content type=\"html\">{}</content></entry>",
        token("a", number),
        escaped(&text(2, number, vector)),
    )
}

fn json_item(web: &Web, number: usize, vector: &str) -> serde_json::Value {
    json!({
        "id": format!("j{number}"), "url": web.url(&format!("/gone/j{number}")).as_str(),
        "title": format!("{} {vector}", token("j", number)), "summary": vector, "content_html": text(3, number, vector),
        "image": vector, "banner_image": vector, "external_url": vector, "tags": [vector], "language": vector,
        "authors": [{"name": vector, "url": vector}], "date_published": date(number),
        "attachments": [{"url": vector, "mime_type": vector, "title": vector}],
    })
}

/// A page that has the vector wherever words may stand: escaped, bare, and in what is read by programs.
fn article_page(number: usize, vector: &str) -> String {
    let (safe, picture) = (escaped(vector), format!("https://pictures.example/p{number}"));
    let data = json!({
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": vector, "author": [{"name": vector}],
        "image": {"@type": "ImageObject", "url": format!("{picture}-ld.jpg"), "caption": vector, "creditText": vector},
    });
    let data = data.to_string().replace("</", "<\\/");
    let figures = format!(
        "<figure><img src=\"{picture}-1.jpg\" alt=\"{safe}\" width=900 height=600><figcaption>{safe} Photo: {safe}\
         </figcaption></figure><figure><img src=\"{picture}-2.jpg\" alt=\"{vector}\" width=900 height=600>\
         <figcaption>{vector}<span class=\"credit\">Photo: {vector}</span></figcaption></figure>"
    );
    let head = format!(
        "<meta name=\"author\" content=\"{safe}\"><meta property=\"og:title\" content=\"{safe}\">\
         <meta property=\"og:image\" content=\"{safe}\"><meta name=\"description\" content=\"{safe}\">\
         <script type=\"application/ld+json\">{data}</script></head>"
    );
    let byline = format!("<p class=\"author\" rel=\"author\">By {safe}</p>");
    page(&safe, &(byline + &figures + &text(4, number, vector))).replacen("</head>", &head, 1)
}

/// Runs one pass, and holds what is published against all of it.
fn check(house: &House, names: &[&str], count: usize) {
    let ran = house.pass();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    for name in names {
        assert!(ran.source(name)["error"].is_null(), "{}", ran.source(name));
    }
    let all = house.read("feeds/all.xml");
    for name in names {
        let missing = (0..count).map(|number| token(name, number)).filter(|token| !all.contains(token));
        let missing: Vec<String> = missing.collect();
        assert!(missing.is_empty(), "not published: {missing:?}");
    }
    assert_sound(&house.published());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_feed_says_runs() {
    let (web, vectors) = (Web::start().await, vectors());
    assert!(vectors.len() >= 200, "{} vectors", vectors.len());
    let numbered = || vectors.iter().enumerate();
    let entries: String = numbered().map(|(number, vector)| atom_entry(&web, number, vector)).collect();
    let atom = format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>A</title><id>x</id><updated>{}</updated>{entries}</feed>",
        date(1)
    );
    let items: Vec<serde_json::Value> = numbered().map(|(number, vector)| json_item(&web, number, vector)).collect();
    let json = json!({"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": items});
    web.route("/a", Answer::ok(atom).header("Content-Type", "application/atom+xml"));
    web.route("/j", Answer::ok(json.to_string()).header("Content-Type", "application/feed+json"));
    let house = House::new(&[web.address()], &format!("{ROOM}{}{}", source(&web, "a"), source(&web, "j")));
    check(&house, &["a", "j"], vectors.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_broken_feed_says_runs() {
    let (web, vectors) = (Web::start().await, vectors());
    // Each in a feed of its own: what is bare may end the document that it stands in.
    let names: Vec<String> = (0..4).map(|turn| format!("r{turn}")).collect();
    let house_of = names.iter().map(|name| source(&web, name)).collect::<String>();
    for (turn, name) in names.iter().enumerate() {
        let items = vectors.iter().enumerate().filter(|(number, _)| number % 4 == turn);
        let items: String = items.map(|(number, vector)| rss_item(&web, number, vector)).collect();
        web.route(&format!("/{name}"), Answer::feed(rss(&items)));
    }
    let house = House::new(&[web.address()], &format!("{ROOM}{house_of}"));
    check(&house, &[], 0);
    let all = house.read("feeds/all.xml");
    let whole = (0..vectors.len()).filter(|number| number % 4 != 3);
    let missing: Vec<String> = whole.map(|number| token("r", number)).filter(|token| !all.contains(token)).collect();
    assert!(missing.is_empty(), "not published: {missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_page_says_runs() {
    let (web, vectors) = (Web::start().await, vectors());
    let items: Vec<String> = (0..vectors.len())
        .map(|number| {
            let link = web.url(&format!("/page/{number}"));
            format!("<item><guid>p{number}</guid><title>{}</title><link>{link}</link></item>", token("p", number))
        })
        .collect();
    web.route("/p", Answer::feed(rss(&items.concat())));
    for (number, vector) in vectors.iter().enumerate() {
        web.route(&format!("/page/{number}"), Answer::page(article_page(number, vector)));
    }
    let house = House::new(&[web.address()], &format!("{ROOM}{}", source(&web, "p")));
    let ran = house.pass();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    let published = house.published();
    assert_eq!(house.read("feeds/all.xml").matches("<item>").count(), vectors.len(), "{}", ran.stderr);
    assert_sound(&published);
}

/// What holds the published files would see it, if something got through.
#[test]
fn what_runs_would_be_seen() {
    for html in [
        "<p onclick=x>x</p>",
        "<a href=javascript:x>x</a>",
        "<svg/>",
        "<img src=data:,x>",
        "<p style=x>x</p>",
        "<a href=//u:p@x.example/>x</a>",
        "<noscript><p title=\"</noscript><img src=x onerror=x>\">",
    ] {
        assert!(std::panic::catch_unwind(|| support::sound::body("test", html)).is_err(), "{html}");
    }
    support::sound::body("test", "<figure><img src=\"https://x.example/1.jpg\" alt=\"x\"></figure><p>a &lt;b&gt;</p>");
}
