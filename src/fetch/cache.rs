//! What an answer's head says about being asked again: validators, freshness (RFC 9111), Retry-After; and about other addresses (`Link`).
//!
//! Pure: reads no clock. Not here: what is done about it (`pipeline::schedule`).

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use reqwest::header::{
    AGE, CACHE_CONTROL, DATE, ETAG, EXPIRES, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, LINK, RETRY_AFTER,
};

use crate::model::document::{Caching, Validators};
use crate::model::url::PageUrl;

/// Longest freshness and longest Retry-After that are believed: a slip of a few zeros must not silence a source for years.
const FRESH_MAX: Duration = Duration::from_hours(30 * 24);
const RETRY_AFTER_MAX: Duration = Duration::from_hours(7 * 24);

/// Longest validator that is kept, in bytes; real ones have less than a hundred.
const VALIDATOR_BYTES_MAX: usize = 1024;

/// `Link` relations that are kept.
const LINKS_MAX: usize = 50;

/// Reads the caching headers of an answer that came from `url`.
///
/// `sent` holds what was sent with the request when the answer was 304: what a 304 does not repeat stays.
pub(super) fn caching(
    headers: &HeaderMap,
    url: &PageUrl,
    sent: Option<&Validators>,
    now: Option<Timestamp>,
) -> Caching {
    let given = |name| text(headers, name).filter(|text| !text.is_empty() && text.len() <= VALIDATOR_BYTES_MAX);
    let etag = given(ETAG).or_else(|| sent?.etag.clone());
    let last_modified = given(LAST_MODIFIED).or_else(|| sent?.last_modified.clone());
    let given_by = (etag.is_some() || last_modified.is_some()).then(|| url.clone());
    let validators = Validators { etag, last_modified, given_by };
    Caching { validators, fresh_for: fresh_for(headers, now), moved_to: None }
}

/// A validator as a header: byte for byte what was given, or nothing where those bytes are no header.
pub(super) fn validator(text: Option<&String>) -> Option<HeaderValue> {
    HeaderValue::from_bytes(&text?.chars().map(|c| u8::try_from(c).ok()).collect::<Option<Vec<u8>>>()?).ok()
}

/// A header's bytes as text, one byte a letter: what is sent back is then what came.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    Some(headers.get(name)?.as_bytes().iter().map(|byte| char::from(*byte)).collect())
}

fn fresh_for(headers: &HeaderMap, now: Option<Timestamp>) -> Option<Duration> {
    let directives = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut directives = directives.flat_map(|value| value.split(',')).map(str::trim);
    let max_age = directives.find_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        name.trim().eq_ignore_ascii_case("max-age").then(|| seconds(value.trim().trim_matches('"')))?
    });
    let fresh = match max_age {
        Some(max_age) => max_age.saturating_sub(text(headers, AGE).and_then(|age| seconds(&age)).unwrap_or_default()),
        None => until(http_date(&text(headers, EXPIRES)?)?, sent_at(headers).or(now)?),
    };
    Some(fresh.min(FRESH_MAX))
}

/// How long the server asks us to wait: seconds, or a date, which is measured against the server's own clock where it tells it.
pub(super) fn retry_after(headers: &HeaderMap, now: Option<Timestamp>) -> Option<Duration> {
    let text = text(headers, RETRY_AFTER)?;
    let wait = match seconds(text.trim()) {
        Some(wait) => wait,
        None => until(http_date(&text)?, sent_at(headers).or(now)?),
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

fn sent_at(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(&text(headers, DATE)?)
}

fn until(then: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or_default()
}

/// Whole seconds. More digits than fit are still a number, only a large one.
fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().map_or(Duration::MAX, Duration::from_secs))
}

/// Reads an HTTP date in any of the three forms of RFC 9110, 5.6.7; a wrong weekday is no fault.
fn http_date(text: &str) -> Option<Timestamp> {
    /// RFC 850 (with its years of two digits and of four), and C's asctime.
    const OLD_FORMS: [&str; 3] = ["%d-%b-%y %H:%M:%S", "%d-%b-%Y %H:%M:%S", "%b %d %H:%M:%S %Y"];
    let parser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let text = text.trim();
    if let Ok(at) = parser.parse_timestamp(text) {
        return Some(at);
    }
    let (_, without_day) = text.split_once([',', ' '])?;
    let plain = without_day.trim().trim_end_matches(" GMT").trim();
    let date = OLD_FORMS.iter().find_map(|form| DateTime::strptime(form, plain).ok())?;
    TimeZone::UTC.to_timestamp(date).ok()
}

/// `Link` headers (RFC 8288) as address and relation, one pair a relation; relative addresses are the document's.
pub(super) fn links(headers: &HeaderMap, base: &PageUrl) -> Vec<(PageUrl, String)> {
    let mut found = Vec::new();
    for value in headers.get_all(LINK) {
        let text = String::from_utf8_lossy(value.as_bytes());
        let mut rest: &str = &text;
        while let Some((address, parameters, after)) = next_link(rest) {
            rest = after;
            let Ok(url) = base.join(address) else { continue };
            let relations = relations(parameters);
            let pairs = relations.split_ascii_whitespace().map(|rel| (url.clone(), rel.to_ascii_lowercase()));
            found.extend(pairs.take(LINKS_MAX - found.len()));
        }
    }
    found
}

/// `<address>; a=b; c="d, e", <…`: the address, its parameters, what follows the comma.
fn next_link(text: &str) -> Option<(&str, &str, &str)> {
    let (_, text) = text.split_once('<')?;
    let (address, text) = text.split_once('>')?;
    let mut quoted = false;
    let end = text.find(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    let (parameters, rest) = text.split_at(end.unwrap_or(text.len()));
    Some((address, parameters, rest))
}

fn relations(parameters: &str) -> &str {
    let named = parameters.split(';').filter_map(|part| part.split_once('='));
    let mut relations = named.filter(|(name, _)| name.trim().eq_ignore_ascii_case("rel"));
    relations.next().map_or("", |(_, value)| value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    fn url() -> PageUrl {
        PageUrl::parse("https://example.org/news/feed").unwrap()
    }

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn all_three_forms_of_date_are_read() {
        let expected = "1994-11-06T08:49:37Z".parse::<Timestamp>().unwrap();
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06-Nov-1994 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(http_date(text), Some(expected), "{text}");
        }
        assert_eq!(http_date("0"), None);
        assert_eq!(http_date("yesterday, at noon"), None);
    }

    #[test]
    fn max_age_less_age_goes_before_expires() {
        let date = ("date", "Tue, 16 Jan 2024 10:00:00 GMT");
        let expires = ("expires", "Tue, 16 Jan 2024 11:00:00 GMT");
        let fresh = |lines: &[_]| fresh_for(&head(lines), None);
        assert_eq!(fresh(&[("cache-control", "public, Max-Age=600"), ("age", "60"), date, expires]), Some(secs(540)));
        assert_eq!(fresh(&[date, expires]), Some(secs(3600)));
        assert_eq!(fresh(&[("expires", "0"), date]), None);
        assert_eq!(fresh(&[expires]), None);
        assert_eq!(fresh(&[("cache-control", "max-age=99999999999999999999")]), Some(FRESH_MAX));
        assert_eq!(fresh(&[("cache-control", "no-cache, s-maxage=9")]), None);
        assert_eq!(fresh(&[("cache-control", "max-age=\"60\"")]), Some(secs(60)));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Some("2024-01-16T10:00:00Z".parse().unwrap());
        let wait = |text| retry_after(&head(&[("retry-after", text)]), now);
        assert_eq!(wait("120"), Some(secs(120)));
        assert_eq!(wait("Tue, 16 Jan 2024 10:05:00 GMT"), Some(secs(300)));
        assert_eq!(wait("Tue, 16 Jan 2024 09:05:00 GMT"), Some(secs(0)));
        assert_eq!(wait("99999999999999999999999"), Some(RETRY_AFTER_MAX));
        assert_eq!(wait("-5"), None);
        assert_eq!(wait("soon"), None);
        let slow_clock =
            head(&[("retry-after", "Tue, 16 Jan 2024 08:01:00 GMT"), ("date", "Tue, 16 Jan 2024 08:00:00 GMT")]);
        assert_eq!(retry_after(&slow_clock, now), Some(secs(60)));
    }

    #[test]
    fn validators_come_back_byte_for_byte_and_304_keeps_what_it_does_not_repeat() {
        let mut headers = head(&[("last-modified", "Tue, 16 Jan 2024 13:00:00 +0300")]);
        headers.insert(ETAG, HeaderValue::from_bytes(b"W/\"\xd0\xbf  x\"").unwrap());
        let first = caching(&headers, &url(), None, None).validators;
        assert_eq!(validator(first.etag.as_ref()).unwrap().as_bytes(), b"W/\"\xd0\xbf  x\"");
        assert_eq!(first.last_modified.as_deref(), Some("Tue, 16 Jan 2024 13:00:00 +0300"));
        assert_eq!(first.given_by, Some(url()));
        let next = caching(&head(&[("etag", "\"2\"")]), &url(), Some(&first), None).validators;
        assert_eq!((next.etag.as_deref(), next.last_modified), (Some("\"2\""), first.last_modified));
        assert_eq!(caching(&HeaderMap::new(), &url(), None, None).validators, Validators::default());
    }

    proptest::proptest! {
        /// Whatever a head says: no panic, and no wait beyond what is believed.
        #[test]
        fn any_head_is_read(value in "[ -~\\PC]{0,60}|[A-Z][a-z]{2}, [0-9]{1,5} [A-Z][a-z]{2} [0-9-]{1,9} [0-9:]{5,9} (GMT)?|<[^>]{0,9}>; ?rel=\"?[a-z ,;=<>]{0,20}\"?,?") {
            let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) else { return Ok(()) };
            let names = [RETRY_AFTER, EXPIRES, DATE, AGE, CACHE_CONTROL, LINK, ETAG, LAST_MODIFIED];
            let headers: HeaderMap = names.into_iter().map(|name| (name, value.clone())).collect();
            let read = caching(&headers, &url(), None, Some(Timestamp::MAX));
            proptest::prop_assert!(read.fresh_for.is_none_or(|fresh| fresh <= FRESH_MAX));
            proptest::prop_assert!(retry_after(&headers, Some(Timestamp::MIN)).is_none_or(|wait| wait <= RETRY_AFTER_MAX));
            proptest::prop_assert!(links(&headers, &url()).len() <= LINKS_MAX);
        }
    }

    #[test]
    fn links_are_split_outside_quotes() {
        let headers = head(&[(
            "link",
            "<https://hub.example/>; rel=\"hub\", </feed?a,b>; title=\"x, y\"; rel=\"self alternate\", <javascript:x>; rel=next",
        )]);
        let found: Vec<_> = links(&headers, &url()).into_iter().map(|(url, rel)| format!("{rel} {url}")).collect();
        assert_eq!(
            found,
            ["hub https://hub.example/", "self https://example.org/feed?a,b", "alternate https://example.org/feed?a,b",]
        );
    }
}
