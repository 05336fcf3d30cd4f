//! `[country.KP]`: renames a country, adds words, switches it off. And which countries have feeds at all.

use std::collections::HashMap;
use std::ops::Range;

use toml::de::DeValue;

use crate::config::alike;
use crate::config::complaint::Complaint;
use crate::config::section::{Findings, Placed, Section};
use crate::config::value;
use crate::model::country::Country;
use crate::model::settings::CountrySettings;
use crate::model::source::Source;

/// Names of the published folder that are no country's: the feed of all, and what the pages and `serve` use.
const RESERVED: [&str; 19] = [
    "all",
    "a",
    "about",
    "assets",
    "atom",
    "en",
    "feed",
    "feeds",
    "health",
    "index",
    "json",
    "metrics",
    "opml",
    "rss",
    "ru",
    "sitemap",
    "sources",
    "subscribe",
    "websub",
];

/// Longest slug, in characters: it is a file's name and part of an address.
const SLUG_CHARS_MAX: usize = 64;

/// The lands in the order of their table, then the others that feeds.toml names.
pub(super) fn countries(
    section: Option<Section<'_>>,
    sources: &[Placed<Source>],
    findings: &Findings<'_>,
) -> Vec<CountrySettings> {
    let mut all: Vec<CountrySettings> = Country::lands().map(CountrySettings::of).collect();
    let mut slug_spans: HashMap<Country, Range<usize>> = HashMap::new();
    for (name, section) in section.into_iter().flat_map(Section::named_sections) {
        let country = match value::country_of(&name.value) {
            Ok(country) => country,
            Err(complaint) => {
                findings.complain(name.span, complaint);
                continue;
            }
        };
        let read = settings(country, section);
        slug_spans.insert(country, read.span);
        match all.iter_mut().find(|settings| settings.country == country) {
            Some(settings) => *settings = read.value,
            None => all.push(read.value),
        }
    }
    one_slug_each(&all, &slug_spans, findings);
    pinned(&mut all, sources, findings);
    all
}

/// One table; its place is that of the slug where there is one.
fn settings(country: Country, mut section: Section<'_>) -> Placed<CountrySettings> {
    let default = CountrySettings::of(country);
    let findings = section.findings();
    let slug = section.placed("slug", slug);
    let span = slug.as_ref().map_or_else(|| section.span(), |slug| slug.span.clone());
    let words =
        |section: &mut Section<'_>, key| -> Vec<String> { alike::once(section.list(key, value::words), findings) };
    let settings = CountrySettings {
        country,
        slug: slug.map_or(default.slug, |slug| slug.value),
        title: section.take("title", value::words),
        // Whoever writes a table for a country wants its feed.
        enabled: section.take("enabled", value::boolean).unwrap_or(true),
        words: words(&mut section, "words"),
        not_words: words(&mut section, "not_words"),
        threshold: section.take("threshold", value::share),
    };
    section.finish();
    odd(&settings, &span, findings);
    Placed { value: settings, span }
}

/// What a table says against itself, or against another country.
fn odd(settings: &CountrySettings, span: &Range<usize>, findings: &Findings<'_>) {
    let CountrySettings { country, slug, words, not_words, .. } = settings;
    if let Some(word) = words.iter().find(|word| not_words.contains(word)) {
        let message = format!("\"{word}\" speaks for {country} and does not");
        findings
            .warn(span.clone(), Complaint::new(message, "it stands in `words` and in `not_words`: take it out of one"));
    }
    let other = Country::from_slug(slug).filter(|other| other != country);
    if let Some(other) = other {
        let message = format!("\"{slug}\" is a name of {other} ({})", other.name_en());
        let cure = format!("who asks for it means that land and would get {country}: choose another slug");
        findings.warn(span.clone(), Complaint::new(message, cure));
    }
}

/// The name of a feed's files.
pub(super) fn slug(value: &DeValue<'_>) -> Result<String, Complaint> {
    let slug = value::text(value)?;
    if RESERVED.contains(&slug) {
        return Err(Complaint::new(format!("\"{slug}\" is taken: the pages use it"), "choose another slug"));
    }
    let fits = slug.len() <= SLUG_CHARS_MAX
        && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !slug.starts_with('-')
        && !slug.ends_with('-');
    if !fits {
        return Err(Complaint::new(
            format!("\"{}\" is no slug", slug.escape_debug()),
            "it names files: small Latin letters, digits and hyphens, such as \"north-korea\"",
        ));
    }
    Ok(slug.to_owned())
}

/// Two countries must not write the same files.
fn one_slug_each(all: &[CountrySettings], spans: &HashMap<Country, Range<usize>>, findings: &Findings<'_>) {
    let mut owners: HashMap<&str, Country> = HashMap::new();
    // Those that feeds.toml does not rename keep their slugs, wherever they stand in the table.
    let (renamed, kept): (Vec<_>, Vec<_>) = all.iter().partition(|settings| settings.slug != settings.country.slug());
    for settings in kept.into_iter().chain(renamed) {
        let Some(owner) = owners.insert(&settings.slug, settings.country) else { continue };
        let Some(span) = spans.get(&settings.country) else { continue };
        let message = format!("the slug \"{}\" is that of {owner} ({})", settings.slug, owner.name_en());
        findings.complain(span.clone(), Complaint::new(message, "each country has its own files: choose another"));
    }
}

/// Countries that sources name in `countries` and that have no feed: known, and switched off.
fn pinned(all: &mut Vec<CountrySettings>, sources: &[Placed<Source>], findings: &Findings<'_>) {
    for source in sources {
        for country in &source.value.countries {
            let known = all.iter().find(|settings| settings.country == *country);
            if known.is_some_and(|settings| settings.enabled) {
                continue;
            }
            let complaint = Complaint::new(
                format!("{country} ({}) has no feed", country.name_en()),
                if known.is_some() {
                    format!("[country.{country}] switches it off: its articles go to the feed of all alone")
                } else {
                    format!("its articles go to the feed of all alone; for one of its own write [country.{country}]")
                },
            );
            findings.warn(source.span.clone(), complaint);
            if known.is_none() {
                all.push(CountrySettings::of(*country));
            }
        }
    }
}
