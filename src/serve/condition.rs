//! What a request says of the form it wants: which coding, which part, and what it has already. Pure.

use hyper::HeaderMap;
use hyper::header::{ACCEPT_ENCODING, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, RANGE};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// A coding in which files lie ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// `br`.
    Brotli,
    /// `gzip`.
    Gzip,
    /// As it is.
    Identity,
}

/// The codings that a request takes, the best first; as it is comes last and is always taken.
pub(super) fn codings(headers: &HeaderMap) -> [Coding; 3] {
    let (mut brotli, mut gzip) = (0.0_f32, 0.0_f32);
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    for (name, quality) in values.flat_map(|value| value.split(',')).map(weighed) {
        if name.eq_ignore_ascii_case("br") {
            brotli = quality;
        } else if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            gzip = quality;
        }
    }
    match (brotli > 0.0, gzip > 0.0) {
        (true, true) if gzip > brotli => [Coding::Gzip, Coding::Brotli, Coding::Identity],
        (true, true) => [Coding::Brotli, Coding::Gzip, Coding::Identity],
        (true, false) => [Coding::Brotli, Coding::Identity, Coding::Identity],
        (false, true) => [Coding::Gzip, Coding::Identity, Coding::Identity],
        (false, false) => [Coding::Identity; 3],
    }
}

/// `br;q=0.5`.
fn weighed(item: &str) -> (&str, f32) {
    let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
    let quality = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |text| text.trim().parse().ok());
    (name.trim(), quality.unwrap_or(0.0))
}

/// Which of these entity tags the request has already. RFC 9110, section 13.1.2: compared weakly.
pub(super) fn has_tag<'a>(headers: &HeaderMap, tags: &(impl Iterator<Item = &'a str> + Clone)) -> Option<&'a str> {
    let values = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    for given in values.flat_map(|value| value.split(',')).map(str::trim) {
        let given = given.strip_prefix("W/").unwrap_or(given);
        if let Some(tag) = tags.clone().find(|tag| given == "*" || given == *tag) {
            return Some(tag);
        }
    }
    None
}

/// Whether nothing changed since the moment the request names; heeded only where it names no tag.
pub(super) fn is_unmodified(headers: &HeaderMap, modified: Timestamp) -> bool {
    if headers.contains_key(IF_NONE_MATCH) {
        return false;
    }
    let since = headers.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok()).and_then(http_date);
    since.is_some_and(|since| modified.as_second() <= since.as_second())
}

/// A date as HTTP writes it.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()
}

/// Which part of a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it: no range, one of a form we do not know, several of them, or a file that has changed since.
    Whole,
    /// From the first byte to the last, both counted.
    Bytes(u64, u64),
    /// None that the file has.
    Nowhere,
}

/// Which part of a file of `length` bytes is asked for. RFC 9110, section 14.
pub(super) fn part(headers: &HeaderMap, length: u64, tag: &str, modified: &str) -> Part {
    let Some(range) = headers.get(RANGE).and_then(|value| value.to_str().ok()) else { return Part::Whole };
    let condition = headers.get(IF_RANGE).map(HeaderValue::as_bytes);
    if condition.is_some_and(|given| given != tag.as_bytes() && given != modified.as_bytes()) {
        return Part::Whole;
    }
    let Some((from, to)) = range.trim().strip_prefix("bytes=").and_then(|text| text.split_once('-')) else {
        return Part::Whole;
    };
    let number = |text: &str| match text.trim() {
        "" => Some(None),
        text if text.bytes().all(|byte| byte.is_ascii_digit()) => Some(Some(text.parse().unwrap_or(u64::MAX))),
        _ => None,
    };
    match (number(from), number(to)) {
        (Some(Some(from)), Some(to)) if to.is_none_or(|to| from <= to) => {
            if from >= length {
                return Part::Nowhere;
            }
            Part::Bytes(from, to.unwrap_or(u64::MAX).min(length - 1))
        }
        (Some(None), Some(Some(last))) if last == 0 || length == 0 => Part::Nowhere,
        (Some(None), Some(Some(last))) => Part::Bytes(length.saturating_sub(last), length - 1),
        _ => Part::Whole,
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderName;

    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn codings_by_quality() {
        for (given, wanted) in [
            ("gzip, deflate, br, zstd", Coding::Brotli),
            ("br;q=0, gzip", Coding::Gzip),
            ("br;q=0.1, gzip;q=0.9", Coding::Gzip),
            ("identity", Coding::Identity),
            ("gzip;q=x", Coding::Identity),
        ] {
            assert_eq!(codings(&headers(ACCEPT_ENCODING, given))[0], wanted, "{given}");
        }
    }

    #[test]
    fn parts_of_ten_bytes() {
        for (given, wanted) in [
            ("bytes=0-3", Part::Bytes(0, 3)),
            ("bytes=7-", Part::Bytes(7, 9)),
            ("bytes=-4", Part::Bytes(6, 9)),
            ("bytes=-99", Part::Bytes(0, 9)),
            ("bytes=3-99", Part::Bytes(3, 9)),
            ("bytes=10-", Part::Nowhere),
            ("bytes=-0", Part::Nowhere),
            ("bytes=5-2", Part::Whole),
            ("bytes=0-1,4-5", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("bytes=99999999999999999999-", Part::Nowhere),
        ] {
            assert_eq!(part(&headers(RANGE, given), 10, "\"x\"", "now"), wanted, "{given}");
        }
    }

    #[test]
    fn tags_are_compared_weakly() {
        let given = headers(IF_NONE_MATCH, "\"a\", W/\"b\"");
        assert_eq!(has_tag(&given, &["\"c\"", "\"b\""].iter().copied()), Some("\"b\""));
        assert_eq!(has_tag(&given, &["\"c\""].iter().copied()), None);
    }
}
