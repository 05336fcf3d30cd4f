//! What feeds.toml can say: every key with its type, its default, an example, since when, and what it is for.
//!
//! For people: `docs/FEEDS_TOML.md` is made of it. What is read is `sections`, `source`, `country` and `alert`; a test holds
//! the two together, key by key and default by default.

/// A table of feeds.toml.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name: `worker`, `source.select`, `country.CODE`.
    pub name: &'static str,
    /// What it is for.
    pub words: &'static str,
    /// Its keys, in the order in which they are told.
    pub keys: &'static [Key],
}

/// A key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What is written there.
    pub form: &'static str,
    /// What holds where it is not written: as it would be written, in words, or empty where nothing does.
    pub default: &'static str,
    /// How it may be written; empty where there is nothing to write.
    pub example: &'static str,
    /// The version that read it first.
    pub since: &'static str,
    /// What it is for.
    pub words: &'static str,
}

const fn key(name: &'static str, form: &'static str, values: [&'static str; 2], words: &'static str) -> Key {
    Key { name, form, default: values[0], example: values[1], since: "0.1.0", words }
}

/// Every table.
pub const TABLES: &[Table] = &[
    Table {
        name: "worker",
        words: "`[worker]`: how a pass behaves.",
        keys: &[
            key(
                "every",
                "duration",
                ["\"30m\"", "\"1h\""],
                "how often a source is asked, where it does not say itself",
            ),
            key(
                "soonest",
                "duration",
                ["\"10m\"", "\"5m\""],
                "how soon again at the soonest: a source that says that it may be asked sooner than `every`, and changes often",
            ),
            key("concurrency", "count, to 4096", ["64", "16"], "requests in flight in all"),
            key("per_host", "count, to 32", ["2", "1"], "requests in flight to one host"),
            key("delay", "duration, `\"0s\"` too", ["\"1s\"", "\"5s\""], "time between two requests to one host"),
            key(
                "contact",
                "address or e-mail",
                ["", "\"https://example.org/bot\""],
                "named in the User-Agent, for those whose servers we ask",
            ),
            key(
                "site_rules",
                "folder",
                ["", "\"site-rules\""],
                "rules of sites (`<host>.txt`) that stand before the bundled ones",
            ),
            key(
                "robots",
                "true or false",
                ["false", "true"],
                "whether robots.txt is obeyed for feeds too; for pages it always is",
            ),
        ],
    },
    Table {
        name: "network",
        words: "`[network]`: exceptions of the address guard, and whom else to trust.",
        keys: &[
            key(
                "allow",
                "list of `address:port`",
                ["[]", "[\"127.0.0.1:8099\"]"],
                "exact pairs that are connected to though they are not public",
            ),
            key("ca", "file (PEM)", ["", "\"ca.pem\""], "certificates that are trusted beside those of the system"),
        ],
    },
    Table {
        name: "limits",
        words: "`[limits]`: each is told in the report when it is reached.",
        keys: &[
            key("body", "size", ["\"10MiB\"", "\"2MiB\""], "of one page or feed, packed and unpacked"),
            key("request", "duration", ["\"30s\"", "\"10s\""], "one request, redirects included"),
            key("failing", "duration", ["\"30s\"", "\"20s\""], "spent on one source that fails, in one pass"),
            key("pass", "duration", ["\"15m\"", "\"5m\""], "one pass"),
            key("first", "count", ["100", "20"], "entries of a source seen for the first time: the newest"),
            key("entries", "count", ["500", "200"], "entries of a source in one pass: the newest"),
            key("redirects", "count, to 20", ["5", "3"], "in a row"),
            key(
                "pages",
                "count, to 6",
                ["5", "2"],
                "of a listing that has a next page, or members of a sitemap index, in one pass",
            ),
            key("depth", "count, to 4096", ["256", "100"], "to which elements of a page or feed may nest"),
        ],
    },
    Table {
        name: "store",
        words: "`[store]`: what is remembered.",
        keys: &[
            key(
                "engine",
                "`\"sled\"` or `\"postgres\"`",
                ["\"sled\"", "\"sled\""],
                "how it is kept: in a folder, or in a database that several workers share (docs/SCALING.md)",
            ),
            key(
                "path",
                "folder",
                ["\"data\"", "\"/var/lib/feedatlas/data\""],
                "where; a relative one counts from the folder of feeds.toml",
            ),
            key("url", "address", ["", ""], "of the database, `\"env:NAME\"` too; sled has none, and says so"),
            key("lease", "duration", ["\"1m\"", "\"90s\""], "how long a worker that died keeps others from its hosts"),
            key(
                "keep",
                "duration",
                ["\"180d\"", "\"365d\""],
                "counted from the day an article was last seen at its source",
            ),
        ],
    },
    Table {
        name: "publish",
        words: "`[publish]`: what readers get.",
        keys: &[
            key(
                "to",
                "folder",
                ["\"public\"", "\"/var/www/news\""],
                "where; a relative one counts from the folder of feeds.toml",
            ),
            key(
                "base_url",
                "address",
                ["\"http://127.0.0.1:8080\"", "\"https://news.example.org\""],
                "the address under which readers reach that folder",
            ),
            key("items", "count", ["100", "50"], "in a feed; what no longer fits is in the archives"),
            key(
                "hub",
                "`\"own\"`, or an address",
                ["", "\"own\""],
                "who tells subscribers of changes (WebSub): that of `serve`, or another one",
            ),
            key(
                "language",
                "`\"ru\"`, `\"en\"`",
                ["\"ru\"", "\"en\""],
                "of the pages and of the feeds as wholes; the pages are in the other one too, in a folder of their own",
            ),
        ],
    },
    Table {
        name: "feed",
        words: "`[[feed]]`: a feed of your own choice, beside those of the lands. An article is in it that answers to each key \
                that is written, and of a list to any one.",
        keys: &[
            key("slug", "text", ["", "\"railways\""], "names its files; needed"),
            key("title", "text", ["", "\"Railways\""], "what it is called"),
            key("sources", "list of names of sources", ["[]", "[\"https://example.org/feed\"]"], "of these sources"),
            key("countries", "list of codes or slugs", ["", "[\"KP\", \"MN\"]"], "of these countries"),
            key(
                "words",
                "list of texts",
                ["[]", "[\"railway*\"]"],
                "with these words; one that ends with `*` may go on",
            ),
            key("language", "text, or list of texts", ["", "\"en\""], "in these languages"),
        ],
    },
    Table {
        name: "alert",
        words: "`[alert]`: whom to tell unasked, and of what. docs/OPERATING.md has the shape of a message.",
        keys: &[
            key(
                "command",
                "text, or list of texts",
                ["", "[\"/usr/local/bin/notify\", \"news\"]"],
                "a program and its arguments, started without a shell",
            ),
            key(
                "webhook",
                "address, `\"env:NAME\"` too",
                ["", "\"https://hooks.example.org/T0/B1\""],
                "messages are posted to it as JSON; it may be private",
            ),
            key(
                "ping",
                "address, `\"env:NAME\"` too",
                ["", "\"https://hc.example.org/0b5e\""],
                "asked after every whole pass: who is not asked for long raises the alarm",
            ),
            key("failing", "duration", ["\"6h\"", "\"1h\""], "a source that fails for so long is told"),
            key(
                "quiet",
                "duration",
                ["\"24h\"", "\"48h\""],
                "one that has nothing new for so long, and for three times its longest usual silence",
            ),
            key(
                "pictures",
                "true or false",
                ["true", "false"],
                "whether it is told that a source has lost its pictures",
            ),
            key(
                "pass",
                "duration",
                ["\"2h\"", "\"30m\""],
                "no pass has ended for so long: `serve` and `status --check` tell it",
            ),
            key("rest", "duration", ["\"10m\"", "\"1h\""], "one message in this time at most"),
            key("deadline", "duration", ["\"10s\"", "\"5s\""], "how long telling may take"),
        ],
    },
    Table {
        name: "source",
        words: "`[[source]]`: one address to poll. As many as you like.",
        keys: &[
            key(
                "url",
                "address",
                ["", "\"https://example.org/feed\""],
                "what is asked; the one key that must be there",
            ),
            key(
                "name",
                "text, to 200 characters",
                ["the address", "\"Example\""],
                "unique; a source is known by it, so its url may change and nothing is new again",
            ),
            key(
                "kind",
                "`\"feed\"`, `\"page\"`, `\"sitemap\"`",
                ["found out by looking", "\"feed\""],
                "what the address gives",
            ),
            key("language", "code (BCP 47)", ["", "\"ru\""], "of its articles, where they do not say themselves"),
            key("zone", "zone (IANA)", ["\"UTC\"", "\"Europe/Moscow\""], "of dates printed without one"),
            key(
                "select",
                "table",
                ["found by shape", "{ item = \"article.card\" }"],
                "where the entries of a page stand: see below",
            ),
            key(
                "article",
                "table",
                ["found by itself", "{ body = \".text\" }"],
                "where the parts of its articles stand: see below",
            ),
            key("countries", "list of codes", ["[]", "[\"KP\"]"], "always these, whatever the words say"),
            key(
                "only_countries",
                "true or false",
                ["false", "true"],
                "whether the words of an article may add no more",
            ),
            key(
                "publish",
                "`\"full\"`, `\"excerpt\"`, `\"link\"`",
                ["\"full\"", "\"excerpt\""],
                "what the source's rights allow",
            ),
            key("every", "duration", ["that of `[worker]`", "\"2h\""], "instead of the worker's"),
            key("soonest", "duration", ["that of `[worker]`", "\"30m\""], "instead of the worker's"),
            key("delay", "duration", ["that of `[worker]`", "\"5s\""], "instead of the worker's"),
            key("robots", "true or false", ["that of `[worker]`", "true"], "instead of the worker's"),
        ],
    },
    Table {
        name: "source.select",
        words: "`select = { … }`: where the entries stand on a page. Selectors are CSS, with an attribute after `@`, or XPath after `xpath:`.",
        keys: &[
            key("item", "selector", ["", "\"article.card\""], "one entry; must be there where there is a `select`"),
            key("title", "selector", ["words of the link", "\"h2\""], "its headline, inside the item"),
            key("link", "selector", ["the first link", "\"a.more@href\""], "its address, inside the item"),
            key("date", "selector", ["found by itself", "\"time@datetime\""], "its date, inside the item"),
            key("next", "selector", ["none is followed", "\"a.next@href\""], "the next page, on the whole page"),
        ],
    },
    Table {
        name: "source.article",
        words: "`article = { … }`: where the parts of an article stand on its page. One selector, or a list. A help: where it names nothing any more, the article is read as on any page.",
        keys: &[
            key("title", "selectors, the first that names one", ["", "\"h1\""], "the headline"),
            key("body", "selectors, the first that names one", ["", "\".text\""], "the text"),
            key("date", "selectors, the first that names one", ["", "\"time@datetime\""], "when it was published"),
            key("author", "selectors, the first that names one", ["", "\".by\""], "who wrote it"),
            key("credit", "selectors, all of them", ["", "[\".caption\", \"figcaption\"]"], "whose the photos are"),
            key("image", "selectors", ["", "\"figure img\""], "the lead photo"),
            key("remove", "selectors, all of them", ["", "[\".promo\"]"], "not the article, wherever it stands"),
        ],
    },
    Table {
        name: "country.CODE",
        words: "`[country.KP]`: what is different for a land. Its code is that of ISO 3166-1; XP and XO are known too. A table for a country that is none of the 51 lands gives it feeds.",
        keys: &[
            key(
                "slug",
                "text: a-z, 0-9, hyphens",
                ["that of the table", "\"north-korea\""],
                "names its files: /feeds/north-korea.xml",
            ),
            key("title", "text", ["its name", "\"КНДР\""], "what its feed is called"),
            key("enabled", "true or false", ["true", "false"], "whether it has feeds"),
            key("words", "list of texts", ["[]", "[\"чучхе\"]"], "speak for it, beside those that feedatlas knows"),
            key("not_words", "list of texts", ["[]", "[\"корейка\"]"], "do not speak for it"),
            key("threshold", "0 to 1", ["the router's own", "0.5"], "how strong the words must be"),
        ],
    },
];
