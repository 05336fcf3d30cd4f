//! What a character is to a scanner of words: a letter, folded; a point that is nothing; a space, a stop, a quotation mark.
//!
//! Where words begin and end is `scan`'s.

use crate::text::letter::is_letter;

/// What a character is to a scanner of words.
#[derive(Clone, Copy)]
pub(super) enum Sort {
    /// Part of a word, folded; whether it was a capital.
    Letter(char, bool),
    /// Part of a word, and nothing to compare: vowel points, joiners.
    Mark,
    /// Part of a run without spaces.
    Dense(char),
    Space,
    Hyphen,
    Dash,
    Stop,
    End,
    Quote,
    Line,
    Else,
}

impl Sort {
    pub(super) fn letter(self) -> Option<char> {
        match self {
            Self::Letter(character, _) | Self::Dense(character) => Some(character),
            _ => None,
        }
    }
}

#[inline]
pub(super) fn folded(character: char) -> Sort {
    match character {
        'a'..='z' | '0'..='9' | 'а'..='я' => Sort::Letter(character, false),
        'A'..='Z' => Sort::Letter(character.to_ascii_lowercase(), true),
        // Capitals stand 32 code points before their small letters.
        'А'..='Я' => Sort::Letter(char::from_u32(u32::from(character) + 32).unwrap_or(character), true),
        'ё' => Sort::Letter('е', false),
        'Ё' => Sort::Letter('е', true),
        ' ' | '\u{a0}' | '\t' => Sort::Space,
        '\n' => Sort::Line,
        '-' | '\'' | '’' | '‐' | '‑' | 'ʼ' | '`' => Sort::Hyphen,
        '.' => Sort::Stop,
        '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '।' | '۔' => Sort::End,
        '"' | '«' | '»' | '“' | '”' | '„' | '‘' | '「' | '」' | '『' | '』' => Sort::Quote,
        '—' | '–' => Sort::Dash,
        _ if character.is_ascii() => Sort::Else,
        _ => folded_rare(character),
    }
}

#[inline(never)]
fn folded_rare(character: char) -> Sort {
    match u32::from(character) {
        // Arabic and Hebrew points, tatweel, joiners, marks of direction.
        0x0591..=0x05c7
        | 0x0610..=0x061a
        | 0x0640
        | 0x064b..=0x065f
        | 0x0670
        | 0x200b..=0x200f
        | 0xad
        | 0x0300..=0x036f => {
            return Sort::Mark;
        }
        // Gershayim stands inside Hebrew abbreviations.
        0x05f3 | 0x05f4 => return Sort::Mark,
        // Han, kana, Thai, Lao, Tibetan, Burmese, Khmer with their marks; the ideographic iteration mark, the long vowel.
        0x0e00..=0x0eff
        | 0x0f00..=0x0fff
        | 0x1000..=0x109f
        | 0x1780..=0x17ff
        | 0x3005
        | 0x3041..=0x30ff
        | 0x3400..=0x9fff
        | 0xf900..=0xfaff
        | 0x20000..=0x2ffff
            if character != '・' =>
        {
            return Sort::Dense(character);
        }
        _ => {}
    }
    match character {
        'أ' | 'إ' | 'آ' | 'ٱ' => Sort::Letter('ا', false),
        'ى' | 'ی' | 'ې' => Sort::Letter('ي', false),
        'ک' => Sort::Letter('ك', false),
        'ة' | 'ۀ' | 'ہ' | 'ھ' | 'ە' => Sort::Letter('ه', false),
        // A dotless i is an i in lists made by those who have no key for it.
        'ı' => Sort::Letter('i', false),
        'İ' => Sort::Letter('i', true),
        // Letters and the vowel signs of Indic scripts, which are marks to Unicode and letters to readers.
        _ if is_letter(character) || matches!(u32::from(character), 0x0900..=0x0dff) => {
            let small = character.to_lowercase().next().unwrap_or(character);
            Sort::Letter(small, small != character)
        }
        _ if character.is_whitespace() => Sort::Space,
        _ => Sort::Else,
    }
}
