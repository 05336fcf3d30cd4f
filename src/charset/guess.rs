//! What bytes look like, where nobody says, or says it wrongly.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

/// How far a guess reads. Letters outside ASCII are frequent where they matter, and a feed is of one charset.
const SAMPLE_BYTES: usize = 256 * 1024;

/// The most likely charset of bytes that are not UTF-8.
pub(super) fn guess(bytes: &[u8]) -> &'static Encoding {
    let start = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0).saturating_sub(64);
    let sample = &bytes[start..];
    let sample = &sample[..sample.len().min(SAMPLE_BYTES)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(sample, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Whether bytes are mostly UTF-8: broken in a few places, cut in a letter, mixed with a quotation from elsewhere.
pub(super) fn is_damaged_utf8(bytes: &[u8]) -> bool {
    /// Whole letters outside ASCII for each broken one.
    const WHOLE_A_FAULT: usize = 4;
    let (mut whole, mut faults) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        // Letters of UTF-8 end in one or more continuation bytes; their starts are counted.
        whole += chunk.valid().bytes().filter(|byte| *byte >= 0xc2).count();
        faults += usize::from(!chunk.invalid().is_empty());
    }
    whole >= faults * WHOLE_A_FAULT
}

/// Whether ASCII bytes hold the escapes of ISO-2022-JP.
pub(super) fn escapes_japanese(bytes: &[u8]) -> bool {
    // `contains` looks at a word of bytes at a time, and there is hardly ever one.
    if !bytes.contains(&0x1b) {
        return false;
    }
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == 0x1b) {
        rest = &rest[at + 1..];
        if rest.starts_with(b"$B") || rest.starts_with(b"$@") {
            return true;
        }
    }
    false
}

/// Whether valid UTF-8 may as well be two or three letters of an East Asian charset: "联通" in GBK is valid UTF-8.
pub(super) fn is_utf8_by_accident(text: &str) -> bool {
    /// The chance that this many more letters all fit is below one in a thousand.
    const LETTERS_MAX: usize = 3;
    let mut letters = text.chars().filter(|c| !c.is_ascii());
    let seen: Vec<char> = letters.by_ref().take(LETTERS_MAX + 1).collect();
    // Signs that Western texts hold alone (· « » ©) are no accident; neither are letters of three bytes.
    (1..=LETTERS_MAX).contains(&seen.len())
        && seen.iter().all(|c| c.len_utf8() == 2 && !('\u{a0}'..='\u{bf}').contains(c))
}

/// Whether a text shows that it was read in the wrong charset of single bytes.
///
/// Cyrillic read as Latin stands in long runs of accented letters; KOI8 and windows-1251 read for each other turn
/// capitals round (`пРИВЕТ`); what no text holds (C1 controls) is in none.
pub(super) fn contradicts(text: &str) -> bool {
    /// No Western word has so many accented letters in a row.
    const ACCENTED_RUN_MAX: usize = 4;
    /// Letters that are looked at: the verdict is clear after far fewer.
    const LETTERS_MAX: usize = 4_000;
    let (mut letters, mut accented, mut controls, mut turned, mut proper) = (0usize, 0usize, 0usize, 0usize, 0usize);
    let mut run = 0;
    let mut before = ' ';
    for character in text.chars().filter(|c| !c.is_ascii() || !c.is_ascii_alphabetic()) {
        if character.is_ascii() {
            run = 0;
            before = character;
            continue;
        }
        letters += 1;
        controls += usize::from(('\u{80}'..='\u{9f}').contains(&character));
        run = if ('\u{c0}'..='\u{24f}').contains(&character) { run + 1 } else { 0 };
        accented += if run == ACCENTED_RUN_MAX { run } else { usize::from(run > ACCENTED_RUN_MAX) };
        if before.is_lowercase() && character.is_uppercase() {
            turned += 1;
        } else if before.is_uppercase() && character.is_lowercase() {
            proper += 1;
        }
        before = character;
        if letters > LETTERS_MAX {
            break;
        }
    }
    accented * 2 > letters || controls * 20 > letters || turned > proper.max(1)
}
