//! `feedatlas extract`: pages to articles, each for itself; with `--memory` each in the light of its host's earlier pages.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::charset::{self, Form};
use crate::cli::filters::lines::each_line;
use crate::extract;
use crate::extract::error::ExtractError;
use crate::extract::reading::{Page, Reading};
use crate::extract::template::Template;
use crate::model::article::Photo;
use crate::model::fault::Fault;
use crate::model::settings::Limits;
use crate::model::source::ArticleRule;
use crate::model::url::PageUrl;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The address of FILE.
    #[arg(long, requires = "file", value_name = "URL")]
    url: Option<String>,
    /// One page instead of lines on standard input.
    #[arg(requires = "url")]
    file: Option<PathBuf>,
    /// Learn from the earlier lines of each host what repeats on its pages, and leave that out; else each page for itself.
    #[arg(long)]
    memory: bool,
}

/// Hosts that are remembered, at most 8 KiB each; further ones are read without memory.
const HOSTS_MAX: usize = 4_096;

/// What is remembered of each host.
type Memory = HashMap<String, Template>;

pub(super) fn run(arguments: &Arguments, input: impl BufRead, output: &mut impl Write) -> io::Result<()> {
    let now = Timestamp::now();
    let mut memory = arguments.memory.then(Memory::new);
    if let (Some(url), Some(file)) = (&arguments.url, &arguments.file) {
        return writeln!(output, "{}", answer(url, file, now, memory.as_mut()));
    }
    each_line(input, output, |line| {
        let (url, path) = line.split_once('\t').unwrap_or((line, ""));
        answer(url, &PathBuf::from(path), now, memory.as_mut()).to_string()
    })
}

/// One page, or why there is no article.
fn answer(address: &str, path: &PathBuf, now: Timestamp, memory: Option<&mut Memory>) -> Value {
    let url = match PageUrl::parse(address) {
        Ok(url) => url,
        Err(error) => return failed(address, Fault::BadUrl.as_str(), &error.to_string()),
    };
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return failed(address, "unreadable", &format!("{}: {error}", path.display())),
    };
    let (html, _) = charset::decode(&bytes, None, Form::Html);
    let page = Page {
        url: &url,
        html: &html,
        rule: &ArticleRule::default(),
        entry: None,
        language: None,
        zone: &TimeZone::UTC,
        depth: Limits::default().depth,
        now,
    };
    match read(&page, memory) {
        Ok(reading) => article(address, &reading),
        Err(error) => failed(address, error.fault().as_str(), &error.to_string()),
    }
}

/// Reads a page, and learns from it where there is a memory.
fn read(page: &Page<'_>, memory: Option<&mut Memory>) -> Result<Reading, ExtractError> {
    let host = page.url.host();
    let Some(memory) = memory.filter(|memory| memory.len() < HOSTS_MAX || memory.contains_key(host)) else {
        return extract::read(page);
    };
    let template = memory.entry(host.to_owned()).or_default();
    let (reading, lesson) = extract::read_with(page, template)?;
    template.learn(&lesson);
    Ok(reading)
}

fn failed(address: &str, class: &str, message: &str) -> Value {
    json!({ "url": address, "error": class, "message": message })
}

fn article(address: &str, reading: &Reading) -> Value {
    let lead = reading.lead.and_then(|lead| reading.photos.get(lead));
    json!({
        "url": address,
        "title": reading.title,
        "authors": reading.authors,
        "published": reading.published,
        "lang": reading.language,
        "text": reading.text,
        "html": reading.html,
        "image": lead.map(|photo| json!({ "url": photo.url, "caption": photo.caption, "credit": credit(photo) })),
        "images": reading.photos.iter().flat_map(images).collect::<Vec<_>>(),
    })
}

/// What sites set between owners who each stand for themselves; `A / B` is most often a person and an agency together.
const BETWEEN_OWNERS: &str = " | ";

/// A picture, once for each of its owners: none is lost to those who count them, and none is counted as a part of another.
fn images(photo: &Photo) -> impl Iterator<Item = Value> {
    let owners = credit(photo).map_or_else(|| vec![None], |name| name.split(BETWEEN_OWNERS).map(Some).collect());
    owners.into_iter().map(move |owner| {
        json!({
            "url": photo.url,
            "caption": photo.caption,
            "credit": owner,
            "credit_role": photo.credit.as_ref().map(|credit| credit.role.as_str()),
        })
    })
}

fn credit(photo: &Photo) -> Option<&str> {
    photo.credit.as_ref().map(|credit| credit.name.as_str())
}
