//! What a source brought, compared with what is kept, and stored in one batch. One source at a time: the verdict on an
//! article needs every earlier one to be in the store.

use jiff::{SignedDuration, Timestamp};

use crate::dedup;
use crate::model::article::{Article, Origin, Routed};
use crate::model::cluster::{ArticleId, Batch, Candidate, ClusterId, Fingerprint, Known, Stored, Verdict};
use crate::model::report::{Event, SourceReport, StoredKind};
use crate::model::source::Source;
use crate::pipeline::decide::TRIES_MAX;
use crate::pipeline::one_article::Made;
use crate::pipeline::one_source::Brought;
use crate::store::contract::{Outcome, Store, Terms};
use crate::store::error::StoreError;
use crate::store::lease::Lease;

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

/// How often what a source brought is compared anew because another worker was quicker. Beyond that it is stored as it is: a copy
/// more is no loss, and an article that is never stored is one.
const OVERTAKEN_MAX: u32 = 5;

/// Compares, stores, and tells. With `dry_run` nothing is stored, and nothing is told as stored. None when the lease under which it
/// was read has ended: another worker is at it.
pub(crate) async fn settle(
    store: &dyn Store,
    brought: Brought,
    now: Timestamp,
    dry_run: bool,
    lease: Option<Lease>,
) -> Result<Option<Settled>, StoreError> {
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
    let mut terms = Terms { lease, ..Terms::default() };
    // The oldest first, so that of two copies in one batch the earlier one leads.
    for made in made.into_iter().rev() {
        let (stored, kind) = one(store, &batch.articles, (&source, now), made, &mut terms).await?;
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
    if dry_run {
        tally(&mut report, &kinds);
    } else if store.leases().is_none() {
        tally(&mut report, &kinds);
        let stored = told_all(&batch, &kinds);
        store.commit(batch).await?;
        events.extend(stored);
    } else {
        if !commit_among_others(store, &mut batch, &mut kinds, &mut terms).await? {
            return Ok(None);
        }
        tally(&mut report, &kinds);
        events.extend(told_all(&batch, &kinds));
    }
    Ok(Some(Settled { report, events, reached }))
}

fn tally(report: &mut SourceReport, kinds: &[Option<StoredKind>]) {
    let of = |wanted| kinds.iter().filter(|kind| **kind == Some(wanted)).count() as u64;
    report.new += of(StoredKind::New);
    report.updated += of(StoredKind::Update);
    report.copies += of(StoredKind::Copy);
}

fn told_all(batch: &Batch, kinds: &[Option<StoredKind>]) -> Vec<Event> {
    batch.articles.iter().zip(kinds).filter_map(|(stored, kind)| Some(told(stored, (*kind)?))).collect()
}

/// Stores a batch while other workers store theirs; false when the lease has ended.
async fn commit_among_others(
    store: &dyn Store,
    batch: &mut Batch,
    kinds: &mut [Option<StoredKind>],
    terms: &mut Terms,
) -> Result<bool, StoreError> {
    for tries in 0_u32.. {
        match store.commit_on(batch.clone(), terms).await? {
            Outcome::Stored => break,
            Outcome::Fenced => return Ok(false),
            Outcome::Overtaken if tries < OVERTAKEN_MAX => compare_anew(store, batch, kinds, terms).await?,
            Outcome::Overtaken => terms.compared.clear(),
        }
    }
    Ok(true)
}

/// Another worker stored what one of these was not compared with: every new one is compared again, in the same order.
async fn compare_anew(
    store: &dyn Store,
    batch: &mut Batch,
    kinds: &mut [Option<StoredKind>],
    terms: &mut Terms,
) -> Result<(), StoreError> {
    terms.compared.clear();
    for (at, told) in kinds.iter_mut().enumerate() {
        if !matches!(told, Some(StoredKind::New | StoredKind::Copy)) {
            continue;
        }
        let (id, fingerprint) = (batch.articles[at].id, batch.articles[at].fingerprint.clone());
        let (cluster, kind) = compared(store, &batch.articles[..at], (id, &fingerprint), terms).await?;
        batch.articles[at].cluster = cluster;
        *told = Some(kind);
    }
    Ok(())
}

/// The cluster of an article that is new, after it was compared with all that is stored and those that come with it.
async fn compared(
    store: &dyn Store,
    earlier: &[Stored],
    (id, fingerprint): (ArticleId, &Fingerprint),
    terms: &mut Terms,
) -> Result<(ClusterId, StoredKind), StoreError> {
    let mut candidates = store.candidates(fingerprint).await?;
    candidates.retain(|candidate| candidate.id != id);
    candidates.extend(earlier.iter().filter(|other| other.fingerprint.shared(fingerprint) > 0).map(candidate));
    terms.compared.push((id, candidates.iter().map(|candidate| candidate.id).collect()));
    Ok(match dedup::verdict(fingerprint, &candidates) {
        Verdict::New => (id, StoredKind::New),
        Verdict::CopyOf(cluster) => (cluster, StoredKind::Copy),
    })
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
    earlier: &[Stored],
    (source, now): (&Source, Timestamp),
    made: Made,
    terms: &mut Terms,
) -> Result<(Stored, Option<StoredKind>), StoreError> {
    let id = made.update.unwrap_or_else(|| ArticleId::of(&source.name, &made.routed.article.entry_id));
    if let Some(old) = store.article(id).await? {
        return Ok(updated(old, made, source, now));
    }
    let fingerprint = fingerprint(&made.routed.article, source);
    let (cluster, kind) = compared(store, earlier, (id, &fingerprint), terms).await?;
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
