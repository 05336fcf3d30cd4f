//! `serve` over port 0: what a reader, a browser, a cache and an attacker get.

mod mutants;
mod program;
mod server;
mod slow;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::time::Duration;

use server::{Server, feed, publish};

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
async fn conditions_go_in_their_order_and_head_has_no_parts() {
    let server = Server::start().await;
    let first = server.get("/feeds/kndr.xml").await;
    let (tag, modified) = (first.header("etag").unwrap(), first.header("last-modified").unwrap());
    for (headers, status) in [
        (format!("If-Match: {tag}\r\n"), 200),
        ("If-Match: \"other\"\r\n".to_owned(), 412),
        (format!("If-Match: \"other\"\r\nIf-None-Match: {tag}\r\n"), 412),
        (format!("If-Match: {tag}\r\nIf-None-Match: {tag}\r\n"), 304),
        ("If-Unmodified-Since: Mon, 01 Jan 2001 00:00:00 GMT\r\n".to_owned(), 412),
        (format!("If-Unmodified-Since: {modified}\r\n"), 200),
        (format!("Range: bytes=0-3\r\nIf-Range: {tag}\r\n"), 206),
        (format!("Range: bytes=0-3\r\nIf-Range: W/{tag}\r\n"), 200),
        (format!("Range: bytes=0-3\r\nIf-None-Match: {tag}\r\n"), 304),
        ("Range: bytes=0-3,5-7\r\n".to_owned(), 200),
    ] {
        assert_eq!(server.ask("GET", "/feeds/kndr.xml", &headers).await.status, status, "{headers}");
    }
    let head = server.ask("HEAD", "/feeds/kndr.xml", "Range: bytes=0-3\r\n").await;
    assert_eq!((head.status, head.header("content-length")), (200, first.header("content-length")));
    // A part that is no longer a part is sent whole, and packed if that is wanted.
    let whole =
        server.ask("GET", "/feeds/kndr.xml", "Range: bytes=0-3\r\nIf-Range: \"x\"\r\nAccept-Encoding: br\r\n").await;
    assert_eq!((whole.status, whole.header("content-encoding")), (200, Some("br")));
    server.end().await;
}

#[tokio::test]
async fn readers_in_browsers_may_read_feeds_and_nobody_frames_a_page() {
    let server = Server::start().await;
    for path in ["/feeds/kndr.xml", "/feeds/kndr.atom", "/feeds/kndr.json", "/feeds.opml", "/status.json"] {
        assert_eq!(server.get(path).await.header("access-control-allow-origin"), Some("*"), "{path}");
    }
    let page = server.get("/kndr/").await;
    assert_eq!(page.header("access-control-allow-origin"), None);
    assert!(page.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
    server.end().await;
}

#[tokio::test]
async fn a_packed_form_of_other_bytes_is_not_served() {
    let server = Server::start().await;
    let public = server.folder.path().join("public");
    // As between two renames of a pass, or where somebody has copied only a part of the folder.
    let ask = |coding: &'static str| server.ask("GET", "/feeds/kndr.xml", coding);
    assert_eq!(ask("Accept-Encoding: gzip\r\n").await.header("content-encoding"), Some("gzip"));
    fs::copy(public.join("feeds.opml.gz"), public.join("feeds/kndr.xml.gz")).unwrap();
    fs::write(public.join("feeds/kndr.xml.br"), "no brotli at all").unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    for coding in ["Accept-Encoding: gzip\r\n", "Accept-Encoding: br\r\n"] {
        let answer = ask(coding).await;
        assert_eq!(
            (answer.header("content-encoding"), answer.body.as_slice()),
            (None, feed("first").as_bytes()),
            "{coding}"
        );
    }
    publish(&public, feed("second")).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(ask("Accept-Encoding: gzip\r\n").await.header("content-encoding"), Some("gzip"));
    server.end().await;
}
