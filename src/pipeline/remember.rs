//! What is remembered of a source after it was asked: where to ask next time, what to send back, how it has failed.
//!
//! Pure: rules over `SourceState`, the clock handed in.

use std::time::Duration;

use jiff::Timestamp;

use crate::extract::template::Template;
use crate::model::document::{Caching, Document, Validators};
use crate::model::entry::Entries;
use crate::model::fault::Fault;
use crate::model::learned::{Hub, Learned};
use crate::model::source::{Source, SourceKind, SourceState};
use crate::model::url::PageUrl;
use crate::pipeline::schedule;

/// One permanent redirect may be a mistake of a day; the same one twice is believed.
const MOVED_SEEN_MIN: u32 = 2;

/// feeds.toml names another address: what belonged to the old one is forgotten, what is known of entries stays.
pub(crate) fn configured(state: &mut SourceState, source: &Source) {
    if state.configured_url.as_ref() == Some(&source.url) {
        return;
    }
    *state = SourceState {
        configured_url: Some(source.url.clone()),
        last_success: state.last_success,
        last_new: state.last_new,
        listed: std::mem::take(&mut state.listed),
        // Its pages are the same, wherever it lists them; and who was told that it fails is told that it is well.
        learned: Learned {
            template: std::mem::take(&mut state.learned.template),
            told: std::mem::take(&mut state.learned.told),
            told_at: state.learned.told_at,
            ..Learned::default()
        },
        ..SourceState::default()
    };
}

/// The address to ask: the feed that was found, the address it moved to for good (said twice), or the configured one.
pub(crate) fn address(source: &Source, state: &SourceState) -> PageUrl {
    if let Some(feed) = &state.found_feed {
        return feed.clone();
    }
    match &state.moved_to {
        Some(moved) if state.moved_seen >= MOVED_SEEN_MIN => moved.clone(),
        _ => source.url.clone(),
    }
}

/// Whether what was last answered belongs to this address: it was asked, or it is where the answer came from in the end.
pub(crate) fn is_known(state: &SourceState, url: &PageUrl) -> bool {
    state.asked_url.as_ref() == Some(url) || state.answered_url.as_ref() == Some(url)
}

/// A permanent redirect is counted; an answer from the configured address itself ends the count.
pub(crate) fn moved(state: &mut SourceState, caching: &Caching, asked: &PageUrl) {
    if state.found_feed.is_some() {
        return;
    }
    let asked_configured = state.configured_url.as_ref() == Some(asked);
    match &caching.moved_to {
        Some(moved) if state.moved_to.as_ref() == Some(moved) => state.moved_seen = state.moved_seen.saturating_add(1),
        Some(moved) => {
            state.moved_to = Some(moved.clone());
            state.moved_seen = 1;
        }
        None if asked_configured => {
            state.moved_to = None;
            state.moved_seen = 0;
        }
        None => {}
    }
}

/// What a document of entries said of itself.
pub(crate) fn described(state: &mut SourceState, document: &Document, entries: &Entries) {
    state.answered_url = Some(document.url.clone());
    state.kind = Some(entries.kind);
    state.hints = entries.head.hints.clone();
    state.entries = u32::try_from(entries.entries.len()).unwrap_or(u32::MAX);
    state.learned.hub = hub(document, entries);
    if entries.head.title.is_some() {
        state.title.clone_from(&entries.head.title);
    }
}

/// The hub that a feed names, and what the hub calls it: in its head as HTTP (`Link`), else in its own (`WebSub`, section 4).
fn hub(document: &Document, entries: &Entries) -> Option<Hub> {
    if entries.kind != SourceKind::Feed {
        return None;
    }
    let in_http = |relation: &str| document.links.iter().find(|(_, rel)| rel == relation).map(|(url, _)| url.clone());
    let in_feed = |relation: &str| {
        let mut named = entries.head.links.iter().filter(|link| link.rel.as_deref() == Some(relation));
        named.find_map(|link| PageUrl::parse(&link.href).ok())
    };
    let hub = in_http("hub").or_else(|| in_feed("hub"))?;
    // Many feeds name a hub and not themselves: hubs then know them by the address that is asked.
    let topic = in_http("self").or_else(|| in_feed("self")).unwrap_or_else(|| document.url.clone());
    Some(Hub { hub, topic })
}

/// A 304, or the same bytes: what it gives is sent back next time. A 304 keeps what it does not repeat (`fetch::cache`); a whole
/// answer that gives none any more has none.
pub(crate) fn unchanged(state: &mut SourceState, caching: &Caching) {
    state.validators = caching.validators.clone();
}

/// It answered well; `has_news`: with an entry that is new or changed.
pub(crate) fn succeeded(state: &mut SourceState, source: &Source, caching: &Caching, has_news: bool, now: Timestamp) {
    let since_last = state.last_success.and_then(|last| Duration::try_from(now.duration_since(last)).ok());
    if let Some(since_last) = since_last {
        state.learned.rhythm.watched(since_last, has_news);
    }
    state.last_success = Some(now);
    state.failures = 0;
    state.failing_since = None;
    state.last_error = None;
    state.quiet_until = None;
    state.not_before = Some(schedule::after_success(source, state, caching.fresh_for, now));
}

/// What its pages taught, for those of the next pass.
pub(crate) fn taught(state: &mut SourceState, template: &Template) {
    state.learned.template = template.to_bytes();
}

/// Entries were left unread: when its time comes it must give the whole document again.
pub(crate) fn unfinished(state: &mut SourceState) {
    state.validators = Validators::default();
    state.body_hash = None;
}

/// How a source failed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// By class.
    pub(crate) fault: Fault,
    /// In words.
    pub(crate) words: String,
    /// The status that was answered, if it is why.
    pub(crate) status: Option<u16>,
    /// How long it asked us to wait.
    pub(crate) retry_after: Option<Duration>,
}

/// It failed.
pub(crate) fn failed(state: &mut SourceState, source: &Source, failure: Failure, now: Timestamp) {
    let Failure { fault, words, status, retry_after } = failure;
    state.failures = state.failures.saturating_add(1);
    state.failing_since = state.failing_since.or(Some(now));
    state.last_error = Some((fault, words));
    state.gone = fault == Fault::Gone && state.found_feed.is_none();
    if matches!(fault, Fault::Gone | Fault::HttpStatus | Fault::NotAFeed) {
        // A feed that was found on the page and is no more: the page is looked at again.
        if state.found_feed.take().is_some() {
            state.kind = None;
        }
    }
    let keeps_out = matches!(fault, Fault::RateLimited | Fault::Challenge) || status == Some(403);
    state.not_before = Some(schedule::after_failure(source, keeps_out && retry_after.is_none(), state.failures, now));
    if let Some(wait) = retry_after {
        state.quiet_until = Some(schedule::later(now, wait));
    }
}

/// What tells that a body is the same as last time.
pub(crate) fn body_hash(body: &[u8]) -> [u8; 16] {
    let mut hash = [0; 16];
    hash.copy_from_slice(&blake3::hash(body).as_bytes()[..16]);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &str) -> PageUrl {
        PageUrl::parse(&format!("https://example.org/{path}")).expect("an address")
    }

    #[test]
    fn a_permanent_redirect_is_followed_at_once_when_it_was_said_twice() {
        let source = Source::bare(url("old"), Duration::ZERO);
        let mut state = SourceState::default();
        configured(&mut state, &source);
        let says = |to: &str| Caching { moved_to: Some(url(to)), ..Caching::default() };
        moved(&mut state, &says("new"), &source.url);
        assert_eq!(address(&source, &state), url("old"));
        moved(&mut state, &says("other"), &source.url);
        assert_eq!(address(&source, &state), url("old"), "another answer counts anew");
        moved(&mut state, &says("other"), &source.url);
        assert_eq!(address(&source, &state), url("other"));
        // The new address answers by itself: it stays.
        moved(&mut state, &Caching::default(), &url("other"));
        assert_eq!(address(&source, &state), url("other"));
        moved(&mut state, &Caching::default(), &source.url);
        assert_eq!(address(&source, &state), url("old"));
    }

    #[test]
    fn validators_hold_where_the_answer_came_from_in_the_end() {
        let state =
            SourceState { asked_url: Some(url("old")), answered_url: Some(url("new")), ..SourceState::default() };
        assert!(is_known(&state, &url("old")) && is_known(&state, &url("new")) && !is_known(&state, &url("third")));
    }

    #[test]
    fn a_found_feed_that_is_no_more_sends_us_back_to_the_page() {
        let source = Source::bare(url("page"), Duration::ZERO);
        let mut state =
            SourceState { found_feed: Some(url("feed")), kind: Some(SourceKind::Feed), ..SourceState::default() };
        let now = Timestamp::UNIX_EPOCH;
        let failure = |fault| Failure { fault, words: String::new(), status: None, retry_after: None };
        failed(&mut state, &source, failure(Fault::Timeout), now);
        assert_eq!(address(&source, &state), url("feed"));
        failed(&mut state, &source, failure(Fault::Gone), now);
        assert_eq!((address(&source, &state), state.gone, state.kind), (url("page"), false, None));
    }

    #[test]
    fn who_keeps_us_out_without_a_word_is_left_alone_for_hours() {
        let source = Source::bare(url("feed"), Duration::ZERO);
        let (now, minutes) = (Timestamp::UNIX_EPOCH, |minutes| Duration::from_mins(minutes));
        let rest = |fault, status, retry_after| {
            let mut state = SourceState::default();
            failed(&mut state, &source, Failure { fault, words: String::new(), status, retry_after }, now);
            assert_eq!(state.quiet_until, retry_after.map(|wait| schedule::later(now, wait)));
            Duration::try_from(state.not_before.expect("it has a time").duration_since(now)).expect("ahead")
        };
        assert_eq!(rest(Fault::HttpStatus, Some(500), None), minutes(30));
        assert_eq!(rest(Fault::HttpStatus, Some(403), None), minutes(240));
        assert_eq!(rest(Fault::RateLimited, Some(429), None), minutes(240));
        assert_eq!(rest(Fault::RateLimited, Some(429), Some(minutes(60))), minutes(30));
    }

    #[test]
    fn another_address_in_feeds_toml_forgets_all_but_what_is_known_of_entries() {
        let source = Source::bare(url("new"), Duration::ZERO);
        let mut state = SourceState {
            configured_url: Some(url("old")),
            gone: true,
            body_hash: Some([1; 16]),
            last_success: Some(Timestamp::UNIX_EPOCH),
            learned: Learned {
                hub: Some(Hub { hub: url("hub"), topic: url("old") }),
                template: vec![1, 2],
                ..Learned::default()
            },
            ..SourceState::default()
        };
        configured(&mut state, &source);
        assert!(!state.gone && state.body_hash.is_none() && state.last_success.is_some());
        assert_eq!(state.learned, Learned { template: vec![1, 2], ..Learned::default() });
    }
}
