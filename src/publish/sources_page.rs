//! The page of the sources: the state of each, what will happen, and what helps.
//!
//! No time on it goes by while nothing happens: a page that named the last good answer would change with every pass.

use askama::Template;
use jiff::Timestamp;

use crate::date::Moment;
use crate::model::language::Language;
use crate::publish::error::PublishError;
use crate::publish::frame::{self, Frame};
use crate::publish::sink::File;
use crate::publish::site::Site;
use crate::publish::status::{SourceStatus, State, StatusFile};
use crate::publish::times::{day, rfc3339_utc};
use crate::publish::trouble::{cure, state, will};

#[derive(Template)]
#[template(path = "sources.html")]
struct Sources<'a> {
    on: Frame,
    counts: Vec<(&'static str, &'static str, usize)>,
    troubled: Vec<Row<'a>>,
    others: Vec<Row<'a>>,
}

struct Row<'a> {
    source: &'a SourceStatus,
    class: &'static str,
    words: &'static str,
    since: Option<Day>,
    last_new: Option<Day>,
    will: Option<&'a str>,
    cure: Option<&'static str>,
    refused: Option<Refused>,
}

/// Pages that were refused, of how many, and why.
struct Refused {
    pages: u64,
    of: u64,
    class: &'static str,
    cure: &'static str,
}

struct Day {
    datetime: String,
    name: String,
}

/// The page of the sources, in a language.
pub fn sources(status: &StatusFile, site: &Site, language: Language) -> Result<File, PublishError> {
    let on = Frame::of(site, language, "sources/");
    let is_troubled = |source: &&SourceStatus| matches!(source.state, State::Failing | State::Gone);
    let (troubled, others): (Vec<_>, Vec<_>) = status.sources.iter().partition(is_troubled);
    let counts = [State::Well, State::Failing, State::Gone, State::Waiting].map(|of| {
        let (class, words) = state(of, language);
        (class, words, status.sources.iter().filter(|source| source.state == of).count())
    });
    let page = Sources {
        counts: counts.into_iter().filter(|(.., count)| *count > 0).collect(),
        troubled: troubled.into_iter().map(|source| row(source, language)).collect(),
        others: others.into_iter().map(|source| row(source, language)).collect(),
        on: on.clone(),
    };
    frame::file(&page, on.file_path(site), 0)
}

fn row(source: &SourceStatus, language: Language) -> Row<'_> {
    let (class, words) = state(source.state, language);
    let told = |at: Timestamp| Day { datetime: rfc3339_utc(at), name: day(Moment::utc(at), language) };
    let since = source.since.filter(|_| matches!(source.state, State::Failing | State::Gone));
    let error = source.last_error.as_ref();
    let refused = source.refused.map(|refused| Refused {
        pages: u64::from(refused.pages),
        of: u64::from(refused.of),
        class: refused.class.as_str(),
        cure: cure(refused.class, language),
    });
    Row {
        source,
        class,
        words,
        since: since.map(told),
        last_new: source.last_new.map(told),
        will: error.map(|error| will(source, error, language)),
        cure: error.map(|error| cure(error.class, language)),
        refused,
    }
}
