//! Requests that nobody honest makes, thousands of them: none gets what is not published, none gets an echo, none fells anything.

use std::fs;

use crate::server::Server;

/// Stands in a file beside the published folder, in a hidden one and behind a link.
const SECRET: &str = "the-secret-words";
/// Stands in requests, and is never said back.
const MARKER: &str = "marker-7f3a";

/// What a mutant may be answered with; 0 where the connection is ended without a word.
const STATUSES: &[u16] = &[0, 200, 206, 304, 308, 400, 404, 405, 412, 414, 416, 431];

async fn server() -> Server {
    let server = Server::start().await;
    let (folder, public) = (server.folder.path(), server.folder.path().join("public"));
    fs::write(folder.join("secret.txt"), SECRET).unwrap();
    fs::write(folder.join("feeds.toml"), SECRET).unwrap();
    fs::write(public.join(".hidden"), SECRET).unwrap();
    fs::write(public.join("feeds/.kndr.xml.tmp"), SECRET).unwrap();
    std::os::unix::fs::symlink(folder.join("secret.txt"), public.join("link.txt")).unwrap();
    std::os::unix::fs::symlink(folder, public.join("up")).unwrap();
    server
}

/// Sends each, and holds its answer against what holds for all of them.
async fn send_all(server: &Server, requests: &[Vec<u8>]) {
    for request in requests {
        let answer = server.raw(request).await;
        let told = format!("{}\n{}", request.escape_ascii(), answer.head);
        assert!(STATUSES.contains(&answer.status), "{told}");
        let text = answer.head.clone() + &String::from_utf8_lossy(&answer.body);
        assert!(!text.contains(SECRET) && !text.contains("root:x:0"), "leaks: {told}");
        assert!(!text.contains(MARKER), "echoes: {told}");
        if let Some(location) = answer.header("location") {
            assert!(location.starts_with('/') && !location.starts_with("//"), "leads elsewhere: {told}");
        }
        assert!(answer.header("set-cookie").is_none(), "splits: {told}");
    }
    // And it answers as if nothing had been.
    assert_eq!(server.get("/feeds/kndr.xml").await.status, 200);
}

fn request(line: &str, headers: &str) -> Vec<u8> {
    format!("{line}\r\nHost: news.example\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

/// Ways out of the folder: dots, and what is between them, in every spelling that some server once took for one.
fn traversals() -> Vec<Vec<u8>> {
    let dots = [
        "..",
        "%2e%2e",
        "%2E.",
        ".%2e",
        "..%00",
        "%252e%252e",
        "%c0%ae%c0%ae",
        "....",
        "..;",
        "%u002e%u002e",
        "%e0%80%ae%e0%80%ae",
        "..%0d%0aSet-Cookie:%20a=b",
        "%EF%BC%8E%EF%BC%8E",
        ".",
        "%2e",
    ];
    let between = ["/", "%2f", "%2F", "\\", "%5c", "%255c", "%252f", "//", "%c0%af", "/./", "%u2215", ";/"];
    let mut all = Vec::new();
    for dots in dots {
        for between in between {
            for depth in [1, 2, 5] {
                for (before, target) in [
                    ("", "secret.txt"),
                    ("feeds/", "secret.txt"),
                    ("kndr/", "feeds.toml"),
                    ("feeds/kndr.xml/", "secret.txt"),
                    ("up/", "secret.txt"),
                    ("", "etc/passwd"),
                ] {
                    let up = format!("{dots}{between}").repeat(depth);
                    all.push(request(&format!("GET /{before}{up}{target} HTTP/1.1"), ""));
                }
            }
        }
    }
    for name in
        [".hidden", "%2ehidden", "feeds/.kndr.xml.tmp", "feeds/%2ekndr.xml.tmp", "link.txt", "up/secret.txt", "up"]
    {
        for end in ["", "/", "%00", "%00.xml", "?x", "%20", ".", "::$DATA", "%0a", "~", ";.xml", "#"] {
            all.push(request(&format!("GET /{name}{end} HTTP/1.1"), ""));
        }
    }
    all
}

/// Odd request lines and hosts: absolute forms, other methods, other versions.
fn lines() -> Vec<Vec<u8>> {
    let targets = [
        "/",
        "*",
        "",
        "feeds/kndr.xml",
        "http://marker-7f3a.example/feeds/kndr.xml",
        "https://user:marker-7f3a@x/kndr",
        "//marker-7f3a.example/",
        "///marker-7f3a.example/%2e%2e",
        "/\\marker-7f3a.example/",
        "marker-7f3a.example:443",
        "file:///etc/passwd",
        "/kndr#marker-7f3a",
        "/north-korea?marker-7f3a",
        "/%2f%2fmarker-7f3a.example/kndr/..",
        "/<script>marker-7f3a</script>",
        "/\u{202e}marker-7f3a",
        "/feeds/marker-7f3a.xml",
    ];
    let methods = ["GET", "HEAD", "POST", "CONNECT", "TRACE", "OPTIONS", "DELETE", "get", "MARKER-7F3A", "G\u{0}T"];
    let hosts =
        ["news.example", "marker-7f3a.example:99999", "", "a b", "a/marker-7f3a", "[::1]", "a\u{0}b", "@marker-7f3a"];
    let mut all = Vec::new();
    for target in targets {
        for method in methods {
            for host in hosts {
                let line = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nX-Test: {MARKER}\r\n");
                all.push(format!("{line}Connection: close\r\n\r\n").into_bytes());
            }
        }
        for version in
            ["HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.1 ", "http/1.1", "HTTP/1.1marker-7f3a", "", "RTSP/1.0"]
        {
            all.push(request(&format!("GET {target} {version}"), ""));
        }
    }
    all
}

/// Headers that are heeded, with what nobody should send in them.
fn headers() -> Vec<Vec<u8>> {
    let names = [
        "Range",
        "If-Range",
        "If-Match",
        "If-None-Match",
        "If-Modified-Since",
        "If-Unmodified-Since",
        "Accept-Encoding",
        "Expect",
        "Upgrade",
        "X-Forwarded-Host",
        "X-Original-URL",
        "X-Rewrite-URL",
        "Forwarded",
        "Cookie",
        "X-HTTP-Method-Override",
    ];
    let values = [
        "",
        "*",
        ",",
        ",,,;;;",
        "bytes=",
        "bytes=-",
        "bytes=0-18446744073709551616",
        "bytes=9-1",
        "bytes=a-b",
        "bytes=0-,-1,0-0",
        "\"",
        "\"\"",
        "W/",
        "W/\"marker-7f3a",
        "marker-7f3a",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 99 Foo 0000 99:99:99 GMT",
        "gzip;q=",
        "br;q=-1, *;q=1e99",
        "100-continue",
        "h2c",
        "/../secret.txt",
        "\u{7f}",
        "Ж",
        "\t \t",
    ];
    let mut all = Vec::new();
    for name in names {
        for value in values {
            all.push(request("GET /feeds/kndr.xml HTTP/1.1", &format!("{name}: {value}\r\n")));
        }
    }
    for odd in [
        "Bad Name: 1\r\n",
        "NoColon\r\n",
        ": empty\r\n",
        " folded: 1\r\n",
        "A: 1\r\n folded\r\n",
        "A\u{0}: 1\r\n",
        "A: \u{0}\r\n",
        "A: 1\rB: 2\r\n",
        "Host : a\r\n",
        "A: 1\n",
        "\r\n",
        "A:1\r\n\tB\r\n",
    ] {
        all.push(request("GET /feeds/kndr.xml HTTP/1.1", odd));
    }
    all
}

#[tokio::test]
async fn three_thousand_mutants_get_nothing() {
    let server = server().await;
    let mutants = [traversals(), lines(), headers()].concat();
    assert!(mutants.len() > 3000, "{}", mutants.len());
    send_all(&server, &mutants).await;
    server.end().await;
}

/// Lengths that two servers might read differently, each with a request behind it that only one of them would see. Whatever
/// is said of the length, what is a body to anybody is answered as a request by nobody.
#[tokio::test]
async fn nothing_is_smuggled() {
    let server = server().await;
    let hidden = "GET /feeds/nippon.xml HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
    let length = hidden.len();
    let lengths = [
        format!("Content-Length: {length}\r\n"),
        format!("Content-Length: {length}\r\nContent-Length: 0\r\n"),
        format!("Content-Length: {length}\r\nContent-Length: {length}\r\n"),
        format!("Content-Length: {length}, 0\r\n"),
        format!("Content-Length: +{length}\r\n"),
        format!("Content-Length: 0x{length:x}\r\n"),
        format!("Content-Length: {length} \r\n"),
        "Content-Length: -1\r\n".to_owned(),
        "Content-Length: 99999999999999999999\r\n".to_owned(),
        format!("Content-Length : {length}\r\n"),
        format!("Content-Length:\r\n {length}\r\n"),
    ];
    let codings = [
        "",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: Chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding:\tchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: identity, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
        "Transfer-Encoding: \u{b}chunked\r\n",
        "Transfer-Encoding:\r\n chunked\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
    ];
    for length in &lengths {
        for coding in codings {
            for method in ["GET", "POST", "HEAD"] {
                let head = format!("{method} /healthz HTTP/1.1\r\nHost: a.example\r\n{length}{coding}\r\n");
                for body in [hidden.to_owned(), format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len())] {
                    // Where the length is honest, what comes behind it is answered, and ends the connection.
                    let behind = "GET /readyz HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
                    let answer = server.raw(format!("{head}{body}{behind}")).await;
                    let text = answer.head.clone() + &String::from_utf8_lossy(&answer.body);
                    assert!(!text.contains("<rss/>"), "{head}{body}\n{text}");
                    assert!(STATUSES.contains(&answer.status), "{head}\n{text}");
                    if !coding.is_empty() {
                        assert!(text.matches("HTTP/1.1 ").count() <= 1, "more than one answer: {head}\n{text}");
                    }
                }
            }
        }
    }
    server.end().await;
}
