//! An operator's desk: one feeds.toml, one store in a folder, and rounds at times that the test says. Each round opens the store,
//! makes one pass with a client of its own, and closes it again, as cron would.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use feedatlas::config;
use feedatlas::fetch::Fetcher;
use feedatlas::model::report::{Event, SourceReport};
use feedatlas::model::settings::Settings;
use feedatlas::model::source::{SourceName, SourceState};
use feedatlas::pipeline::watcher::Watcher;
use feedatlas::pipeline::worker::Worker;
use feedatlas::pipeline::{self, Options};
use feedatlas::route::Gazetteer;
use feedatlas::store;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::web::{Answer, Asked, Web};

/// No address is asked twice within this time in one round (manner 21); a little less than two seconds, for the network's delay.
const APART: Duration = Duration::from_millis(1900);

/// Routing is not what these tests are about; its words are read once.
static GAZETTEER: LazyLock<Arc<Gazetteer>> = LazyLock::new(|| Arc::new(Gazetteer::new(&[])));

/// What a round told.
#[derive(Default)]
struct Notebook(Mutex<Vec<Event>>);

impl Watcher for Notebook {
    fn due(&self, _sources: usize) {}

    fn event(&self, event: &Event) {
        self.0.lock().expect("no test panics while it writes").push(event.clone());
    }
}

/// What a round did.
pub(crate) struct Round {
    events: Vec<Event>,
    /// What the web was asked, in order.
    pub(crate) asked: Vec<Asked>,
}

impl Round {
    /// The line of a source.
    pub(crate) fn source(&self, name: &str) -> &SourceReport {
        let found = self.events.iter().find_map(|event| match event {
            Event::Source(report) if report.name == name => Some(report),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("no word of `{name}` in {:?}", self.events))
    }

    /// The class of a source's failure.
    pub(crate) fn error(&self, name: &str) -> Option<&'static str> {
        self.source(name).error.map(feedatlas::model::fault::Fault::as_str)
    }

    /// Files that changed, by name.
    pub(crate) fn published(&self) -> Vec<&str> {
        let published = self.events.iter().filter_map(|event| match event {
            Event::Published { path, .. } => Some(path.as_str()),
            _ => None,
        });
        let mut published: Vec<&str> = published.collect();
        published.sort_unstable();
        published
    }

    /// Paths in the order in which they were asked.
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.asked.iter().map(|asked| asked.path.as_str()).collect()
    }

    /// What one address was asked.
    pub(crate) fn of(&self, path: &str) -> Vec<&Asked> {
        self.asked.iter().filter(|asked| asked.path == path).collect()
    }

    /// What one address was asked, if it was asked once.
    pub(crate) fn once(&self, path: &str) -> &Asked {
        let of = self.of(path);
        assert_eq!(of.len(), 1, "`{path}` among {:?}", self.paths());
        of[0]
    }
}

/// A desk; its folder is gone when it is dropped.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
    settings: Arc<Settings>,
}

impl Desk {
    /// A desk whose feeds.toml lets `allow` through and then says `rest`.
    pub(crate) fn new(allow: &[SocketAddr], rest: &str) -> Self {
        let allow: Vec<String> = allow.iter().map(ToString::to_string).collect();
        let text = format!("[network]\nallow = {allow:?}\n{rest}\n");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let reading = config::read(&text, &folder.path().join("feeds.toml"), &|_| None);
        let mut settings = reading.unwrap_or_else(|error| panic!("{error}")).settings;
        // No land has feeds here: what is published is another suite's matter.
        settings.countries.iter_mut().for_each(|country| country.enabled = false);
        Self { folder, settings: Arc::new(settings) }
    }

    /// A desk with one source, `s`, at `/feed`, and no pause between two requests of a host.
    pub(crate) fn with_feed(web: &Web, more: &str) -> Self {
        let worker = "[worker]\ndelay = \"0s\"\ncontact = \"https://atlas.example/bot\"\n";
        Self::new(&[web.address()], &format!("{worker}{}{more}", source("s", web, "/feed")))
    }

    /// The store's folder.
    pub(crate) fn store(&self) -> &Path {
        &self.settings.store.path
    }

    /// The published folder.
    pub(crate) fn published(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join("public").join(name)).expect("it is published")
    }

    /// One pass at this time, with a store that is opened for it and closed again.
    pub(crate) async fn round(&self, web: &Web, now: Timestamp) -> Round {
        self.pass(web, now, Options::default()).await
    }

    /// One pass that asks whatever may be asked at all.
    pub(crate) async fn forced(&self, web: &Web, now: Timestamp) -> Round {
        self.pass(web, now, Options { force: true, ..Options::default() }).await
    }

    async fn pass(&self, web: &Web, now: Timestamp, options: Options) -> Round {
        let settings = Arc::clone(&self.settings);
        let store = store::open(&settings.store).expect("the store opens").store;
        let fetcher = Fetcher::new(&settings.worker, &settings.network, &settings.limits).expect("a client");
        let worker = Arc::new(Worker::new(settings, fetcher, store, Arc::clone(&GAZETTEER)));
        let (notebook, before) = (Notebook::default(), web.log().len());
        let stop = CancellationToken::new();
        pipeline::run(&worker, &options, now, &stop, &notebook).await.expect("the store and the folder are well");
        let round = Round {
            events: notebook.0.into_inner().expect("no test panics while it writes"),
            asked: web.log().split_off(before),
        };
        mannered(&round.asked);
        round
    }

    /// What the store remembers of a source.
    pub(crate) async fn remembered(&self, name: &str) -> SourceState {
        let store = store::open(&self.settings.store).expect("the store opens").store;
        store.source(&SourceName(name.to_owned())).await.expect("it can be read")
    }
}

/// What holds of every round of every test (21): no address twice within two seconds.
fn mannered(asked: &[Asked]) {
    let mut last: HashMap<&str, &Asked> = HashMap::new();
    for one in asked {
        if let Some(before) = last.insert(&one.path, one) {
            let apart = one.at - before.at;
            assert!(apart >= APART, "`{}` was asked twice within {apart:?}", one.path);
        }
    }
}

/// A Monday, ten o'clock GMT; so many minutes later.
pub(crate) fn at(minutes: i64) -> Timestamp {
    "2026-03-02T10:00:00Z".parse::<Timestamp>().expect("a time") + SignedDuration::from_mins(minutes)
}

/// Lines of feeds.toml for a source.
pub(crate) fn source(name: &str, web: &Web, path: &str) -> String {
    format!("[[source]]\nname = \"{name}\"\nurl = \"{}\"\n", web.url(path))
}

/// A feed with these elements in its head, and an entry for each path.
pub(crate) fn rss(web: &Web, head: &str, paths: &[&str]) -> String {
    let item = |path: &&str| {
        let link = web.url(path);
        format!("<item><title>Report of {path}</title><link>{link}</link><guid>{link}</guid></item>")
    };
    let items: String = paths.iter().map(item).collect();
    format!(
        "<rss version=\"2.0\" xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\"><channel><title>t</title>\
         <link>{}</link><description>d</description>{head}{items}</channel></rss>",
        web.url("/")
    )
}

/// A feed of one article.
pub(crate) fn feed(web: &Web) -> Answer {
    Answer::feed(rss(web, "", &["/a/1"]))
}

/// A web with a feed at `/feed` and pages below `/a/`.
pub(crate) async fn web() -> Web {
    let web = Web::start().await;
    web.route("/feed", feed(&web));
    web.rule("/a/", |asked| Answer::page(page(&asked.path)));
    web
}

/// An article whose words are all its own.
pub(crate) fn page(path: &str) -> String {
    let word = |number: usize| format!("w{number}{}", path.replace('/', "x"));
    let paragraph = |first: usize| format!("<p>{}.</p>", (first..first + 40).map(word).collect::<Vec<_>>().join(" "));
    let text: String = [0, 40, 80].into_iter().map(paragraph).collect();
    format!(
        "<html lang=en><head><title>{path}</title></head><body><article><h1>Report of {path}</h1>{text}</article></body></html>"
    )
}
