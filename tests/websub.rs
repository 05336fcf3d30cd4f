//! Subscriptions to hubs (W3C `WebSub`) against a scripted hub: begun, verified, renewed over a restart, ended; what hubs tell is
//! believed only when it is signed, and is then a reason to ask the source at once.

mod support;

use std::net::TcpListener;
use std::path::Path;
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use feedatlas::config;
use feedatlas::fetch::Fetcher;
use feedatlas::model::report::Event;
use feedatlas::model::subscription::{Phase, Subscription};
use feedatlas::model::url::PageUrl;
use feedatlas::pipeline::watcher::Watcher;
use feedatlas::pipeline::worker::Worker;
use feedatlas::pipeline::{self, Options, subscribe};
use feedatlas::route::Gazetteer;
use feedatlas::serve;
use feedatlas::store;
use feedatlas::websub::desk::{Desk, Reply};
use jiff::{SignedDuration, Timestamp};
use ring::hmac;
use support::house::House;
use support::web::{Answer, Asked, Step, Web};
use tokio_util::sync::CancellationToken;

/// Longest time that anything is waited for: far more than a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(40);

/// The lease that the hub grants: ten days.
const LEASE_SECONDS: i64 = 864_000;

/// A feed with these links in its head, and one entry.
fn feed(links: &str, title: &str) -> Answer {
    Answer::feed(format!(
        "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>t</title>{links}\
         <item><title>{title}</title><guid>{title}</guid><description>A line of it.</description></item></channel></rss>"
    ))
}

/// The links of a feed that names a hub and itself.
fn links(web: &Web) -> String {
    let (hub, topic) = (web.url("/hub"), web.url("/topic"));
    format!("<atom:link rel=\"hub\" href=\"{hub}\"/><atom:link rel=\"self\" href=\"{topic}\"/>")
}

/// A web with a feed that names its hub, and the hub, which takes what it is asked.
async fn web() -> Web {
    let web = Web::start().await;
    web.route("/feed", feed(&links(&web), "One").etag("\"1\""));
    web.route("/hub", Answer::status(202));
    web
}

/// The value of a form's field.
fn field(asked: &Asked, name: &str) -> Option<String> {
    url::form_urlencoded::parse(&asked.body).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn at(hours: i64) -> Timestamp {
    "2026-03-02T10:00:00Z".parse::<Timestamp>().expect("a time") + SignedDuration::from_hours(hours)
}

struct Nobody;

impl Watcher for Nobody {
    fn due(&self, _sources: usize) {}
    fn event(&self, _event: &Event) {}
}

/// feeds.toml with the source `s`, whose server may be reached at `base`.
fn toml(web: &Web, base: &str, sources: &str) -> String {
    format!(
        "[worker]\ndelay = \"0s\"\n[network]\nallow = [\"{}\", \"127.0.0.1:7\"]\n[publish]\nbase_url = \"{base}\"\n{sources}",
        web.address()
    )
}

fn source(web: &Web) -> String {
    format!("[[source]]\nname = \"s\"\nurl = \"{}\"\n", web.url("/feed"))
}

/// Where hubs may call in these tests, though nobody listens: the desk is asked by hand.
const BASE: &str = "http://127.0.0.1:7/news";

/// What a server with a worker does once, at this time, with a store that is opened for it: a pass, then what hubs are asked.
async fn once(folder: &Path, toml: &str, now: Timestamp) -> (Arc<Worker>, Arc<Desk>) {
    let mut settings = config::read(toml, &folder.join("feeds.toml"), &|_| None).expect("it is right").settings;
    settings.countries.iter_mut().for_each(|country| country.enabled = false);
    let store = store::open(&settings.store).expect("the store opens").store;
    let fetcher = Fetcher::new(&settings.worker, &settings.network, &settings.limits).expect("a client");
    let worker = Arc::new(Worker::new(Arc::new(settings), fetcher, store, Arc::new(Gazetteer::new(&[]))));
    let stop = CancellationToken::new();
    pipeline::run(&worker, &Options::default(), now, &stop, &Nobody).await.expect("a pass");
    let desk = Arc::new(Desk::new(worker.store.subscriptions().await.expect("they can be read"), move || now));
    subscribe::tend(&worker, &desk, now).await.expect("the store is well");
    (worker, desk)
}

/// A subscription as it was asked for.
fn only(desk: &Desk) -> Subscription {
    let all = desk.all();
    assert_eq!(all.len(), 1, "{all:?}");
    all.into_iter().next().expect("one")
}

fn query(mode: &str, topic: &str) -> String {
    format!("hub.mode={mode}&hub.topic={topic}&hub.challenge=c-1&hub.lease_seconds={LEASE_SECONDS}")
}

async fn verify(worker: &Worker, desk: &Desk, mode: &str) -> Reply {
    let subscription = only(desk);
    let reply = desk.verify(&subscription.token, &query(mode, subscription.hub.topic.as_str()));
    subscribe::take_up(worker, desk).await.expect("the store is well");
    reply
}

fn challenge() -> Reply {
    Reply::Challenge("c-1".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_begun_verified_and_renewed_before_its_lease_ends_over_restarts() {
    let (web, folder) = (web().await, tempfile::tempdir().expect("a folder"));
    let toml = toml(&web, BASE, &source(&web));
    let (worker, desk) = once(folder.path(), &toml, at(0)).await;
    let asked = web.asked("/hub");
    let [first] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(first.method, "POST");
    assert_eq!(first.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert!(first.header("user-agent").is_some_and(|agent| agent.starts_with("feedatlas/")));
    let callback = field(first, "hub.callback").expect("a callback");
    let token = callback.strip_prefix(&format!("{BASE}/websub/")).expect("below base_url").to_owned();
    let secret = field(first, "hub.secret").expect("a secret");
    assert!(token.len() == 64 && secret.len() == 64 && token != secret, "256 bits of each");
    assert_eq!(field(first, "hub.mode").as_deref(), Some("subscribe"));
    assert_eq!(field(first, "hub.topic"), Some(web.url("/topic").to_string()));
    assert_eq!(only(&desk).phase, Phase::Asked);
    assert_eq!(verify(&worker, &desk, "subscribe").await, challenge());
    assert_eq!(only(&desk).phase, Phase::Active);
    drop((worker, desk));
    // Eight days later there is nothing to ask; then there is a day left, and the same subscription is renewed.
    for (hours, times) in [(8 * 24, 1), (9 * 24 + 1, 2)] {
        let (worker, desk) = once(folder.path(), &toml, at(hours)).await;
        assert_eq!((only(&desk).phase, only(&desk).token.as_str()), (Phase::Active, token.as_str()));
        assert_eq!(web.asked("/hub").len(), times, "after {hours} hours");
        if times == 2 {
            assert_eq!(verify(&worker, &desk, "subscribe").await, challenge());
        }
    }
    let renewed = &web.asked("/hub")[1];
    assert_eq!((field(renewed, "hub.callback"), field(renewed, "hub.secret")), (Some(callback), Some(secret)));
    let (_, desk) = once(folder.path(), &toml, at(18 * 24)).await;
    let ends = only(&desk).lease_until.expect("it was verified");
    assert_eq!(ends, at(9 * 24 + 1) + SignedDuration::from_secs(LEASE_SECONDS));
    assert_eq!(web.asked("/hub").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_does_not_take_it_is_asked_again_later_and_one_that_denies_a_day_later() {
    let (web, folder) = (web().await, tempfile::tempdir().expect("a folder"));
    web.script("/hub", vec![Answer::status(500), Answer::steps(vec![Step::Reset]), Answer::status(202)]);
    let toml = toml(&web, BASE, &source(&web));
    let minutes = |minutes| at(0) + SignedDuration::from_mins(minutes);
    for (minute, times) in [(0, 1), (9, 1), (11, 2), (30, 2), (32, 3)] {
        once(folder.path(), &toml, minutes(minute)).await;
        assert_eq!(web.asked("/hub").len(), times, "after {minute} minutes");
    }
    let (worker, desk) = once(folder.path(), &toml, minutes(33)).await;
    assert_eq!(verify(&worker, &desk, "denied").await, Reply::Heard);
    drop((worker, desk));
    for (hours, times) in [(12, 3), (25, 4)] {
        once(folder.path(), &toml, at(hours)).await;
        assert_eq!(web.asked("/hub").len(), times, "after {hours} hours");
    }
    let tokens: std::collections::BTreeSet<_> =
        web.asked("/hub").iter().map(|asked| field(asked, "hub.callback")).collect();
    assert_eq!(tokens.len(), 1, "it is one subscription all along");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_ends_when_its_source_goes() {
    // It names no hub any more; it is gone (410); it is taken out of feeds.toml.
    for ending in ["unnamed", "gone", "taken out"] {
        let (web, folder) = (web().await, tempfile::tempdir().expect("a folder"));
        let whole = toml(&web, BASE, &source(&web));
        let (worker, desk) = once(folder.path(), &whole, at(0)).await;
        assert_eq!(verify(&worker, &desk, "unsubscribe").await, Reply::Unknown, "we did not ask for that");
        assert_eq!(verify(&worker, &desk, "subscribe").await, challenge());
        let token = only(&desk).token;
        drop((worker, desk));
        match ending {
            "unnamed" => web.route("/feed", feed("", "Two")),
            "gone" => web.route("/feed", Answer::status(410)),
            _ => {}
        }
        let now = if ending == "taken out" { toml(&web, BASE, "") } else { whole };
        let (worker, desk) = once(folder.path(), &now, at(1)).await;
        let asked = web.asked("/hub");
        assert_eq!(asked.len(), 2, "{ending}");
        assert_eq!(field(&asked[1], "hub.mode").as_deref(), Some("unsubscribe"), "{ending}");
        assert_eq!(field(&asked[1], "hub.callback"), field(&asked[0], "hub.callback"));
        // What it still tells is not heard, and it is not verified as begun again.
        assert!(desk.signed(&token, &format!("sha256={}", "0".repeat(64))).is_none());
        assert_eq!(verify(&worker, &desk, "subscribe").await, Reply::Unknown);
        assert_eq!(verify(&worker, &desk, "unsubscribe").await, challenge());
        assert!(worker.store.subscriptions().await.expect("they can be read").is_empty());
        drop((worker, desk));
        once(folder.path(), &now, at(2)).await;
        assert_eq!(web.asked("/hub").len(), 2, "{ending}: nothing is left to ask");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_in_the_head_goes_before_one_in_the_feed_and_redirects_are_followed_where_they_mean_the_same_form() {
    let (web, folder) = (web().await, tempfile::tempdir().expect("a folder"));
    let head = "</other-hub>; rel=\"hub\", </other-topic>; rel=\"self\"";
    web.route("/feed", feed(&links(&web), "One").header("Link", head));
    web.route("/other-hub", Answer::redirect(307, "/third"));
    web.route("/third", Answer::status(202));
    once(folder.path(), &toml(&web, BASE, &source(&web)), at(0)).await;
    assert!(web.asked("/hub").is_empty());
    let third = &web.asked("/third")[0];
    assert_eq!((third.method.as_str(), field(third, "hub.topic")), ("POST", Some(web.url("/other-topic").to_string())));
    // 302 may mean a page; a hub at an address that is not public is not connected to.
    for answer in [
        Answer::redirect(302, "/fourth"),
        Answer::redirect(307, "http://127.0.0.9:1/"),
        Answer::redirect(307, "file:///x"),
    ] {
        let (web, folder) = (self::web().await, tempfile::tempdir().expect("a folder"));
        web.route("/hub", answer);
        let (_, desk) = once(folder.path(), &toml(&web, BASE, &source(&web)), at(0)).await;
        assert!(web.asked("/hub").len() == 1 && web.asked("/fourth").is_empty());
        assert_eq!(only(&desk).phase, Phase::Asked);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_happens_where_no_hub_can_call_nor_under_run() {
    for base in
        ["http://127.0.0.1:8080", "http://localhost", "https://news.example.org", "http://10.0.0.1/", "http://intranet"]
    {
        let (web, folder) = (web().await, tempfile::tempdir().expect("a folder"));
        let (_, desk) = once(folder.path(), &toml(&web, base, &source(&web)), at(0)).await;
        assert!(web.asked("/hub").is_empty() && desk.all().is_empty(), "{base}");
    }
    let web = web().await;
    let house = House::new(&[web.address()], "");
    std::fs::write(house.path("feeds.toml"), toml(&web, "https://news.atlas-of-feeds.org", &source(&web)))
        .expect("a file");
    for _ in 0..2 {
        assert_eq!(house.pass().code, Some(0));
    }
    assert!(web.asked("/feed").len() == 2 && web.asked("/hub").is_empty());
}

/// Kills the program when the test ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until something is so.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "in vain for {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn signature(method: &str, secret: &str, body: &str) -> String {
    let algorithm = match method {
        "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        "sha384" => hmac::HMAC_SHA384,
        "sha512" => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    let tag = hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), body.as_bytes());
    let digits: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{method}={digits}")
}

/// Tells of a change as a hub does; the status that was answered.
async fn tell(callback: &str, signature: Option<&str>, body: &str) -> u16 {
    let request = client().post(callback).header("Content-Type", "application/rss+xml").body(body.to_owned());
    let request =
        signature.into_iter().fold(request, |request, signature| request.header("X-Hub-Signature", signature));
    request.send().await.expect("it answers").status().as_u16()
}

fn client() -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let tls = tls.expect("it has them").with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().expect("a client")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_worker_asks_a_source_at_once_when_its_hub_told_of_it_and_signed() {
    let web = web().await;
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("it has one").port();
    let base = format!("http://127.0.0.1:{port}");
    let house = House::new(&[], "");
    let allow = format!("allow = [\"{}\", \"127.0.0.1:{port}\"", web.address());
    let text = toml(&web, &base, &source(&web)).replace(&format!("allow = [\"{}\"", web.address()), &allow);
    std::fs::write(house.path("feeds.toml"), text).expect("a file");
    let mut command = house.command(&["serve", "--work", "--listen", &format!("127.0.0.1:{port}")]);
    let server = Server(command.stdout(std::process::Stdio::null()).spawn().expect("it starts"));
    until("the hub to be asked", || !web.asked("/hub").is_empty()).await;
    let form = web.asked("/hub").remove(0);
    let (callback, secret) = (field(&form, "hub.callback").expect("one"), field(&form, "hub.secret").expect("one"));
    // The hub calls to verify: what was asked for, and what was not.
    let call = async |callback: &str, query: &str| {
        let answer = client().get(format!("{callback}?{query}")).send().await.expect("it answers");
        let kind = answer.headers().get("content-type").and_then(|value| value.to_str().ok()).map(str::to_owned);
        (answer.status().as_u16(), kind.unwrap_or_default(), answer.text().await.expect("a text"))
    };
    let topic = web.url("/topic").to_string();
    assert_eq!(call(&callback, &query("subscribe", "http://other.example/")).await.0, 404);
    assert_eq!(call(&callback, &query("unsubscribe", &topic)).await.0, 404);
    assert_eq!(call(&format!("{callback}0"), &query("subscribe", &topic)).await.0, 404);
    let (status, kind, body) = call(&callback, &query("subscribe", &topic)).await;
    assert_eq!((status, kind.as_str(), body.as_str()), (200, "text/plain; charset=utf-8", "c-1"));
    // What is not signed with the secret changes nothing, and who guesses learns nothing.
    web.route("/feed", feed(&links(&web), "Two"));
    let told = "<rss><channel><item><title>Forged</title></item></channel></rss>";
    for wrong in [None, Some("sha256=00"), Some("nonsense"), Some(&signature("sha256", "guessed", told))] {
        assert_eq!(tell(&callback, wrong.map(|text: &str| text), told).await, 202, "{wrong:?}");
    }
    let right = signature("sha1", &secret, told);
    assert_eq!(tell(&callback, Some(&right), &format!("{told} ")).await, 202);
    assert_eq!(tell(&format!("{base}/websub/{}", "0".repeat(64)), Some(&right), told).await, 410);
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert_eq!(web.asked("/feed").len(), 1, "nobody asked for what was not signed");
    // One that is signed: the source is asked at its own address, and what the hub sent is not published.
    let mut titles = ["Three", "Four"].into_iter();
    for (method, title, times) in [("sha512", "Two", 2), ("sha1", "Three", 3)] {
        assert_eq!(tell(&callback, Some(&signature(method, &secret, told)), told).await, 202);
        until("the source to be asked", || web.asked("/feed").len() == times).await;
        let published = || std::fs::read_to_string(house.path("public/feeds/all.xml")).unwrap_or_default();
        until("it to be published", || published().contains(&format!("<title>{title}</title>"))).await;
        assert!(!published().contains("Forged"));
        web.route("/feed", feed(&links(&web), titles.next().expect("one more")));
    }
    let asked = web.asked("/feed");
    let apart = asked[2].at - asked[1].at;
    assert!(apart > Duration::from_secs(9), "a hub that calls all the time makes nobody rude: {apart:?}");
    drop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_no_hubs_are_answered_and_change_nothing() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("it has one");
    let folder = tempfile::tempdir().expect("a folder");
    let url = |text: &str| PageUrl::parse(text).expect("an address");
    let known = Subscription {
        source: feedatlas::model::source::SourceName("s".to_owned()),
        hub: feedatlas::model::learned::Hub { hub: url("http://h.example/"), topic: url("http://t.example/") },
        callback: url("http://c.example/websub/77"),
        token: "77".to_owned(),
        secret: "s".to_owned(),
        phase: Phase::Active,
        next: at(0),
        lease_until: None,
        tries: 0,
    };
    let (desk, stop) = (Arc::new(Desk::new(vec![known.clone()], || at(0))), CancellationToken::new());
    let serving = serve::serve_with(listener, folder.path().to_owned(), Some(Arc::clone(&desk)), stop.clone());
    let serving = tokio::spawn(serving);
    let callback = format!("http://{address}/websub/77");
    let status =
        async |request: reqwest::RequestBuilder| request.send().await.map_or(0, |answer| answer.status().as_u16());
    assert_eq!(status(client().put(&callback)).await, 405);
    assert_eq!(status(client().get(&callback)).await, 404);
    assert_eq!(status(client().get(format!("{callback}?hub.mode=subscribe"))).await, 404);
    assert_eq!(status(client().get(format!("http://{address}/websub/../websub/"))).await, 404);
    // Too much, though it is signed: not believed, not held.
    let large = "x".repeat(11 * 1024 * 1024);
    let signed = client().post(&callback).header("X-Hub-Signature", signature("sha256", "s", &large)).body(large);
    assert!(matches!(status(signed).await, 413 | 0), "the connection may be cut before the answer is read");
    assert_eq!(desk.take(), feedatlas::websub::desk::News::default());
    assert_eq!(desk.all(), [known]);
    // The rest of the server answers as ever.
    assert_eq!(status(client().get(format!("http://{address}/healthz"))).await, 200);
    stop.cancel();
    serving.await.expect("it ends").expect("well");
}
