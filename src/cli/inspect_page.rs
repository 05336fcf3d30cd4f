//! What `inspect` has seen, as one page that needs nothing else: no script, no file, nothing from the network.
//!
//! Every text of the inspected page is escaped by the template, and its pictures are named, not loaded.

use std::io::Write;

use askama::Template;

use crate::cli::seen::{Outcome, Read, Seen};
use crate::extract::explain::{Candidate, Explanation, Picture};
use crate::model::article::{Photo, Place, Reason};

#[derive(Template)]
#[template(path = "inspect.html")]
struct Sheet<'a> {
    url: &'a str,
    got: &'a str,
    why: &'a Explanation,
    error: Option<(&'a str, &'a str)>,
    read: Option<&'a Read>,
    title: Vec<Span<'a>>,
    paragraphs: Vec<Vec<Span<'a>>>,
    photos: Vec<Shown<'a>>,
    /// Pictures that are none of the article's.
    passed: Vec<&'a Picture>,
    /// What the page offers for headline, date, authors and text.
    offers: [(&'static str, &'a [Candidate]); 4],
}

/// A photograph, with where its credit stands.
struct Shown<'a> {
    photo: &'a Photo,
    leads: bool,
    place: &'static str,
}

/// A part of a text; with the countries that it speaks for, where it does.
#[derive(Debug, PartialEq, Eq)]
struct Span<'a> {
    text: &'a str,
    lands: String,
}

/// Writes it to standard output.
pub(crate) fn show(seen: &Seen) {
    let sheet = sheet(seen);
    let page = sheet.render().expect("writing to a String does not fail");
    // Cannot matter: whoever closed the stream does not want to read it.
    let _ = std::io::stdout().write_all(page.as_bytes());
}

fn sheet(seen: &Seen) -> Sheet<'_> {
    let (error, read) = match &seen.outcome {
        Outcome::Refused { class, message } | Outcome::Unread { class, message } => {
            (Some((*class, message.as_str())), None)
        }
        Outcome::Read(read) => (None, Some(&**read)),
    };
    let why = &seen.explanation;
    let (title, paragraphs) = read.map(words).unwrap_or_default();
    let photos = read.map(|read| photos(read, why)).unwrap_or_default();
    let offers = [
        ("Headline", why.titles.as_slice()),
        ("Date", &why.dates),
        ("Authors", &why.authors),
        ("Block of the text", &why.blocks),
    ];
    let passed = why.pictures.iter().filter(|picture| !picture.ours).collect();
    Sheet { url: &seen.url, got: &seen.got, why, error, read, title, paragraphs, photos, passed, offers }
}

fn photos<'a>(read: &'a Read, why: &Explanation) -> Vec<Shown<'a>> {
    let photos = read.reading.photos.iter().enumerate();
    photos
        .map(|(index, photo)| {
            let picture = why.pictures.iter().find(|picture| picture.ours && picture.url == photo.url.as_str());
            let place = picture.and_then(|picture| picture.why).unwrap_or("in the page");
            Shown { photo, leads: read.reading.lead == Some(index), place }
        })
        .collect()
}

/// The headline and the paragraphs, the words that speak for countries marked.
fn words(read: &Read) -> (Vec<Span<'_>>, Vec<Vec<Span<'_>>>) {
    let in_title = marks(read, |reason| reason.place == Place::Title);
    let in_text = marks(read, |reason| matches!(reason.place, Place::Lead | Place::Body | Place::PlaceLine));
    let paragraphs = read.reading.text.split("\n\n").map(|paragraph| spans(paragraph, &in_text)).collect();
    (spans(&read.reading.title, &in_title), paragraphs)
}

/// Words with the countries they speak for, the longest first: of two that begin together it is meant.
fn marks(read: &Read, here: impl Fn(&Reason) -> bool) -> Vec<(&str, String)> {
    let mut marks: Vec<(&str, String)> = Vec::new();
    for matched in &read.countries {
        for reason in matched.reasons.iter().filter(|reason| here(reason)) {
            let country = matched.country.to_string();
            match marks.iter_mut().find(|(word, _)| *word == reason.word) {
                Some((_, lands)) => *lands = format!("{lands} {country}"),
                None => marks.push((&reason.word, country)),
            }
        }
    }
    marks.sort_by_key(|(word, _)| usize::MAX - word.len());
    marks
}

/// A text in parts, its marked words apart.
fn spans<'a>(text: &'a str, marks: &[(&str, String)]) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some((at, length, lands)) = next_mark(rest, marks) {
        spans.push(Span { text: &rest[..at], lands: String::new() });
        spans.push(Span { text: &rest[at..at + length], lands: lands.to_owned() });
        rest = &rest[at + length..];
    }
    spans.push(Span { text: rest, lands: String::new() });
    spans.retain(|span| !span.text.is_empty());
    spans
}

/// The first marked word of a text: where it begins, its length, its countries.
fn next_mark<'m>(text: &str, marks: &'m [(&str, String)]) -> Option<(usize, usize, &'m str)> {
    let found = marks
        .iter()
        .filter(|(word, _)| !word.is_empty())
        .filter_map(|(word, lands)| Some((text.find(word)?, word.len(), lands.as_str())));
    found.min_by_key(|(at, length, _)| (*at, usize::MAX - length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_words_stand_apart_the_longest_first() {
        let marks = [("Северная Корея", "KP".to_owned()), ("Корея", "KR".to_owned())];
        let parts: Vec<(&str, String)> =
            spans("Северная Корея и Корея.", &marks).into_iter().map(|span| (span.text, span.lands)).collect();
        let expected = [("Северная Корея", "KP"), (" и ", ""), ("Корея", "KR"), (".", "")];
        assert_eq!(parts, expected.map(|(text, lands)| (text, lands.to_owned())));
        assert_eq!(spans("Ничего", &marks).len(), 1);
    }

    #[test]
    fn what_a_page_says_is_escaped() {
        let hostile = "<script>alert(1)</script>";
        let seen = Seen {
            url: format!("https://example.org/?q={hostile}"),
            outcome: Outcome::Unread { class: "no_content", message: hostile.to_owned() },
            ..Seen::default()
        };
        let page = sheet(&seen).render().expect("a String takes everything");
        assert!(!page.contains("<script") && page.contains("alert(1)"), "{page}");
    }
}
