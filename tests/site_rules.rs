//! The rules of sites: a further voice about where the text stands, heeded where another agrees and told when it is old.

mod support;

use feedatlas::extract;
use feedatlas::extract::reading::{Page, Reading};
use feedatlas::extract::template::Template;
use feedatlas::html::selector::Selector;
use feedatlas::model::source::ArticleRule;
use feedatlas::model::url::PageUrl;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use support::house::House;
use support::prose;
use support::web::{Answer, Web};

/// A host whose rule names `div.body` alone: `//div[@class='GeneralMaterial-article']`.
const RULED: &str = "https://meduza.io/feature/";
const RULED_CLASS: &str = "GeneralMaterial-article";

/// A host of which nothing is known.
const UNRULED: &str = "https://paper.example/feature/";

/// An article, and below it what has the same shape and is none: the house's own words about itself.
fn page(number: u64, class: &str) -> String {
    let about: Vec<String> = prose::paragraphs(1_000 + number).into_iter().take(3).collect();
    format!(
        "<html><head><title>Report {number}</title></head><body><div class=outer><h1>Report {number}</h1>\
         <div class=\"{class}\">{}</div><div class=q><p>{}</p></div></div></body></html>",
        prose::html(number),
        about.join("</p><p>")
    )
}

fn read(base: &str, number: u64, html: &str, rule: &ArticleRule, template: &mut Template) -> Reading {
    let page = Page {
        url: &PageUrl::parse(&format!("{base}{number}")).expect("an address"),
        html,
        rule,
        entry: None,
        language: None,
        zone: &TimeZone::UTC,
        depth: 256,
        now: "2026-11-24T12:00:00Z".parse::<Timestamp>().expect("a time"),
    };
    let (reading, lesson) = extract::read_with(&page, template).expect("an article");
    template.learn(&lesson);
    reading
}

#[test]
fn a_rule_that_the_text_agrees_with_leaves_out_what_stands_beside() {
    let html = page(1, RULED_CLASS);
    let none = ArticleRule::default();
    let with = read(RULED, 1, &html, &none, &mut Template::default());
    let without = read(UNRULED, 1, &html, &none, &mut Template::default());
    assert_eq!(with.text, prose::paragraphs(1).join("\n\n"));
    assert!(without.text.len() > with.text.len(), "the page is too easy to show anything");
}

#[test]
fn a_rule_that_names_nothing_any_more_changes_nothing_and_is_told() {
    let none = ArticleRule::default();
    let mut template = Template::default();
    for number in 1..4 {
        assert!(!template.has_old_rule());
        let html = page(number, "renamed");
        let with = read(RULED, number, &html, &none, &mut template);
        assert_eq!(with.text, read(UNRULED, number, &html, &none, &mut Template::default()).text);
    }
    assert!(template.has_old_rule());
    read(RULED, 4, &page(4, RULED_CLASS), &none, &mut template);
    assert!(!template.has_old_rule(), "it fits again");
}

#[test]
fn a_rule_that_has_come_to_name_something_else_is_not_obeyed() {
    let teaser = format!("<div class={RULED_CLASS}><p>{}</p></div>", prose::paragraphs(77)[0]);
    let html = page(5, "renamed").replace("</body>", &format!("{teaser}</body>"));
    let mut template = Template::default();
    let with = read(RULED, 5, &html, &ArticleRule::default(), &mut template);
    assert!(prose::paragraphs(5).iter().all(|paragraph| with.text.contains(paragraph)), "{}", with.text);
}

#[test]
fn a_rule_takes_no_picture_and_no_credit_away() {
    // bbc.com's rule strips every `figcaption`.
    let figure = "<figure><img src=/bridge.jpg width=900 height=600 alt=Bridge><figcaption>The bridge on Monday. Photo: Ann Example</figcaption></figure>";
    let html = page(7, "body").replace("<div class=\"body\">", &format!("<div class=\"body\">{figure}"));
    let none = ArticleRule::default();
    let with = read("https://www.bbc.com/news/", 7, &html, &none, &mut Template::default());
    let without = read(UNRULED, 7, &html, &none, &mut Template::default());
    let credits = |reading: &Reading| reading.photos.iter().map(|photo| photo.credit.clone()).collect::<Vec<_>>();
    assert_eq!(credits(&with), credits(&without));
    assert_eq!(credits(&with).into_iter().flatten().map(|credit| credit.name).collect::<Vec<_>>(), ["Ann Example"]);
}

#[test]
fn the_operators_rule_stands_before_the_sites() {
    let html = page(6, RULED_CLASS);
    let rule = ArticleRule { body: vec![Selector::parse("div.outer").expect("a selector")], ..ArticleRule::default() };
    let reading = read(RULED, 6, &html, &rule, &mut Template::default());
    assert!(reading.text.contains(&prose::paragraphs(1_006)[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn status_tells_of_a_rule_that_finds_no_text_any_more() {
    let web = Web::start().await;
    let items: String = (1..4)
        .map(|number| prose::item(&format!("Report {number}"), &web.url(&format!("/{number}")).to_string(), number))
        .collect();
    web.route("/feed", Answer::feed(prose::rss(&items)));
    (1..4).for_each(|number| web.route(&format!("/{number}"), Answer::page(page(number, "text"))));
    let told = |selector: &str| {
        let source = format!(
            "[[source]]\nname = \"News\"\nurl = \"{}\"\narticle = {{ body = \"{selector}\" }}\n",
            web.url("/feed")
        );
        let house = House::new(&[web.address()], &source);
        let ran = house.pass();
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        (house.run(&["status"]).stdout, house.run(&["status", "--json"]).stdout)
    };
    let (table, json) = told("div.gone");
    assert!(json.contains("`article.body` in feeds.toml no longer finds the text"), "{json}");
    assert!(table.contains("no longer finds"), "{table}");
    assert!(!told("div.text").1.contains("no longer"));
}
