//! Letters only: folding, words, sentences. No domain, no markup.

pub mod fold;
pub mod letter;
pub mod scan;
mod sort;
