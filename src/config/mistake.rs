//! A mistake in feeds.toml: where it stands, what is wrong, what to do; drawn as rustc draws its own.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    span: Range<usize>,
    message: String,
    cure: Option<String>,
    /// Something that should be there is not.
    absence: bool,
}

impl Mistake {
    pub(super) fn new(span: Range<usize>, message: String, cure: Option<String>) -> Self {
        Self { span, message, cure, absence: false }
    }

    /// Something that should stand at `span` does not.
    pub(super) fn absence(span: Range<usize>, message: String, cure: Option<String>) -> Self {
        Self { span, message, cure, absence: true }
    }

    /// What the TOML parser could not read.
    pub(super) fn syntax(message: &str, span: Option<Range<usize>>, text: &str) -> Self {
        let span = span.unwrap_or(text.len()..text.len());
        let cure = match message {
            "duplicate key" => "it stands above already: keep one of the two",
            _ if message.contains("must be quoted") => "put the text in quotes",
            _ if message.contains("basic string") => {
                "end the text with the quote that began it; a \\ in it is written \\\\"
            }
            _ if message.contains("unclosed") => "what was opened is not closed",
            _ => "this line is no TOML; texts stand in quotes: key = \"value\"",
        };
        Self::new(span, message.replace('\n', ", "), Some(cure.to_owned()))
    }

    fn without_secrets(self) -> Self {
        let cure = self.cure.as_deref().map(without_secrets);
        Self { message: without_secrets(&self.message), cure, ..self }
    }

    pub(super) fn is_absence(&self) -> bool {
        self.absence
    }

    pub(super) fn start(&self) -> usize {
        self.span.start
    }

    /// The line it stands on, from 1.
    pub(super) fn line(&self, text: &str) -> usize {
        place(text, self.span.start).0
    }

    /// What to mark: no more than the first line of the span, and at least one character where there is one.
    fn marked(&self, text: &str) -> Range<usize> {
        let start = self.span.start.min(text.len());
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let end = self.span.end.clamp(start, line_end);
        if end > start {
            return start..end;
        }
        let next = text[start..line_end].chars().next().map_or(0, char::len_utf8);
        start..start + next
    }
}

/// Line and column, from 1, columns in characters.
pub(super) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at.min(text.len())];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// All mistakes of a file, with what is needed to draw them.
#[derive(Debug)]
pub(super) struct Mistakes {
    path: String,
    text: String,
    list: Vec<Mistake>,
    warnings: bool,
}

impl std::error::Error for Mistakes {}

impl Mistakes {
    pub(super) fn new(path: &Path, text: &str, list: Vec<Mistake>) -> Self {
        let list = list.into_iter().map(Mistake::without_secrets).collect();
        Self { path: path.display().to_string(), text: without_secrets(text), list, warnings: false }
    }

    pub(super) fn warnings(path: &Path, text: &str, list: Vec<Mistake>) -> Self {
        Self { warnings: true, ..Self::new(path, text, list) }
    }

    pub(super) fn count(&self) -> usize {
        self.list.len()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.warnings { "warning: " } else { "" };
        for mistake in &self.list {
            let (line, column) = place(&self.text, mistake.span.start);
            writeln!(f, "{}:{line}:{column}: {kind}{}", self.path, mistake.message)?;
            writeln!(f, "{}", drawing(&self.text, mistake))?;
        }
        let plural = if self.list.len() == 1 { "" } else { "s" };
        if self.warnings {
            return write!(f, "{} warning{plural}", self.list.len());
        }
        write!(f, "{} mistake{plural}; nothing was changed", self.list.len())
    }
}

/// A text as it may be shown: user names and passwords in addresses are stars, byte for byte, so that every place holds.
fn without_secrets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + "://".len());
        out.push_str(before);
        let end = after.find(|c: char| matches!(c, '/' | '?' | '#' | '"' | '\'') || c.is_whitespace());
        let secret_bytes = after[..end.unwrap_or(after.len())].rfind('@').unwrap_or(0);
        out.push_str(&"*".repeat(secret_bytes));
        rest = &after[secret_bytes..];
    }
    out.push_str(rest);
    out
}

/// The line it stands on, marked below, with the cure beside the mark.
fn drawing(text: &str, mistake: &Mistake) -> String {
    let mark = AnnotationKind::Primary.span(mistake.marked(text)).label(mistake.cure.as_deref());
    let group = Group::with_level(Level::ERROR).element(Snippet::source(text).annotation(mark));
    let drawn = Renderer::plain().decor_style(DecorStyle::Ascii).render(&[group]);
    // The empty rails above and below would be half of what is printed.
    let rail = |line: &&str| !matches!(line.trim(), "" | "|");
    drawn.lines().filter(rail).collect::<Vec<_>>().join("\n")
}
