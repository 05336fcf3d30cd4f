//! Who wrote an article: people and bodies, as the page names them.
//!
//! JSON-LD and meta elements name them most often; where they name the site alone and a line of the page names a
//! person, the person is the author. `data/bylines.tsv` has the words around names.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use html5ever::local_name;

use crate::extract::facts::Facts;
use crate::extract::ld;
use crate::extract::outline::{Kind, Outline, Piece};
use crate::html::dom::attribute;
use crate::html::plain::{collapse, plain};
use crate::text::fold::fold;

/// Authors of one article; more is a list of a newsroom.
const AUTHORS_MAX: usize = 20;

/// Characters of a name; longer ones are sentences.
const NAME_CHARS_MAX: usize = 70;

/// Letters of a line that names authors.
const LINE_LETTERS_MAX: u32 = 90;

/// Pieces around the headline among which such a line stands.
const PIECES_AROUND: usize = 12;

/// What stands between a label and a name.
const LABEL_ENDS: [char; 4] = [':', '：', '/', '／'];

/// Words in the classes of blocks that name authors.
static AUTHOR_CLASSES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = ["author", "byline", "autor", "penulis", "writer"];
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("a few short words fit any automaton")
});

/// Whether a line says where the article is from: «Источник: …», «Source: …».
pub(super) fn names_source(line: &str) -> bool {
    let line = line.trim_start_matches(['(', '（', '[', '【']);
    let label = line.split_once([':', '：']).map(|(label, _)| label.trim().to_lowercase());
    label.is_some_and(|label| WORDS.source.contains(&label.as_str()) || WORDS.label.contains(&label.as_str()))
}

static WORDS: LazyLock<Words> = LazyLock::new(Words::read);

#[derive(Default)]
struct Words {
    before: Vec<&'static str>,
    label: Vec<&'static str>,
    after: Vec<&'static str>,
    source: Vec<&'static str>,
    and: Vec<&'static str>,
}

impl Words {
    fn read() -> Self {
        let mut words = Self::default();
        for row in include_str!("../../data/bylines.tsv").lines().filter(|line| !line.starts_with('#')) {
            let mut fields = row.split('\t');
            let (Some(kind), _, Some(word)) = (fields.next(), fields.next(), fields.next()) else { continue };
            match kind {
                "before" => words.before.push(word),
                "label" => words.label.push(word),
                "after" => words.after.push(word),
                "source" => words.source.push(word),
                _ => words.and.push(word),
            }
        }
        words
    }
}

/// Where authors are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// `author` of the article's JSON-LD.
    Data,
    /// Meta elements.
    Metas,
    /// Elements that say that they name an author.
    Elements,
    /// Lines of the page.
    Lines,
}

impl Named {
    /// In the order in which they are believed.
    pub(super) const ALL: [Self; 4] = [Self::Data, Self::Metas, Self::Elements, Self::Lines];

    /// Its name, for people.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Data => "JSON-LD",
            Self::Metas => "a meta element",
            Self::Elements => "an element for authors",
            Self::Lines => "a line of the page",
        }
    }

    /// The names that stand there.
    pub(super) fn read(self, outline: &Outline<'_>, facts: &Facts<'_>) -> Vec<String> {
        clean(&match self {
            Self::Data => facts.article().map(|article| ld::names(article, "author", &facts.ld)).unwrap_or_default(),
            Self::Metas => from_metas(facts),
            Self::Elements => from_links(outline),
            Self::Lines => from_lines(outline, facts),
        })
    }
}

/// Names the authors: the first place that names more than the site; else what data says.
pub(super) fn authors(outline: &Outline<'_>, facts: &Facts<'_>, host: &str) -> Vec<String> {
    let mut sites: Vec<String> = facts.site_names().iter().map(|name| fold(name)).collect();
    // «LTO» on lto.example names its site, too.
    let host = host.trim_start_matches("www.");
    sites.extend([fold(host), fold(host.rsplit('.').nth(1).unwrap_or(host))]);
    let is_site = |name: &String| sites.contains(&fold(name));
    let mut told = None;
    for place in Named::ALL {
        let names = place.read(outline, facts);
        if names.iter().any(|name| !is_site(name)) {
            return names;
        }
        told = told.or(Some(names));
    }
    told.unwrap_or_default()
}

fn from_metas(facts: &Facts<'_>) -> Vec<String> {
    ["author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "byl", "cxenseparse:author"]
        .into_iter()
        .map(|name| facts.all_of(name).map(plain).collect::<Vec<_>>())
        .find(|names| names.iter().any(|name| !name.contains("://") && !name.is_empty()))
        .unwrap_or_default()
}

/// Elements that say that they name an author.
fn from_links(outline: &Outline<'_>) -> Vec<String> {
    let named = outline.elements.iter().filter(|element| {
        let rel = attribute(element.node, &local_name!("rel"));
        rel.is_some_and(|rel| rel.split_ascii_whitespace().any(|rel| rel == "author"))
            || attribute(element.node, &local_name!("itemprop")) == Some("author")
    });
    named.map(|element| plain(&element.node.text().collect::<String>())).collect()
}

/// Lines near the headline, or with a label, or marked as an author's name, wherever they stand.
fn from_lines(outline: &Outline<'_>, facts: &Facts<'_>) -> Vec<String> {
    let headline = facts.h1.first().map_or(0, |(index, _)| outline.elements[*index].pieces.end);
    let around = headline.saturating_sub(PIECES_AROUND)..headline + PIECES_AROUND;
    let line = |(index, piece): (usize, &Piece)| {
        if piece.letters > LINE_LETTERS_MAX || piece.kind == Kind::Heading {
            return None;
        }
        let marked = is_marked(outline, piece);
        let near = around.contains(&index);
        // Elsewhere a name is led by a label, which ends in a sign.
        if !near && !marked && !piece.text.contains(LABEL_ENDS) {
            return None;
        }
        parts(outline, piece).iter().find_map(|part| {
            let led = || (near || marked).then(|| led_or_followed(part, marked)).flatten();
            let bare = || (marked && is_name(first_part(part))).then(|| first_part(part).to_owned());
            labelled(part).or_else(led).or_else(bare)
        })
    };
    outline.pieces.iter().enumerate().find_map(line).into_iter().collect()
}

/// What one line says one after the other: «Stand: 3. Mai | Von Erika Beispiel»; spans beside each other.
fn parts(outline: &Outline<'_>, piece: &Piece) -> Vec<String> {
    let lines =
        outline.lines(piece).flat_map(|line| line.split(['|', '•', '·']).map(str::to_owned).collect::<Vec<_>>());
    let runs = outline.runs[piece.runs.clone()].iter().map(|run| collapse(run.text));
    lines.chain(runs).filter(|part| !part.trim().is_empty()).collect()
}

/// Whether the block of a line is called after an author.
fn is_marked(outline: &Outline<'_>, piece: &Piece) -> bool {
    let mut blocks = std::iter::once(piece.owner).chain(outline.ancestors(piece.owner)).take(2);
    blocks.any(|index| {
        let class = attribute(outline.elements[index].node, &local_name!("class"));
        class.is_some_and(|class| AUTHOR_CLASSES.is_match(class))
    })
}

/// «Автор: Анна Пример».
fn labelled(line: &str) -> Option<String> {
    let (label, name) = line.split_once(LABEL_ENDS)?;
    let label = label.trim().to_lowercase();
    let name = first_part(name);
    (WORDS.label.contains(&label.as_str()) && is_name(name)).then(|| name.to_owned())
}

/// «By Ann Example», «박예시 기자»; the weaker words only where the template says that it is a byline.
fn led_or_followed(line: &str, marked: bool) -> Option<String> {
    let line = first_part(line);
    let lower = line.to_lowercase();
    let led = WORDS.before.iter().find_map(|word| {
        let rest = lower.strip_prefix(word)?;
        let strong = marked || matches!(*word, "by" | "von" | "oleh");
        (rest.starts_with([' ', ':', '\u{a0}']) && strong).then(|| line.get(line.len() - rest.len()..)).flatten()
    });
    if let Some(name) = led {
        let name = name.trim_start_matches([' ', ':', '\u{a0}']);
        return is_name(name).then(|| name.to_owned());
    }
    let followed = WORDS.after.iter().any(|word| lower.ends_with(word));
    (followed && is_name(line)).then(|| line.to_owned())
}

/// What stands before a date, an address, a reading time.
fn first_part(line: &str) -> &str {
    let line = line.trim();
    let end = line.find(['|', '•', '·', '@', '–', '—', '(', '\n']).unwrap_or(line.len());
    let end = line[..end].find(" - ").unwrap_or(end);
    line[..end].trim().trim_end_matches([',', '/'])
}

/// A name has letters, no figures, no end of a sentence, and few words.
fn is_name(name: &str) -> bool {
    let words = name.split_whitespace().count();
    let capital = name.chars().find(|c| c.is_alphabetic()).is_some_and(|c| !c.is_lowercase());
    capital
        && (1..=8).contains(&words)
        && !name.chars().any(|c| c.is_ascii_digit() || matches!(c, '?' | '!' | '«' | '"'))
}

/// Names one by one, without labels, addresses and repetitions.
fn clean(names: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in names.iter().flat_map(|name| parted(name)) {
        let name = bare(&name);
        let fits = !name.is_empty()
            && name.chars().count() <= NAME_CHARS_MAX
            && !name.contains(['@', '/'])
            && is_worded(&name);
        if fits && out.len() < AUTHORS_MAX && !out.iter().any(|other| fold(other) == fold(&name)) {
            out.push(name);
        }
    }
    out
}

fn is_worded(name: &str) -> bool {
    name.chars().any(char::is_alphabetic)
}

/// Without «By», «Von» and what hangs at its ends.
fn bare(name: &str) -> String {
    let name = name.trim().trim_matches([',', ';', '|', ':', '•', '·']).trim();
    let lower = name.to_lowercase();
    let strong = ["by ", "von ", "par ", "автор: ", "oleh "];
    let led = strong.iter().find(|word| lower.starts_with(**word)).map_or(0, |word| word.len());
    name.get(led..).unwrap_or(name).trim().to_owned()
}

/// «A B and C D, dpa» are three; «Example, Ann» is one.
fn parted(names: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![names.to_owned()];
    for word in &WORDS.and {
        let joint = format!(" {word} ");
        parts = parts.iter().flat_map(|part| split_names(part, &joint)).collect();
    }
    for joint in [", ", "; ", " & ", " | ", " / ", "、"] {
        parts = parts.iter().flat_map(|part| split_names(part, joint)).collect();
    }
    parts
}

/// Parts only where the first part is a whole name: two words, or letters of a script without spaces.
fn split_names(names: &str, joint: &str) -> Vec<String> {
    let parts: Vec<&str> = names.split(joint).map(str::trim).filter(|part| !part.is_empty()).collect();
    let whole = |part: &&str| part.contains(' ') || !part.is_ascii();
    let short = |part: &&str| part.split_whitespace().count() <= 5;
    if parts.len() > 1 && parts.first().is_some_and(whole) && parts.iter().all(short) {
        return parts.into_iter().map(str::to_owned).collect();
    }
    vec![names.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_names_are_parted_and_reversed_names_are_not() {
        assert_eq!(clean(&["By Ann Example and Ben Sample, dpa".to_owned()]), ["Ann Example", "Ben Sample", "dpa"]);
        assert_eq!(clean(&["Example, Ann".to_owned()]), ["Example, Ann"]);
        assert_eq!(clean(&["a@example.org".to_owned(), "https://example.org".to_owned()]), Vec::<String>::new());
    }

    #[test]
    fn lines_with_and_without_labels() {
        assert_eq!(labelled("Автор: Анна Пример").as_deref(), Some("Анна Пример"));
        assert_eq!(led_or_followed("By Ann Example | 3 May", false).as_deref(), Some("Ann Example"));
        assert_eq!(led_or_followed("Por qué no", false), None);
        assert_eq!(led_or_followed("박예시 기자", true).as_deref(), Some("박예시 기자"));
    }
}
