//! A page cut into tags and text for html5ever's tree builder, without what no stage reads.
//!
//! WHATWG HTML § 13.2.5. html5ever's own tokenizer takes a page character by character, as it comes from a network; ours has
//! the whole page, so names, values and texts are slices of it. Scripts without JSON, styles, drawings and comments,
//! more than half of a news page, are stepped over. Every tree is compared with html5ever's own in the tests. Not here:
//! what stands in a tag (`tag`), where one belongs (html5ever's tree builder), how deep it may stand (`dom`).

use std::borrow::Cow;

use html5ever::local_name;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Doctype, Tag, TagKind, Token, TokenSink, TokenSinkResult};

use crate::html::references::{Place, read};
use crate::html::tag::{TagReader, part};

/// Hands the tokens of a page to a sink, until the page ends or the sink is full.
pub(super) fn feed<S: TokenSink>(html: &str, sink: &S, is_full: impl Fn() -> bool) {
    let mut tokens = Tokens { html, page: StrTendril::from_slice(html), at: 0, sink, absent: Vec::new() };
    while tokens.at < html.len() && !is_full() {
        tokens.next();
    }
    let _ = tokens.send(Token::EOFToken);
    sink.end();
}

struct Tokens<'a, S> {
    html: &'a str,
    /// The same, to take texts from without copying them.
    page: StrTendril,
    /// What comes next.
    at: usize,
    sink: &'a S,
    /// End tags of which there are none further down: not to be looked for at each start tag again.
    absent: Vec<&'static str>,
}

impl<'a, S: TokenSink> Tokens<'a, S> {
    fn rest(&self) -> &'a str {
        &self.html[self.at..]
    }

    fn send(&self, token: Token) -> TokenSinkResult<S::Handle> {
        /// Lines are told in html5ever's messages alone, which nobody reads.
        const LINE: u64 = 1;
        self.sink.process_token(token, LINE)
    }

    fn next(&mut self) {
        let rest = self.rest().as_bytes();
        match (rest.first(), rest.get(1)) {
            (Some(b'<'), Some(b'!')) => self.declaration(),
            (Some(b'<'), Some(b'/')) => match rest.get(2) {
                Some(byte) if byte.is_ascii_alphabetic() => self.tag(TagKind::EndTag),
                Some(_) => self.at = self.behind(">"),
                None => self.text(self.html.len(), Place::Content),
            },
            (Some(b'<'), Some(b'?')) => self.at = self.behind(">"),
            (Some(b'<'), Some(byte)) if byte.is_ascii_alphabetic() => self.tag(TagKind::StartTag),
            // A `<` before anything else is a sign of the text.
            _ => {
                let length = rest.iter().skip(1).position(|byte| *byte == b'<').map_or(rest.len(), |found| found + 1);
                self.text(self.at + length, Place::Content);
            }
        }
    }

    /// Where that ends which stands next, or the page.
    fn behind(&self, end: &str) -> usize {
        self.rest().find(end).map_or(self.html.len(), |found| self.at + found + end.len())
    }

    /// Sends the text up to there.
    fn text(&mut self, end: usize, place: Place) {
        let text = match read(&self.html[self.at..end], place) {
            Cow::Borrowed(text) => part(&self.page, self.at, text.len()),
            Cow::Owned(text) => StrTendril::from(text),
        };
        self.at = end;
        if !text.is_empty() {
            // The tree builder asks for nothing after a text.
            let _ = self.send(Token::CharacterTokens(text));
        }
    }

    /// Comments, DOCTYPE, CDATA, and what is none of them and passed over.
    fn declaration(&mut self) {
        let rest = self.rest();
        if let Some(comment) = rest.strip_prefix("<!--") {
            self.at += 4 + comment_length(comment);
        } else if rest.get(2..9).is_some_and(|word| word.eq_ignore_ascii_case("doctype")) {
            let end = self.behind(">");
            let doctype = doctype(self.html[self.at + 9..end].trim_end_matches('>'));
            self.at = end;
            let _ = self.send(Token::DoctypeToken(doctype));
        } else if rest.starts_with("<![CDATA[") && self.sink.adjusted_current_node_present_but_not_in_html_namespace() {
            let end = self.behind("]]>");
            self.at += "<![CDATA[".len();
            let inside = self.html[self.at..end].strip_suffix("]]>").map_or(end - self.at, str::len);
            self.text(self.at + inside, Place::Raw);
            self.at = end;
        } else {
            self.at = self.behind(">");
        }
    }

    fn tag(&mut self, kind: TagKind) {
        let start = self.at;
        let mut reader = TagReader::at(self.html, &self.page, start + if kind == TagKind::EndTag { 2 } else { 1 });
        let name = reader.name();
        let Some(attributes) = reader.attributes(kind) else {
            // The page ends within the tag: browsers drop it.
            self.at = self.html.len();
            return;
        };
        self.at = reader.at;
        let tag = Tag {
            kind,
            name,
            self_closing: attributes.self_closing,
            attrs: attributes.all,
            had_duplicate_attributes: attributes.repeated,
        };
        if kind == TagKind::StartTag
            && let Some(end_tag) = unread(&tag, &self.html[start..self.at])
        {
            self.at = self.behind_end_tag(end_tag);
            return;
        }
        let name = tag.name.clone();
        match self.send(Token::TagToken(tag)) {
            TokenSinkResult::RawData(RawKind::Rcdata) => self.unmarked(&name, Place::Content),
            TokenSinkResult::RawData(_) => self.unmarked(&name, Place::Raw),
            TokenSinkResult::Plaintext => self.text(self.html.len(), Place::Raw),
            TokenSinkResult::Continue | TokenSinkResult::Script(_) | TokenSinkResult::EncodingIndicator(_) => {}
        }
    }

    /// The text of an element that holds no markup, up to its end tag.
    fn unmarked(&mut self, name: &str, place: Place) {
        let end = end_tag(self.html, self.at, name).unwrap_or(self.html.len());
        self.text(end, place);
    }

    /// Behind the next end tag of that name; where there is none, here.
    fn behind_end_tag(&mut self, name: &'static str) -> usize {
        if self.absent.contains(&name) {
            return self.at;
        }
        let Some(start) = end_tag(self.html, self.at, name) else {
            self.absent.push(name);
            return self.at;
        };
        self.html[start..].find('>').map_or(self.html.len(), |length| start + length + 1)
    }
}

/// Where the next end tag of that name begins.
fn end_tag(html: &str, from: usize, name: &str) -> Option<usize> {
    let mut at = from;
    loop {
        let start = at + html[at..].find("</")?;
        let tail = &html.as_bytes()[start + 2..];
        let is_it = tail.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
            && tail.get(name.len()).is_some_and(|next| next.is_ascii_whitespace() || matches!(next, b'/' | b'>'));
        if is_it {
            return Some(start);
        }
        at = start + 2;
    }
}

/// The name of an element that no stage reads: a script without JSON, a style, a drawing.
fn unread(tag: &Tag, text: &str) -> Option<&'static str> {
    let holds_json = || text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"json"));
    match tag.name {
        local_name!("script") if !holds_json() => Some("script"),
        local_name!("style") => Some("style"),
        local_name!("svg") if !tag.self_closing => Some("svg"),
        _ => None,
    }
}

/// Bytes of a comment behind its `<!--`.
fn comment_length(comment: &str) -> usize {
    // `<!-->` and `<!--->` are whole comments; `--!>` ends one by mistake.
    if let Some(end) = ["->", ">"].into_iter().find(|end| comment.starts_with(end)) {
        return end.len();
    }
    let mut at = 0;
    while let Some(found) = comment[at..].find("--") {
        let behind = &comment[at + found + 2..];
        if let Some(end) = ["!>", ">"].into_iter().find(|end| behind.starts_with(end)) {
            return at + found + 2 + end.len();
        }
        at += found + 1;
    }
    comment.len()
}

/// What stands between `<!DOCTYPE` and `>`.
fn doctype(text: &str) -> Doctype {
    let text = text.trim_ascii_start();
    let (name, rest) = text.split_at(text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len()));
    let rest = rest.trim_ascii();
    let keyword = |word: &str| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    let (public_id, system_id) = if keyword("public") {
        let (public_id, rest) = quoted(&rest[6..]);
        (public_id, quoted(rest).0)
    } else if keyword("system") {
        (None, quoted(&rest[6..]).0)
    } else {
        (None, None)
    };
    let is_odd = name.is_empty() || !rest.is_empty() && public_id.is_none() && system_id.is_none();
    Doctype {
        name: (!name.is_empty()).then(|| StrTendril::from(name.to_ascii_lowercase())),
        public_id: public_id.map(StrTendril::from_slice),
        system_id: system_id.map(StrTendril::from_slice),
        force_quirks: is_odd,
    }
}

fn quoted(text: &str) -> (Option<&str>, &str) {
    let text = text.trim_ascii_start();
    let Some(quote @ ('"' | '\'')) = text.chars().next() else { return (None, text) };
    let (inside, rest) = text[1..].split_once(quote).unwrap_or((&text[1..], ""));
    (Some(inside), rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scraper::{Html, Node};

    use crate::html::dom::parse;

    /// A tree in words, without what is stepped over.
    fn told(page: &Html) -> String {
        let mut out = String::new();
        tell(page.tree.root(), &mut out);
        out
    }

    fn tell(node: ego_tree_node::Ref<'_>, out: &mut String) {
        match node.value() {
            Node::Text(text) => out.push_str(text),
            Node::Element(element) => {
                let skipped = match element.name() {
                    "script" => !element.attrs.iter().any(|(_, value)| value.to_ascii_lowercase().contains("json")),
                    name => matches!(name, "style" | "svg"),
                };
                if skipped {
                    return;
                }
                let attributes = element.attrs.iter().map(|(name, value)| format!(" {}={:?}", &*name.local, &**value));
                out.push_str(&format!("<{}{}>", element.name(), attributes.collect::<String>()));
                node.children().for_each(|child| tell(child, out));
                out.push_str("</>");
            }
            Node::Doctype(doctype) => {
                out.push_str(&format!("<!{:?}>", [doctype.name(), doctype.public_id(), doctype.system_id()]));
            }
            _ => node.children().for_each(|child| tell(child, out)),
        }
    }

    mod ego_tree_node {
        /// A node of scraper's tree.
        pub(super) type Ref<'a> = <scraper::ElementRef<'a> as std::ops::Deref>::Target;
    }

    /// Our tokens make the tree that html5ever's make.
    #[track_caller]
    fn is_read_as_by_html5ever(page: &str) {
        let reference = Html::parse_document(page);
        let ours = parse(page, usize::MAX);
        assert_eq!(told(&ours), told(&reference), "{page}");
        assert_eq!(ours.quirks_mode, reference.quirks_mode, "{page}");
    }

    #[test]
    fn odd_markup_is_read_as_by_html5ever() {
        for page in [
            "<!DOCTYPE html><p>a<p>b",
            "<!doctype HTML PUBLIC '-//W3C//DTD HTML 3.2//EN'><table><p>a",
            "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">x",
            "<!DOCTYPE html SYSTEM \"about:legacy-compat\">x",
            "<!DOCTYPE>x",
            "<P CLASS=A id='b c' data-x=\"d&amp;e&copy=1\" hidden>text</P>",
            "<a href=x/>y</a><br/><img src = a.jpg / alt>",
            "<a =b c==d \"e' f<g>h",
            "<a b=1 b=2 B=3>",
            "a < b <3 <> </> </3> <? x > <!x> <!-- y --> <!--> z <!---> t <!-- a --!> u",
            "<title>a &amp; <b></title >c<textarea>\n<p></textarea>d<pre>\n\ne",
            "<xmp><b></xmp><noembed><i></noembed><iframe><u></iframe><plaintext>a</plaintext>",
            "<script type=application/ld+json>{\"a\":\"<p>&amp;\"}</script>b",
            "<math><mi><![CDATA[a<b>&amp;]]></mi></math><![CDATA[c]]>",
            "a\r\nb\rc\0d<p title='x\r\ny\0z'>",
            "<p>unfinished <a href='",
            "<p>unfinished <a href=x",
            "<p>unfinished </a",
            "unfinished <",
            "unfinished </",
            "unfinished <!--",
            "&lt;p&gt; &#x416; &nosuch; &notin; &AMP &amp",
            "<é é=é>ж<дом>",
        ] {
            is_read_as_by_html5ever(page);
        }
    }

    #[test]
    fn what_no_stage_reads_is_stepped_over() {
        let page =
            "a<script>if (a<b) '</p>'</SCRIPT >b<style>p>a{}</style>c<svg><path/></svg>d<!-- <p> -->e<svg/>f<script>g";
        let text: String = parse(page, 256).root_element().text().collect();
        assert_eq!(text, "abcdefg");
    }

    #[test]
    fn a_tag_of_a_thousand_attributes_keeps_the_first() {
        let page = parse(&format!("<p {}>x", (0..1_000).map(|i| format!("a{i} ")).collect::<String>()), 256);
        let paragraph = page.root_element().descendent_elements().find(|element| element.value().name() == "p");
        assert_eq!(paragraph.unwrap().value().attrs.len(), crate::html::tag::ATTRIBUTES_MAX);
    }

    /// Whether anything is read as a comment.
    fn has_comment(page: &str) -> bool {
        let is_comment = |(at, sign): (usize, &str)| match sign {
            "</" => !page[at + 2..].starts_with(|next: char| next.is_ascii_alphabetic()),
            _ => true,
        };
        ["</", "<!", "<?"].into_iter().flat_map(|sign| page.match_indices(sign)).any(is_comment)
    }

    proptest! {
        #[test]
        fn any_markup_is_read_as_by_html5ever(parts in prop::collection::vec(prop::sample::select(vec![
            "<", ">", "</", "/>", "<p", "<a ", "<table>", "<td>", "<tr", "<b>", "</b>", "</p>", "<div class=", "href=", "=", "\"", "'",
            " ", "\n", "\r\n", "x", "Ж", "&", "&amp;", "&amp", "&copy", "&#", "x41", ";", "<title>", "</title>", "<textarea>",
            "</textarea ", "<!", "?", "/", "<select><option>", "<li>", "<math>", "<mi>", "<![CDATA[", "]]>", "<form>", "<!doctype html>",
            "<noscript>", "</noscript>", "<iframe>", "</iframe>", "-", "<br", "<image>", "<template>", "</template>",
        ]), 0..40)) {
            let page = parts.concat();
            // A comment parts the texts around it, which matters to a text that strays into a table.
            if !page.contains("<table") || !has_comment(&page) {
                is_read_as_by_html5ever(&page);
            }
        }
    }
}
