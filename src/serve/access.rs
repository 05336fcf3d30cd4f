//! The access log: a line for each answer, in the combined form of Apache and nginx, or in JSON.
//!
//! Lines are written by a thread of their own. An answer never waits for a disk: where it is too slow, lines are left out,
//! and counted. What a client sends is foreign text: nothing in it can end a line or a field.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use hyper::header::{HeaderValue, REFERER, USER_AGENT};
use hyper::{Method, Request, StatusCode, Uri, Version};
use jiff::Timestamp;
use serde_json::json;
use tracing::warn;

/// Lines that wait to be written.
const WAITING_MAX: usize = 8 * 1024;
/// Bytes that are gathered before they are written, while more lines wait.
const GATHERED_BYTES: usize = 64 * 1024;

/// How a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogForm {
    /// `192.0.2.1 - - [16/Jan/2024:11:05:00 +0000] "GET /feeds/kndr.xml HTTP/1.1" 200 8849 "-" "a reader/1.0"`.
    Combined,
    /// `{"time":…,"peer":…,"method":…,"target":…,"version":…,"status":…,"bytes":…,"referer":…,"agent":…}`.
    Json,
}

/// Where lines go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogPlace {
    /// Standard output.
    Output,
    /// A file, written on at its end.
    File(PathBuf),
}

/// A log that is open. Ends, with all its lines written, when `close` is called.
#[derive(Debug)]
pub struct AccessLog {
    sender: SyncSender<Message>,
    left_out: Arc<AtomicU64>,
    /// The thread that writes, until it is waited for.
    writer: Mutex<Option<JoinHandle<()>>>,
}

enum Message {
    Line(Box<Line>),
    Reopen,
    End,
}

/// One answer.
#[derive(Debug, Clone)]
pub(super) struct Line {
    at: Timestamp,
    peer: IpAddr,
    method: Method,
    target: Uri,
    version: Version,
    referer: Option<HeaderValue>,
    agent: Option<HeaderValue>,
    status: StatusCode,
    /// Of the body that was answered, whether or not the reader took all of it.
    bytes: u64,
}

impl Line {
    /// What a request says; its answer is put in when it is there.
    pub(super) fn of<T>(request: &Request<T>, peer: IpAddr) -> Self {
        let header = |name| request.headers().get(name).cloned();
        Self {
            at: Timestamp::now(),
            peer,
            method: request.method().clone(),
            target: request.uri().clone(),
            version: request.version(),
            referer: header(REFERER),
            agent: header(USER_AGENT),
            status: StatusCode::OK,
            bytes: 0,
        }
    }

    /// The same, and what was answered.
    pub(super) fn answered(self, status: StatusCode, bytes: u64) -> Self {
        Self { status, bytes, ..self }
    }
}

impl AccessLog {
    /// Opens a log. Fails where its file cannot be written.
    pub fn open(place: LogPlace, form: LogForm) -> io::Result<Self> {
        let out = open(&place)?;
        let (sender, receiver) = sync_channel(WAITING_MAX);
        let left_out = Arc::new(AtomicU64::new(0));
        let mut writer =
            Writer { place, form, out, second: (i64::MIN, String::new()), left_out: Arc::clone(&left_out) };
        let thread = thread::Builder::new().name("access log".to_owned()).spawn(move || writer.run(&receiver))?;
        Ok(Self { sender, left_out, writer: Mutex::new(Some(thread)) })
    }

    /// Opens the file again by its name: whoever rotates logs has moved the old one away.
    pub fn reopen(&self) {
        // Fails only where the thread has ended, and then there is nothing to open.
        let _ = self.sender.send(Message::Reopen);
    }

    /// Writes what waits, and ends.
    pub fn close(&self) {
        let _ = self.sender.send(Message::End);
        if let Some(thread) = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // One that panicked has said so already.
            let _ = thread.join();
        }
    }

    /// Lines that were left out because the disk was too slow, or full.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out.load(Ordering::Relaxed)
    }

    pub(super) fn tell(&self, line: Line) {
        if self.sender.try_send(Message::Line(Box::new(line))).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn open(place: &LogPlace) -> io::Result<Option<File>> {
    match place {
        LogPlace::Output => Ok(None),
        LogPlace::File(path) => OpenOptions::new().append(true).create(true).open(path).map(Some),
    }
}

struct Writer {
    place: LogPlace,
    form: LogForm,
    /// Standard output where there is none.
    out: Option<File>,
    /// A second, and its name in a combined line: many lines share it.
    second: (i64, String),
    left_out: Arc<AtomicU64>,
}

impl Writer {
    fn run(&mut self, receiver: &Receiver<Message>) {
        let (mut gathered, mut lines) = (String::new(), 0);
        while let Ok(first) = receiver.recv() {
            let mut next = Ok(first);
            let is_over = loop {
                match next {
                    Ok(Message::Line(line)) => {
                        self.add(&mut gathered, &line);
                        lines += 1;
                    }
                    Ok(Message::Reopen) => {
                        self.put(&mut gathered, &mut lines);
                        match open(&self.place) {
                            Ok(out) => self.out = out,
                            Err(why) => warn!("The access log cannot be opened again, the old file is kept: {why}"),
                        }
                    }
                    Ok(Message::End) | Err(TryRecvError::Disconnected) => break true,
                    Err(TryRecvError::Empty) => break false,
                }
                if gathered.len() > GATHERED_BYTES {
                    self.put(&mut gathered, &mut lines);
                }
                next = receiver.try_recv();
            };
            self.put(&mut gathered, &mut lines);
            if is_over {
                return;
            }
        }
    }

    fn put(&mut self, gathered: &mut String, lines: &mut u64) {
        let written = if let Some(file) = &mut self.out {
            file.write_all(gathered.as_bytes())
        } else {
            let mut output = io::stdout().lock();
            output.write_all(gathered.as_bytes()).and_then(|()| output.flush())
        };
        if let Err(why) = written {
            // Told once: a disk stays full for a while.
            if self.left_out.fetch_add(*lines, Ordering::Relaxed) == 0 {
                warn!("The access log cannot be written, lines are left out: {why}");
            }
        }
        gathered.clear();
        *lines = 0;
    }

    fn add(&mut self, gathered: &mut String, line: &Line) {
        match self.form {
            LogForm::Combined => {
                let second = line.at.as_second();
                if second != self.second.0 {
                    self.second = (second, line.at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string());
                }
                combined(gathered, line, &self.second.1);
            }
            LogForm::Json => json_line(gathered, line),
        }
    }
}

fn combined(gathered: &mut String, line: &Line, second: &str) {
    let Line { peer, method, version, status, bytes, .. } = line;
    // Memory takes every letter.
    let _ = write!(gathered, "{peer} - - [{second}] \"");
    escape(gathered, method.as_str().as_bytes());
    gathered.push(' ');
    escape(gathered, line.target.to_string().as_bytes());
    let _ = write!(gathered, " {version:?}\" {} {bytes}", status.as_u16());
    for field in [&line.referer, &line.agent] {
        gathered.push_str(" \"");
        escape(gathered, field.as_ref().map_or(&b"-"[..], HeaderValue::as_bytes));
        gathered.push('"');
    }
    gathered.push('\n');
}

/// As Apache does: what ends a field, and what is no printable ASCII, is written in hexadecimal.
fn escape(gathered: &mut String, text: &[u8]) {
    for byte in text {
        match byte {
            b'"' => gathered.push_str("\\\""),
            b'\\' => gathered.push_str("\\\\"),
            b' '..=b'~' => gathered.push(char::from(*byte)),
            byte => {
                let _ = write!(gathered, "\\x{byte:02x}");
            }
        }
    }
}

fn json_line(gathered: &mut String, line: &Line) {
    let text = |value: &Option<HeaderValue>| {
        value.as_ref().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let line = json!({
        "time": line.at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        "peer": line.peer,
        "method": line.method.as_str(),
        "target": line.target.to_string(),
        "version": format!("{:?}", line.version),
        "status": line.status.as_u16(),
        "bytes": line.bytes,
        "referer": text(&line.referer),
        "agent": text(&line.agent),
    });
    let _ = writeln!(gathered, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(agent: &[u8]) -> Line {
        let request =
            Request::get("/feeds/kndr.xml?x=%22").header(REFERER, "https://a.example/\"x\"").body(()).unwrap();
        let mut line = Line::of(&request, "192.0.2.1".parse().unwrap());
        line.at = "2024-01-16T11:05:00.25Z".parse().unwrap();
        line.agent = HeaderValue::from_bytes(agent).ok();
        line.bytes = 8849;
        line
    }

    #[test]
    fn a_line_is_as_apache_writes_it() {
        let mut text = String::new();
        combined(&mut text, &line(b"a \\reader\t\xd0\x96"), "16/Jan/2024:11:05:00 +0000");
        assert_eq!(
            text,
            "192.0.2.1 - - [16/Jan/2024:11:05:00 +0000] \"GET /feeds/kndr.xml?x=%22 HTTP/1.1\" 200 8849 \
             \"https://a.example/\\\"x\\\"\" \"a \\\\reader\\x09\\xd0\\x96\"\n"
        );
    }

    #[test]
    fn a_line_of_json_is_one_object() {
        let mut text = String::new();
        json_line(&mut text, &line(b"a\"b\\\xff"));
        assert_eq!(text.matches('\n').count(), 1);
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["time"], "2024-01-16T11:05:00.250Z");
        assert_eq!(read["agent"], "a\"b\\\u{fffd}");
        assert_eq!((&read["status"], &read["bytes"]), (&json!(200), &json!(8849)));
    }
}
