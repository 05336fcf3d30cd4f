//! A feed as a tree, whatever is wrong with its XML: end tags that are missing, cross or belong to nothing, names
//! without a vocabulary, an end that never came.
//!
//! Only the form is mended here; what an element means is `feed`'s.

use std::borrow::Cow;

use crate::parse::bounds::ELEMENTS_MAX;
use crate::parse::entities::Entities;
use crate::parse::lexer::{Lexer, Tag, Token};
use crate::parse::names::{self, Space};

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element<'a> {
    /// Whose word its name is.
    pub(super) space: Space,
    /// Its name without prefix, small letters.
    pub(super) name: Cow<'a, str>,
    /// Names in small letters with their prefix, values decoded.
    pub(super) attributes: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// In the order written.
    pub(super) children: Vec<Node<'a>>,
    /// Whether the document ended inside it.
    pub(super) is_cut: bool,
}

/// What stands in an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node<'a> {
    /// An element. In a box: most nodes are short texts, and an element is four times their size.
    Element(Box<Element<'a>>),
    /// Text, decoded.
    Text(Cow<'a, str>),
}

/// Why there is no tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TreeError {
    /// Nested more deeply than is followed.
    TooDeep,
    /// Entities that grow without bound.
    Bomb,
}

/// Vocabularies declared at a time; a feed has ten.
const BINDINGS_MAX: usize = 64;

/// A prefix, its vocabulary, and how deep the element is that declared it.
type Binding<'a> = (&'a str, Space, usize);

/// Reads markup as a tree below an element without a name.
///
/// And whether it has more elements than are read.
pub(super) fn read(text: &str, depth_max: usize) -> Result<(Element<'_>, bool), TreeError> {
    let mut builder = Builder::new();
    for token in Lexer::new(text) {
        if builder.elements > ELEMENTS_MAX {
            // What is whole by then is kept, as where the document itself is cut.
            break;
        }
        match token {
            Token::Start(tag) => builder.start(&tag, depth_max)?,
            Token::End(name) => builder.end(name),
            Token::Text(text) => {
                let text = builder.entities.decode(text);
                builder.text(text);
            }
            Token::Literal(text) => builder.text(Cow::Borrowed(text)),
            Token::Doctype(text) => builder.entities.learn(text),
            Token::Nothing => {}
        }
        if builder.entities.is_bomb() {
            return Err(TreeError::Bomb);
        }
    }
    let is_beyond = builder.elements > ELEMENTS_MAX;
    Ok((builder.finish(), is_beyond))
}

impl<'a> Element<'a> {
    fn new(space: Space, name: Cow<'a, str>) -> Self {
        Self { space, name, attributes: Vec::new(), children: Vec::new(), is_cut: false }
    }

    /// Whether it is this one.
    pub(super) fn is(&self, space: Space, name: &str) -> bool {
        self.space == space && self.name == name
    }

    /// The elements right below it.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Element<'a>> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(&**element),
            Node::Text(_) => None,
        })
    }

    /// The first element of this name right below it, whichever of its vocabularies counts as the core.
    pub(super) fn child(&self, name: &str) -> Option<&Element<'a>> {
        self.elements().find(|child| child.is(Space::Core, name))
    }

    /// The value of an attribute, by its whole name in small letters.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// Its text and that of everything below, trimmed.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.append_text(&mut out);
        let trimmed = out.trim();
        if trimmed.len() == out.len() { out } else { trimmed.to_owned() }
    }

    /// The same; none where there is nothing.
    pub(super) fn some_text(&self) -> Option<String> {
        Some(self.text()).filter(|text| !text.is_empty())
    }

    fn append_text(&self, out: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Element(element) => element.append_text(out),
            }
        }
    }
}

/// Places in which open names are counted, by a number made of their letters: two names may share one.
const SLOTS: usize = 256;

/// An entry that is open, or the document: what its own end tags can close.
struct Scope {
    /// Where it stands among the open elements.
    at: usize,
    /// How many elements are open in it, by name. End tags that belong to nothing are millions in a hostile document, and
    /// each would be compared with everything that is open.
    names: Box<[u16; SLOTS]>,
}

impl Scope {
    fn new(at: usize) -> Self {
        Self { at, names: Box::new([0; SLOTS]) }
    }

    fn count(&mut self, name: &str) -> &mut u16 {
        &mut self.names[slot(name)]
    }
}

/// FNV-1a, folded to a place among `SLOTS`.
fn slot(name: &str) -> usize {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash ^ hash >> 16) as usize % SLOTS
}

struct Builder<'a> {
    open: Vec<Element<'a>>,
    /// The document, and the entries that are open, the innermost last.
    scopes: Vec<Scope>,
    bindings: Vec<Binding<'a>>,
    entities: Entities<'a>,
    elements: usize,
}

impl<'a> Builder<'a> {
    fn new() -> Self {
        Self {
            open: vec![Element::new(Space::Other, Cow::Borrowed(""))],
            scopes: vec![Scope::new(0)],
            bindings: Vec::new(),
            entities: Entities::default(),
            elements: 0,
        }
    }

    fn start(&mut self, tag: &Tag<'a>, depth_max: usize) -> Result<(), TreeError> {
        let declared = declarations(tag);
        let (space, name) = self.resolve(tag.name, &declared);
        let is_stray = tag.is_empty && tag.attributes.is_empty() && is_entry(&name);
        if is_stray && self.open.iter().any(|open| is_entry(&open.name)) {
            return Ok(());
        }
        self.close_before(space, &name);
        let depth = self.open.len();
        let room = BINDINGS_MAX.saturating_sub(self.bindings.len());
        self.bindings.extend(declared.into_iter().take(room).map(|(prefix, space)| (prefix, space, depth)));
        let mut element = Element::new(space, name);
        element.attributes =
            tag.attributes.iter().map(|(name, value)| (small(name), self.entities.decode(value))).collect();
        self.push(element);
        self.elements += 1;
        if self.open.len() > depth_max {
            return Err(TreeError::TooDeep);
        }
        if tag.is_empty {
            self.close();
        }
        Ok(())
    }

    fn resolve(&self, name: &'a str, declared: &[(&str, Space)]) -> (Space, Cow<'a, str>) {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let own = declared.iter().rev().find(|(bound, _)| *bound == prefix).map(|(_, space)| *space);
        let outer = || self.bindings.iter().rev().find(|(bound, ..)| *bound == prefix).map(|(_, space, _)| *space);
        (own.or_else(outer).unwrap_or_else(|| names::of_prefix(prefix)), small(local))
    }

    /// Closes what must have ended before an element of this name begins.
    fn close_before(&mut self, space: Space, name: &str) {
        if space == Space::Core && is_entry(name) {
            // An entry in an entry: the first one's end tag is missing. Inside a text it is markup.
            let entry = self.open.iter().rposition(|open| open.space == Space::Core && is_entry(&open.name));
            match entry {
                Some(entry) if self.open[entry].name == name => self.close_to(entry),
                // A field of the channel whose end tag is missing.
                None if self.open.last().is_some_and(|top| top.space == Space::Core && is_plain_field(&top.name)) => {
                    self.close();
                }
                _ => {}
            }
            return;
        }
        let Some(parent) = self.open.len().checked_sub(2).map(|at| &self.open[at]) else { return };
        let top = &self.open[self.open.len() - 1];
        let is_field = is_entry(&parent.name) || matches!(&*parent.name, "channel" | "feed");
        let is_plain =
            top.space == Space::Core && (is_plain_field(&top.name) || top.name == "description" && !is_markup(name));
        if is_field && is_plain && (space == Space::Core && begins_field(name) || begins_foreign_field(space)) {
            self.close();
        }
    }

    fn end(&mut self, name: &'a str) {
        let (space, name) = self.resolve(name, &[]);
        // What an entry's inside does not close, an end tag of its outside does; all else stays inside.
        let is_frame = is_entry(&name)
            || matches!(&*name, "channel" | "rss" | "feed" | "rdf" | "items" | "urlset" | "sitemapindex");
        let scope = self.scopes.len() - 1;
        let reach = if is_frame { 0 } else { scope };
        let slot = slot(&name);
        if self.scopes[reach..].iter().all(|scope| scope.names[slot] == 0) {
            return;
        }
        let inner = if is_frame { 1 } else { self.scopes[scope].at + 1 };
        let found = self.open.iter().skip(inner).rposition(|open| open.name == name && open.space == space);
        let found = found.or_else(|| self.open.iter().skip(inner).rposition(|open| open.name == name));
        if let Some(at) = found {
            self.close_to(inner + at);
        }
    }

    fn text(&mut self, text: Cow<'a, str>) {
        if let Some(open) = self.open.last_mut() {
            if open.children.capacity() == 0 {
                // Most elements hold one text and nothing else; a list would begin with room for four.
                open.children.reserve_exact(1);
            }
            open.children.push(Node::Text(text));
        }
    }

    fn push(&mut self, element: Element<'a>) {
        if let Some(scope) = self.scopes.last_mut() {
            *scope.count(&element.name) += 1;
        }
        if is_entry(&element.name) {
            self.scopes.push(Scope::new(self.open.len()));
        }
        self.open.push(element);
    }

    fn close(&mut self) {
        let Some(element) = self.open.pop() else { return };
        let depth = self.open.len();
        if is_entry(&element.name) && self.scopes.len() > 1 {
            self.scopes.pop();
        }
        if let Some(scope) = self.scopes.last_mut() {
            let count = scope.count(&element.name);
            *count = count.saturating_sub(1);
        }
        while self.bindings.last().is_some_and(|(.., declared)| *declared >= depth) {
            self.bindings.pop();
        }
        if let Some(parent) = self.open.last_mut() {
            parent.children.push(Node::Element(Box::new(element)));
        }
    }

    /// Closes everything from `at` on; what has no name stays open.
    fn close_to(&mut self, at: usize) {
        while self.open.len() > at.max(1) {
            self.close();
        }
    }

    fn finish(mut self) -> Element<'a> {
        while self.open.len() > 1 {
            if let Some(open) = self.open.last_mut() {
                open.is_cut = true;
            }
            self.close();
        }
        self.open.pop().unwrap_or_else(|| Element::new(Space::Other, Cow::Borrowed("")))
    }
}

/// The vocabularies that a tag declares.
fn declarations<'a>(tag: &Tag<'a>) -> Vec<(&'a str, Space)> {
    let prefixes = tag.attributes.iter().filter_map(|(name, value)| Some((name.strip_prefix("xmlns")?, value)));
    prefixes
        .map(|(prefix, value)| (prefix.strip_prefix(':').unwrap_or(prefix), names::of_address(value)))
        // A vocabulary that nobody knows, without a prefix: a version of RSS that its author made up.
        .map(|(prefix, space)| (prefix, if prefix.is_empty() && space == Space::Other { Space::Core } else { space }))
        .collect()
}

fn small(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

fn is_entry(name: &str) -> bool {
    matches!(name, "item" | "entry")
}

/// Fields of RSS and Atom in which no element stands.
fn is_plain_field(name: &str) -> bool {
    matches!(
        name,
        "title"
            | "link"
            | "pubdate"
            | "guid"
            | "id"
            | "category"
            | "comments"
            | "language"
            | "ttl"
            | "lastbuilddate"
            | "generator"
            | "docs"
            | "copyright"
            | "managingeditor"
            | "webmaster"
            | "published"
            | "updated"
            | "enclosure"
    )
}

/// Names with which a field begins.
fn begins_field(name: &str) -> bool {
    is_plain_field(name)
        || matches!(
            name,
            "description" | "author" | "image" | "summary" | "content" | "cloud" | "skiphours" | "skipdays"
        )
}

fn begins_foreign_field(space: Space) -> bool {
    matches!(space, Space::Dc | Space::Content | Space::Media | Space::Itunes | Space::Syndication | Space::Yandex)
}

/// Names of fields that are elements of HTML too, and so may stand in a description.
fn is_markup(name: &str) -> bool {
    matches!(name, "title" | "link" | "image" | "summary" | "content")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(element: &Element<'_>) -> String {
        let inner: Vec<String> = element
            .children
            .iter()
            .map(|node| match node {
                Node::Element(element) => format!("{}({})", element.name, shape(element)),
                Node::Text(text) => text.trim().to_owned(),
            })
            .filter(|text| !text.is_empty())
            .collect();
        inner.join(" ")
    }

    #[track_caller]
    fn reads(text: &str, expected: &str) {
        assert_eq!(shape(&read(text, 64).unwrap().0), expected);
    }

    #[test]
    fn tags_that_are_missing_or_cross_are_mended() {
        reads(
            "<rss><channel><item><title>a</item><item><title>b</title></channel></rss>",
            "rss(channel(item(title(a)) item(title(b))))",
        );
        reads("<item><title>a<link>b</link></item>", "item(title(a) link(b))");
        reads("<item><description>x <b>y <i>z</b></i> w</description></item>", "item(description(x b(y i(z)) w))");
        reads("<item>a<item>b</item>", "item(a) item(b)");
        reads("<a>x</b></a>", "a(x)");
    }

    #[test]
    fn what_the_end_cut_is_marked() {
        let (tree, _) = read("<rss><item>a</item><item>b", 64).unwrap();
        let rss = tree.elements().next().unwrap();
        assert_eq!(rss.elements().map(|item| item.is_cut).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn end_tags_of_nothing_close_nothing() {
        reads("<rss><a><b>x</c></d></b></item></a></rss>", "rss(a(b(x)))");
        reads("<channel><b><item><i>x</b>y</i></item></b></channel>", "channel(b(item(i(x y))))");
        reads("<item><a>x</item></a><item>y</item>", "item(a(x)) item(y)");
    }

    #[test]
    fn depth_is_bounded() {
        assert_eq!(read(&"<a>".repeat(100), 64), Err(TreeError::TooDeep));
    }
}
