//! The chosen pieces as plain text and as HTML: paragraphs, headings, lists, quotations, tables, links; photos as figures.
//!
//! Only what is named here is written, and every text is escaped; `sanitize` looks over it once more.

use html5ever::{LocalName, local_name};

use crate::extract::outline::{Kind, Outline, Piece};
use crate::html::dom::attribute;
use crate::html::plain::is_printable;
use crate::html::references::escaped;
use crate::model::article::Photo;
use crate::model::url::PageUrl;

/// Paragraphs apart by one blank line, the cells of a table's row in one line.
pub(super) fn text(outline: &Outline<'_>, container: usize, kept: &[usize]) -> String {
    let mut out = String::new();
    let mut row = None;
    for index in kept {
        let piece = &outline.pieces[*index];
        let this = row_of(outline, container, piece);
        if !out.is_empty() {
            out.push_str(if this.is_some() && this == row { " | " } else { "\n\n" });
        }
        out.push_str(&piece.text);
        row = this;
    }
    out
}

/// The table row of a piece.
fn row_of(outline: &Outline<'_>, container: usize, piece: &Piece) -> Option<usize> {
    let cell = piece.kind == Kind::Cell
        || outline.ancestors(piece.owner).take(2).any(|index| *outline.elements[index].tag() == local_name!("td"));
    let inside = |index: &usize| *index != container && outline.within(*index, container);
    let row = || {
        outline
            .ancestors(piece.owner)
            .take_while(inside)
            .find(|index| *outline.elements[*index].tag() == local_name!("tr"))
    };
    if cell { row() } else { None }
}

/// A photo and the element in whose place it stands; 0 puts it before everything.
type Placed<'p> = (usize, &'p Photo);

/// HTML of the chosen pieces, photos in their places.
pub(super) fn html(
    outline: &Outline<'_>,
    container: usize,
    kept: &[usize],
    photos: &[Placed<'_>],
    base: &PageUrl,
) -> String {
    let mut writer = Writer { outline, container, base, out: String::new(), open: Vec::new(), last: None };
    let mut photos = photos.iter().peekable();
    for index in kept {
        let piece = &outline.pieces[*index];
        while let Some((_, photo)) = photos.next_if(|(at, _)| *at < piece.at) {
            writer.figure(photo);
        }
        writer.piece(piece);
    }
    photos.for_each(|(_, photo)| writer.figure(photo));
    writer.close_to(0);
    writer.out
}

/// HTML of a text that has no markup, photos above it.
pub(super) fn plain_html(paragraphs: &[String], photos: &[Placed<'_>]) -> String {
    let mut out: String = photos.iter().map(|(_, photo)| figure(photo)).collect();
    for paragraph in paragraphs {
        out.push_str("<p>");
        escape_into(&mut out, paragraph, &mut true);
        out.push_str("</p>");
    }
    out
}

struct Writer<'w, 'a> {
    outline: &'w Outline<'a>,
    container: usize,
    base: &'w PageUrl,
    out: String,
    /// Open elements: their places, and the tags that end them.
    open: Vec<(usize, &'static str)>,
    /// The block of the last piece.
    last: Option<usize>,
}

impl Writer<'_, '_> {
    fn piece(&mut self, piece: &Piece) {
        let blocks = self.blocks(piece);
        let mut shared = self.open.iter().zip(&blocks).take_while(|((open, _), (block, _))| open == block).count();
        let again = self.last == Some(piece.owner);
        if again && blocks.last().is_some_and(|(_, tag)| matches!(*tag, "p" | "h2" | "h3" | "h4" | "h5" | "h6")) {
            shared = shared.min(blocks.len() - 1);
        }
        self.close_to(shared);
        if again && shared == blocks.len() {
            self.out.push_str("<br>");
        }
        for (index, tag) in &blocks[shared..] {
            start(&mut self.out, tag, "");
            self.open.push((*index, tag));
        }
        self.inline(piece);
        self.last = Some(piece.owner);
    }

    /// The blocks of a piece within the container, the outermost first.
    fn blocks(&self, piece: &Piece) -> Vec<(usize, &'static str)> {
        let chain = std::iter::once(piece.owner).chain(self.outline.ancestors(piece.owner));
        let chain = chain.take_while(|index| *index != self.container && self.outline.within(*index, self.container));
        let mut blocks: Vec<_> =
            chain.filter_map(|index| block(self.outline.elements[index].tag()).map(|tag| (index, tag))).collect();
        blocks.reverse();
        // A heading holds nothing but its line; a paragraph holds no block.
        if let Some(at) =
            blocks.iter().position(|(_, tag)| matches!(*tag, "p" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre"))
        {
            blocks.truncate(at + 1);
        }
        if !blocks.last().is_some_and(|(_, tag)| holds_lines(tag)) {
            blocks.push((piece.owner, "p"));
        }
        blocks
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            if let Some((_, tag)) = self.open.pop() {
                end(&mut self.out, tag);
            }
        }
    }

    fn inline(&mut self, piece: &Piece) {
        let mut open: Vec<(usize, &'static str)> = Vec::new();
        let mut space = true;
        for run in &self.outline.runs[piece.runs.clone()] {
            if run.text.is_empty() {
                self.out.push_str("<br>");
                space = true;
                continue;
            }
            let chain = self.inlines(run.parent, piece.owner);
            let shared = open.iter().zip(&chain).take_while(|((a, _), (b, _, _))| a == b).count();
            while open.len() > shared {
                if let Some((_, tag)) = open.pop() {
                    end(&mut self.out, tag);
                }
            }
            for (index, tag, attributes) in &chain[shared..] {
                start(&mut self.out, tag, attributes);
                open.push((*index, tag));
            }
            escape_into(&mut self.out, run.text, &mut space);
        }
        while let Some(shorter) = self.out.strip_suffix("<br>").or_else(|| self.out.strip_suffix(' ')).map(str::len) {
            self.out.truncate(shorter);
        }
        while let Some(last) = open.pop() {
            end(&mut self.out, last.1);
        }
    }

    /// The inline elements of a run within its block that are kept, the outermost first.
    fn inlines(&self, parent: usize, owner: usize) -> Vec<(usize, &'static str, String)> {
        let chain = std::iter::once(parent).chain(self.outline.ancestors(parent));
        let mut chain: Vec<_> = chain
            .take_while(|index| *index != owner)
            .filter_map(|index| {
                let node = self.outline.elements[index].node;
                let tag = inline(&node.value().name.local)?;
                if tag != "a" {
                    return Some((index, tag, String::new()));
                }
                let address = self.base.join(attribute(node, &local_name!("href"))?).ok()?;
                Some((index, tag, format!(" href=\"{}\"", escaped(address.as_str()))))
            })
            .collect();
        chain.reverse();
        chain
    }

    fn figure(&mut self, photo: &Photo) {
        self.close_to(0);
        self.last = None;
        self.out.push_str(&figure(photo));
    }
}

/// A photo with its caption and its credit.
pub(super) fn figure(photo: &Photo) -> String {
    let mut out = String::from("<figure><img");
    attribute_into(&mut out, "src", photo.url.as_str());
    let alt = photo.alt.as_deref().or(photo.caption.as_deref()).unwrap_or_default();
    attribute_into(&mut out, "alt", alt);
    for (name, value) in [("width", photo.width), ("height", photo.height)] {
        if let Some(value) = value {
            attribute_into(&mut out, name, &value.to_string());
        }
    }
    out.push('>');
    let credit = photo.credit.as_ref().map(|credit| credit.raw.as_str());
    let words: Vec<&str> = photo.caption.as_deref().into_iter().chain(credit).collect();
    if !words.is_empty() {
        start(&mut out, "figcaption", "");
        escape_into(&mut out, &words.join(" "), &mut true);
        end(&mut out, "figcaption");
    }
    out.push_str("</figure>");
    out
}

fn start(out: &mut String, tag: &str, attributes: &str) {
    out.extend(["<", tag, attributes, ">"]);
}

fn end(out: &mut String, tag: &str) {
    out.extend(["</", tag, ">"]);
}

fn attribute_into(out: &mut String, name: &str, value: &str) {
    out.extend([" ", name, "=\"", &escaped(value), "\""]);
}

/// Text with single spaces, escaped. `space`: the text so far ends in one.
fn escape_into(out: &mut String, text: &str, space: &mut bool) {
    for character in text.chars() {
        if character.is_whitespace() {
            if !*space {
                out.push(if character == '\u{a0}' { character } else { ' ' });
            }
            *space = true;
            continue;
        }
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\u{ad}' | '\u{200b}' | '\u{feff}' => continue,
            character if !is_printable(character) => continue,
            character => out.push(character),
        }
        *space = false;
    }
}

fn block(tag: &LocalName) -> Option<&'static str> {
    Some(match *tag {
        local_name!("p") => "p",
        local_name!("h1") | local_name!("h2") => "h2",
        local_name!("h3") => "h3",
        local_name!("h4") => "h4",
        local_name!("h5") => "h5",
        local_name!("h6") => "h6",
        local_name!("ul") => "ul",
        local_name!("ol") => "ol",
        local_name!("li") => "li",
        local_name!("blockquote") => "blockquote",
        local_name!("pre") => "pre",
        local_name!("dl") => "dl",
        local_name!("dt") => "dt",
        local_name!("dd") => "dd",
        local_name!("table") => "table",
        local_name!("tr") => "tr",
        local_name!("td") => "td",
        local_name!("th") => "th",
        _ => return None,
    })
}

/// Blocks that text may stand in.
fn holds_lines(tag: &str) -> bool {
    matches!(tag, "p" | "h2" | "h3" | "h4" | "h5" | "h6" | "li" | "pre" | "dt" | "dd" | "td" | "th")
}

fn inline(tag: &LocalName) -> Option<&'static str> {
    Some(match *tag {
        local_name!("a") => "a",
        local_name!("em") | local_name!("i") => "em",
        local_name!("strong") | local_name!("b") => "strong",
        local_name!("code") | local_name!("tt") | local_name!("kbd") => "code",
        local_name!("sub") => "sub",
        local_name!("sup") => "sup",
        local_name!("s") | local_name!("strike") | local_name!("del") => "del",
        local_name!("q") => "q",
        local_name!("mark") => "mark",
        _ => return None,
    })
}
