//! What a source brought, compared with what is kept, and stored in one batch. One source at a time: the verdict on an
//! article needs every earlier one to be in the store.

use jiff::{SignedDuration, Timestamp};

use crate::dedup;
use crate::model::article::{Article, Origin, Routed};
use crate::model::cluster::{ArticleId, Batch, Candidate, Fingerprint, Known, Stored, Verdict};
use crate::model::report::{Event, SourceReport, StoredKind};
use crate::model::source::Source;
use crate::pipeline::decide::TRIES_MAX;
use crate::pipeline::one_article::Made;
use crate::pipeline::one_source::Brought;
use crate::store::contract::Store;
use crate::store::error::StoreError;

/// What became of what a source brought: told only once the store has flushed it.
#[derive(Debug)]
pub(crate) struct Settled {
    /// The source's line of the report.
    pub(crate) report: SourceReport,
    /// Refused pages, then stored articles.
    pub(crate) events: Vec<Event>,
    /// Limits that were reached.
    pub(crate) reached: Vec<String>,
}

/// Compares, stores, and tells. With `dry_run` nothing is stored, and nothing is told as stored.
pub(crate) async fn settle(
    store: &dyn Store,
    brought: Brought,
    now: Timestamp,
    dry_run: bool,
) -> Result<Settled, StoreError> {
    let Brought { source, state, made, noted, listed, hosts, mut report, refused, reached } = brought;
    let mut batch = Batch {
        source: source.name.clone(),
        state,
        articles: Vec::with_capacity(made.len()),
        noted,
        aliases: Vec::new(),
        seen: Vec::new(),
        hosts,
    };
    if report.not_modified {
        still_listed(&mut batch, now);
    }
    for (keys, known) in listed {
        if let Known::Article { id, .. } = known {
            batch.seen.push((id, now));
        }
        batch.aliases.extend(keys.into_iter().map(|key| (key, known)));
    }
    let mut kinds = Vec::with_capacity(made.len());
    // The oldest first, so that of two copies in one batch the earlier one leads.
    for made in made.into_iter().rev() {
        let (stored, kind) = one(store, &batch, &source, made, now).await?;
        match kind {
            Some(StoredKind::New) => report.new += 1,
            Some(StoredKind::Update) => report.updated += 1,
            Some(StoredKind::Copy) => report.copies += 1,
            None => {}
        }
        kinds.push(kind);
        batch.articles.push(stored);
    }
    batch.state.learned.habit.brought(pictured(&batch, &kinds), now);
    batch.state.retry = retry(&batch);
    if report.error.is_none() && !report.not_modified {
        batch.state.listed =
            batch.seen.iter().map(|(id, _)| id.0).chain(batch.articles.iter().map(|stored| stored.id.0)).collect();
        batch.state.listed_seen = Some(now);
    }
    let mut events = refused;
    let stored: Vec<Event> =
        batch.articles.iter().zip(&kinds).filter_map(|(stored, kind)| Some(told(stored, (*kind)?))).collect();
    if !dry_run {
        store.commit(batch).await?;
        events.extend(stored);
    }
    Ok(Settled { report, events, reached })
}

/// Of each article that is new and was read whole, whether it has photos: a summary has none, and says nothing of them.
fn pictured(batch: &Batch, kinds: &[Option<StoredKind>]) -> Vec<bool> {
    let new = |kind: &Option<StoredKind>| matches!(kind, Some(StoredKind::New | StoredKind::Copy));
    let articles =
        batch.articles.iter().zip(kinds).filter(|(_, kind)| new(kind)).map(|(stored, _)| &stored.routed.article);
    articles.filter(|article| article.origin != Origin::Summary).map(|article| !article.photos.is_empty()).collect()
}

/// Articles whose pages are worth another try in the next pass.
fn retry(batch: &Batch) -> Vec<[u8; 16]> {
    let tried = |id: &[u8; 16]| batch.articles.iter().any(|stored| stored.id.0 == *id);
    let waiting = batch.state.retry.iter().copied().filter(|id| !tried(id));
    let failed =
        batch.articles.iter().filter(|stored| (1..TRIES_MAX).contains(&stored.tries)).map(|stored| stored.id.0);
    waiting.chain(failed).collect()
}

/// A source that answers "not modified" still lists what it listed: once a day its articles are noted as seen.
fn still_listed(batch: &mut Batch, now: Timestamp) {
    const DAY: SignedDuration = SignedDuration::from_hours(24);
    let is_time = batch.state.listed_seen.is_none_or(|seen| now.duration_since(seen) >= DAY);
    if is_time {
        batch.seen.extend(batch.state.listed.iter().map(|id| (ArticleId(*id), now)));
        batch.state.listed_seen = Some(now);
    }
}

fn told(stored: &Stored, kind: StoredKind) -> Event {
    Event::Stored {
        kind,
        link: stored.routed.article.link.to_string(),
        guid: stored.id.guid(),
        countries: stored.routed.countries.iter().map(|matched| matched.country).collect(),
    }
}

/// One article as it will be kept, and as what; `None` when nothing of it that readers see has changed.
async fn one(
    store: &dyn Store,
    batch: &Batch,
    source: &Source,
    made: Made,
    now: Timestamp,
) -> Result<(Stored, Option<StoredKind>), StoreError> {
    let id = made.update.unwrap_or_else(|| ArticleId::of(&source.name, &made.routed.article.entry_id));
    if let Some(old) = store.article(id).await? {
        return Ok(updated(old, made, source, now));
    }
    let fingerprint = fingerprint(&made.routed.article, source);
    let mut candidates = store.candidates(&fingerprint).await?;
    candidates.extend(batch.articles.iter().filter(|other| other.fingerprint.shared(&fingerprint) > 0).map(candidate));
    let verdict = dedup::verdict(&fingerprint, &candidates);
    let (cluster, kind) = match verdict {
        Verdict::New => (id, StoredKind::New),
        Verdict::CopyOf(cluster) => (cluster, StoredKind::Copy),
    };
    let stored = Stored {
        id,
        cluster,
        routed: made.routed,
        first_seen: now,
        last_seen: now,
        changed: now,
        rank: rank(source),
        entry_hash: made.entry_hash,
        tries: made.tries,
        keys: made.keys,
        fingerprint,
    };
    Ok((stored, Some(kind)))
}

/// An article that is known, in its newer form: same name, same place in its cluster, same first sight.
fn updated(old: Stored, made: Made, source: &Source, now: Timestamp) -> (Stored, Option<StoredKind>) {
    let routed = better(&old.routed, made.routed);
    let differs =
        !same_to_readers(&old.routed.article, &routed.article) || countries(&old.routed) != countries(&routed);
    let mut keys = old.keys;
    keys.extend(made.keys);
    keys.sort_unstable();
    keys.dedup();
    let stored = Stored {
        fingerprint: fingerprint(&routed.article, source),
        routed,
        last_seen: now,
        changed: if differs { now } else { old.changed },
        rank: rank(source),
        entry_hash: made.entry_hash,
        tries: made.tries,
        keys,
        ..old
    };
    (stored, differs.then_some(StoredKind::Update))
}

/// A page that is refused now never takes away the text that was read before.
fn better(old: &Routed, new: Routed) -> Routed {
    let whole = |origin| match origin {
        Origin::Page => 2,
        Origin::FeedText => 1,
        Origin::Summary => 0,
    };
    if whole(new.article.origin) < whole(old.article.origin) { old.clone() } else { new }
}

fn same_to_readers(old: &Article, new: &Article) -> bool {
    (&old.title, &old.html, &old.summary, &old.authors, &old.photos, &old.link, old.published, old.updated)
        == (&new.title, &new.html, &new.summary, &new.authors, &new.photos, &new.link, new.published, new.updated)
}

fn countries(routed: &Routed) -> Vec<crate::model::country::Country> {
    routed.countries.iter().map(|matched| matched.country).collect()
}

/// What makes the article the same as others. An entry without a page of its own has its source's address: that tells nothing.
fn fingerprint(article: &Article, source: &Source) -> Fingerprint {
    let fingerprint = dedup::fingerprint(article);
    if article.link == source.url { Fingerprint { address: [0; 16], ..fingerprint } } else { fingerprint }
}

fn rank(source: &Source) -> u32 {
    u32::try_from(source.rank).unwrap_or(u32::MAX)
}

fn candidate(stored: &Stored) -> Candidate {
    Candidate {
        id: stored.id,
        cluster: stored.cluster,
        source: stored.routed.article.source.clone(),
        published: stored.published(),
        fingerprint: stored.fingerprint.clone(),
    }
}
