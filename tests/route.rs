//! The router over hard cases of our own: `fixtures/route/*.jsonl`, each with the trap it holds.
//!
//! A case that is known to fail stands in `KNOWN`; one that fails beside these, or passes though listed, fails the test.

use std::collections::BTreeSet;
use std::fs;

use std::time::Duration;

use feedatlas::model::article::{Article, Origin, Place};
use feedatlas::model::country::Country;
use feedatlas::model::settings::CountrySettings;
use feedatlas::model::source::Source;
use feedatlas::model::url::PageUrl;
use feedatlas::route::{self, Gazetteer, Words};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    id: String,
    lang: String,
    title: String,
    text: String,
    countries: BTreeSet<String>,
    trap: String,
    /// Countries that its words name and that it is not about.
    #[serde(default)]
    named: BTreeSet<String>,
}

/// The files of `fixtures/route`.
const FILES: [&str; 6] = ["russian", "english", "world", "beside", "lands", "later"];
/// Cases that route to each land, at least.
const ROUTED_MIN: usize = 5;
/// Cases that name each land and are not about it, at least.
const NAMED_MIN: usize = 2;
/// Languages of the cases, beside Russian and English.
const LANGUAGES_MIN: usize = 20;

/// Cases whose answer is not yet right.
const KNOWN: &[&str] = &[
    "lands-007",
    "lands-013",
    "lands-022",
    "lands-033",
    "lands-036",
    "lands-041",
    "lands-094",
    "lands-096",
    "lands-098",
    "lands-101",
    "lands-108",
    "lands-112",
    "lands-118",
    "lands-121",
    "lands-124",
    "lands-136",
    "lands-171",
    "lands-181",
    "lands-192",
    "lands-196",
    "lands-237",
    "lands-240",
    "lands-258",
    "lands-265",
    "lands-267",
    "lands-272",
    "lands-279",
    "lands-286",
    "lands-287",
    "lands-294",
    "lands-295",
    "lands-298",
    "lands-299",
    "lands-302",
    "lands-303",
    "lands-329",
    "lands-338",
    "lands-339",
    "lands-341",
    "lands-342",
    "lands-346",
    "lands-361",
    "lands-375",
    "lands-377",
    "lands-380",
    "lands-383",
    "lands-401",
    "later-004",
    "later-006",
    "later-010",
    "later-012",
    "later-026",
    "later-039",
    "later-040",
    "later-047",
    "later-053",
    "later-055",
    "later-056",
    "later-065",
    "later-066",
    "later-071",
    "later-073",
    "later-074",
    "later-081",
    "later-086",
    "later-087",
    "later-089",
    "later-091",
    "later-092",
    "later-093",
    "later-096",
    "later-097",
    "later-098",
    "later-100",
    "later-103",
    "later-109",
    "later-113",
    "later-123",
    "later-126",
    "later-134",
    "later-137",
    "later-142",
    "later-149",
    "later-151",
    "later-154",
];

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for name in FILES {
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
fn each_land_has_cases_for_it_and_cases_that_only_name_it() {
    let cases = cases();
    for land in Country::lands() {
        let routed = cases.iter().filter(|case| case.countries.contains(land.code())).count();
        assert!(routed >= ROUTED_MIN, "{land}: {routed} cases route there");
        let named = cases.iter().filter(|case| case.named.contains(land.code())).count();
        assert!(named >= NAMED_MIN, "{land}: {named} cases only name it");
    }
    for case in &cases {
        assert!(case.named.is_disjoint(&case.countries), "{}: is about what it only names", case.id);
    }
    let languages: BTreeSet<&str> = cases.iter().map(|case| case.lang.as_str()).collect();
    assert!(languages.len() >= LANGUAGES_MIN + 2, "{languages:?}");
}

#[test]
fn every_country_is_known_by_its_names() {
    /// Also ordinary words of Russian, believed where something supports them.
    const DOUBTFUL: [&str; 3] = ["Перу", "Чад", "Того"];
    let gazetteer = Gazetteer::new(&[]);
    for country in Country::all() {
        for (name, language) in [(country.name_en(), "en"), (country.name_ru(), "ru")] {
            if name.contains('&') || name.starts_with("U.S.") || DOUBTFUL.contains(&name) {
                continue;
            }
            let text = format!("Туда прибыли; to {name} they came.");
            let words = Words { title: "", text: &text, language: Some(language), ..Words::default() };
            let found = gazetteer.evidence(&words);
            assert!(found.iter().any(|one| one.country == country), "{country}: {name}");
        }
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

fn source(countries: &[&str]) -> Source {
    let mut source = Source::bare(PageUrl::parse("https://news.example.org/feed").unwrap(), Duration::ZERO);
    source.countries = countries.iter().map(|code| Country::from_code(code).unwrap()).collect();
    source
}

fn article(source: &Source, title: &str) -> Article {
    Article {
        source: source.name.clone(),
        entry_id: "1".into(),
        link: source.url.clone(),
        title: title.into(),
        authors: Vec::new(),
        published: None,
        updated: None,
        language: Some("ru".into()),
        summary: String::new(),
        text: String::new(),
        html: String::new(),
        photos: Vec::new(),
        lead: None,
        tags: Vec::new(),
        enclosures: Vec::new(),
        origin: Origin::Summary,
    }
}

#[test]
fn a_source_gives_its_countries_and_words_add_to_them_unless_it_says_only() {
    let gazetteer = Gazetteer::new(&[]);
    let mut source = source(&["KP"]);
    let told = |source: &Source, title: &str| {
        let routed = route::countries(article(source, title), source, &gazetteer);
        let by_source = routed.countries.iter().filter(|one| one.reasons.iter().any(|why| why.place == Place::Source));
        let by_source: Vec<&str> = by_source.map(|one| one.country.code()).collect();
        (routed.countries.iter().map(|one| one.country.code()).collect::<Vec<_>>(), by_source)
    };
    assert_eq!(told(&source, "Дожди пройдут до среды"), (vec!["KP"], vec!["KP"]));
    assert_eq!(told(&source, "Монголия закрыла границу"), (vec!["KP", "MN"], vec!["KP"]));
    source.only_countries = true;
    assert_eq!(told(&source, "Монголия закрыла границу"), (vec!["KP"], vec!["KP"]));
    source.countries.clear();
    source.only_countries = false;
    assert_eq!(told(&source, "Дожди пройдут до среды"), (vec![], vec![]));
}

/// A text of many sentences that name no country behind a first one that does: hard cases are short, news are not.
fn long(lead: &str, sentence: &str) -> String {
    const SENTENCES: usize = 60;
    format!("{lead} {}", vec![sentence; SENTENCES].join(" "))
}

#[test]
fn long_articles_route_as_short_ones_do() {
    let gazetteer = Gazetteer::new(&[]);
    for (language, code, title, lead, sentence) in [
        (
            "en",
            "VN",
            "Vietnam opens a new rail line",
            "In Vietnam a new rail line was opened on Monday.",
            "The trains run four times a day, and each has eight cars.",
        ),
        (
            "es",
            "EG",
            "Egipto: abre un nuevo puerto",
            "En Egipto abrió el lunes un nuevo puerto.",
            "Los barcos llegan cuatro veces al día, y cada uno trae cien cajas.",
        ),
        (
            "fr",
            "SY",
            "Syrie: une école rouvre",
            "En Syrie, une école a rouvert lundi.",
            "Les élèves y viennent quatre jours par semaine, et chacun a son livre.",
        ),
        (
            "de",
            "IN",
            "Indien: Brücke eröffnet",
            "In Indien wurde am Montag eine Brücke eröffnet.",
            "Sie hat vier Spuren, und jede ist für sich beleuchtet.",
        ),
        (
            "ru",
            "AM",
            "В Армении открыли мост",
            "В Армении в понедельник открыли мост.",
            "По нему ходят четыре автобуса, и в каждом есть места для всех.",
        ),
    ] {
        let text = long(lead, sentence);
        let words = Words { title, text: &text, language: Some(language), tags: &[], home: None };
        let found: Vec<&str> = gazetteer.judge(&words).iter().map(|matched| matched.country.code()).collect();
        assert_eq!(found, [code], "{language}");
    }
}
