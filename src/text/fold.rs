//! One form for texts that are compared: small letters, `ё` as `е`, NFKC, single spaces.

use unicode_normalization::UnicodeNormalization;

/// A text as it is compared.
///
/// ```
/// use feedatlas::text::fold::fold;
/// assert_eq!(fold("  ПЁТР\u{a0}и  Ко "), "петр и ко");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.nfkc().flat_map(char::to_lowercase) {
        if character.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(if character == 'ё' { 'е' } else { character });
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The words of a folded text: runs of letters and digits.
pub fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
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
