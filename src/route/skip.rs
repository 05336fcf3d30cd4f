//! Parts of a text that are not the article's own words: lists of links, footers that name every land.

use std::collections::HashSet;
use std::ops::Range;

use crate::route::matcher::Hit;
use crate::route::sense::Kind;
use crate::text::scan::{Gap, Token};

/// Distinct countries named one after another, with next to nothing between, that make a footer.
///
/// The widest lists in news (members of a forum, of OPEC) have 13 to 15; menus of lands have dozens.
const FOOTER_COUNTRIES_MIN: usize = 18;
/// Words between two names of such a list.
const FOOTER_WORDS_BETWEEN_MAX: usize = 2;
/// A longer paragraph after «Читайте также:» is text again.
const LINK_BYTES_MAX: usize = 220;

/// How lines that lead to other articles begin.
const LINK_MARKS: [&str; 44] = [
    "Читайте также",
    "ЧИТАЙТЕ ТАКЖЕ",
    "Читайте еще",
    "Читайте ещё",
    "Читать также",
    "Смотрите также",
    "По теме:",
    "По теме\n",
    "Материалы по теме",
    "Ещё по теме",
    "Еще по теме",
    "Другие новости",
    "Похожие новости",
    "Главное за день",
    "Новости партнеров",
    "Новости партнёров",
    "Read also",
    "Also read",
    "READ ALSO",
    "ALSO READ",
    "Read more:",
    "READ MORE",
    "Read More:",
    "Related:",
    "Related stories",
    "Related articles",
    "Related news",
    "See also",
    "More stories",
    "You may also like",
    "相关新闻",
    "相关阅读",
    "延伸阅读",
    "関連記事",
    "関連ニュース",
    "관련기사",
    "관련 기사",
    "اقرأ أيضا",
    "بیشتر بخوانید",
    "Lesen Sie auch",
    "Lire aussi",
    "Lea también",
    "Baca juga",
    "यह भी पढ़ें",
];

/// The byte ranges of a text that speak for no country.
#[must_use]
pub fn ranges(text: &str, tokens: &[Token], hits: &[Hit]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    for token in tokens.iter().filter(|token| token.gap == Gap::Line || token.gap >= Gap::Sentence) {
        let rest = &text[token.start..];
        if !rest.as_bytes().get(1).is_some_and(|byte| SECOND[usize::from(*byte)]) {
            continue;
        }
        if ranges.last().is_none_or(|range: &Range<usize>| range.end <= token.start)
            && LINK_MARKS.iter().any(|mark| begins(rest, mark))
        {
            ranges.push(token.start..token.start + links(rest));
        }
    }
    ranges.extend(footer(hits).map(|start| start..text.len()));
    ranges
}

/// `starts_with`, with two bytes looked at before: this is asked of every sentence, and nearly always in vain.
fn begins(rest: &str, mark: &str) -> bool {
    rest.as_bytes().get(1) == mark.as_bytes().get(1)
        && rest.as_bytes().first() == mark.as_bytes().first()
        && rest.starts_with(mark)
}

/// The second bytes of all marks.
const SECOND: [bool; 256] = {
    let mut table = [false; 256];
    let mut index = 0;
    while index < LINK_MARKS.len() {
        table[LINK_MARKS[index].as_bytes()[1] as usize] = true;
        index += 1;
    }
    table
};

/// How many bytes of a text that begins with a mark of links are links.
fn links(rest: &str) -> usize {
    /// What is left of the line after the mark is a link, if it is longer than a colon.
    const MARK_BYTES_MAX: usize = 48;
    let line = rest.find('\n').unwrap_or(rest.len());
    if line > MARK_BYTES_MAX {
        return line;
    }
    let mut end = line;
    for next in rest[line..].split_inclusive('\n') {
        let trimmed = next.trim();
        if trimmed.len() > LINK_BYTES_MAX || trimmed.ends_with(['.', '!', '?', '。']) {
            break;
        }
        end += next.len();
    }
    end
}

/// Where a list that names very many countries begins: what follows it is no article either.
fn footer(hits: &[Hit]) -> Option<usize> {
    let named: Vec<&Hit> = hits.iter().filter(|hit| matches!(hit.sense.kind, Kind::Name | Kind::People)).collect();
    if named.len() < FOOTER_COUNTRIES_MIN {
        return None;
    }
    let mut start = 0;
    let mut countries = HashSet::new();
    for (index, hit) in named.iter().enumerate() {
        let far = index > 0 && hit.first > named[index - 1].last + 1 + FOOTER_WORDS_BETWEEN_MAX;
        if far {
            (start, countries) = (index, HashSet::new());
        }
        countries.extend(hit.sense.countries[0]);
        if countries.len() >= FOOTER_COUNTRIES_MIN {
            return Some(named[start].start);
        }
    }
    None
}
