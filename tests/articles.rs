//! Every folder of `fixtures/articles` is a page and what must be read from it, compared whole.
//!
//! `page.toml` says where the page stood and what its source says of it; a page that is no article is expected to be
//! refused with its class. What is known to be wrong is listed in `fixtures/expected_failures.txt`; a listed case that
//! passes fails the run. `FEEDATLAS_BLESS=1` writes `expected.json` anew, to be corrected by hand.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use feedatlas::charset::{self, Form};
use feedatlas::extract;
use feedatlas::extract::reading::{Page, Reading};
use feedatlas::html::selector::Selector;
use feedatlas::model::article::Photo;
use feedatlas::model::source::ArticleRule;
use feedatlas::model::url::PageUrl;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

/// `page.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    url: String,
    #[serde(default)]
    zone: Option<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    article: Rule,
}

/// `article = { … }` as in feeds.toml.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Rule {
    title: Vec<String>,
    body: Vec<String>,
    date: Vec<String>,
    author: Vec<String>,
    credit: Vec<String>,
    image: Vec<String>,
    remove: Vec<String>,
}

#[test]
fn every_article_is_read_as_expected() {
    let known: BTreeSet<String> = known_failures();
    let mut wrong = Vec::new();
    let mut mended = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 40, "only {} cases were found", cases.len());
    for (name, folder) in &cases {
        let found = read(folder);
        let expected = folder.join("expected.json");
        if std::env::var_os("FEEDATLAS_BLESS").is_some() {
            let text = serde_json::to_string_pretty(&found).unwrap() + "\n";
            fs::write(&expected, text).unwrap();
            continue;
        }
        let expected: Value = serde_json::from_str(&fs::read_to_string(&expected).unwrap()).unwrap();
        match (expected == found, known.contains(name)) {
            (true, true) => mended.push(name.clone()),
            (false, false) => wrong.push(format!("{name}:\n{}", differences(&expected, &found))),
            _ => {}
        }
    }
    assert!(mended.is_empty(), "no longer wrong, to be taken off fixtures/expected_failures.txt: {mended:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_page_gives_the_same_bytes_each_time() {
    for (name, folder) in cases() {
        assert_eq!(read(&folder).to_string(), read(&folder).to_string(), "{name}");
    }
}

/// What `inspect` tells is what `read` did: the lines that it says were kept are the text, a credit has its place.
#[test]
fn what_is_explained_is_what_was_read() {
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    for (name, folder) in cases() {
        let (found, why) = (read(&folder), with_page(&folder, extract::explain));
        if found["error"].is_string() {
            continue;
        }
        let text: String = found["text"].as_array().unwrap().iter().filter_map(Value::as_str).map(bare).collect();
        let kept: String = why.lines.iter().filter(|line| line.cut.is_none()).map(|line| bare(&line.text)).collect();
        assert!(why.from_data || text == kept, "{name}:\n{text}\n{kept}");
        assert_eq!(why.titles.iter().filter(|candidate| candidate.won).count(), 1, "{name}: {:?}", why.titles);
        assert!(why.blocks.first().is_none_or(|block| block.won), "{name}: {:?}", why.blocks);
        for photo in found["images"].as_array().unwrap() {
            let picture = why.pictures.iter().find(|picture| picture.ours && photo["url"] == picture.url.as_str());
            let picture = picture.unwrap_or_else(|| panic!("{name}: {photo} is not explained"));
            assert_eq!(picture.why.is_some(), photo["credit"].is_string(), "{name}: {photo}");
        }
    }
}

#[test]
fn nothing_that_runs_or_tracks_is_published() {
    for (name, folder) in cases() {
        let html = read(&folder)["html"].as_str().unwrap_or_default().to_owned();
        for mark in ["<script", "class=", " id=", "style=", "data-", "onclick", "javascript:", "<iframe"] {
            assert!(!html.contains(mark), "{name}: {mark} in {html}");
        }
    }
}

#[test]
fn a_saved_case_passes_as_saved() {
    let root = tempfile::tempdir().unwrap();
    for (name, folder) in cases() {
        let saved = root.path().join(&name);
        let about: toml::Table = fs::read_to_string(folder.join("page.toml")).unwrap().parse().unwrap();
        let said: Vec<String> = about.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let feeds = root.path().join("feeds.toml");
        fs::write(&feeds, format!("[[source]]\n{}\n", said.join("\n"))).unwrap();
        let mut inspect = Command::new(env!("CARGO_BIN_EXE_feedatlas"));
        inspect.arg("--config").arg(&feeds).arg("inspect").arg(folder.join("page.html"));
        let told = inspect.args(["--url", about["url"].as_str().unwrap(), "--save"]).arg(&saved).output().unwrap();
        assert!(told.status.success(), "{name}: {}", String::from_utf8_lossy(&told.stderr));
        let expected: Value = serde_json::from_str(&fs::read_to_string(saved.join("expected.json")).unwrap()).unwrap();
        let found = read(&saved);
        assert!(expected == found, "{name}:\n{}", differences(&expected, &found));
    }
}

#[test]
fn pages_of_nothing_but_tags_or_scripts_are_refused_whatever_their_size() {
    let pages = [
        "<div>".repeat(1_000_000),
        "<p><span>".repeat(200_000),
        "<script>var a = 'A sentence, that is none.';</script>".repeat(100_000),
        format!("<script>{}</script>", "x".repeat(10_000_000)),
        "<p> </p>".repeat(300_000),
        "<table><tr><td>".repeat(100_000),
    ];
    let (rule, url) = (ArticleRule::default(), PageUrl::parse("https://example.org/a").unwrap());
    for html in &pages {
        let page = Page {
            url: &url,
            html,
            rule: &rule,
            entry: None,
            language: None,
            zone: &TimeZone::UTC,
            depth: 256,
            now: Timestamp::UNIX_EPOCH,
        };
        let refused = extract::read(&page).err().map(|error| error.fault().as_str());
        assert_eq!(refused, Some("no_content"), "{}", &html[..40]);
    }
}

fn cases() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/articles");
    let mut cases = Vec::new();
    for site in folders(&root) {
        for day in folders(&site) {
            let name = format!("{}/{}", last(&site), last(&day));
            cases.push((name, day));
        }
    }
    cases
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

fn last(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Lines `articles/<site>/<day>`, a reason behind `#`.
fn known_failures() -> BTreeSet<String> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/expected_failures.txt");
    let text = fs::read_to_string(list).unwrap_or_default();
    let names = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    names.filter_map(|name| name.strip_prefix("articles/")).map(str::to_owned).collect()
}

fn read(folder: &Path) -> Value {
    with_page(folder, |page| match extract::read(page) {
        Ok(reading) => whole(&reading),
        Err(error) => json!({ "error": error.fault().as_str(), "message": error.to_string() }),
    })
}

fn with_page<T>(folder: &Path, done: impl FnOnce(&Page<'_>) -> T) -> T {
    let about: About = toml::from_str(&fs::read_to_string(folder.join("page.toml")).unwrap()).unwrap();
    let bytes = fs::read(folder.join("page.html")).unwrap();
    let (html, _) = charset::decode(&bytes, None, Form::Html);
    let url = PageUrl::parse(&about.url).unwrap();
    let zone = about.zone.as_deref().map_or(TimeZone::UTC, |zone| TimeZone::get(zone).unwrap());
    let rule = rule(&about.article);
    let page = Page {
        url: &url,
        html: &html,
        rule: &rule,
        entry: None,
        language: about.language.as_deref(),
        zone: &zone,
        depth: 256,
        now: "2026-11-24T12:00:00Z".parse::<Timestamp>().unwrap(),
    };
    done(&page)
}

fn rule(rule: &Rule) -> ArticleRule {
    let all = |list: &[String]| list.iter().map(|text| Selector::parse(text).unwrap()).collect();
    ArticleRule {
        title: all(&rule.title),
        body: all(&rule.body),
        date: all(&rule.date),
        author: all(&rule.author),
        credit: all(&rule.credit),
        image: all(&rule.image),
        remove: all(&rule.remove),
    }
}

fn whole(reading: &Reading) -> Value {
    json!({
        "title": reading.title,
        "authors": reading.authors,
        "published": reading.published,
        "updated": reading.updated,
        "lang": reading.language,
        "summary": reading.summary,
        "text": reading.text.split("\n\n").collect::<Vec<_>>(),
        "html": reading.html,
        "images": reading.photos.iter().map(photo).collect::<Vec<_>>(),
        "lead": reading.lead,
        "tags": reading.tags,
        "cut_short": reading.cut_short,
    })
}

fn photo(photo: &Photo) -> Value {
    json!({
        "url": photo.url,
        "caption": photo.caption,
        "credit": photo.credit.as_ref().map(|credit| &credit.name),
        "credit_raw": photo.credit.as_ref().map(|credit| &credit.raw),
        "credit_role": photo.credit.as_ref().map(|credit| credit.role.as_str()),
        "alt": photo.alt,
        "width": photo.width,
        "height": photo.height,
    })
}

fn differences(expected: &Value, found: &Value) -> String {
    let keys: BTreeSet<&String> =
        expected.as_object().into_iter().chain(found.as_object()).flat_map(serde_json::Map::keys).collect();
    let differs = keys.into_iter().filter(|key| expected.get(*key) != found.get(*key));
    let lines = differs.map(|key| format!("  {key}\n    expected {}\n    found    {}", expected[key], found[key]));
    lines.collect::<Vec<_>>().join("\n")
}
