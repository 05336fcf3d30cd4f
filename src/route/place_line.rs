//! The line that says where a report was sent from: «ПХЕНЬЯН, 16 января. /ТАСС/», `TOKYO, Feb 26 -`, 【北京1月16日】.
//!
//! Finds where it ends. That a report comes from a place does not make it one about the place: `judge` weighs that.

/// Bytes within which a place line ends; the longest in use names two cities, a date and two agencies.
const HEAD_BYTES_MAX: usize = 160;
/// Words in a place line.
const WORDS_MAX: usize = 12;

/// The byte at which the place line of a text ends; 0 where it has none.
///
/// ```
/// use feedatlas::route::place_line::end;
/// assert_eq!(end("ПХЕНЬЯН, 16 января. /ТАСС/. Делегация прибыла."), "ПХЕНЬЯН, 16 января. /ТАСС/".len());
/// assert_eq!(end("Делегация прибыла в Пхеньян - сообщили в МИД."), 0);
/// ```
#[must_use]
pub fn end(text: &str) -> usize {
    let mut limit = text.len().min(HEAD_BYTES_MAX);
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let head = &text[..limit];
    bracketed(head).or_else(|| spaced(head)).or_else(|| dense(head)).unwrap_or(0)
}

/// Words up to a dash or an agency between slashes, beginning with a name in capitals or with a date among them.
fn spaced(head: &str) -> Option<usize> {
    const SIGNS: [&str; 11] = [" - ", " -- ", " — ", " – ", " -\n", "/. ", "/ ", "/\n", ") — ", ") -- ", ") - "];
    let may_begin = |(_, byte): &(usize, u8)| matches!(byte, b' ' | b'/' | b')');
    let at = head.bytes().enumerate().filter(may_begin).find_map(|(at, byte)| {
        // The slash belongs to the line: «/ТАСС/».
        SIGNS.iter().any(|sign| head[at..].starts_with(sign)).then_some(at + usize::from(byte == b'/'))
    })?;
    let line = &head[..at];
    let words = || line.split_whitespace();
    let first: String = words().next()?.chars().filter(|c| c.is_alphabetic()).collect();
    let capitals = first.chars().count() >= 3 && first.chars().all(char::is_uppercase);
    let named = first.chars().next().is_some_and(char::is_uppercase);
    let dated = line.chars().any(|c| c.is_ascii_digit()) && line.contains([',', '.']);
    let agency = line.contains(['(', '/']);
    let proper = line.split(['.', '!', '?']).count() <= 5 && words().count() <= WORDS_MAX;
    (proper
        && (capitals && (dated || agency || words().count() <= 4)
            || named && (dated || agency) && words().count() <= 8))
        .then_some(at)
}

/// 【北京1月16日】, （平壤电）, (서울=연합뉴스).
fn bracketed(head: &str) -> Option<usize> {
    let pairs = [('【', '】'), ('（', '）'), ('(', ')'), ('[', ']')];
    let open = head.chars().next()?;
    let (_, close) = pairs.into_iter().find(|pair| pair.0 == open)?;
    let at = head.find(close)?;
    let inside = &head[open.len_utf8()..at];
    let cjk = inside.chars().any(|c| matches!(u32::from(c), 0x3041..=0x9fff | 0xac00..=0xd7af));
    (cjk && inside.chars().count() <= 30).then_some(at + close.len_utf8())
}

/// 新华社北京1月16日电.
fn dense(head: &str) -> Option<usize> {
    /// Characters before the sign that the report begins.
    const CHARS_MAX: usize = 24;
    let (at, _) = head.char_indices().take(CHARS_MAX).find(|(_, c)| matches!(c, '电' | '電'))?;
    head[..at].contains(['日', '社']).then_some(at + '电'.len_utf8())
}
