//! UTF-8 that a program took for Latin-1 or windows-1252 and wrote as UTF-8 once more: «â\u{80}\u{99}» for «’».
//!
//! Only what cannot be meant is mended: texts with control letters of Latin-1, which nobody writes.

/// Letters that must have been written twice, before a text is believed to be damaged and not to quote damage.
const LETTERS_MIN: usize = 3;

/// The bytes from 80 to 9F as windows-1252 writes them; where it has none, Latin-1's control letter stands.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text as it was meant; nothing, if it is not written twice.
pub(super) fn repaired(text: &str) -> Option<String> {
    // Every quotation mark and dash has this letter after its first, and so have the commonest Cyrillic ones.
    if !holds_first_controls(text.as_bytes()) {
        return None;
    }
    let mut repaired = String::with_capacity(text.len());
    let (mut mended, mut rest) = (0, text);
    while let Some(at) = rest.find(|c: char| lead_bytes(c) > 0) {
        repaired.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((letter, length)) = letter(rest) {
            repaired.push(letter);
            mended += 1;
            rest = &rest[length..];
        } else {
            let lead = rest.chars().next().map_or(0, char::len_utf8);
            repaired.push_str(&rest[..lead]);
            rest = &rest[lead..];
        }
    }
    repaired.push_str(rest);
    (mended >= LETTERS_MIN).then_some(repaired)
}

/// Whether U+0080 or U+0081 stands in a text. `str::find` looks for the last byte of a letter, which in Cyrillic is that of
/// every other «р»; their first byte is rare everywhere.
fn holds_first_controls(text: &[u8]) -> bool {
    /// Bytes that are asked at once whether there is one among them.
    const STRETCH: usize = 128;
    let stretches = text.chunks(STRETCH).enumerate().filter(|(_, stretch)| stretch.contains(&0xc2));
    stretches.map(|(index, _)| &text[index * STRETCH..]).any(|from| {
        let within = from.len().min(STRETCH + 1);
        from[..within].windows(2).any(|pair| pair[0] == 0xc2 && matches!(pair[1], 0x80 | 0x81))
    })
}

/// The letter whose bytes stand at the beginning as letters of their own, and how many bytes these take.
fn letter(text: &str) -> Option<(char, usize)> {
    let count = lead_bytes(text.chars().next()?);
    let mut bytes = [0; 4];
    let mut length = 0;
    for (byte, c) in bytes.iter_mut().zip(text.chars().take(count)) {
        *byte = byte_of(c)?;
        length += c.len_utf8();
    }
    let letter = std::str::from_utf8(&bytes[..count]).ok()?.chars().next()?;
    Some((letter, length))
}

/// The bytes of a letter that begins with this one; none begins with others.
fn lead_bytes(c: char) -> usize {
    match c {
        '\u{c2}'..='\u{df}' => 2,
        '\u{e0}'..='\u{ef}' => 3,
        '\u{f0}'..='\u{f4}' => 4,
        _ => 0,
    }
}

fn byte_of(c: char) -> Option<u8> {
    /// The first byte that both charsets write differently.
    const FIRST: u8 = 0x80;
    if let Ok(byte) = u8::try_from(u32::from(c)) {
        return Some(byte);
    }
    let place = WINDOWS_1252.iter().position(|other| *other == c)?;
    u8::try_from(place).ok().map(|place| FIRST + place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn twice(text: &str) -> String {
        text.bytes().map(char::from).collect()
    }

    #[test]
    fn what_was_written_twice_is_read_once() {
        for text in ["It’s “new” — and cheap", "Привет, мир", "日本の首相は東京で"] {
            assert_eq!(repaired(&twice(text)).as_deref(), Some(text));
        }
        let mixed: String =
            "Спорт"
                .bytes()
                .map(|byte| {
                    if (0x80..0xa0).contains(&byte) { WINDOWS_1252[usize::from(byte - 0x80)] } else { char::from(byte) }
                })
                .collect();
        assert_eq!(repaired(&format!("{mixed} {}", twice("с"))).as_deref(), Some("Спорт с"));
    }

    #[test]
    fn what_was_not_stays() {
        for text in ["Ça coûte 5 € — déjà", "Привет", "São Tomé", "a lone \u{80} stays", "ÃÂ quoted: â\u{80}\u{99}"]
        {
            assert_eq!(repaired(text), None);
        }
    }
}
