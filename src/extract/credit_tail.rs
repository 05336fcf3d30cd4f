//! Credits without a word that says so: «(Murtaja Lateef/AFP)», «…＝共同», «… Handout via REUTERS».
//!
//! Only where the whole bracket or the whole tail is a line of owners, with a known agency among them.

use crate::extract::credit_label::Hit;
use crate::extract::credit_name;
use crate::extract::credit_owner::{is_byline, is_member, owners};
use crate::extract::credit_text::{close_bracket, closing, is_caseless, is_unspaced, open_bracket};
use crate::model::article::CreditRole;

/// A tail longer than this is no line of owners, in bytes.
const TAIL_BYTES_MAX: usize = 260;

/// Brackets that are looked at in one caption.
const BRACKETS_MAX: usize = 40;

/// A bracket that is a line of owners, the last one of the text or one that opens it.
pub(crate) fn bracket(printed: &str) -> Option<Hit> {
    let mut found = None;
    for (start, open) in printed.char_indices().filter(|(_, c)| closing(*c).is_some()).take(BRACKETS_MAX) {
        let Some(close) = closing(open) else { continue };
        let inner = start + open.len_utf8();
        let Some(end) = close_bracket(printed, inner, close) else { continue };
        let after = end + close.len_utf8();
        if is_dateline(&printed[..start], &printed[inner..end]) {
            continue;
        }
        let rest = printed[after..].trim_start_matches([' ', '.', '。', ',', '"', '”', '»']);
        let at_edge = rest.is_empty()
            || rest.starts_with('\n')
            || printed[..start].trim().is_empty() && !rest.starts_with(['-', '–', '—']);
        let hit = || owned(printed, inner, end).or_else(|| signed(printed, start, inner, end));
        if at_edge && let Some(hit) = hit() {
            found = Some(Hit { start, end: after, ..hit });
        }
    }
    found
}

/// «(서울=연합뉴스)», «【平壌＝共同】» before a text: where it was written, not who took a picture.
fn is_dateline(before: &str, inside: &str) -> bool {
    let place = inside.split_once(['=', '＝']).map(|(place, _)| place);
    before.trim().is_empty() && place.is_some_and(|place| owners(place).agencies == 0)
}

/// A name alone in a bracket that stands after the last sentence: «… in Des Moines, Iowa. (Ann Example)».
fn signed(printed: &str, start: usize, inner: usize, end: usize) -> Option<Hit> {
    let before = printed[..start].trim_end();
    let text = printed.get(inner..end)?;
    let named = owners(text);
    let ends_sentence = before.ends_with(['.', '!', '?', '»', '”', '…']) || printed[..start].ends_with('\n');
    let is_name =
        named.unknown == 0 && named.words == 0 && named.people + named.bodies > 0 && !text.contains(is_caseless);
    if !ends_sentence || !is_name || is_byline(text) {
        return None;
    }
    let (name, role) = credit_name::clean(text, CreditRole::Photographer)?;
    Some(Hit { start, end, name, role })
}

/// The first line, where it is a line of owners and the caption follows it.
pub(crate) fn first_line(printed: &str) -> Option<Hit> {
    owned(printed, 0, printed.find('\n')?)
}

/// What follows the last `＝` of a Japanese caption.
pub(crate) fn equals(printed: &str) -> Option<Hit> {
    let at = printed.rfind('＝').or_else(|| printed.rfind('=').filter(|_| printed.contains(is_unspaced)))?;
    if open_bracket(printed, at).is_some() {
        return None;
    }
    let mark = printed[at..].chars().next().map_or(1, char::len_utf8);
    let mut start = at + mark;
    if let Some(comma) = printed[start..].rfind('、') {
        start += comma + '、'.len_utf8();
    }
    owned(printed, start, printed.len()).map(|hit| Hit { start: at, ..hit })
}

/// The longest tail that is a line of owners.
pub(crate) fn tail(printed: &str) -> Option<Hit> {
    let end = printed.trim_end().len();
    let from = printed.len().saturating_sub(TAIL_BYTES_MAX);
    starts(printed).filter(|(start, _)| *start >= from && *start < end).find_map(|(start, cut)| {
        // A sentence in it makes it none.
        if credit_name::sentence_end(&printed[start..end])
            .is_some_and(|at| printed[start + at..end].chars().skip(1).any(char::is_alphanumeric))
        {
            return None;
        }
        let hit = owned(printed, start, end)?;
        // «Palestinian Authority, Gaza» begins the text; a name alone there is what the picture shows.
        Some(Hit { start: cut, ..hit })
    })
}

/// A line that names a body and a person and nothing else: «Кадры телеканала … / Иван Степанюк».
pub(crate) fn whole(printed: &str) -> Option<Hit> {
    let line = printed.trim();
    let all = owners(line);
    let is_line = !line.contains('\n') && all.joined && all.unknown == 0 && all.bodies > 0 && all.people > 0;
    if !is_line || is_byline(line) {
        return None;
    }
    let (name, role) = credit_name::clean(line, CreditRole::Photographer)?;
    Some(Hit { start: 0, end: printed.len(), name, role })
}

fn owned(printed: &str, start: usize, end: usize) -> Option<Hit> {
    let text = printed.get(start..end)?;
    let inside =
        text.trim().strip_prefix(['[', '(', '【', '（']).and_then(|text| text.strip_suffix([']', ')', '】', '）']));
    if text.len() > TAIL_BYTES_MAX || inside.is_some_and(|inside| is_dateline("", inside)) {
        return None;
    }
    let (name, role) = credit_name::clean(text, CreditRole::Photographer)?;
    let known = owners(&name);
    // Without capitals a person's name looks as any words do.
    if known.people > 0 && name.contains(|c| is_caseless(c) && !is_unspaced(c)) && (!known.joined || name.contains('('))
    {
        return None;
    }
    (known.is_credit() && !is_byline(&name) || is_member(&name)).then_some(Hit { start, end, name, role })
}

/// Where a tail may begin, from the left: (its first byte, where the mark before it begins).
fn starts(printed: &str) -> impl Iterator<Item = (usize, usize)> {
    let inside = printed.char_indices().filter_map(move |(at, c)| {
        let next = at + c.len_utf8();
        let rest = &printed[next..];
        let begins = match c {
            '\n' | '|' | '｜' | '。' => true,
            '.' | '!' | '?' | '»' | '”' | '“' | '"' | ')' | ']' | '…' | '】' | '）' => {
                rest.starts_with(' ')
                    || (rest.starts_with(char::is_uppercase)
                        && printed[..at].ends_with(|p: char| p.is_lowercase() || p.is_numeric()))
            }
            '—' | '–' | '-' | '/' => {
                // «2024.5.1/뉴스1»: after a date, too.
                let glued = |p: char| is_unspaced(p) || p.is_ascii_digit() && rest.starts_with(is_unspaced);
                printed[..at].ends_with([' ', '.', '\n', '。']) || (c == '/' && printed[..at].ends_with(glued))
            }
            _ => false,
        };
        // A mark that ends a sentence stays with it; one that only parts goes with the credit.
        let cut = if matches!(c, '.' | '!' | '?' | '。' | '»' | '”' | '"' | ')' | ']' | '…') { next } else { at };
        begins.then_some((next, cut))
    });
    std::iter::once((0, 0)).chain(inside)
}
