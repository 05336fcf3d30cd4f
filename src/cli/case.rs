//! A page and what was read from it, as a folder of `fixtures/articles`: the tests find it by themselves.
//!
//! What is written is what `tests/articles.rs` compares, so that a case passes as it was saved; a person corrects it.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use crate::charset::{self, Form};
use crate::extract::error::ExtractError;
use crate::extract::reading::{Page, Reading};
use crate::html::selector::Selector;
use crate::model::article::Photo;

/// Writes `page.html`, `page.toml` and `expected.json` into a folder, which is made where it is not there.
pub(crate) fn save(
    folder: &Path,
    body: &[u8],
    page: &Page<'_>,
    reading: &Result<Reading, ExtractError>,
) -> io::Result<()> {
    let expected = match reading {
        Ok(reading) => whole(reading),
        Err(error) => json!({ "error": error.fault().as_str(), "message": error.to_string() }),
    };
    fs::create_dir_all(folder)?;
    fs::write(folder.join("page.html"), by_itself(body, page.html))?;
    fs::write(folder.join("page.toml"), about(page))?;
    fs::write(folder.join("expected.json"), format!("{expected:#}\n"))
}

/// The bytes of a page, readable without the header that named their charset: where they are not, as marked UTF-8.
fn by_itself(body: &[u8], html: &str) -> Vec<u8> {
    if charset::decode(body, None, Form::Html).0 == html {
        return body.to_vec();
    }
    format!("\u{feff}{html}").into_bytes()
}

/// Where the page stood, and what its source says of it. A text in JSON is one in TOML.
fn about(page: &Page<'_>) -> String {
    let mut out = format!("url = {}\n", json!(page.url.as_str()));
    let mut put = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            let _ = writeln!(out, "{key} = {}", json!(value)); // A String takes everything.
        }
    };
    put("zone", page.zone.iana_name().filter(|name| *name != "UTC"));
    put("language", page.language);
    let rule = page.rule;
    let parts = [
        ("title", &rule.title),
        ("body", &rule.body),
        ("date", &rule.date),
        ("author", &rule.author),
        ("credit", &rule.credit),
        ("image", &rule.image),
        ("remove", &rule.remove),
    ];
    let said = parts.into_iter().filter(|(_, selectors)| !selectors.is_empty());
    let said: Vec<String> = said
        .map(|(name, selectors)| {
            let selectors: Vec<&str> = selectors.iter().map(Selector::as_str).collect();
            format!("{name} = {}", json!(selectors))
        })
        .collect();
    if !said.is_empty() {
        let _ = writeln!(out, "article = {{ {} }}", said.join(", ")); // As above.
    }
    out
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
