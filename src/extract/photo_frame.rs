//! What a page prints around a picture: its caption and its credit, and which elements hold them.
//!
//! The frame of a picture is its figure, or the largest element that holds this picture alone and little text.

use scraper::{ElementRef, Node};

use crate::extract::credit;
use crate::extract::photo_signs::{Part, attribute, is_for_picture, part, tag};
use crate::extract::photo_walk::Area;
use crate::html::dom::NodeId;
use crate::model::article::Credit;

/// What was printed around a picture.
#[derive(Debug, Clone, Default)]
pub(crate) struct Printed {
    /// What it shows.
    pub(crate) caption: Option<String>,
    /// Whom it is owed to.
    pub(crate) credit: Option<Credit>,
    /// The elements that hold both.
    pub(crate) nodes: Vec<NodeId>,
}

/// How far a frame may stand above its picture.
const STEPS_MAX: usize = 10;
/// Elements that are looked at to decide whether an ancestor is a frame.
const ELEMENTS_MAX: usize = 160;
/// Bytes of text in a frame: captions of news agencies reach about 900.
const TEXT_BYTES_MAX: usize = 2400;
/// Bytes of text in a frame that is no figure and has no caption of its own.
const LOOSE_BYTES_MAX: usize = 400;
/// Paragraphs of such a frame: the caption, the credit.
const LOOSE_PARAGRAPHS_MAX: usize = 2;
/// Elements that follow a frame and are looked at for its caption.
const FOLLOWERS_MAX: usize = 3;

/// Reads what is printed around a picture.
pub(crate) fn read<'a>(img: ElementRef<'a>, area: &Area<'a>, language: Option<&str>) -> Printed {
    let frame = frame(img, area);
    let mut printed = inside(frame, img, language);
    if printed.credit.is_none() {
        follow(frame, area, language, &mut printed);
    }
    printed
}

/// The frame of a picture.
fn frame<'a>(img: ElementRef<'a>, area: &Area<'a>) -> ElementRef<'a> {
    let mut frame = img;
    let mut figure = false;
    for parent in img.ancestors().filter_map(ElementRef::wrap).take(STEPS_MAX) {
        let is = |other: Option<ElementRef<'a>>| other.is_some_and(|other| other.id() == parent.id());
        if is(area.body)
            || is(area.article)
            || matches!(&**tag(parent), "body" | "main" | "html" | "article" | "tr" | "table")
        {
            break;
        }
        let Some(holds) = Holds::of(parent) else { break };
        let whole = &**tag(parent) == "figure";
        if holds.images > 1 || holds.headings > 0 || holds.times > 0 && !whole {
            break;
        }
        let fits = if whole || holds.captions > 0 && holds.paragraphs == 0 {
            holds.text <= TEXT_BYTES_MAX
        } else if figure {
            holds.text <= Holds::of(frame).map_or(0, |inner| inner.text)
        } else {
            holds.text <= LOOSE_BYTES_MAX
                && holds.paragraphs <= LOOSE_PARAGRAPHS_MAX
                && (holds.text == 0 || is_for_picture(parent) || texts_beside(parent, frame) <= 1)
        };
        if !fits {
            break;
        }
        figure |= whole;
        frame = parent;
    }
    frame
}

/// Children of an element that hold text, beside the one that holds the picture.
fn texts_beside(parent: ElementRef<'_>, frame: ElementRef<'_>) -> usize {
    let texts = |child: &ElementRef<'_>| child.text().any(|text| !text.trim().is_empty());
    let bare =
        parent.children().filter(|child| child.value().as_text().is_some_and(|text| !text.trim().is_empty())).count();
    bare + parent.child_elements().filter(|child| child.id() != frame.id()).filter(texts).count()
}

/// What an element holds, counted up to a bound.
#[derive(Debug, Default)]
struct Holds {
    images: usize,
    headings: usize,
    /// Dates: a line about the text, not about the picture.
    times: usize,
    captions: usize,
    /// Paragraphs that are no captions.
    paragraphs: usize,
    text: usize,
}

impl Holds {
    fn of(element: ElementRef<'_>) -> Option<Self> {
        let mut holds = Self::default();
        for (count, node) in element.descendants().enumerate() {
            if count > ELEMENTS_MAX || holds.text > TEXT_BYTES_MAX {
                return None;
            }
            if let Node::Text(text) = node.value() {
                let hidden = node.parent().and_then(ElementRef::wrap).is_some_and(is_silent);
                holds.text += if hidden { 0 } else { text.trim().len() };
            }
            let Some(inner) = ElementRef::wrap(node) else { continue };
            match &**tag(inner) {
                "img" => {
                    let parent = inner.parent().and_then(ElementRef::wrap);
                    holds.images += usize::from(parent.is_none_or(|parent| &**tag(parent) != "noscript"));
                }
                "h1" | "h2" => holds.headings += 1,
                "time" => holds.times += 1,
                "p" if part(inner, false) == Part::Other && !in_caption(inner, element) => holds.paragraphs += 1,
                _ => holds.captions += usize::from(part(inner, false) != Part::Other),
            }
        }
        Some(holds)
    }
}

fn in_caption(inner: ElementRef<'_>, within: ElementRef<'_>) -> bool {
    inner
        .ancestors()
        .filter_map(ElementRef::wrap)
        .take(STEPS_MAX)
        .take_while(|above| above.id() != within.id())
        .any(|above| part(above, false) != Part::Other)
}

/// An element whose text readers do not see.
fn is_silent(element: ElementRef<'_>) -> bool {
    matches!(
        &**tag(element),
        "script"
            | "style"
            | "noscript"
            | "template"
            | "button"
            | "svg"
            | "select"
            | "option"
            | "video"
            | "audio"
            | "iframe"
    )
}

/// The caption and the credit inside a frame.
fn inside<'a>(frame: ElementRef<'a>, img: ElementRef<'a>, language: Option<&str>) -> Printed {
    let parts = parts(frame, img);
    let mut printed = Printed { nodes: parts.iter().map(|(_, element)| element.id()).collect(), ..Printed::default() };
    let credits: Vec<ElementRef<'a>> =
        parts.iter().filter(|(part, _)| *part == Part::Credit).map(|(_, element)| *element).collect();
    printed.credit = owners(&credits);
    let captions: Vec<ElementRef<'a>> =
        parts.iter().filter(|(part, _)| *part == Part::Caption).map(|(_, element)| *element).collect();
    let text = joined(&captions, &credits, printed.credit.is_some());
    let read = credit::caption(&text, language);
    if !text.is_empty() {
        printed.caption = read.text;
    }
    printed.credit = printed.credit.or(read.credit);
    if printed.credit.is_none() && frame.id() != img.id() {
        rest(frame, img, language, &mut printed);
    }
    printed
}

/// What else stands in a frame, beside its captions: «Foto: …» in an element without a name.
fn rest(frame: ElementRef<'_>, img: ElementRef<'_>, language: Option<&str>, printed: &mut Printed) {
    let text = text_of(frame, &printed.nodes);
    if text.trim().is_empty() {
        return;
    }
    let read = credit::caption(&text, language);
    if read.credit.is_some() {
        printed.caption = printed.caption.take().or(read.text);
        printed.credit = read.credit;
        let line =
            |element: &ElementRef<'_>| !matches!(&**tag(*element), "picture" | "img" | "a") && !contains(*element, img);
        let told = |element: &ElementRef<'_>| credit::caption(&text_of(*element, &[]), language).credit.is_some();
        let holder = frame.descendent_elements().take(ELEMENTS_MAX).filter(line).find(told);
        printed.nodes.extend(holder.map(|element| element.id()));
    }
}

fn contains(outer: ElementRef<'_>, inner: ElementRef<'_>) -> bool {
    inner.ancestors().take(STEPS_MAX).any(|above| above.id() == outer.id())
}

/// The texts of captions without those of credits, each once.
fn joined(captions: &[ElementRef<'_>], credits: &[ElementRef<'_>], without: bool) -> String {
    let skip: Vec<NodeId> = if without { credits.iter().map(|element| element.id()).collect() } else { Vec::new() };
    let mut texts: Vec<String> = Vec::new();
    for caption in captions {
        let text = text_of(*caption, &skip);
        if !text.is_empty() && !texts.iter().any(|other| other.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join("\n")
}

/// The elements of a frame that are captions and credits: credits wherever they stand, captions the outermost.
fn parts<'a>(frame: ElementRef<'a>, img: ElementRef<'a>) -> Vec<(Part, ElementRef<'a>)> {
    let figure = img.ancestors().take(STEPS_MAX).filter_map(ElementRef::wrap).find(|above| &**tag(*above) == "figure");
    let holders: Vec<NodeId> = img.ancestors().take(STEPS_MAX).map(|node| node.id()).collect();
    let mut parts: Vec<(Part, ElementRef<'a>)> = Vec::new();
    let (mut credit, mut caption) = (None, None);
    for element in frame.descendent_elements().take(ELEMENTS_MAX) {
        let silent = is_silent(element) || matches!(&**tag(element), "img" | "source" | "picture" | "meta" | "link");
        if silent && attribute(element, "itemprop").is_none() || holders.contains(&element.id()) {
            continue;
        }
        let within = |outer: &Option<ElementRef<'a>>| {
            outer.is_some_and(|outer| element.ancestors().take(STEPS_MAX).any(|above| above.id() == outer.id()))
        };
        let in_figure = within(&figure);
        match part(element, in_figure) {
            Part::Credit if !within(&credit) => {
                credit = Some(element);
                parts.push((Part::Credit, element));
            }
            Part::Caption if !within(&caption) && !within(&credit) => {
                caption = Some(element);
                parts.push((Part::Caption, element));
            }
            _ => {}
        }
    }
    parts
}

/// The owner whom elements name that hold nothing else.
fn owners(elements: &[ElementRef<'_>]) -> Option<Credit> {
    let mut found: Vec<Credit> = Vec::new();
    for element in elements {
        let text = attribute(*element, "content").map_or_else(|| text_of(*element, &[]), str::to_owned);
        let Some(credit) = credit::owner(&text) else { continue };
        if !found.iter().any(|other| other.name.contains(&credit.name)) {
            found.push(credit);
        }
    }
    let mut found = found.into_iter();
    let first = found.next()?;
    Some(found.fold(first, |all, next| Credit {
        raw: format!("{} / {}", all.raw, next.raw),
        name: format!("{} / {}", all.name, next.name),
        role: all.role,
    }))
}

/// What follows a frame at once: «Фото: …» in a line of its own, an element called credit.
fn follow<'a>(frame: ElementRef<'a>, area: &Area<'a>, language: Option<&str>, printed: &mut Printed) {
    let is =
        |element: ElementRef<'a>, other: Option<ElementRef<'a>>| other.is_some_and(|other| other.id() == element.id());
    let mut last = frame;
    for _ in 0..FOLLOWERS_MAX {
        // A caption of a picture that stands alone in a wrapper follows the wrapper.
        let Some(next) = next_element(last) else { break };
        if is(next, area.body)
            || is(next, area.article)
            || matches!(&**tag(next), "figure" | "img" | "picture" | "h1" | "h2" | "h3")
        {
            break;
        }
        let Some(holds) = Holds::of(next).filter(|holds| holds.images == 0 && holds.headings == 0) else { break };
        let (kind, text) = (part(next, false), text_of(next, &[]));
        last = next;
        if holds.text == 0 {
            continue;
        }
        let read = match kind {
            Part::Credit => credit::owner(&text).map(|credit| (None, credit)),
            Part::Caption => {
                let read = credit::caption(&text, language);
                if read.credit.is_none() && printed.caption.is_none() {
                    printed.caption.clone_from(&read.text);
                    printed.nodes.push(next.id());
                }
                read.credit.map(|credit| (read.text, credit))
            }
            Part::Other if holds.text <= LOOSE_BYTES_MAX => {
                let alone = loose_credit(next, &text, language).map(|credit| (None, credit));
                alone.or_else(|| loose_caption(&text, language).filter(|_| printed.caption.is_none()))
            }
            Part::Other => None,
        };
        // After a caption may come the credit; after any other words comes the text.
        let goes_on = kind == Part::Caption;
        if let Some((caption, credit)) = read {
            printed.credit = Some(credit);
            printed.caption = printed.caption.take().or(caption);
            printed.nodes.push(next.id());
            break;
        }
        if !goes_on {
            break;
        }
    }
}

/// A line after a picture that is a credit and nothing more, or that holds an element called credit.
fn loose_credit(element: ElementRef<'_>, text: &str, language: Option<&str>) -> Option<Credit> {
    let inner = element.descendent_elements().take(ELEMENTS_MAX).find(|inner| part(*inner, false) == Part::Credit);
    if let Some(inner) = inner {
        return credit::owner(&text_of(inner, &[]));
    }
    let read = credit::caption(text, language);
    read.credit.filter(|credit| read.text.is_none() && credit.raw != credit.name)
}

/// A paragraph right after a picture that ends in a credit with its word is the picture's caption, whatever it is called:
/// «4月30日，乘客在站台候车。本报记者 李样例摄».
fn loose_caption(text: &str, language: Option<&str>) -> Option<(Option<String>, Credit)> {
    let read = credit::caption(text, language);
    let credit = read.credit.filter(|credit| credit.raw != credit.name)?;
    let ends = text
        .trim_end_matches([' ', '\n', '.', '。', ')', '）', ']', '】'])
        .ends_with(credit.raw.trim_end_matches(['.', '。']));
    ends.then_some((read.text, credit))
}

fn next_element(element: ElementRef<'_>) -> Option<ElementRef<'_>> {
    for node in element.next_siblings() {
        if let Some(next) = ElementRef::wrap(node) {
            if !matches!(&**tag(next), "br" | "noscript" | "script" | "style" | "meta" | "source") {
                return Some(next);
            }
        } else if node.value().as_text().is_some_and(|text| !text.trim().is_empty()) {
            return None;
        }
    }
    None
}

/// The text of an element, a line for each block in it, without the elements of `skip`.
pub(crate) fn text_of(element: ElementRef<'_>, skip: &[NodeId]) -> String {
    let mut text = String::new();
    gather(element, skip, &mut text, 0);
    text
}

fn gather(element: ElementRef<'_>, skip: &[NodeId], text: &mut String, depth: usize) {
    /// Frames are small; a deeper one is not read to its end.
    const DEPTH_MAX: usize = 40;
    if depth > DEPTH_MAX || is_silent(element) || skip.contains(&element.id()) {
        return;
    }
    let block = is_block(element) && depth > 0;
    if block {
        text.push('\n');
    }
    for child in element.children() {
        if let Some(inner) = ElementRef::wrap(child) {
            gather(inner, skip, text, depth + 1);
        } else if let Some(piece) = child.value().as_text() {
            text.extend(piece.chars().map(|c| if c == '\n' || c == '\r' { ' ' } else { c }));
        }
    }
    if block {
        text.push('\n');
    }
}

/// Whether a span is one of several that fill a caption: each holds its own.
fn is_line(element: ElementRef<'_>) -> bool {
    let Some(parent) = element.parent().and_then(ElementRef::wrap) else { return false };
    let bare = parent.children().any(|child| child.value().as_text().is_some_and(|text| !text.trim().is_empty()));
    !bare && parent.child_elements().nth(1).is_some() && part(parent, true) == Part::Caption
}

/// Whether a line ends before and after an element. A credit in a span of its own ends a line, too.
fn is_block(element: ElementRef<'_>) -> bool {
    match &**tag(element) {
        "a" | "b" | "i" | "em" | "strong" | "u" | "s" | "sup" | "sub" | "font" | "mark" | "abbr" | "wbr" | "time"
        | "bdi" | "q" => false,
        "span" | "small" | "cite" => part(element, true) == Part::Credit || is_line(element),
        _ => true,
    }
}
