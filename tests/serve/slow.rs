//! Those who take their time: slow heads, slow bodies, readers who do not read, and whoever is idle when it ends.

use std::fs;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::server::Server;

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
        let read = tokio::time::timeout(Duration::from_millis(500), stream.read(&mut buffer)).await;
        if let Ok(Ok(0) | Err(_)) = read {
            break;
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

/// Bytes of a file that no socket's buffer holds.
const LARGE_BYTES: usize = 32 * 1024 * 1024;

#[tokio::test]
async fn a_reader_that_does_not_read_is_cut_and_a_slow_one_is_not() {
    let server = Server::start().await;
    fs::write(server.folder.path().join("public/feeds/large.bin"), vec![7; LARGE_BYTES]).unwrap();
    let request = b"GET /feeds/large.bin HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
    let mut asleep = TcpStream::connect(server.address).await.unwrap();
    asleep.write_all(request).await.unwrap();
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    slow.write_all(request).await.unwrap();
    let begun = Instant::now();
    let (mut some, mut read) = (vec![0; 1024 * 1024], 0);
    // Longer than the patience of a connection, with something taken every second.
    while begun.elapsed() < Duration::from_secs(28) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let got = slow.read(&mut some).await.expect("a slow reader is not cut");
        assert!(got > 0, "a slow reader is not cut");
        read += got;
    }
    let rest = slow.read_to_end(&mut Vec::new()).await.expect("and gets all of it");
    assert!(read + rest > LARGE_BYTES, "with a head before it: {}", read + rest);
    // What lay in the buffers is still read; then comes the end, long before all of it.
    let mut got = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), asleep.read_to_end(&mut got)).await;
    assert!(ended.is_ok(), "still open");
    assert!(got.len() < LARGE_BYTES, "was cut");
    server.end().await;
}

#[tokio::test]
async fn a_body_that_trickles_in_holds_nothing_up() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1000000\r\n\r\nx").await.unwrap();
    let (mut some, mut answer) = ([0; 1024], Vec::new());
    // Answered at once, and closed: what comes behind a body that nobody reads is not waited for.
    let reading = async {
        while let Ok(read @ 1..) = stream.read(&mut some).await {
            answer.extend_from_slice(&some[..read]);
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reading).await.expect("closed");
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer));
    server.end().await;
}

#[tokio::test]
async fn heads_are_bounded() {
    let server = Server::start().await;
    let head = |rest: &str| format!("GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n{rest}\r\n");
    for (request, statuses) in [
        (head(&format!("X-Long: {}\r\n", "a".repeat(5000))), [200, 200]),
        (head(&format!("X-Long: {}\r\n", "a".repeat(100_000))), [431, 0]),
        (head(&"X-Many: 1\r\n".repeat(60)), [200, 200]),
        (head(&"X-Many: 1\r\n".repeat(100)), [431, 431]),
        (format!("GET /{} HTTP/1.1\r\nHost: a.example\r\n\r\n", "a".repeat(70_000)), [414, 431]),
    ] {
        // Whoever still writes when the answer comes may find the connection ended before it is read.
        let answer = server.raw(&request).await;
        assert!(statuses.contains(&answer.status) || answer.status == 0, "{}: {}", request.len(), answer.status);
    }
    server.end().await;
}
