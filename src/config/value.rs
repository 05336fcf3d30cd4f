//! Values as feeds.toml writes them: texts, counts, durations, sizes, addresses, countries, zones, selectors.
//!
//! Each function takes one value and gives what it means, or says what to write instead. Places are not known here.

use std::net::SocketAddr;
use std::time::Duration;

use jiff::tz::TimeZone;
use toml::de::DeValue;

use crate::config::complaint::Complaint;
use crate::config::nearest::nearest;
use crate::html::selector::Selector;
use crate::model::country::Country;
use crate::model::url::PageUrl;

/// Longest duration that is believed: a hundred years. More is a slip, and would overflow a date.
const DURATION_MAX: Duration = Duration::from_hours(100 * 365 * 24);

/// A value is of another type than what is wanted.
pub(super) fn wrong_type(value: &DeValue<'_>, wanted: &str) -> Complaint {
    let found = match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    Complaint::new(format!("{found} where another value is expected"), format!("write {wanted}"))
}

pub(super) fn text<'v>(value: &'v DeValue<'_>) -> Result<&'v str, Complaint> {
    let text = value.as_str().ok_or_else(|| wrong_type(value, "a text in quotes"))?;
    if text.trim().is_empty() {
        return Err(Complaint::new("an empty text", "write something, or leave the key out"));
    }
    if text.chars().any(char::is_control) {
        return Err(Complaint::new("a text with a control character", "write it on one line, without tabs"));
    }
    Ok(text)
}

pub(super) fn words(value: &DeValue<'_>) -> Result<String, Complaint> {
    text(value).map(|text| text.trim().to_owned())
}

/// A value that may stand in the environment: `"env:NAME"`.
pub(super) fn secret(value: &DeValue<'_>, environment: &dyn Fn(&str) -> Option<String>) -> Result<String, Complaint> {
    let text = text(value)?;
    let Some(name) = text.strip_prefix("env:") else { return Ok(text.to_owned()) };
    environment(name).filter(|secret| !secret.is_empty()).ok_or_else(|| {
        let name = name.escape_debug();
        Complaint::new(
            format!("the environment has no `{name}`"),
            format!("set it before feedatlas starts: export {name}=…"),
        )
    })
}

pub(super) fn boolean(value: &DeValue<'_>) -> Result<bool, Complaint> {
    value.as_bool().ok_or_else(|| wrong_type(value, "true or false, without quotes"))
}

/// A count of at least 1 and at most `max`.
pub(super) fn count(max: usize) -> impl Fn(&DeValue<'_>) -> Result<usize, Complaint> {
    move |value| {
        let cure = format!("write a whole number from 1 to {max}, without quotes");
        let integer = value.as_integer().ok_or_else(|| wrong_type(value, &cure["write ".len()..]))?;
        let number = usize::from_str_radix(integer.as_str(), integer.radix()).ok();
        number
            .filter(|number| (1..=max).contains(number))
            .ok_or_else(|| Complaint::new(format!("{integer} is out of range"), cure))
    }
}

/// A share, from 0 to 1.
pub(super) fn share(value: &DeValue<'_>) -> Result<f32, Complaint> {
    let written = match value {
        DeValue::Float(float) => float.as_str().to_owned(),
        DeValue::Integer(integer) => integer.to_string(),
        _ => return Err(wrong_type(value, "a number from 0 to 1, without quotes")),
    };
    let number = written.parse::<f32>().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| Complaint::new(format!("{written} is out of range"), "write a number from 0 to 1"))
}

/// `"30m"`, `"1h30m"`, `"0s"`, `"180d"`.
pub(super) fn duration(value: &DeValue<'_>) -> Result<Duration, Complaint> {
    if let DeValue::Integer(number) = value {
        return Err(Complaint::new(
            "a number where a duration is expected",
            format!("write it with its unit: \"{number}s\", \"{number}m\", \"{number}h\" or \"{number}d\""),
        ));
    }
    let text = value.as_str().ok_or_else(|| wrong_type(value, "a duration in quotes, such as \"30m\""))?;
    let duration = parse_duration(text.trim()).ok_or_else(|| {
        let digits: String = text.trim().chars().take_while(char::is_ascii_digit).collect();
        let cure = if digits.is_empty() || digits.len() > 6 {
            "write a number and its unit, s, m, h or d: \"30m\"".to_owned()
        } else {
            format!("write the unit as s, m, h or d: \"{digits}s\", \"{digits}m\", \"{digits}h\" or \"{digits}d\"")
        };
        Complaint::new(format!("\"{}\" is no duration", text.escape_debug()), cure)
    })?;
    if duration > DURATION_MAX {
        return Err(Complaint::new(format!("\"{text}\" is too long"), "write at most a hundred years: \"36500d\""));
    }
    Ok(duration)
}

/// A duration that is not zero.
pub(super) fn some_duration(value: &DeValue<'_>) -> Result<Duration, Complaint> {
    let duration = duration(value)?;
    if duration.is_zero() {
        return Err(Complaint::new("no time at all", "write a duration longer than nothing, such as \"30s\""));
    }
    Ok(duration)
}

fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let (number, tail) = leading_number(rest)?;
        let unit_end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let milliseconds: u64 = match &tail[..unit_end] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        total = total.checked_add(Duration::from_millis(number.checked_mul(milliseconds)?))?;
        rest = &tail[unit_end..];
    }
    (!text.is_empty()).then_some(total)
}

fn leading_number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// `"10MiB"`, `"512KiB"`, `"10MB"`, `"800B"`.
pub(super) fn size_bytes(value: &DeValue<'_>) -> Result<u64, Complaint> {
    if let DeValue::Integer(number) = value {
        let cure = format!("write it with its unit: \"{number}B\", or such as \"10MiB\"");
        return Err(Complaint::new("a number where a size is expected", cure));
    }
    let text = value.as_str().ok_or_else(|| wrong_type(value, "a size in quotes, such as \"10MiB\""))?;
    parse_size(text.trim()).filter(|bytes| *bytes > 0).ok_or_else(|| {
        Complaint::new(
            format!("\"{}\" is no size", text.escape_debug()),
            "write a number above 0 and its unit, B, KiB, MiB or GiB: \"10MiB\"",
        )
    })
}

fn parse_size(text: &str) -> Option<u64> {
    let (number, unit) = leading_number(text)?;
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(factor)
}

/// An address of a page or feed, without user name and password.
pub(super) fn url(value: &DeValue<'_>) -> Result<PageUrl, Complaint> {
    let text = text(value)?.trim();
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
        return Err(not_http(text, scheme, rest));
    }
    let url = PageUrl::parse(text)
        .map_err(|error| Complaint::new(error.to_string(), "write it as \"https://example.org/feed\""))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(Complaint::new(
            "an address with a user name or a password",
            "write it without: addresses are published, and secrets must not be",
        ));
    }
    Ok(url)
}

fn not_http(text: &str, scheme: &str, rest: &str) -> Complaint {
    let message = format!("\"{}\" is no http or https address", text.escape_debug());
    let cure = match nearest(scheme, ["http", "https"]) {
        _ if scheme.is_empty() && text.contains('.') && !text.contains(':') => {
            format!("did you mean \"https://{}\"?", text.trim_start_matches('/'))
        }
        // Some readers' links are written so.
        _ if scheme.eq_ignore_ascii_case("feed") => format!("did you mean \"https://{rest}\"?"),
        Some(meant) if !scheme.eq_ignore_ascii_case("ftp") => format!("did you mean \"{meant}://{rest}\"?"),
        _ => "only http and https are fetched: \"https://example.org/feed\"".to_owned(),
    };
    Complaint::new(message, cure)
}

/// An exact `address:port` for the address guard.
pub(super) fn socket(value: &DeValue<'_>) -> Result<SocketAddr, Complaint> {
    let text = text(value)?;
    text.parse().map_err(|_| {
        let cure = if text.parse::<std::net::IpAddr>().is_ok() {
            format!("name the port too: \"{}:80\"", bracketed(text))
        } else if text.starts_with("localhost") {
            "names are not taken, they can change: \"127.0.0.1:8080\"".to_owned()
        } else {
            "write an IP address and a port: \"127.0.0.1:8080\" or \"[::1]:8080\"".to_owned()
        };
        Complaint::new(format!("\"{}\" is no address:port", text.escape_debug()), cure)
    })
}

fn bracketed(address: &str) -> String {
    if address.contains(':') { format!("[{address}]") } else { address.to_owned() }
}

/// Where those whose servers we ask may turn: an http address, or one for letters.
pub(super) fn contact(value: &DeValue<'_>) -> Result<String, Complaint> {
    let text = text(value)?.trim();
    if text.contains("://") {
        return url(value).map(|_| text.to_owned());
    }
    let parts = text.split_once('@').filter(|(who, host)| !who.is_empty() && host.contains('.'));
    // It goes into the User-Agent header, where only visible ASCII is safe.
    if parts.is_none() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Complaint::new(
            format!("\"{}\" is no contact", text.escape_debug()),
            "write a page or a mail address: \"https://example.org/bot\"",
        ));
    }
    Ok(text.to_owned())
}

/// A country by its code.
pub(super) fn country(value: &DeValue<'_>) -> Result<Country, Complaint> {
    country_of(text(value)?)
}

/// A country by its code; whoever wrote a slug or a name is told the code.
pub(super) fn country_of(typed: &str) -> Result<Country, Complaint> {
    if let Some(country) = Country::from_code(typed) {
        return Ok(country);
    }
    let lower = typed.to_lowercase();
    let cure = if let Some(country) = Country::from_code(&typed.to_uppercase()) {
        format!("codes are written in capitals: did you mean \"{country}\"?")
    } else if let Some(country) = Country::from_slug(&lower) {
        format!("a slug; countries are named by code: did you mean \"{country}\"?")
    } else if let Some(country) = by_name(&lower) {
        format!("a name; countries are named by code: did you mean \"{country}\"?")
    } else if let Some(country) = nearly(typed) {
        format!("countries are named by code: did you mean \"{country}\" ({})?", country.name_en())
    } else {
        "countries are named by their ISO 3166-1 code of two letters: \"KP\"".to_owned()
    };
    Err(Complaint::new(format!("unknown country \"{}\"", typed.escape_debug()), cure))
}

fn by_name(lower: &str) -> Option<Country> {
    Country::all()
        .find(|country| country.name_en().to_lowercase() == lower || country.name_ru().to_lowercase() == lower)
}

/// The country whose slug or name is nearest.
fn nearly(typed: &str) -> Option<Country> {
    // Two or three letters are near to everything.
    const LETTERS_MIN: usize = 4;
    if typed.chars().count() < LETTERS_MIN {
        return None;
    }
    let known = Country::all().flat_map(|country| [country.slug(), country.name_en(), country.name_ru()]);
    let meant = nearest(typed, known)?;
    Country::from_slug(meant).or_else(|| by_name(&meant.to_lowercase()))
}

/// A time zone by its IANA name.
pub(super) fn zone(value: &DeValue<'_>) -> Result<TimeZone, Complaint> {
    let text = text(value)?;
    TimeZone::get(text).map_err(|_| {
        let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        // Abbreviations are near to each other and far from what is meant.
        let cure = match nearest(text, names.iter().map(String::as_str).filter(|_| text.contains('/'))) {
            Some(name) => format!("did you mean \"{name}\"?"),
            None if names.is_empty() => "this machine has no list of time zones: install tzdata".to_owned(),
            None => "zones are named as IANA does: \"Europe/Moscow\"".to_owned(),
        };
        Complaint::new(format!("unknown zone \"{}\"", text.escape_debug()), cure)
    })
}

/// A language tag, in small letters.
pub(super) fn language(value: &DeValue<'_>) -> Result<String, Complaint> {
    let tag = text(value)?.trim().to_ascii_lowercase();
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let fits = (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if !fits {
        return Err(Complaint::new(
            format!("\"{}\" is no language", tag.escape_debug()),
            "languages are named by code (BCP 47): \"ru\", \"zh-cn\"",
        ));
    }
    Ok(tag)
}

/// A selector.
pub(super) fn selector(value: &DeValue<'_>) -> Result<Selector, Complaint> {
    Selector::parse(text(value)?.trim()).map_err(|error| {
        Complaint::new(
            error.to_string().replace('\n', " "),
            "write CSS (an attribute after @: \"a@href\"), or XPath after \"xpath:\"",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_are_read_with_their_units_only() {
        assert_eq!(parse_duration("1h30m"), Some(Duration::from_mins(90)));
        assert_eq!(parse_duration("0s"), Some(Duration::ZERO));
        assert_eq!(parse_duration("180d"), Some(Duration::from_hours(180 * 24)));
        for wrong in ["", "30", "m", "-5s", "5 s", "99999999999999999999s", "18446744073709551615d"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
        assert_eq!(parse_size("10MiB"), Some(10 * 1024 * 1024));
        assert_eq!(parse_size("10 mb"), Some(10_000_000));
        assert_eq!(parse_size("10"), None);
    }

    #[test]
    fn a_country_is_told_by_its_slug_its_name_and_nearly() {
        let cure = |typed| country_of(typed).unwrap_err().cure;
        assert!(cure("kndr").starts_with("a slug;") && cure("kndr").contains("\"KP\""));
        assert!(cure("north korea").starts_with("a name;"));
        assert!(cure("kp").contains("capitals"));
        assert!(cure("Kazakstan").contains("\"KZ\""), "{}", cure("Kazakstan"));
        assert!(country_of("KP").is_ok());
    }
}
