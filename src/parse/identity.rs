//! Ids of entries that have none, or share one: made of what stays, never of chance.

use std::collections::{HashMap, HashSet};

use crate::model::entry::Entry;

/// Gives every entry an id that is the same at each reading; what says nothing is no entry.
pub(super) fn settle(entries: &mut Vec<Entry>) {
    entries.retain(|entry| *entry != Entry::default());
    for entry in entries.iter_mut().filter(|entry| entry.id.trim().is_empty()) {
        entry.id = made(entry);
    }
    // One id for several pages ("news", "0"): it names none of them.
    let mut pages: HashMap<&str, &str> = HashMap::new();
    let mut shared: HashSet<String> = HashSet::new();
    for entry in &*entries {
        let Some(link) = &entry.link else { continue };
        let first = pages.entry(&entry.id).or_insert(link.as_str());
        if *first != link.as_str() {
            shared.insert(entry.id.clone());
        }
    }
    if shared.is_empty() {
        return;
    }
    for entry in entries.iter_mut().filter(|entry| shared.contains(&entry.id)) {
        if let Some(link) = &entry.link {
            entry.id = link.to_string();
        }
    }
}

/// The link, else the first file, else what stands in title and date, else in the text.
fn made(entry: &Entry) -> String {
    if let Some(link) = &entry.link {
        return link.to_string();
    }
    // An episode of a podcast without a page.
    if let Some(enclosure) = entry.enclosures.first() {
        return enclosure.url.clone();
    }
    let date = entry.published.or(entry.updated).map(|date| date.timestamp().to_string());
    let text = entry.summary.as_deref().or(entry.content.first().map(String::as_str));
    let parts = match &entry.title {
        Some(title) => [Some(title.as_str()), date.as_deref()],
        None => [text, None],
    };
    let mut hasher = blake3::Hasher::new();
    for part in parts.into_iter().flatten() {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    format!("made:{}", &hasher.finalize().to_hex()[..32])
}
