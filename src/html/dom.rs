//! A page as a tree, of bounded depth and size, in time linear in the page.
//!
//! html5ever walks its stack of open elements at nearly every tag, so it is quadratic in depth (80,000 divs take 12 s);
//! it is bounded here, between the tokens (`tokens`) and its tree builder. What no stage reads (scripts, styles,
//! drawings, comments) never becomes a token. Not here: what a page means.

use std::cell::Cell;

use html5ever::interface::TreeSink;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{LocalName, local_name};
use scraper::{ElementRef, Html, HtmlTreeSink};

use crate::html::tokens::feed;

/// The name of a node within its tree.
pub type NodeId = <HtmlTreeSink as TreeSink>::Handle;

/// Start tags between two measurements of the depth: what is estimated in between is off by no more than this.
const MEASURE_TAGS: u32 = 64;

/// Nodes of a tree; what stands behind them is not read. The largest news pages have 30,000.
///
/// Not only long pages reach it: unclosed formatting elements are made again in each paragraph that follows, so a page
/// of them has a tree hundreds of times its own size.
const NODES_MAX: usize = 150_000;

/// Parses a page. Elements nested deeper than `depth` are taken out of the nesting before the tree is built.
///
/// Scripts that hold no JSON, styles, drawings and comments are left out, and so is what stands behind `NODES_MAX` nodes.
/// ```
/// use feedatlas::html::dom::parse;
/// let page = parse(&"<div>".repeat(100_000), 256);
/// assert!(page.tree.nodes().count() < 1_000);
/// ```
#[must_use]
pub fn parse(html: &str, depth: usize) -> Html {
    parse_bounded(html, depth).0
}

/// The same, and whether elements nested deeper than `depth`.
#[must_use]
pub fn parse_bounded(html: &str, depth: usize) -> (Html, bool) {
    let builder = TreeBuilder::new(HtmlTreeSink::new(Html::new_document()), TreeBuilderOpts::default());
    let sink = Shallow::new(builder, depth);
    feed(html, &sink, || sink.full.get());
    let is_flattened = sink.flattened.get();
    (sink.builder.sink.finish(), is_flattened)
}

/// The value of an attribute. `ElementRef::attr` makes an atom of the name at each call; this compares atoms only.
#[must_use]
pub fn attribute<'a>(element: ElementRef<'a>, name: &LocalName) -> Option<&'a str> {
    element.value().attrs.iter().find(|(key, _)| key.local == *name).map(|(_, value)| &**value)
}

/// Hands tokens to the tree builder, without the tags that would nest too deep.
struct Shallow {
    builder: TreeBuilder<NodeId, HtmlTreeSink>,
    depth_max: usize,
    /// The depth as far as start and end tags tell; put right by `measure`.
    depth: Cell<usize>,
    /// Start tags since the depth was measured.
    since: Cell<u32>,
    /// Start tags held back whose end tags are still to come.
    held_back: Cell<usize>,
    /// Whether any was held back.
    flattened: Cell<bool>,
    /// The tree is full: nothing more is handed on.
    full: Cell<bool>,
}

impl Shallow {
    fn new(builder: TreeBuilder<NodeId, HtmlTreeSink>, depth_max: usize) -> Self {
        Self {
            builder,
            depth_max,
            depth: Cell::new(0),
            since: Cell::new(0),
            held_back: Cell::new(0),
            flattened: Cell::new(false),
            full: Cell::new(false),
        }
    }

    /// Whether a tag goes on to the tree builder.
    fn passes(&self, tag: &Tag) -> bool {
        if switches_tokenizer(&tag.name) {
            return true;
        }
        match tag.kind {
            TagKind::StartTag => self.start_passes(tag),
            TagKind::EndTag => self.end_passes(),
        }
    }

    fn start_passes(&self, tag: &Tag) -> bool {
        let nests = !is_void(&tag.name) && !tag.self_closing;
        if self.held_back.get() > 0 {
            self.held_back.set(self.held_back.get() + usize::from(nests));
            return false;
        }
        if self.since.get() >= MEASURE_TAGS || self.depth.get() >= self.depth_max {
            self.measure();
        }
        if self.depth.get() >= self.depth_max {
            self.held_back.set(usize::from(nests));
            self.flattened.set(true);
            return false;
        }
        self.since.set(self.since.get() + 1);
        self.depth.set(self.depth.get() + usize::from(nests));
        true
    }

    fn end_passes(&self) -> bool {
        if self.held_back.get() > 0 {
            self.held_back.set(self.held_back.get() - 1);
            return false;
        }
        self.depth.set(self.depth.get().saturating_sub(1));
        true
    }

    /// Counts how deep the node that was made last really stands: end tags are often left out, or stray.
    fn measure(&self) {
        let html = self.builder.sink.0.borrow();
        let mut nodes = html.tree.nodes();
        let count = nodes.size_hint().0;
        self.full.set(count > NODES_MAX);
        if let Some(last) = nodes.next_back() {
            self.depth.set(last.ancestors().count());
        }
        self.since.set(0);
    }
}

impl TokenSink for Shallow {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        match token {
            Token::TagToken(tag) if !self.passes(&tag) => TokenSinkResult::Continue,
            Token::CharacterTokens(_) | Token::TagToken(_) if self.full.get() => TokenSinkResult::Continue,
            Token::ParseError(_) => TokenSinkResult::Continue,
            token => self.builder.process_token(token, line),
        }
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Elements at which the tree builder tells the tokenizer how to go on: their content is no markup. They cannot nest.
fn switches_tokenizer(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("script")
            | local_name!("style")
            | local_name!("title")
            | local_name!("textarea")
            | local_name!("noscript")
            | local_name!("iframe")
            | local_name!("noembed")
            | local_name!("noframes")
            | local_name!("xmp")
            | local_name!("plaintext")
    )
}

fn is_void(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("area")
            | local_name!("base")
            | local_name!("br")
            | local_name!("col")
            | local_name!("embed")
            | local_name!("hr")
            | local_name!("img")
            | local_name!("input")
            | local_name!("link")
            | local_name!("meta")
            | local_name!("param")
            | local_name!("source")
            | local_name!("track")
            | local_name!("wbr")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deepest(page: &Html) -> usize {
        page.tree.nodes().map(|node| node.ancestors().count()).max().unwrap_or_default()
    }

    #[test]
    fn a_million_nested_tags_are_flattened_and_their_text_kept() {
        let page = parse(&format!("{}<p>deep</p>", "<div>".repeat(1_000_000)), 256);
        assert!(deepest(&page) <= 256 + MEASURE_TAGS as usize + 2);
        assert!(page.root_element().text().collect::<String>().contains("deep"));
    }

    #[test]
    fn stray_end_tags_do_not_hide_the_depth() {
        let page = parse(&"<div></x>".repeat(20_000), 256);
        assert!(deepest(&page) <= 256 + 2 * MEASURE_TAGS as usize);
    }

    #[test]
    fn paragraphs_without_end_tags_do_not_count_as_depth() {
        let page = parse(&"<p>one".repeat(2_000), 256);
        let paragraphs = scraper::Selector::parse("body > p").unwrap();
        assert_eq!(page.select(&paragraphs).count(), 2_000);
    }

    #[test]
    fn unclosed_formatting_elements_do_not_multiply() {
        let opened = (0..200).map(|i| format!("<b a={i}>")).collect::<Vec<_>>().concat();
        let page = parse(&format!("<p>{opened}{}", "</p><p>x".repeat(100_000)), 256);
        assert!(page.tree.nodes().count() < 2 * NODES_MAX);
    }
}
