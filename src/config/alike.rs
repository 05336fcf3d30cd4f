//! What stands in feeds.toml twice: the same is a mistake, the nearly same is told.

use std::collections::HashMap;
use std::fmt::Display;
use std::ops::Range;

use crate::config::complaint::Complaint;
use crate::config::section::{Findings, Placed};
use crate::model::source::Source;
use crate::model::url::PageUrl;

/// Names and addresses that earlier sources have, with their places.
#[derive(Default)]
pub(super) struct Seen {
    names: HashMap<String, Range<usize>>,
    urls: HashMap<String, Range<usize>>,
    /// Names in small letters without spaces, addresses without what mostly says nothing.
    like_names: HashMap<String, Range<usize>>,
    like_urls: HashMap<String, Range<usize>>,
}

impl Seen {
    /// Tells of a source that has the address or the name of an earlier one, or nearly.
    pub(super) fn check(
        &mut self,
        source: &Source,
        (url_span, name_span): (&Range<usize>, &Range<usize>),
        findings: &Findings<'_>,
    ) {
        let is_named = source.name.as_str() != source.url.as_str();
        let is_told = self.check_url(&source.url, url_span, findings);
        // Unnamed sources are named by their address: that is told already.
        if is_told && !is_named {
            return;
        }
        self.check_name(source.name.as_str(), is_named, name_span, findings);
    }

    /// Whether it was told as a mistake.
    fn check_url(&mut self, url: &PageUrl, span: &Range<usize>, findings: &Findings<'_>) -> bool {
        let whole = url.without_fragment().as_str().to_owned();
        let bare = like_url(url);
        let same = self.urls.get(&whole);
        if let Some(first) = same {
            let cure = format!("it is asked already, see line {}: keep one", findings.line(first));
            findings.complain(span.clone(), Complaint::new("the same address twice", cure));
        } else if let Some(first) = self.like_urls.get(&bare) {
            let cure = format!(
                "line {} differs in nothing that mostly counts: if it is one source, keep one",
                findings.line(first)
            );
            findings.warn(span.clone(), Complaint::new("nearly the same address twice", cure));
        }
        let is_told = same.is_some();
        self.urls.entry(whole).or_insert_with(|| span.clone());
        self.like_urls.entry(bare).or_insert_with(|| span.clone());
        is_told
    }

    fn check_name(&mut self, name: &str, is_named: bool, span: &Range<usize>, findings: &Findings<'_>) {
        let folded: String = name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
        if let Some(first) = self.names.get(name) {
            let message = format!("two sources are named \"{}\"", name.escape_debug());
            let line = findings.line(first);
            let cure = format!("a source is known by its name; the other stands on line {line}: rename one");
            findings.complain(span.clone(), Complaint::new(message, cure));
        } else if let Some(first) = self.like_names.get(&folded).filter(|_| is_named) {
            let cure = format!(
                "that on line {} differs in capitals and spaces alone: readers cannot tell them apart",
                findings.line(first)
            );
            findings.warn(span.clone(), Complaint::new("nearly the same name twice", cure));
        }
        self.names.entry(name.to_owned()).or_insert_with(|| span.clone());
        self.like_names.entry(folded).or_insert_with(|| span.clone());
    }
}

/// An address without its scheme, `www.`, the slash at its end and `index.…`: what two ways to write one address differ in.
fn like_url(url: &PageUrl) -> String {
    let host = url.host().strip_prefix("www.").unwrap_or(url.host());
    let path = url.path().trim_end_matches('/');
    let path =
        ["/index.html", "/index.htm", "/index.php"].iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path);
    let port = url.as_str().split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next()?.rsplit_once(':'));
    format!("{host}:{}{path}?{}", port.map_or("", |(_, port)| port), url.query().unwrap_or_default())
}

/// The values of a list, each once; one that stands there again is told.
pub(super) fn once<T: PartialEq + Display>(list: Vec<Placed<T>>, findings: &Findings<'_>) -> Vec<T> {
    let mut values: Vec<T> = Vec::with_capacity(list.len());
    for Placed { value, span } in list {
        if values.contains(&value) {
            findings.warn(span, Complaint::new(format!("{value} stands there twice"), "take one out"));
        } else {
            values.push(value);
        }
    }
    values
}
