//! Chromium without a window, driven over its own protocol (that of Chrome's own tools) through a pipe: no port, no crate.
//!
//! Every request of a page passes through here. What leaves the page's own host never does: it is noted, a picture is
//! answered with a dot, anything else is refused.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Where Debian, Fedora and others put it.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "chrome"];
/// Nothing of it takes as long, on however busy a machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// A picture of one dot.
const DOT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A browser with one page.
pub struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    session: Option<String>,
    number: u64,
    /// The host of the pages under test.
    host: String,
    /// What happened since the page was asked for.
    pub seen: Seen,
    /// Ends of addresses that are never answered.
    pub held: Vec<String>,
    _profile: tempfile::TempDir,
}

/// What happened while a page was shown.
#[derive(Debug, Default)]
pub struct Seen {
    /// Errors and warnings of the console, what a policy forbade, exceptions.
    pub errors: Vec<String>,
    /// Dialogs that opened.
    pub dialogs: Vec<String>,
    /// Requests to other hosts, with what they were for: `Image https://…`.
    pub elsewhere: Vec<String>,
    /// Requests to the page's own host: path and answer.
    pub own: Vec<String>,
    loaded: bool,
    painted: bool,
}

/// Whether this tool must be there: a comma list names those that a run may not do without.
pub fn is_required(tool: &str) -> bool {
    std::env::var("FEEDATLAS_REQUIRE").is_ok_and(|tools| tools.split(',').any(|name| name.trim() == tool))
}

impl Browser {
    /// A browser for the pages of a host; none, in words, where none is installed.
    pub fn start(host: &str) -> Option<Self> {
        let is_there = |name: &&&str| {
            let asked = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            asked.is_ok_and(|status| status.success())
        };
        let Some(name) = NAMES.iter().find(is_there) else {
            assert!(!is_required("chromium"), "FEEDATLAS_REQUIRE names chromium, and there is none");
            eprintln!("skipped: no Chromium is installed (looked for {})", NAMES.join(", "));
            return None;
        };
        let profile = tempfile::tempdir().expect("a temporary folder");
        // The protocol speaks on descriptors 3 and 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", name])
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--no-first-run",
                "--disable-dev-shm-usage",
            ])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(["--remote-debugging-pipe", "about:blank"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let (to, out) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        let (sender, from) = channel();
        // Ends when the browser closes its end.
        std::thread::spawn(move || {
            for message in BufReader::new(out).split(0) {
                let Ok(message) = message else { break };
                let Ok(value) = serde_json::from_slice(&message) else { continue };
                if sender.send(value).is_err() {
                    break;
                }
            }
        });
        let (session, held) = (None, Vec::new());
        let seen = Seen::default();
        let mut browser =
            Self { child, to, from, session, number: 0, host: host.to_owned(), seen, held, _profile: profile };
        let target = browser.call("Target.createTarget", &json!({"url": "about:blank"}))["targetId"].clone();
        let attached = browser.call("Target.attachToTarget", &json!({"targetId": target, "flatten": true}));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser.call("Page.setLifecycleEventsEnabled", &json!({"enabled": true}));
        browser.call("Fetch.enable", &json!({"patterns": [{"urlPattern": "*"}]}));
        browser.call("Network.setCacheDisabled", &json!({"cacheDisabled": true}));
        Some(browser)
    }

    /// A command of the protocol, and its answer.
    pub fn call(&mut self, method: &str, parameters: &Value) -> Value {
        let number = self.send(method, parameters);
        let until = Instant::now() + PATIENCE;
        loop {
            let message = self.next(until).unwrap_or_else(|| panic!("{method} is not answered"));
            if message["id"] == number {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.note(&message);
        }
    }

    /// A command to the browser as a whole.
    pub fn whole(&mut self, method: &str, parameters: &Value) -> Value {
        let session = self.session.take();
        let answer = self.call(method, parameters);
        self.session = session;
        answer
    }

    fn send(&mut self, method: &str, parameters: &Value) -> u64 {
        self.number += 1;
        let mut message = json!({"id": self.number, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = serde_json::to_vec(&message).expect("JSON");
        bytes.push(0);
        self.to.write_all(&bytes).expect("the browser runs");
        self.number
    }

    fn next(&mut self, until: Instant) -> Option<Value> {
        self.from.recv_timeout(until.saturating_duration_since(Instant::now())).ok()
    }

    /// Takes an event up: notes it, and answers what waits for an answer.
    fn note(&mut self, message: &Value) {
        let told = &message["params"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match message["method"].as_str().unwrap_or_default() {
            "Page.loadEventFired" => self.seen.loaded = true,
            "Page.lifecycleEvent" => self.seen.painted |= told["name"] == "firstContentfulPaint",
            "Log.entryAdded" if told["entry"]["level"] == "error" || told["entry"]["level"] == "warning" => {
                self.seen.errors.push(format!("{} {}", text(&told["entry"]["text"]), text(&told["entry"]["url"])));
            }
            "Runtime.consoleAPICalled" if told["type"] == "error" => self.seen.errors.push(told["args"].to_string()),
            "Runtime.exceptionThrown" => self.seen.errors.push(told["exceptionDetails"].to_string()),
            "Page.javascriptDialogOpening" => {
                self.seen.dialogs.push(format!("{} on {}", text(&told["message"]), text(&told["url"])));
                self.send("Page.handleJavaScriptDialog", &json!({"accept": true}));
            }
            "Fetch.requestPaused" => self.answer(told),
            "Network.responseReceived" => {
                let answer = &told["response"];
                self.seen.own.push(format!("{} {}", answer["status"], text(&answer["url"])));
            }
            _ => {}
        }
    }

    fn answer(&mut self, told: &Value) {
        let (request, url) = (&told["requestId"], told["request"]["url"].as_str().unwrap_or_default());
        if self.held.iter().any(|end| url.contains(end.as_str())) {
            return;
        }
        if url.starts_with(&self.host) {
            self.send("Fetch.continueRequest", &json!({"requestId": request}));
            return;
        }
        let kind = told["resourceType"].as_str().unwrap_or_default();
        self.seen.elsewhere.push(format!("{kind} {url}"));
        if kind == "Image" {
            let headers = json!([{"name": "Content-Type", "value": "image/png"}]);
            let answer = json!({"requestId": request, "responseCode": 200, "responseHeaders": headers, "body": DOT});
            self.send("Fetch.fulfillRequest", &answer);
        } else {
            self.send("Fetch.failRequest", &json!({"requestId": request, "errorReason": "BlockedByClient"}));
        }
    }

    /// Opens a page, and waits until it and everything on it is there.
    pub fn open(&mut self, path: &str) {
        self.visit(path, |seen| seen.loaded);
    }

    /// Opens a page, and waits until something of it is painted.
    pub fn open_until_painted(&mut self, path: &str) {
        self.visit(path, |seen| seen.painted);
    }

    fn visit(&mut self, path: &str, is_there: fn(&Seen) -> bool) {
        let url = format!("{}{path}", self.host);
        // From an empty page: an address that differs from the last one in its end alone would load nothing.
        let first = Some("about:blank".to_owned()).filter(|_| url.contains('#'));
        for url in first.into_iter().chain([url]) {
            self.seen = Seen::default();
            self.send("Page.navigate", &json!({"url": url}));
            let until = Instant::now() + PATIENCE;
            while !(is_there(&self.seen) || url == "about:blank" && self.seen.loaded) {
                let message = self.next(until).unwrap_or_else(|| panic!("{url} does not load: {:?}", self.seen));
                self.note(&message);
            }
        }
    }

    /// The value of an expression, and of its promise.
    pub fn value(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true});
        let told = self.call("Runtime.evaluate", &asked);
        assert!(told["exceptionDetails"].is_null(), "{expression}: {}", told["exceptionDetails"]);
        told["result"]["value"].clone()
    }

    /// How wide the window is, and which colours its system prefers.
    pub fn look(&mut self, width: u32, scheme: &str) {
        let metrics = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", &metrics);
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.call("Emulation.setEmulatedMedia", &features);
    }

    /// Whether scripts run.
    pub fn scripts(&mut self, run: bool) {
        self.call("Emulation.setScriptExecutionDisabled", &json!({"value": !run}));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.session = None;
        self.number += 1;
        let goodbye = json!({"id": self.number, "method": "Browser.close"}).to_string() + "\0";
        // Whether it hears or not: it is ended, and its profile with it.
        let _ = self.to.write_all(goodbye.as_bytes());
        for _ in 0..50 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
