//! The lines of feeds.toml for an address that was looked at: its name, its language, its land, where its entries stand.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use crate::cli::feeds_file::Lines;
use crate::html::plain::plain;
use crate::model::country::Country;
use crate::model::settings::Settings;
use crate::model::source::SourceKind;
use crate::model::url::PageUrl;
use crate::pipeline::look::{Looked, Way};
use crate::pipeline::probe::Zone;
use crate::route::{Gazetteer, Words};

/// Longest name that is taken over.
const NAME_CHARS_MAX: usize = 100;

/// Headlines that must be there before they tell a land.
const HEADLINES_MIN: usize = 5;

/// Ends of hosts that are sold to everybody, or are not the code of their land.
const NO_LANDS: [&str; 14] = ["ai", "as", "cc", "cd", "co", "fm", "gg", "io", "la", "me", "nu", "to", "tv", "ws"];

/// The lines of a source.
pub(crate) fn of(looked: &Looked, settings: &Settings, name: Option<&str>) -> Lines {
    let mut lines = Lines::new(looked.url.as_str());
    lines.text("name", &unique(name.map_or_else(|| own_name(looked), str::to_owned), looked, settings));
    if looked.found.kind != SourceKind::Feed {
        lines.text("kind", looked.found.kind.as_str());
    }
    match &looked.entries.head.language {
        Some(language) if is_language(language) => lines.text("language", &language.trim().to_lowercase()),
        _ => lines.comments.push("it does not say its language: language = \"…\" if all is in one".to_owned()),
    }
    if looked.found.zone == Zone::Missing {
        lines.comments.push("its dates have no zone and are read as UTC: zone = \"Area/City\" names it".to_owned());
    }
    if let Some(select) = &looked.select {
        let parts = [
            ("item", Some(&select.item)),
            ("title", select.title.as_ref()),
            ("link", select.link.as_ref()),
            ("date", select.date.as_ref()),
        ];
        lines.table("select", parts.into_iter().filter_map(|(key, value)| Some((key, value?.as_str()))));
    }
    lands(looked, settings, &mut lines);
    lines
}

/// What was found, in a line for people.
pub(crate) fn told(looked: &Looked, asked: &PageUrl) -> String {
    let what = looked.found.kind.as_str();
    let count = looked.found.entries;
    let newest = looked.found.newest.map(|at| format!(", the newest of {at}")).unwrap_or_default();
    let mut words = match looked.way {
        Way::Itself if looked.found.kind == SourceKind::Page => {
            format!("no feed was found; {asked} lists {count} articles{newest}")
        }
        Way::Itself => format!("a {what} with {count} entries{newest}"),
        Way::Named => format!("{asked} names a {what}, {}, with {count} entries{newest}", looked.url),
        Way::Common => format!("{asked} names none; {} is a {what} with {count} entries{newest}", looked.url),
    };
    if let Some(select) = &looked.select {
        words.push_str(&format!("; `select` finds {} of {}", select.finds, select.of));
    }
    for other in &looked.others {
        words.push_str(&format!("\nit names another: {other}"));
    }
    words
}

/// What it calls itself: the words before what its title says of the page.
fn own_name(looked: &Looked) -> String {
    let title = looked.entries.head.title.as_deref().map(plain).unwrap_or_default();
    let title: String = title.chars().take(NAME_CHARS_MAX).collect();
    if title.trim().is_empty() {
        looked.url.host().trim_start_matches("www.").to_owned()
    } else {
        title.trim().to_owned()
    }
}

/// A name that no source has: it is known by it.
fn unique(name: String, looked: &Looked, settings: &Settings) -> String {
    let is_taken = |name: &str| settings.sources.iter().any(|source| source.name.as_str() == name);
    if !is_taken(&name) {
        return name;
    }
    let with_host = format!("{name} ({})", looked.url.host());
    if is_taken(&with_host) { format!("{name} ({})", looked.url) } else { with_host }
}

fn is_language(tag: &str) -> bool {
    let tag = tag.trim();
    let primary = tag.split('-').next().unwrap_or_default();
    (2..=3).contains(&primary.len()) && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// The land that nearly all headlines are about is always its land; one that is likely is told in a comment.
fn lands(looked: &Looked, settings: &Settings, lines: &mut Lines) {
    let gazetteer = Gazetteer::new(&settings.countries);
    let language = looked.entries.head.language.as_deref();
    let titles: Vec<&str> = looked.entries.entries.iter().filter_map(|entry| entry.title.as_deref()).collect();
    let mut counts: HashMap<Country, usize> = HashMap::new();
    for title in &titles {
        for matched in gazetteer.judge(&Words { title, language, ..Words::default() }) {
            *counts.entry(matched.country).or_default() += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|(land, count)| (*count, std::cmp::Reverse(land.code())));
    if let Some((land, count)) = most.filter(|(_, count)| titles.len() >= HEADLINES_MIN && count * 2 >= titles.len()) {
        let words = format!("{count} of its {} headlines are about {}", titles.len(), land.name_en());
        if count * 5 >= titles.len() * 4 {
            lines.comments.push(words);
            lines.list("countries", [land.code()]);
        } else {
            lines.comments.push(format!("{words}: countries = [\"{}\"] if all that it writes is", land.code()));
        }
        return;
    }
    if let Some(land) = by_host(looked.url.host()) {
        let (code, name) = (land.code(), land.name_en());
        lines
            .comments
            .push(format!("its address is of {name}: countries = [\"{code}\"] if all that it writes is about it"));
    }
    // A zone is of its land, and only a hint.
    if looked.found.zone == Zone::Missing && settings.sources.iter().all(|source| source.zone == TimeZone::UTC) {
        lines.comments.push("zones have the names of cities: \"Asia/Seoul\", \"Europe/Moscow\"".to_owned());
    }
}

/// The land whose end a host has.
fn by_host(host: &str) -> Option<Country> {
    let end = host.rsplit('.').next()?;
    if NO_LANDS.contains(&end) {
        return None;
    }
    match end {
        "uk" => Country::from_code("GB"),
        "su" | "xn--p1ai" => Country::from_code("RU"),
        "xn--fiqs8s" => Country::from_code("CN"),
        "xn--3e0b707e" => Country::from_code("KR"),
        _ => Country::from_code(&end.to_uppercase()),
    }
}
