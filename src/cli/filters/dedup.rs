//! `feedatlas dedup`.

use std::borrow::Cow;
use std::io::{self, BufRead, Write};
use std::rc::Rc;

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::filters::lines::each_line;
use crate::date::Moment;
use crate::dedup;
use crate::dedup::events::{Events, Told};
use crate::dedup::window::Window;
use crate::html::references;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Group by event instead of by copied text.
    #[arg(long)]
    events: bool,
}

#[derive(Deserialize)]
struct Input {
    id: Value,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    published: Option<String>,
}

pub(super) fn run(arguments: &Arguments, input: impl BufRead, output: &mut impl Write) -> io::Result<()> {
    if arguments.events {
        let mut events = Events::default();
        return each_line(input, output, |line| {
            answer(line, |id, article| {
                let published = article.published.map(Moment::timestamp);
                events.add(id, Told { title: &article.title, text: &article.text, published })
            })
        });
    }
    let mut window = Window::default();
    each_line(input, output, |line| {
        answer(line, |id, article| {
            window.add(id, dedup::fingerprint_of(&article.address, &article.title, &article.text))
        })
    })
}

/// One line: the article's cluster, or one of its own and what is wrong with the line.
fn answer(line: &str, cluster: impl FnOnce(&str, &Article) -> Rc<str>) -> String {
    match serde_json::from_str::<Input>(line) {
        Ok(input) => {
            let id = name(&input.id);
            let article = Article {
                address: input.url.unwrap_or_default(),
                title: decoded(input.title),
                text: decoded(input.text),
                published: input.published.and_then(|text| text.parse().ok()),
            };
            let cluster = cluster(&id, &article);
            json!({ "id": input.id, "cluster": &*cluster }).to_string()
        }
        Err(error) => {
            let id = serde_json::from_str::<Value>(line).ok().and_then(|value| value.get("id").cloned());
            let cluster = id.as_ref().map(name);
            json!({ "id": id, "cluster": cluster, "error": "malformed_json", "message": error.to_string() }).to_string()
        }
    }
}

/// An article as a line tells it.
struct Article {
    address: String,
    title: String,
    text: String,
    published: Option<Moment>,
}

/// The id as a cluster's name: a text as it is, anything else as JSON writes it.
fn name(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// Plain text; lines from elsewhere may still have entities in them.
fn decoded(text: Option<String>) -> String {
    let text = text.unwrap_or_default();
    match references::decoded(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(decoded) => decoded,
    }
}
