//! Markup cut into tokens, whatever is wrong with it. XML and HTML alike; nothing is looked up, nothing is decoded.
//!
//! Every byte is passed a bounded number of times: a search that failed is not repeated.

/// A name and its value as written, between its quotes.
pub(super) type Attribute<'a> = (&'a str, &'a str);

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Its name with its prefix.
    pub(super) name: &'a str,
    /// In the order written.
    pub(super) attributes: Vec<Attribute<'a>>,
    /// `<br/>`.
    pub(super) is_empty: bool,
}

/// A piece of markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `<a href="…">`.
    Start(Tag<'a>),
    /// The name of `</a>`.
    End(&'a str),
    /// Text as written, references and all.
    Text(&'a str),
    /// Text in which nothing is markup.
    Literal(&'a str),
    /// What stands in `<!DOCTYPE …>`.
    Doctype(&'a str),
    /// A comment or an instruction.
    Nothing,
}

/// Cuts markup into tokens.
pub(super) struct Lexer<'a> {
    rest: &'a str,
    /// Ends that were searched for and are nowhere behind here.
    missing: Missing,
}

/// Which ends a text is known not to have any more.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a search of its own")]
struct Missing {
    double_quote: bool,
    single_quote: bool,
    cdata: bool,
    subset: bool,
}

/// The longest name of an attribute that is looked for behind a value.
const NAME_BYTES_MAX: usize = 40;

/// Attributes of a tag that are taken up: each is compared with all others. A feed's root with twenty vocabularies has 25.
const ATTRIBUTES_MAX: usize = 256;

const CDATA_START: &str = "<![CDATA[";
const CDATA_END: &str = "]]>";

impl<'a> Lexer<'a> {
    /// Begins.
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, missing: Missing::default() }
    }

    /// Bytes that are not read yet.
    pub(super) fn bytes_left(&self) -> usize {
        self.rest.len()
    }

    /// Takes everything up to the end tag of `name`, as HTML does for scripts and styles.
    pub(super) fn skip_to_end_of(&mut self, name: &str) {
        let mut from = 0;
        while let Some(at) = self.rest[from..].find("</") {
            let tail = &self.rest.as_bytes()[from + at + 2..];
            if tail.len() >= name.len() && tail[..name.len()].eq_ignore_ascii_case(name.as_bytes()) {
                self.rest = &self.rest[from + at..];
                return;
            }
            from += at + 2;
        }
        self.rest = "";
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (head, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        head
    }

    /// The text up to `end`, which is taken too; everything where there is no end.
    fn take_until(&mut self, end: &str) -> &'a str {
        let at = self.rest.find(end);
        let text = self.take(at.unwrap_or(self.rest.len()));
        self.take(if at.is_some() { end.len() } else { 0 });
        text
    }

    fn declaration(&mut self) -> Token<'a> {
        if self.rest.starts_with("<!--") {
            self.take(4);
            self.take_until("-->");
            return Token::Nothing;
        }
        if self.rest.starts_with(CDATA_START) {
            self.take(CDATA_START.len());
            return Token::Literal(self.literal());
        }
        if !self.is_doctype() {
            // `<!wow`: a sign of text, as all is up to the next.
            let end = self.rest[1..].find('<').map_or(self.rest.len(), |at| at + 1);
            return Token::Text(self.take(end));
        }
        self.take(2);
        // An internal subset has `>` inside; it ends with `]` and `>`.
        let end = self.rest.find(['>', '[']).unwrap_or(self.rest.len());
        let is_subset = self.rest[end..].starts_with('[');
        if is_subset {
            let subset_end = end + self.subset_bytes(end);
            let text = self.take(subset_end);
            self.take_until(">");
            return Token::Doctype(text);
        }
        Token::Doctype(self.take_until(">"))
    }

    /// The text of a CDATA section. Where its end is missing, and not that of the document, an entry's end is its end.
    fn literal(&mut self) -> &'a str {
        if !self.missing.cdata && self.rest.contains(CDATA_END) {
            return self.take_until(CDATA_END);
        }
        self.missing.cdata = true;
        let mut ends = self.rest.match_indices("</").map(|(at, _)| at);
        let is_entry = |at: &usize| ["</item", "</entry"].iter().any(|end| self.rest[*at..].starts_with(end));
        let Some(end) = ends.find(is_entry) else { return self.take(self.rest.len()) };
        // The end tag of the field stands right before it.
        let field = self.rest[..end].rfind("</").filter(|at| self.rest[*at..end].trim_end().ends_with('>'));
        self.take(field.unwrap_or(end))
    }

    /// Whether a declaration of a document or of a DTD begins here.
    fn is_doctype(&self) -> bool {
        let name = &self.rest.as_bytes()[2..];
        name.first() == Some(&b'[')
            || ["DOCTYPE", "ENTITY", "ELEMENT", "ATTLIST", "NOTATION"]
                .iter()
                .any(|word| name.len() >= word.len() && name[..word.len()].eq_ignore_ascii_case(word.as_bytes()))
    }

    /// How far it is from `from` to the `]` that ends a subset, and not one in a value or a comment.
    fn subset_bytes(&mut self, from: usize) -> usize {
        let subset = &self.rest[from..];
        let careful = || {
            let mut at = 0;
            loop {
                at += subset[at..].find(['"', '\'', ']', '<'])?;
                let rest = &subset[at..];
                at += match rest.as_bytes()[0] {
                    b']' => return Some(at),
                    b'<' if rest.starts_with("<!--") => rest.find("-->")? + 3,
                    b'<' => 1,
                    b'"' => rest[1..].find('"')? + 2,
                    _ => rest[1..].find('\'')? + 2,
                };
            }
        };
        let end = if self.missing.subset { None } else { careful() };
        self.missing.subset |= end.is_none();
        end.or_else(|| subset.find(']')).unwrap_or(subset.len())
    }

    fn end_tag(&mut self) -> Token<'a> {
        self.take(2);
        let end = self.rest.find(['>', '<']).unwrap_or(self.rest.len());
        let name = self.take(end).trim();
        if self.rest.starts_with('>') {
            self.take(1);
        }
        Token::End(name.split(is_space).next().unwrap_or_default())
    }

    fn start_tag(&mut self) -> Token<'a> {
        let whole = self.rest;
        self.take(1);
        let end = self.rest.find(|c: char| is_space(c) || matches!(c, '>' | '/' | '<')).unwrap_or(self.rest.len());
        let name = self.take(end);
        if self.rest.is_empty() || self.rest.starts_with('<') {
            // `a<b</p>`: a sign of text.
            return Token::Text(&whole[..=name.len()]);
        }
        let mut tag = Tag { name, attributes: Vec::new(), is_empty: false };
        loop {
            self.rest = self.rest.trim_start_matches(is_space);
            match self.rest.as_bytes().first() {
                None | Some(b'<') => break,
                Some(b'>') => {
                    self.take(1);
                    break;
                }
                Some(b'/') => {
                    self.take(1);
                    tag.is_empty = self.rest.starts_with('>');
                }
                Some(_) => {
                    let attribute = self.attribute();
                    if tag.attributes.len() < ATTRIBUTES_MAX {
                        tag.attributes.push(attribute);
                    }
                }
            }
        }
        Token::Start(tag)
    }

    fn attribute(&mut self) -> Attribute<'a> {
        let end =
            self.rest.find(|c: char| is_space(c) || matches!(c, '=' | '>' | '<' | '/')).unwrap_or(self.rest.len());
        // A quote or a sign where a name should be: one character at least is taken, so that the end is reached.
        let first = self.rest.chars().next().map_or(0, char::len_utf8);
        let name = self.take(end.max(first));
        let after = self.rest.trim_start_matches(is_space);
        let Some(after) = after.strip_prefix('=') else { return (name, "") };
        self.rest = after.trim_start_matches(is_space);
        (name, self.value())
    }

    fn value(&mut self) -> &'a str {
        let quote = match self.rest.as_bytes().first() {
            Some(b'"') if !self.missing.double_quote => '"',
            Some(b'\'') if !self.missing.single_quote => '\'',
            _ => {
                let end = self.rest.find(|c: char| is_space(c) || matches!(c, '>' | '<')).unwrap_or(self.rest.len());
                return self.take(end).trim_matches(['"', '\'']).trim_end_matches('/');
            }
        };
        self.take(1);
        if let Some(end) = self.rest.find(quote) {
            if !ends_value(&self.rest[end + 1..])
                && let Some(end) = missing_quote(&self.rest[..end])
            {
                return self.take(end);
            }
            let value = self.take(end);
            self.take(1);
            return value;
        }
        self.missing.double_quote |= quote == '"';
        self.missing.single_quote |= quote == '\'';
        let end = self.rest.find(['>', '<']).unwrap_or(self.rest.len());
        self.take(end)
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let mut from = 0;
        // A bare `<` is text.
        let at = loop {
            let Some(at) = self.rest[from..].find('<') else { break self.rest.len() };
            let at = from + at;
            if matches!(self.rest.as_bytes().get(at + 1), Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'/' | b'!' | b'?')) {
                break at;
            }
            from = at + 1;
        };
        if at > 0 {
            return Some(Token::Text(self.take(at)));
        }
        Some(match self.rest.as_bytes()[1] {
            b'!' => self.declaration(),
            b'?' => {
                // HTML's parsers end an instruction at `>`; XML's have `?>`, which ends there too.
                self.take_until(">");
                Token::Nothing
            }
            b'/' => self.end_tag(),
            _ => self.start_tag(),
        })
    }
}

/// Whether what stands behind a quotation mark may stand behind a value's end: white space, the tag's end, a name and `=`.
fn ends_value(rest: &str) -> bool {
    let name =
        rest.bytes().take(NAME_BYTES_MAX).position(|byte| !(byte.is_ascii_alphanumeric() || b"_-:.".contains(&byte)));
    let is_name = name.is_some_and(|end| end > 0 && rest.as_bytes()[end] == b'=');
    is_name || rest.chars().next().is_none_or(|c| is_space(c) || matches!(c, '>' | '/' | '"' | '\'' | '<'))
}

/// Where a value ends whose closing quotation mark is missing, so that the one found opens another: at the tag's end
/// (`<a href="x>y</a><a href="z">`), or before the next name (`url="x length="5"`).
fn missing_quote(value: &str) -> Option<usize> {
    value.find(['>', '<']).or_else(|| value.strip_suffix('=')?.rfind(is_space))
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start<'a>(name: &'a str, attributes: &[Attribute<'a>]) -> Token<'a> {
        Token::Start(Tag { name, attributes: attributes.to_vec(), is_empty: false })
    }

    #[test]
    fn what_is_wrong_is_read_as_meant() {
        let tokens = |text| Lexer::new(text).collect::<Vec<_>>();
        assert_eq!(tokens("1 < 2 <b>"), [Token::Text("1 < 2 "), start("b", &[])]);
        assert_eq!(
            tokens("<a href=x class='y' z>t"),
            [start("a", &[("href", "x"), ("class", "y"), ("z", "")]), Token::Text("t")]
        );
        assert_eq!(tokens("<a href=\"x>t</a>"), [start("a", &[("href", "x")]), Token::Text("t"), Token::End("a")]);
        assert_eq!(tokens("<![CDATA[a]]>b"), [Token::Literal("a"), Token::Text("b")]);
        assert_eq!(tokens("a<b</p>"), [Token::Text("a"), Token::Text("<b"), Token::End("p")]);
        assert_eq!(tokens("<![CDATA[a"), [Token::Literal("a")]);
        assert_eq!(tokens("<![CDATA[a</b></item>"), [Token::Literal("a"), Token::End("b"), Token::End("item")]);
        assert_eq!(tokens("<!wow"), [Token::Text("<!wow")]);
        assert_eq!(
            tokens("<a href=\"x>t</a><a href=\"y\">"),
            [start("a", &[("href", "x")]), Token::Text("t"), Token::End("a"), start("a", &[("href", "y")])]
        );
        assert_eq!(tokens("<a b=\"x c=\"5\">"), [start("a", &[("b", "x"), ("c", "5")])]);
    }
}
