//! A server over a folder of its own, on port 0, and its answers taken apart.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use feedatlas::publish::sink::{File, Folder, Sink};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A server over a folder of its own.
pub(crate) struct Server {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

/// An answer, taken apart.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        publish(&folder.path().join("public"), feed("first")).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let serving = feedatlas::serve::serve(listener, folder.path().join("public"), stop.clone());
        Self { task: tokio::spawn(serving), folder, address, stop }
    }

    /// Sends these bytes, and reads until the server ends the connection.
    pub(crate) async fn raw(&self, request: impl AsRef<[u8]>) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let mut bytes = Vec::new();
        // Whoever is refused early may find the connection ended while still writing.
        let _ = stream.write_all(request.as_ref()).await;
        let reading = stream.read_to_end(&mut bytes);
        let _ = tokio::time::timeout(Duration::from_secs(10), reading).await.expect("the connection is closed");
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Answer { status, head, body: bytes[end..].to_vec() }
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        self.raw(&format!("{method} {path} HTTP/1.1\r\nHost: news.example\r\nConnection: close\r\n{headers}\r\n")).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "").await
    }

    pub(crate) async fn end(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(5), self.task).await.unwrap().unwrap().unwrap();
    }
}

pub(crate) fn feed(words: &str) -> String {
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><!-- {words} {} --></rss>\n", "packed well ".repeat(200))
}

pub(crate) async fn publish(folder: &Path, feed: String) {
    let sink = Folder::open(folder).unwrap();
    let status = r#"{"passed":null,"articles":0,"sources":[],"countries":[
        {"code":"JP","slug":"nippon","name":"Япония","articles":0,"newest":null}]}"#;
    let files = [
        ("feeds/kndr.xml", feed.clone()),
        ("feeds/kndr.atom", feed),
        ("feeds/kndr.json", "{\"version\":\"https://jsonfeed.org/version/1.1\"}".to_owned()),
        ("feeds/nippon.xml", "<rss/>".to_owned()),
        ("feeds.opml", "<opml version=\"2.0\"/>".to_owned()),
        ("index.html", "<!DOCTYPE html><title>home</title>".to_owned()),
        ("kndr/index.html", "<!DOCTYPE html><title>land</title>".to_owned()),
        ("status.json", status.to_owned()),
    ];
    sink.write(files.map(|(path, text)| File::new(path, text.into_bytes(), 0)).into()).await.unwrap();
}
