//! What `inspect` has seen, in lines for a terminal.

use std::io::Write;

use crate::cli::seen::{Outcome, Read, Seen};
use crate::cli::terminal;
use crate::extract::explain::{Candidate, Explanation};
use crate::html::plain::collapse;
use crate::model::article::Photo;
use crate::text::fold::beginning;

/// Characters of a line that was cut: enough to find it in the page.
const CUT_CHARS_MAX: usize = 90;

/// Columns of the name of a stage.
const STAGE: usize = 9;

/// Prints it.
pub(crate) fn show(seen: &Seen) {
    let why = &seen.explanation;
    match &seen.outcome {
        Outcome::Refused { class, message } => say("fetch", &format!("{class}: {message}")),
        Outcome::Unread { class, message } => {
            say("fetch", &format!("{} · {}", seen.url, seen.got));
            say("extract", &format!("{class}: {message}"));
            show_blocks(why);
            show_cut(why);
        }
        Outcome::Read(read) => {
            say("fetch", &format!("{} · {}", seen.url, seen.got));
            seen.rule.iter().for_each(|line| say("rule", line));
            show_facts(read, why);
            show_body(read, why);
            show_photos(read, why);
            show_countries(read);
            say("dedup", &format!("{} · {} bands", read.canonical, read.bands));
        }
    }
    if let Some(folder) = &seen.saved {
        say("save", &format!("{} (correct expected.json by hand before it is believed)", folder.display()));
    }
}

fn say(stage: &str, words: &str) {
    // What follows stands below the words, not below the name of the stage.
    let lines = words.lines().enumerate().map(|(index, line)| {
        let margin = if index == 0 { " ".repeat(STAGE) } else { String::new() };
        terminal::wrapped(&format!("{margin}{line}"))
    });
    let lines = lines.collect::<Vec<_>>().join("\n");
    // Cannot matter: whoever closed the stream does not want to read it.
    let _ = writeln!(std::io::stdout(), "{stage:<STAGE$}{}", lines.get(STAGE..).unwrap_or_default());
}

fn show_facts(read: &Read, why: &Explanation) {
    let reading = &read.reading;
    say("extract", &reading.title);
    show_candidates(&why.titles);
    let published = reading.published.map_or_else(|| "no date".to_owned(), |moment| moment.to_string());
    say("date", &published);
    show_candidates(&why.dates);
    say("language", reading.language.as_deref().unwrap_or("unknown"));
    if !reading.authors.is_empty() {
        say("authors", &reading.authors.join(", "));
        show_candidates(&why.authors);
    }
}

/// Who said so, and who said something else.
fn show_candidates(candidates: &[Candidate]) {
    let won = candidates.iter().find(|candidate| candidate.won);
    let worth = |candidate: &Candidate| candidate.worth.map_or_else(String::new, |worth| format!(" {worth:.1}"));
    if let Some(won) = won {
        let agree = candidates.iter().filter(|other| other.text == won.text).map(|other| other.from);
        say("", &format!("  said by {}{}", agree.collect::<Vec<_>>().join(", "), worth(won)));
    }
    for other in candidates.iter().filter(|other| won.is_none_or(|won| won.text != other.text)) {
        say("", &format!("  {}{}: {}", other.from, worth(other), other.text));
    }
}

fn show_body(read: &Read, why: &Explanation) {
    let text = &read.reading.text;
    say("body", &format!("{} characters, {} paragraphs", text.chars().count(), text.split("\n\n").count()));
    show_blocks(why);
    if why.from_data {
        say("", "  the block holds too little: the text is that of the page's data");
    }
    for paragraph in text.split("\n\n") {
        say("", &collapse(paragraph));
    }
    show_cut(why);
}

fn show_blocks(why: &Explanation) {
    for block in &why.blocks {
        let verb = if block.won { "taken" } else { "not taken" };
        say("", &format!("  {verb}: {}, by {}", block.text, block.from));
    }
}

fn show_cut(why: &Explanation) {
    for line in &why.lines {
        if let Some(reason) = &line.cut {
            let text = beginning(&line.text, CUT_CHARS_MAX);
            say("cut", &format!("{text}\n{:<9}  {reason} ({})", "", line.element));
        }
    }
}

fn show_photos(read: &Read, why: &Explanation) {
    let reading = &read.reading;
    for (index, photo) in reading.photos.iter().enumerate() {
        let lead = if reading.lead == Some(index) { " (lead)" } else { "" };
        say("photo", &format!("{}{lead}", photo.url));
        if let Some(caption) = &photo.caption {
            say("", caption);
        }
        show_credit(photo, why);
    }
    for picture in why.pictures.iter().filter(|picture| !picture.ours) {
        say("passed", &format!("{} {}", picture.url, picture.why.unwrap_or_default()));
    }
}

fn show_credit(photo: &Photo, why: &Explanation) {
    let Some(credit) = &photo.credit else { return say("credit", "none printed") };
    let place = why.pictures.iter().find(|picture| picture.ours && picture.url == photo.url.as_str());
    let place = place.and_then(|picture| picture.why).unwrap_or("in the page");
    say("credit", &format!("{} ({}), printed “{}”: {place}", credit.name, credit.role.as_str(), credit.raw));
}

fn show_countries(read: &Read) {
    if read.countries.is_empty() {
        say("route", "no country: goes to the feed of all only");
    }
    for matched in &read.countries {
        let reasons: Vec<String> = matched.reasons.iter().map(ToString::to_string).collect();
        let country = matched.country;
        say(
            "route",
            &format!("{country} {:.2} → {}  because {}", matched.strength, country.slug(), reasons.join(", ")),
        );
    }
    for (country, strength) in &read.nearly {
        say("", &format!("  not {country}: {strength:.2}"));
    }
}
