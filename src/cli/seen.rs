//! What `inspect` has seen of a page, for those who print it.

use std::path::PathBuf;

use crate::extract::explain::Explanation;
use crate::extract::reading::Reading;
use crate::model::article::Match;
use crate::model::country::Country;

/// A page through every stage.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Its address.
    pub(crate) url: String,
    /// How much came, in which charset.
    pub(crate) got: String,
    /// The rule that is known of its site, and the lines of it that are not followed.
    pub(crate) rule: Vec<String>,
    /// Why it was read as it was.
    pub(crate) explanation: Explanation,
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// The folder into which it was written as a case.
    pub(crate) saved: Option<PathBuf>,
}

/// What came of a page.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It could not be had.
    Refused {
        /// The class of the error.
        class: &'static str,
        /// What happened, with its causes.
        message: String,
    },
    /// It is no article.
    Unread {
        /// The class of the error.
        class: &'static str,
        /// What it is instead.
        message: String,
    },
    /// It was read.
    Read(Box<Read>),
}

impl Default for Outcome {
    fn default() -> Self {
        Self::Unread { class: "no_content", message: String::new() }
    }
}

/// An article, routed and measured.
#[derive(Debug)]
pub(crate) struct Read {
    /// What the page says.
    pub(crate) reading: Reading,
    /// Its countries, the strongest first.
    pub(crate) countries: Vec<Match>,
    /// Countries that are named and were not accepted, with how strongly.
    pub(crate) nearly: Vec<(Country, f32)>,
    /// The address that dedup knows it by.
    pub(crate) canonical: String,
    /// Bands of its fingerprint.
    pub(crate) bands: usize,
}
