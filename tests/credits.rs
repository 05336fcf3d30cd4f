//! Whose photographs: captions of all languages, taken apart exactly; pages, each picture with its own credit.

use feedatlas::extract;
use feedatlas::extract::credit::caption;
use feedatlas::extract::reading::{Page, Reading};
use feedatlas::model::source::ArticleRule;
use feedatlas::model::url::PageUrl;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    lang: String,
    caption: String,
    credit: Option<String>,
    /// The caption's own text: not said, null where none is left.
    #[serde(default, deserialize_with = "said")]
    text: Option<Option<String>>,
    #[serde(default)]
    role: Option<String>,
}

fn said<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

fn cases() -> Vec<Case> {
    let lines = include_str!("../fixtures/credits/captions.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[test]
fn every_caption_of_the_set_is_taken_apart() {
    let mut wrong = Vec::new();
    for case in cases() {
        let read = caption(&case.caption, Some(&case.lang));
        let name = read.credit.as_ref().map(|credit| credit.name.as_str());
        let role = read.credit.as_ref().map(|credit| credit.role.as_str());
        if name != case.credit.as_deref() {
            wrong.push(format!("{}: {}: credit {name:?}, not {:?}", case.lang, case.caption, case.credit));
        }
        if let Some(text) = case.text.filter(|text| *text != read.text) {
            wrong.push(format!("{}: {}: text {:?}, not {text:?}", case.lang, case.caption, read.text));
        }
        if case.role.is_some() && role != case.role.as_deref() {
            wrong.push(format!("{}: {}: role {role:?}, not {:?}", case.lang, case.caption, case.role));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_set_has_many_languages_and_captions_without_a_credit() {
    let cases = cases();
    let mut languages: Vec<&str> = cases.iter().map(|case| case.lang.as_str()).collect();
    languages.sort_unstable();
    languages.dedup();
    assert!(cases.len() >= 200 && languages.len() >= 55, "{} cases, {} languages", cases.len(), languages.len());
    assert!(cases.iter().filter(|case| case.credit.is_none()).count() >= 50);
}

#[test]
fn hostile_captions_end() {
    for piece in ["(", "фото: ", "©", "＝", "[AP/", "摄", "\n", "a. ", "Photo by ", "«"] {
        let read = caption(&piece.repeat(20_000), None);
        assert!(read.credit.is_none_or(|credit| credit.name.len() < 1000));
    }
}

fn read(html: &str) -> Reading {
    let url = PageUrl::parse("https://news.example.org/2024/bridge-opens-12345").unwrap();
    extract::read(&Page {
        url: &url,
        html,
        rule: &ArticleRule::default(),
        entry: None,
        language: None,
        zone: &TimeZone::UTC,
        depth: 256,
        now: Timestamp::UNIX_EPOCH,
    })
    .expect("the page has an article")
}

/// A page of an article whose pictures are `pictures`, between paragraphs of text.
fn page(pictures: &str) -> Reading {
    let text = "<p>The new bridge over the made-up river was opened on Monday, and hundreds of people of both towns came to \
                see it. The engineers had worked on it for three years, they said.</p>";
    read(&format!(
        "<html lang=en><head><title>The bridge is open</title></head><body><nav><a href=/><img src=/logo.png></a></nav>\
         <article><h1>The bridge is open</h1><div class=text>{text}{text}{pictures}{text}</div></article>\
         <aside class=related><a href=/2024/other-story-777><img src=/t/777.jpg><h3>Another story of the day</h3></a></aside></body></html>"
    ))
}

/// The last part of each address with its credit.
fn credits(reading: &Reading) -> Vec<(String, Option<String>)> {
    let name = |url: &PageUrl| url.path().rsplit('/').next().unwrap_or_default().to_owned();
    reading
        .photos
        .iter()
        .map(|photo| (name(&photo.url), photo.credit.as_ref().map(|credit| credit.name.clone())))
        .collect()
}

fn assert_credits(pictures: &str, expected: &[(&str, Option<&str>)]) {
    let reading = page(pictures);
    let expected: Vec<_> =
        expected.iter().map(|(url, credit)| ((*url).to_owned(), credit.map(str::to_owned))).collect();
    assert_eq!(credits(&reading), expected, "{pictures}");
}

#[test]
fn a_credit_is_read_wherever_it_is_printed_beside_its_picture() {
    let forms = [
        "<figure><img src=/i/bridge.jpg><figcaption>The bridge. Photo: Ann Example/EX Press</figcaption></figure>",
        "<figure><img src=/i/bridge.jpg><figcaption>The bridge.</figcaption><span class=photo-credit>Ann Example/EX Press</span></figure>",
        "<figure><img src=/i/bridge.jpg><figcaption><span>The bridge</span><span class=caption--author>(Ann Example/EX Press)</span></figcaption></figure>",
        "<figure><div><img src=/i/bridge.jpg></div><span><b>Photo: Ann Example/EX Press</b></span><figcaption>The bridge</figcaption></figure>",
        "<div class=photo><img src=/i/bridge.jpg><p>The bridge</p><p class=image--author>Ann Example/EX Press</p></div>",
        "<div><img src=/i/bridge.jpg></div><div class=photo_src>Ann Example/EX Press</div>",
        "<p><img src=/i/bridge.jpg></p><p>Photo: Ann Example/EX Press</p>",
        "<img src=/i/bridge.jpg data-copyright='Ann Example/EX Press'>",
        "<img src=/i/bridge.jpg alt='The bridge. Photo: Ann Example/EX Press'>",
        "<a href=/full/bridge.jpg data-caption='Photo by Ann Example/EX Press'><img src=/i/bridge.jpg></a>",
        "<picture><source srcset='/i/bridge.webp' type=image/webp><img src=/i/bridge.jpg></picture><small class=credit>© Ann Example/EX Press</small>",
        "<figure itemscope itemtype=https://schema.org/ImageObject><img src=/i/bridge.jpg><meta itemprop=copyrightHolder content='Ann Example/EX Press'></figure>",
        "<aside class='image wide'><img src=/i/bridge.jpg><p class=caption>The bridge. <span class=credits>(Photo by Ann Example/EX Press)</span></p></aside>",
    ];
    for form in forms {
        assert_credits(form, &[("bridge.jpg", Some("Ann Example/EX Press"))]);
    }
}

#[test]
fn a_picture_without_a_printed_credit_has_none() {
    let forms = [
        "<figure><img src=/i/bridge.jpg><figcaption>Ann Example on the bridge</figcaption></figure>",
        "<img src=/i/bridge.jpg alt='Ann Example'>",
        "<figure><img src=/i/bridge.jpg></figure><p class=author>Ann Example</p>",
        "<img src=/i/bridge.jpg><p>Photo albums of the opening will be shown in the town hall, Ann Example said.</p>",
    ];
    for form in forms {
        assert_credits(form, &[("bridge.jpg", None)]);
    }
}

#[test]
fn lazy_pictures_have_their_real_address_and_the_largest() {
    let forms = [
        ("<img src=data:image/gif;base64,R0lGODlhAQABAAAAACw= data-src=/i/real.jpg>", "real.jpg"),
        ("<img src=/placeholder.gif data-srcset='/i/small-a.jpg 300w, /i/large-a.jpg 1200w'>", "large-a.jpg"),
        ("<img src=/i/mid-a.jpg srcset='/i/c,w_300/small-a.jpg 300w, /i/c,w_1600/large-a.jpg 1600w'>", "large-a.jpg"),
        ("<img class=lazy><noscript><img src=/i/unscripted.jpg></noscript>", "unscripted.jpg"),
        ("<a href=/full/whole.jpg><img src=/i/thumb-whole.jpg></a>", "whole.jpg"),
    ];
    for (form, name) in forms {
        assert_credits(form, &[(name, None)]);
    }
}

#[test]
fn what_is_no_picture_of_the_article_is_left_out() {
    let forms = [
        "<img src=/pixel.gif?id=1 width=1 height=1>",
        "<img src=/i/share-icon.png width=24 height=24>",
        "<img class=avatar src=/people/ann.jpg>",
        "<a href=/2024/third-story-888><img src=/i/third.jpg><span>The third story of this day is told here</span></a>",
        "<div class=newsletter><img src=/i/letter.jpg></div>",
    ];
    for form in forms {
        assert_credits(form, &[]);
    }
}

#[test]
fn a_line_at_the_end_names_all_photographers() {
    let reading = page(
        "<img src=/i/one.jpg><p>More of it stands in this paragraph of the text, which is long enough.</p><img src=/i/two.jpg>",
    );
    assert!(reading.photos.iter().all(|photo| photo.credit.is_none()));
    let text = "<p>The new bridge over the made-up river was opened on Monday, and hundreds of people of both towns came to see it.</p>";
    let reading = read(&format!(
        "<html lang=ru><body><article><h1>Мост открыт</h1><div>{text}<img src=/i/one.jpg>{text}<img src=/i/two.jpg>{text}<p>Фото: Анна Примерова, Пётр Образцов</p></div></article></body></html>"
    ));
    let name = Some("Анна Примерова, Пётр Образцов".to_owned());
    assert_eq!(credits(&reading), [("one.jpg".to_owned(), name.clone()), ("two.jpg".to_owned(), name)]);
    assert!(!reading.text.contains("Фото:"), "{}", reading.text);
}

#[test]
fn pictures_of_json_ld_have_its_credits() {
    let text = "<p>The new bridge over the made-up river was opened on Monday, and hundreds of people of both towns came to see it.</p>";
    let reading = read(&format!(
        r#"<html><head><script type="application/ld+json">{{"@type":"NewsArticle","headline":"The bridge is open","image":[{{"@type":"ImageObject","url":"/i/bridge-wide.jpg?w=900","creditText":"Ann Example","caption":"The bridge"}}],"publisher":{{"@type":"Organization","name":"Example News","logo":{{"@type":"ImageObject","url":"/logo.png"}}}}}}</script></head>
        <body><article><h1>The bridge is open</h1><figure><img src="/i/bridge-wide.jpg?w=300"></figure><div>{text}{text}</div></article></body></html>"#
    ));
    assert_eq!(credits(&reading), [("bridge-wide.jpg".to_owned(), Some("Ann Example".to_owned()))]);
    assert_eq!(reading.photos[0].caption.as_deref(), Some("The bridge"));
}

#[test]
fn ten_thousand_pictures_are_read_in_linear_time() {
    let picture = "<figure><img src=/i/a.jpg><figcaption>The bridge. Photo: Ann Example</figcaption></figure>";
    let reading = page(&picture.repeat(10_000));
    assert_eq!(credits(&reading), [("a.jpg".to_owned(), Some("Ann Example".to_owned()))]);
    let nested = format!("{}<img src=/i/deep.jpg>{}", "<div>".repeat(20_000), "</div>".repeat(20_000));
    assert!(page(&nested.repeat(20)).photos.len() <= 20);
}
