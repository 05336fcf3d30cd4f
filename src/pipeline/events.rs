//! Which articles of a feed report one event, for its page: `dedup` says so, `publish` shows it.
//!
//! From the articles of that feed alone, the oldest first, so that the same store gives the same groups, whichever feeds a
//! pass publishes.

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;

use crate::dedup::events::{Events, Told};
use crate::model::cluster::{ArticleId, Cluster};
use crate::model::source::SourceName;

/// Nothing is on the same event as what is further away than this: most articles of a small land need not be read.
const NEAR: SignedDuration = SignedDuration::from_hours(48);

/// The articles of events that more than one source reports, each with the first of its event.
pub(crate) fn of(clusters: &[Cluster]) -> HashMap<ArticleId, ArticleId> {
    let mut articles: Vec<_> = clusters.iter().map(|cluster| &cluster.leader).collect();
    articles.sort_by_key(|stored| (stored.published(), stored.id));
    articles.dedup_by_key(|stored| stored.id);
    let is_near = |one: usize, other: usize| match (articles.get(one), articles.get(other)) {
        (Some(one), Some(other)) => other.published().duration_since(one.published()) <= NEAR,
        _ => false,
    };
    let mut events = Events::default();
    let mut named: Vec<(ArticleId, ArticleId)> = Vec::new();
    let mut told_by: HashMap<ArticleId, HashSet<&SourceName>> = HashMap::new();
    for (index, stored) in articles.iter().enumerate() {
        if !(is_near(index, index + 1) || index > 0 && is_near(index - 1, index)) {
            continue;
        }
        let (article, published) = (&stored.routed.article, Some(stored.published()));
        let told = Told { title: &article.title, text: &article.text, published };
        let event = events.add(&stored.id.to_string(), told);
        let Ok(event) = event.parse() else { continue };
        named.push((stored.id, event));
        told_by.entry(event).or_default().insert(&article.source);
    }
    // What one source alone tells again and again (rates, weather) is its column, and no event.
    named.retain(|(_, event)| told_by.get(event).is_some_and(|sources| sources.len() > 1));
    named.into_iter().collect()
}
