//! `feedatlas parse`.

use std::fs;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::local::{self, UNKNOWN_ADDRESS};
use crate::model::entry::{Entries, Entry, Head};
use crate::model::settings::Limits;
use crate::model::source::Source;
use crate::model::url::PageUrl;
use crate::parse;

pub(super) fn line(line: &str) -> String {
    let mut columns = line.split('\t');
    let path = columns.next().unwrap_or_default();
    let address = columns.next().filter(|address| !address.is_empty()).unwrap_or(UNKNOWN_ADDRESS);
    let content_type = columns.next().filter(|kind| !kind.is_empty());
    match read(path, address, content_type) {
        Ok(found) => json!({ "file": path, "ok": true, "feed": feed(&found) }).to_string(),
        Err(words) => json!({ "file": path, "ok": false, "err": words }).to_string(),
    }
}

fn read(path: &str, address: &str, content_type: Option<&str>) -> Result<Entries, String> {
    let url = PageUrl::parse(address).map_err(|error| format!("bad_url: {error}"))?;
    let body = fs::read(path).map_err(|error| format!("connect: {path}: {error}"))?;
    let document = local::document(url.clone(), content_type, body);
    let limits = Limits::default();
    parse::entries(&Source::bare(url, Duration::ZERO), &document, limits.depth, Timestamp::now())
        .map_err(|error| format!("{}: {error}", error.fault()))
}

fn feed(found: &Entries) -> Value {
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
        authors,
        ..
    } = &found.head;
    let Head { contributors, image, rights, rights_markup, generator, icon, logo, tags, .. } = &found.head;
    json!({
        "title": title_markup.as_ref().or(title.as_ref()), "link": link, "links": links,
        "description": description_markup.as_ref().or(description.as_ref()), "language": language, "id": id,
        "updated": updated, "published": published, "authors": authors, "contributors": contributors, "image": image,
        "rights": rights_markup.as_ref().or(rights.as_ref()), "generator": generator, "icon": icon, "logo": logo, "tags": tags,
        "entries": found.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

fn entry(entry: &Entry) -> Value {
    // The address as it was printed, where the page is one of the links: `PageUrl` is normalised.
    let printed = entry.link.as_ref().map(|page| {
        let printed = entry.links.iter().rfind(|link| PageUrl::parse(&link.href).is_ok_and(|url| url == *page));
        printed.map_or_else(|| page.to_string(), |link| link.href.clone())
    });
    json!({
        "id": entry.id, "title": entry.title_markup.as_ref().or(entry.title.as_ref()), "link": printed, "links": entry.links,
        "summary": entry.summary.as_ref().or(entry.content.first()), "content": entry.content,
        "authors": entry.authors, "contributors": entry.contributors, "updated": entry.updated, "published": entry.published,
        "enclosures": entry.enclosures, "tags": entry.tags, "media": entry.media, "thumbnails": entry.thumbnails,
        "credits": entry.credits, "rights": entry.rights_markup.as_ref().or(entry.rights.as_ref()), "comments": entry.comments,
    })
}
