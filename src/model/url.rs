//! Addresses of pages: checked once, at the border, then believed.
//!
//! Not here: the identity of addresses (`dedup::canonical`). A `PageUrl` is fetched as it was given.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

/// Longest address that is believed, in bytes. The W3C validator and many servers stop at less; real ones stay under 2,000.
const ADDRESS_BYTES_MAX: usize = 8192;

/// An absolute http or https address, normalised as WHATWG says, without user name and password.
///
/// ```
/// use feedatlas::model::url::PageUrl;
/// assert_eq!(PageUrl::parse("HTTP://Example.org:80/a b").unwrap().as_str(), "http://example.org/a%20b");
/// assert!(PageUrl::parse("javascript:alert(1)").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageUrl(Url);

/// Why a text is no address of a page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Not an address at all, or a relative one without a base.
    #[error("`{text}` is not an address: {why}")]
    Malformed {
        /// The text, cut to a printable length.
        text: String,
        /// What the URL parser said.
        why: url::ParseError,
    },
    /// `javascript:`, `file:`, `data:` and the like.
    #[error("`{scheme}:` is not fetched; only http and https are")]
    Scheme {
        /// The scheme found.
        scheme: String,
    },
    /// Longer than any real address.
    #[error("an address of {bytes} bytes; at most {ADDRESS_BYTES_MAX} are believed")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
}

impl PageUrl {
    /// Reads an absolute address. User name and password are dropped: nothing published may carry them.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        check_length(text)?;
        Self::checked(Url::parse(text.trim()).map_err(|why| malformed(text, why))?)
    }

    /// Reads an address as a page prints it, relative to this one.
    pub fn join(&self, text: &str) -> Result<Self, UrlError> {
        check_length(text)?;
        Self::checked(self.0.join(text.trim()).map_err(|why| malformed(text, why))?)
    }

    fn checked(mut url: Url) -> Result<Self, UrlError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(UrlError::Scheme { scheme: url.scheme().to_owned() });
        }
        // Cannot fail: an http address always has a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        // Signs that are written as `%22` grow threefold; what is believed now must be believed when it is read again.
        check_length(url.as_str())?;
        Ok(Self(url))
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.scheme()
    }

    /// The host, IDN in its ASCII form, IPv6 in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The port, the scheme's own where none is written.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or_default()
    }

    /// `host:port`: what politeness is counted by, and what `[network] allow` names.
    #[must_use]
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host(), self.port())
    }

    /// Scheme, host and port: what has one robots.txt (RFC 9309, 2.3). `https://example.org:443`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme(), self.authority())
    }

    /// The path, beginning with `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// What stands after `?`.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.0.query()
    }

    /// The address without what stands after `#`.
    #[must_use]
    pub fn without_fragment(&self) -> Self {
        let mut url = self.0.clone();
        url.set_fragment(None);
        Self(url)
    }
}

fn check_length(text: &str) -> Result<(), UrlError> {
    if text.len() > ADDRESS_BYTES_MAX {
        return Err(UrlError::TooLong { bytes: text.len() });
    }
    Ok(())
}

fn malformed(text: &str, why: url::ParseError) -> UrlError {
    UrlError::Malformed { text: text.chars().take(80).collect(), why }
}

impl fmt::Display for PageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for PageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PageUrl({})", self.as_str())
    }
}

impl FromStr for PageUrl {
    type Err = UrlError;
    fn from_str(text: &str) -> Result<Self, UrlError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for PageUrl {
    type Error = UrlError;
    fn try_from(text: String) -> Result<Self, UrlError> {
        Self::parse(&text)
    }
}

impl From<PageUrl> for String {
    fn from(url: PageUrl) -> Self {
        url.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_and_passwords_are_dropped() {
        let url = PageUrl::parse("https://user:secret@example.org/feed").unwrap();
        assert_eq!(url.as_str(), "https://example.org/feed");
    }

    #[test]
    fn what_is_believed_is_believed_when_it_is_read_again() {
        let grows = format!("https://example.org/{}", "\"".repeat(ADDRESS_BYTES_MAX / 2));
        assert!(matches!(PageUrl::parse(&grows), Err(UrlError::TooLong { .. })));
    }

    #[test]
    fn relative_addresses_are_joined_and_schemes_checked() {
        let base = PageUrl::parse("https://example.org/news/").unwrap();
        assert_eq!(base.join("//other.org/a").unwrap().as_str(), "https://other.org/a");
        assert_eq!(base.join("1203/").unwrap().as_str(), "https://example.org/news/1203/");
        assert!(matches!(base.join("data:text/html,x"), Err(UrlError::Scheme { .. })));
    }
}
