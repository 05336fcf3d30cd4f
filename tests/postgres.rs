//! What the shared store must survive beside the contract (`tests/store.rs`): workers that race, leases that end, kills of workers
//! and of the server. Needs the feature `postgres` and a `PostgreSQL`.

#[cfg(not(feature = "postgres"))]
#[test]
fn skipped_without_the_feature() {
    let required = std::env::var("FEEDATLAS_REQUIRE").unwrap_or_default();
    assert!(!required.split(',').any(|one| one == "postgres"), "run with `--features postgres`");
    eprintln!("skipped: built without the feature `postgres`");
}

#[cfg(feature = "postgres")]
#[path = "support/store_articles.rs"]
mod articles;
#[cfg(feature = "postgres")]
#[path = "support/postgres_server.rs"]
mod postgres_server;
#[cfg(feature = "postgres")]
mod support;

#[cfg(feature = "postgres")]
mod shared {
    use std::collections::{BTreeMap, BTreeSet};
    use std::io::Read;
    use std::process::{Child, Stdio};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use feedatlas::model::cluster::{ArticleId, Query, Stored};
    use feedatlas::model::takedown::Takedown;
    use feedatlas::store::contract::{Outcome, Store, Terms};
    use feedatlas::store::copy::copy;
    use feedatlas::store::lease::Leases;
    use feedatlas::store::memory::MemoryStore;
    use feedatlas::store::postgres::PostgresStore;
    use futures_util::future::join_all;
    use serde_json::Value;

    use crate::articles::{Sketch, batch};
    use crate::postgres_server::Postgres;
    use crate::support::house::House;
    use crate::support::web::{Answer, Web};

    const TERM: Duration = Duration::from_mins(1);

    async fn fresh() -> Option<Arc<PostgresStore>> {
        let url = Postgres::shared()?.fresh().await;
        Some(Arc::new(PostgresStore::at(&url).unwrap()))
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("host {number:05}.example.org:443")).collect()
    }

    /// Everything that can be asked of a store, so that two can be compared.
    async fn everything(store: &dyn Store) -> String {
        let mut told = format!("{:?}\n", store.sources().await.unwrap());
        for article in store.page(None, usize::MAX).await.unwrap() {
            let known = store.known(std::slice::from_ref(&article.keys)).await.unwrap();
            let candidates = store.candidates(&article.fingerprint).await.unwrap();
            told += &format!("{article:?}\n{known:?}\n{candidates:?}\n");
        }
        told += &format!("{:?}\n", store.noted(None, usize::MAX).await.unwrap());
        let clusters = store.clusters(Query { limit: 1000, ..Query::default() }).await.unwrap();
        for cluster in &clusters {
            assert_eq!(store.cluster(cluster.leader.id).await.unwrap().as_ref(), Some(cluster));
        }
        let leaders = store.leaders(Query { limit: 1000, ..Query::default() }).await.unwrap();
        told += &format!("{leaders:?}\n{:?}\n", store.first_sights(Query::default()).await.unwrap());
        told += &format!("{:?}\n", store.takedowns().await.unwrap());
        told + &format!("{clusters:?}\n{:?}\n", store.subscriptions().await.unwrap())
    }

    fn takedown_of(article: &Stored) -> Takedown {
        let (link, address) = (article.routed.article.link.clone(), article.fingerprint.address);
        Takedown { link, address, ids: Vec::new(), keys: Vec::new() }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_taken_down_while_workers_bring_it_is_not_kept() {
        const WORKERS: u64 = 6;
        let Some(store) = fresh().await else { return };
        let taken = Sketch::of(1).stored();
        let (stored, done) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let bring = |worker: u64| {
            let (store, stored, done) = (Arc::clone(&store), Arc::clone(&stored), Arc::clone(&done));
            let address = taken.fingerprint.address;
            async move {
                for number in 0.. {
                    let mut article = Sketch::of(100 + worker * 100_000 + number).stored();
                    article.fingerprint.address = address;
                    store.commit(batch(vec![article])).await.unwrap();
                    stored.fetch_add(1, Ordering::SeqCst);
                    if done.load(Ordering::SeqCst) {
                        return;
                    }
                }
            }
        };
        let workers: Vec<_> = (0..WORKERS).map(|worker| tokio::spawn(bring(worker))).collect();
        while stored.load(Ordering::SeqCst) < WORKERS * 5 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let known = store.take_down(takedown_of(&taken)).await.unwrap();
        assert!(known.ids.len() as u64 >= WORKERS * 5, "{}", known.ids.len());
        done.store(true, Ordering::SeqCst);
        join_all(workers).await.into_iter().for_each(Result::unwrap);
        assert!(store.page(None, 10).await.unwrap().is_empty());
        assert_eq!(store.is_taken_down(&[taken.fingerprint.address]).await.unwrap(), [true]);
        store.verify().await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_workers_that_bring_one_text_at_the_same_time_one_leads_and_the_others_are_told_to_compare() {
        let Some(store) = fresh().await else { return };
        let bring = |number: u64| {
            let store = Arc::clone(&store);
            async move {
                let mut article = Sketch::of(number).stored();
                article.fingerprint.exact = [7; 16];
                let terms = Terms { compared: vec![(article.id, Vec::new())], lease: None };
                let outcome = store.commit_on(batch(vec![article]), &terms).await.unwrap();
                (number, outcome)
            }
        };
        let outcomes = join_all((0..12).map(|number| tokio::spawn(bring(number)))).await;
        let outcomes: Vec<(u64, Outcome)> = outcomes.into_iter().map(Result::unwrap).collect();
        let stored: Vec<u64> =
            outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Stored).map(|(number, _)| *number).collect();
        assert_eq!(stored.len(), 1, "{outcomes:?}");
        let kept = store.page(None, 100).await.unwrap();
        assert_eq!(kept.len(), 1, "what was overtaken left nothing");
        // Compared with it, and found another: stored.
        let mut other = Sketch::of(100).stored();
        other.fingerprint.exact = [7; 16];
        let terms = Terms { compared: vec![(other.id, vec![kept[0].id])], lease: None };
        assert_eq!(store.commit_on(batch(vec![other]), &terms).await.unwrap(), Outcome::Stored);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn each_lease_has_one_holder_and_takers_do_not_wait_for_each_other() {
        let Some(store) = fresh().await else { return };
        let all = names(200);
        let takers = (0..4).map(|worker| {
            let (store, all) = (Arc::clone(&store), all.clone());
            tokio::spawn(async move {
                let mut taken = Vec::new();
                // Rows that another is taking are stepped over: those it gives up are found in a later look.
                for _ in 0..100 {
                    taken.extend(store.take(&format!("w{worker}"), &all, 7, TERM).await.unwrap());
                }
                taken
            })
        });
        let taken: Vec<_> = join_all(takers).await.into_iter().flat_map(Result::unwrap).collect();
        let once: BTreeSet<&String> = taken.iter().map(|lease| &lease.name).collect();
        assert_eq!((taken.len(), once.len()), (200, 200));
        assert_eq!(store.renew(&taken, TERM).await.unwrap().len(), 200);
        store.give_back(&taken.iter().map(|lease| (lease.clone(), Duration::ZERO)).collect::<Vec<_>>()).await.unwrap();
        assert!(store.renew(&taken, TERM).await.unwrap().is_empty(), "what was given back is not held");
        assert_eq!(store.take("again", &all, 1000, TERM).await.unwrap().len(), 200);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_worker_that_comes_back_late_is_fenced_off_and_stores_nothing() {
        let Some(store) = fresh().await else { return };
        let host = names(1);
        let late = store.take("late", &host, 1, TERM).await.unwrap().remove(0);
        assert!(store.take("next", &host, 1, TERM).await.unwrap().is_empty());
        store.renew(std::slice::from_ref(&late), Duration::from_millis(200)).await.unwrap();
        let next = loop {
            if let Some(next) = store.take("next", &host, 1, TERM).await.unwrap().pop() {
                break next;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert!(next.fence > late.fence);
        let under = |lease| Terms { lease: Some(lease), ..Terms::default() };
        let one = batch(vec![Sketch::of(1).stored()]);
        assert_eq!(store.commit_on(one.clone(), &under(late.clone())).await.unwrap(), Outcome::Fenced);
        assert!(store.page(None, 10).await.unwrap().is_empty() && store.sources().await.unwrap().is_empty());
        assert!(store.renew(&[late], TERM).await.unwrap().is_empty());
        assert_eq!(store.commit_on(one, &under(next.clone())).await.unwrap(), Outcome::Stored);
        // The rest that its last holder wanted is told to the next.
        store.give_back(&[(next, Duration::from_secs(30))]).await.unwrap();
        let third = store.take("third", &host, 1, TERM).await.unwrap().remove(0);
        assert!(third.rest > Duration::from_secs(10) && third.rest <= Duration::from_secs(30), "{:?}", third.rest);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_store_copied_there_and_back_is_the_same() {
        let Some(there) = fresh().await else { return };
        let (here, back) = (MemoryStore::default(), MemoryStore::default());
        let mut articles: Vec<Stored> = (0..450).map(|number| Sketch::of(number).stored()).collect();
        for number in 1..40 {
            articles[number * 3].cluster = articles[0].cluster;
        }
        let mut brought = batch(articles);
        here.take_down(takedown_of(&Sketch::of(500).stored())).await.unwrap();
        brought.noted = (1000..1300).map(|number| Sketch::of(number).key()).collect();
        here.commit(brought).await.unwrap();
        let told = copy(&here, &*there).await.unwrap();
        assert_eq!((told.articles, told.sources, told.noted, told.takedowns), (450, 1, 300, 1));
        assert_eq!(everything(&*there).await, everything(&here).await);
        there.verify().await.unwrap();
        copy(&here, &*there).await.unwrap();
        assert_eq!(everything(&*there).await, everything(&here).await, "a copy that is repeated changes nothing");
        assert_eq!(copy(&*there, &back).await.unwrap(), told);
        assert_eq!(everything(&back).await, everything(&here).await);
    }

    #[test]
    fn feeds_toml_names_the_database_and_never_shows_its_password() {
        let environment = |name: &str| (name == "BASE").then(|| "postgres://a:secret@h/b".to_owned());
        let read = |text: &str| feedatlas::config::read(text, std::path::Path::new("feeds.toml"), &environment);
        let settings = read("[store]\nengine = 'postgres'\nurl = 'env:BASE'\nlease = '90s'\n").unwrap().settings;
        let shared = settings.store.shared.clone().unwrap();
        assert_eq!((shared.url.as_str(), shared.lease), ("postgres://a:secret@h/b", Duration::from_secs(90)));
        assert!(!format!("{settings:?}").contains("secret"));
        let answer = read("[store]\nengine = 'postgres'\n").unwrap_err().to_string();
        assert!(answer.contains("2:10") && answer.contains("env:NAME"), "{answer}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_program_copies_its_folder_into_the_database_and_back() {
        let Some(server) = Postgres::shared() else { return };
        let web = Arc::new(Web::start().await);
        web.rule("/feed", |_| {
            Answer::feed(
                "<rss version=\"2.0\"><channel><title>t</title><item><title>Kim in Pyongyang</title>\
                 <guid isPermaLink=\"false\">1</guid><description>Some words of Pyongyang.</description></item></channel></rss>",
            )
        });
        let url = server.fresh().await;
        let house = House::new(
            &[web.address()],
            &format!("[[source]]\nname = \"s\"\nurl = \"http://{}/feed\"\n", web.address()),
        );
        assert_eq!(house.pass().code, Some(0));
        let copied = house.run(&["store", "copy", "--from", "sled", "--to", &url]);
        assert_eq!(copied.code, Some(0), "{}", copied.stderr);
        assert!(copied.stderr.contains("1 articles, 1 sources"), "{}", copied.stderr);
        let back = house.run(&["store", "copy", "--from", &url, "--to", "sled:back"]);
        assert_eq!(back.code, Some(0), "{}", back.stderr);
        let listed = house.run(&["store", "list", "--json"]).stdout;
        let database = format!("[store]\nengine = \"postgres\"\nurl = \"{url}\"\n");
        house.write_config(&[web.address()], &database, "");
        assert_eq!(house.run(&["store", "list", "--json"]).stdout, listed);
        // Taken down there, by its guid: gone, and a pass that is made to look again does not bring it back.
        let guid = serde_json::from_str::<Value>(&listed).unwrap()["guid"].as_str().unwrap().to_owned();
        let removed = house.run(&["store", "remove", &guid]);
        assert_eq!(removed.code, Some(0), "{}", removed.stderr);
        assert_eq!(house.run(&["run", "--force"]).code, Some(0));
        assert_eq!(house.run(&["store", "list", "--json"]).stdout, "");
        assert_eq!(house.run(&["store", "verify"]).code, Some(0));
        let compact = house.run(&["store", "compact"]);
        assert!(compact.code != Some(0) && compact.stderr.contains("autovacuum"), "{}", compact.stderr);
        house.write_config(&[web.address()], "[store]\npath = \"back\"\n", "");
        assert_eq!(house.run(&["store", "list", "--json"]).stdout, listed);
        assert_eq!(house.run(&["store", "copy", "--from", "sled", "--to", "postgres"]).code, Some(2));
        assert_eq!(house.run(&["store", "copy", "--from", "sled", "--to", "mysql://x"]).code, Some(2));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_server_that_is_killed_loses_nothing_that_was_acknowledged() {
        const KILLS: u64 = 8;
        let Some(server) = Postgres::start(&[]) else { return };
        let server = Arc::new(server);
        // A host that does not answer stands before it, as after a fail-over.
        let url =
            server.fresh().await.replace("@127.0.0.1:", "@127.0.0.1:1,127.0.0.1:") + "?target_session_attrs=read-write";
        let store = Arc::new(PostgresStore::at(&url).unwrap());
        let number = Arc::new(AtomicU64::new(0));
        let count = Arc::new(AtomicU64::new(0));
        let done = Arc::new(AtomicBool::new(false));
        let writers = (0..3).map(|_| {
            let (store, number, done) = (Arc::clone(&store), Arc::clone(&number), Arc::clone(&done));
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                while !done.load(Ordering::SeqCst) {
                    let article = Sketch::of(number.fetch_add(1, Ordering::SeqCst)).stored();
                    let id = article.id;
                    store.commit(batch(vec![article])).await.unwrap();
                    acknowledged.push(id);
                    count.fetch_add(1, Ordering::SeqCst);
                }
                acknowledged
            })
        });
        let writers: Vec<_> = writers.collect();
        for kill in 0..KILLS {
            // In the midst of commits, each time a little later in one.
            let seen = count.load(Ordering::SeqCst);
            while count.load(Ordering::SeqCst) < seen + 5 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            tokio::time::sleep(Duration::from_millis(kill * 3)).await;
            server.kill();
        }
        done.store(true, Ordering::SeqCst);
        let acknowledged: Vec<ArticleId> = join_all(writers).await.into_iter().flat_map(Result::unwrap).collect();
        let kept: BTreeSet<ArticleId> = store.page(None, usize::MAX).await.unwrap().iter().map(|one| one.id).collect();
        let lost = acknowledged.iter().filter(|id| !kept.contains(id)).count();
        assert_eq!(lost, 0, "of {} acknowledged", acknowledged.len());
        let verified = store.verify().await.unwrap();
        assert_eq!(verified.articles, kept.len() as u64);
        assert_eq!(store.count(Query::default()).await.unwrap(), kept.len() as u64, "repeated commits count once");
        eprintln!("{KILLS} kills of the server: {} acknowledged, none lost", acknowledged.len());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn when_the_primary_dies_its_synchronous_standby_has_all_that_was_acknowledged() {
        const BEFORE: usize = 40;
        const AFTER: usize = 40;
        let Some(primary) = Postgres::start(&[]) else { return };
        let url = primary.fresh().await;
        let standby = primary.standby().await;
        let hosts = format!("@127.0.0.1:{},127.0.0.1:{}/", primary.port(), standby.port());
        let url = url.replace(&format!("@127.0.0.1:{}/", primary.port()), &hosts) + "?target_session_attrs=read-write";
        let store = PostgresStore::at(&url).unwrap();
        let (mut acknowledged, mut longest) = (Vec::new(), Duration::ZERO);
        let (count, promoted) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
        let promotion = async {
            while count.load(Ordering::SeqCst) < BEFORE {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            primary.kill_for_good();
            standby.promote().await;
            promoted.store(count.load(Ordering::SeqCst), Ordering::SeqCst);
        };
        let writing = async {
            // Until enough was acknowledged after the promotion, however long that takes.
            while promoted.load(Ordering::SeqCst).saturating_add(AFTER) > acknowledged.len() {
                let article = Sketch::of(acknowledged.len() as u64).stored();
                let (id, began) = (article.id, Instant::now());
                store.commit(batch(vec![article])).await.unwrap();
                longest = longest.max(began.elapsed());
                acknowledged.push(id);
                count.store(acknowledged.len(), Ordering::SeqCst);
            }
        };
        tokio::join!(promotion, writing);
        let kept: BTreeSet<ArticleId> = store.page(None, usize::MAX).await.unwrap().iter().map(|one| one.id).collect();
        assert!(acknowledged.iter().all(|id| kept.contains(id)), "{} of {}", kept.len(), acknowledged.len());
        assert_eq!(store.verify().await.unwrap().articles, acknowledged.len() as u64, "nothing twice");
        eprintln!("fail-over: {} acknowledged, none lost; the longest commit took {longest:.1?}", acknowledged.len());
    }

    /// Hosts of which each has a feed with new entries at each look; their pages are on the next host.
    async fn hosts(count: usize, wait: Duration, news: u64) -> Vec<Arc<Web>> {
        let mut webs = Vec::new();
        for _ in 0..count {
            webs.push(Arc::new(Web::start().await));
        }
        for at in 0..count {
            let (asked, pages) = (AtomicU64::new(0), webs[(at + 1) % count].address());
            webs[at].rule("/feed", move |_| {
                let first = asked.fetch_add(news, Ordering::SeqCst);
                let items: String = (first..first + news)
                    .map(|number| {
                        format!(
                            "<item><title>Report {number} of {at}</title><link>http://{pages}/page/{at}/{number}</link>\
                             <guid isPermaLink=\"false\">{at}-{number}</guid></item>"
                        )
                    })
                    .collect();
                let feed = format!("<rss version=\"2.0\"><channel><title>{at}</title>{items}</channel></rss>");
                Answer::feed(feed).wait(wait)
            });
            webs[at].rule("/page/", move |request| Answer::page(page(&request.path)).wait(wait));
        }
        webs
    }

    /// An article whose words are all its own, so that none is taken for a copy.
    fn page(path: &str) -> String {
        let seed = path.bytes().fold(7_u64, |seed, byte| seed.wrapping_mul(1_000_003).wrapping_add(u64::from(byte)));
        let words: Vec<String> =
            (0..120_u64).map(|n| format!("w{:x}", seed.wrapping_mul(n * 2 + 7919) >> 24)).collect();
        let paragraphs: String = words.chunks(40).map(|chunk| format!("<p>{}.</p>", chunk.join(" "))).collect();
        format!(
            "<html lang=en><head><title>{path}</title></head><body><article><h1>{path}</h1>{paragraphs}</article></body></html>"
        )
    }

    fn house(url: &str, webs: &[Arc<Web>]) -> House {
        let allow: Vec<_> = webs.iter().map(|web| web.address()).collect();
        let sources: String = webs
            .iter()
            .enumerate()
            .map(|(at, web)| format!("[[source]]\nname = \"s{at}\"\nurl = \"http://{}/feed\"\n", web.address()))
            .collect();
        let rest = format!(
            "per_host = 1\nconcurrency = 4\n[store]\nengine = \"postgres\"\nurl = \"{url}\"\nlease = \"2s\"\n{sources}"
        );
        House::new(&allow, &rest)
    }

    fn start(house: &House, force: bool) -> Child {
        let all = ["run", "--report", "json", "--force"];
        let mut command = house.command(if force { &all } else { &all[..3] });
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn output(child: &mut Child) -> String {
        let mut report = String::new();
        child.stdout.take().unwrap().read_to_string(&mut report).unwrap();
        child.wait().unwrap();
        report
    }

    fn events(report: &str, kind: &str) -> Vec<Value> {
        let events = report.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        events.filter(|event| event["event"] == kind).collect()
    }

    /// From the first request of a pass of so many workers to the last.
    fn span(house: &House, webs: &[Arc<Web>], workers: usize) -> Duration {
        for web in webs {
            web.forget();
        }
        let mut children: Vec<Child> = (0..workers).map(|_| start(house, false)).collect();
        for child in &mut children {
            assert!(!output(child).is_empty());
        }
        let at: Vec<Instant> = webs.iter().flat_map(|web| web.log()).map(|asked| asked.at).collect();
        assert_eq!(at.len(), webs.len(), "each source is asked by one worker, once");
        *at.iter().max().unwrap() - *at.iter().min().unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn four_workers_share_the_sources_and_each_is_asked_once() {
        let Some(server) = Postgres::shared() else { return };
        let webs = hosts(64, Duration::from_millis(200), 0).await;
        let (one, four) = (house(&server.fresh().await, &webs), house(&server.fresh().await, &webs));
        tokio::task::block_in_place(|| {
            let (one, four) = (span(&one, &webs, 1), span(&four, &webs, 4));
            let times = one.as_secs_f64() / four.as_secs_f64();
            eprintln!("64 sources of 200 ms: one worker {one:.1?}, four {four:.1?}: {times:.1} times as fast");
        });
        let house = four;
        let status: Value = serde_json::from_str(&house.read("status.json")).unwrap();
        assert!(!status["workers"].as_array().unwrap().is_empty() && status["lag_seconds"].is_u64(), "{status}");
        assert!(house.run(&["status"]).stdout.contains("worker "));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn kills_of_workers_and_of_the_server_lose_nothing_and_no_host_is_asked_by_two_at_once() {
        const ROUNDS: u64 = 12;
        const FLOOR: usize = 20;
        let Some(server) = Postgres::start(&[]) else { return };
        let webs = hosts(6, Duration::from_millis(40), 3).await;
        let house = house(&server.fresh().await, &webs);
        let mut told: BTreeMap<String, String> = BTreeMap::new();
        let take = |report: &str, told: &mut BTreeMap<String, String>| {
            for event in events(report, "stored") {
                told.insert(event["guid"].as_str().unwrap().to_owned(), event["link"].as_str().unwrap().to_owned());
            }
        };
        let mut kills = 0;
        let mut round = 0;
        // At least so many rounds, and on until something to lose was acknowledged: then each worker is given longer.
        while round < ROUNDS || told.len() < FLOOR {
            let longer = round.saturating_sub(ROUNDS) * 500;
            let mut children: Vec<Child> = (0..3).map(|_| start(&house, true)).collect();
            for (at, child) in (0_u64..).zip(&mut children) {
                // Spread over the whole of a pass; no two alike.
                tokio::time::sleep(Duration::from_millis(120 + (round * 197 + at * 611) % 1800 + longer)).await;
                if (round + at) % 5 == 4 {
                    server.kill();
                }
                child.kill().unwrap();
                kills += 1;
                take(&output(child), &mut told);
            }
            round += 1;
        }
        let last = tokio::task::block_in_place(|| house.run(&["run", "--report", "json", "--force"]));
        take(&last.stdout, &mut told);
        assert_eq!(events(&last.stdout, "pass").len(), 1, "it converges: {} {}", last.stdout, last.stderr);
        let listed = house.run(&["store", "list", "--json"]);
        let lines: Vec<Value> = listed.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let known: BTreeSet<&str> = lines.iter().filter_map(|line| line["guid"].as_str()).collect();
        let pages: BTreeSet<&str> = lines.iter().filter_map(|line| line["link"].as_str()).collect();
        let missing: Vec<&String> = told.keys().filter(|guid| !known.contains(guid.as_str())).collect();
        assert!(missing.is_empty(), "{} of {} acknowledged are lost: {missing:?}", missing.len(), told.len());
        assert_eq!((known.len(), pages.len()), (lines.len(), lines.len()), "nothing twice");
        assert_eq!(house.run(&["store", "verify"]).code, Some(0));
        let peaks: Vec<usize> = webs.iter().map(|web| web.peak()).collect();
        assert!(peaks.iter().all(|peak| *peak == 1), "requests in flight at a host, by its own log: {peaks:?}");
        eprintln!("{kills} kills of workers: {} acknowledged, {} kept, none lost, none twice", told.len(), lines.len());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn how_much_it_does() {
        let Some(server) = Postgres::start(&[]) else { return };
        let store = Arc::new(PostgresStore::at(&server.fresh().await).unwrap());
        let began = Instant::now();
        for page in 0..10 {
            let articles = (page * 500..(page + 1) * 500).map(|number| Sketch::of(number).stored()).collect();
            store.commit_on(batch(articles), &Terms::default()).await.unwrap();
        }
        let stored = 5000.0 / began.elapsed().as_secs_f64();
        let all = names(10_000);
        store.take("first", &all, 1, Duration::ZERO).await.unwrap();
        let began = Instant::now();
        let workers = all.chunks(2500).map(|part| {
            let (store, part) = (Arc::clone(&store), part.to_vec());
            tokio::spawn(async move {
                for some in part.chunks(100) {
                    let taken = store.take("worker", some, 100, TERM).await.unwrap();
                    assert_eq!(taken.len(), 100);
                    store
                        .give_back(&taken.into_iter().map(|one| (one, Duration::ZERO)).collect::<Vec<_>>())
                        .await
                        .unwrap();
                }
            })
        });
        for done in join_all(workers.collect::<Vec<_>>()).await {
            done.unwrap();
        }
        let claimed = 10_000.0 / began.elapsed().as_secs_f64();
        eprintln!(
            "PostgreSQL: {stored:.0} articles stored a second, {claimed:.0} hosts claimed and given back a second"
        );
    }
}
