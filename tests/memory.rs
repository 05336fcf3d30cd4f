//! What a source's earlier pages teach: a schedule, a newsletter box, a footer of lands and ways to other articles are
//! left out though they stand inside the article's own block.
//!
//! Sites are generated, thirty pages each, by designs that have nothing in common but what every news site prints.

mod support;

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::process::Stdio;

use feedatlas::extract;
use feedatlas::extract::reading::{Page, Reading};
use feedatlas::extract::template::{TEMPLATE_BYTES_MAX, Template};
use feedatlas::model::source::ArticleRule;
use feedatlas::model::url::PageUrl;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use support::house::{House, PROGRAM, Ran};
use support::prose;
use support::sites::{self, DESIGNS, Design, PAGES, Story};
use support::web::{Answer, Web};

/// Pages that are read before the memory is measured.
const TAUGHT: usize = 5;

/// Words of a run, as in the article-extraction benchmark.
const RUN_WORDS: usize = 4;

/// What was found of what there is.
#[derive(Debug, Default, Clone, Copy)]
struct Score {
    shared: u32,
    found: u32,
    expected: u32,
}

impl Score {
    fn add(&mut self, expected: &str, found: &str, run: usize) {
        let (expected, found) = (runs(expected, run), runs(found, run));
        self.shared += expected.iter().map(|(words, count)| *count.min(found.get(words).unwrap_or(&0))).sum::<u32>();
        self.expected += expected.values().sum::<u32>();
        self.found += found.values().sum::<u32>();
    }

    fn precision(self) -> f64 {
        f64::from(self.shared) / f64::from(self.found.max(1))
    }

    fn recall(self) -> f64 {
        f64::from(self.shared) / f64::from(self.expected.max(1))
    }
}

fn runs(text: &str, length: usize) -> HashMap<Vec<&str>, u32> {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut runs = HashMap::new();
    words.windows(length).for_each(|run| *runs.entry(run.to_vec()).or_default() += 1);
    runs
}

fn read(url: &str, html: &str, template: Option<&mut Template>) -> Reading {
    let page = Page {
        url: &PageUrl::parse(url).expect("an address"),
        html,
        rule: &ArticleRule::default(),
        entry: None,
        language: None,
        zone: &TimeZone::UTC,
        depth: 256,
        now: "2026-11-24T12:00:00Z".parse::<Timestamp>().expect("a time"),
    };
    let Some(template) = template else { return extract::read(&page).expect("an article") };
    let (reading, lesson) = extract::read_with(&page, template).expect("an article");
    template.learn(&lesson);
    reading
}

fn site((_, story, page_of): &Design) -> Vec<(String, Story, String)> {
    let page = |number: usize| (sites::url(number), story(number), page_of(number));
    (0..PAGES).map(page).collect()
}

#[test]
fn what_repeats_on_a_site_is_no_part_of_its_articles() {
    let mut bare = [Score::default(); 2];
    let mut wrong = Vec::new();
    for design in DESIGNS {
        let name = design.0;
        let mut template = Template::default();
        let mut scores = [Score::default(); 2];
        for (number, (url, story, html)) in site(design).iter().enumerate() {
            let with = read(url, html, Some(&mut template)).text;
            if number < TAUGHT {
                continue;
            }
            let without = read(url, html, None).text;
            for (run, (score, bare)) in [1, RUN_WORDS].into_iter().zip(scores.iter_mut().zip(&mut bare)) {
                score.add(&story.text(), &with, run);
                bare.add(&story.text(), &without, run);
            }
        }
        for score in scores {
            println!("{name}: precision {:.4}, recall {:.4}", score.precision(), score.recall());
            if score.precision() < 0.995 || score.recall() < 0.995 {
                wrong.push(format!("{name}: precision {:.4}, recall {:.4}", score.precision(), score.recall()));
            }
        }
        assert!(template.to_bytes().len() <= TEMPLATE_BYTES_MAX, "{name}");
    }
    println!("without memory: precision {:.4}, recall {:.4}", bare[0].precision(), bare[0].recall());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(bare[0].precision() < 0.95, "the sites are too easy to show anything: {bare:?}");
}

#[test]
fn a_page_alone_is_read_as_without_memory() {
    for design in DESIGNS {
        let name = design.0;
        let (url, _, html) = &site(design)[7];
        assert_eq!(read(url, html, Some(&mut Template::default())), read(url, html, None), "{name}");
    }
}

#[test]
fn a_memory_of_another_design_harms_nothing_and_is_replaced() {
    let (old, new) = (&DESIGNS[0], &DESIGNS[1]);
    let mut template = Template::default();
    site(old).iter().take(20).for_each(|(url, _, html)| drop(read(url, html, Some(&mut template))));
    let mut after = Score::default();
    for (number, (url, story, html)) in site(new).iter().enumerate().skip(20) {
        let with = read(url, html, Some(&mut template)).text;
        if number < 20 + TAUGHT {
            assert_eq!(with.is_empty(), read(url, html, None).text.is_empty());
        } else {
            after.add(&story.text(), &with, RUN_WORDS);
        }
    }
    assert!(after.precision() > 0.99 && after.recall() > 0.99, "{after:?}");
}

#[test]
fn an_article_that_is_read_nine_times_or_reprinted_is_still_an_article() {
    let pages = site(&DESIGNS[0]);
    let (url, story, html) = &pages[3];
    let mut template = Template::default();
    for edition in 0..9 {
        read(url, html, Some(&mut template));
        read(&format!("{url}?edition={edition}"), html, Some(&mut template));
    }
    assert_eq!(template.pages(), 1);
    assert!(read(url, html, Some(&mut template)).text.contains(&story.paragraphs[0]));
}

#[test]
fn the_story_that_a_box_tells_on_every_page_is_still_read_on_its_own() {
    let story = sites::story(12);
    let page = |number: usize| {
        let own = sites::story(number);
        let text: String = own.paragraphs.iter().map(|text| format!("<p>{text}</p>")).collect();
        let (title, url, top) = (&own.title, sites::url(12), &story.paragraphs[0]);
        format!(
            "<html><title>{title}</title><body><div class=text><h1>{title}</h1>{text}<div class=top><b>Story of the day</b>\
             <a href=\"{url}\">{}</a><p>{top}</p></div></div></body></html>",
            story.title
        )
    };
    let mut template = Template::default();
    for number in (0..12).chain(13..20) {
        let text = read(&sites::url(number), &page(number), Some(&mut template)).text;
        assert!(number < TAUGHT || text == sites::story(number).text(), "{number}: {text}");
    }
    assert_eq!(read(&sites::url(12), &page(12), Some(&mut template)).text, story.text());
}

#[test]
fn articles_of_the_same_sections_lose_nothing_and_keep_their_headings() {
    let paragraphs = |number: usize| prose::paragraphs(u64::try_from(number).expect("small") + 1);
    let page = |number: usize| {
        let (title, p) = (sites::story(number).title, paragraphs(number));
        let links = p[3].replacen("The", &format!("<a href=\"{}\">The</a>", sites::url(number + 1)), 2);
        format!(
            "<html><title>{0}</title><body><div class=text><h1>{0}</h1><p>{1}</p><section class=part><h2>What happened</h2>\
             <p>{2}</p><p>{3}</p></section><section class=part><h2>Why it matters</h2><p>{links}</p></section></div></body></html>",
            title, p[0], p[1], p[2]
        )
    };
    let mut template = Template::default();
    for number in 0..20 {
        let p = paragraphs(number);
        let expected = [&p[0], "What happened", &p[1], &p[2], "Why it matters", &p[3]];
        let text = read(&sites::url(number), &page(number), Some(&mut template)).text;
        assert_eq!(text.split("\n\n").count(), 2 + p.len(), "{number}: {text}");
        assert!(expected.iter().all(|part| text.contains(*part)), "{number}: {text}");
    }
}

#[test]
fn a_paragraph_that_tells_the_story_so_far_in_some_articles_stays() {
    let so_far = prose::paragraphs(500)[0].clone();
    let page = |number: usize| {
        let own = sites::story(number);
        let mut text: String = own.paragraphs.iter().map(|text| format!("<p>{text}</p>")).collect();
        if number.is_multiple_of(2) {
            text += &format!("<p>{so_far}</p>");
        }
        format!("<html><title>{0}</title><body><div class=text><h1>{0}</h1>{text}</div></body></html>", own.title)
    };
    let mut template = Template::default();
    for number in 0..30 {
        let text = read(&sites::url(number), &page(number), Some(&mut template)).text;
        assert_eq!(text.contains(&so_far), number.is_multiple_of(2), "{number}: {text}");
    }
}

#[test]
fn the_pictures_of_a_box_go_with_it_and_the_articles_own_stay() {
    let page = |number: usize| {
        let own = sites::story(number);
        let text: String = own.paragraphs.iter().map(|text| format!("<p>{text}</p>")).collect();
        let other = sites::story(number + 40);
        let (title, first, own_title) = (&other.title, &other.paragraphs[0], &own.title);
        format!(
            "<html><title>{own_title}</title><body><div class=text><h1>{own_title}</h1><figure><img src=/own-{number}.jpg width=900 height=600 \
             alt=Bridge><figcaption>A bridge. Photo: Ann Example</figcaption></figure>{text}<div class=u><b>More of it</b><div>\
             <img src=/other-{number}.jpg width=900 height=600></div><div><a href=\"{}\">{title}</a></div><div>{first}</div></div></div></body></html>",
            sites::url(number + 40)
        )
    };
    let mut template = Template::default();
    for number in 0..10 {
        let reading = read(&sites::url(number), &page(number), Some(&mut template));
        if number >= TAUGHT {
            let shown: Vec<&str> = reading.photos.iter().map(|photo| photo.url.path()).collect();
            assert_eq!(shown, [format!("/own-{number}.jpg")]);
            assert_eq!(reading.text, sites::story(number).text());
        }
    }
}

#[test]
fn a_page_of_nothing_but_what_is_known_is_read_all_the_same() {
    let notice =
        "This story is told in pictures alone, and our editors wish you a good view of each of them, today and always.";
    let page = |title: &str| {
        format!("<html><title>{title}</title><body><h1>{title}</h1><div class=x><p>{notice}</p></div></body></html>")
    };
    let mut template = Template::default();
    for number in 0..9 {
        let reading = read(&sites::url(number), &page(&format!("Pictures of day {number}")), Some(&mut template));
        assert_eq!(reading.text, notice);
    }
}

/// The texts that the filter gives for the pages of a design, in the order of their lines.
fn filtered(arguments: &[&str], lines: &str) -> Vec<String> {
    let mut command = std::process::Command::new(PROGRAM);
    command.arg("extract").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("piped").write_all(lines.as_bytes()).expect("the filter reads");
    let ran = Ran::of(&child.wait_with_output().expect("the filter ends"));
    let line =
        |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["text"].as_str().unwrap_or_default().to_owned();
    ran.stdout.lines().map(line).collect()
}

#[test]
fn the_filter_learns_from_the_earlier_lines_of_a_host_when_it_is_told_to() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut lines = String::new();
    for (number, (url, _, html)) in site(&DESIGNS[0]).iter().enumerate().take(8) {
        let path = folder.path().join(format!("{number}.html"));
        fs::write(&path, html).expect("a page can be written");
        // Another host's pages, each once, are in the same stream.
        let elsewhere = url.replace("news.example", &format!("paper{number}.example"));
        lines += &format!("{url}\t{}\n{elsewhere}\t{}\n", path.display(), path.display());
    }
    let (with, without) = (filtered(&["--memory"], &lines), filtered(&[], &lines));
    assert_eq!((with.len(), without.len()), (16, 16));
    assert_eq!(with[14], sites::story(7).text());
    assert!(without[14].len() > with[14].len());
    assert!((0..8).all(|number| with[2 * number + 1] == without[2 * number + 1]), "a host of one page teaches nothing");
}

fn feed(web: &Web, numbers: std::ops::Range<usize>) -> Answer {
    let item = |number: usize| {
        let (title, path) = (sites::story(number).title, format!("/story-{number}/"));
        format!(
            "<item><title>{title}</title><link>{}</link><guid isPermaLink=\"false\">{path}</guid></item>",
            web.url(&path)
        )
    };
    let items: String = numbers.rev().map(item).collect();
    Answer::feed(format!(
        "<rss version=\"2.0\"><channel><title>News</title><link>{}</link><description>All</description>{items}</channel></rss>",
        web.url("/")
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_pages_of_one_pass_taught_is_known_in_the_next() {
    let web = Web::start().await;
    for number in 0..8 {
        web.route(&format!("/story-{number}/"), Answer::page(DESIGNS[0].2(number)));
    }
    let source = format!("[[source]]\nname = \"News\"\nurl = \"{}\"\n", web.url("/feed"));
    let house = House::new(&[web.address()], &source);
    web.route("/feed", feed(&web, 0..6));
    let ran = house.pass();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    web.route("/feed", feed(&web, 0..8));
    let ran = house.pass();
    assert_eq!(ran.source("News")["new"], 2, "{}", ran.stderr);
    let listed = house.run(&["store", "list", "--json", "--full"]);
    let articles: Vec<Value> = listed.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(articles.len(), 8, "{}", listed.stderr);
    for number in [6, 7] {
        let article = articles
            .iter()
            .find(|article| article["guid"].is_string() && article["title"] == sites::story(number).title);
        assert_eq!(article.expect("the article")["text"], sites::story(number).text(), "{number}");
    }
}
