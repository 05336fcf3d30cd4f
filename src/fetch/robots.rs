//! robots.txt as RFC 9309 has it: which paths of a host may be asked for.
//!
//! Where the RFC is silent, as Google's published parser does: misspelt directives, missing colons, `index.html`.
//! Knows nothing of the network: `permission` reads the file and keeps it.

use std::time::Duration;

/// Bytes of a file that are read; what stands beyond is left out (RFC 9309, 2.5: at least 500 KiB).
pub const FILE_BYTES_MAX: usize = 500 * 1024;

/// The name by which robots.txt may speak to us.
const AGENT: &str = "feedatlas";

/// Longest wait between two pages that a robots.txt may ask for: the law of the house.
const CRAWL_DELAY_MAX: Duration = Duration::from_secs(10);

/// Longest line that is read, in bytes, as Google's parser has it (eight times the longest address of old browsers).
const LINE_BYTES_MAX: usize = 8 * 2083;

/// What a robots.txt says to us.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Rule {
    allow: bool,
    /// Normalised; `*` and a `$` at the end have their meaning.
    pattern: String,
}

/// One group of a file: whom it speaks to, and what it says.
#[derive(Debug, Default)]
struct Group {
    named: bool,
    everyone: bool,
    rules: Rules,
}

enum Line<'a> {
    Agent(&'a str),
    Rule(bool, &'a str),
    CrawlDelay(&'a str),
}

impl Rules {
    /// Reads a file. Never fails: what is no rule is passed over.
    ///
    /// ```
    /// use feedatlas::fetch::robots::Rules;
    /// let rules = Rules::read(b"User-agent: *\nDisallow: /private\nAllow: /private/open");
    /// assert!(!rules.allows("/private/a"));
    /// assert!(rules.allows("/private/open/a"));
    /// ```
    #[must_use]
    pub fn read(file: &[u8]) -> Self {
        let file = &file[..file.len().min(FILE_BYTES_MAX)];
        let text = String::from_utf8_lossy(file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file));
        let groups = groups(&text);
        // All groups that name us are one (2.2.1); those for everyone count only where none does.
        let ours = groups.iter().any(|group| group.named);
        let speaking = groups.into_iter().filter(|group| if ours { group.named } else { group.everyone });
        let mut all = speaking.fold(Self::default(), |mut all, group| {
            all.rules.extend(group.rules.rules);
            all.crawl_delay = all.crawl_delay.max(group.rules.crawl_delay);
            all
        });
        // Their order says nothing, and some files repeat themselves a thousand times.
        all.rules.sort_unstable();
        all.rules.dedup();
        all
    }

    /// Whether a path, with its query, may be asked for: the longest pattern decides, of two equals the one that allows.
    #[must_use]
    pub fn allows(&self, path_and_query: &str) -> bool {
        if path_and_query == "/robots.txt" {
            return true;
        }
        let path = normalised(path_and_query, Text::Path);
        let matching = self.rules.iter().filter(|rule| matches(&rule.pattern, &path));
        matching.max_by_key(|rule| (rule.pattern.len(), rule.allow)).is_none_or(|rule| rule.allow)
    }

    /// How long it wants between two pages, at most ten seconds.
    #[must_use]
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }

    /// The rules that speak to us, as a robots.txt of their own: short, and read again as the same.
    #[must_use]
    pub fn to_text(&self) -> String {
        if *self == Self::default() {
            return String::new();
        }
        let delay = self.crawl_delay.map(|delay| format!("Crawl-delay: {}\n", delay.as_secs_f32()));
        let rule = |rule: &Rule| format!("{}: {}\n", if rule.allow { "Allow" } else { "Disallow" }, rule.pattern);
        let lines = self.rules.iter().map(rule);
        std::iter::once("User-agent: *\n".to_owned()).chain(delay).chain(lines).collect()
    }
}

fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut in_agents = false;
    for line in text.split(['\n', '\r']).filter_map(line) {
        if let Line::Agent(name) = line {
            if !in_agents {
                groups.push(Group::default());
            }
            in_agents = true;
            if let Some(group) = groups.last_mut() {
                group.everyone |= is_everyone(name);
                group.named |= product(name).eq_ignore_ascii_case(AGENT);
            }
            continue;
        }
        // What stands before the first agent speaks to nobody.
        let Some(group) = groups.last_mut() else { continue };
        match line {
            Line::Rule(allow, path) => {
                in_agents = false;
                group.rules.add(allow, path);
            }
            Line::CrawlDelay(text) => group.rules.crawl_delay = group.rules.crawl_delay.max(seconds(text)),
            Line::Agent(_) => {}
        }
    }
    groups
}

impl Rules {
    fn add(&mut self, allow: bool, path: &str) {
        // An empty path says nothing: `Disallow:` alone forbids nothing.
        if path.is_empty() {
            return;
        }
        let pattern = normalised(path, Text::Pattern);
        if allow && let Some((folder, "index.html" | "index.htm")) = pattern.rsplit_once('/') {
            self.rules.push(Rule { allow, pattern: format!("{folder}/$") });
        }
        self.rules.push(Rule { allow, pattern });
    }
}

fn line(text: &str) -> Option<Line<'_>> {
    let text = &text[..text.floor_char_boundary(LINE_BYTES_MAX)];
    let text = text.split('#').next().unwrap_or_default().trim();
    let (key, value) = text.split_once(':').or_else(|| two_words(text))?;
    let value = value.trim();
    match key.trim().to_ascii_lowercase().as_str() {
        "user-agent" | "useragent" | "user agent" => Some(Line::Agent(value)),
        "allow" => Some(Line::Rule(true, value)),
        "disallow" | "dissallow" | "dissalow" | "disalow" | "diasllow" | "disallaw" => Some(Line::Rule(false, value)),
        "crawl-delay" | "crawldelay" | "crawl delay" => Some(Line::CrawlDelay(value)),
        _ => None,
    }
}

/// `Disallow /private`: a colon was forgotten. More words than two are prose.
fn two_words(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.split_once([' ', '\t'])?;
    (!value.trim().contains([' ', '\t'])).then_some((key, value))
}

fn is_everyone(name: &str) -> bool {
    name == "*" || name.strip_prefix('*').is_some_and(|rest| rest.starts_with(char::is_whitespace))
}

/// `FeedAtlas/1.0 (news)` speaks to `feedatlas`: the name ends where a product token ends.
fn product(name: &str) -> &str {
    let end = name.find(|c: char| !(c.is_ascii_alphabetic() || matches!(c, '-' | '_')));
    &name[..end.unwrap_or(name.len())]
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds: f32 = text.parse().ok()?;
    let delay = Duration::try_from_secs_f32(seconds).ok();
    // Beyond what a Duration holds is beyond the limit too; below zero is nothing.
    delay.or((seconds > 0.0).then_some(CRAWL_DELAY_MAX)).map(|delay| delay.min(CRAWL_DELAY_MAX))
}

/// What `normalised` reads.
#[derive(Clone, Copy, PartialEq)]
enum Text {
    /// Of an address: `*` and `$` are letters like others.
    Path,
    /// Of a rule: `*`, and a `$` at the end, have a meaning.
    Pattern,
}

/// Brings both sides of a comparison to one form (2.2.2): what may stand unescaped does, everything else does not.
fn normalised(text: &str, kind: Text) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'%' => match escaped(&bytes[at..]) {
                Some(value) => {
                    at += 2;
                    if is_unreserved(value) { out.push(char::from(value)) } else { escape(value, &mut out) }
                }
                None => out.push('%'),
            },
            b'*' if kind == Text::Pattern => out.push('*'),
            b'$' if kind == Text::Pattern && at == bytes.len() => out.push('$'),
            b'*' | b'$' | 0..=b' ' | 0x7f.. => escape(byte, &mut out),
            _ => out.push(char::from(byte)),
        }
    }
    out
}

fn escaped(rest: &[u8]) -> Option<u8> {
    let digit = |at: usize| rest.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

fn escape(byte: u8, out: &mut String) {
    use std::fmt::Write;
    // Writing to a String cannot fail.
    let _ = write!(out, "%{byte:02X}");
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Whether a pattern matches the beginning of a path. Linear in both: the first place that fits is as good as any.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let last = if to_end { parts.pop() } else { None };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    match last {
        Some(last) => rest.ends_with(last),
        None => !to_end || rest.is_empty(),
    }
}
