//! An entry: one line of a source. And what a whole document of entries said: its head and its entries.

use serde::Serialize;

use crate::date::Moment;
use crate::model::source::{PollHints, SourceKind};
use crate::model::url::PageUrl;

/// Someone who wrote or helped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Person {
    /// As printed, without markup.
    pub name: Option<String>,
    /// Their address for letters.
    pub email: Option<String>,
    /// Their page.
    pub uri: Option<String>,
}

/// A link with its relation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The address, absolute where it could be made so.
    pub href: String,
    /// `alternate`, `self`, `enclosure` …
    pub rel: Option<String>,
    /// The media type promised.
    #[serde(rename = "type")]
    pub media_type: Option<String>,
}

/// A file that belongs to an entry: a podcast's sound, an RSS picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Enclosure {
    /// Its address.
    pub url: String,
    /// Its media type.
    #[serde(rename = "type")]
    pub media_type: Option<String>,
    /// Its length in bytes, as claimed.
    pub length: Option<u64>,
}

/// A `media:content`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Media {
    /// Its address.
    pub url: String,
    /// Its media type.
    #[serde(rename = "type")]
    pub media_type: Option<String>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// `media:description` or `media:title`: the caption, plain.
    #[serde(skip)]
    pub caption: Option<String>,
    /// Whose it is, where the feed says so of this one.
    #[serde(skip)]
    pub credits: Vec<MediaCredit>,
}

/// A small picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Thumbnail {
    /// Its address.
    pub url: String,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
}

/// A `media:credit`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MediaCredit {
    /// Whom it is owed to.
    pub name: String,
    /// What they did: `photographer`.
    pub role: Option<String>,
    /// The vocabulary of the role.
    pub scheme: Option<String>,
}

/// One line of a source: link, title, date, perhaps a summary, perhaps everything.
///
/// Text fields hold no markup, except `summary` and `content`, which are HTML as the source gave it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// The source's own id; where it has none, made from link, else from title and date: the same at each reading.
    pub id: String,
    /// The headline.
    pub title: Option<String>,
    /// The headline with its markup, where it is not the same.
    pub title_markup: Option<String>,
    /// The article's page.
    pub link: Option<PageUrl>,
    /// All links, in the order printed.
    pub links: Vec<Link>,
    /// A summary, HTML.
    pub summary: Option<String>,
    /// Full texts, HTML.
    pub content: Vec<String>,
    /// Who wrote it.
    pub authors: Vec<Person>,
    /// Who helped.
    pub contributors: Vec<Person>,
    /// When it was first published.
    pub published: Option<Moment>,
    /// When it was last changed.
    pub updated: Option<Moment>,
    /// Files.
    pub enclosures: Vec<Enclosure>,
    /// Sections, categories, keywords.
    pub tags: Vec<String>,
    /// Pictures, sounds, films.
    pub media: Vec<Media>,
    /// Small pictures.
    pub thumbnails: Vec<Thumbnail>,
    /// Whose the media are, those of the entry as a whole included.
    pub credits: Vec<MediaCredit>,
    /// The licence line.
    pub rights: Option<String>,
    /// The licence line with its markup, where it is not the same.
    pub rights_markup: Option<String>,
    /// The page of comments.
    pub comments: Option<String>,
}

/// The picture of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HeadImage {
    /// Its address.
    pub url: String,
    /// Its words.
    pub title: Option<String>,
    /// Where it leads.
    pub link: Option<String>,
}

/// What a document said of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Head {
    /// Its title.
    pub title: Option<String>,
    /// Its title with its markup, where it is not the same.
    pub title_markup: Option<String>,
    /// The site's page.
    pub link: Option<String>,
    /// All links: `self`, `hub`, `next` among them.
    pub links: Vec<Link>,
    /// What it is about.
    pub description: Option<String>,
    /// What it is about with its markup, where it is not the same.
    pub description_markup: Option<String>,
    /// Its language.
    pub language: Option<String>,
    /// Its id.
    pub id: Option<String>,
    /// When it was last changed.
    pub updated: Option<Moment>,
    /// When it was published.
    pub published: Option<Moment>,
    /// Who makes it.
    pub authors: Vec<Person>,
    /// Who helps.
    pub contributors: Vec<Person>,
    /// Its picture.
    pub image: Option<HeadImage>,
    /// The licence line.
    pub rights: Option<String>,
    /// The licence line with its markup, where it is not the same.
    pub rights_markup: Option<String>,
    /// The program that wrote it.
    pub generator: Option<String>,
    /// A small square picture.
    pub icon: Option<String>,
    /// A wide picture.
    pub logo: Option<String>,
    /// Its categories.
    pub tags: Vec<String>,
    /// How often it wants to be asked.
    pub hints: PollHints,
}

/// A document of a source, read: its head and its entries, in the order printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Entries {
    /// What kind of document it was.
    pub kind: SourceKind,
    /// What it said of itself.
    pub head: Head,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// Where more of the same stands: the next page of a listing, the members of a sitemap index, newest first.
    pub more: Vec<PageUrl>,
    /// Feeds that a page names (`<link rel=alternate>`), best first.
    pub feeds: Vec<PageUrl>,
    /// Limits that were reached while it was read, with their figures: `entries 10000`, `elements 400000`, `depth 256`.
    pub reached: Vec<String>,
}
