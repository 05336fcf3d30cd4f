//! Articles on several pages: read whole, and nothing else is asked for or joined.

mod support;

use serde_json::Value;
use support::house::{House, Ran};
use support::prose;
use support::web::{Answer, Web};

/// A page of a part, and what it says comes next.
fn part(title: &str, seed: u64, next: &str) -> Answer {
    let next = if next.is_empty() { String::new() } else { format!("<a rel=next href=\"{next}\">Next</a>") };
    Answer::page(format!(
        "<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{}<div class=pages>{next}</div></article></body></html>",
        prose::html(seed)
    ))
}

async fn read(pages: &[(&str, Answer)]) -> (Web, House, Ran) {
    let web = Web::start().await;
    for (path, page) in pages {
        web.route(path, page.clone());
    }
    web.route("/feed", Answer::feed(prose::rss(&prose::item("The long road", &web.url("/road").to_string(), 9))));
    let house = House::new(&[web.address()], &format!("[[source]]\nname = \"News\"\nurl = \"{}\"\n", web.url("/feed")));
    let ran = house.pass();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    (web, house, ran)
}

fn text(house: &House) -> String {
    let listed = house.run(&["store", "list", "--json", "--full"]).stdout;
    let article: Value = serde_json::from_str(listed.lines().next().expect("an article")).expect("JSON");
    article["text"].as_str().expect("a text").to_owned()
}

fn texts(seeds: &[u64]) -> String {
    seeds.iter().flat_map(|seed| prose::paragraphs(*seed)).collect::<Vec<_>>().join("\n\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parts_of_an_article_are_joined_in_their_order() {
    let pages = [
        ("/road", part("The long road", 1, "/road/2")),
        ("/road/2", part("The long road (page 2)", 2, "/road/3")),
        ("/road/3", part("The long road (page 3)", 3, "/road/4")),
        // What a site answers where there is no such part.
        ("/road/4", part("The long road", 1, "/road/5")),
    ];
    let (web, house, _) = read(&pages).await;
    assert_eq!(text(&house), texts(&[1, 2, 3]));
    assert!(web.asked("/road/5").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_article_is_neither_asked_for_nor_joined() {
    let pages = [("/road", part("The long road", 1, "/tunnel")), ("/tunnel", part("The tunnel", 2, ""))];
    let (web, house, _) = read(&pages).await;
    assert_eq!(text(&house), texts(&[1]));
    assert!(web.asked("/tunnel").is_empty());
    let pages = [("/road", part("The long road", 1, "/road?page=2")), ("/road?page=2", part("Comments", 2, ""))];
    let (_web, house, _) = read(&pages).await;
    assert_eq!(text(&house), texts(&[1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_without_end_are_bounded_and_a_part_that_fails_leaves_the_beginning() {
    let paths: Vec<String> = (2..40).map(|part| format!("/road/{part}")).collect();
    let mut pages = vec![("/road", part("The long road", 1, "/road/2"))];
    for (number, path) in (2..).zip(&paths) {
        pages.push((path, part("The long road", number, &format!("/road/{}", number + 1))));
    }
    let (web, house, _) = read(&pages).await;
    let asked = paths.iter().filter(|path| !web.asked(path).is_empty()).count();
    assert_eq!(asked, 9);
    assert_eq!(text(&house), texts(&(1..=10).collect::<Vec<u64>>()));
    let pages = [("/road", part("The long road", 1, "/road/2")), ("/road/2", Answer::status(500))];
    let (_web, house, _) = read(&pages).await;
    assert_eq!(text(&house), texts(&[1]));
}
