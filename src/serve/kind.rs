//! What a file is, by its name: its media type, how long it may be kept, what a browser may do with it. Pure.

use hyper::header::HeaderValue;

/// What a page may do: show its own styles, run its own script, load pictures. Feeds and drawings are held to it too,
/// for a browser runs what stands in XML.
const POLICY: &str = "default-src 'none'; img-src 'self' http: https:; style-src 'self'; script-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A minute: a pass may have just ended, and a conditional request costs nothing.
const SHORT: &str = "public, max-age=60";
/// Five minutes: readers that poll more often gain nothing.
const FEED: &str = "public, max-age=300";
/// A day, for what changes with the program alone.
const LONG: &str = "public, max-age=86400";
/// Asked again each time.
const ASK: &str = "no-cache";

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    media_type: &'static str,
    cache: &'static str,
    runs: bool,
}

impl Kind {
    /// What a file is, by its path.
    pub(super) fn of(path: &str) -> Self {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        let kind = |media_type, cache, runs| Self { media_type, cache, runs };
        match ending {
            "html" => kind("text/html; charset=utf-8", SHORT, true),
            "xml" if path.starts_with("feeds/") => kind("application/rss+xml; charset=utf-8", FEED, true),
            "xml" => kind("application/xml; charset=utf-8", FEED, true),
            "atom" => kind("application/atom+xml; charset=utf-8", FEED, true),
            "json" if path.starts_with("feeds/") => kind("application/feed+json; charset=utf-8", FEED, false),
            "json" => kind("application/json; charset=utf-8", ASK, false),
            "opml" => kind("text/x-opml; charset=utf-8", FEED, true),
            "css" => kind("text/css; charset=utf-8", LONG, false),
            "js" => kind("text/javascript; charset=utf-8", LONG, false),
            "txt" => kind("text/plain; charset=utf-8", LONG, false),
            "svg" => kind("image/svg+xml; charset=utf-8", LONG, true),
            "png" => kind("image/png", LONG, false),
            "gz" => kind("application/gzip", FEED, false),
            _ => kind("application/octet-stream", FEED, false),
        }
    }

    /// `Content-Type`.
    pub(super) fn media_type(self) -> HeaderValue {
        HeaderValue::from_static(self.media_type)
    }

    /// `Cache-Control`.
    pub(super) fn cache(self) -> HeaderValue {
        HeaderValue::from_static(self.cache)
    }

    /// Whether programs in pages of other sites may read it: what is made for readers of feeds, some of which run in a browser.
    pub(super) fn is_for_all(self) -> bool {
        matches!(self.cache, FEED | ASK)
    }

    /// `Content-Security-Policy`, for what a browser shows as a document.
    pub(super) fn policy(self) -> Option<HeaderValue> {
        self.runs.then(policy)
    }
}

/// `Content-Security-Policy` of a page.
pub(super) fn policy() -> HeaderValue {
    HeaderValue::from_static(POLICY)
}
