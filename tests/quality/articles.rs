//! The body of articles: the mean F1 of words over `fixtures/articles`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use feedatlas::charset::{self, Form};
use feedatlas::extract;
use feedatlas::extract::reading::Page;
use feedatlas::model::source::ArticleRule;
use feedatlas::model::url::PageUrl;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::floors::at_least;

/// F1 of one text: 1 where both have the same words as often.
fn f1(expected: &str, found: &str) -> f64 {
    let (expected, found) = (words(expected), words(found));
    let shared: u32 = expected.iter().map(|(word, count)| *count.min(found.get(word).unwrap_or(&0))).sum();
    let all = |words: &HashMap<&str, u32>| words.values().sum::<u32>();
    let all = all(&expected) + all(&found);
    if all == 0 { 1.0 } else { 2.0 * f64::from(shared) / f64::from(all) }
}

fn words(text: &str) -> HashMap<&str, u32> {
    let mut words = HashMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *words.entry(word).or_default() += 1;
    }
    words
}

/// What is read of a page without any rule of its source; nothing where it is refused.
fn read(folder: &Path, about: &toml::Table) -> String {
    let said = |key: &str| about.get(key).and_then(toml::Value::as_str);
    let bytes = fs::read(folder.join("page.html")).unwrap();
    let page = Page {
        url: &PageUrl::parse(said("url").unwrap()).unwrap(),
        html: &charset::decode(&bytes, None, Form::Html).0,
        rule: &ArticleRule::default(),
        entry: None,
        language: said("language"),
        zone: &TimeZone::UTC,
        depth: 256,
        now: "2026-11-24T12:00:00Z".parse::<Timestamp>().unwrap(),
    };
    extract::read(&page).map(|reading| reading.text).unwrap_or_default()
}

fn folders(of: &Path) -> Vec<PathBuf> {
    fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
}

#[test]
fn bodies() {
    let (mut sum, mut pages) = (0.0, 0.0);
    for folder in folders(Path::new("fixtures/articles")).iter().flat_map(|site| folders(site)) {
        let expected = fs::read_to_string(folder.join("expected.json")).unwrap();
        let expected: Value = serde_json::from_str(&expected).unwrap();
        let Some(paragraphs) = expected["text"].as_array() else { continue };
        let paragraphs: Vec<&str> = paragraphs.iter().filter_map(Value::as_str).collect();
        let about = fs::read_to_string(folder.join("page.toml")).unwrap().parse().unwrap();
        sum += f1(&paragraphs.join("\n\n"), &read(&folder, &about));
        pages += 1.0;
    }
    at_least("articles_body_f1", sum / pages);
}
