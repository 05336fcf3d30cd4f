//! Lists of feeds (OPML 1.0 and 2.0), whatever is wrong with their XML; and what was mended, with its place.
//!
//! Reads what stands there. What is done with it (which source it becomes, what is there already) is the caller's.

use crate::charset::{self, Form};
use crate::html::plain;
use crate::parse::controls::without_controls;
use crate::parse::entities::Entities;
use crate::parse::lexer::{Lexer, Tag, Token};

/// Outlines that are read; lists of readers have some hundred.
const OUTLINES_MAX: usize = 20_000;

/// How deep folders may nest.
const DEPTH_MAX: usize = 64;

/// Mended places that are told; of more, that there are more.
const MENDED_MAX: usize = 1_000;

/// A list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opml {
    /// Its title.
    pub title: Option<String>,
    /// Its lines that name something, in the order written; folders are in their lines.
    pub lines: Vec<Line>,
    /// What was read otherwise than it is written.
    pub mended: Vec<Mended>,
}

/// A line of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// `title`, else `text`, without markup.
    pub title: Option<String>,
    /// `xmlUrl`: the feed.
    pub feed: Option<String>,
    /// `htmlUrl`, else `url`: the page.
    pub page: Option<String>,
    /// `type`, in small letters: `rss`, `link`, `include`.
    pub kind: Option<String>,
    /// `language`.
    pub language: Option<String>,
    /// The folders around it, the outermost first, then what `category` names.
    pub folders: Vec<String>,
    /// The line of the text, from 1.
    pub at: usize,
}

/// Something that was read otherwise than it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The line of the text, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What, in words.
    pub what: String,
}

/// There is no list in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no list of feeds: there is no <outline> in it")]
pub struct NoList;

/// Reads a list.
pub fn read(bytes: &[u8]) -> Result<Opml, NoList> {
    let (decoded, used) = charset::decode(bytes, None, Form::Xml);
    let text = without_controls(&decoded);
    let mut reader = Reader::new(&text);
    reader.note_charset(bytes, used);
    if text.len() < decoded.len() {
        reader.mend(0, "characters that no XML may hold are left out".to_owned());
    }
    reader.walk();
    if reader.outlines == 0 {
        return Err(NoList);
    }
    Ok(reader.list)
}

/// A list while it is read.
struct Reader<'t> {
    text: &'t str,
    /// Where its lines begin.
    starts: Vec<usize>,
    list: Opml,
    /// Open outlines: the name of a folder, none of one that is a feed; and where it begins.
    open: Vec<(Option<String>, usize)>,
    entities: Entities<'t>,
    outlines: usize,
    has_root: bool,
    ends_root: bool,
    in_title: bool,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            starts: std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect(),
            list: Opml::default(),
            open: Vec::new(),
            entities: Entities::default(),
            outlines: 0,
            has_root: false,
            ends_root: false,
            in_title: false,
        }
    }

    fn walk(&mut self) {
        let before = self.text.trim_start_matches('\u{feff}');
        if before.trim_start().starts_with("<?xml") && !before.starts_with("<?xml") {
            self.mend(0, "white space before <?xml".to_owned());
        }
        let mut lexer = Lexer::new(self.text);
        loop {
            let at = self.text.len() - lexer.bytes_left();
            let Some(token) = lexer.next() else { break };
            match token {
                Token::Start(tag) => self.start(&tag, at),
                Token::End(name) => self.end(name, at),
                Token::Text(text) if self.in_title => {
                    self.list.title = Some(plain::plain(&self.entities.decode(text))).filter(|title| !title.is_empty());
                }
                Token::Text(text) if text.trim().len() > 1 && self.outlines > 0 && !self.ends_root => {
                    self.mend(at, "words between outlines are left out".to_owned());
                }
                Token::Doctype(text) => self.entities.learn(text),
                _ => {}
            }
        }
        self.finish();
    }

    fn start(&mut self, tag: &Tag<'t>, at: usize) {
        if tag.name.eq_ignore_ascii_case("opml") {
            self.has_root = true;
        }
        self.in_title = tag.name.eq_ignore_ascii_case("title") && !tag.is_empty;
        if !tag.name.eq_ignore_ascii_case("outline") || self.outlines >= OUTLINES_MAX {
            return;
        }
        self.outlines += 1;
        if self.outlines == OUTLINES_MAX {
            self.mend(at, format!("more than {OUTLINES_MAX} outlines: the rest is left out"));
        }
        if self.is_cut(tag) {
            self.mend(at, "the list ends in the middle of this line: it is left out".to_owned());
            return;
        }
        self.note_attributes(tag, at);
        let line = self.line(tag, at);
        let names_something = line.feed.is_some() || line.page.is_some() || line.kind.is_some();
        if !tag.is_empty && self.open.len() < DEPTH_MAX {
            let folder = line.title.clone().filter(|_| line.feed.is_none());
            self.open.push((folder, at));
        }
        if names_something {
            self.list.lines.push(line);
        }
    }

    fn line(&self, tag: &Tag<'t>, at: usize) -> Line {
        let value = |names: &[&str]| {
            names.iter().find_map(|name| {
                let found = tag.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                let value = self.entities.decode(found?.1).trim().to_owned();
                (!value.is_empty()).then_some(value)
            })
        };
        let words = |names: &[&str]| value(names).map(|text| plain::plain(&text)).filter(|text| !text.is_empty());
        let around = self.open.iter().filter_map(|(folder, _)| folder.clone());
        let category = value(&["category"]).unwrap_or_default();
        let named = category.split([',', '/']).map(plain::plain).filter(|word| !word.is_empty());
        let mut folders: Vec<String> = Vec::new();
        for folder in around.chain(named) {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        Line {
            title: words(&["title", "text"]),
            feed: value(&["xmlUrl"]),
            page: value(&["htmlUrl", "url"]),
            kind: value(&["type"]).map(|kind| kind.to_lowercase()),
            language: value(&["language"]),
            folders,
            at: self.place(at).0,
        }
    }

    fn end(&mut self, name: &str, at: usize) {
        self.in_title = false;
        if name.eq_ignore_ascii_case("opml") {
            self.ends_root = true;
        }
        if !name.eq_ignore_ascii_case("outline") {
            return;
        }
        if self.open.pop().is_none() {
            self.mend(at, "an </outline> that ends nothing".to_owned());
        }
    }

    fn finish(&mut self) {
        let mut open = std::mem::take(&mut self.open);
        // A list that ends early leaves all its folders open: one word is enough.
        if let Some((_, at)) = open.pop() {
            self.mend(at, "an <outline> without its end".to_owned());
        }
        if !self.has_root {
            self.mend(0, "there is no <opml>; its outlines are read all the same".to_owned());
        } else if !self.ends_root {
            self.mend(self.text.len(), "the list ends before </opml>: it may have been cut".to_owned());
        }
        self.list.mended.sort_by_key(|mended| (mended.line, mended.column));
    }

    /// Whether the text ends in a value: who knows how it went on.
    fn is_cut(&self, tag: &Tag<'t>) -> bool {
        let end = self.text.trim_end().len();
        tag.attributes
            .last()
            .is_some_and(|(_, value)| self.offset(value).is_some_and(|at| at + value.trim_end().len() >= end))
    }

    /// What is wrong with the attributes of a tag.
    fn note_attributes(&mut self, tag: &Tag<'t>, at: usize) {
        for (index, (name, value)) in tag.attributes.iter().enumerate() {
            let place = self.offset(value).unwrap_or(at);
            if tag.attributes[..index].iter().any(|(other, _)| other == name) {
                self.mend(place, format!("`{name}` a second time: the first is taken"));
                continue;
            }
            let quote = self.offset(value).filter(|at| *at > 0).map(|at| self.text.as_bytes()[at - 1]);
            let is_quoted = matches!(quote, Some(b'"' | b'\''));
            if !is_quoted {
                let name = plain::collapse(name);
                self.mend(place, format!("the value of `{name}` has no quotes, or there is none"));
            } else if self.text.as_bytes().get(place + value.len()) != quote.as_ref() {
                self.mend(place, format!("the quote that ends `{name}` is missing"));
            }
            if let Some(sign) = value.find('<') {
                self.mend(place + sign, "a bare < (it is written &lt;)".to_owned());
            }
            self.note_references(value, place);
        }
    }

    /// A bare `&`, and references that XML does not know.
    fn note_references(&mut self, value: &str, place: usize) {
        const KNOWN: [&str; 5] = ["amp", "lt", "gt", "quot", "apos"];
        for (at, _) in value.match_indices('&') {
            let rest = &value[at + 1..];
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '#')).unwrap_or(rest.len());
            let name = &rest[..end];
            if !rest[end..].starts_with(';') || name.is_empty() {
                self.mend(place + at, "a bare & (it is written &amp;)".to_owned());
            } else if !name.starts_with('#')
                && !KNOWN.contains(&name)
                && self.entities.decode(&value[at..]) != value[at..]
            {
                self.mend(place + at, format!("`&{name};` is HTML's, and is read as it is there"));
            } else if !name.starts_with('#') && !KNOWN.contains(&name) {
                self.mend(place + at, format!("`&{name};` is no reference: it is taken as it stands"));
            }
        }
    }

    /// A charset that is not the one that the list says.
    fn note_charset(&mut self, bytes: &[u8], used: &str) {
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).to_ascii_lowercase();
        let declared = head.split("encoding=").nth(1).and_then(|rest| rest.get(1..)?.split(['"', '\'']).next());
        let Some(declared) = declared.filter(|declared| head.starts_with("<?xml") && !declared.is_empty()) else {
            return;
        };
        let known = encoding_rs::Encoding::for_label(declared.as_bytes()).map(encoding_rs::Encoding::name);
        if known != Some(used) {
            let declared = plain::collapse(declared);
            self.mend(0, format!("it says that it is in {declared}, and is read as {used}"));
        }
    }

    fn mend(&mut self, at: usize, what: String) {
        if self.list.mended.len() < MENDED_MAX {
            let (line, column) = self.place(at);
            self.list.mended.push(Mended { line, column, what });
        }
    }

    /// Where a part of the text begins in it; none of a text that is no part of it.
    fn offset(&self, part: &str) -> Option<usize> {
        let at = part.as_ptr().addr().checked_sub(self.text.as_ptr().addr())?;
        (at + part.len() <= self.text.len()).then_some(at)
    }

    /// Line and column, from 1.
    fn place(&self, at: usize) -> (usize, usize) {
        let at = at.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= at);
        (line, self.text[self.starts[line - 1]..at].chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(body: &str) -> Opml {
        read(format!("<?xml version=\"1.0\"?>\n<opml version=\"2.0\">\n{body}\n</opml>").as_bytes()).expect("a list")
    }

    #[test]
    fn folders_and_categories_are_those_of_their_lines() {
        let opml = list(
            "<head><title>My &amp; lists</title></head><body><outline text=\"News\"><outline text=\"Asia\">\
             <outline title=\"A\" text=\"a\" xmlUrl=\"https://a.example/feed\" category=\"/Press/Korea,Asia\"/></outline>\
             <outline text=\"B\" type=\"rss\" xmlurl='https://b.example/feed' htmlUrl=\"https://b.example/\"></outline>\
             </outline><outline text=\"C\" type=\"link\" url=\"https://c.example/\"/></body>",
        );
        assert_eq!(opml.title.as_deref(), Some("My & lists"));
        let lines: Vec<_> = opml.lines.iter().map(|line| (line.title.as_deref(), line.folders.join("|"))).collect();
        let expected = [(Some("A"), "News|Asia|Press|Korea"), (Some("B"), "News"), (Some("C"), "")];
        assert_eq!(lines, expected.map(|(title, folders)| (title, folders.to_owned())));
        assert_eq!(opml.lines[2].page.as_deref(), Some("https://c.example/"));
        assert_eq!(opml.mended, []);
    }

    #[test]
    fn what_is_mended_is_told_with_its_place() {
        let told = |body: &str| -> Vec<String> {
            list(body).mended.into_iter().map(|m| format!("{}:{} {}", m.line, m.column, m.what)).collect()
        };
        assert_eq!(told("<outline xmlUrl=\"https://a/?b=1&c=2\"/>"), ["3:32 a bare & (it is written &amp;)"]);
        assert_eq!(
            told("<outline text=\"a&nbsp;b\" xmlUrl=\"x\"/>"),
            ["3:17 `&nbsp;` is HTML's, and is read as it is there"]
        );
        assert_eq!(told("<outline text=\"a < b\" xmlUrl=\"x\"/>"), ["3:18 a bare < (it is written &lt;)"]);
        assert_eq!(
            told("<outline text=a xmlUrl=\"x\"/>"),
            ["3:15 the value of `text` has no quotes, or there is none"]
        );
        assert_eq!(told("<outline text=\"a\" xmlUrl=\"x\">"), ["3:1 an <outline> without its end"]);
        assert_eq!(told("<outline xmlUrl=\"x\"/></outline>"), ["3:22 an </outline> that ends nothing"]);
        assert_eq!(told("<outline xmlUrl=\"x\" xmlUrl=\"y\"/>"), ["3:29 `xmlUrl` a second time: the first is taken"]);
    }

    #[test]
    fn a_cut_list_in_another_charset_is_read() {
        let text = "<?xml version=\"1.0\" encoding=\"windows-1251\"?><opml><body><outline text=\"Вести\" xmlUrl=\"https://v.example/\"/><outline text=\"Ве";
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(text);
        let opml = read(&bytes).expect("a list");
        assert_eq!(opml.lines[0].title.as_deref(), Some("Вести"));
        assert!(opml.mended.iter().any(|mended| mended.what.contains("cut")), "{:?}", opml.mended);
        assert_eq!(read(b"<html><body>no list</body></html>"), Err(NoList));
        assert_eq!(read(b""), Err(NoList));
    }
}
