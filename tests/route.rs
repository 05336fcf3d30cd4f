//! The router over hard cases of our own: `fixtures/route/*.jsonl`, each with the trap it holds.
//!
//! A case that is known to fail stands in `KNOWN`; one that fails beside these, or passes though listed, fails the test.

use std::collections::BTreeSet;
use std::fs;

use feedatlas::model::article::Place;
use feedatlas::model::country::Country;
use feedatlas::model::settings::CountrySettings;
use feedatlas::route::{Gazetteer, Words};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    id: String,
    lang: String,
    title: String,
    text: String,
    countries: BTreeSet<String>,
    trap: String,
}

/// Cases whose answer is not yet right.
const KNOWN: &[&str] =
    &["russian-033", "english-027", "world-027", "beside-003", "beside-006", "beside-010", "beside-022"];

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for name in ["russian", "english", "world", "beside"] {
        let lines = fs::read_to_string(format!("fixtures/route/{name}.jsonl")).unwrap();
        all.extend(lines.lines().map(|line| serde_json::from_str::<Case>(line).unwrap()));
    }
    all
}

fn answer(gazetteer: &Gazetteer, case: &Case) -> BTreeSet<String> {
    let words = Words { title: &case.title, text: &case.text, language: Some(&case.lang), ..Words::default() };
    gazetteer.judge(&words).iter().map(|found| found.country.code().to_owned()).collect()
}

#[test]
fn every_hard_case_is_answered_as_listed() {
    let gazetteer = Gazetteer::new(&[]);
    let wrong: Vec<String> = cases()
        .iter()
        .filter_map(|case| {
            let answer = answer(&gazetteer, case);
            let right = answer == case.countries;
            (right == KNOWN.contains(&case.id.as_str()))
                .then(|| format!("{} ({}): {:?}, should be {:?}", case.id, case.trap, answer, case.countries))
        })
        .collect();
    assert!(wrong.is_empty(), "{} unlisted failures or listed passes:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_land_has_two_cases_that_route_there() {
    let cases = cases();
    for land in Country::lands() {
        let count = cases.iter().filter(|case| case.countries.contains(land.code())).count();
        assert!(count >= 2, "{land}: {count}");
    }
}

#[test]
fn reasons_tell_word_and_place_and_add_up() {
    let gazetteer = Gazetteer::new(&[]);
    let words = Words {
        title: "Делегация прибыла в Пхеньян",
        text: "ПХЕНЬЯН, 16 января. /ТАСС/. Власти КНДР встретили гостей.",
        language: Some("ru"),
        ..Words::default()
    };
    let found = gazetteer.judge(&words);
    assert_eq!(found[0].country.code(), "KP");
    assert!(found[0].reasons.iter().any(|reason| reason.word == "Пхеньян" && reason.place == Place::Title));
    assert!(found[0].reasons.iter().any(|reason| reason.word == "ПХЕНЬЯН" && reason.place == Place::PlaceLine));
    let sum: f32 = found[0].reasons.iter().map(|reason| reason.weight).sum();
    assert!((sum - found[0].strength).abs() < 0.01, "{sum} {}", found[0].strength);
}

fn settings(code: &str, change: impl FnOnce(&mut CountrySettings)) -> Vec<CountrySettings> {
    let mut settings = CountrySettings::of(Country::from_code(code).unwrap());
    change(&mut settings);
    vec![settings]
}

fn codes(gazetteer: &Gazetteer, title: &str) -> Vec<&'static str> {
    let words = Words { title, text: "", language: Some("ru"), ..Words::default() };
    gazetteer.judge(&words).iter().map(|found| found.country.code()).collect()
}

#[test]
fn feeds_toml_adds_forbids_raises_and_switches_off() {
    let title = "Встреча в Иннополисе и Монголия";
    assert_eq!(codes(&Gazetteer::new(&[]), title), ["MN"]);
    let added = Gazetteer::new(&settings("RU", |one| one.words = vec!["Иннополисе".into()]));
    assert!(codes(&added, title).contains(&"RU"));
    let forbidden = Gazetteer::new(&settings("MN", |one| one.not_words = vec!["Монголия".into()]));
    assert!(codes(&forbidden, title).is_empty());
    let raised = Gazetteer::new(&settings("MN", |one| one.threshold = Some(1.0)));
    assert!(codes(&raised, title).is_empty());
    let off = Gazetteer::new(&settings("MN", |one| one.enabled = false));
    assert!(codes(&off, title).is_empty());
}

#[test]
fn an_empty_article_and_a_hostile_one_are_answered() {
    let gazetteer = Gazetteer::new(&[]);
    assert!(gazetteer.judge(&Words::default()).is_empty());
    let text = "中".repeat(200_000) + &"a-".repeat(100_000) + "\u{301}\u{301}";
    let words = Words { title: "\u{301}", text: &text, language: Some("??"), ..Words::default() };
    let _ = gazetteer.judge(&words);
}
