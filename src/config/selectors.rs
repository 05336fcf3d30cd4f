//! Selectors that can name nothing, or that an earlier one of their list leaves nothing for: they work, and are not meant.
//!
//! Reads CSS as far as it must: tags, ids, classes and what stands between them. What it does not know, it does not judge; `XPath` least.

use crate::config::complaint::Complaint;
use crate::config::section::{Findings, Placed};
use crate::html::selector::Selector;

/// Elements that have nothing in them.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements whose inside is text and no markup.
const RAW: [&str; 5] = ["script", "style", "textarea", "title", "option"];

/// Elements before which HTML ends an open `p`.
const ENDS_P: [&str; 16] = [
    "article",
    "aside",
    "blockquote",
    "div",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
    "main",
];

/// One element of a selector: `div#a.b[c]`, and how it stands to the one before it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Compound {
    /// A space, `>`, `+` or `~`.
    combinator: char,
    tag: String,
    /// `#id`, `.class`, `[attribute]`, `:pseudo`, as written.
    parts: Vec<String>,
}

/// Warns of a selector that can name nothing.
pub(super) fn warn_of_nothing(selector: &Placed<Selector>, findings: &Findings<'_>) {
    if let Some((message, cure)) = nothing(selector.value.as_str()) {
        findings.warn(selector.span.clone(), Complaint::new(message, cure));
    }
}

/// Warns of selectors of a list, tried in order, that an earlier one leaves nothing for.
pub(super) fn warn_of_shadows(list: &[Placed<Selector>], findings: &Findings<'_>) {
    for (at, later) in list.iter().enumerate() {
        let earlier = list[..at].iter().find(|earlier| covers(earlier.value.as_str(), later.value.as_str()));
        if let Some(earlier) = earlier {
            let message = format!("`{}` is never reached", later.value.as_str());
            let cure = format!(
                "`{}` stands before it and names all that it would: swap them, or take one out",
                earlier.value.as_str()
            );
            findings.warn(later.span.clone(), Complaint::new(message, cure));
        }
    }
}

/// Warns of what is removed and is the text itself.
pub(super) fn warn_of_removed(body: &[Placed<Selector>], remove: &[Placed<Selector>], findings: &Findings<'_>) {
    for removed in remove {
        if body.iter().any(|body| covers(removed.value.as_str(), body.value.as_str())) {
            let complaint = Complaint::new(
                format!("`{}` takes away the whole text", removed.value.as_str()),
                "`body` names the same: name what is not the article inside it",
            );
            findings.warn(removed.span.clone(), complaint);
        }
    }
}

/// Warns of an item that is a link, inside which links are looked for; and of an attribute where an element is wanted.
pub(super) fn warn_of_item(item: &Placed<Selector>, inside: &[Option<Placed<Selector>>], findings: &Findings<'_>) {
    let (css, attribute) = parted(item.value.as_str());
    if let Some(attribute) = attribute {
        let message = format!("`@{attribute}` says nothing here: an item is an element");
        findings.warn(item.span.clone(), Complaint::new(message, format!("write item = \"{css}\"")));
    }
    let is_link = |selector: &str, first: bool| {
        let (css, _) = parted(selector);
        let tag = |complex: Vec<Compound>| {
            let compound = if first { complex.into_iter().next() } else { complex.into_iter().next_back() };
            compound.map(|compound| compound.tag)
        };
        !selector.starts_with("xpath:") && read(css).into_iter().all(|complex| tag(complex).as_deref() == Some("a"))
    };
    if !is_link(item.value.as_str(), false) {
        return;
    }
    for selector in inside.iter().flatten().filter(|selector| is_link(selector.value.as_str(), true)) {
        let complaint = Complaint::new(
            format!(
                "`{}` names nothing: the item is a link itself, and no link stands in a link",
                selector.value.as_str()
            ),
            "leave it out: the item's own address and words are taken",
        );
        findings.warn(selector.span.clone(), complaint);
    }
}

/// Why a selector can name nothing, and what to do.
fn nothing(selector: &str) -> Option<(String, String)> {
    if selector.starts_with("xpath:") {
        return None;
    }
    let (css, _) = parted(selector);
    read(css).iter().find_map(|complex| {
        let odd = complex.iter().find(|compound| {
            let mut ids = compound.parts.iter().filter(|part| part.starts_with('#'));
            ids.next().is_some_and(|first| ids.any(|other| other != first))
        });
        if odd.is_some() {
            return Some((
                format!("`{selector}` names nothing: an element has one id"),
                "write the ids apart: \"#a #b\" for one in the other".to_owned(),
            ));
        }
        complex.windows(2).find_map(|pair| in_vain(selector, &pair[0], &pair[1]))
    })
}

/// Why nothing can stand so below an element.
fn in_vain(selector: &str, outer: &Compound, inner: &Compound) -> Option<(String, String)> {
    let (above, below) = (outer.tag.as_str(), inner.tag.as_str());
    if !matches!(inner.combinator, ' ' | '>') || above.is_empty() {
        return None;
    }
    let told = |why: String, cure: &str| Some((format!("`{selector}` names nothing: {why}"), cure.to_owned()));
    if VOID.contains(&above) {
        return told(format!("nothing stands in `{above}`"), "name the element itself, or the one around it");
    }
    if RAW.contains(&above) {
        return told(format!("what stands in `{above}` is text and no element"), "name the element itself");
    }
    if above == "a" && below == "a" {
        return told("no link stands in a link".to_owned(), "name the outer one");
    }
    if above == "p" && ENDS_P.contains(&below) {
        return told(format!("a `p` ends where a `{below}` begins"), "name the element around both");
    }
    None
}

/// Whether one selector names all that another would: the same, or fewer words of the same element.
fn covers(wide: &str, narrow: &str) -> bool {
    if wide == narrow {
        return true;
    }
    let ((wide, wide_attribute), (narrow, narrow_attribute)) = (parted(wide), parted(narrow));
    if wide.starts_with("xpath:") || narrow.starts_with("xpath:") || wide_attribute != narrow_attribute {
        return false;
    }
    let (wide, narrow) = (read(wide), read(narrow));
    let fits = |wide: &[Compound], narrow: &[Compound]| match (wide, narrow) {
        ([wide], [.., narrow]) => {
            (wide.tag.is_empty() || wide.tag == narrow.tag) && wide.parts.iter().all(|part| narrow.parts.contains(part))
        }
        _ => wide == narrow,
    };
    !narrow.is_empty() && narrow.iter().all(|narrow| wide.iter().any(|wide| fits(wide, narrow)))
}

/// The selector without its attribute, and the attribute.
fn parted(selector: &str) -> (&str, Option<&str>) {
    match selector.rsplit_once('@') {
        Some((css, attribute)) if !attribute.contains([']', '"', '\'']) && !selector.starts_with("xpath:") => {
            (css.trim_end(), Some(attribute))
        }
        _ => (selector, None),
    }
}

/// A selector as its alternatives, each a line of elements; brackets and quotes are taken as they are written.
fn read(css: &str) -> Vec<Vec<Compound>> {
    let mut alternatives = vec![Vec::new()];
    let mut compound = Compound { combinator: ' ', ..Compound::default() };
    let (mut depth, mut quote, mut between) = (0_usize, None, ' ');
    let push = |alternatives: &mut Vec<Vec<Compound>>, compound: Compound| {
        if let Some(last) = alternatives.last_mut().filter(|_| !compound.tag.is_empty() || !compound.parts.is_empty()) {
            last.push(compound);
        }
    };
    for character in css.chars() {
        let is_inside = depth > 0 || quote.is_some();
        match character {
            '"' | '\'' if quote == Some(character) => quote = None,
            '"' | '\'' if quote.is_none() && depth > 0 => quote = Some(character),
            '[' | '(' if quote.is_none() => depth += 1,
            ']' | ')' if quote.is_none() => depth = depth.saturating_sub(1),
            ',' if !is_inside => {
                push(&mut alternatives, std::mem::take(&mut compound));
                alternatives.push(Vec::new());
                (compound.combinator, between) = (' ', ' ');
                continue;
            }
            ' ' | '\t' | '\n' | '>' | '+' | '~' if !is_inside => {
                let done = std::mem::take(&mut compound);
                let is_word = !done.tag.is_empty() || !done.parts.is_empty();
                push(&mut alternatives, done);
                between = match character {
                    '>' | '+' | '~' => character,
                    _ if is_word => ' ',
                    _ => between,
                };
                compound.combinator = between;
                continue;
            }
            _ => {}
        }
        let begins = !is_inside && matches!(character, '#' | '.' | '[' | ':');
        match compound.parts.last_mut() {
            // `::before` is one part.
            Some(part) if !begins || part == ":" => part.push(character),
            None if !begins => compound.tag.extend(character.to_lowercase().filter(|c| *c != '*')),
            _ => compound.parts.push(character.to_string()),
        }
    }
    push(&mut alternatives, compound);
    alternatives
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_name_nothing_is_told_and_what_is_odd_is_not() {
        for vain in ["img h2", "br > a@href", "a a", "p div", "p > p.x", "#a#b", "script b", "h1, hr b", "div p ul li"]
        {
            assert!(nothing(vain).is_some(), "{vain}");
        }
        for fine in [
            "a img@src",
            "p a",
            "p + div",
            "p ~ p",
            "#a #a",
            "div#a[data-x='#b .c']",
            "a[title=\"a a\"]",
            "a:not(a a)",
            "xpath://img/h2",
            "article.card",
            "td > p",
            ".p div",
            "p:has(> div) + ul",
            "*",
        ] {
            assert_eq!(nothing(fine), None, "{fine}");
        }
    }

    #[test]
    fn a_wider_selector_covers_a_narrower_one_of_the_same_attribute() {
        for (wide, narrow) in [
            ("h1", "h1"),
            ("h1", "h1.title"),
            (".text", "div.text.wide"),
            ("h1", "main h1#x"),
            ("h1, h2", "h2.sub"),
            ("a@href", "a.x@href"),
            ("div.a  >  p", "div.a > p"),
        ] {
            assert!(covers(wide, narrow), "{wide} {narrow}");
        }
        for (one, other) in [
            ("h1.title", "h1"),
            ("h1", "h2"),
            ("a", "a@href"),
            ("div h1", "h1"),
            ("div h1", "div main h1"),
            ("xpath://h1", "xpath://h1[1]"),
            ("h1", "h1, h2"),
            ("time@datetime", "time"),
        ] {
            assert!(!covers(one, other), "{one} {other}");
        }
    }
}
