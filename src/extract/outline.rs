//! A page as a list of its elements and a list of its pieces of text, in page order: what every reader of it looks at.
//!
//! A piece is what a browser sets as one run of lines: a paragraph, a heading, a list item, a cell, or loose text
//! between blocks and double line breaks. Made in one walk. Not here: which pieces are the article.

use std::ops::Range;

use html5ever::{LocalName, local_name};
use scraper::{ElementRef, Node};

use crate::extract::signs::{Signs, signs};
use crate::html::plain::{collapse, is_printable};
use crate::text::letter::is_letter;

/// An element, by its place in page order.
#[derive(Debug)]
pub(super) struct Element<'a> {
    /// Its node.
    pub(super) node: ElementRef<'a>,
    /// The element it stands in; the root is its own.
    pub(super) parent: usize,
    /// Its descendants are the elements up to here.
    pub(super) end: usize,
    /// The pieces inside.
    pub(super) pieces: Range<usize>,
    /// What it says of itself.
    pub(super) signs: Signs,
}

impl<'a> Element<'a> {
    /// Its tag.
    pub(super) fn tag(&self) -> &'a LocalName {
        &self.node.value().name.local
    }
}

/// What a piece is, by the block it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `p`, or `blockquote` without one.
    Paragraph,
    /// `h1` to `h6`.
    Heading,
    /// `li`, `dt`, `dd`.
    Item,
    /// `td`, `th`.
    Cell,
    /// Text that no paragraph holds.
    Loose,
}

/// A run of text of one parent, within a piece.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run<'a> {
    /// The element whose text it is.
    pub(super) parent: usize,
    /// The text as it stands in the page; empty for a line break.
    pub(super) text: &'a str,
}

/// A piece of text.
#[derive(Debug)]
pub(super) struct Piece {
    /// The block it stands in.
    pub(super) owner: usize,
    /// Elements that begin before it.
    pub(super) at: usize,
    /// What it is.
    pub(super) kind: Kind,
    /// Its text, white space single.
    pub(super) text: String,
    /// Letters and digits; those of scripts without spaces count twice.
    pub(super) letters: u32,
    /// Of these, inside links.
    pub(super) linked: u32,
    /// Ends of sentences and clauses.
    pub(super) marks: u32,
    /// Its runs in `Outline::runs`.
    pub(super) runs: Range<usize>,
}

impl Piece {
    /// Share of its letters that are links.
    pub(super) fn link_share(&self) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let share = self.linked as f32 / self.letters.max(1) as f32;
        share
    }
}

/// A page as its elements and pieces.
#[derive(Debug, Default)]
pub(super) struct Outline<'a> {
    /// Elements in page order.
    pub(super) elements: Vec<Element<'a>>,
    /// Pieces in page order.
    pub(super) pieces: Vec<Piece>,
    /// Runs of the pieces.
    pub(super) runs: Vec<Run<'a>>,
}

impl<'a> Outline<'a> {
    /// Reads a page, or a part of one.
    pub(super) fn of(root: ElementRef<'a>) -> Self {
        let mut walk = Walk { outline: Outline::default(), open: None, links: 0, breaks: 0 };
        walk.element(root, 0);
        walk.close();
        walk.outline
    }

    /// The elements in which an element stands, the nearest first.
    pub(super) fn ancestors(&self, of: usize) -> impl Iterator<Item = usize> {
        let parent = |index: usize| Some(self.elements[index].parent).filter(|parent| *parent != index);
        std::iter::successors(parent(of), move |index| parent(*index))
    }

    /// The lines of a piece, as single breaks part them.
    pub(super) fn lines(&self, piece: &Piece) -> impl Iterator<Item = String> {
        let runs = &self.runs[piece.runs.clone()];
        runs.split(|run| run.text.is_empty()).map(|runs| collapse(&runs.iter().map(|run| run.text).collect::<String>()))
    }

    /// Whether an element stands in another, or is it.
    pub(super) fn within(&self, inner: usize, outer: usize) -> bool {
        outer <= inner && inner < self.elements[outer].end
    }
}

struct Walk<'a> {
    outline: Outline<'a>,
    /// The piece that is being read.
    open: Option<Piece>,
    /// Links that are open.
    links: u32,
    /// Line breaks since the last text.
    breaks: u32,
}

impl<'a> Walk<'a> {
    fn element(&mut self, node: ElementRef<'a>, parent: usize) {
        let index = self.outline.elements.len();
        let tag = &node.value().name.local;
        let block = is_block(tag);
        if block {
            self.close();
        }
        let first = self.pieces_begun();
        // A pop-up within a sentence is no part of it; a hidden block is judged with the rest (`prune`).
        let signs = signs(node);
        let pops_up = !block && (signs.any(Signs::HIDDEN) || self.is_pop_up(node));
        let signs = if pops_up { Signs::POP_UP } else { signs };
        self.outline.elements.push(Element { node, parent, end: index, pieces: first..first, signs });
        let link = *tag == local_name!("a") && crate::html::dom::attribute(node, &local_name!("href")).is_some();
        self.links += u32::from(link);
        if *tag == local_name!("br") {
            self.line_break(index);
        }
        if !holds_no_text(tag) && !pops_up {
            self.children(node, index);
        }
        self.links -= u32::from(link);
        if block {
            self.close();
        }
        let last = self.pieces_begun();
        let element = &mut self.outline.elements[index];
        element.pieces.end = last;
        self.outline.elements[index].end = self.outline.elements.len();
    }

    fn children(&mut self, node: ElementRef<'a>, index: usize) {
        for child in node.children() {
            match child.value() {
                Node::Text(text) => self.text(text, index),
                Node::Element(_) => {
                    if let Some(child) = ElementRef::wrap(child) {
                        self.element(child, index);
                    }
                }
                _ => {}
            }
        }
    }

    /// A span within a sentence that brings a picture along is a card about the word before it.
    fn is_pop_up(&self, node: ElementRef<'a>) -> bool {
        /// Nodes of a span that are looked at.
        const NODES_MAX: usize = 12;
        let within = self.open.as_ref().is_some_and(|piece| piece.letters > 0);
        within
            && node.value().name.local == local_name!("span")
            && node.first_child().is_some_and(|child| child.value().is_element())
            && node
                .descendants()
                .take(NODES_MAX)
                .any(|inner| inner.value().as_element().is_some_and(|inner| inner.name.local == local_name!("img")))
    }

    /// Pieces that are finished or have text already: an inline element holds the piece in which it stands.
    fn pieces_begun(&self) -> usize {
        self.outline.pieces.len() + usize::from(self.open.is_some())
    }

    /// Two breaks part paragraphs, one parts lines.
    fn line_break(&mut self, index: usize) {
        self.breaks += 1;
        if self.breaks == 2 {
            self.close();
            return;
        }
        if let Some(piece) = &mut self.open {
            self.outline.runs.push(Run { parent: index, text: "" });
            piece.runs.end = self.outline.runs.len();
            if !piece.text.ends_with(' ') {
                piece.text.push(' ');
            }
        }
    }

    fn text(&mut self, text: &'a str, parent: usize) {
        let blank = text.bytes().all(|byte| byte.is_ascii_whitespace());
        if blank && self.open.is_none() {
            return;
        }
        if !blank {
            self.breaks = 0;
        }
        let runs = self.outline.runs.len();
        if self.open.is_none() {
            self.open = Some(self.begin(parent, runs));
        }
        let Some(piece) = &mut self.open else { return };
        // The line above a headline, set by style alone: «<span>Land</span>Der Minister geht».
        let elsewhere = self.outline.runs[piece.runs.clone()].last().is_some_and(|run| run.parent != parent);
        if piece.kind == Kind::Heading && elsewhere && is_seam(&piece.text, text) {
            piece.text.push(' ');
        }
        self.outline.runs.push(Run { parent, text });
        piece.runs.end = runs + 1;
        read(piece, text, self.links > 0);
    }

    fn begin(&self, parent: usize, runs: usize) -> Piece {
        let elements = &self.outline.elements;
        let mut owner = parent;
        while !is_block(elements[owner].tag()) && elements[owner].parent != owner {
            owner = elements[owner].parent;
        }
        let at = elements.len();
        let kind = kind(elements[owner].tag());
        Piece { owner, at, kind, text: String::new(), letters: 0, linked: 0, marks: 0, runs: runs..runs }
    }

    fn close(&mut self) {
        self.breaks = 0;
        if let Some(mut piece) = self.open.take() {
            piece.text.truncate(piece.text.trim_end().len());
            // A piece without a letter still has its number: elements have counted it.
            self.outline.pieces.push(piece);
        }
    }
}

/// Whether two words meet without a space: a small letter, and a large one with which a new element begins.
fn is_seam(before: &str, after: &str) -> bool {
    /// Letters of a word that is no part of a name such as «iPhone».
    const WORD_MIN: usize = 3;
    let small = before.chars().rev().take(WORD_MIN).filter(|c| c.is_lowercase()).count();
    small == WORD_MIN && after.starts_with(char::is_uppercase)
}

/// Adds a run to a piece.
fn read(piece: &mut Piece, text: &str, linked: bool) {
    let before = piece.letters;
    // What stays as it is goes over in one go: from `kept` on.
    let mut kept = 0;
    let mut spaced = piece.text.is_empty() || piece.text.ends_with([' ', '\u{a0}']);
    for (at, character) in text.char_indices() {
        let is_space = character.is_whitespace() || matches!(character, '\u{200b}' | '\u{feff}');
        if !is_space && is_printable(character) && character != '\u{ad}' {
            spaced = false;
            count(piece, character);
        } else if !(is_space && !spaced && matches!(character, ' ' | '\u{a0}')) {
            piece.text.push_str(&text[kept..at]);
            kept = at + character.len_utf8();
            if is_space && !spaced {
                piece.text.push(' ');
                spaced = true;
            }
        } else {
            // A no-break space is the author's word («16\u{a0}января»): it stays one.
            spaced = true;
        }
    }
    piece.text.push_str(&text[kept..]);
    if linked {
        piece.linked += piece.letters - before;
    }
}

fn count(piece: &mut Piece, character: char) {
    if character.is_ascii() {
        piece.letters += u32::from(character.is_ascii_alphanumeric());
        piece.marks += u32::from(matches!(character, '.' | ',' | '!' | '?' | ';' | ':'));
    } else if is_letter(character) {
        piece.letters += if is_dense(character) { 2 } else { 1 };
    } else {
        piece.marks += u32::from(is_mark(character));
    }
}

/// Scripts in which a character says as much as two or three letters.
fn is_dense(character: char) -> bool {
    matches!(character, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_mark(character: char) -> bool {
    matches!(
        character,
        '。' | '、'
            | '，'
            | '！'
            | '？'
            | '；'
            | '：'
            | '…'
            | '،'
            | '؛'
            | '؟'
            | '۔'
            | '।'
            | '॥'
            | '။'
            | '၊'
            | '។'
    )
}

fn kind(tag: &LocalName) -> Kind {
    match *tag {
        local_name!("p") | local_name!("blockquote") | local_name!("pre") => Kind::Paragraph,
        local_name!("h1")
        | local_name!("h2")
        | local_name!("h3")
        | local_name!("h4")
        | local_name!("h5")
        | local_name!("h6") => Kind::Heading,
        local_name!("li") | local_name!("dt") | local_name!("dd") => Kind::Item,
        local_name!("td") | local_name!("th") => Kind::Cell,
        _ => Kind::Loose,
    }
}

/// Elements whose text is no text of the page.
fn holds_no_text(tag: &LocalName) -> bool {
    matches!(
        *tag,
        local_name!("script")
            | local_name!("style")
            | local_name!("noscript")
            | local_name!("template")
            | local_name!("title")
            | local_name!("select")
            | local_name!("textarea")
            | local_name!("button")
            | local_name!("iframe")
            | local_name!("object")
            | local_name!("video")
            | local_name!("audio")
            | local_name!("canvas")
            | local_name!("svg")
            | local_name!("math")
    )
}

/// Elements that a browser sets on lines of their own.
fn is_block(tag: &LocalName) -> bool {
    !matches!(
        *tag,
        local_name!("a")
            | local_name!("abbr")
            | local_name!("acronym")
            | local_name!("b")
            | local_name!("bdi")
            | local_name!("bdo")
            | local_name!("big")
            | local_name!("br")
            | local_name!("cite")
            | local_name!("code")
            | local_name!("data")
            | local_name!("del")
            | local_name!("dfn")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("img")
            | local_name!("input")
            | local_name!("ins")
            | local_name!("kbd")
            | local_name!("label")
            | local_name!("mark")
            | local_name!("meta")
            | local_name!("link")
            | local_name!("nobr")
            | local_name!("picture")
            | local_name!("q")
            | local_name!("rp")
            | local_name!("rt")
            | local_name!("ruby")
            | local_name!("s")
            | local_name!("samp")
            | local_name!("script")
            | local_name!("small")
            | local_name!("source")
            | local_name!("span")
            | local_name!("strike")
            | local_name!("strong")
            | local_name!("sub")
            | local_name!("sup")
            | local_name!("svg")
            | local_name!("template")
            | local_name!("time")
            | local_name!("tt")
            | local_name!("u")
            | local_name!("var")
            | local_name!("wbr")
    ) && !tag.contains('-')
}
