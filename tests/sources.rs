//! Documents of sources, each a folder of `fixtures/sources`: what is read from it, whole, is compared.
//!
//! To add a case, add a folder with `document.*` and `source.toml`, run with `FEEDATLAS_BLESS=1`, and read what it wrote.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use feedatlas::html::selector::Selector;
use feedatlas::model::document::{Caching, Document};
use feedatlas::model::entry::{Entries, Entry, Head};
use feedatlas::model::source::{ListingRule, Source, SourceKind};
use feedatlas::model::url::PageUrl;
use feedatlas::parse;
use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;
use serde_json::{Value, json};

const DEPTH: usize = 256;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case is about.
    #[allow(dead_code, reason = "for people who read the folder")]
    about: String,
    url: String,
    content_type: Option<String>,
    #[serde(default = "utc")]
    zone: String,
    kind: Option<SourceKind>,
    #[serde(default = "now")]
    now: Timestamp,
    select: Option<Select>,
    /// The articles that a page lists, as people see it: what recall and precision are counted by.
    #[serde(default)]
    articles: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Select {
    item: String,
    title: Option<String>,
    link: Option<String>,
    date: Option<String>,
    next: Option<String>,
}

fn utc() -> String {
    String::from("UTC")
}

fn now() -> Timestamp {
    "2024-02-04T09:00:00Z".parse().unwrap()
}

#[test]
fn every_folder_reads_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let listed = listed(&root);
    let mut folders: Vec<PathBuf> =
        fs::read_dir(root.join("sources")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() >= 30, "the cases are gone");
    let mut wrong = Vec::new();
    for folder in &folders {
        let name = format!("sources/{}", folder.file_name().unwrap().to_str().unwrap());
        match (difference(folder), listed.contains(&name)) {
            (Some(difference), false) => wrong.push(format!("{name}: {difference}")),
            (None, true) => wrong.push(format!("{name}: is right, though expected_failures.txt lists it")),
            _ => {}
        }
    }
    let names: BTreeSet<String> =
        folders.iter().map(|folder| format!("sources/{}", folder.file_name().unwrap().to_str().unwrap())).collect();
    wrong.extend(listed.difference(&names).map(|name| format!("{name}: listed, but there is no such folder")));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Of pages without selectors: how many of their articles are found, and how many of what is found is one.
#[test]
fn listings_are_found_without_selectors() {
    const SHARE_MIN: f64 = 0.95;
    const LAYOUTS_MIN: usize = 12;
    const LANGUAGES_MIN: usize = 6;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sources");
    let (mut right, mut found_in_all, mut listed_in_all) = (0, 0, 0);
    let (mut layouts, mut languages, mut mistakes) = (0, BTreeSet::new(), Vec::new());
    for folder in fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
        let case: Case = toml::from_str(&fs::read_to_string(folder.join("source.toml")).unwrap()).unwrap();
        if case.articles.is_empty() {
            continue;
        }
        let found = read(&folder);
        let found_here: BTreeSet<&str> = found["entries"]
            .as_array()
            .map(|entries| entries.iter().filter_map(|entry| entry["link"].as_str()).collect())
            .unwrap_or_default();
        let listed: BTreeSet<&str> = case.articles.iter().map(String::as_str).collect();
        let both = found_here.intersection(&listed).count();
        (right, found_in_all, listed_in_all) =
            (right + both, found_in_all + found_here.len(), listed_in_all + listed.len());
        layouts += 1;
        languages.extend(found["language"].as_str().map(|language| language[..2].to_owned()));
        let strange: Vec<&&str> = found_here.difference(&listed).collect();
        let missing: Vec<&&str> = listed.difference(&found_here).collect();
        if !strange.is_empty() || !missing.is_empty() {
            mistakes.push(format!("{}: strange {strange:?}, missing {missing:?}", folder.display()));
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of a hundred")]
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    let (recall, precision) = (share(right, listed_in_all), share(right, found_in_all));
    println!("{layouts} layouts, {} languages: recall {recall:.3}, precision {precision:.3}", languages.len());
    assert!(layouts >= LAYOUTS_MIN && languages.len() >= LANGUAGES_MIN, "{layouts} layouts of {languages:?}");
    assert!(recall >= SHARE_MIN && precision >= SHARE_MIN, "{recall:.3}, {precision:.3}\n{}", mistakes.join("\n"));
}

/// The cases of this runner that are known to fail.
fn listed(root: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(root.join("expected_failures.txt")).unwrap_or_default();
    text.lines().map(str::trim).filter(|line| line.starts_with("sources/")).map(str::to_owned).collect()
}

fn difference(folder: &Path) -> Option<String> {
    let found = read(folder);
    let path = folder.join("expected.json");
    if std::env::var_os("FEEDATLAS_BLESS").is_some() {
        fs::write(&path, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
    }
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let expected: Value = serde_json::from_str(&text).unwrap();
    (found != expected).then(|| first_difference("", &expected, &found))
}

fn first_difference(path: &str, expected: &Value, found: &Value) -> String {
    match (expected, found) {
        (Value::Object(one), Value::Object(other)) => {
            let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            let key = keys.into_iter().find(|key| one.get(*key) != other.get(*key)).unwrap();
            first_difference(
                &format!("{path}.{key}"),
                one.get(key).unwrap_or(&Value::Null),
                other.get(key).unwrap_or(&Value::Null),
            )
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let at = (0..one.len()).find(|at| one[*at] != other[*at]).unwrap();
            first_difference(&format!("{path}[{at}]"), &one[at], &other[at])
        }
        _ => format!("{path}: expected {expected}, found {found}"),
    }
}

fn read(folder: &Path) -> Value {
    let case: Case = toml::from_str(&fs::read_to_string(folder.join("source.toml")).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let file = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_stem().is_some_and(|stem| stem == "document"));
    let url = PageUrl::parse(&case.url).unwrap();
    let document = Document {
        url: url.clone(),
        content_type: case.content_type,
        body: fs::read(file.expect("a case has a document")).unwrap(),
        caching: Caching::default(),
        links: Vec::new(),
    };
    let mut source = Source::bare(url, Duration::ZERO);
    source.zone = TimeZone::get(&case.zone).unwrap();
    source.kind = case.kind;
    source.select = case.select.map(|select| {
        let optional = |text: Option<String>| text.map(|text| Selector::parse(&text).unwrap());
        ListingRule {
            item: Selector::parse(&select.item).unwrap(),
            title: optional(select.title),
            link: optional(select.link),
            date: optional(select.date),
            next: optional(select.next),
        }
    });
    match parse::entries(&source, &document, DEPTH, case.now) {
        Ok(found) => without_empty(whole(&found)),
        Err(error) => json!({ "error": error.fault().as_str() }),
    }
}

fn whole(found: &Entries) -> Value {
    let Head {
        title,
        title_markup,
        link,
        links,
        description,
        description_markup,
        language,
        id,
        updated,
        published,
        ..
    } = &found.head;
    let Head { authors, contributors, image, rights, rights_markup, generator, icon, logo, tags, hints, .. } =
        &found.head;
    json!({
        "kind": found.kind, "title": title, "title_markup": title_markup, "link": link, "links": links,
        "description": description, "description_markup": description_markup, "language": language, "id": id,
        "updated": updated, "published": published, "authors": authors, "contributors": contributors, "image": image,
        "rights": rights, "rights_markup": rights_markup, "generator": generator, "icon": icon, "logo": logo, "tags": tags,
        "interval_seconds": hints.interval.map(|interval| interval.as_secs()), "skip_hours": hints.skip_hours, "skip_days": hints.skip_days,
        "entries": found.entries.iter().map(entry).collect::<Vec<_>>(), "more": found.more, "feeds": found.feeds,
    })
}

fn entry(entry: &Entry) -> Value {
    let media: Vec<Value> = entry
        .media
        .iter()
        .map(|media| json!({ "url": media.url, "type": media.media_type, "width": media.width, "height": media.height, "caption": media.caption, "credits": media.credits }))
        .collect();
    json!({
        "id": entry.id, "title": entry.title, "title_markup": entry.title_markup, "link": entry.link, "links": entry.links,
        "summary": entry.summary, "content": entry.content, "authors": entry.authors, "contributors": entry.contributors,
        "published": entry.published, "updated": entry.updated, "enclosures": entry.enclosures, "tags": entry.tags,
        "media": media, "thumbnails": entry.thumbnails, "credits": entry.credits, "rights": entry.rights,
        "rights_markup": entry.rights_markup, "comments": entry.comments,
    })
}

/// Only what is there: a case of one title is one line.
fn without_empty(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().map(|(key, value)| (key, without_empty(value)));
            Value::Object(
                kept.filter(|(_, value)| !matches!(value, Value::Null) && *value != json!([]) && *value != json!({}))
                    .collect(),
            )
        }
        Value::Array(values) => Value::Array(values.into_iter().map(without_empty).collect()),
        other => other,
    }
}
