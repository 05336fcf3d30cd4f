//! A date's letters and digits in one form: ASCII digits, small letters, one spelling of each Arabic letter; cut into tokens.

use unicode_normalization::UnicodeNormalization;

/// The zeros of the decimal digits that sites of the lands print; the nine others follow each.
const ZEROS: &[char] = &[
    '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{be6}', '\u{c66}', '\u{ce6}', '\u{d66}',
    '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{17e0}', '\u{1810}',
];

/// A piece of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A number, with the count of its digits.
    Number {
        /// What it is.
        value: i64,
        /// How many digits it was written with.
        digits: usize,
    },
    /// Letters; dots between letters are left out: `a.m.` is `am`.
    Word(String),
    /// A sign.
    Sign(char),
}

/// A token, and whether white space stands before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    /// The token.
    pub(super) token: Token,
    /// Whether it touches the token before.
    pub(super) glued: bool,
}

/// Digits of a number that is read; longer ones are no part of a date.
const DIGITS_MAX: usize = 17;

/// Letters in one form.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.nfkc().flat_map(char::to_lowercase) {
        match character {
            'ё' => out.push('е'),
            'ά' => out.push('α'),
            'έ' => out.push('ε'),
            'ή' => out.push('η'),
            'ί' | 'ϊ' | 'ΐ' => out.push('ι'),
            'ό' => out.push('ο'),
            'ύ' | 'ϋ' => out.push('υ'),
            'ώ' => out.push('ω'),
            'ς' => out.push('σ'),
            'آ' | 'أ' | 'إ' => out.push('ا'),
            'ى' | 'ی' => out.push('ي'),
            'ک' => out.push('ك'),
            'ة' => out.push('ه'),
            // Vowel signs and stretching of Arabic, the dot that Turkish capital İ leaves, joiners, marks of direction, apostrophes.
            '\u{64b}'..='\u{652}'
            | '\u{640}'
            | '\u{307}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
            | '\''
            | '’'
            | 'ʼ'
            | 'ʻ'
            | '‘'
            | '`' => {}
            '–' | '—' | '‐' | '‑' | '−' => out.push('-'),
            _ => out.push(ascii_digit(character).unwrap_or(character)),
        }
    }
    out
}

fn ascii_digit(character: char) -> Option<char> {
    if character.is_ascii() {
        return None;
    }
    ZEROS.iter().find_map(|zero| {
        let value = u32::from(character).checked_sub(u32::from(*zero)).filter(|value| *value < 10)?;
        char::from_digit(value, 10)
    })
}

/// Cuts a folded text into tokens.
pub(super) fn tokens(folded: &str) -> Vec<Placed> {
    let mut out: Vec<Placed> = Vec::new();
    let mut rest = folded;
    let mut glued = true;
    while let Some(first) = rest.chars().next() {
        let end = if first.is_ascii_digit() {
            rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
        } else if is_letter(first) {
            rest.find(|c: char| !is_letter(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        if first.is_whitespace() {
            glued = false;
            continue;
        }
        let token = if first.is_ascii_digit() {
            let value = if piece.len() <= DIGITS_MAX { piece.parse().unwrap_or(0) } else { i64::MAX };
            Token::Number { value, digits: piece.len() }
        } else if is_letter(first) {
            if append_after_dot(&mut out, piece, glued) {
                continue;
            }
            Token::Word(piece.to_owned())
        } else {
            Token::Sign(first)
        };
        out.push(Placed { token, glued });
        glued = true;
    }
    out
}

/// `a.m`: the letters after a dot that touches letters on both sides belong to the word before it.
fn append_after_dot(out: &mut Vec<Placed>, piece: &str, glued: bool) -> bool {
    let dot = Placed { token: Token::Sign('.'), glued: true };
    if !glued || out.last() != Some(&dot) {
        return false;
    }
    let before = out.len().checked_sub(2).and_then(|before| out.get_mut(before));
    let Some(Placed { token: Token::Word(word), .. }) = before else { return false };
    word.push_str(piece);
    out.pop();
    true
}

/// Letters, and the signs above and below them that Indic and Thai vowels are.
fn is_letter(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphabetic();
    }
    let is_sign = matches!(character, '\u{a0}'..='\u{bf}' | '\u{60c}' | '\u{61b}' | '\u{66a}'..='\u{66d}' | '\u{6d4}' | '\u{964}' | '\u{965}' | '\u{2000}'..='\u{2bff}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{30fb}' | '\u{ff00}'..='\u{ff0f}');
    !character.is_whitespace() && !is_sign || character == '〇'
}

/// Whether words of its script are written without spaces between them.
pub(super) fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Numbers as East Asia writes them in words, where they count days, months or years: 二〇二四年一月十六日 → 2024年1月16日.
pub(super) fn counted(folded: &str) -> String {
    const COUNTERS: &str = "年月日号號时時点點分个天小周週";
    let characters: Vec<char> = folded.chars().collect();
    let mut out = String::with_capacity(folded.len());
    let mut at = 0;
    while at < characters.len() {
        let end = (at..characters.len()).find(|i| numeral(characters[*i]).is_none()).unwrap_or(characters.len());
        match characters.get(end) {
            Some(counter) if end > at && COUNTERS.contains(*counter) => {
                out.push_str(&number(&characters[at..end]).to_string());
                at = end;
            }
            _ => {
                out.push(characters[at]);
                at += 1;
            }
        }
    }
    out
}

/// A digit, or ten.
fn numeral(character: char) -> Option<i64> {
    Some(match character {
        '〇' | '零' => 0,
        '一' | '元' => 1,
        '二' | '两' | '兩' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        '廿' => 20,
        _ => return None,
    })
}

fn number(numerals: &[char]) -> i64 {
    let mut value = 0i64;
    let has_ten = numerals.iter().any(|c| matches!(c, '十' | '廿'));
    for (index, digit) in numerals.iter().filter_map(|c| numeral(*c)).enumerate() {
        value = match digit {
            10 if has_ten => {
                if index == 0 {
                    10
                } else {
                    value.saturating_mul(10)
                }
            }
            _ if has_ten => value.saturating_add(digit),
            _ => value.saturating_mul(10).saturating_add(digit),
        };
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words_become_digits() {
        assert_eq!(counted("二〇二四年一月十六日"), "2024年1月16日");
        assert_eq!(counted("二十三日"), "23日");
        assert_eq!(counted("三十日"), "30日");
        assert_eq!(counted("令和元年五月一日"), "令和1年5月1日");
    }

    #[test]
    fn dots_between_letters_are_left_out() {
        let words: Vec<Token> = tokens("16 ม.ค. 67").into_iter().map(|placed| placed.token).collect();
        assert_eq!(words[1], Token::Word(String::from("มค")));
    }
}
