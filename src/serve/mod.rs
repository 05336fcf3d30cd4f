//! HTTP out, from the published folder alone.
//!
//! Opens no store and asks no source.
