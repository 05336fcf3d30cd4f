//! A page without what no stage reads, before it is tokenized: scripts without JSON, styles, drawings, comments.
//!
//! They are more than half of the bytes of a news page. Nothing is rewritten: the pieces that stay are slices of the page.

/// Bytes of a tag beyond which its attributes are dropped: html5ever compares each attribute of a tag with all others.
const TAG_BYTES_MAX: usize = 256 * 1024;

/// Attributes of a tag beyond which they are dropped, for the same reason; the richest real ones have about 60.
const ATTRIBUTES_MAX: usize = 400;

/// The pieces of a page that are worth a tokenizer's time, in order.
#[must_use]
pub(super) fn lean(html: &str) -> Vec<&str> {
    let mut scan = Scan { html, absent: Vec::new() };
    let mut pieces = Vec::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(found) = html[at..].find('<') {
        let start = at + found;
        match scan.skip(start) {
            Skip::Nothing { next } => at = next,
            Skip::To { end, instead } => {
                push(&mut pieces, &html[kept..start]);
                push(&mut pieces, instead);
                (kept, at) = (end, end);
            }
        }
    }
    push(&mut pieces, &html[kept..]);
    pieces
}

fn push<'a>(pieces: &mut Vec<&'a str>, piece: &'a str) {
    if !piece.is_empty() {
        pieces.push(piece);
    }
}

enum Skip {
    /// It stays; look on from there.
    Nothing { next: usize },
    /// It goes, up to there, for this.
    To { end: usize, instead: &'static str },
}

struct Scan<'a> {
    html: &'a str,
    /// End tags of which there are none further down: not to be looked for at each start tag again.
    absent: Vec<&'static str>,
}

impl Scan<'_> {
    /// What becomes of what begins with `<` at `start`.
    fn skip(&mut self, start: usize) -> Skip {
        let tail = &self.html[start..];
        if let Some(comment) = tail.strip_prefix("<!--") {
            return Skip::To { end: start + 4 + comment_length(comment), instead: "" };
        }
        let name = tag_name(&tail[1..]);
        if name.is_empty() {
            return Skip::Nothing { next: start + 1 };
        }
        let Some((length, attributes)) = tag_length(tail, 1 + name.len()) else {
            return Skip::Nothing { next: self.html.len() };
        };
        let (end, tag) = (start + length, &tail[..length]);
        let closing = match name.len() {
            6 if name.eq_ignore_ascii_case("script") && !holds_json(tag) => "</script",
            // JSON may hold `<` and quotes: the scan goes on behind it.
            6 if name.eq_ignore_ascii_case("script") => {
                return Skip::Nothing { next: self.after("</script", end).unwrap_or(self.html.len()) };
            }
            5 if name.eq_ignore_ascii_case("style") => "</style",
            3 if name.eq_ignore_ascii_case("svg") && !tag.ends_with("/>") => "</svg",
            _ if length > TAG_BYTES_MAX || attributes > ATTRIBUTES_MAX => return Skip::To { end, instead: "<div>" },
            _ => return Skip::Nothing { next: end },
        };
        Skip::To { end: self.after(closing, end).unwrap_or(end), instead: "" }
    }

    /// Where the next end tag of that name ends.
    fn after(&mut self, closing: &'static str, from: usize) -> Option<usize> {
        if self.absent.contains(&closing) {
            return None;
        }
        let mut at = from;
        while let Some(found) = self.html[at..].find("</") {
            let start = at + found;
            let tail = &self.html.as_bytes()[start..];
            if tail.len() >= closing.len() && tail[..closing.len()].eq_ignore_ascii_case(closing.as_bytes()) {
                return Some(self.html[start..].find('>').map_or(self.html.len(), |length| start + length + 1));
            }
            at = start + 2;
        }
        self.absent.push(closing);
        None
    }
}

/// Bytes of a comment behind its `<!--`.
fn comment_length(comment: &str) -> usize {
    // `<!-->` and `<!--->` are whole comments.
    match ["->", ">"].into_iter().find(|end| comment.starts_with(end)) {
        Some(end) => end.len(),
        None => comment.find("-->").map_or(comment.len(), |length| length + 3),
    }
}

fn tag_name(text: &str) -> &str {
    let length = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) { &text[..length] } else { "" }
}

/// Bytes up to and with the `>` that ends a tag, and how many attributes it has, at least.
fn tag_length(tag: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = tag.as_bytes();
    let spaces = |at: usize| bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let (mut at, mut attributes) = (from, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'>' => return Some((at + 1, attributes)),
            b'=' => {
                at += 1;
                at += spaces(at);
                if let Some(quote @ (b'"' | b'\'')) = bytes.get(at) {
                    at += 2 + tag[at + 1..].find(char::from(*quote))?;
                } else {
                    at += bytes[at..].iter().take_while(|b| !b.is_ascii_whitespace() && **b != b'>').count();
                }
            }
            byte if byte.is_ascii_whitespace() => {
                attributes += 1;
                at += spaces(at);
            }
            _ => at += 1,
        }
    }
    None
}

fn holds_json(tag: &str) -> bool {
    tag.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(html: &str) -> String {
        lean(html).concat()
    }

    #[test]
    fn scripts_styles_drawings_and_comments_go() {
        assert_eq!(
            rest("a<script>if (a<b) '</p>'</SCRIPT >b<style>p>a{}</style>c<svg><path/></svg>d<!-- <p> -->e"),
            "abcde"
        );
        assert_eq!(rest("a<!-->b<!--->c"), "abc");
    }

    #[test]
    fn json_stays_and_hides_nothing() {
        let json = r#"<script type="application/ld+json">{"a":"<!-- \"<style>"}</script><p>x"#;
        assert_eq!(rest(json), json);
    }

    #[test]
    fn quotes_hide_the_end_of_a_tag_only_as_values() {
        assert_eq!(rest(r#"<a title="> <script>">x</a>"#), r#"<a title="> <script>">x</a>"#);
        assert_eq!(rest(r#"<a b">x<script>y</script>z"#), r#"<a b">xz"#);
    }

    #[test]
    fn a_tag_of_a_thousand_attributes_loses_them() {
        assert_eq!(rest(&format!("<p {}>x", "a ".repeat(1_000))), "<div>x");
    }

    #[test]
    fn what_is_never_closed_stays_bounded() {
        assert_eq!(rest("a<script>b"), "ab");
        assert_eq!(rest("a<p title='b"), "a<p title='b");
    }
}
