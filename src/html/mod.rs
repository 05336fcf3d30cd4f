//! HTML as every stage needs it: a tree of bounded depth, selectors over it, plain text out of it.
//!
//! Knows no article and no feed.

pub mod dom;
pub mod plain;
pub mod references;
pub mod selector;
mod tag;
mod tokens;
pub mod xpath;
mod xpath_parse;
