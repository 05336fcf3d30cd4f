//! The identity of an address: two that lead to the same article have one. Never fetched.
//!
//! What may matter is kept: a parameter is dropped only when it is known to say nothing (`trackers`), an id never is.

use url::Url;

use crate::dedup::trackers::{is_host_label, is_index, is_noise};

/// Longest address that is read; a longer one comes back as it was.
const ADDRESS_BYTES_MAX: usize = 8192;

/// Wrappers inside wrappers (a share button over an AMP cache), views of views: each round makes the address shorter, and
/// nothing that people write needs more.
const ROUNDS_MAX: usize = 64;

/// The canonical form of an address; what is no http or https address comes back as it was.
///
/// ```
/// use feedatlas::dedup::canonical::canonical;
/// let one = canonical("http://m.example.org:80/news/amp/?utm_source=rss&id=7#comments");
/// assert_eq!(one, canonical("https://www.example.org/news?id=7"));
/// assert_ne!(one, canonical("https://www.example.org/news?id=8"));
/// ```
#[must_use]
pub fn canonical(address: &str) -> String {
    let mut text = address.trim().to_owned();
    for _ in 0..ROUNDS_MAX {
        let Some(url) = parse(&text) else { return address.trim().to_owned() };
        let plain = unwrapped(&url).filter(|target| parse(target).is_some()).unwrap_or_else(|| plain_form(&url));
        if plain == text {
            break;
        }
        text = plain;
    }
    text
}

/// The canonical form of an address that is some page's own; none for a site's front page, which names no article.
pub(super) fn identity(address: &str) -> Option<String> {
    let canonical = canonical(address);
    let rest = canonical.split_once("://").map_or("", |(_, rest)| rest);
    let names_a_page = rest.find(['/', '?', '#']).is_some_and(|at| rest[at..].len() > 1);
    names_a_page.then_some(canonical)
}

fn parse(address: &str) -> Option<Url> {
    if address.len() > ADDRESS_BYTES_MAX {
        return None;
    }
    let url = if address.starts_with("//") {
        Url::parse(&format!("https:{address}")).ok()?
    } else {
        Url::parse(address).ok()?
    };
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// The address inside a wrapper: an AMP cache, a share button, a search engine's link.
fn unwrapped(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_start_matches("www.");
    // Which page is meant may stand in the query; what the wrapper put there is dropped later.
    let with_query = |target: String| match url.query() {
        Some(query) => format!("{target}?{query}"),
        None => target,
    };
    if host.ends_with(".cdn.ampproject.org") || host == "cdn.ampproject.org" {
        return amp_target(url.path()).map(with_query);
    }
    if host.split('.').any(|label| label == "google") && url.path().starts_with("/amp/") {
        return amp_target(&url.path()["/amp".len()..]).map(with_query);
    }
    // `example-org.turbopages.org/turbo/example.org/s/news/7`
    if host.ends_with(".turbopages.org") {
        let (site, page) = url.path().strip_prefix("/turbo/")?.split_once("/s/")?;
        return Some(with_query(format!("https://{site}/{page}")));
    }
    let parameter = match (host, url.path()) {
        ("yandex.ru" | "yandex.com", "/turbo") => "text",
        ("l.facebook.com" | "lm.facebook.com" | "facebook.com", "/l.php") => "u",
        ("vk.com" | "m.vk.com" | "vk.ru", "/away.php") => "to",
        ("out.reddit.com" | "l.instagram.com" | "zen.yandex.ru" | "t.umblr.com", _) => "url",
        (host, "/url") if host.split('.').any(|label| label == "google") => "url",
        _ => return None,
    };
    let target = [parameter, "q"].iter().find_map(|name| url.query_pairs().find(|(key, _)| key == name));
    target.map(|(_, value)| value.into_owned())
}

/// `/c/s/example.org/a`, `/v/s/…`, `/s/example.org/a`: `s` says https.
fn amp_target(path: &str) -> Option<String> {
    let mut rest = path.trim_start_matches('/');
    for content in ["c/", "v/", "i/", "r/"] {
        if let Some(inner) = rest.strip_prefix(content) {
            rest = inner;
            break;
        }
    }
    let rest = rest.strip_prefix("s/").unwrap_or(rest);
    let host = rest.split('/').next().unwrap_or_default();
    host.contains('.').then(|| format!("https://{rest}"))
}

fn plain_form(url: &Url) -> String {
    let mut out = String::with_capacity(url.as_str().len());
    // Of all sites that answer on both, none is known to show different articles.
    out.push_str("https://");
    out.push_str(&host(url));
    if let Some(port) = url.port().filter(|port| !matches!(port, 80 | 443)) {
        out.push(':');
        out.push_str(&port.to_string());
    }
    let query = query(url);
    out.push_str(&path(url.path()));
    if !query.is_empty() {
        out.push('?');
        out.push_str(&query);
    }
    out.push_str(&fragment(url));
    out
}

/// The host in its ASCII form, without `www`, without the labels of phones' hosts, without a final dot.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    if url.domain().is_none() {
        return host.to_owned();
    }
    // `www.gov.uk` stands on a public suffix, and the label says as little there.
    let host = host.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(host);
    let site = registrable(host);
    let mut labels: Vec<&str> = host[..host.len() - site.len()].split('.').filter(|label| !label.is_empty()).collect();
    // `m.example.org`, `www.m.example.org`, and `en.m.example.org`, which is `en.example.org` for phones.
    labels.retain(|label| !is_host_label(label));
    labels.push(site);
    labels.join(".")
}

/// The part of a host that someone registered; the host itself where there is none.
fn registrable(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

/// The path without what asks for another view, decoded where that changes nothing, without a slash at its end.
fn path(path: &str) -> String {
    let decoded = percent_form(path, b"");
    let segments = decoded.split('/').map(without_session).filter(|segment| !segment.is_empty());
    let mut segments: Vec<&str> = segments.collect();
    loop {
        let before = segments.len();
        if segments.last().is_some_and(|last| is_index(last)) {
            segments.pop();
        }
        // `/index.php/news/7`
        if segments.len() > 1 && segments.first().is_some_and(|first| is_index(first)) {
            segments.remove(0);
        }
        if segments.len() > 1 && segments.last().is_some_and(|last| is_last_view(last)) {
            segments.pop();
        }
        if segments.len() > 1 && segments.first().is_some_and(|first| is_first_view(first)) {
            segments.remove(0);
        }
        if segments.len() == before {
            break;
        }
    }
    let Some(last) = segments.pop() else { return "/".to_owned() };
    let mut out: String = segments.iter().flat_map(|segment| ["/", segment]).collect();
    out.push('/');
    out.push_str(&without_view(last));
    out
}

/// A segment without the session in it: `news;jsessionid=1A2B`, and nothing is left of `(S(1a2b))`.
fn without_session(segment: &str) -> &str {
    if segment.starts_with("(S(") && segment.ends_with("))") {
        return "";
    }
    let lower = segment.to_ascii_lowercase();
    let session = [";jsessionid=", ";phpsessid=", ";sid="].iter().find_map(|name| lower.find(name));
    session.map_or(segment, |at| &segment[..at])
}

/// A first segment that asks for another view of what the others name: `/amp/news/7`, `/m/news/7`.
fn is_first_view(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().as_str(), "amp" | "print" | "m" | "mobile" | "pda" | "wap")
}

/// A last segment that does: `/news/7/amp`, `/news/7/print.html`.
fn is_last_view(segment: &str) -> bool {
    let lower = segment.to_ascii_lowercase();
    let stem = lower
        .rsplit_once('.')
        .filter(|(_, end)| matches!(*end, "html" | "htm" | "php"))
        .map_or(lower.as_str(), |(stem, _)| stem);
    matches!(stem, "amp" | "print" | "printable" | "amphtml" | "printversion" | "print-version" | "print_version")
}

/// `1203.amp.html`, `1203_print.html` and `print-1203.html` are views of `1203.html`.
fn without_view(segment: &str) -> String {
    let (stem, end) = match segment.rsplit_once('.') {
        Some((stem, end)) if !matches!(end, "amp" | "print") => (stem, Some(end)),
        _ => (segment, None),
    };
    let with_end = |stem: &str| end.map_or_else(|| stem.to_owned(), |end| format!("{stem}.{end}"));
    for view in [".amp", "_amp", ".print", "_print", "-amp", "-print"] {
        let Some(plain) = stem.strip_suffix(view).filter(|plain| !plain.is_empty()) else { continue };
        // “fender-amp” and “out-of-print” are words of headlines; after a number they are not.
        if !view.starts_with('-') || plain.ends_with(|last: char| last.is_ascii_digit()) {
            return with_end(plain);
        }
    }
    for view in ["print-", "print_", "amp-", "amp_"] {
        let plain = stem.strip_prefix(view).unwrap_or_default();
        if !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit()) {
            return with_end(plain);
        }
    }
    segment.to_owned()
}

/// Percent-encoding in one form: what may stand plain does, and what of `plain` too; the rest in capitals.
fn percent_form(text: &str, plain: &[u8]) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte == b'%'
            && let Some(code) = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok())
            && let Ok(decoded) = u8::from_str_radix(code, 16)
        {
            if is_plain(decoded) || plain.contains(&decoded) {
                out.push(char::from(decoded));
            } else {
                push_encoded(&mut out, decoded);
            }
            at += 3;
            continue;
        }
        // `Url` encodes everything beyond ASCII, so what is left is one byte a letter.
        out.push(char::from(byte));
        at += 1;
    }
    out
}

/// RFC 3986, section 2.3, and the marks that mean nothing in a path or a value.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$'()*,:@[]".contains(&byte)
}

fn push_encoded(out: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(DIGITS[usize::from(byte >> 4)]));
    out.push(char::from(DIGITS[usize::from(byte & 15)]));
}

/// The parameters that may matter, in the order of their names; those of one name keep their order.
fn query(url: &Url) -> String {
    let Some(query) = url.query() else { return String::new() };
    // `&amp;` is what a page's author wrote where `&` was meant.
    let query = query.replace("&amp;", "&");
    let mut kept: Vec<(String, String)> = Vec::new();
    for pair in query.split(['&', ';']).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (percent_form(name, b"/"), percent_form(&value.replace('+', "%20"), b"/?"));
        if !is_noise(&name.to_ascii_lowercase(), &value) {
            kept.push((name, value));
        }
    }
    kept.sort_by(|one, other| one.0.cmp(&other.0));
    kept.dedup();
    let pairs: Vec<String> =
        kept.into_iter().map(|(name, value)| if value.is_empty() { name } else { format!("{name}={value}") }).collect();
    pairs.join("&")
}

/// A fragment is a place on the page, unless it is a route: `#!/news/7`, `#/news/7`.
fn fragment(url: &Url) -> String {
    let fragment = url.fragment().unwrap_or_default();
    let is_route = fragment.starts_with(['!', '/']) && !fragment.trim_start_matches(['!', '/']).is_empty();
    if is_route { format!("#{}", percent_form(fragment, b"/?=&")) } else { String::new() }
}
