//! The contract, sentence by sentence; every function here runs on every engine.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use feedatlas::model::cluster::{ArticleId, CANDIDATES_MAX, Known, Query, Stored};
use feedatlas::model::country::Country;
use feedatlas::model::fault::Fault;
use feedatlas::model::learned::Hub;
use feedatlas::model::source::{HostState, SourceName, SourceState};
use feedatlas::model::subscription::{Phase, Subscription};
use feedatlas::model::takedown::Takedown;
use feedatlas::model::url::PageUrl;
use feedatlas::store::contract::{Changed, Due, KEYS_MAX, Store};
use feedatlas::store::export::export;

use crate::articles::{MORNING, Numbers, Sketch, batch};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn later(days: i32) -> Timestamp {
    MORNING + DAY * days
}

fn country(code: &str) -> Country {
    Country::from_code(code).unwrap()
}

fn all() -> Query {
    Query { limit: 1000, ..Query::default() }
}

fn of(code: &str) -> Query {
    Query { country: Some(country(code)), ..all() }
}

async fn ids(store: &dyn Store, query: Query) -> Vec<ArticleId> {
    let clusters = store.clusters(query).await.unwrap();
    let named: Vec<_> = clusters.iter().map(|cluster| (cluster.leader.id, cluster.leader.first_seen)).collect();
    assert_eq!(store.leaders(query).await.unwrap(), named, "leaders are the clusters' own");
    for cluster in &clusters {
        assert_eq!(store.cluster(cluster.leader.id).await.unwrap().as_ref(), Some(cluster));
    }
    named.into_iter().map(|(id, _)| id).collect()
}

async fn feeds(store: &dyn Store) -> Vec<Changed> {
    store.changed().await.unwrap().into_iter().map(|due| due.feed).collect()
}

async fn publish_all(store: &dyn Store) {
    let due = store.changed().await.unwrap();
    store.published(&due).await.unwrap();
    assert!(feeds(store).await.is_empty());
}

/// Everything that can be asked of a store, so that two can be compared.
pub(crate) async fn everything(store: &dyn Store) -> String {
    let mut told = format!("{:?}\n", store.sources().await.unwrap());
    for article in store.page(None, usize::MAX).await.unwrap() {
        let known = store.known(std::slice::from_ref(&article.keys)).await.unwrap();
        let candidates = store.candidates(&article.fingerprint).await.unwrap();
        told += &format!("{article:?}\n{known:?}\n{candidates:?}\n");
    }
    told += &format!("{:?}\n", store.noted(None, usize::MAX).await.unwrap());
    told += &format!("{:?}\n", store.takedowns().await.unwrap());
    for query in [all(), of("KP"), of("RU"), of("CN")] {
        let clusters = store.clusters(query).await.unwrap();
        told += &format!("{} {clusters:?}\n", store.count(query).await.unwrap());
        told += &format!("{:?}\n", store.first_sights(query).await.unwrap());
    }
    told
}

fn copy_of(leader: &Stored, number: u64) -> Stored {
    let mut copy = Sketch { source: "Другой", ..Sketch::of(number) }.stored();
    copy.cluster = leader.cluster;
    copy.fingerprint.exact = leader.fingerprint.exact;
    copy
}

pub(crate) async fn a_source_never_seen_is_the_default_and_a_state_is_given_back(store: &dyn Store) {
    let name = SourceName("Пример".to_owned());
    assert_eq!(store.source(&name).await.unwrap(), SourceState::default());
    let mut batch = batch(Vec::new());
    batch.state = SourceState {
        asked_url: Some(PageUrl::parse("https://example.org/feed?a=1").unwrap()),
        body_hash: Some([9; 16]),
        failures: 4,
        gone: true,
        last_error: Some((Fault::Timeout, "no answer within 30 s".to_owned())),
        not_before: Some(later(1)),
        ..SourceState::default()
    };
    batch.state.validators.etag = Some("W/\"x\"".to_owned());
    batch.state.hints.interval = Some(Duration::from_mins(90));
    batch.state.learned.rhythm.watched(Duration::from_mins(30), true);
    let state = batch.state.clone();
    store.commit(batch).await.unwrap();
    assert_eq!(store.source(&name).await.unwrap(), state);
    assert_eq!(store.sources().await.unwrap(), vec![(name, state)]);
}

pub(crate) async fn hosts_are_given_back_and_strangers_left_out(store: &dyn Store) {
    let origin = "https://example.org:443".to_owned();
    let host = HostState {
        origin: origin.clone(),
        robots: "User-agent: *\nDisallow: /search".to_owned(),
        robots_error: None,
        robots_read: Some(MORNING),
        quiet_until: Some(later(1)),
    };
    let mut batch = batch(Vec::new());
    batch.hosts = vec![host.clone()];
    store.commit(batch).await.unwrap();
    assert_eq!(store.hosts(&["http://other.org:80".to_owned(), origin]).await.unwrap(), vec![host]);
}

pub(crate) async fn the_first_key_that_is_known_decides(store: &dyn Store) {
    let (one, two) = (Sketch::of(1), Sketch::of(2));
    let stranger = Sketch::of(3).key();
    let mut first = batch(vec![one.stored()]);
    first.noted = vec![two.key()];
    store.commit(first).await.unwrap();
    let lists = [vec![stranger], vec![stranger, one.key(), two.key()], vec![two.key(), one.key()], vec![]];
    let known = store.known(&lists).await.unwrap();
    let article = Known::Article { id: one.id(), entry_hash: 1, tries: 0 };
    assert_eq!(known, vec![None, Some(article), Some(Known::Noted), None]);
}

pub(crate) async fn a_noted_entry_that_is_an_article_is_an_article(store: &dyn Store) {
    let one = Sketch::of(1);
    let mut first = batch(Vec::new());
    first.noted = vec![one.key()];
    store.commit(first).await.unwrap();
    assert_eq!(store.noted(None, 10).await.unwrap(), vec![one.key()]);
    let mut second = batch(vec![one.stored()]);
    second.noted = vec![one.key()];
    store.commit(second).await.unwrap();
    assert_eq!(store.noted(None, 10).await.unwrap(), vec![]);
    let known = store.known(&[vec![one.key()]]).await.unwrap();
    assert_eq!(known, vec![Some(Known::Article { id: one.id(), entry_hash: 1, tries: 0 })]);
}

pub(crate) async fn aliases_are_identities_and_their_hash_is_that_of_all(store: &dyn Store) {
    let one = Sketch::of(1);
    let (alias, bare) = (Sketch::of(70).key(), Sketch::of(71).key());
    store.commit(batch(vec![one.stored()])).await.unwrap();
    let mut second = batch(Vec::new());
    let known = Known::Article { id: one.id(), entry_hash: 99, tries: 0 };
    let nobody = Known::Article { id: Sketch::of(8).id(), entry_hash: 1, tries: 0 };
    second.aliases = vec![(alias, known), (bare, Known::Noted), (Sketch::of(72).key(), nobody)];
    store.commit(second).await.unwrap();
    let lists = [vec![alias], vec![one.key()], vec![bare], vec![Sketch::of(72).key()]];
    assert_eq!(store.known(&lists).await.unwrap(), vec![Some(known), Some(known), Some(Known::Noted), None]);
    let article = store.article(one.id()).await.unwrap().unwrap();
    assert_eq!((article.entry_hash, article.keys.contains(&alias)), (99, true));
    // An update does not take the alias away, nor does one in the same batch.
    let mut third = batch(vec![Stored { entry_hash: 100, ..one.stored() }]);
    third.aliases = vec![(Sketch::of(73).key(), Known::Article { id: one.id(), entry_hash: 100, tries: 0 })];
    store.commit(third).await.unwrap();
    let known = Some(Known::Article { id: one.id(), entry_hash: 100, tries: 0 });
    assert_eq!(store.known(&[vec![alias], vec![Sketch::of(73).key()]]).await.unwrap(), vec![known, known]);
    store.verify().await.unwrap();
}

pub(crate) async fn identities_add_up_and_have_an_end(store: &dyn Store) {
    let one = Sketch::of(1);
    for round in 0..40 {
        let mut article = one.stored();
        article.keys = vec![Sketch::of(500 + round).key()];
        store.commit(batch(vec![article])).await.unwrap();
    }
    let article = store.article(one.id()).await.unwrap().unwrap();
    assert_eq!(article.keys.len(), KEYS_MAX);
    let known = store.known(&[vec![Sketch::of(539).key()], vec![Sketch::of(500).key()]]).await.unwrap();
    assert_eq!(known, vec![Some(Known::Article { id: one.id(), entry_hash: 1, tries: 0 }), None]);
    store.verify().await.unwrap();
}

pub(crate) async fn candidates_share_an_address_a_text_or_a_band_and_nothing_less(store: &dyn Store) {
    let articles: Vec<Stored> = (1..=4)
        .map(|number| Sketch { seen: later(i32::try_from(number).unwrap()), ..Sketch::of(number) }.stored())
        .collect();
    store.commit(batch(articles.clone())).await.unwrap();
    let mut asked = Sketch::of(9).stored().fingerprint;
    assert_eq!(store.candidates(&asked).await.unwrap(), vec![]);
    asked.address = articles[0].fingerprint.address;
    asked.exact = articles[2].fingerprint.exact;
    asked.bands[3] = articles[1].fingerprint.bands[0];
    // A band that begins as another's is not the same.
    asked.bands[2] = articles[3].fingerprint.bands[0] ^ 1;
    let found = store.candidates(&asked).await.unwrap();
    let ids: Vec<ArticleId> = found.iter().map(|candidate| candidate.id).collect();
    assert_eq!(ids, [3, 2, 1].map(|number| Sketch::of(number).id()));
    assert_eq!(found[0].fingerprint, articles[2].fingerprint);
    assert_eq!(found[0].published, articles[2].published());
    assert_eq!((found[0].cluster, found[0].source.as_str()), (articles[2].id, "Пример"));
}

pub(crate) async fn texts_too_short_to_tell_are_nobodys_candidates(store: &dyn Store) {
    let mut short = Sketch::of(1).stored();
    short.fingerprint.exact = [0; 16];
    store.commit(batch(vec![short])).await.unwrap();
    let mut asked = Sketch::of(2).stored().fingerprint;
    asked.exact = [0; 16];
    assert_eq!(store.candidates(&asked).await.unwrap(), vec![]);
    store.verify().await.unwrap();
}

pub(crate) async fn candidates_are_bounded_and_the_newest(store: &dyn Store) {
    let count = CANDIDATES_MAX as u64 + 20;
    for number in 0..count {
        let seen = MORNING + SignedDuration::from_mins(i64::try_from(number).unwrap());
        let mut article = Sketch { seen, ..Sketch::of(number) }.stored();
        article.fingerprint.bands = vec![7, 7];
        store.commit(batch(vec![article])).await.unwrap();
    }
    let mut asked = Sketch::of(1000).stored().fingerprint;
    asked.bands = vec![7];
    let found = store.candidates(&asked).await.unwrap();
    assert_eq!(found.len(), CANDIDATES_MAX);
    assert_eq!(found[0].id, Sketch::of(count - 1).id());
    assert_eq!(found.last().unwrap().id, Sketch::of(20).id());
}

pub(crate) async fn candidates_that_share_most_come_first(store: &dyn Store) {
    for number in 0..CANDIDATES_MAX as u64 + 20 {
        let seen = MORNING + SignedDuration::from_mins(i64::try_from(number).unwrap());
        let mut article = Sketch { seen, ..Sketch::of(number) }.stored();
        article.fingerprint.bands = if number == 0 { vec![7, 8, 9] } else { vec![7] };
        store.commit(batch(vec![article])).await.unwrap();
    }
    let mut asked = Sketch::of(1000).stored().fingerprint;
    asked.bands = vec![7, 8, 9];
    let found = store.candidates(&asked).await.unwrap();
    assert_eq!(found[0].id, Sketch::of(0).id(), "a band that all share hides no copy");
}

pub(crate) async fn an_article_is_given_back_whole(store: &dyn Store) {
    let mut article = Sketch { text_bytes: 60_000, ..Sketch::of(1) }.stored();
    article.routed.article.title = "Заголовок \u{1f600} с \u{0} и \u{202e}".to_owned();
    store.commit(batch(vec![article.clone()])).await.unwrap();
    assert_eq!(store.article(article.id).await.unwrap(), Some(article));
    assert_eq!(store.article(Sketch::of(2).id()).await.unwrap(), None);
}

pub(crate) async fn a_batch_that_is_repeated_changes_nothing(store: &dyn Store) {
    let leader = Sketch::of(1).stored();
    let mut whole = batch(vec![copy_of(&leader, 2), leader.clone(), Sketch::of(3).stored()]);
    whole.noted = vec![Sketch::of(60).key()];
    whole.aliases = vec![
        (Sketch::of(61).key(), Known::Article { id: leader.id, entry_hash: 5, tries: 0 }),
        (Sketch::of(62).key(), Known::Noted),
    ];
    whole.seen = vec![(leader.id, later(2))];
    store.commit(whole.clone()).await.unwrap();
    let before = everything(store).await;
    publish_all(store).await;
    store.commit(whole).await.unwrap();
    assert_eq!(everything(store).await, before);
    assert!(feeds(store).await.is_empty(), "nothing changed, so nothing is due");
    store.verify().await.unwrap();
}

pub(crate) async fn an_update_replaces_all_but_cluster_and_first_sight(store: &dyn Store) {
    let one = Sketch { countries: &["KP", "RU"], ..Sketch::of(1) };
    let old = one.stored();
    store.commit(batch(vec![old.clone()])).await.unwrap();
    let mut new = Sketch { countries: &["CN"], seen: later(3), ..Sketch::of(1) }.stored();
    new.fingerprint = Sketch::of(77).stored().fingerprint;
    new.cluster = Sketch::of(5).id();
    new.routed.article.text = "Новый текст.".to_owned();
    store.commit(batch(vec![new.clone()])).await.unwrap();
    let kept = store.article(one.id()).await.unwrap().unwrap();
    let expected = Stored { cluster: old.cluster, first_seen: old.first_seen, ..new.clone() };
    assert_eq!(kept, expected);
    assert_eq!(ids(store, of("CN")).await, vec![one.id()]);
    for gone in ["KP", "RU"] {
        assert_eq!(ids(store, of(gone)).await, vec![]);
        assert_eq!(store.count(of(gone)).await.unwrap(), 0);
    }
    assert_eq!(store.candidates(&old.fingerprint).await.unwrap(), vec![]);
    assert_eq!(store.candidates(&new.fingerprint).await.unwrap().len(), 1);
    store.verify().await.unwrap();
}

pub(crate) async fn the_last_sight_moves_by_whole_days_and_never_back(store: &dyn Store) {
    let one = Sketch::of(1);
    store.commit(batch(vec![one.stored()])).await.unwrap();
    let sights = [(MORNING + SignedDuration::from_hours(1), MORNING), (later(2), later(2)), (later(-9), later(2))];
    for (seen, expected) in sights {
        let mut batch = batch(Vec::new());
        batch.seen = vec![(one.id(), seen), (Sketch::of(9).id(), seen)];
        store.commit(batch).await.unwrap();
        assert_eq!(store.article(one.id()).await.unwrap().unwrap().last_seen, expected);
    }
}

pub(crate) async fn copies_are_links_of_their_leader(store: &dyn Store) {
    let leader = Sketch::of(1).stored();
    // The copies come first, and the second one names the first as its cluster.
    let first = Stored { first_seen: later(2), ..copy_of(&leader, 2) };
    let second = Stored { first_seen: later(1), ..copy_of(&leader, 3) };
    store.commit(batch(vec![first.clone(), leader.clone()])).await.unwrap();
    store.commit(batch(vec![Stored { cluster: first.id, ..second.clone() }])).await.unwrap();
    let clusters = store.clusters(all()).await.unwrap();
    assert_eq!(clusters.len(), 1);
    assert_eq!(clusters[0].leader, leader);
    let links: Vec<ArticleId> = clusters[0].copies.iter().map(|copy| copy.id).collect();
    assert_eq!(links, vec![second.id, first.id]);
    assert_eq!(store.cluster(leader.id).await.unwrap().as_ref(), Some(&clusters[0]));
    assert_eq!(store.cluster(first.id).await.unwrap(), None, "a copy leads nothing");
    let link = &clusters[0].copies[1];
    let copied = &first.routed.article;
    assert_eq!((&link.source, &link.link, &link.title), (&copied.source, &copied.link, &copied.title));
    assert_eq!(store.count(all()).await.unwrap(), 1);
    assert_eq!(store.article(second.id).await.unwrap().unwrap().cluster, leader.id);
    store.verify().await.unwrap();
}

pub(crate) async fn a_copy_of_nothing_leads_itself(store: &dyn Store) {
    let orphan = copy_of(&Sketch::of(1).stored(), 2);
    store.commit(batch(vec![orphan.clone()])).await.unwrap();
    assert_eq!(ids(store, all()).await, vec![orphan.id]);
}

pub(crate) async fn clusters_come_newest_first_and_within_their_span(store: &dyn Store) {
    for number in 1..=5 {
        let seen = later(i32::try_from(number).unwrap());
        let countries: &[&str] = if number % 2 == 0 { &["KP"] } else { &["RU", "KP"] };
        store.commit(batch(vec![Sketch { seen, countries, ..Sketch::of(number) }.stored()])).await.unwrap();
    }
    store.commit(batch(vec![Sketch { countries: &[], seen: later(9), ..Sketch::of(9) }.stored()])).await.unwrap();
    let expect = |numbers: &[u64]| numbers.iter().map(|number| Sketch::of(*number).id()).collect::<Vec<_>>();
    assert_eq!(ids(store, all()).await, expect(&[9, 5, 4, 3, 2, 1]));
    assert_eq!(ids(store, of("RU")).await, expect(&[5, 3, 1]));
    assert_eq!(ids(store, Query { limit: 2, ..of("KP") }).await, expect(&[5, 4]));
    assert_eq!(ids(store, Query { limit: 0, ..of("KP") }).await, expect(&[]));
    let span = Query { from: Some(later(2)), until: Some(later(4)), ..of("KP") };
    assert_eq!(ids(store, span).await, expect(&[3, 2]));
    assert_eq!(store.count(Query { limit: 0, ..span }).await.unwrap(), 2);
    assert_eq!(store.count(of("KP")).await.unwrap(), 5);
    let nothing = Query { from: Some(later(4)), until: Some(later(2)), ..all() };
    assert_eq!((ids(store, nothing).await, store.count(nothing).await.unwrap()), (vec![], 0));
}

pub(crate) async fn articles_of_one_moment_are_ordered_by_publication_then_id(store: &dyn Store) {
    let mut articles: Vec<Stored> = (0..20).map(|number| Sketch::of(number).stored()).collect();
    articles[7].routed.article.published = Some("2026-11-24T08:31:00Z".parse().unwrap());
    articles[5].routed.article.published = Some("2020-01-01T00:00:00Z".parse().unwrap());
    store.commit(batch(articles.clone())).await.unwrap();
    let found = ids(store, all()).await;
    assert_eq!((found[0], found[19]), (articles[7].id, articles[5].id));
    assert!(found[1..19].is_sorted());
}

pub(crate) async fn what_changes_is_due_until_it_is_published(store: &dyn Store) {
    assert!(feeds(store).await.is_empty());
    store.commit(batch(vec![Sketch { countries: &["KP", "RU"], ..Sketch::of(1) }.stored()])).await.unwrap();
    let due = |codes: &[&str]| {
        let mut due: Vec<Changed> = codes.iter().map(|code| Changed::Country(country(code))).collect();
        due.push(Changed::All);
        due.sort();
        due
    };
    assert_eq!(feeds(store).await, due(&["KP", "RU"]));
    publish_all(store).await;
    // Before and after: the country that it left must lose it.
    store.commit(batch(vec![Sketch { countries: &["CN"], ..Sketch::of(1) }.stored()])).await.unwrap();
    assert_eq!(feeds(store).await, due(&["CN", "KP", "RU"]));
    let told = store.changed().await.unwrap();
    let some: Vec<Due> = told.into_iter().filter(|due| due.feed != Changed::Country(country("RU"))).collect();
    store.published(&some).await.unwrap();
    assert_eq!(feeds(store).await, vec![Changed::Country(country("RU"))]);
}

pub(crate) async fn a_copy_makes_its_leaders_feeds_due(store: &dyn Store) {
    let leader = Sketch { countries: &["RU"], ..Sketch::of(1) }.stored();
    store.commit(batch(vec![leader.clone()])).await.unwrap();
    publish_all(store).await;
    store.commit(batch(vec![copy_of(&leader, 2)])).await.unwrap();
    assert!(feeds(store).await.contains(&Changed::Country(country("RU"))));
}

pub(crate) async fn a_change_between_telling_and_publishing_stays_due(store: &dyn Store) {
    store.commit(batch(vec![Sketch::of(1).stored()])).await.unwrap();
    let told = store.changed().await.unwrap();
    store.commit(batch(vec![Sketch::of(2).stored()])).await.unwrap();
    store.published(&told).await.unwrap();
    assert_eq!(feeds(store).await.len(), 2);
    publish_all(store).await;
}

pub(crate) async fn a_source_that_brings_nothing_makes_nothing_due(store: &dyn Store) {
    let mut bare = batch(Vec::new());
    bare.noted = vec![Sketch::of(4).key()];
    bare.seen = vec![(Sketch::of(4).id(), later(1))];
    store.commit(bare).await.unwrap();
    assert!(feeds(store).await.is_empty());
}

pub(crate) async fn pages_hold_every_article_once_in_the_order_of_ids(store: &dyn Store) {
    let leader = Sketch::of(0).stored();
    let mut articles: Vec<Stored> = (1..=24).map(|number| Sketch::of(number).stored()).collect();
    articles.extend([copy_of(&leader, 30), leader]);
    store.commit(batch(articles.clone())).await.unwrap();
    articles.sort_by_key(|article| article.id);
    let mut found: Vec<Stored> = Vec::new();
    loop {
        let page = store.page(found.last().map(|article| article.id), 7).await.unwrap();
        assert!(page.len() <= 7);
        if page.is_empty() {
            break;
        }
        found.extend(page);
    }
    assert_eq!(found, articles);
}

pub(crate) async fn noted_entries_are_told_page_by_page(store: &dyn Store) {
    let mut numbers = Numbers::from(5);
    let mut bare = batch(Vec::new());
    bare.noted = (0..25).map(|_| feedatlas::model::cluster::EntryKey(numbers.bytes())).collect();
    let mut expected = bare.noted.clone();
    expected.sort();
    store.commit(bare).await.unwrap();
    let mut found = Vec::new();
    loop {
        let page = store.noted(found.last().copied(), 10).await.unwrap();
        if page.is_empty() {
            break;
        }
        found.extend(page);
    }
    assert_eq!(found, expected);
}

pub(crate) async fn what_was_not_seen_for_long_is_forgotten(store: &dyn Store) {
    let (old, listed) = (Sketch::of(1), Sketch::of(2));
    let newer = Sketch { seen: later(40), countries: &["RU"], ..Sketch::of(3) };
    let mut first = batch(vec![old.stored(), listed.stored(), newer.stored()]);
    first.noted = vec![Sketch::of(50).key()];
    store.commit(first).await.unwrap();
    let mut second = batch(Vec::new());
    second.seen = vec![(listed.id(), later(20))];
    store.commit(second).await.unwrap();
    publish_all(store).await;
    assert_eq!(store.forget(later(-1)).await.unwrap(), 0);
    assert!(feeds(store).await.is_empty());
    assert_eq!(store.forget(later(10)).await.unwrap(), 1);
    assert_eq!(feeds(store).await, vec![Changed::Country(country("KP")), Changed::All]);
    assert_eq!(store.article(old.id()).await.unwrap(), None);
    assert_eq!(store.known(&[old.stored().keys]).await.unwrap(), vec![None]);
    assert_eq!(store.candidates(&old.stored().fingerprint).await.unwrap(), vec![]);
    assert_eq!(ids(store, all()).await, vec![newer.id(), listed.id()]);
    assert_eq!(store.count(of("KP")).await.unwrap(), 1);
    assert_eq!(store.forget(later(100)).await.unwrap(), 2);
    assert_eq!(store.page(None, 10).await.unwrap(), vec![]);
    assert_eq!(store.known(&[vec![Sketch::of(50).key()]]).await.unwrap(), vec![Some(Known::Noted)]);
    assert_eq!(store.sources().await.unwrap().len(), 1);
    store.verify().await.unwrap();
}

pub(crate) async fn a_leader_stays_as_long_as_one_of_its_copies(store: &dyn Store) {
    let leader = Sketch::of(1).stored();
    let copies = [copy_of(&leader, 2), Stored { last_seen: later(30), ..copy_of(&leader, 3) }];
    store.commit(batch(vec![leader.clone(), copies[0].clone(), copies[1].clone()])).await.unwrap();
    assert_eq!(store.forget(later(10)).await.unwrap(), 1);
    let clusters = store.clusters(all()).await.unwrap();
    assert_eq!((clusters[0].leader.id, clusters[0].copies.len()), (leader.id, 1));
    store.verify().await.unwrap();
    assert_eq!(store.forget(later(31)).await.unwrap(), 2);
    assert_eq!(store.count(all()).await.unwrap(), 0);
    store.verify().await.unwrap();
}

/// The takedown of an article's address.
pub(crate) fn takedown_of(article: &Stored) -> Takedown {
    Takedown {
        link: article.routed.article.link.clone(),
        address: article.fingerprint.address,
        ids: Vec::new(),
        keys: Vec::new(),
    }
}

pub(crate) async fn what_is_taken_down_goes_and_never_comes_back(store: &dyn Store) {
    let leader = Sketch::of(1).stored();
    let copies = [copy_of(&leader, 2), copy_of(&leader, 3)];
    let other = Sketch { countries: &["CN"], ..Sketch::of(4) }.stored();
    store.commit(batch(vec![leader.clone(), copies[0].clone(), copies[1].clone(), other.clone()])).await.unwrap();
    publish_all(store).await;
    let address = leader.fingerprint.address;
    assert_eq!(store.is_taken_down(&[address]).await.unwrap(), [false]);
    let taken = store.take_down(takedown_of(&leader)).await.unwrap();
    assert_eq!(taken.ids, [leader.id]);
    assert!(leader.keys.iter().all(|key| taken.keys.contains(key)));
    assert_eq!(feeds(store).await, [Changed::Country(country("KP")), Changed::All]);
    assert_eq!(store.article(leader.id).await.unwrap(), None);
    // The first of the copies leads the other.
    let first = usize::from(copies[1].id < copies[0].id);
    let clusters = store.clusters(of("KP")).await.unwrap();
    assert_eq!((clusters.len(), clusters[0].leader.id), (1, copies[first].id));
    assert_eq!(clusters[0].copies[0].id, copies[1 - first].id);
    // Its entry is known, its address is refused, and no commit brings it back.
    assert_eq!(store.known(std::slice::from_ref(&leader.keys)).await.unwrap(), [Some(Known::Noted)]);
    assert_eq!(
        store.is_taken_down(&[address, other.fingerprint.address, [0; 16]]).await.unwrap(),
        [true, false, false]
    );
    publish_all(store).await;
    store.commit(batch(vec![leader.clone()])).await.unwrap();
    let elsewhere = Stored {
        fingerprint: leader.fingerprint.clone(),
        ..Sketch { source: "Другой", ..Sketch::of(9) }.stored()
    };
    store.commit(batch(vec![elsewhere])).await.unwrap();
    assert_eq!((store.count(all()).await.unwrap(), feeds(store).await.len()), (2, 0));
    // Of what is not kept, too; said twice it is the same.
    let never = takedown_of(&Sketch::of(20).stored());
    assert_eq!(store.take_down(never.clone()).await.unwrap(), never);
    assert_eq!(store.take_down(takedown_of(&leader)).await.unwrap(), taken);
    assert_eq!(store.takedowns().await.unwrap().len(), 2);
    assert!(feeds(store).await.is_empty());
    store.commit(batch(vec![Sketch::of(20).stored()])).await.unwrap();
    assert_eq!(store.count(all()).await.unwrap(), 2);
    store.verify().await.unwrap();
}

pub(crate) async fn verify_counts_what_it_read(store: &dyn Store) {
    let leader = Sketch::of(1).stored();
    store.commit(batch(vec![leader.clone(), copy_of(&leader, 2)])).await.unwrap();
    let verified = store.verify().await.unwrap();
    assert_eq!((verified.articles, verified.sources), (2, 1));
    assert!(verified.links >= 4);
}

pub(crate) async fn subscriptions_are_given_back_until_they_are_forgotten(store: &dyn Store) {
    let url = |text: &str| PageUrl::parse(text).unwrap();
    let subscription = |token: &str| Subscription {
        source: SourceName("Пример".to_owned()),
        hub: Hub { hub: url("https://hub.example/"), topic: url("https://example.org/feed") },
        callback: url(&format!("https://atlas.example/websub/{token}")),
        token: token.to_owned(),
        secret: "ab".to_owned(),
        phase: Phase::Active,
        next: later(1),
        lease_until: Some(later(2)),
        tries: 3,
    };
    let (one, two) = (subscription("01"), subscription("02"));
    assert!(store.subscriptions().await.unwrap().is_empty());
    store.remember(vec![("02".to_owned(), Some(two.clone())), ("01".to_owned(), Some(one.clone()))]).await.unwrap();
    assert_eq!(store.subscriptions().await.unwrap(), [one.clone(), two.clone()]);
    let changed = Subscription { phase: Phase::Leaving, ..two };
    store.remember(vec![("01".to_owned(), None), ("02".to_owned(), Some(changed.clone()))]).await.unwrap();
    assert_eq!(store.subscriptions().await.unwrap(), [changed]);
    // They make nothing due, and no export tells them.
    assert!(store.changed().await.unwrap().is_empty());
    let mut exported = Vec::new();
    export(store, &mut exported).await.unwrap();
    assert!(!String::from_utf8(exported).unwrap().contains("hub.example"));
    store.verify().await.unwrap();
    store.remember(vec![("02".to_owned(), None), ("03".to_owned(), None)]).await.unwrap();
    assert!(store.subscriptions().await.unwrap().is_empty());
}
