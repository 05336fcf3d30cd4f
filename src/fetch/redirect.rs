//! Where redirects lead: how many, in circles or not, never from https to http; and whether the way is there to stay.
//!
//! Pure. Not here: which addresses may be connected to (`guard`), which is asked before every hop.

use crate::fetch::error::FetchError;
use crate::model::url::{PageUrl, UrlError};

/// Longest part of a `Location` that is repeated in a message, in characters.
const LOCATION_MAX: usize = 120;

/// The addresses that one request has been at.
#[derive(Debug)]
pub(super) struct Trail {
    /// Without fragments; never empty.
    visited: Vec<PageUrl>,
    at: PageUrl,
    permanent: bool,
    limit: usize,
}

impl Trail {
    pub(super) fn new(url: &PageUrl, limit: usize) -> Self {
        let at = url.without_fragment();
        Self { visited: vec![at.clone()], at, permanent: true, limit }
    }

    /// Where it is now.
    pub(super) fn url(&self) -> &PageUrl {
        &self.at
    }

    /// How many redirects led here.
    pub(super) fn hops(&self) -> usize {
        self.visited.len() - 1
    }

    /// The address to ask next time, if it is another one and every redirect on the way was permanent.
    pub(super) fn moved_to(&self) -> Option<PageUrl> {
        (self.hops() > 0 && self.permanent).then(|| self.at.clone())
    }

    /// Goes on to where a redirect leads.
    pub(super) fn follow(&mut self, location: &str, permanent: bool) -> Result<(), FetchError> {
        let url = Box::new(self.at.clone());
        let to = match self.at.join(location) {
            Ok(to) => to.without_fragment(),
            Err(UrlError::Scheme { scheme }) => return Err(FetchError::BlockedScheme { url, scheme }),
            Err(_) => {
                let location = location.chars().take(LOCATION_MAX).collect();
                return Err(FetchError::BadUrl { url, location });
            }
        };
        if self.at.scheme() == "https" && to.scheme() == "http" {
            return Err(FetchError::Downgrade { url, to: Box::new(to) });
        }
        if self.visited.contains(&to) {
            return Err(FetchError::RedirectLoop { url, to: Box::new(to) });
        }
        if self.hops() >= self.limit {
            return Err(FetchError::TooManyRedirects { url, limit: self.limit });
        }
        self.permanent &= permanent;
        self.visited.push(to.clone());
        self.at = to;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fault::Fault;

    fn trail(url: &str) -> Trail {
        Trail::new(&PageUrl::parse(url).unwrap(), 3)
    }

    #[test]
    fn only_a_way_that_is_all_permanent_is_remembered() {
        let mut way = trail("http://a.example/feed#top");
        assert_eq!(way.moved_to(), None);
        way.follow("https://a.example/feed", true).unwrap();
        way.follow("/rss#x", true).unwrap();
        assert_eq!(way.moved_to().unwrap().as_str(), "https://a.example/rss");
        way.follow("/other", false).unwrap();
        assert_eq!((way.moved_to(), way.hops()), (None, 3));
    }

    #[test]
    fn what_leads_astray_is_refused() {
        let fault = |location: &str| trail("https://a.example/1").follow(location, true).unwrap_err().fault();
        assert_eq!(fault("http://a.example/1"), Fault::Downgrade);
        assert_eq!(fault("//a.example/1#again"), Fault::RedirectLoop);
        assert_eq!(fault("file:///etc/passwd"), Fault::BlockedScheme);
        assert_eq!(fault("javascript:alert(1)"), Fault::BlockedScheme);
        assert_eq!(fault("https://exa mple:99999/"), Fault::BadUrl);
        let mut way = trail("https://a.example/1");
        for n in 2..5 {
            way.follow(&format!("/{n}"), true).unwrap();
        }
        assert_eq!(way.follow("/5", true).unwrap_err().fault(), Fault::TooManyRedirects);
        assert_eq!(way.follow("/2", true).unwrap_err().fault(), Fault::RedirectLoop);
    }

    #[test]
    fn names_and_passwords_of_a_redirect_are_dropped() {
        let mut way = trail("https://a.example/1");
        way.follow("https://user:secret@b.example/", false).unwrap();
        assert_eq!(way.url().as_str(), "https://b.example/");
    }
}
