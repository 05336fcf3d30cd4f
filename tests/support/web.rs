//! A web of our own on a free port: each address answers what the test says, as rudely as it says, and keeps what was asked.
//!
//! Speaks HTTP/1.1 over plain sockets, so that it can break every rule. Not a server: knows no methods; reads bodies whose length is told.

#![allow(dead_code, unreachable_pub, reason = "a module of several test binaries, each of which uses a part of it")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use feedatlas::model::settings::Network;
use feedatlas::model::url::PageUrl;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The first byte of a TLS connection: it is asked as the address `tls`.
const TLS_HANDSHAKE: u8 = 0x16;

/// One thing that a rude answer does.
#[derive(Debug, Clone)]
pub enum Step {
    /// Sends bytes as they are.
    Send(Vec<u8>),
    /// Waits.
    Pause(Duration),
    /// Sends bytes one by one, with a wait after each.
    Drip(Vec<u8>, Duration),
    /// Sends the same bytes for ever.
    Endless(Vec<u8>),
    /// Keeps the connection open and says nothing.
    Hang,
    /// Cuts the connection (RST).
    Reset,
}

/// What an address answers: well-formed by default, or a list of steps.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    etag: Option<String>,
    last_modified: Option<String>,
    wait: Duration,
    steps: Option<Vec<Step>>,
}

impl Answer {
    /// 200 with this body.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: body.into(),
            etag: None,
            last_modified: None,
            wait: Duration::ZERO,
            steps: None,
        }
    }

    /// A feed.
    pub fn feed(body: impl Into<Vec<u8>>) -> Self {
        Self::ok(body).header("Content-Type", "application/rss+xml; charset=utf-8")
    }

    /// A page.
    pub fn page(body: impl Into<Vec<u8>>) -> Self {
        Self::ok(body).header("Content-Type", "text/html; charset=utf-8")
    }

    /// Another status.
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::ok(format!("status {status}")) }
    }

    /// A redirect.
    pub fn redirect(status: u16, to: &str) -> Self {
        Self::status(status).header("Location", to)
    }

    /// Steps instead of an answer; the connection is closed after the last.
    pub fn steps(steps: Vec<Step>) -> Self {
        Self { steps: Some(steps), ..Self::ok("") }
    }

    /// Bytes instead of an answer, then the end of the connection.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::steps(vec![Step::Send(bytes.into())])
    }

    /// With this status.
    pub fn code(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With this body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// With one header more.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With an `ETag`, and 304 to who sends it back.
    pub fn etag(mut self, etag: &str) -> Self {
        self.etag = Some(etag.to_owned());
        self
    }

    /// With a `Last-Modified`, and 304 to who sends it back.
    pub fn last_modified(mut self, date: &str) -> Self {
        self.last_modified = Some(date.to_owned());
        self
    }

    /// Begins only after this time.
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    fn is_known_to(&self, asked: &Asked) -> bool {
        // If-None-Match goes before If-Modified-Since (RFC 9110, 13.2.2).
        match (&self.etag, asked.header("if-none-match")) {
            (Some(etag), Some(sent)) => etag == sent,
            _ => self.last_modified.is_some() && self.last_modified.as_deref() == asked.header("if-modified-since"),
        }
    }

    fn bytes(&self, asked: &Asked) -> Vec<u8> {
        let known = self.is_known_to(asked);
        let status = if known { 304 } else { self.status };
        let validators = [("ETag", &self.etag), ("Last-Modified", &self.last_modified)];
        let validators = validators.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let length = self.body.len().to_string();
        let length = [("Content-Length", length.as_str())].into_iter().filter(|_| !matches!(status, 204 | 304));
        let lines = headers.chain(validators).chain(length).map(|(name, value)| format!("{name}: {value}\r\n"));
        let head = format!("HTTP/1.1 {status} X\r\n{}\r\n", lines.collect::<String>());
        let body: &[u8] = if matches!(status, 204 | 304) { b"" } else { &self.body };
        [head.as_bytes(), body].concat()
    }
}

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// When its head was whole.
    pub at: Instant,
    /// `GET`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// What came with it.
    pub body: Vec<u8>,
}

impl Asked {
    /// The first header of that name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

type Rule = Arc<dyn Fn(&Asked) -> Answer + Send + Sync>;

#[derive(Default)]
struct State {
    /// What an address answers, one after another; the last one stays.
    routes: Mutex<HashMap<String, Vec<Answer>>>,
    rules: Mutex<Vec<(String, Rule)>>,
    log: Mutex<Vec<Asked>>,
    connections: AtomicUsize,
    in_flight: AtomicUsize,
    peak: AtomicUsize,
    bytes_sent: AtomicU64,
}

/// A web on a free port of a loopback address; gone when dropped.
pub struct Web {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

impl Drop for Web {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Web {
    /// On 127.0.0.1.
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1").await
    }

    /// On another loopback address: another host.
    pub async fn start_at(ip: &str) -> Self {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let (address, state) = (listener.local_addr().unwrap(), Arc::new(State::default()));
        let serving = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                serving.connections.fetch_add(1, Ordering::SeqCst);
                connections.spawn(connection(stream, Arc::clone(&serving)));
            }
        });
        Self { address, state, accepting }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The exception that the address guard needs for it.
    pub fn network(&self) -> Network {
        Network { allow: vec![self.address], ca: None }
    }

    /// The whole address of a path.
    pub fn url(&self, path: &str) -> PageUrl {
        PageUrl::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// From now on an address answers this.
    pub fn route(&self, path: &str, answer: Answer) {
        self.script(path, vec![answer]);
    }

    /// From now on an address answers these, one after another; the last one stays.
    pub fn script(&self, path: &str, answers: Vec<Answer>) {
        self.state.routes.lock().unwrap().insert(path.to_owned(), answers);
    }

    /// From now on all addresses that begin so, and have no route, answer by a rule.
    pub fn rule(&self, prefix: &str, rule: impl Fn(&Asked) -> Answer + Send + Sync + 'static) {
        self.state.rules.lock().unwrap().push((prefix.to_owned(), Arc::new(rule)));
    }

    /// Everything that was asked.
    pub fn log(&self) -> Vec<Asked> {
        self.state.log.lock().unwrap().clone()
    }

    /// What was asked of one address.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        self.log().into_iter().filter(|asked| asked.path == path).collect()
    }

    /// Paths in the order in which they were asked.
    pub fn paths(&self) -> Vec<String> {
        self.log().into_iter().map(|asked| asked.path).collect()
    }

    /// Forgets what was asked.
    pub fn forget(&self) {
        self.state.log.lock().unwrap().clear();
    }

    /// Connections that were made.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// The most requests that were in flight at once.
    pub fn peak(&self) -> usize {
        self.state.peak.load(Ordering::SeqCst)
    }

    /// Bytes that the other side let us send (with what its socket holds).
    pub fn bytes_sent(&self) -> u64 {
        self.state.bytes_sent.load(Ordering::SeqCst)
    }
}

impl State {
    fn answer(&self, asked: &Asked) -> Answer {
        if let Some(answers) = self.routes.lock().unwrap().get_mut(&asked.path) {
            return if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        }
        let rules = self.rules.lock().unwrap();
        let rule = rules.iter().find(|(prefix, _)| asked.path.starts_with(prefix.as_str()));
        rule.map_or_else(|| Answer::status(404), |(_, rule)| rule(asked))
    }
}

async fn connection(mut stream: TcpStream, state: Arc<State>) {
    // Small answers are to leave at once, whatever came before.
    let _ = stream.set_nodelay(true);
    let mut read = Vec::new();
    while let Some(asked) = request(&mut stream, &mut read).await {
        state.log.lock().unwrap().push(asked.clone());
        let now = state.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        state.peak.fetch_max(now, Ordering::SeqCst);
        let answer = state.answer(&asked);
        let open = give(&mut stream, &answer, &asked, &state).await;
        state.in_flight.fetch_sub(1, Ordering::SeqCst);
        if !open {
            return;
        }
    }
}

/// Reads one head.
async fn request(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<Asked> {
    let end = loop {
        if read.first() == Some(&TLS_HANDSHAKE) {
            read.clear();
            return Some(Asked {
                at: Instant::now(),
                method: "TLS".into(),
                path: "tls".into(),
                headers: Vec::new(),
                body: Vec::new(),
            });
        }
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(read).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    read.drain(..end + 4);
    let (first, rest) = head.split_once("\r\n").unwrap_or((&head, ""));
    let mut words = first.split(' ');
    let headers = rest.lines().filter_map(|line| line.split_once(':'));
    let mut asked = Asked {
        at: Instant::now(),
        method: words.next()?.to_owned(),
        path: words.next()?.to_owned(),
        headers: headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect(),
        body: Vec::new(),
    };
    let length = asked.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while read.len() < length {
        if stream.read_buf(read).await.ok()? == 0 {
            return None;
        }
    }
    asked.body = read.drain(..length).collect();
    Some(asked)
}

/// Answers; `false` when the connection is over.
async fn give(stream: &mut TcpStream, answer: &Answer, asked: &Asked, state: &State) -> bool {
    tokio::time::sleep(answer.wait).await;
    let Some(steps) = &answer.steps else {
        return send(stream, &answer.bytes(asked), state).await;
    };
    for step in steps {
        let open = match step {
            Step::Send(bytes) => send(stream, bytes, state).await,
            Step::Pause(pause) => {
                tokio::time::sleep(*pause).await;
                true
            }
            Step::Drip(bytes, pause) => drip(stream, bytes, *pause, state).await,
            Step::Endless(bytes) => loop {
                if !send(stream, bytes, state).await {
                    break false;
                }
            },
            Step::Hang => {
                // Ends when the other side gives up.
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest).await;
                false
            }
            Step::Reset => {
                let _ = stream.set_zero_linger();
                false
            }
        };
        if !open {
            return false;
        }
    }
    let _ = stream.shutdown().await;
    false
}

async fn send(stream: &mut TcpStream, bytes: &[u8], state: &State) -> bool {
    let sent = stream.write_all(bytes).await.is_ok();
    state.bytes_sent.fetch_add(bytes.len() as u64, Ordering::SeqCst);
    sent
}

async fn drip(stream: &mut TcpStream, bytes: &[u8], pause: Duration, state: &State) -> bool {
    for byte in bytes {
        if !send(stream, &[*byte], state).await {
            return false;
        }
        tokio::time::sleep(pause).await;
    }
    true
}
