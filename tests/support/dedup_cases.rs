//! The project's own cases of dedup, `fixtures/dedup/`, and the scores over them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use feedatlas::dedup;
use feedatlas::dedup::canonical::canonical;
use feedatlas::dedup::window::Window;
use serde::Deserialize;

/// An article of the fixtures, in the shape of the filter's lines.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Article {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) title: String,
    pub(crate) text: String,
}

/// Two articles, and whether they are copies of one text (task `copy`) or on one event (task `event`).
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Pair {
    pub(crate) a: String,
    pub(crate) b: String,
    pub(crate) label: u8,
    pub(crate) task: String,
    pub(crate) kind: String,
}

/// Right and wrong answers to "are these the same?".
#[derive(Debug, Default)]
pub(crate) struct Score {
    joined_rightly: f64,
    joined_wrongly: f64,
    parted_wrongly: f64,
    /// What was answered wrongly.
    pub(crate) wrong: Vec<String>,
}

impl Score {
    fn add(&mut self, same: bool, should_be: bool, what: String) {
        match (same, should_be) {
            (true, true) => self.joined_rightly += 1.0,
            (true, false) => self.joined_wrongly += 1.0,
            (false, true) => self.parted_wrongly += 1.0,
            (false, false) => {}
        }
        if same != should_be {
            self.wrong.push(what);
        }
    }

    /// The share of what was joined that should be.
    pub(crate) fn precision(&self) -> f64 {
        self.joined_rightly / (self.joined_rightly + self.joined_wrongly)
    }

    /// The harmonic mean of precision and recall.
    pub(crate) fn f1(&self) -> f64 {
        2.0 * self.joined_rightly / (2.0 * self.joined_rightly + self.joined_wrongly + self.parted_wrongly)
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dedup")
}

fn lines<T: for<'a> Deserialize<'a>>(name: &str) -> Vec<T> {
    let text = std::fs::read_to_string(fixtures().join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The articles, in the order in which they were published.
pub(crate) fn articles() -> Vec<Article> {
    lines("articles.jsonl")
}

/// The pairs of a task.
pub(crate) fn pairs(task: &str) -> Vec<Pair> {
    lines::<Pair>("pairs.jsonl").into_iter().filter(|pair| pair.task == task).collect()
}

/// The addresses: whether two are the same, the two, what is tried.
pub(crate) fn addresses() -> Vec<(bool, String, String, String)> {
    let text = std::fs::read_to_string(fixtures().join("addresses.tsv")).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let [kind, one, other, what] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("four fields: {line}") };
        (kind == "same", one.to_owned(), other.to_owned(), what.to_owned())
    });
    rows.collect()
}

/// How well copies are told from what only looks like them.
pub(crate) fn copies() -> Score {
    let mut window = Window::default();
    let clusters: HashMap<String, String> = articles()
        .into_iter()
        .map(|article| {
            let fingerprint = dedup::fingerprint_of(&article.url, &article.title, &article.text);
            let cluster = window.add(&article.id, fingerprint).to_string();
            (article.id, cluster)
        })
        .collect();
    let mut score = Score::default();
    for pair in pairs("copy") {
        let what = format!("{}: {} {}", pair.kind, pair.a, pair.b);
        score.add(clusters[&pair.a] == clusters[&pair.b], pair.label == 1, what);
    }
    score
}

/// How well addresses of one page are told from those of two.
pub(crate) fn identities() -> Score {
    let mut score = Score::default();
    for (same, one, other, what) in addresses() {
        score.add(canonical(&one) == canonical(&other), same, what);
    }
    score
}

/// What `fixtures/floors.toml` holds.
pub(crate) fn scores() -> Vec<(&'static str, f64)> {
    let (copies, identities) = (copies(), identities());
    vec![
        ("dedup_copies_f1", copies.f1()),
        ("dedup_copies_precision", copies.precision()),
        ("dedup_addresses_f1", identities.f1()),
        ("dedup_addresses_precision", identities.precision()),
    ]
}
