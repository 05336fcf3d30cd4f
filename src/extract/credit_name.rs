//! Where a name ends that begins after a label, and how it is made clean.
//!
//! Does not ask whether it is a name: `credit_owner` does.

use crate::extract::credit_text::{close_bracket, closing, folded, is_caseless, is_unspaced, open_bracket};
use crate::extract::credit_words::{Found, WORDS};
use crate::model::article::CreditRole;

/// The longest name believed, in characters: «Andriy Andriyenko/Press Service of the 65th Separate Mechanized Brigade of …».
const NAME_CHARS_MAX: usize = 200;

/// Words with a point that end no sentence, beside initials.
const ABBREVIATIONS: [&str; 34] = [
    "inc",
    "ltd",
    "corp",
    "bros",
    "prof",
    "sgt",
    "capt",
    "maj",
    "gen",
    "gov",
    "sen",
    "rep",
    "mrs",
    "col",
    "им",
    "гор",
    "dok",
    "doc",
    "dept",
    "vol",
    "ing",
    "mag",
    "spc",
    "cpl",
    "pfc",
    "pvt",
    "staff sgt",
    "univ",
    "fot",
    "foto",
    "phot",
    "ph",
    "adm",
    "cmdr",
];

/// The end of a name that begins at `start`, in printed bytes.
pub(crate) fn end(printed: &str, start: usize, label: usize, words: &[(usize, &Found)]) -> usize {
    let limit = match open_bracket(printed, label) {
        Some((_, close)) => close_bracket(printed, start, close).unwrap_or(printed.len()),
        None => printed.len(),
    };
    let limit = printed[start..limit].find('\n').map_or(limit, |at| start + at);
    let limit = sentence_end(&printed[start..limit]).map_or(limit, |at| start + at);
    words
        .iter()
        .filter(|(at, word)| (start + 1..limit).contains(at) && (word.meaning.other || word.meaning.label))
        .find(|(at, word)| is_marked(printed, *at, word))
        .map_or(limit, |&(at, _)| at)
}

/// Whether a colon follows the word at once: its printed length is near its folded one.
fn is_marked(printed: &str, at: usize, word: &Found) -> bool {
    let reach = word.end - word.start + 1;
    let near = printed[at..].char_indices().take_while(|(place, _)| *place <= reach);
    near.map(|(_, c)| c).any(|c| matches!(c, ':' | '：'))
}

/// The first place where a sentence ends and another begins, or a semicolon parts two roles.
pub(crate) fn sentence_end(text: &str) -> Option<usize> {
    let mut depth = 0i32;
    for (at, c) in text.char_indices() {
        if closing(c).is_some() {
            depth += 1;
        }
        if matches!(c, ')' | ']' | '）' | '］' | '】') {
            depth -= 1;
        }
        let rest = &text[at + c.len_utf8()..];
        let ends = match c {
            ';' | '；' | '。' | '•' | '।' | '።' => true,
            '!' | '?' | '…' => rest.starts_with(' '),
            // «РИА Новости . Анна Примерова»: a point apart from its word parts names.
            '.' => rest.starts_with(' ') && !text[..at].ends_with(' ') && !is_abbreviation(&text[..at]),
            _ => false,
        };
        if ends && depth <= 0 && at > 0 {
            return Some(at);
        }
    }
    None
}

/// Whether the text before a point ends in an initial or an abbreviation.
pub(crate) fn is_abbreviation(before: &str) -> bool {
    /// «Ю», «St», «Mr»: so short a word before a point is no end of a sentence.
    const INITIAL_CHARS_MAX: usize = 2;
    let word = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let chars = word.chars().count();
    if chars == 0 || chars > 1 && word.contains(is_caseless) {
        return false;
    }
    // «AFP.», «AP.» are names, not initials.
    let shouted = chars >= 2 && word.chars().all(char::is_uppercase);
    (chars <= INITIAL_CHARS_MAX && !shouted) || ABBREVIATIONS.contains(&folded(word).as_str())
}

/// A name without marks around it, years before it, words of the trade after it; and what those words say.
pub(crate) fn clean(name: &str, role: CreditRole) -> Option<(String, CreditRole)> {
    /// Bytes of a letter and what may be cut off around a name.
    const BYTES_A_CHAR: usize = 6;
    if name.len() > NAME_CHARS_MAX * BYTES_A_CHAR {
        return None;
    }
    let mut name = trimmed(name);
    let mut role = role;
    loop {
        let next = trimmed(without_mail(without_year(unquoted(name))));
        let (next, told) = without_after(next);
        role = told.unwrap_or(role);
        let next = without_nothing(trimmed(next));
        if next == name {
            break;
        }
        name = next;
    }
    let name = without_relay(name);
    let fold = folded(name);
    let known = !name.is_empty() && name.chars().any(char::is_alphabetic) && name.chars().count() <= NAME_CHARS_MAX;
    (known && !WORDS.is_nothing(fold.as_str())).then(|| (each_once(name), role))
}

/// «Anna Muster/dpa | Anna Muster» names one owner twice, «AFP | HANDOUT» one: of parts at bars, those that add a name.
fn each_once(name: &str) -> String {
    const BAR: &str = " | ";
    if !name.contains(BAR) {
        return name.to_owned();
    }
    let parts: Vec<&str> = name.split(BAR).map(str::trim).collect();
    let folds: Vec<String> = parts.iter().map(|part| folded(part).as_str().to_owned()).collect();
    let adds = |at: usize| {
        let said = |other: usize| {
            let longer = folds[other].len() > folds[at].len() || other < at && folds[other] == folds[at];
            other != at && longer && folds[other].split(['/', ',']).any(|owner| owner.trim() == folds[at])
        };
        !folds[at].split_whitespace().all(|word| WORDS.is_beside(word)) && !(0..parts.len()).any(said)
    };
    let kept: Vec<&str> = (0..parts.len()).filter(|at| adds(*at)).map(|at| parts[at]).collect();
    if kept.is_empty() { name.to_owned() } else { kept.join(BAR) }
}

/// Without space, marks and brackets whose other half is not there.
pub(crate) fn trimmed(name: &str) -> &str {
    const BOTH: [char; 31] = [
        ' ', '\n', ',', ';', ':', '：', '=', '＝', '/', '／', '|', '｜', '–', '—', '-', '*', '·', '•', '©', '、', '，',
        '。', '，', '।', '՝', '։', '：', '>', '〔', '〕', '།',
    ];
    let mut name = name.trim().trim_matches(BOTH);
    loop {
        let next = drop_lone(name.trim_start_matches(['.', '…']).trim_matches(BOTH));
        let next = match next.strip_suffix(['.', '…']) {
            Some(head) if !ends_in_short_point(head) => head,
            _ => next,
        };
        if next == name {
            return name;
        }
        name = next;
    }
}

/// «Inc», «U.S», «Jr»: their point is part of them.
fn ends_in_short_point(head: &str) -> bool {
    let word = head.rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default();
    (word.contains('.') && word.chars().filter(|c| c.is_alphabetic()).count() <= 3)
        || ABBREVIATIONS[..4].contains(&folded(word).as_str())
        || folded(word).as_str() == "jr"
}

fn drop_lone(name: &str) -> &str {
    const PAIRS: [(char, char); 8] =
        [('(', ')'), ('[', ']'), ('（', '）'), ('［', '］'), ('【', '】'), ('«', '»'), ('“', '”'), ('「', '」')];
    for (open, close) in PAIRS {
        let (opened, closed) = (name.matches(open).count(), name.matches(close).count());
        if opened > closed && name.starts_with(open) {
            return &name[open.len_utf8()..];
        }
        if opened > closed && name.ends_with(open) {
            return &name[..name.len() - open.len_utf8()];
        }
        if closed > opened && name.ends_with(close) {
            return &name[..name.len() - close.len_utf8()];
        }
        if closed > opened && name.starts_with(close) {
            return &name[close.len_utf8()..];
        }
        if opened == 1 && name.starts_with(open) && name.ends_with(close) && !matches!(open, '«' | '“' | '「') {
            return &name[open.len_utf8()..name.len() - close.len_utf8()];
        }
    }
    name
}

/// A name that is quoted as a whole.
fn unquoted(name: &str) -> &str {
    const QUOTES: [(char, char); 6] = [('«', '»'), ('“', '”'), ('„', '“'), ('"', '"'), ('\'', '\''), ('「', '」')];
    for (open, close) in QUOTES {
        let Some(inner) = name.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) else { continue };
        if !inner.contains([open, close]) {
            return inner.trim();
        }
    }
    name
}

/// «2024 AFP», «2024, AFP» without the year of the right.
fn without_year(name: &str) -> &str {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &name[digits..];
    if digits == 4 && rest.starts_with([' ', ',', '-', '–']) {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | ',' | '-' | '–'));
        return if rest.is_empty() { name } else { rest };
    }
    name
}

/// «홍길동 기자 name@example.org» without the address.
fn without_mail(name: &str) -> &str {
    match name.rsplit_once(' ') {
        Some((head, last)) if last.contains('@') && last.contains('.') => head,
        _ => name,
    }
}

/// «国防部提供»: the word after the name, and what it says.
fn without_after(name: &str) -> (&str, Option<CreditRole>) {
    let fold = folded(name);
    let Some(word) = WORDS.find(&fold).into_iter().find(|word| word.meaning.after.is_some() && fold.is_end(word.end))
    else {
        return (name, None);
    };
    let text = &fold.as_str()[word.start..word.end];
    if word.start == 0 || !text.starts_with(is_unspaced) || text == KEPT {
        return (name, None);
    }
    (&name[..fold.printed(word.start)], word.meaning.after)
}

/// The Korean word for a reporter is printed with the name and stays with it.
pub(crate) const KEPT: &str = "기자";

/// «路透社資料照», «แฟ้มภาพซินหัว»: a remark that is no part of the name, in scripts where it is glued to it.
fn without_nothing(name: &str) -> &str {
    let fold = folded(name);
    let words = WORDS.find(&fold);
    let caseless = |word: &&Found| word.meaning.nothing && fold.as_str()[word.start..].starts_with(is_caseless);
    let opens = words
        .first()
        .filter(caseless)
        .filter(|word| word.start == 0 && !fold.is_end(word.end) && fold.as_str()[word.end..].starts_with(is_unspaced));
    if let Some(word) = opens {
        return &name[fold.printed(word.end)..];
    }
    match words.iter().filter(caseless).find(|word| word.start > 0 && fold.is_end(word.end)) {
        Some(word) => &name[..fold.printed(word.start)],
        None => name,
    }
}

/// «朝鮮中央通信・共同» is owed to the first; the second passed it on.
fn without_relay(name: &str) -> &str {
    match name.rsplit_once(['・', '＝']) {
        Some((first, relay)) if !first.is_empty() && WORDS.is_relay(folded(relay).as_str()) => first,
        _ => name,
    }
}
