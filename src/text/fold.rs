//! One form for texts that are compared: small letters, `ё` as `е`, NFKC, single spaces.

use unicode_normalization::UnicodeNormalization;

use crate::text::letter::is_letter;

/// A text as it is compared.
///
/// ```
/// use feedatlas::text::fold::fold;
/// assert_eq!(fold("  ПЁТР\u{a0}и  Ко "), "петр и ко");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let plain = rest.find(|character| plain_fold(character).is_none()).unwrap_or(rest.len());
        // The last letter before marks of other kinds may be composed with them: it is folded with them.
        let last =
            if plain < rest.len() { rest[..plain].char_indices().next_back().map_or(0, |(at, _)| at) } else { plain };
        rest[..last].chars().filter_map(plain_fold).for_each(|character| push(&mut out, character));
        rest = &rest[last..];
        let mut letters = rest.char_indices().skip(1);
        let other = letters.find(|(at, letter)| last + at > plain && plain_fold(*letter).is_some());
        let (other, next) = rest.split_at(other.map_or(rest.len(), |(at, _)| at));
        other.nfkc().flat_map(char::to_lowercase).for_each(|character| push(&mut out, character));
        rest = next;
    }
    out.truncate(out.trim_end().len());
    out
}

/// The folded form of letters that have one form only: ASCII and Russian, which most texts consist of.
fn plain_fold(character: char) -> Option<char> {
    match character {
        '\0'..='\x7f' => Some(character.to_ascii_lowercase()),
        'а'..='я' | 'ё' | '–' | '—' | '«' | '»' | '“' | '”' => Some(character),
        'А'..='Я' => char::from_u32(character as u32 + 0x20),
        'Ё' => Some('ё'),
        _ => None,
    }
}

fn push(out: &mut String, character: char) {
    if !character.is_whitespace() {
        out.push(if character == 'ё' { 'е' } else { character });
    } else if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// The words of a folded text: runs of letters and digits.
pub fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|character: char| !is_letter(character)).filter(|word| !word.is_empty())
}

/// The first sentences of a text, at most `chars_max` characters, ending at a sentence or at a word with `…`.
#[must_use]
pub fn beginning(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let cut: String = text.chars().take(chars_max).collect();
    let sentence =
        cut.char_indices().rev().find(|(_, c)| matches!(c, '.' | '!' | '?' | '。' | '！' | '？' | '؟' | '।'));
    match sentence {
        Some((at, mark)) if at > cut.len() / 2 => cut[..at + mark.len_utf8()].to_owned(),
        _ => format!("{}…", cut.rsplit_once(char::is_whitespace).map_or(cut.as_str(), |(head, _)| head)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_gives_what_the_long_way_gives() {
        let long = |text: &str| {
            let mut out = String::new();
            text.nfkc().flat_map(char::to_lowercase).for_each(|character| push(&mut out, character));
            out.truncate(out.trim_end().len());
            out
        };
        let texts = [
            "",
            "ё",
            "И\u{306}ОД и\u{306}",
            "abc\u{301}",
            "\u{301}a",
            "ﬁn ½ №7",
            "Ёлка — «ЁЖ»",
            "北京 Пекин",
            "e\u{301}e\u{301}",
            "é",
            "ΑΒΓ абв",
            "한글 가",
            "a\u{a0}\u{a0}b ",
            "Ｆｕｌｌ",
            "и\u{306}",
            "x\u{306}\u{301}y",
            "ⅫÅ",
        ];
        for text in texts {
            assert_eq!(fold(text), long(text), "{text:?}");
        }
    }
}
