//! `feedatlas serve` as a program: numbers, log, signals, limits.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::support::house::{House, PROGRAM};
use crate::support::web::{Answer, Web};

/// Longest wait for something that must come; a busy machine is slow.
const WAIT: Duration = Duration::from_mins(1);

/// A running `feedatlas serve`, and what it says on standard error.
struct Served {
    child: Child,
    lines: Receiver<String>,
    address: SocketAddr,
}

impl Served {
    /// Starts it on a free port with these arguments; `before` is said to the shell first.
    fn start(house: &House, before: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{before} exec \"$0\" \"$@\"")).arg(PROGRAM);
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        command.current_dir(house.path("")).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        // Ends with the program, whose standard error it reads.
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut served = Self { child, lines, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        served.address = address(&served.says(" serves "));
        served
    }

    /// Waits for a line with these words.
    fn says(&self, words: &str) -> String {
        let begun = Instant::now();
        let mut heard = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(WAIT.saturating_sub(begun.elapsed())) {
            if line.contains(words) {
                return line;
            }
            heard.push(line);
        }
        panic!("never said `{words}`, but {heard:#?}");
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([format!("-{name}"), pid]).status().unwrap().success());
    }

    /// Ends it cleanly; what it wrote to standard output.
    fn end(mut self) -> String {
        self.signal("TERM");
        let mut output = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
        assert!(self.child.wait().unwrap().success());
        output
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `… http://127.0.0.1:1234/ …`.
fn address(line: &str) -> SocketAddr {
    let rest = line.split("http://").nth(1).unwrap_or_else(|| panic!("no address in `{line}`"));
    rest.split('/').next().unwrap().parse().unwrap()
}

/// The head and the body of an answer.
fn ask(address: SocketAddr, path: &str, headers: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

/// A feed of one entry, whose page is one article.
async fn web() -> Web {
    let web = Web::start().await;
    let address = web.address();
    web.rule("/feed/", move |request| {
        let name = request.path.trim_start_matches("/feed/");
        Answer::feed(format!(
            "<rss version=\"2.0\"><channel><title>{name}</title><link>http://{address}/</link><description>d</description>\
             <item><title>Of {name}</title><link>http://{address}/page/{name}</link><guid>{name}</guid></item></channel></rss>"
        ))
    });
    web.rule("/page/", |request| {
        let words = format!("Words of {} that are its own, one after the other. ", request.path).repeat(12);
        Answer::page(format!("<html lang=en><title>t</title><article><h1>Of it</h1><p>{words}</p></article></html>"))
    });
    web
}

fn source(web: &Web, name: &str) -> String {
    format!("[[source]]\nname = \"{name}\"\nurl = \"http://{}/feed/{name}\"\n", web.address())
}

/// A family of numbers: its type, and each of its samples by labels.
type Family = (String, BTreeMap<BTreeMap<String, String>, f64>);

/// Reads Prometheus's text format 0.0.4, and takes nothing that its own reader would not: what it calls a must is one here.
fn read_numbers(text: &str) -> BTreeMap<String, Family> {
    let is_name = |name: &str| {
        let mut letters = name.chars();
        letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && letters.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
    };
    assert!(text.ends_with('\n'), "the last line must end");
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, words) = help.split_once(' ').unwrap();
            assert!(is_name(name) && !words.is_empty(), "{line}");
            let of_type = lines.next().unwrap().strip_prefix("# TYPE ").expect("a type after the help");
            let (same, kind) = of_type.split_once(' ').unwrap();
            assert_eq!(name, same);
            assert!(matches!(kind, "counter" | "gauge"), "{of_type}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "a counter is named so: {name}");
            assert!(families.insert(name.to_owned(), (kind.to_owned(), BTreeMap::new())).is_none(), "twice: {name}");
            current = name.to_owned();
            continue;
        }
        assert!(!line.starts_with('#') && !line.is_empty(), "neither help nor a number: {line}");
        let (name, labels, value) = sample(line);
        assert_eq!(name, current, "outside its family");
        assert!(labels.keys().all(|label| is_name(label) && !label.contains(':')), "{line}");
        let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
        assert!(value.is_finite() && value >= 0.0, "{line}");
        let (_, samples) = families.get_mut(&name).unwrap();
        assert!(samples.insert(labels, value).is_none(), "twice: {line}");
    }
    families
}

/// `name{label="text",…} value`: escapes undone.
fn sample(line: &str) -> (String, BTreeMap<String, String>, &str) {
    let Some((name, mut rest)) = line.split_once('{') else {
        let (name, value) = line.split_once(' ').unwrap();
        return (name.to_owned(), BTreeMap::new(), value);
    };
    let mut labels = BTreeMap::new();
    loop {
        let (label, after) = rest.split_once("=\"").unwrap();
        let (mut text, mut letters) = (String::new(), after.char_indices());
        let end = loop {
            match letters.next().unwrap() {
                (at, '"') => break at,
                (_, '\\') => text.push(match letters.next().unwrap().1 {
                    'n' => '\n',
                    other @ ('"' | '\\') => other,
                    other => panic!("\\{other}"),
                }),
                (_, letter) => text.push(letter),
            }
        };
        assert!(labels.insert(label.to_owned(), text).is_none(), "{line}");
        rest = &after[end + 1..];
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return (name.to_owned(), labels, rest.strip_prefix("} ").unwrap()),
        }
    }
}

fn number(families: &BTreeMap<String, Family>, name: &str, labels: &[(&str, &str)]) -> f64 {
    let labels = labels.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let (_, samples) = families.get(name).unwrap_or_else(|| panic!("no {name}"));
    *samples.get(&labels).unwrap_or_else(|| panic!("no {labels:?} of {name}: {samples:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_passes_and_answers() {
    let web = web().await;
    web.rule("/gone/", |_| Answer::status(500));
    let failing = format!("[[source]]\nname = \"bad\"\nurl = \"http://{}/gone/\"\n", web.address());
    let house = House::new(&[web.address()], &(source(&web, "good") + &failing));
    let served = Served::start(&house, "", &["--work", "--metrics", "127.0.0.1:0"]);
    let watched = address(&served.says("/metrics"));
    served.says("2 of 2 sources asked");
    for (path, headers) in [("/", ""), ("/", "If-None-Match: *\r\n"), ("/nowhere", ""), ("/feeds/kndr.xml", "")] {
        ask(served.address, path, headers);
    }
    let begun = Instant::now();
    let read = loop {
        let (head, body) = ask(watched, "/metrics", "");
        assert!(head.contains("text/plain; version=0.0.4; charset=utf-8"), "{head}");
        let read = read_numbers(&body);
        if number(&read, "feedatlas_passes_total", &[("result", "done")]) > 0.0 || begun.elapsed() > WAIT {
            break read;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let of = |name: &str, labels: &[(&str, &str)]| number(&read, name, labels);
    let seen = [
        of("feedatlas_http_requests_total", &[("code", "200")]),
        of("feedatlas_http_requests_total", &[("code", "304")]),
        of("feedatlas_http_requests_total", &[("code", "404")]),
        of("feedatlas_http_connections_total", &[]),
        of("feedatlas_articles_stored_total", &[("kind", "new")]),
        of("feedatlas_sources", &[("state", "well")]),
        of("feedatlas_sources", &[("state", "failing")]),
        of("feedatlas_articles", &[]),
        of("feedatlas_source_failures_total", &[("class", "http_status")]),
        of("feedatlas_queue_sources", &[]),
        of("feedatlas_pass_running", &[]),
        of("feedatlas_build_info", &[("version", env!("CARGO_PKG_VERSION"))]),
    ];
    assert_eq!(seen.map(|number| number.to_string()), ["2", "1", "1", "4", "1", "1", "1", "1", "1", "0", "0", "1"]);
    for stage in ["fetch", "parse", "extract", "route", "store", "publish"] {
        assert!(of("feedatlas_stage_seconds_total", &[("stage", stage)]) > 0.0, "{stage}");
    }
    for name in ["feedatlas_fetched_bytes_total", "feedatlas_http_sent_bytes_total", "feedatlas_http_held_bytes"] {
        assert!(of(name, &[]) > 500.0, "{name}");
    }
    assert!(of("feedatlas_last_pass_timestamp_seconds", &[]) > 1.7e9);
    // The manual tells of every one of them, and of none that there is not.
    let manual = include_str!("../../docs/OPERATING.md");
    let is_ours = |word: &&str| (word.starts_with("feedatlas_") || word.starts_with("process_")) && !word.contains('*');
    let told: BTreeSet<&str> =
        manual.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '*')).filter(is_ours).collect();
    let there: BTreeSet<&str> =
        read.keys().map(String::as_str).chain(["feedatlas_access_log_left_out_total"]).collect();
    assert_eq!(told, there);
    // Nothing of it is public.
    assert!(ask(served.address, "/metrics", "").0.starts_with("HTTP/1.1 404"));
    served.end();
}

/// A house with something to show.
fn published() -> House {
    let house = House::new(&[], "");
    assert_eq!(house.run(&["run"]).code, Some(0));
    house
}

#[test]
fn a_line_for_each_answer() {
    let house = published();
    let hostile = "User-Agent: a\"b\\c\tЖ\r\nReferer: https://a.example/?\"x\"\r\n";
    let served = Served::start(&house, "", &["--access-log", "access.log"]);
    ask(served.address, "/feeds/kndr.xml?a=%0a%22b", hostile);
    ask(served.address, "/nowhere", "");
    // Whoever rotates logs moves the file away and says so.
    let begun = Instant::now();
    while fs::read_to_string(house.path("access.log")).unwrap().lines().count() < 2 && begun.elapsed() < WAIT {
        std::thread::sleep(Duration::from_millis(20));
    }
    fs::rename(house.path("access.log"), house.path("access.log.1")).unwrap();
    served.signal("HUP");
    served.says("is in force");
    ask(served.address, "/healthz", "");
    served.end();
    let old = fs::read_to_string(house.path("access.log.1")).unwrap();
    let lines: Vec<&str> = old.lines().collect();
    assert_eq!(lines.len(), 2, "{old}");
    let (before, after) = lines[0].split_once('[').unwrap();
    let (_, after) = after.split_once("] ").unwrap();
    assert_eq!(before, "127.0.0.1 - - ");
    let bytes = fs::metadata(house.path("public/feeds/kndr.xml")).unwrap().len();
    let wanted = format!(
        "\"GET /feeds/kndr.xml?a=%0a%22b HTTP/1.1\" 200 {bytes} \"https://a.example/?\\\"x\\\"\" \"a\\\"b\\\\c\\x09\\xd0\\x96\""
    );
    assert_eq!(after, wanted);
    assert!(lines[1].contains("\"GET /nowhere HTTP/1.1\" 404 "), "{}", lines[1]);
    assert_eq!(fs::read_to_string(house.path("access.log")).unwrap().lines().count(), 1);

    let served = Served::start(&house, "", &["--access-log", "-", "--access-log-form", "json"]);
    ask(served.address, "/feeds/kndr.xml", hostile);
    let output = served.end();
    let read: serde_json::Value = serde_json::from_str(&output).expect("one line, one object");
    assert_eq!((read["status"].as_u64(), read["bytes"].as_u64()), (Some(200), Some(bytes)));
    assert_eq!(read["agent"], "a\"b\\c\tЖ");

    let refused = house.run(&["serve", "--access-log", "nowhere/access.log"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("nowhere/access.log"), "{}", refused.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_feeds_toml_is_taken_up_and_a_wrong_one_is_told() {
    let web = web().await;
    let house = House::new(&[web.address()], &source(&web, "one"));
    let served = Served::start(&house, "", &["--work"]);
    served.says("1 of 1 sources asked");
    let right = fs::read_to_string(house.path("feeds.toml")).unwrap();
    fs::write(house.path("feeds.toml"), right.replace("url =", "ulr =")).unwrap();
    served.signal("HUP");
    served.says("ulr");
    served.says("the one that was read before stays in force");
    assert!(ask(served.address, "/feeds/kndr.xml", "").0.starts_with("HTTP/1.1 200"));
    // Another source, and another folder: both from the next pass on, which begins at once.
    let more = right + &source(&web, "two") + "[publish]\nto = \"elsewhere\"\n";
    fs::write(house.path("feeds.toml"), more).unwrap();
    served.signal("HUP");
    served.says("is in force from the next pass on");
    served.says("1 of 2 sources asked");
    let begun = Instant::now();
    let mut body = String::new();
    while !body.contains("/page/two") && begun.elapsed() < WAIT {
        body = ask(served.address, "/feeds/all.xml", "").1;
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(body.contains("/page/one") && body.contains("/page/two"), "{body}");
    assert!(house.path("elsewhere/feeds/all.xml").exists());
    assert_eq!(web.asked("/feed/one").len(), 1, "what is not due is not asked because a file was read");
    served.end();
}

#[test]
fn without_a_worker_another_folder_is_shown_at_once() {
    let house = published();
    let served = Served::start(&house, "", &[]);
    assert!(ask(served.address, "/readyz", "").0.starts_with("HTTP/1.1 200"));
    house.write_config(&[], "", "[publish]\nto = \"nothing-yet\"");
    served.signal("HUP");
    served.says("is in force: ");
    let begun = Instant::now();
    while ask(served.address, "/readyz", "").0.starts_with("HTTP/1.1 200") && begun.elapsed() < WAIT {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(ask(served.address, "/readyz", "").0.starts_with("HTTP/1.1 503"));
    served.end();
}

#[test]
fn too_few_files_are_told_in_words() {
    let house = published();
    let served = Served::start(&house, "ulimit -n 120;", &[]);
    let said = served.says("files");
    assert!(said.contains("open 120 files: at most 90 connections") && said.contains("LimitNOFILE="), "{said}");
    // One more than there is room for waits, and is answered when another one goes.
    let mut idle: Vec<TcpStream> = (0..90).map(|_| TcpStream::connect(served.address).unwrap()).collect();
    let mut late = TcpStream::connect(served.address).unwrap();
    late.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    late.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!(late.read(&mut [0; 16]).is_err(), "there was no room");
    idle.truncate(60);
    late.set_read_timeout(Some(WAIT)).unwrap();
    let mut answer = String::new();
    late.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    served.end();
}

/// Memory that the process holds.
fn resident(served: &Served) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", served.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn an_idle_connection_costs_little() {
    /// What one may cost, its buffers counted.
    const BYTES_MAX: u64 = 16 * 1024;
    let own = std::process::id().to_string();
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap_or_default();
    let hard = files.split_whitespace().nth(1).unwrap_or("1024").to_owned();
    // As many as the system lets this test open: up to the hard limit, which it may raise its own to.
    let raised = Command::new("prlimit").args(["--pid", &own, &format!("--nofile={hard}:{hard}")]).status();
    let files = if raised.is_ok_and(|raised| raised.success()) { hard.parse().unwrap_or(1024) } else { 1024 };
    let connections = 10_000.min(files - 300);
    if connections < 10_000 {
        eprintln!("only {files} files may be open here: {connections} connections instead of 10,000");
    }
    let house = published();
    let served = Served::start(&house, &format!("ulimit -n {files};"), &[]);
    let opened = |count: usize| -> Vec<TcpStream> {
        let open = |_| {
            let mut stream = TcpStream::connect(served.address).unwrap();
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a.example\r\n\r\n").unwrap();
            assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
            stream
        };
        (0..count).map(open).collect()
    };
    // What is held for all of them, whoever comes, is there after the first few.
    let _few = opened(100);
    let before = resident(&served);
    let many = opened(connections - 100);
    let each = resident(&served).saturating_sub(before) / many.len() as u64;
    assert!(each <= BYTES_MAX, "{each} bytes for each of {} connections", many.len());
    assert!(ask(served.address, "/feeds/kndr.xml", "").0.starts_with("HTTP/1.1 200"));
    drop(many);
    served.end();
}

/// Whoever started it may stop listening to it: a closed terminal, a pipe into `head`.
#[test]
fn it_outlives_those_it_speaks_to() {
    let house = published();
    let mut child = Command::new(PROGRAM)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .current_dir(house.path(""))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains(" serves ") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0);
    }
    drop(stderr);
    let served = Served { child, lines: channel().1, address: address(&line) };
    house.write_config(&[], "", "[publish]\nto = \"nothing-yet\"");
    served.signal("HUP");
    // It has said that by now, to nobody, and answers all the same.
    let begun = Instant::now();
    while ask(served.address, "/readyz", "").0.starts_with("HTTP/1.1 200") && begun.elapsed() < WAIT {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(ask(served.address, "/readyz", "").0.starts_with("HTTP/1.1 503"));
}
