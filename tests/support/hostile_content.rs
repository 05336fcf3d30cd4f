//! Hostile documents that come whole: too large, wrong in themselves, or of items that are; each with its right classes.
//!
//! Not here: pages of articles and robots.txt (`hostile_pages`).

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::format_collect, clippy::too_many_lines, reason = "lists of cases: read as tables, made once")]

use super::hostile::gzip;
use super::prose;
use super::web::Answer;

/// A hostile source: its name, its answer, its class as the report has it (`None`: what is good in it is read).
pub type Case = (&'static str, Answer, &'static [Option<&'static str>]);

/// An honest limit of the program, in bytes: what stands here is below it or beyond it.
const BODY_BYTES: usize = 10 << 20;

const READ: &[Option<&str>] = &[None];
const NO_FEED: &[Option<&str>] = &[Some("not_a_feed")];

fn item(inner: &str) -> Answer {
    Answer::feed(prose::rss(&format!("<item><guid>1</guid><title>Odd</title>{inner}</item>")))
}

fn with_dtd(dtd: &str, title: &str) -> Answer {
    let feed = format!(
        "<rss version=\"2.0\"><channel><title>t</title><item><guid>1</guid><title>{title}</title></item>\
                        </channel></rss>"
    );
    Answer::feed(format!("<?xml version=\"1.0\"?><!DOCTYPE rss [{dtd}]>{feed}"))
}

fn json(body: impl Into<Vec<u8>>) -> Answer {
    Answer::ok(body).header("Content-Type", "application/feed+json")
}

/// So large that each wants a pass of its own.
pub fn heavy() -> Vec<Case> {
    let entries = |from: usize| -> String {
        let item =
            |number: usize| format!("<item><guid>{number}</guid><title>Entry {number} of too many</title></item>");
        (from..from + 100_000).map(item).collect()
    };
    let json_items: Vec<String> =
        (0..100_000).map(|number| format!("{{\"id\":\"j{number}\",\"title\":\"n {number}\"}}")).collect();
    let title = |bytes: usize| format!("<item><guid>1</guid><title>{}</title></item>", "title ".repeat(bytes / 6));
    let nested = |tag: &str| format!("<{tag}>").repeat(1_000_000);
    let page = |body: &str| Answer::page(format!("<html><body>{body}</body></html>"));
    vec![
        ("100,000 entries", Answer::feed(prose::rss(&entries(0))), READ),
        ("100,000 others", Answer::feed(prose::rss(&entries(100_000))), READ),
        (
            "100,000 entries in JSON",
            json(format!("{{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{}]}}", json_items.join(","))),
            &[None, Some("too_large")],
        ),
        ("a title of 50 MB", Answer::feed(prose::rss(&title(50_000_000))), &[Some("too_large")]),
        ("a title as large as may be", Answer::feed(prose::rss(&title(BODY_BYTES - 4096))), READ),
        ("a million nested elements", Answer::feed(prose::rss(&nested("a"))), &[Some("too_deep")]),
        (
            "a million nested divs in a summary",
            item(&format!("<description><![CDATA[{}]]></description>", nested("div"))),
            READ,
        ),
        ("a million nested divs", page(&nested("div")), &[Some("not_a_feed"), Some("too_deep")]),
        ("a million nested tables", page(&nested("table")), &[Some("not_a_feed"), Some("too_deep")]),
        ("a million nested brackets", json("[".repeat(1_000_000)), &[Some("malformed_json"), Some("too_deep")]),
        (
            "a million numbers",
            json(format!("{{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{}1]}}", "1,".repeat(4_000_000))),
            &[Some("too_large")],
        ),
        ("a million empty elements", item(&"<a/>".repeat(2_000_000)), READ),
        ("a million nested objects", json("{\"a\":".repeat(1_000_000)), &[Some("malformed_json"), Some("too_deep")]),
        (
            "a million attributes",
            item(&format!("<link {}/>", (0..700_000).map(|n| format!("a{n}='' ")).collect::<String>())),
            READ,
        ),
        ("a million references", item(&format!("<description>{}</description>", "&amp;".repeat(1_800_000))), READ),
        ("nothing but brackets", Answer::feed("<".repeat(9_000_000)), NO_FEED),
        ("nothing but ampersands", item(&format!("<description>{}</description>", "&".repeat(9_000_000))), READ),
        (
            "a million categories",
            item(&(0..300_000).map(|n| format!("<category>c{n}</category>")).collect::<String>()),
            READ,
        ),
        (
            "a million authors",
            item(&(0..200_000).map(|n| format!("<author>Name {n}</author>")).collect::<String>()),
            READ,
        ),
        (
            "a million pictures",
            item(
                &(0..90_000)
                    .map(|n| format!("<media:content url=\"https://p.example/{n}.jpg\" medium=\"image\"/>"))
                    .collect::<String>(),
            ),
            READ,
        ),
        (
            "a hundred thousand links",
            page(
                &(0..100_000)
                    .map(|n| format!("<p><a href=/n/{n}>Headline number {n} of many more</a></p>"))
                    .collect::<String>(),
            ),
            &[None, Some("not_a_feed")],
        ),
        ("a million open links", page(&"<a href=/x>".repeat(800_000)), &[None, Some("not_a_feed"), Some("too_deep")]),
        (
            "a million crossed tags",
            page(&"<b><i></b></i><p>".repeat(500_000)),
            &[None, Some("not_a_feed"), Some("too_deep")],
        ),
        (
            "a comment without end",
            item(&format!("<!-- {}", "- ".repeat(4_000_000))),
            &[None, Some("not_a_feed"), Some("malformed_xml")],
        ),
        (
            "ten thousand comments without end",
            item(&"<!-- <![CDATA[ <? <!".repeat(400_000)),
            &[None, Some("not_a_feed"), Some("malformed_xml")],
        ),
        (
            "a sitemap of 100,000",
            Answer::ok(format!(
                "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{}</urlset>",
                (0..100_000).map(|n| format!("<url><loc>http://127.0.0.1:1/{n}</loc></url>")).collect::<String>()
            )),
            READ,
        ),
    ]
}

/// Documents that are wrong in themselves.
pub fn documents() -> Vec<Case> {
    let laughs: String =
        (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let bomb = &[Some("dtd_refused")];
    let wide = format!("<!ENTITY x \"{}\">", "x".repeat(100_000));
    let utf16: Vec<u8> = [0xfe, 0xff].into_iter().chain(
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?><rss version=\"2.0\"><channel><item><guid>1</guid><title>Wide</title></item></channel></rss>"
            .encode_utf16().flat_map(u16::to_be_bytes)).collect();
    vec![
        ("a billion laughs", with_dtd(&format!("<!ENTITY l0 \"ha\">{laughs}"), "&l9;"), bomb),
        ("a wide entity, often", with_dtd(&wide, &"&x;".repeat(100_000)), bomb),
        (
            "an entity of itself",
            with_dtd("<!ENTITY x \"&y;\"><!ENTITY y \"&x;\">", "&x;"),
            &[Some("dtd_refused"), None],
        ),
        ("a file as entity", with_dtd("<!ENTITY x SYSTEM \"file:///etc/passwd\">", "A &x; B"), READ),
        ("an address as entity", with_dtd("<!ENTITY x SYSTEM \"http://127.0.0.1:1/\">", "A &x; B"), READ),
        ("a parameter entity", with_dtd("<!ENTITY % x SYSTEM \"file:///etc/passwd\"> %x;", "t"), READ),
        (
            "a DTD elsewhere",
            Answer::feed(
                "<!DOCTYPE rss SYSTEM \"file:///etc/passwd\"><rss version=\"2.0\"><channel><title>t</title></channel></rss>",
            ),
            READ,
        ),
        (
            "a DOCTYPE without end",
            Answer::feed("<!DOCTYPE rss [<!ENTITY x \"y\"><rss><channel></channel></rss>"),
            &[None, Some("not_a_feed")],
        ),
        (
            "an include of a file",
            Answer::feed(prose::rss(
                "<item><guid>1</guid><title>x</title><xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/passwd\" parse=\"text\"/></item>",
            )),
            READ,
        ),
        ("UTF-16 with a mark and a declaration", Answer::feed(utf16), READ),
        (
            "a charset of no one",
            Answer::ok(prose::rss(&prose::item("Charset", "http://127.0.0.1:1/c", 1)))
                .header("Content-Type", "text/xml; charset=x-klingon"),
            READ,
        ),
        (
            "a charset that lies",
            Answer::ok(prose::rss(&prose::item("Charset", "http://127.0.0.1:1/d", 2)))
                .header("Content-Type", "text/xml; charset=utf-16"),
            READ,
        ),
        (
            "bytes of no charset",
            Answer::feed([prose::rss("<item><guid>1</guid><title>A").into_bytes(), (0x80..=0xff).collect()].concat()),
            &[None, Some("not_a_feed")],
        ),
        ("control characters", item("<description>\0\u{1}\u{b}\u{7f}\u{fffe}x</description>"), READ),
        ("a picture", Answer::feed(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01".to_vec()), NO_FEED),
        ("an archive", Answer::feed(gzip(b"<rss/>")), NO_FEED),
        ("a page of an error", Answer::page("<html><title>Error</title><h1>Database error</h1></html>"), NO_FEED),
        (
            "a page that asks for consent",
            Answer::page(
                "<html><title>Before you continue</title><form>We use cookies<button>Accept</button></form></html>",
            ),
            NO_FEED,
        ),
        ("a feed without items", Answer::feed(prose::rss("")), READ),
        ("an RSS of nothing", Answer::feed("<rss/>"), &[None, Some("not_a_feed")]),
        ("other XML", Answer::feed("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), NO_FEED),
        (
            "a SOAP fault",
            Answer::feed(
                "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault/></s:Body></s:Envelope>",
            ),
            NO_FEED,
        ),
        ("JSON of nothing", json("{}"), NO_FEED),
        ("JSON null", json("null"), NO_FEED),
        (
            "half JSON",
            json("{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"id\":\"1\","),
            &[Some("malformed_json")],
        ),
        (
            "JSON of other types",
            json("{\"version\":1,\"title\":[],\"items\":[1,null,[],{\"id\":{},\"title\":7,\"url\":[]},\"x\"]}"),
            &[None, Some("not_a_feed")],
        ),
        ("an error in JSON", json("{\"error\":\"not found\",\"status\":404}"), NO_FEED),
        ("plain text", Answer::ok("Service temporarily unavailable"), NO_FEED),
        (
            "half XML",
            Answer::feed(
                prose::rss("<item><guid>h</guid><title>Half</title></item><item><title>Cut")
                    .replace("</channel></rss>", ""),
            ),
            READ,
        ),
        ("crossed tags", item("<description><b><i>x</b></i></description></title></item></channel>"), READ),
        (
            "namespaces without end",
            Answer::feed(format!(
                "<rss {}><channel/></rss>",
                (0..20_000).map(|n| format!("xmlns:n{n}='u:{n}' ")).collect::<String>()
            )),
            READ,
        ),
        (
            "a page that is refreshed",
            Answer::page("<meta http-equiv=refresh content='0;url=http://127.0.0.1:1/'>"),
            NO_FEED,
        ),
        (
            "a page whose feed is itself",
            Answer::page("<link rel=alternate type=application/rss+xml href=/feed>"),
            &[None, Some("not_a_feed")],
        ),
        (
            "a page whose feed is private",
            Answer::page("<link rel=alternate type=application/rss+xml href=http://127.0.0.1:1/>"),
            &[None, Some("not_a_feed"), Some("blocked_address")],
        ),
        (
            "a page whose base is a script",
            Answer::page("<base href='javascript:alert(1)//'><h2><a href=x>A headline of some length</a></h2>"),
            &[None, Some("not_a_feed")],
        ),
        (
            "a sitemap of itself",
            Answer::ok(
                "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><sitemap><loc>/feed</loc></sitemap></sitemapindex>",
            ),
            &[None, Some("not_a_feed")],
        ),
        (
            "a sitemap of private ones",
            Answer::ok(
                "<sitemapindex><sitemap><loc>http://127.0.0.1:1/a</loc></sitemap><sitemap><loc>file:///etc/passwd</loc></sitemap></sitemapindex>",
            ),
            &[None, Some("not_a_feed")],
        ),
    ]
}

/// Documents that were wrong for us once, or nearly: most were found by fuzzing and by sending ten million of one sign.
pub fn found_before() -> Vec<Case> {
    let feed = |items: &str| Answer::feed(prose::rss(items));
    let whole = "<item><guid>w</guid><title>Whole</title></item>";
    let utf32: Vec<u8> = prose::rss(whole).chars().flat_map(|character| u32::from(character).to_le_bytes()).collect();
    let half = |rest: &str| {
        let items = "{\"id\":\"1\",\"title\":\"Whole\"},";
        json(format!("{{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{items}{rest}"))
    };
    let all = |text: &str| text.repeat(100_000);
    let nothings: String =
        (1..9).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    vec![
        ("half JSON with a whole item", half("{\"id\":\"2\",\"tit"), READ),
        ("JSON cut in an escape", half("{\"id\":\"2\",\"title\":\"\\u00"), READ),
        ("JSON with line breaks in strings", half("{\"id\":\"2\",\"title\":\"a\nb\"}]}"), READ),
        ("JSON with numbers beyond all", half("{\"id\":1e999,\"title\":-1e-999}]}"), &[None, Some("malformed_json")]),
        (
            "JSON with one key twice",
            half("{\"id\":\"2\",\"id\":\"3\"}],\"items\":[{\"id\":\"4\",\"title\":\"x\"}]}"),
            READ,
        ),
        ("UTF-32 without a mark", Answer::feed(utf32), READ),
        ("CDATA without end", feed("<item><title><![CDATA[Half</title></item><item><title>Whole</title></item>"), READ),
        ("CDATA in CDATA", feed(&format!("<item><title>{}</title></item>", "<![CDATA[".repeat(1000))), READ),
        ("end tags of nothing", item(&format!("{}{}", "<a>".repeat(200), all("</x></y>"))), READ),
        ("ends of items, of nothing", feed(&all("</item>")), READ),
        (
            "quotation marks without end",
            item(&format!("<description>{}</description>", all("&lt;a href=\"x&gt;"))),
            READ,
        ),
        ("quotation marks of tags", item(&format!("<link {}/>", all("a=\"b c=' "))), READ),
        ("exclamations", item(&format!("<description>{}</description>", all("<!x"))), READ),
        (
            "DOCTYPEs without end",
            Answer::feed(format!("{}{}", all("<!DOCTYPE x [\""), prose::rss(""))),
            &[None, Some("not_a_feed")],
        ),
        ("a billion of nothing", with_dtd(&format!("<!ENTITY l0 \"\">{nothings}"), "&l8;"), &[Some("dtd_refused")]),
        ("a vocabulary for each element", item(&all("<a xmlns:b='http://x.example/'/>")), READ),
        ("a base for each element", item(&all("<link xml:base='a/'/>")), READ),
        (
            "a base that is a script",
            Answer::feed(
                "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='javascript:x//'><entry><id>e</id><title>x</title><link href='y'/></entry></feed>",
            ),
            READ,
        ),
        ("a date of the moon", item("<pubDate>الثلاثاء 4 رجب 1445 هـ</pubDate>"), READ),
        ("an address that grows", item(&format!("<link>http://127.0.0.1:1/{}</link>", "\"".repeat(8000))), READ),
        (
            "numbers of no character",
            item("<description>&#0;&#1;&#xd800;&#xffff;&#x110000;&#99999999999;</description>"),
            READ,
        ),
        (
            "base64 of anything",
            Answer::feed(
                "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>e</id><title>x</title><content type='image/png'>iVBORw0KGgo=</content></entry></feed>",
            ),
            READ,
        ),
        ("a list of lists", Answer::page(format!("<html><body>{}</body></html>", "<ul><li>".repeat(5000))), NO_FEED),
        (
            "an index of pages without end",
            Answer::page("<h2><a href=/n/1>A headline of some length</a></h2><a rel=next href=/feed?2>Next</a>"),
            &[None, Some("not_a_feed")],
        ),
        (
            "UTF-7",
            Answer::page("+ADw-script+AD4-alert(1)+ADw-/script+AD4-")
                .header("Content-Type", "text/html; charset=utf-7"),
            NO_FEED,
        ),
        (
            "many parts",
            Answer::ok("--x\r\n\r\n<rss/>\r\n--x--").header("Content-Type", "multipart/mixed; boundary=x"),
            &[None, Some("not_a_feed")],
        ),
    ]
}

/// Items that are wrong in themselves, in feeds that are not.
pub fn items() -> Vec<Case> {
    let dates = [
        "Mon, 01 Jan 0000 00:00:00 GMT",
        "0000-00-00T00:00:00Z",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "9999-12-31T23:59:59-14:00",
        "99999-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "99999999999999999999",
        "-1",
        "Infinity",
        "Tue, 30 Feb 2024 25:61:61 +9999",
        "2024-01-16T14:05:00+99:99",
        "0",
        "\u{202e}2024-01-16",
    ];
    let with_dates: String = dates.iter().enumerate().map(|(n, date)| format!(
        "<item><guid>d{n}</guid><title>Dated {n}</title><pubDate>{date}</pubDate><atom:updated xmlns:atom=\"http://www.w3.org/2005/Atom\">{date}</atom:updated>\
         <description>{}</description></item>", prose::paragraphs(900 + n as u64)[0])).collect();
    let links = [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://169.254.169.254/latest/",
        "http://user:password@127.0.0.1:1/",
        "http://127.0.0.1:1/\r\nX: y",
        "http://а.example.invalid/",
        "../../../../etc/passwd",
        "http://[::1",
        "https://",
        "//",
        "?",
        "#",
        "http://127.0.0.1:1/%00%0d%0a",
        "ftp://x.example/",
        "http://2130706433/",
    ];
    let linked: String = links.iter().enumerate().map(|(n, link)| format!(
        "<item><guid>../../../l{n}</guid><title>Linked {n}</title><link>{link}</link><description>{}</description></item>",
        prose::paragraphs(700 + n as u64)[0])).collect();
    let long = format!("http://127.0.0.1:1/{}", "x".repeat(100_000));
    let same: String = (0..30)
        .map(|n| {
            format!("<item><guid>same</guid><title>Same {n}</title><link>http://127.0.0.1:1/{}</link></item>", n % 10)
        })
        .collect();
    let nameless: String = (0..30).map(|_| "<item><title/><link/><guid/></item>").collect();
    vec![
        ("dates of other times", Answer::feed(prose::rss(&with_dates)), READ),
        ("links to anywhere", Answer::feed(prose::rss(&linked)), READ),
        ("a long link", item(&format!("<link>{long}</link>")), READ),
        ("one guid for all", Answer::feed(prose::rss(&same)), READ),
        ("items of nothing", Answer::feed(prose::rss(&nameless)), READ),
        (
            "the guids of another source",
            Answer::feed(prose::rss(
                &(0..4).map(|n| format!("<item><guid>{n}</guid><title>Stolen {n}</title></item>")).collect::<String>(),
            )),
            READ,
        ),
        (
            "a guid of a path",
            Answer::feed(prose::rss("<item><guid>../../../../tmp/x\0/etc/passwd</guid><title>Path</title></item>")),
            READ,
        ),
        (
            "an enclosure of more than all",
            item("<enclosure url=\"http://127.0.0.1:1/\" length=\"99999999999999999999999\" type=\"\u{1}\"/>"),
            READ,
        ),
    ]
}
