//! What every page has in common: its language, and the ways from it to the folder, to the home page, to its twin.
//!
//! Ways are relative, so the folder works under any address and from a disk.

use askama::Template;

use crate::model::language::Language;
use crate::publish::asset;
use crate::publish::error::PublishError;
use crate::publish::sink::File;
use crate::publish::site::Site;

/// What a page has in common with all others.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The language of its interface.
    pub language: Language,
    /// Its folder below the home page of its language: `kndr/`; empty for the home page.
    pub path: String,
    /// From it to the published folder.
    pub root: String,
    /// From it to the home page of its language.
    pub home: String,
    /// From it to the same page in the other language.
    pub twin: String,
    /// Behind the address of an article: which of its two languages shows.
    pub turn: &'static str,
    /// Its address.
    pub canonical: String,
    /// The address of its twin.
    pub twin_address: String,
}

impl Frame {
    /// A page that there is in both languages.
    #[must_use]
    pub fn of(site: &Site, language: Language, path: &str) -> Self {
        let (own, other) = (site.folder(language), site.folder(language.other()));
        let up = |path: &str| "../".repeat(path.matches('/').count());
        let root = up(own) + &up(path);
        Self {
            language,
            path: path.to_owned(),
            home: relative(&up(path)),
            twin: relative(&format!("{root}{other}{path}")),
            root: relative(&root),
            turn: turn(site, language),
            canonical: site.address(&format!("{own}{path}")),
            twin_address: site.address(&format!("{other}{path}")),
        }
    }

    /// The page of an article, which there is once, with the words of both languages on it.
    #[must_use]
    pub fn of_article(site: &Site, language: Language, path: &str) -> Self {
        let root = "../".repeat(path.matches('/').count());
        let turn_of_other = turn(site, language.other());
        Self {
            language,
            path: path.to_owned(),
            home: format!("{root}{}", site.folder(language)),
            // `#` alone is the page as it comes.
            twin: if turn_of_other.is_empty() { "#".to_owned() } else { turn_of_other.to_owned() },
            root,
            turn: turn(site, language),
            canonical: site.address(path),
            twin_address: site.address(path),
        }
    }

    /// The one of two texts that is in its language.
    #[must_use]
    pub fn say<'t>(&self, russian: &'t str, english: &'t str) -> &'t str {
        self.language.say(russian, english)
    }

    /// The mark behind the names of styles and script.
    #[must_use]
    pub fn assets(&self) -> &'static str {
        asset::mark()
    }

    /// A number with its noun.
    #[must_use]
    pub fn articles(&self, count: &u64) -> String {
        self.language.count(*count, ["статья", "статьи", "статей"], ["article", "articles"])
    }

    /// Where its file lies, below the published folder.
    #[must_use]
    pub fn file_path(&self, site: &Site) -> String {
        format!("{}{}index.html", site.folder(self.language), self.path)
    }
}

/// The language that an article's page shows without being asked needs no word in its address.
fn turn(site: &Site, language: Language) -> &'static str {
    if language == site.language { "" } else { language.say("#ru", "#en") }
}

/// An empty address would be the page itself.
fn relative(path: &str) -> String {
    if path.is_empty() { "./".to_owned() } else { path.to_owned() }
}

/// A template, filled.
pub fn file(page: &impl Template, path: String, items: usize) -> Result<File, PublishError> {
    match page.render() {
        Ok(text) => Ok(File::new(path, text.into_bytes(), items)),
        Err(why) => Err(PublishError::Format { path, why: why.to_string() }),
    }
}

/// Text for an address behind `?`: percent-encoded but for what is never special (RFC 3986, 2.3).
#[must_use]
pub fn in_query(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A program or a site that people read feeds with, ready to take one.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Its name.
    pub name: &'static str,
    /// Where it takes the feed.
    pub address: String,
}

/// The address that a program for feeds on the reader's own device is asked to take: `feed://` is plain http by custom,
/// so https must be named.
#[must_use]
pub fn in_app(feed: &str) -> String {
    feed.strip_prefix("http://").map_or_else(|| format!("feed:{feed}"), |rest| format!("feed://{rest}"))
}

/// The readers on the web that can be told of a feed by an address. A program on the reader's own device is told by `feed:`.
#[must_use]
pub fn readers(feed: &str) -> Vec<Reader> {
    let encoded = in_query(feed);
    let reader = |name, head: &str| Reader { name, address: format!("{head}{encoded}") };
    vec![
        reader("Feedly", "https://feedly.com/i/subscription/feed%2F"),
        reader("Inoreader", "https://www.inoreader.com/?add_feed="),
        reader("NewsBlur", "https://www.newsblur.com/?url="),
        reader("The Old Reader", "https://theoldreader.com/feeds/subscribe?url="),
    ]
}
