//! What a request says of the form it wants: which coding, which part, and what it has already. Pure.
//!
//! RFC 9110: sections 12.5.3 (codings), 13 (conditions, and which goes before which), 14 (parts).

use hyper::HeaderMap;
use hyper::header::{
    ACCEPT_ENCODING, HeaderName, HeaderValue, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE,
    IF_UNMODIFIED_SINCE, RANGE,
};
use jiff::Timestamp;
use jiff::fmt::{rfc2822, strtime};

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

/// What is as it is before anything was said of it: better than nothing, not as good as what was named.
const UNNAMED: u16 = 1;

/// The codings that a request takes, the best first. As it is is always among them: a server that has nothing better
/// sends it even to those who would rather not have it.
pub(super) fn codings(headers: &HeaderMap) -> [Coding; 3] {
    let (mut brotli, mut gzip, mut identity, mut others) = (None, None, None, None);
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    for (name, quality) in values.flat_map(|value| value.split(',')).map(weighed) {
        let place = match name {
            "*" => &mut others,
            name if name.eq_ignore_ascii_case("br") => &mut brotli,
            name if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => &mut gzip,
            name if name.eq_ignore_ascii_case("identity") => &mut identity,
            _ => continue,
        };
        *place = Some(quality);
    }
    let packed = |named: Option<u16>| named.or(others).unwrap_or(0);
    let plain = identity.or(others.filter(|quality| *quality == 0)).unwrap_or(UNNAMED);
    // Of equals the smaller one, which is the earlier here: the sort keeps their order.
    let mut all = [(Coding::Brotli, packed(brotli)), (Coding::Gzip, packed(gzip)), (Coding::Identity, plain)];
    all.sort_by_key(|(_, quality)| std::cmp::Reverse(*quality));
    all.map(|(coding, quality)| if quality == 0 { Coding::Identity } else { coding })
}

/// `br;q=0.5`: the name, and its quality in thousandths. What is no quality counts as none.
fn weighed(item: &str) -> (&str, u16) {
    let mut parts = item.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (name, quality.map_or(1000, |text| thousandths(text).unwrap_or(0)))
}

/// `0.35` is 350; at most three digits after the point, at most 1.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: u16 = format!("{part:0<3}").parse().ok()?;
    match whole {
        "0" => Some(part),
        "1" if part == 0 => Some(1000),
        _ => None,
    }
}

/// What the conditions of a request come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict<'a> {
    /// The file is to be sent, or the part of it that is asked for.
    Send,
    /// 304: it is known already, under this tag where the request named one.
    Known(Option<&'a [u8]>),
    /// 412: it is not the one that is meant.
    Other,
}

/// Weighs the conditions of a request, in the order of RFC 9110, section 13.2.2. `tags`: of all forms of the file;
/// `last_modified`: `modified` as HTTP writes it.
pub(super) fn verdict<'a>(
    headers: &HeaderMap,
    tags: &(impl Iterator<Item = &'a [u8]> + Clone),
    modified: Timestamp,
    last_modified: &HeaderValue,
) -> Verdict<'a> {
    if headers.contains_key(IF_MATCH) {
        if named(headers, IF_MATCH, tags, false).is_none() {
            return Verdict::Other;
        }
    } else if let Some(since) = headers.get(IF_UNMODIFIED_SINCE).and_then(date)
        && modified.as_second() > since.as_second()
    {
        return Verdict::Other;
    }
    if headers.contains_key(IF_NONE_MATCH) {
        return named(headers, IF_NONE_MATCH, tags, true).map_or(Verdict::Send, Verdict::Known);
    }
    match headers.get(IF_MODIFIED_SINCE) {
        // What we said ourselves is said back: nothing needs to be read.
        Some(given) if given == last_modified => Verdict::Known(None),
        Some(given) if date(given).is_some_and(|since| modified.as_second() <= since.as_second()) => {
            Verdict::Known(None)
        }
        _ => Verdict::Send,
    }
}

/// Which of these tags a header names: the inner `None` for `*`, which is every one. Compared weakly where `weakly`: ours
/// are strong, so `W/` before one of them makes it unequal in a strong comparison (section 8.8.3.2).
fn named<'a>(
    headers: &HeaderMap,
    name: HeaderName,
    tags: &(impl Iterator<Item = &'a [u8]> + Clone),
    weakly: bool,
) -> Option<Option<&'a [u8]>> {
    for given in headers.get_all(name).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b',')) {
        let given = given.trim_ascii();
        if given == b"*" {
            return Some(None);
        }
        let given = if weakly { given.strip_prefix(b"W/").unwrap_or(given) } else { given };
        if let Some(tag) = tags.clone().find(|tag| given == *tag) {
            return Some(Some(tag));
        }
    }
    None
}

fn date(value: &HeaderValue) -> Option<Timestamp> {
    value.to_str().ok().and_then(http_date)
}

/// A date as HTTP writes it, in the three forms that must be read (section 5.6.7).
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = rfc2822::DateTimeParser::new().parse_timestamp(text) {
        return Some(at);
    }
    // RFC 850's, and that of C's asctime: `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"].iter().find_map(|form| {
        let read = strtime::parse(form, text).and_then(|parts| parts.to_datetime()).ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(read).ok()
    })
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

/// What a part is a part of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured<'a> {
    /// Its length.
    pub(super) bytes: u64,
    /// Its entity tag.
    pub(super) tag: &'a HeaderValue,
    /// When it was written, as HTTP writes it.
    pub(super) last_modified: &'a HeaderValue,
    /// Whether that was a while ago: two files of one second have one date, so that a date names neither (section 8.8.2.2).
    pub(super) is_settled: bool,
}

/// Which part of a file is asked for. RFC 9110, section 14.
pub(super) fn part(headers: &HeaderMap, file: Measured<'_>) -> Part {
    let Some(range) = headers.get(RANGE).and_then(|value| value.to_str().ok()) else { return Part::Whole };
    if headers.get(IF_RANGE).is_some_and(|given| !is_same(given, file)) {
        return Part::Whole;
    }
    let Some((unit, range)) = range.trim().split_once('=') else { return Part::Whole };
    let Some((from, to)) = range.split_once('-').filter(|_| unit.trim().eq_ignore_ascii_case("bytes")) else {
        return Part::Whole;
    };
    let number = |text: &str| match text.trim() {
        "" => Some(None),
        text if text.bytes().all(|byte| byte.is_ascii_digit()) => Some(Some(text.parse().unwrap_or(u64::MAX))),
        _ => None,
    };
    let length = file.bytes;
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

/// Whether `If-Range` names this very file: its tag, strong, or its date to the letter (section 13.1.5).
fn is_same(given: &HeaderValue, file: Measured<'_>) -> bool {
    given == file.tag || given == file.last_modified && file.is_settled
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    fn headers(lines: &[(HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn codings_by_quality() {
        use Coding::{Brotli, Gzip, Identity};
        for (given, wanted) in [
            ("gzip, deflate, br, zstd", [Brotli, Gzip, Identity]),
            ("br;q=0, gzip", [Gzip, Identity, Identity]),
            ("br;q=0.1, gzip;q=0.9", [Gzip, Brotli, Identity]),
            ("gzip;q=0.001", [Gzip, Identity, Identity]),
            ("identity", [Identity; 3]),
            ("identity, gzip;q=0.5", [Identity, Gzip, Identity]),
            ("*", [Brotli, Gzip, Identity]),
            ("*;q=0", [Identity; 3]),
            ("gzip;q=0.7, *;q=0.3", [Gzip, Brotli, Identity]),
            ("GZIP ; x=1 ; Q=1.000", [Gzip, Identity, Identity]),
            ("gzip;q=x", [Identity; 3]),
            ("gzip;q=2, br;q=nan", [Identity; 3]),
            ("", [Identity; 3]),
        ] {
            let read = codings(&headers(&[(ACCEPT_ENCODING, given)]));
            // What is named after `Identity` is never reached: it is always there.
            let reached =
                |all: [Coding; 3]| all.iter().position(|coding| *coding == Identity).map(|at| all[..=at].to_vec());
            assert_eq!(reached(read), reached(wanted), "{given}");
        }
    }

    #[test]
    fn parts_of_ten_bytes() {
        let (tag, last_modified) = (HeaderValue::from_static("\"x\""), HeaderValue::from_static(DATE));
        let file = Measured { bytes: 10, tag: &tag, last_modified: &last_modified, is_settled: true };
        for (given, wanted) in [
            ("bytes=0-3", Part::Bytes(0, 3)),
            ("Bytes = 0 - 3", Part::Bytes(0, 3)),
            ("bytes=7-", Part::Bytes(7, 9)),
            ("bytes=-4", Part::Bytes(6, 9)),
            ("bytes=-99", Part::Bytes(0, 9)),
            ("bytes=3-99", Part::Bytes(3, 9)),
            ("bytes=10-", Part::Nowhere),
            ("bytes=-0", Part::Nowhere),
            ("bytes=5-2", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=+1-3", Part::Whole),
            ("bytes=0-1,4-5", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("bytes=99999999999999999999-", Part::Nowhere),
        ] {
            assert_eq!(part(&headers(&[(RANGE, given)]), file), wanted, "{given}");
        }
        let given = |condition| headers(&[(RANGE, "bytes=0-3"), (IF_RANGE, condition)]);
        assert_eq!(part(&given("\"x\""), file), Part::Bytes(0, 3));
        assert_eq!(part(&given("W/\"x\""), file), Part::Whole);
        assert_eq!(part(&given(DATE), file), Part::Bytes(0, 3));
        assert_eq!(part(&given(DATE), Measured { is_settled: false, ..file }), Part::Whole);
        assert_eq!(part(&given("Sun, 06 Nov 1994 08:49:38 GMT"), file), Part::Whole);
        assert_eq!(part(&headers(&[(RANGE, "bytes=0-")]), Measured { bytes: 0, ..file }), Part::Nowhere);
    }

    #[test]
    fn conditions_in_their_order() {
        let tags = [&b"\"a\""[..], b"\"b\""];
        let (last_modified, modified) = (HeaderValue::from_static(DATE), http_date(DATE).unwrap());
        let (before, after) = ("Sun, 06 Nov 1994 08:49:36 GMT", "Sun, 06 Nov 1994 08:49:38 GMT");
        let known = |tag: &'static str| Verdict::Known(Some(tag.as_bytes()));
        for (lines, wanted) in [
            (vec![], Verdict::Send),
            (vec![(IF_NONE_MATCH, "\"c\", W/\"b\"")], known("\"b\"")),
            (vec![(IF_NONE_MATCH, "\"c\""), (IF_NONE_MATCH, "\"a\"")], known("\"a\"")),
            (vec![(IF_NONE_MATCH, "*")], Verdict::Known(None)),
            // A tag goes before a date, whatever the date says.
            (vec![(IF_NONE_MATCH, "\"c\""), (IF_MODIFIED_SINCE, after)], Verdict::Send),
            (vec![(IF_MODIFIED_SINCE, DATE)], Verdict::Known(None)),
            (vec![(IF_MODIFIED_SINCE, after)], Verdict::Known(None)),
            (vec![(IF_MODIFIED_SINCE, before)], Verdict::Send),
            (vec![(IF_MODIFIED_SINCE, "yesterday")], Verdict::Send),
            (vec![(IF_MATCH, "\"b\"")], Verdict::Send),
            (vec![(IF_MATCH, "W/\"b\"")], Verdict::Other),
            (vec![(IF_MATCH, "\"c\"")], Verdict::Other),
            (vec![(IF_MATCH, "*"), (IF_UNMODIFIED_SINCE, before)], Verdict::Send),
            (vec![(IF_UNMODIFIED_SINCE, before)], Verdict::Other),
            (vec![(IF_UNMODIFIED_SINCE, DATE)], Verdict::Send),
            (vec![(IF_UNMODIFIED_SINCE, "yesterday")], Verdict::Send),
            // What is not meant is not said to be known.
            (vec![(IF_MATCH, "\"c\""), (IF_NONE_MATCH, "\"a\"")], Verdict::Other),
            (vec![(IF_MATCH, "\"a\""), (IF_NONE_MATCH, "\"a\"")], known("\"a\"")),
        ] {
            let read = verdict(&headers(&lines), &tags.iter().copied(), modified, &last_modified);
            assert_eq!(read, wanted, "{lines:?}");
        }
    }

    #[test]
    fn dates_in_all_three_forms() {
        let wanted = http_date(DATE);
        assert!(wanted.is_some());
        for given in ["Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(http_date(given), wanted, "{given}");
        }
        assert_eq!(http_date("06.11.1994"), None);
    }
}
