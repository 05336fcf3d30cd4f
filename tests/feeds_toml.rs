//! `docs/FEEDS_TOML.md` is what `config::schema` says, and that is what feeds.toml is read by: every key, default and example.
//!
//! `UPDATE=1 cargo test --test feeds_toml` writes the page anew.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use feedatlas::config::schema::{Key, TABLES, Table};
use feedatlas::config::{self, Reading};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/FEEDS_TOML.md");

fn read(text: &str) -> Result<Reading, String> {
    config::read(text, Path::new("feeds.toml"), &|_| None).map_err(|error| error.to_string())
}

/// A feeds.toml with one line in this table, or with what the table needs alone.
fn with(table: &str, line: &str) -> String {
    let source = "[[source]]\nurl = \"https://example.org/feed\"\n";
    let inside = |needed: &str| if line.is_empty() { needed.to_owned() } else { format!("{needed}, {line}") };
    match table {
        "" => format!("{line}\n{source}"),
        "source" if line.starts_with("url ") => format!("[[source]]\n{line}\n"),
        "source" => format!("{source}{line}\n"),
        "source.select" if line.starts_with("item ") => format!("{source}select = {{ {line} }}\n"),
        "source.select" => format!("{source}select = {{ {} }}\n", inside("item = \"li\"")),
        "source.article" => format!("{source}article = {{ {line} }}\n"),
        "country.CODE" => format!("[country.KP]\n{line}\n"),
        "feed" if line.starts_with("slug ") => format!("{source}[[feed]]\n{line}\ncountries = [\"KP\"]\n"),
        "feed" if line.starts_with("countries = [\"") => format!("{source}[[feed]]\nslug = \"x\"\n{line}\n"),
        "feed" => format!("{source}[[feed]]\nslug = \"x\"\ncountries = [\"KP\"]\n{line}\n"),
        table => format!("[{table}]\n{line}\n"),
    }
}

/// The keys that a table really takes: it tells them to whoever writes one that it does not.
fn taken(table: &str) -> BTreeSet<String> {
    let answer = read(&with(table, "qwzxqwzxqwzxqwzx = 1")).expect_err("nobody knows this key");
    let known = answer.split_once("known here: ").expect("it tells the others").1;
    known.lines().next().unwrap_or_default().split(", ").map(str::to_owned).collect()
}

fn each(test: impl Fn(&Table, &Key)) {
    for table in TABLES {
        for key in table.keys {
            test(table, key);
        }
    }
}

#[test]
fn every_key_that_is_read_is_told_and_no_other() {
    for table in TABLES {
        let told: BTreeSet<String> = table.keys.iter().map(|key| key.name.to_owned()).collect();
        assert_eq!(told, taken(table.name), "[{}]", table.name);
    }
    let told: BTreeSet<String> =
        TABLES.iter().map(|table| table.name.split('.').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(told, taken(""), "the tables themselves");
}

#[test]
fn every_example_is_read_without_a_mistake_and_every_default_is_what_holds_without_it() {
    each(|table, key| {
        let line = |value: &str| with(table.name, &format!("{} = {value}", key.name));
        if !key.example.is_empty() {
            assert!(read(&line(key.example)).is_ok(), "[{}] {} = {}", table.name, key.name, key.example);
        }
        let is_written = key.default.starts_with(['"', '[']) || key.default.parse::<f64>().is_ok();
        if is_written || matches!(key.default, "true" | "false") {
            let settings = |text: &str| format!("{:?}", read(text).expect("no mistake").settings);
            let (said, unsaid) = (settings(&line(key.default)), settings(&with(table.name, "")));
            assert_eq!(said, unsaid, "[{}] {} = {}", table.name, key.name, key.default);
        }
    });
}

#[test]
fn the_page_is_what_the_schema_says() {
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(PAGE, &page).expect("the page can be written");
    }
    assert_eq!(std::fs::read_to_string(PAGE).unwrap_or_default(), page, "UPDATE=1 writes it anew");
}

fn page() -> String {
    let mut page = "# feeds.toml, key by key\n\n\
        Everything may be left out but the `url` of a source. `feedatlas check` answers every mistake with its line and its cure, and\n\
        warns of what works and is probably not meant. `feedatlas init` writes a file with comments to begin with.\n\n\
        A duration is a number and its unit (`\"20s\"`, `\"30m\"`, `\"2h\"`, `\"180d\"`), a size too (`\"512KiB\"`, `\"10MiB\"`). A relative path\n\
        counts from the folder of the file. A country is its code: `\"KP\"`.\n\n\
        This page is made from `src/config/schema.rs`, and a test holds it to what is read.\n"
        .to_owned();
    for table in TABLES {
        let heading = match table.name {
            "source" => "[[source]]".to_owned(),
            name if name.starts_with("source.") => format!("[[source]] {}", name.trim_start_matches("source.")),
            name => format!("[{name}]"),
        };
        write!(
            page,
            "\n## {heading}\n\n{}\n\n| key | what is written | default | example | since | what for |\n",
            table.words
        )
        .expect("a String takes everything");
        page.push_str("| --- | --- | --- | --- | --- | --- |\n");
        for Key { name, form, default, example, since, words } in table.keys {
            let code = |text: &str| if text.is_empty() { String::new() } else { format!("`{text}`") };
            let is_words = default.contains(' ') && !default.starts_with(['"', '[']);
            let default = if is_words { (*default).to_owned() } else { code(default) };
            writeln!(page, "| `{name}` | {form} | {default} | {} | {since} | {words} |", code(example))
                .expect("a String takes everything");
        }
    }
    page
}
