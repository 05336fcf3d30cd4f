//! Clusters in, files out: RSS, Atom, JSON Feed, OPML, pages, status.json. Whole files, only when they change.
//!
//! Reads no store, no clock and no network: the same clusters give the same bytes.

pub mod error;
