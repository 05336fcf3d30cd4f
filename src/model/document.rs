//! A document: the bytes that came back, with their final address and caching headers.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::url::PageUrl;

/// What a server gave to be sent back with the next request: opaque, byte for byte.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// `ETag`, with its `W/`.
    pub etag: Option<String>,
    /// `Last-Modified`, as it was written.
    pub last_modified: Option<String>,
    /// The address that gave them in the end: behind a redirect they mean nothing to others.
    pub given_by: Option<PageUrl>,
}

/// What an answer said about being asked again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caching {
    /// To be sent back next time.
    pub validators: Validators,
    /// How long it is fresh (max-age, else Expires), counted from the answer.
    pub fresh_for: Option<Duration>,
    /// The new address, when every redirect on the way was permanent (301, 308): told by a 304 as well.
    pub moved_to: Option<PageUrl>,
}

/// Bytes that came back with success, unpacked.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it came from in the end.
    pub url: PageUrl,
    /// `Content-Type` as written.
    pub content_type: Option<String>,
    /// The body, content codings undone.
    pub body: Vec<u8>,
    /// About being asked again.
    pub caching: Caching,
    /// `WebSub` and pagination: `Link` headers as (address, relation).
    pub links: Vec<(PageUrl, String)>,
}

impl Document {
    /// The charset of `Content-Type`, if it names one.
    #[must_use]
    pub fn charset(&self) -> Option<&str> {
        let (_, rest) = self.content_type.as_deref()?.split_once(';')?;
        rest.split(';').find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
        })
    }

    /// The media type of `Content-Type`, without parameters.
    #[must_use]
    pub fn media_type(&self) -> Option<&str> {
        self.content_type.as_deref().map(|text| text.split(';').next().unwrap_or_default().trim())
    }
}
