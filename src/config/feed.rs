//! `[[feed]]`: feeds of an operator's own choice, by source, country, word, language.

use std::collections::HashMap;
use std::ops::Range;

use toml::de::DeValue;

use crate::config::complaint::Complaint;
use crate::config::country;
use crate::config::nearest::nearest;
use crate::config::section::{Findings, Placed, Section};
use crate::config::value;
use crate::model::settings::{CountrySettings, Selection};
use crate::model::source::{Source, SourceName};

/// All choices, in the order of the file; each writes files of its own.
pub(super) fn selections(
    sections: Vec<Section<'_>>,
    sources: &[Placed<Source>],
    countries: &[CountrySettings],
    findings: &Findings<'_>,
) -> Vec<Selection> {
    let mut taken: HashMap<String, Range<usize>> = HashMap::new();
    let mut all = Vec::new();
    for section in sections {
        let Some(read) = selection(section, sources) else { continue };
        let slug = &read.value.slug;
        if let Some(first) = taken.get(slug) {
            let cure = format!("the other stands on line {}: choose another slug", findings.line(first));
            findings.complain(read.span.clone(), Complaint::new(format!("two feeds are named \"{slug}\""), cure));
        } else if let Some(owner) = countries.iter().find(|settings| settings.enabled && settings.slug == *slug) {
            let message = format!("the slug \"{slug}\" is that of {} ({})", owner.country, owner.country.name_en());
            findings
                .complain(read.span.clone(), Complaint::new(message, "each feed has its own files: choose another"));
        }
        taken.entry(slug.clone()).or_insert_with(|| read.span.clone());
        all.push(read.value);
    }
    all
}

/// One choice, with the place of its slug.
fn selection(mut section: Section<'_>, sources: &[Placed<Source>]) -> Option<Placed<Selection>> {
    let findings = section.findings();
    let slug = section.placed("slug", country::slug);
    let title = section.take("title", value::words);
    let named = section.list("sources", |value| source_name(value, sources));
    let countries = section.list("countries", value::country);
    let words = section.list("words", word);
    let languages = section.one_or_many("language", value::language);
    section.missing("slug", "name its files: slug = \"korea-photos\"");
    let span = section.span();
    let asks_nothing = ["sources", "countries", "words", "language"].iter().all(|key| section.is_without(key));
    section.finish();
    if asks_nothing {
        let complaint = Complaint::new(
            "a feed of everything",
            "that is `all`: name sources, countries, words or a language, such as words = [\"railway\"]",
        );
        findings.complain(slug.as_ref().map_or(span, |slug| slug.span.clone()), complaint);
    }
    let slug = slug?;
    let selection = Selection {
        title: title.unwrap_or_else(|| slug.value.clone()),
        slug: slug.value,
        sources: named.into_iter().map(|placed| placed.value).collect(),
        countries: countries.into_iter().map(|placed| placed.value).collect(),
        words: words.into_iter().map(|placed| placed.value).collect(),
        languages: languages.into_iter().map(|placed| placed.value).collect(),
    };
    Some(Placed { value: selection, span: slug.span })
}

/// A source by its name.
fn source_name(value: &DeValue<'_>, sources: &[Placed<Source>]) -> Result<SourceName, Complaint> {
    let typed = value::words(value)?;
    let names = || sources.iter().map(|source| source.value.name.as_str());
    if names().any(|name| name == typed) {
        return Ok(SourceName(typed));
    }
    let cure = match nearest(&typed, names()) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => "write the name of a [[source]], or its url where it has no name".to_owned(),
    };
    Err(Complaint::new(format!("no source is named \"{}\"", typed.escape_debug()), cure))
}

/// A word or a phrase; `*` at its end alone.
fn word(value: &DeValue<'_>) -> Result<String, Complaint> {
    let word = value::words(value)?;
    let bare = word.strip_suffix('*').unwrap_or(&word);
    if bare.contains('*') || !bare.chars().any(char::is_alphanumeric) {
        return Err(Complaint::new(
            format!("\"{}\" is no word", word.escape_debug()),
            "write a word or a phrase, with * at its end where it may go on: \"korea*\"",
        ));
    }
    Ok(word)
}
