//! `feedatlas route`.

use std::borrow::Cow;
use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cli::filters::lines::each_line;
use crate::model::article::{Match, Place};
use crate::route::{Gazetteer, Words};

/// A line in. Texts are borrowed from the line where it has no escapes.
#[derive(Deserialize)]
struct Input<'a> {
    #[serde(default)]
    id: Value,
    #[serde(borrow, default)]
    title: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    lang: Option<Cow<'a, str>>,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Serialize)]
struct Output<'a> {
    id: &'a Value,
    countries: Vec<Answer<'a>>,
}

#[derive(Serialize)]
struct Answer<'a> {
    code: &'static str,
    score: f64,
    reasons: Vec<Why<'a>>,
}

#[derive(Serialize)]
struct Why<'a> {
    word: &'a str,
    place: Place,
    weight: f64,
}

pub(super) fn run(input: impl BufRead, output: &mut impl Write) -> io::Result<()> {
    let gazetteer = Gazetteer::new(&[]);
    each_line(input, output, |line| answer(line, &gazetteer))
}

fn answer(line: &str, gazetteer: &Gazetteer) -> String {
    let input: Input<'_> = match serde_json::from_str(line) {
        Ok(input) => input,
        Err(error) => return refused(line, &error),
    };
    let words = Words {
        title: input.title.as_deref().unwrap_or_default(),
        text: input.text.as_deref().unwrap_or_default(),
        language: input.lang.as_deref(),
        tags: &input.tags,
        home: None,
    };
    let matches = gazetteer.judge(&words);
    let output = Output { id: &input.id, countries: matches.iter().map(told).collect() };
    serde_json::to_string(&output).unwrap_or_else(|error| refused(line, &error))
}

fn told(found: &Match) -> Answer<'_> {
    let reasons = found.reasons.iter().map(|reason| Why {
        word: &reason.word,
        place: reason.place,
        weight: rounded(reason.weight),
    });
    Answer { code: found.country.code(), score: rounded(found.strength), reasons: reasons.collect() }
}

/// Four digits are what a reader can use.
fn rounded(number: f32) -> f64 {
    (f64::from(number) * 10_000.0).round() / 10_000.0
}

/// The error line, with the id where the line tells it.
fn refused(line: &str, error: &serde_json::Error) -> String {
    let id = serde_json::from_str::<Value>(line).ok().and_then(|value| value.get("id").cloned()).unwrap_or(Value::Null);
    json!({ "id": id, "error": "malformed_json", "message": error.to_string() }).to_string()
}
