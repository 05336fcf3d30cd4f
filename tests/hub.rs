//! `WebSub` out: a hub that is named is told which feeds changed, again until it takes it; our own hub verifies subscribers, sends them
//! what changed, whole and signed, over restarts, until they want no more.

mod support;

use std::sync::Arc;
use std::time::Duration;

use feedatlas::config;
use feedatlas::fetch::Fetcher;
use feedatlas::model::report::Event;
use feedatlas::model::settings::Settings;
use feedatlas::pipeline::deliver::{Deliverer, state_file};
use feedatlas::pipeline::watcher::Watcher;
use feedatlas::pipeline::worker::Worker;
use feedatlas::pipeline::{self, Options};
use feedatlas::route::Gazetteer;
use feedatlas::serve;
use feedatlas::store::contract::Store;
use feedatlas::store::memory::MemoryStore;
use feedatlas::websub::desk::Desk;
use feedatlas::websub::register::Register;
use feedatlas::websub::signature::Check;
use jiff::{SignedDuration, Timestamp};
use support::web::{Answer, Asked, Web};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

struct Nobody;

impl Watcher for Nobody {
    fn due(&self, _sources: usize) {}
    fn event(&self, _event: &Event) {}
}

fn at(minutes: i64) -> Timestamp {
    "2026-03-02T10:00:00Z".parse::<Timestamp>().expect("a time") + SignedDuration::from_mins(minutes)
}

fn field(bytes: &[u8], name: &str) -> Vec<String> {
    url::form_urlencoded::parse(bytes).filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).collect()
}

/// A site that is published from a web of one source.
struct Site {
    web: Web,
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
    head: String,
}

impl Site {
    async fn new(head: &str) -> Self {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        let web = Web::start().await;
        let head = head.replace("HUB", web.url("/hub").as_str());
        Self { web, folder: tempfile::tempdir().unwrap(), store, head }
    }

    fn settings(&self) -> Settings {
        let toml = format!(
            "[worker]\ndelay = \"0s\"\n[network]\nallow = [\"{}\"]\n{}\n[[source]]\nname = \"s\"\nurl = \"{}\"\ncountries = [\"MN\"]\nonly_countries = true\n",
            self.web.address(),
            self.head,
            self.web.url("/feed")
        );
        config::read(&toml, &self.folder.path().join("feeds.toml"), &|_| None)
            .unwrap_or_else(|why| panic!("{why}"))
            .settings
    }

    fn fetcher(settings: &Settings) -> Fetcher {
        Fetcher::new(&settings.worker, &settings.network, &settings.limits).expect("a client")
    }

    /// A pass that finds an article of this number.
    async fn pass(&self, number: u32, now: Timestamp) {
        self.web.route("/feed", Answer::feed(format!(
            "<rss version=\"2.0\"><channel><title>t</title><item><title>News {number}</title><guid>{number}</guid><description>Line {number}.</description></item></channel></rss>"
        )));
        let settings = self.settings();
        let (fetcher, gazetteer) = (Self::fetcher(&settings), Arc::new(Gazetteer::new(&settings.countries)));
        let worker = Arc::new(Worker::new(Arc::new(settings), fetcher, Arc::clone(&self.store), gazetteer));
        let options = Options { force: true, ..Options::default() };
        pipeline::run(&worker, &options, now, &CancellationToken::new(), &Nobody).await.expect("a pass");
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.path().join("public").join(path)).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_named_is_told_of_each_feed_that_changed_until_it_takes_it() {
    let site = Site::new("[publish]\nbase_url = \"https://news.example\"\nhub = \"HUB\"").await;
    site.web.route("/hub", Answer::status(503));
    site.pass(1, at(0)).await;
    let told = |web: &Web| web.asked("/hub").iter().map(|asked| field(&asked.body, "hub.url")).collect::<Vec<_>>();
    assert_eq!(field(&site.web.asked("/hub")[0].body, "hub.mode"), ["publish"]);
    assert_eq!(told(&site.web)[0].len(), 100, "many at once, and no more after a refusal");
    assert!(site.read("status.json").contains("\"untold\""));
    assert!(
        site.read("feeds/mongoliya.xml").contains("rel=\"hub\"")
            && site.read("feeds/mongoliya.json").contains("\"WebSub\"")
    );
    // Not at once again; and then of all.
    site.web.forget();
    site.web.route("/hub", Answer::status(202));
    site.pass(1, at(0)).await;
    assert_eq!(told(&site.web).len(), 0);
    site.pass(1, at(5)).await;
    let all: Vec<String> = told(&site.web).concat();
    assert_eq!(all.len(), 52 * 3);
    assert!(all.contains(&"https://news.example/feeds/mongoliya.xml".to_owned()));
    assert!(!site.read("status.json").contains("\"untold\""));
    // A change tells of what changed alone; a pass without one tells nothing.
    site.web.forget();
    site.pass(2, at(10)).await;
    let some: Vec<String> = told(&site.web).concat();
    assert_eq!(some.len(), 6, "{some:?}");
    site.web.forget();
    site.pass(2, at(15)).await;
    assert_eq!(told(&site.web).len(), 0);
}

/// Sends a form to an address of the server; its status.
async fn post(address: std::net::SocketAddr, path: &str, form: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = form.len();
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{form}");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// A subscriber that confirms what it asked for.
fn confirms(web: &Web) {
    web.rule("/callback", |asked: &Asked| {
        let query = asked.path.split_once('?').map_or("", |(_, query)| query);
        match field(query.as_bytes(), "hub.challenge").first() {
            Some(challenge) if asked.method == "GET" => Answer::ok(challenge.clone()),
            _ => Answer::status(204),
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_hub_verifies_subscribers_and_sends_them_what_changed_signed() {
    let site = Site::new("[publish]\nbase_url = \"http://news.example/atlas\"\nhub = \"own\"").await;
    site.pass(1, at(0)).await;
    assert!(site.read("feeds/all.atom").contains("href=\"http://news.example/atlas/websub/hub\" rel=\"hub\""));
    let (settings, state) = (site.settings(), state_file(&site.settings()));
    let (fetcher, base) = (Site::fetcher(&settings), "http://news.example/atlas/");
    let register = Arc::new(Register::new(base.to_owned(), b""));
    let desk = Arc::new(Desk::new(Vec::new(), Timestamp::now).with_register(Some(Arc::clone(&register))));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let server = tokio::spawn(serve::serve_with(listener, settings.publish.to.clone(), Some(desk), stop.clone()));

    let form = |mode: &str, topic: &str, callback: &str| {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([
            ("hub.mode", mode),
            ("hub.topic", &format!("{base}{topic}")),
            ("hub.callback", callback),
            ("hub.secret", "s3cret"),
        ]);
        form.finish()
    };
    let mine = site.web.url("/callback?id=1").to_string();
    let topic = "feeds/mongoliya.xml";
    assert_eq!(post(address, "/websub/hub", "hub.mode=subscribe").await, "400");
    assert_eq!(post(address, "/websub/hub", &form("subscribe", "feeds/mongoliya/2024-01.xml", &mine)).await, "400");
    assert_eq!(post(address, "/websub/hub", &"x".repeat(20_000)).await, "400");
    // Somebody else's name: who does not confirm is not called again. Nobody behind the guard is called at all.
    let other = site.web.url("/other").to_string();
    assert_eq!(post(address, "/websub/hub", &form("subscribe", topic, &other)).await, "202");
    assert_eq!(post(address, "/websub/hub", &form("subscribe", topic, "http://127.0.0.1:1/x")).await, "202");
    assert_eq!(post(address, "/websub/hub", &form("subscribe", topic, &mine)).await, "202");
    confirms(&site.web);
    let mut hub = Deliverer::new(&register, &fetcher, &settings);
    hub.once(at(1)).await;
    let asked: Vec<Asked> = site.web.log().into_iter().filter(|asked| asked.path.starts_with("/callback")).collect();
    let query = asked[0].path.split_once('?').unwrap().1;
    assert_eq!(field(query.as_bytes(), "hub.topic"), [format!("{base}{topic}")]);
    assert_eq!(
        (field(query.as_bytes(), "id"), field(query.as_bytes(), "hub.lease_seconds")),
        (vec!["1".to_owned()], vec!["864000".to_owned()])
    );
    assert_eq!(register.topics(), [topic]);
    assert!(std::fs::read_to_string(&state).unwrap().contains("s3cret"));

    // Nothing is sent until something changes; then all of it, signed, once.
    site.web.forget();
    hub.once(at(2)).await;
    assert_eq!(site.web.log().len(), 0);
    site.pass(2, at(3)).await;
    site.web.forget();
    hub.once(at(4)).await;
    hub.once(at(5)).await;
    let sent = site.web.asked("/callback?id=1");
    assert_eq!(sent.len(), 1);
    assert_eq!(String::from_utf8_lossy(&sent[0].body), site.read(topic));
    assert_eq!(sent[0].header("content-type"), Some("application/rss+xml; charset=utf-8"));
    let link = format!("<{base}websub/hub>; rel=\"hub\", <{base}{topic}>; rel=\"self\"");
    assert_eq!(sent[0].header("link"), Some(link.as_str()));
    let mut check = Check::begin("s3cret", sent[0].header("x-hub-signature").unwrap()).unwrap();
    check.update(&sent[0].body);
    assert!(check.is_right());

    // After a restart it goes on; a subscriber that fails is tried again; one that is gone is left alone.
    let again = Register::new(base.to_owned(), &std::fs::read(&state).unwrap());
    let mut hub = Deliverer::new(&again, &fetcher, &settings);
    site.web.script("/callback?id=1", vec![Answer::status(500), Answer::status(410)]);
    site.pass(3, at(6)).await;
    site.web.forget();
    hub.once(at(7)).await;
    hub.once(at(7)).await;
    assert_eq!(site.web.asked("/callback?id=1").len(), 1);
    hub.once(at(8)).await;
    assert_eq!(site.web.asked("/callback?id=1").len(), 2);
    assert!(again.topics().is_empty());
    assert_eq!(std::fs::read_to_string(&state).unwrap().trim(), "[]");
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(20), server).await.unwrap().unwrap().unwrap();
}
