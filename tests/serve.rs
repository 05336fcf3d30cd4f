//! `serve` over port 0: what a reader, a browser, a cache and an attacker get.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use feedatlas::publish::sink::{File, Folder, Sink};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A server over a folder of its own.
struct Server {
    folder: tempfile::TempDir,
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

/// An answer, taken apart.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Server {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        publish(&folder.path().join("public"), feed("first")).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let serving = feedatlas::serve::serve(listener, folder.path().join("public"), stop.clone());
        Self { task: tokio::spawn(serving), folder, address, stop }
    }

    async fn raw(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        let reading = stream.read_to_end(&mut bytes);
        tokio::time::timeout(Duration::from_secs(10), reading).await.expect("the connection is closed").unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Answer { status, head, body: bytes[end..].to_vec() }
    }

    async fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        self.raw(&format!("{method} {path} HTTP/1.1\r\nHost: news.example\r\nConnection: close\r\n{headers}\r\n")).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "").await
    }

    async fn end(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(5), self.task).await.unwrap().unwrap().unwrap();
    }
}

fn feed(words: &str) -> String {
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><!-- {words} {} --></rss>\n", "packed well ".repeat(200))
}

async fn publish(folder: &Path, feed: String) {
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

#[tokio::test]
async fn a_feed_is_served_with_its_type_and_validators() {
    let server = Server::start().await;
    let answer = server.get("/feeds/kndr.xml").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/rss+xml; charset=utf-8"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(answer.body, feed("first").into_bytes());
    let tag = answer.header("etag").unwrap();
    assert!(tag.starts_with('"'), "strong: {tag}");
    for (path, wanted) in [
        ("/feeds/kndr.atom", "application/atom+xml; charset=utf-8"),
        ("/feeds/kndr.json", "application/feed+json; charset=utf-8"),
        ("/feeds.opml", "text/x-opml; charset=utf-8"),
        ("/status.json", "application/json; charset=utf-8"),
        ("/", "text/html; charset=utf-8"),
        ("/kndr/", "text/html; charset=utf-8"),
    ] {
        assert_eq!(server.get(path).await.header("content-type"), Some(wanted), "{path}");
    }
    let policy = server.get("/").await.header("content-security-policy").unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    server.end().await;
}

#[tokio::test]
async fn what_is_known_already_is_not_sent_again() {
    let server = Server::start().await;
    let first = server.get("/feeds/kndr.xml").await;
    let (tag, modified) = (first.header("etag").unwrap(), first.header("last-modified").unwrap());
    for headers in [
        format!("If-None-Match: {tag}\r\n"),
        format!("If-None-Match: \"other\", W/{tag}\r\n"),
        format!("If-None-Match: {tag}\r\nAccept-Encoding: gzip, br\r\n"),
        format!("If-Modified-Since: {modified}\r\n"),
        "If-None-Match: *\r\n".to_owned(),
    ] {
        let answer = server.ask("GET", "/feeds/kndr.xml", &headers).await;
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{headers}");
        assert!(answer.header("etag").is_some() && answer.header("cache-control").is_some(), "{headers}");
        assert!(answer.header("content-type").is_none());
    }
    for headers in [
        "If-None-Match: \"other\"\r\n".to_owned(),
        // The tag is asked first; a date beside it is not heeded.
        format!("If-None-Match: \"other\"\r\nIf-Modified-Since: {modified}\r\n"),
        "If-Modified-Since: Mon, 01 Jan 2001 00:00:00 GMT\r\n".to_owned(),
        "If-Modified-Since: yesterday\r\n".to_owned(),
    ] {
        assert_eq!(server.ask("GET", "/feeds/kndr.xml", &headers).await.status, 200, "{headers}");
    }
    server.end().await;
}

#[tokio::test]
async fn packed_forms_are_sent_as_they_lie() {
    let server = Server::start().await;
    let public = server.folder.path().join("public");
    for (given, coding, file) in [
        ("gzip", Some("gzip"), "feeds/kndr.xml.gz"),
        ("br", Some("br"), "feeds/kndr.xml.br"),
        ("gzip, deflate, br", Some("br"), "feeds/kndr.xml.br"),
        ("br;q=0, gzip;q=0.5", Some("gzip"), "feeds/kndr.xml.gz"),
        ("zstd", None, "feeds/kndr.xml"),
    ] {
        let answer = server.ask("GET", "/feeds/kndr.xml", &format!("Accept-Encoding: {given}\r\n")).await;
        assert_eq!(answer.header("content-encoding"), coding, "{given}");
        assert_eq!(answer.header("vary"), Some("accept-encoding"), "{given}");
        assert_eq!(answer.body, fs::read(public.join(file)).unwrap(), "{given}");
    }
    let mut unpacked = String::new();
    let packed = fs::read(public.join("feeds/kndr.xml.gz")).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed[..]), &mut unpacked).unwrap();
    assert_eq!(unpacked, feed("first"));
    let mut unpacked = Vec::new();
    brotli::BrotliDecompress(&mut &fs::read(public.join("feeds/kndr.xml.br")).unwrap()[..], &mut unpacked).unwrap();
    assert_eq!(unpacked, feed("first").into_bytes());
    server.end().await;
}

#[tokio::test]
async fn heads_and_parts() {
    let server = Server::start().await;
    let whole = server.get("/feeds/kndr.xml").await;
    let head = server.ask("HEAD", "/feeds/kndr.xml", "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), whole.header("content-length"));
    assert_eq!(head.header("etag"), whole.header("etag"));
    assert_eq!(server.ask("HEAD", "/nowhere", "").await.body.len(), 0);

    let part = server.ask("GET", "/feeds/kndr.xml", "Range: bytes=2-5\r\nAccept-Encoding: br\r\n").await;
    assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[2..=5]));
    assert_eq!(part.header("content-range"), Some(format!("bytes 2-5/{}", whole.body.len()).as_str()));
    let part = server.ask("GET", "/feeds/kndr.xml", "Range: bytes=-7\r\n").await;
    assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[whole.body.len() - 7..]));
    let beyond = server.ask("GET", "/feeds/kndr.xml", "Range: bytes=999999-\r\n").await;
    assert_eq!((beyond.status, beyond.body.len()), (416, 0));
    let changed = server.ask("GET", "/feeds/kndr.xml", "Range: bytes=0-3\r\nIf-Range: \"other\"\r\n").await;
    assert_eq!((changed.status, changed.body.len()), (200, whole.body.len()));
    server.end().await;
}

#[tokio::test]
async fn a_large_file_is_streamed_whole_and_in_parts() {
    let server = Server::start().await;
    let bytes: Vec<u8> = (0..9_000_001_u32).map(|number| (number % 251) as u8).collect();
    fs::write(server.folder.path().join("public/feeds/large.bin"), &bytes).unwrap();
    let answer = server.get("/feeds/large.bin").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body == bytes);
    let tag = answer.header("etag").unwrap();
    assert_eq!(server.ask("GET", "/feeds/large.bin", &format!("If-None-Match: {tag}\r\n")).await.status, 304);
    let part = server.ask("GET", "/feeds/large.bin", "Range: bytes=8000000-8000099\r\n").await;
    assert_eq!((part.status, part.body.as_slice()), (206, &bytes[8_000_000..8_000_100]));
    server.end().await;
}

#[tokio::test]
async fn lands_are_found_under_their_other_names() {
    let server = Server::start().await;
    for (path, wanted) in [
        ("/feeds/north-korea.xml", "/feeds/kndr.xml"),
        ("/feeds/north-korea.atom", "/feeds/kndr.atom"),
        ("/feeds/North-Korea.json", "/feeds/kndr.json"),
        ("/feeds/KP.xml", "/feeds/kndr.xml"),
        ("/north-korea/", "/kndr/"),
        ("/north-korea", "/kndr/"),
        // Renamed in feeds.toml: the status file knows.
        ("/feeds/japan.xml", "/feeds/nippon.xml"),
        ("/feeds/yaponiya.xml", "/feeds/nippon.xml"),
        ("/kndr", "/kndr/"),
    ] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.header("location")), (308, Some(wanted)), "{path}");
    }
    for path in ["/feeds/mongolia.xml", "/feeds/nowhere.xml", "/feeds/", "/feeds/kndr.xml/"] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
    server.end().await;
}

#[tokio::test]
async fn no_path_leaves_the_folder() {
    let server = Server::start().await;
    let outside = server.folder.path().join("secret.txt");
    fs::write(&outside, "a secret").unwrap();
    let public = server.folder.path().join("public");
    fs::write(public.join(".hidden"), "a secret").unwrap();
    std::os::unix::fs::symlink(&outside, public.join("link.txt")).unwrap();
    std::os::unix::fs::symlink(server.folder.path(), public.join("up")).unwrap();
    for path in [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/feeds/../../secret.txt",
        "/..\\secret.txt",
        "/..%5csecret.txt",
        "/%252e%252e/secret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "//secret.txt",
        "/./secret.txt",
        "/link.txt",
        "/up/secret.txt",
        "/up/",
        "/.hidden",
        "/%2ehidden",
        "/secret.txt%00.xml",
        "/feeds/kndr.xml%00",
        "/....//secret.txt",
        "/;/../secret.txt",
        "/?/../secret.txt/../../secret.txt#",
    ] {
        let answer = server.get(path).await;
        assert!(!String::from_utf8_lossy(&answer.body).contains("secret"), "{path}");
        assert!(matches!(answer.status, 404 | 400) || path.starts_with("/?"), "{path}: {}", answer.status);
    }
    // No open redirect: neither to another host, nor by a header of the asker's making.
    for path in ["//evil.example/", "/%2f%2fevil.example", "/kndr%0d%0aSet-Cookie:%20a=b"] {
        let answer = server.get(path).await;
        assert!(answer.header("location").is_none() && answer.header("set-cookie").is_none(), "{path}");
    }
    server.end().await;
}

#[tokio::test]
async fn requests_that_two_servers_might_read_differently_are_refused() {
    let server = Server::start().await;
    for request in [
        "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.example/x@y\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: xchunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.example\r\nbad header\r\n\r\n",
        "GET /\r\n\r\n",
        "\x16\x03\x01\x02\r\n\r\n",
    ] {
        let answer = server.raw(request).await;
        assert_eq!(answer.status, 400, "{request:?}: {}", answer.head);
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"] {
        let answer = server.ask(method, "/", "").await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")), "{method}");
    }
    server.end().await;
}

#[tokio::test]
async fn nothing_of_a_request_is_said_back() {
    let server = Server::start().await;
    let answer = server.get("/<script>alert(1)</script>?q=hello").await;
    assert!(matches!(answer.status, 400 | 404));
    for path in ["/%3Cscript%3Ealert(1)%3C/script%3E", "/marker-7?marker-7", "/marker-7/marker-7"] {
        let answer = server.ask("GET", path, "X-Test: marker-7\r\nReferer: marker-7\r\n").await;
        assert_eq!(answer.status, 404);
        let text = String::from_utf8_lossy(&answer.body).into_owned() + &answer.head;
        assert!(!text.contains("marker-7") && !text.contains("script>"), "{text}");
    }
    server.end().await;
}

#[tokio::test]
async fn a_pass_is_seen_without_a_restart() {
    let server = Server::start().await;
    let public = server.folder.path().join("public");
    let before = server.get("/feeds/kndr.xml").await;
    publish(&public, feed("second")).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let after =
        server.ask("GET", "/feeds/kndr.xml", &format!("If-None-Match: {}\r\n", before.header("etag").unwrap())).await;
    assert_eq!((after.status, after.body), (200, feed("second").into_bytes()));
    fs::remove_file(public.join("feeds/kndr.atom")).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.get("/feeds/kndr.atom").await.status, 404);
    server.end().await;
}

#[tokio::test]
async fn health_and_readiness() {
    let server = Server::start().await;
    assert_eq!(server.get("/healthz").await.status, 200);
    assert_eq!(server.get("/readyz").await.status, 200);
    fs::remove_dir_all(server.folder.path().join("public")).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.get("/readyz").await.status, 503);
    assert_eq!(server.get("/healthz").await.status, 200);
    server.end().await;
}

#[tokio::test]
async fn a_slow_head_is_cut_within_thirty_seconds() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let begun = Instant::now();
    let mut drips = "GET / HTTP/1.1\r\nHost: a.example\r\nX-Slow: ".bytes().chain(std::iter::repeat(b'a'));
    let mut buffer = [0; 64];
    loop {
        assert!(begun.elapsed() < Duration::from_secs(30), "still open");
        let byte = drips.next().unwrap();
        if stream.write_all(&[byte]).await.is_err() {
            break;
        }
        // An answer may come (408) or not; what counts is the end.
        match tokio::time::timeout(Duration::from_millis(500), stream.read(&mut buffer)).await {
            Ok(Ok(0) | Err(_)) => break,
            _ => {}
        }
    }
    server.end().await;
}

#[tokio::test]
async fn a_stop_finishes_what_is_under_way_and_closes_idle_connections() {
    let server = Server::start().await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: a.example\r\n\r\n").await.unwrap();
    let mut buffer = vec![0; 4096];
    assert!(idle.read(&mut buffer).await.unwrap() > 0);
    let address = server.address;
    server.end().await;
    assert_eq!(idle.read(&mut buffer).await.unwrap_or(0), 0);
    assert!(TcpStream::connect(address).await.is_err());
}
