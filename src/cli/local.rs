//! A document that lies in a file instead of having been fetched.

use crate::model::document::{Caching, Document};
use crate::model::url::PageUrl;

/// Where a document stands of which nobody says it.
pub(crate) const UNKNOWN_ADDRESS: &str = "http://localhost/";

/// The bytes of a file as if they had been fetched from there.
pub(crate) fn document(url: PageUrl, content_type: Option<&str>, body: Vec<u8>) -> Document {
    Document {
        url,
        content_type: content_type.map(str::to_owned),
        body,
        caching: Caching::default(),
        links: Vec::new(),
    }
}
