//! What was published long ago and may no longer stand as it does: texts of a source that allows less now, articles that were taken
//! down, pages of articles that are forgotten.
//!
//! All of it is rare, and reads what an ordinary pass never reads.

use std::collections::{HashMap, HashSet};

use crate::model::cluster::{ArticleId, Query};
use crate::model::source::Rights;
use crate::pipeline::archives;
use crate::pipeline::press::{EditionError, Press};
use crate::pipeline::watcher::Watcher;
use crate::pipeline::worker::Worker;
use crate::publish::archive::{self, Archives, Chain, Fate, Told};
use crate::publish::country_feed::{CountryFeed, archive_path};
use crate::publish::month::Part;
use crate::publish::shown::Shown;
use crate::publish::sink::{File, Sink};
use crate::publish::status::StatusFile;
use crate::publish::{page, rss};

/// Where the pages of articles stand.
const PAGES: &str = "a";

/// Files that are taken away together.
const TOGETHER: usize = 1000;

/// Sources, by the names that are shown, that allow less than when `before` was told.
pub(super) fn stricter(press: &Press<'_>, before: &StatusFile) -> HashSet<String> {
    let now = press.site.rights();
    let allows_less = |name: &str, then: Rights| now.get(name).copied().unwrap_or(Rights::Link) < then;
    let told = before.sources.iter().filter(|source| allows_less(&source.name, source.publish));
    told.map(|source| source.name.clone()).collect()
}

/// Takes the texts of these sources out of pages and archives, as far as they may no longer be shown.
pub(super) async fn hold_back(
    press: &mut Press<'_>,
    archives: &Archives,
    feeds: &[CountryFeed],
    names: &HashSet<String>,
) -> Result<(), EditionError> {
    let rights = press.site.rights();
    let is_touched = |told: &Told| told.source.as_ref().is_some_and(|name| names.contains(name));
    revise_all(press, archives, feeds, (&is_touched, &|told| stays(told, &rights))).await?;
    for id in pages(press).await? {
        let Some(cluster) = press.store.cluster(id).await? else { continue };
        if names.contains(&press.site.source(&cluster.leader.routed.article.source).name) {
            let shown = Shown::of(&cluster, 0, &press.site);
            press.put(page::article(&shown, &press.site)?).await?;
        }
    }
    Ok(press.flush().await?)
}

/// Writes every part anew for another address of the site: parts name it, and each other by it.
pub(super) async fn move_all(
    press: &mut Press<'_>,
    archives: &Archives,
    feeds: &[CountryFeed],
) -> Result<(), EditionError> {
    let rights = press.site.rights();
    revise_all(press, archives, feeds, (&|_| true, &|told| stays(told, &rights))).await
}

fn stays(told: &Told, rights: &HashMap<String, Rights>) -> Fate {
    // Without a source it was written as a link.
    Fate::Stays(told.source.as_ref().and_then(|name| rights.get(name)).copied().unwrap_or(Rights::Link))
}

/// Takes away the pages of articles that the store keeps no longer, or that lead nothing any more.
pub(super) async fn sweep(press: &Press<'_>) -> Result<(), EditionError> {
    let pages = pages(press).await?;
    if pages.is_empty() {
        return Ok(());
    }
    let leaders = press.store.leaders(Query { limit: usize::MAX, ..Query::default() }).await?;
    let kept: HashSet<ArticleId> = leaders.into_iter().map(|(id, _)| id).collect();
    let gone: Vec<String> = pages.into_iter().filter(|id| !kept.contains(id)).map(path_of).collect();
    for some in gone.chunks(TOGETHER) {
        press.sink.remove(some.to_vec()).await?;
    }
    Ok(())
}

/// The articles that have a page.
async fn pages(press: &Press<'_>) -> Result<Vec<ArticleId>, EditionError> {
    let mut ids: Vec<ArticleId> = press.sink.list(PAGES).await?.iter().filter_map(|name| name.parse().ok()).collect();
    ids.sort_unstable();
    Ok(ids)
}

fn path_of(id: ArticleId) -> String {
    format!("{PAGES}/{id}/index.html")
}

/// Articles that are taken down.
#[derive(Debug, Clone, Default)]
pub struct Gone {
    /// By their names.
    pub ids: HashSet<ArticleId>,
    /// By their originals, as they are published: an archive may hold what the store has long forgotten.
    pub links: HashSet<String>,
}

/// Takes articles out of every archive, and their pages away. Says how many files that were.
///
/// The feeds themselves are made from the store: whoever takes an article out of it makes them due.
pub async fn retract(worker: &Worker, gone: &Gone, watcher: &dyn Watcher) -> Result<u64, EditionError> {
    let mut press = Press::of(worker, watcher)?;
    let archives = archives::read(&press).await?;
    let feeds = CountryFeed::every_bare(&press.site);
    let goes = |told: &Told| told.id.is_some_and(|id| gone.ids.contains(&id)) || gone.links.contains(&told.link);
    let rights = press.site.rights();
    let fate = |told: &Told| if goes(told) { Fate::Goes } else { stays(told, &rights) };
    revise_all(&mut press, &archives, &feeds, (&goes, &fate)).await?;
    press.sink.remove(gone.ids.iter().copied().map(path_of).collect()).await?;
    Ok(press.written)
}

type IsTouched<'a> = &'a (dyn Fn(&Told) -> bool + Sync);
type Judge<'a> = &'a (dyn Fn(&Told) -> Fate + Sync);

/// Revises the parts that hold what is touched; others are read and left alone.
async fn revise_all(
    press: &mut Press<'_>,
    archives: &Archives,
    feeds: &[CountryFeed],
    how: (IsTouched<'_>, Judge<'_>),
) -> Result<(), EditionError> {
    for bare in feeds {
        let Some(chain) = archives.feeds.get(&bare.slug) else { continue };
        for at in 0..chain.parts.len() {
            revise(press, chain, (bare, at), how).await?;
        }
    }
    Ok(press.flush().await?)
}

async fn revise(
    press: &mut Press<'_>,
    chain: &Chain,
    (bare, at): (&CountryFeed, usize),
    (is_touched, judge): (IsTouched<'_>, Judge<'_>),
) -> Result<(), EditionError> {
    let part: Part = chain.parts[at];
    let path = archive_path(&bare.slug, part, "xml");
    let Some(old) = press.text(&path).await? else { return Ok(()) };
    let told = archive::told(&old);
    if !told.iter().any(is_touched) {
        return Ok(());
    }
    let mut shown = Vec::new();
    for id in told.iter().filter(|told| judge(told) != Fate::Goes).filter_map(|told| told.id) {
        let cluster = press.store.cluster(id).await?;
        shown.extend(cluster.map(|cluster| Shown::of(&cluster, 0, &press.site)));
    }
    let previous = at.checked_sub(1).map(|before| chain.parts[before]);
    let next = chain.parts.get(at + 1).copied();
    let fresh = CountryFeed { previous, next, ..bare.archive(part, shown) };
    let items = fresh.items.len();
    let fresh = String::from_utf8_lossy(&rss::write(&fresh, &press.site)?).into_owned();
    let new = archive::revised(&old, &fresh, judge);
    Ok(press.put(File::new(path, new.into_bytes(), items)).await?)
}
