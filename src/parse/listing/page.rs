//! What a listing is read with, and what an entry of one is.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::date::Moment;
use crate::model::entry::{Entry, Link};
use crate::model::url::PageUrl;
use crate::parse::listing::outside;

/// A page to be read, with what its dates are read against.
#[derive(Debug, Clone, Copy)]
pub(in crate::parse) struct Page<'a> {
    /// Its address.
    pub(in crate::parse) url: &'a PageUrl,
    /// The zone of dates printed without one.
    pub(in crate::parse) zone: &'a TimeZone,
    /// Now, for dates that count from it.
    pub(in crate::parse) now: Timestamp,
}

/// An entry of a listing.
pub(super) fn entry(url: PageUrl, title: String, published: Option<Moment>) -> Entry {
    let link = Link {
        href: url.to_string(),
        rel: Some(String::from("alternate")),
        media_type: Some(String::from("text/html")),
    };
    Entry {
        id: outside::key(&url),
        title: Some(title),
        links: vec![link],
        link: Some(url),
        published,
        ..Entry::default()
    }
}
