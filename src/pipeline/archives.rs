//! What no longer fits into a feed goes into its archive, before the feed itself is written without it.
//!
//! Parts are written first, then the list of them, then the feeds that name them: whoever sees a part named finds it whole, and a
//! pass that was killed in between is made good by the next, which writes the same part again before anybody was told of it.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use crate::model::cluster::{ArticleId, Query};
use crate::model::country::Country;
use crate::pipeline::press::{EditionError, Press};
use crate::publish;
use crate::publish::archive::{self, Archives, Chain, Member, PART_BYTES_MAX, PART_ITEMS_MAX};
use crate::publish::country_feed::{CountryFeed, archive_path};
use crate::publish::month::{Month, Part};
use crate::publish::selection::Picked;
use crate::publish::shown::Shown;
use crate::publish::sink::{File, Sink};

/// The smallest step between two first sights.
const STEP: SignedDuration = SignedDuration::from_micros(1);

/// How far back a new selection is filled from: it begins with what is news, not with years.
const LOOK_BACK: usize = 20_000;

/// For so long after its first sight an article is held against a selection at each pass: its page may have failed at first, and
/// its words and countries are found when it is read again.
const HELD_AGAINST: SignedDuration = SignedDuration::from_hours(6);

/// What is told of all archives.
pub(super) async fn read(press: &Press<'_>) -> Result<Archives, EditionError> {
    Ok(press.sink.read(archive::PATH).await?.map(|bytes| Archives::from_bytes(&bytes)).unwrap_or_default())
}

/// Tells of all archives, if that is news.
pub(super) async fn write(press: &mut Press<'_>, archives: &Archives) -> Result<(), EditionError> {
    press.flush().await?;
    if !archives.feeds.is_empty() || press.sink.read(archive::PATH).await?.is_some() {
        press.write(vec![File::new(archive::PATH, archives.to_bytes(), 0)]).await?;
    }
    Ok(())
}

/// Archives what the feed of a land, or of all, no longer shows. `bare` is that feed without articles.
pub(super) async fn keep_up(
    press: &mut Press<'_>,
    chain: &mut Chain,
    bare: &CountryFeed,
    now: Timestamp,
) -> Result<(), EditionError> {
    let everything = Query { country: bare.country, limit: usize::MAX, ..Query::default() };
    let all = press.store.count(everything).await?;
    let after = chain.upto.map(|upto| upto + STEP);
    let loose = press.store.leaders(Query { from: after, ..everything }).await?;
    let mut due = Vec::new();
    if !chain.parts.is_empty() && all - (loose.len() as u64).min(all) > chain.kept {
        due = latecomers(press, chain, bare.country, &bare.slug).await?;
    }
    let too_many = archive::due(&loose, loose.len() > press.site.items, now);
    let still_loose = (loose.len() - too_many.len()) as u64;
    due.extend(too_many);
    close(press, chain, bare, &due).await?;
    chain.upto = chain.upto.max(due.iter().map(|(_, seen)| *seen).max());
    chain.kept = all.saturating_sub(still_loose);
    Ok(())
}

/// Articles first seen long ago that no part holds: they came to this feed when they changed. Reads the archive, which is rare.
async fn latecomers(
    press: &Press<'_>,
    chain: &Chain,
    country: Option<Country>,
    slug: &str,
) -> Result<Vec<(ArticleId, Timestamp)>, EditionError> {
    let mut held = HashSet::new();
    for part in &chain.parts {
        let text = press.text(&archive_path(slug, *part, "xml")).await?.unwrap_or_default();
        held.extend(archive::guids(&text));
    }
    let until = chain.upto.map(|upto| upto + STEP);
    let mut old = press.store.leaders(Query { country, until, limit: usize::MAX, ..Query::default() }).await?;
    old.retain(|(id, _)| !held.contains(id));
    old.reverse();
    Ok(old)
}

/// Finds what belongs to a selection, and archives what it no longer shows: it shows the first of its members.
pub(super) async fn keep_up_selection(
    press: &mut Press<'_>,
    chain: &mut Chain,
    (picked, bare): (&Picked, &CountryFeed),
    now: Timestamp,
) -> Result<(), EditionError> {
    find(press, chain, picked).await?;
    let items = press.site.items;
    let loose = chain.members.iter().filter(|member| !member.archived).map(|member| (member.id, member.seen));
    let loose: Vec<_> = loose.collect();
    let is_full = chain.members.iter().skip(items).any(|member| !member.archived);
    let due = archive::due(&loose, is_full, now);
    close(press, chain, bare, &due).await?;
    let archived: HashSet<ArticleId> = due.into_iter().map(|(id, _)| id).collect();
    let fresh = chain.upto.map(|upto| upto - HELD_AGAINST);
    let mut place = 0;
    chain.members.retain_mut(|member| {
        place += 1;
        member.archived |= archived.contains(&member.id);
        place <= items || !member.archived || fresh.is_some_and(|fresh| member.seen >= fresh)
    });
    Ok(())
}

/// Brings the members of a selection up to date.
async fn find(press: &Press<'_>, chain: &mut Chain, picked: &Picked) -> Result<(), EditionError> {
    let asks = Some(picked.mark());
    let is_new = chain.asks != asks;
    if is_new {
        chain.members.clear();
        (chain.asks, chain.upto) = (asks, None);
    }
    let from = chain.upto.map(|upto| upto - HELD_AGAINST);
    let limit = if is_new { LOOK_BACK } else { usize::MAX };
    let seen = press.store.leaders(Query { from, limit, ..Query::default() }).await?;
    let known: HashSet<ArticleId> = chain.members.iter().map(|member| member.id).collect();
    for (id, first_seen) in &seen {
        if is_new && chain.members.len() >= press.site.items {
            break;
        }
        if known.contains(id) {
            continue;
        }
        let cluster = press.store.cluster(*id).await?;
        if cluster.is_some_and(|cluster| picked.takes(&cluster)) {
            chain.members.push(Member { id: *id, seen: *first_seen, archived: false });
        }
    }
    for member in std::mem::take(&mut chain.members) {
        if press.store.cluster(member.id).await?.is_some() {
            chain.members.push(member);
        }
    }
    chain.members.sort_by(|a, b| b.seen.cmp(&a.seen).then(a.id.cmp(&b.id)));
    chain.upto = chain.upto.max(seen.first().map(|(_, seen)| *seen));
    Ok(())
}

/// Writes articles into the next parts, as many as are needed: each is held alone.
async fn close(
    press: &mut Press<'_>,
    chain: &mut Chain,
    bare: &CountryFeed,
    due: &[(ArticleId, Timestamp)],
) -> Result<(), EditionError> {
    let mut open: Option<(Part, Vec<Shown>, usize)> = None;
    for (id, seen) in due {
        let Some(cluster) = press.store.cluster(*id).await? else { continue };
        let month = Month::of(*seen);
        let is_whole = open.as_ref().is_some_and(|(part, items, bytes)| {
            month > part.month || items.len() >= PART_ITEMS_MAX || *bytes >= PART_BYTES_MAX
        });
        if let Some((part, items, _)) = open.take_if(|_| is_whole) {
            put_part(press, chain, bare, (part, items, Some(part.after(month)))).await?;
        }
        let (_, items, bytes) = open.get_or_insert_with(|| (chain.next(month), Vec::new(), 0));
        let shown = Shown::of(&cluster, items.len(), &press.site);
        *bytes += shown.body.as_ref().map_or(0, String::len);
        items.push(shown);
    }
    if let Some((part, items, _)) = open {
        put_part(press, chain, bare, (part, items, None)).await?;
    }
    Ok(())
}

async fn put_part(
    press: &mut Press<'_>,
    chain: &mut Chain,
    bare: &CountryFeed,
    (part, items, next): (Part, Vec<Shown>, Option<Part>),
) -> Result<(), EditionError> {
    let previous = chain.parts.last().copied();
    let archive = CountryFeed { previous, next, ..bare.archive(part, items) };
    press.put(publish::archive_file(&archive, &press.site)?).await?;
    chain.parts.push(part);
    Ok(())
}
