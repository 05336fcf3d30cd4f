//! Credits with a word that says so: before the name («Фото: …», «photo by …») or after it («…摄», «… 제공»).

use crate::extract::credit_name::{self, KEPT};
use crate::extract::credit_owner::{is_body, is_name, is_person, owners};
use crate::extract::credit_text::{Folded, close_bracket, folded, is_caseless, is_unspaced, open_bracket};
use crate::extract::credit_words::{Found, WORDS};
use crate::model::article::CreditRole;

/// A credit in a printed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Where it begins, label and bracket included.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// Whose.
    pub(crate) name: String,
    /// What they did.
    pub(crate) role: CreditRole,
}

/// How much a label asks of what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// «Фото ТАСС»: nothing but a space.
    Weak,
    /// «photo by» within a sentence.
    Inner,
    /// «photo by» at its beginning.
    Direct,
    /// «Фото:».
    Marked,
}

/// Words that are tried in one caption; real ones have three or four.
const LABELS_MAX: usize = 40;

/// The credit after a label: the strongest, of equals the first.
pub(crate) fn before(printed: &str, fold: &Folded) -> Option<Hit> {
    let words = WORDS.find(fold);
    let placed: Vec<(usize, &Found)> = words.iter().map(|word| (fold.printed(word.start), word)).collect();
    let mut best: Option<(Strength, Hit)> = None;
    for index in 0..words.len().min(LABELS_MAX) {
        let Some((strength, hit)) = at_label(printed, fold, &placed, index) else { continue };
        if best.as_ref().is_none_or(|(other, _)| strength > *other) {
            best = Some((strength, hit));
        }
    }
    best.map(|(_, hit)| hit)
}

fn at_label(printed: &str, fold: &Folded, placed: &[(usize, &Found)], index: usize) -> Option<(Strength, Hit)> {
    let (label, word) = placed[index];
    let names = word.meaning.label || word.meaning.direct.is_some() || word.meaning.nothing;
    if word.meaning.caption || !names || is_agency_at(&printed[label..]) {
        return None;
    }
    let (start, strength, role) = after_labels(printed, fold, placed, index)?;
    let end = credit_name::end(printed, start, label, placed);
    let (name, role) = credit_name::clean(printed.get(start..end)?, role)?;
    // «File photo: AFP» names an owner, «FILE PHOTO: Smoke rises over …» opens a caption.
    if word.meaning.nothing && !(strength == Strength::Marked && is_sure(&name)) {
        return None;
    }
    if !is_owner(&name, strength, role) || strength < Strength::Marked && is_label(&name) {
        return None;
    }
    let (start, end) = with_bracket(printed, label, end);
    Some((strength, Hit { start, end, name, role }))
}

/// Whether words are an owner's name beyond doubt: where a caption may stand as well.
fn is_sure(name: &str) -> bool {
    /// Words of a name in a script without capitals; sentences have more.
    const WORDS_MAX: usize = 3;
    let known = owners(name);
    (known.agencies > 0 && known.unknown == 0)
        || is_strict(name) && (!name.contains(is_caseless) || name.split_whitespace().count() <= WORDS_MAX)
}

/// Whether a name is nothing but a label: «Courtesy photo».
fn is_label(name: &str) -> bool {
    let fold = folded(name);
    WORDS
        .find(&fold)
        .first()
        .is_some_and(|word| word.start == 0 && word.end == fold.as_str().len() && word.meaning.label)
}

/// Whether a known agency is named here: «picture alliance», «Photo Agency».
fn is_agency_at(text: &str) -> bool {
    /// Words of such a name.
    const WORDS_MAX: usize = 3;
    let ends = text.char_indices().filter(|(_, c)| matches!(c, ' ' | '/' | ',' | ')' | '\n')).map(|(at, _)| at);
    ends.chain(std::iter::once(text.len())).take(WORDS_MAX).any(|end| WORDS.is_agency(&text[..end]))
}

/// Past a label and those that follow it at once («Фото: ©», «Credit: Photo by»): where the name begins.
fn after_labels(
    printed: &str,
    fold: &Folded,
    placed: &[(usize, &Found)],
    index: usize,
) -> Option<(usize, Strength, CreditRole)> {
    let word = placed[index].1;
    let mut strength = strength(printed, fold, word)?;
    let mut role = word.meaning.direct.unwrap_or_default();
    let mut at = past_marks(fold, word.end);
    for (_, next) in &placed[index + 1..] {
        if next.start > at || next.meaning.caption {
            break;
        }
        let after = past_marks(fold, next.end);
        let left = fold.as_str()[after..].split(['\n', ')', ']', '）', '】']).next().unwrap_or_default();
        if !left.contains(char::is_alphanumeric) {
            // «Foto: Cortesía»: the last word is what is owed.
            break;
        }
        let further = match next.meaning.direct {
            _ if is_marked(&fold.as_str()[next.end..], true, false) => Strength::Marked,
            Some(_) => Strength::Direct,
            None => break,
        };
        strength = strength.max(further);
        if let Some(told) = next.meaning.direct.filter(|told| *told != CreditRole::Photographer) {
            role = told;
        }
        at = after;
    }
    Some((fold.printed(at), strength, role))
}

fn strength(printed: &str, fold: &Folded, word: &Found) -> Option<Strength> {
    let (before, after) = (&fold.as_str()[..word.start], &fold.as_str()[word.end..]);
    let text = &fold.as_str()[word.start..];
    let (first, caseless) = (is_segment_start(before), text.starts_with(is_caseless));
    if !first && is_owner_before(&printed[..fold.printed(word.start)]) {
        return None;
    }
    if is_marked(after, first, caseless) {
        return Some(Strength::Marked);
    }
    if word.meaning.direct.is_some() {
        // In a script without spaces the word may be a part of any sentence.
        let apart = first || before.ends_with(' ') || !text.starts_with(is_unspaced);
        return apart.then_some(if first { Strength::Direct } else { Strength::Inner });
    }
    let spaced = after.starts_with([' ', '«', '"', '“']);
    // «រូបថត AKP»: in a script without capitals only a name in Latin letters stands out.
    let stands_out =
        !caseless || printed[fold.printed(word.end)..].trim_start().starts_with(|c: char| c.is_ascii_uppercase());
    (first && spaced && stands_out).then_some(Strength::Weak)
}

/// Whether a mark follows a word that makes it a label.
fn is_marked(after: &str, first: bool, caseless: bool) -> bool {
    let rest = after.trim_start_matches(' ');
    match rest.chars().next() {
        Some(':' | '=' | '՝' | '։' | '།' | '៖' | '༔' | '©' | '：' | '︰' | 'ঃ' | '…') => true,
        Some('.') => rest.starts_with("..."),
        Some('/' | '|' | '>' | '】' | ']' | '・') => first,
        Some('-' | '–' | '—' | '·') => {
            first && (caseless || after.starts_with(' ') && rest.chars().nth(1) == Some(' '))
        }
        Some('\n') => first && rest.contains(char::is_alphanumeric),
        _ => false,
    }
}

/// «AP Photo», «Pool photo via AP»: the word is part of an owner's name.
fn is_owner_before(before: &str) -> bool {
    let word = before.trim_end().rsplit([' ', '(', '[', '/', '\n']).next().unwrap_or_default();
    before.ends_with(' ')
        && !word.is_empty()
        && (WORDS.is_agency(word) || WORDS.is_beside(&word.to_lowercase()) && word.starts_with(char::is_uppercase))
}

/// Whether a label may stand here without a colon: at the beginning, in a bracket, after a sentence or a bar.
fn is_segment_start(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '*', '※', '▲', '△', '◇']);
    before.is_empty()
        || before.ends_with(" /")
        || before.ends_with([
            '\n', '(', '[', '（', '【', '.', '!', '?', '。', '…', '|', '»', '”', '"', '—', '–', '-', ')', ']', '）',
            '】', '>', '■', '“', '।', '။', ',',
        ])
}

fn past_marks(fold: &Folded, from: usize) -> usize {
    let text = &fold.as_str()[from..];
    let rest = text.trim_start_matches(|c: char| {
        matches!(
            c,
            ' ' | '\n'
                | '.'
                | '…'
                | '・'
                | ':'
                | '='
                | '/'
                | '|'
                | '-'
                | '–'
                | '—'
                | '՝'
                | '։'
                | '།'
                | '៖'
                | '༔'
                | ','
                | '،'
                | '、'
                | '>'
                | '】'
                | '·'
                | '︰'
                | 'ঃ'
        )
    });
    from + (text.len() - rest.len())
}

fn is_owner(name: &str, strength: Strength, role: CreditRole) -> bool {
    match (strength, role) {
        (Strength::Marked, _) => is_name(name, 1),
        (Strength::Direct, CreditRole::Provider) => is_name(name, 3),
        (Strength::Direct, CreditRole::Photographer)
        | (Strength::Inner, CreditRole::Photographer | CreditRole::Provider) => is_strict(name),
        (Strength::Direct | Strength::Inner, _) => is_name(name, 0) && is_strict(name),
        (Strength::Weak, _) => {
            is_strict(name)
                && (owners(name).agencies > 0 || name.split_whitespace().count() >= 2 || name.contains(['«', '-', '.']))
        }
    }
}

/// Names alone: every word large, or a known agency, or a body.
fn is_strict(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let known = owners(name);
    if (known.agencies > 0 || is_body(&words)) && known.unknown == 0 {
        return is_name(name, 1);
    }
    if name.contains(is_caseless) {
        return is_name(name, 0);
    }
    let large = |word: &&str| {
        !word.starts_with(char::is_lowercase) || WORDS.is_particle(&word.to_lowercase()) || word.contains(['.', '@'])
    };
    let first_large = words.iter().any(|word| !word.starts_with(char::is_lowercase) || word.contains(['.', '@']));
    first_large && words.iter().all(large) && is_name(name, 0)
}

/// The bracket around a credit that fills it from the label on belongs to what is cut out.
fn with_bracket(printed: &str, start: usize, end: usize) -> (usize, usize) {
    let Some((open, close)) = open_bracket(printed, start) else { return (start, end) };
    let inner = open + printed[open..].chars().next().map_or(1, char::len_utf8);
    let closed = close_bracket(printed, end, close).map_or(end, |at| at + close.len_utf8());
    if printed[inner..start].trim().is_empty() { (open, closed) } else { (start, end) }
}

/// The credit before a word that follows names: «新华社记者王凯摄», «국방부 제공», «山田太郎撮影».
pub(crate) fn after(printed: &str, fold: &Folded, language: Option<&str>) -> Option<Hit> {
    WORDS.find(fold).iter().rev().take(LABELS_MAX).find_map(|word| {
        let role = word.meaning.after?;
        let text = &fold.as_str()[word.start..word.end];
        // «суреті», «felvétele»: in other languages the same letters may be any word.
        if !text.starts_with(is_unspaced) && !word.meaning.is_after_in(language) {
            return None;
        }
        let next = fold.as_str()[word.end..].chars().find(|c| *c != ' ');
        if !next.is_none_or(|c| {
            matches!(c, '\n' | ')' | ']' | '】' | '。' | '.' | '/' | '|' | ',' | ';' | '，' | '、' | '」')
        }) {
            return None;
        }
        let at = fold.printed(word.start);
        let end = if text == KEPT { fold.printed(word.end) } else { at };
        let start = name_start(printed, at);
        let kept = text == KEPT;
        let (name, role) = credit_name::clean(printed.get(start..end)?, role)?;
        if !is_before_name(&name, text, kept) || is_caption(&name) {
            return None;
        }
        let start = with_place(printed, start);
        let (start, end) = with_bracket(printed, start, fold.printed(word.end));
        Some(Hit { start, end, name, role })
    })
}

/// «…＝東京都内で、例田太郎撮影»: where and when stand between the caption and the name, and go with it.
fn with_place(printed: &str, start: usize) -> usize {
    let place = printed[..start].trim_end().ends_with('、').then(|| printed[..start].rfind('＝')).flatten();
    place.unwrap_or(start)
}

/// A name that a caption word opens is a caption: «图为记者拍摄».
fn is_caption(name: &str) -> bool {
    let fold = folded(name);
    WORDS.find(&fold).iter().any(|word| word.meaning.caption && word.start == 0)
}

/// Back from a word after a name to where the name begins.
fn name_start(printed: &str, at: usize) -> usize {
    let before = printed[..at].trim_end_matches([' ', '/', '／', '・', '：', ':']);
    let bracket =
        open_bracket(printed, at).map(|(open, _)| open + printed[open..].chars().next().map_or(1, char::len_utf8));
    let floor = bracket.unwrap_or(0);
    let line = before.rfind('\n').map_or(0, |at| at + 1).max(floor);
    let text = &before[line.min(before.len())..];
    let unspaced = text.ends_with(is_unspaced) && !text.ends_with(|c: char| matches!(c, '\u{ac00}'..='\u{d7af}'));
    let relaxed = bracket.is_some() || text.contains(['＝', '=']);
    let is_edge = |c: char| {
        matches!(c, '。' | '＝' | '=' | '｜' | '|' | '；' | ';' | '：' | ':' | '】' | '）' | ')' | ']' | '」' | '”')
            || relaxed && matches!(c, '，' | '、' | ',')
            || bracket.is_none() && unspaced && c == ' '
    };
    let mut edge = text.rfind(is_edge).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    // The last point that ends a sentence and no initial.
    let mut points = text.match_indices(['.']).map(|(point, _)| point).filter(|point| {
        text[point + 1..].starts_with([' ', '\u{a0}']) && !credit_name::is_abbreviation(&text[..*point])
    });
    if let Some(point) = points.next_back() {
        edge = edge.max(point + 1);
    }
    let whole = owners(text.get(edge..).unwrap_or_default());
    // «J. Pavyzdžio / ELTA nuotr.»: owners beside each other belong together; what is no owner is the caption.
    if let Some(stroke) = text.rfind(" /").or_else(|| text.rfind("/ ")).filter(|_| whole.unknown > 0) {
        edge = edge.max(stroke + 2);
    }
    // «新华社记者 王建华/摄»: the word before the space belongs to the name.
    let head = text[..edge].trim_end();
    let joined = head.rsplit(|c: char| !is_unspaced(c)).next().unwrap_or_default();
    if bracket.is_none()
        && unspaced
        && head.len() < edge
        && (joined.ends_with("记者") || joined.ends_with("記者") || WORDS.is_agency(joined))
    {
        edge = head.len() - joined.len();
    }
    line + edge
}

fn is_before_name(name: &str, word: &str, kept: bool) -> bool {
    /// Words of a name before 제공 or 기자: «연합뉴스 홍길동».
    const WORDS_MAX: usize = 4;
    /// Characters of it in a script without spaces.
    const CHARS_MAX: usize = 24;
    let words: Vec<&str> = name.split_whitespace().collect();
    let known = owners(name);
    if !word.starts_with(is_unspaced) {
        return known.agencies > 0 || is_person(&words);
    }
    if name.chars().any(char::is_numeric) && known.agencies == 0 {
        return false;
    }
    let short =
        words.len() <= WORDS_MAX && name.chars().count() <= CHARS_MAX || known.agencies > 0 && known.unknown == 0;
    // «图», «사진» after a word is a picture of it, unless an agency or a photographer stands there.
    let picture = matches!(word, "图" | "圖" | "图片" | "圖片" | "사진" | "캡처");
    short
        && !(kept && words.len() < 2 && name.chars().count() > CHARS_MAX / 2)
        && (!picture || known.agencies > 0 || name.contains("记者") || name.contains("記者"))
}
