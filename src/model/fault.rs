//! The classes of failure that a report names. Each stage's error says which one it is.

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! faults {
    ($($(#[doc = $doc:literal])* $name:ident => $word:literal),+ $(,)?) => {
        /// What went wrong, by class: the words that operators count and alert on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Fault {
            $($(#[doc = $doc])* #[serde(rename = $word)] $name,)+
        }

        impl Fault {
            /// Every class there is.
            pub const ALL: &'static [Fault] = &[$(Fault::$name),+];

            /// The word in reports.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Fault::$name => $word),+ }
            }
        }
    };
}

faults! {
    /// No connection could be made.
    Connect => "connect",
    /// The name could not be resolved.
    Dns => "dns",
    /// No whole answer within its time.
    Timeout => "timeout",
    /// The connection was cut by the other side.
    Reset => "reset",
    /// Fewer bytes came than were promised, or a chunked body had no end.
    Incomplete => "incomplete",
    /// The answer was not HTTP.
    MalformedHttp => "malformed_http",
    /// No trusted secure connection.
    Tls => "tls",
    /// A redirect from https to http.
    Downgrade => "downgrade",
    /// More redirects than are followed.
    TooManyRedirects => "too_many_redirects",
    /// A redirect back to where it came from.
    RedirectLoop => "redirect_loop",
    /// Not an address.
    BadUrl => "bad_url",
    /// An address that is not public.
    BlockedAddress => "blocked_address",
    /// A scheme other than http and https.
    BlockedScheme => "blocked_scheme",
    /// Something that only the same origin may say.
    CrossOrigin => "cross_origin",
    /// A status that is no success.
    HttpStatus => "http_status",
    /// 410: it will not come back.
    Gone => "gone",
    /// 451: withheld for legal reasons.
    Legal => "legal",
    /// 429: asked too often.
    RateLimited => "rate_limited",
    /// A page that asks whether we are human.
    Challenge => "challenge",
    /// More bytes than the limit.
    TooLarge => "too_large",
    /// More bytes than the limit once unpacked.
    DecompressionLimit => "decompression_limit",
    /// A content coding that we did not offer and do not know.
    UnsupportedEncoding => "unsupported_encoding",
    /// A content coding whose bytes are broken.
    BadEncoding => "bad_encoding",
    /// Bytes that are text in no charset.
    Charset => "charset",
    /// Nothing came, with success.
    EmptyBody => "empty_body",
    /// Neither feed, nor sitemap, nor a page of entries.
    NotAFeed => "not_a_feed",
    /// Not HTML where an article was expected.
    NotHtml => "not_html",
    /// XML that could not be mended.
    MalformedXml => "malformed_xml",
    /// JSON that could not be read.
    MalformedJson => "malformed_json",
    /// A DOCTYPE that asks for more than is granted.
    DtdRefused => "dtd_refused",
    /// Nested more deeply than is followed.
    TooDeep => "too_deep",
    /// An error page with status 200.
    Soft404 => "soft_404",
    /// The text is for subscribers.
    Paywall => "paywall",
    /// A page without an article.
    NoContent => "no_content",
    /// A reader of ours panicked on it: a defect of the program, to be reported.
    Defect => "defect",
    /// robots.txt forbids it.
    RobotsDenied => "robots_denied",
    /// robots.txt could not be read, which RFC 9309 says to take as "no".
    RobotsUnavailable => "robots_unavailable",
}

/// An error with what caused it in the first place, in one line: what stands between is the libraries' talk.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let words = error.to_string();
    let mut first = error.source();
    while let Some(deeper) = first.and_then(Error::source) {
        first = Some(deeper);
    }
    match first.map(ToString::to_string) {
        Some(first) if !words.contains(&first) => format!("{words}: {first}"),
        _ => words,
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
