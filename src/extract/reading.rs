//! A page as it is handed to `extract`, and what is read out of it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::date::Moment;
use crate::extract::next_page::{self, NextPage};
use crate::model::article::Photo;
use crate::model::entry::Entry;
use crate::model::source::ArticleRule;
use crate::model::url::PageUrl;

/// A page to be read, with what helps to read it.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Its address, against which links are made whole.
    pub url: &'a PageUrl,
    /// Its text, decoded.
    pub html: &'a str,
    /// What the operator said of the site; `&ArticleRule::default()` where nothing.
    pub rule: &'a ArticleRule,
    /// What the source said of this article, if a source did.
    pub entry: Option<&'a Entry>,
    /// The language, where the page does not say.
    pub language: Option<&'a str>,
    /// The zone of dates printed without one.
    pub zone: &'a TimeZone,
    /// The depth to which elements may nest.
    pub depth: usize,
    /// Now, for relative dates.
    pub now: Timestamp,
}

/// What a page alone says: the answer of the `extract` filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The headline, without the site's name.
    pub title: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// When it was first published.
    pub published: Option<Moment>,
    /// When it was last changed.
    pub updated: Option<Moment>,
    /// Its language, BCP 47.
    pub language: Option<String>,
    /// A few plain sentences.
    pub summary: String,
    /// The body, paragraphs apart by one blank line.
    pub text: String,
    /// The body, safe HTML, photos with their credits in `figcaption`.
    pub html: String,
    /// Its pictures in page order.
    pub photos: Vec<Photo>,
    /// Which of them leads.
    pub lead: Option<usize>,
    /// Sections and tags.
    pub tags: Vec<String>,
    /// The page shows the beginning alone; the rest is for subscribers.
    pub cut_short: bool,
    /// Its elements nested deeper than `Page::depth`, and were read as if they did not.
    pub flattened: bool,
    /// The page on which it says that it goes on.
    pub next: Option<NextPage>,
}

impl Reading {
    /// Photographs of an article that is joined.
    const PHOTOS_MAX: usize = 60;

    /// Joins the next part to it. Says whether it was one: another headline, or the same text again, is none.
    pub fn join(&mut self, part: Self) -> bool {
        let is_again = self.text.contains(&part.text) || part.text.starts_with(&self.text);
        if !next_page::is_same_title(&self.title, &part.title) || is_again {
            return false;
        }
        self.text.push_str("\n\n");
        self.text.push_str(&part.text);
        self.html.push_str(&part.html);
        for photo in part.photos {
            if self.photos.len() < Self::PHOTOS_MAX && !self.photos.iter().any(|known| known.url == photo.url) {
                self.photos.push(photo);
            }
        }
        self.lead = self.lead.or(part.lead).filter(|lead| *lead < self.photos.len());
        self.cut_short |= part.cut_short;
        self.next = part.next;
        true
    }
}
