//! Characters that no XML may hold, taken out before a document is read.

use std::borrow::Cow;

/// Text without the characters that XML cannot have; programs that cut and paste leave them in titles.
pub(super) fn without_controls(text: &str) -> Cow<'_, str> {
    let is_control = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7f;
    if !text.bytes().any(is_control) && !text.contains(['\u{fffe}', '\u{ffff}']) {
        return Cow::Borrowed(text);
    }
    let is_kept =
        |c: &char| !(c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r') || matches!(c, '\u{fffe}' | '\u{ffff}'));
    Cow::Owned(text.chars().filter(is_kept).collect())
}
