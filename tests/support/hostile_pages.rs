//! Hostile pages of articles, and answers of robots.txt; each with the classes that are right for it.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::format_collect, clippy::too_many_lines, reason = "lists of cases: read as tables, made once")]

use super::hostile::{gzip, packed};
use super::hostile_content::Case;
use super::prose;
use super::web::{Answer, Step};

const READ: &[Option<&str>] = &[None];

/// Pages of articles: the classes are of the page; its entry's own words are published.
pub fn pages() -> Vec<Case> {
    let article = |body: &str| Answer::page(prose::page("A page", body));
    let any: &[Option<&str>] = &[None, Some("no_content"), Some("too_deep")];
    let endless =
        |head: &str, body: &[u8]| Answer::steps(vec![Step::Send(head.into()), Step::Endless(body.repeat(512))]);
    vec![
        (
            "soft 404",
            Answer::page(
                "<html><title>404 Not Found</title><body><h1>Page not found</h1><p>The page you are looking for does not exist.</p></body></html>",
            ),
            &[Some("soft_404"), Some("no_content")],
        ),
        (
            "paywall",
            Answer::page(
                "<html><head><title>Story</title><script type=\"application/ld+json\">{\"@type\":\"NewsArticle\",\"isAccessibleForFree\":false}</script></head><body><article><h1>Story</h1><p>The beginning of it.</p><div class=paywall>Subscribe to read the whole article</div></article></body></html>",
            ),
            &[Some("paywall"), Some("no_content"), None],
        ),
        (
            "a picture",
            Answer::ok(b"\x89PNG\r\n\x1a\n".to_vec()).header("Content-Type", "image/png"),
            &[Some("not_html")],
        ),
        (
            "a picture that says it is a page",
            Answer::page([b"\x89PNG\r\n\x1a\n".as_slice(), &[0, 1, 2, 255].repeat(9999)].concat()),
            &[Some("not_html"), Some("no_content")],
        ),
        ("a PDF without a type", Answer::ok("%PDF-1.7 \0\u{1}"), &[Some("not_html"), Some("no_content")]),
        ("nothing", Answer::page(""), &[Some("empty_body"), Some("no_content")]),
        ("no words", Answer::page("<html><body></body></html>"), &[Some("no_content")]),
        (
            "consent",
            Answer::page(
                "<html><title>Your privacy</title><body><form><h1>We value your privacy</h1><p>We and our 900 partners store cookies.</p><button>Accept all</button></form></body></html>",
            ),
            &[None, Some("no_content"), Some("challenge")],
        ),
        (
            "challenge",
            Answer::page("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>"),
            &[Some("challenge")],
        ),
        (
            "endless",
            endless("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b"<p>word word word "),
            &[Some("too_large"), Some("timeout")],
        ),
        (
            "drip",
            Answer::steps(vec![
                Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
                Step::Drip(vec![b'x'; 9999], std::time::Duration::from_millis(50)),
            ]),
            &[Some("timeout")],
        ),
        ("hangs", Answer::steps(vec![Step::Hang]), &[Some("timeout")]),
        ("resets", Answer::steps(vec![Step::Reset]), &[Some("reset")]),
        ("bomb", packed("gzip", gzip(&vec![b' '; 40 << 20])), &[Some("decompression_limit")]),
        ("private", Answer::redirect(302, "http://127.0.0.1:1/"), &[Some("blocked_address")]),
        ("circle", Answer::redirect(302, "/story"), &[Some("redirect_loop")]),
        ("500", Answer::status(500), &[Some("http_status")]),
        ("410", Answer::status(410), &[Some("gone")]),
        (
            "characters of no page",
            article(&format!("<p>\0\u{1}\u{b}{}</p>&#0;&#x80;&#xd800;&#x110000;{}", '\u{ffff}', prose::html(34))),
            any,
        ),
        ("frames", Answer::page("<frameset><frame src=http://127.0.0.1:1/></frameset>"), &[Some("no_content")]),
        ("a feed", Answer::feed(prose::rss("")), &[Some("no_content"), Some("not_html")]),
        ("open formatting", article(&("<b><i><u><a href=/x>".repeat(20_000) + &prose::html(35))), any),
    ]
}

/// Pages so large that each wants a pass of its own.
pub fn heavy_pages() -> Vec<Case> {
    let article = |body: &str| Answer::page(prose::page("A page", body));
    let images: String =
        (0..50_000).map(|n| format!("<img src=https://p.example/{n}.jpg width=900 height=600>")).collect();
    let cells = "<table><tr><td>".repeat(100_000);
    let any: &[Option<&str>] = &[None, Some("no_content"), Some("too_deep")];
    vec![
        ("a million nested divs", article(&"<div>".repeat(1_000_000)), &[Some("too_deep"), Some("no_content")]),
        ("deep tables", article(&cells), any),
        ("50,000 pictures", article(&(images + &prose::html(31))), any),
        ("50,000 paragraphs", article(&"<p>The same words again and again, without an end.</p>".repeat(50_000)), any),
        ("one paragraph of 5 MB", article(&format!("<p>{}</p>", "word and another ".repeat(300_000))), any),
        (
            "data without end",
            article(&format!(
                "<script type=\"application/ld+json\">{}</script>{}",
                "[".repeat(1_000_000),
                prose::html(32)
            )),
            any,
        ),
        ("a title of 5 MB", Answer::page(prose::page(&"title ".repeat(800_000), &prose::html(33))), any),
    ]
}

/// Answers of robots.txt: none of them costs a feed anything.
pub fn robots() -> Vec<Case> {
    let denied: &[Option<&str>] = &[Some("robots_denied")];
    let unavailable: &[Option<&str>] = &[Some("robots_unavailable")];
    let huge = "User-agent: *\nDisallow: /nothing\n".repeat(300_000);
    vec![
        ("missing", Answer::status(404), READ),
        ("forbidden itself", Answer::status(403), READ),
        ("failing", Answer::status(500), unavailable),
        ("unavailable", Answer::status(503), unavailable),
        ("huge", Answer::ok(huge), READ),
        (
            "endless",
            Answer::steps(vec![
                Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
                Step::Endless(b"Allow: /\n".repeat(512)),
            ]),
            &[None, Some("robots_unavailable")],
        ),
        ("in a circle", Answer::redirect(302, "/robots.txt"), &[None, Some("robots_unavailable")]),
        ("elsewhere", Answer::redirect(302, "http://127.0.0.1:1/robots.txt"), &[Some("blocked_address")]),
        ("hanging", Answer::steps(vec![Step::Hang]), unavailable),
        ("reset", Answer::steps(vec![Step::Reset]), unavailable),
        ("a picture", Answer::ok(b"\x89PNG\r\n\x1a\n\0\0".to_vec()), READ),
        ("a page", Answer::page("<html><p>Disallow: /</p></html>"), READ),
        ("a bomb", packed("gzip", gzip(&vec![b'\n'; 40 << 20])), &[None, Some("robots_unavailable")]),
        ("no to all", Answer::ok("User-agent: *\nDisallow: /"), denied),
        ("stars", Answer::ok(format!("User-agent: *\nDisallow: /{}$", "*a".repeat(20_000))), READ),
        (
            "a day between two",
            Answer::ok("User-agent: *\nCrawl-delay: 86400"),
            &[None, Some("rate_limited"), Some("robots_denied")],
        ),
    ]
}
