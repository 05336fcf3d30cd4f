//! A word found in a text that means its country, and the text it was found in.

use crate::route::matcher::Hit;
use crate::text::scan::Token;

/// A word that means its country.
#[derive(Debug, Clone, Copy)]
pub struct Mention {
    /// Where it is and what it means.
    pub hit: Hit,
    /// Named beside the matter: «как в Японии», «ранее в Таиланде».
    pub aside: bool,
    /// One of three or more names in a row: «Япония, Корея и Китай».
    pub listed: bool,
    /// Which sentence of its text.
    pub sentence: usize,
    /// Whether it begins its sentence: who acts mostly does.
    pub first: bool,
}

/// A text with its words.
#[derive(Debug, Clone, Copy)]
pub struct Scanned<'t> {
    /// The text.
    pub text: &'t str,
    /// Its words.
    pub tokens: &'t [Token],
    /// Whether it is a headline, in which capitals may tell nothing.
    pub headline: bool,
    /// The byte at which its place line ends: names in it are places.
    pub sent_from: usize,
}
