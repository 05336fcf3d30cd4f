//! All of one store into another, whatever their engines: for a move from one machine to many, and back.
//!
//! Knows no engine. What `export` holds, and the subscriptions to hubs; robots.txt of hosts is read anew.

use std::collections::BTreeMap;

use crate::model::cluster::{Batch, Stored};
use crate::model::source::{SourceName, SourceState};
use crate::store::contract::Store;
use crate::store::error::StoreError;
use crate::store::export::Told;

/// Articles that are read and stored at once.
const PAGE: usize = 200;
/// Noted entries at once.
const NOTED: usize = 5000;

/// Copies everything; what the other store has already stays as its contract says. Safe to repeat, and to go on with after it was
/// broken off. Every feed is due in the other store after it.
pub async fn copy(from: &dyn Store, to: &dyn Store) -> Result<Told, StoreError> {
    let mut told = Told::default();
    let states: BTreeMap<SourceName, SourceState> = from.sources().await?.into_iter().collect();
    for (name, state) in &states {
        told.sources += 1;
        to.commit(Batch::of(name.clone(), state.clone())).await?;
    }
    // Before the articles: the other store may have what was taken down here.
    for takedown in from.takedowns().await? {
        told.takedowns += 1;
        to.take_down(takedown).await?;
    }
    // Twice through: a copy that came before its leader would lead itself.
    for leading in [true, false] {
        let mut after = None;
        loop {
            let page = from.page(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            let articles: Vec<Stored> = page.into_iter().filter(|article| article.leads() == leading).collect();
            let Some(first) = articles.first() else { continue };
            told.articles += articles.len() as u64;
            let (name, state) = whose(&states, Some(&first.routed.article.source));
            to.commit(Batch { articles, ..Batch::of(name, state) }).await?;
        }
    }
    let mut after = None;
    loop {
        let noted = from.noted(after, NOTED).await?;
        let Some(last) = noted.last() else { break };
        after = Some(*last);
        told.noted += noted.len() as u64;
        let (name, state) = whose(&states, None);
        to.commit(Batch { noted, ..Batch::of(name, state) }).await?;
    }
    let subscriptions = from.subscriptions().await?;
    to.remember(subscriptions.into_iter().map(|one| (one.token.clone(), Some(one))).collect()).await?;
    Ok(told)
}

/// A source to commit with, whose state stays as it is: a commit is always one source's.
fn whose(states: &BTreeMap<SourceName, SourceState>, wanted: Option<&SourceName>) -> (SourceName, SourceState) {
    let wanted = wanted.and_then(|name| states.get_key_value(name)).or_else(|| states.first_key_value());
    let (name, state) = wanted.unzip();
    (name.cloned().unwrap_or_else(|| SourceName("copy".to_owned())), state.cloned().unwrap_or_default())
}
