//! The rules of sites that the binary brings along: files of `FiveFilters`' site-config (`data/site-rules`, CC0), one a host.
//!
//! A line is `key: value`; most values are `XPath` 1.0. `example.com.txt` serves example.com and www.example.com,
//! `.example.com.txt` its other sub-domains; the most exact name wins. What is not understood is skipped, and told by
//! `SiteRule::skipped`. Not here: whether a rule is believed (`body`). Log-in, pages fetched in a page's place and changes
//! to its source are not done.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{LazyLock, OnceLock};
use std::{fs, io};

use crate::html::selector::Selector;
use crate::model::source::ArticleRule;

/// The files, by name.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/site_rules.rs"));

/// Selectors of one file that are asked; the longest of them has 60.
const SELECTORS_MAX: usize = 200;

/// The operator's own files, which stand before those: set once, when the program starts.
static OWN: OnceLock<BTreeMap<String, SiteRule>> = OnceLock::new();

/// Bytes of a rule's file; the longest known has 6,000.
const FILE_BYTES_MAX: u64 = 256 * 1024;

static RULES: LazyLock<Vec<(&str, &str, OnceLock<SiteRule>)>> = LazyLock::new(|| {
    let named =
        |(file, text): &(&'static str, &'static str)| Some((file.strip_suffix(".txt")?, *text, OnceLock::new()));
    let mut rules: Vec<_> = FILES.iter().filter_map(named).collect();
    rules.sort_unstable_by_key(|(name, _, _)| *name);
    rules
});

/// What is known of a site's pages.
#[derive(Debug, Clone, Default)]
pub struct SiteRule {
    /// Where the parts of an article stand.
    pub article: ArticleRule,
    /// The page on which an article goes on.
    pub next: Vec<Selector>,
    /// Lines that were skipped.
    pub skipped: Vec<Skipped>,
}

/// A line of a rule that is not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its number, from 1.
    pub line: usize,
    /// Why, in words.
    pub why: String,
}

/// The rule of a host, and the name of its file.
#[must_use]
pub fn of(host: &str) -> Option<(&'static str, &'static SiteRule)> {
    let host = host.strip_prefix("www.").unwrap_or(host);
    named(host).or_else(|| {
        let parents = host.match_indices('.').map(|(at, _)| &host[at..]);
        parents.into_iter().find_map(named)
    })
}

/// Takes the rules of a folder before the bundled ones, from now on: `<host>.txt` each. Says how many. Once a process.
pub fn take_folder(folder: &Path) -> io::Result<usize> {
    let mut own = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".txt"));
        let Some(name) = name.filter(|name| !name.starts_with("LICENSE")) else { continue };
        if fs::metadata(&path)?.len() <= FILE_BYTES_MAX {
            own.insert(name.to_owned(), SiteRule::parse(&String::from_utf8_lossy(&fs::read(&path)?)));
        }
    }
    Ok(OWN.get_or_init(|| own).len())
}

fn named(name: &str) -> Option<(&'static str, &'static SiteRule)> {
    if let Some((name, rule)) = OWN.get().and_then(|own| own.get_key_value(name)) {
        return Some((name, rule));
    }
    let at = RULES.binary_search_by_key(&name, |(name, _, _)| name).ok()?;
    let (name, text, rule) = &RULES[at];
    Some((name, rule.get_or_init(|| SiteRule::parse(text))))
}

impl SiteRule {
    /// Reads a file.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut rule = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            let Some((key, value)) = line.split_once(':').filter(|_| !line.starts_with('#')) else { continue };
            if let Err(why) = rule.take(key.trim(), value.trim()) {
                rule.skipped.push(Skipped { line: number + 1, why });
            }
        }
        rule
    }

    fn take(&mut self, key: &str, value: &str) -> Result<(), String> {
        let article = &mut self.article;
        let (into, selector) = match key {
            _ if value.is_empty() => return Ok(()),
            "title" => (&mut article.title, xpath(value)?),
            "body" => (&mut article.body, xpath(value)?),
            "author" => (&mut article.author, xpath(value)?),
            "date" => (&mut article.date, xpath(value)?),
            "strip" => (&mut article.remove, xpath(value)?),
            "next_page_link" => (&mut self.next, xpath(value)?),
            "strip_id_or_class" => {
                let word = quoted(value)?;
                (&mut article.remove, css(&format!("[id*={word}], [class*={word}]"))?)
            }
            "strip_image_src" => (&mut article.remove, css(&format!("img[src*={}]", quoted(value)?))?),
            "find_string" | "single_page_link" | "if_page_contains" | "http_header" | "wrap_in" | "move_into" => {
                return Err(format!("`{key}` is not followed"));
            }
            key if key.starts_with("replace_string(") => return Err("`replace_string` is not followed".to_owned()),
            // Pairs of `find_string`, the rule's own tests, and how other programs clean up.
            _ => return Ok(()),
        };
        if into.len() >= SELECTORS_MAX {
            return Err(format!("more than {SELECTORS_MAX} lines of `{key}`"));
        }
        into.push(selector);
        Ok(())
    }
}

fn xpath(value: &str) -> Result<Selector, String> {
    Selector::parse(&format!("xpath:{value}")).map_err(|error| error.to_string())
}

fn css(selector: &str) -> Result<Selector, String> {
    Selector::parse(selector).map_err(|error| error.to_string())
}

/// A word as CSS quotes it.
fn quoted(word: &str) -> Result<String, String> {
    let word = word.trim_matches(['"', '\'']);
    if word.is_empty() || word.contains(['"', '\\']) {
        return Err(format!("`{word}` is no word of a class or an address"));
    }
    Ok(format!("\"{word}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_that_are_followed_are_read_and_the_others_told() {
        let rule = SiteRule::parse(
            "# A comment: nothing\nbody: //div[@id='a']\nbody: //main\ntitle: //h1\nstrip: //aside\nstrip_id_or_class: promo\n\
             strip_image_src: pixel\ntitl: //h2\nprune: no\nfind_string: <b>\nreplace_string: <i>\nstrip: //a[\nauthor:\n\
             test_url: https://example.org/a\nhttp_header(user-agent): x\nreplace_string(a): b\n",
        );
        assert_eq!((rule.article.body.len(), rule.article.title.len(), rule.article.remove.len()), (2, 1, 3));
        let skipped: Vec<usize> = rule.skipped.iter().map(|skipped| skipped.line).collect();
        assert_eq!(skipped, [10, 12, 16], "{:?}", rule.skipped);
    }

    #[test]
    fn the_most_exact_name_wins() {
        let name = |host: &str| of(host).map(|(name, _)| name);
        assert_eq!(name("www.bbc.com"), Some("bbc.com"));
        assert_eq!(name("lifestyle.inquirer.net"), Some("lifestyle.inquirer.net"));
        assert_eq!(name("sport.nytimes.com"), Some(".nytimes.com"));
        assert_eq!(name("a.b.wordpress.com"), Some(".wordpress.com"));
        assert_eq!((name("wordpress.com"), name("inquirer.example"), name("com"), name("")), (None, None, None, None));
    }

    #[test]
    fn nearly_all_lines_of_the_files_are_understood() {
        let (mut followed, mut wrong) = (0, Vec::new());
        for (name, text, _) in RULES.iter() {
            let rule = SiteRule::parse(text);
            let article = &rule.article;
            followed += [&article.title, &article.body, &article.author, &article.date, &article.remove]
                .map(Vec::len)
                .iter()
                .sum::<usize>();
            wrong.extend(
                rule.skipped
                    .iter()
                    .filter(|skipped| !skipped.why.ends_with("is not followed"))
                    .map(|skipped| format!("{name}:{}: {}", skipped.line, skipped.why)),
            );
        }
        assert!(RULES.len() >= 80 && followed >= 600, "{} files, {followed} lines", RULES.len());
        assert!(wrong.len() * 50 <= followed, "{wrong:#?}");
    }
}
