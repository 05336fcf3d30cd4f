//! A store as lines of JSON, and back: for a copy elsewhere, another engine, another version.
//!
//! Whole: sources, entries that are only noted, articles, in an order that an import can follow as it reads. Not here: what
//! is only a memory of hosts (robots.txt, read anew), and packing (the caller wraps what it hands in).

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::mem;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::model::cluster::{Batch, EntryKey, Stored};
use crate::model::source::{SourceName, SourceState};
use crate::model::takedown::Takedown;
use crate::store::contract::Store;
use crate::store::error::StoreError;

/// The form of the lines.
const VERSION: u32 = 1;
/// Articles that are read or written at once.
const PAGE: usize = 200;
/// Noted entries in one line.
const NOTED: usize = 1000;
/// Bytes of texts in one commit of an import.
const COMMIT_BYTES: usize = 8 * 1024 * 1024;

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    /// The first.
    Store { version: u32 },
    /// A source and what is known of it.
    Source { name: SourceName, state: Box<SourceState> },
    /// Entries that are known without an article.
    Noted(Vec<EntryKey>),
    /// What was taken down; before the articles, so that an import brings none of it back.
    Takedown(Takedown),
    /// An article; leaders before copies.
    Article(Box<Stored>),
    /// The last: what there must be before it.
    End(Told),
}

/// How much an export holds, and an import read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Articles, copies too.
    pub articles: u64,
    /// Sources.
    pub sources: u64,
    /// Entries without an article.
    pub noted: u64,
    /// What was taken down.
    #[serde(default, skip_serializing_if = "is_none")]
    pub takedowns: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

/// Writes all of a store, a line each.
pub async fn export(store: &dyn Store, into: &mut (dyn Write + Send)) -> Result<Told, StoreError> {
    let mut told = Told::default();
    write(&Line::Store { version: VERSION }, into)?;
    for (name, state) in store.sources().await? {
        told.sources += 1;
        write(&Line::Source { name, state: Box::new(state) }, into)?;
    }
    for takedown in store.takedowns().await? {
        told.takedowns += 1;
        write(&Line::Takedown(takedown), into)?;
    }
    let mut after = None;
    loop {
        let noted = store.noted(after, NOTED).await?;
        let Some(last) = noted.last() else { break };
        after = Some(*last);
        told.noted += noted.len() as u64;
        write(&Line::Noted(noted), into)?;
    }
    // Twice through: a copy that came before its leader would lead itself.
    told.articles += articles(store, true, into).await?;
    told.articles += articles(store, false, into).await?;
    write(&Line::End(told), into)?;
    into.flush().map_err(|why| StoreError::io(Path::new("export"), &why))?;
    Ok(told)
}

async fn articles(store: &dyn Store, leading: bool, into: &mut (dyn Write + Send)) -> Result<u64, StoreError> {
    let (mut after, mut count) = (None, 0);
    loop {
        let page = store.page(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(count) };
        after = Some(last.id);
        for article in page.into_iter().filter(|article| article.leads() == leading) {
            count += 1;
            write(&Line::Article(Box::new(article)), into)?;
        }
    }
}

fn write(line: &Line, into: &mut (dyn Write + Send)) -> Result<(), StoreError> {
    let mut bytes = serde_json::to_vec(line).map_err(|why| StoreError::form("a line to write", why))?;
    bytes.push(b'\n');
    into.write_all(&bytes).map_err(|why| StoreError::io(Path::new("export"), &why))
}

/// Reads an export into a store; what the store has already stays as its contract says. Every feed is due after it.
///
/// An export that was cut is told at its end: what was read until then is stored.
pub async fn import(store: &dyn Store, from: &mut (dyn BufRead + Send)) -> Result<Told, StoreError> {
    Import::of(store, false).read(from).await.map(|import| import.told)
}

/// Reads an export into a store that has lost something: what the store has is left alone. Says how many articles it had not.
pub(super) async fn import_missing(store: &dyn Store, from: &mut (dyn BufRead + Send)) -> Result<u64, StoreError> {
    Import::of(store, true).read(from).await.map(|import| import.missing)
}

/// What was read, and is not stored yet.
struct Import<'store> {
    store: &'store dyn Store,
    /// Whether what the store has is left alone.
    only_missing: bool,
    sources: BTreeMap<SourceName, SourceState>,
    articles: Vec<Stored>,
    /// Bytes of their texts.
    bytes: usize,
    told: Told,
    /// Articles that the store had not.
    missing: u64,
}

impl<'store> Import<'store> {
    fn of(store: &'store dyn Store, only_missing: bool) -> Self {
        let (sources, articles, told) = (BTreeMap::new(), Vec::new(), Told::default());
        Self { store, only_missing, sources, articles, bytes: 0, told, missing: 0 }
    }

    async fn read(mut self, from: &mut (dyn BufRead + Send)) -> Result<Self, StoreError> {
        let mut text = String::new();
        let mut number = 0;
        loop {
            number += 1;
            text.clear();
            let wrong = |why: String| StoreError::Line { line: number, why };
            let read = from.read_line(&mut text);
            if !matches!(read, Ok(bytes) if bytes > 0) {
                // What was read until here is stored, whatever follows.
                self.commit().await?;
                read.map_err(|why| wrong(why.to_string()))?;
                return Err(wrong("the export ends before its end: it was cut".to_owned()));
            }
            let line: Line = serde_json::from_str(&text).map_err(|why| wrong(why.to_string()))?;
            match line {
                Line::Store { version } if number == 1 && version == VERSION => {}
                Line::Store { version } => return Err(wrong(format!("version {version}, here {VERSION} is read"))),
                _ if number == 1 => return Err(wrong("this is no export of a store".to_owned())),
                Line::End(expected) => {
                    self.commit().await?;
                    let told = self.told;
                    return if told == expected {
                        Ok(self)
                    } else {
                        Err(wrong(format!("{told:?}, expected {expected:?}")))
                    };
                }
                other => self.take(other).await?,
            }
        }
    }

    async fn take(&mut self, line: Line) -> Result<(), StoreError> {
        match line {
            Line::Source { name, state } => {
                self.told.sources += 1;
                let mut state = *state;
                if self.only_missing {
                    let kept = self.store.source(&name).await?;
                    state = if kept.last_asked.is_some() { kept } else { state };
                }
                self.sources.insert(name.clone(), state.clone());
                self.store.commit(Batch::of(name, state)).await
            }
            Line::Noted(noted) => {
                self.told.noted += noted.len() as u64;
                let (name, state) = self.any_source(None);
                self.store.commit(Batch { noted, ..Batch::of(name, state) }).await
            }
            Line::Takedown(takedown) => {
                self.told.takedowns += 1;
                self.store.take_down(takedown).await.map(drop)
            }
            Line::Article(article) => {
                self.told.articles += 1;
                if self.only_missing && self.store.article(article.id).await?.is_some() {
                    return Ok(());
                }
                self.missing += 1;
                self.bytes += article.routed.article.text.len() + article.routed.article.html.len();
                self.articles.push(*article);
                if self.articles.len() < PAGE && self.bytes < COMMIT_BYTES {
                    return Ok(());
                }
                self.commit().await
            }
            Line::Store { .. } | Line::End(_) => Ok(()),
        }
    }

    async fn commit(&mut self) -> Result<(), StoreError> {
        self.bytes = 0;
        let articles = mem::take(&mut self.articles);
        let Some(first) = articles.first() else { return Ok(()) };
        let (name, state) = self.any_source(Some(&first.routed.article.source));
        self.store.commit(Batch { articles, ..Batch::of(name, state) }).await
    }

    /// A source to commit with, whose state stays as it is: a commit is always one source's.
    fn any_source(&self, wanted: Option<&SourceName>) -> (SourceName, SourceState) {
        let wanted = wanted.and_then(|name| self.sources.get_key_value(name));
        let (name, state) = wanted.or_else(|| self.sources.first_key_value()).unzip();
        (name.cloned().unwrap_or_else(|| SourceName("import".to_owned())), state.cloned().unwrap_or_default())
    }
}
