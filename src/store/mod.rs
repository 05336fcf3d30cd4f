//! What is remembered between passes. One contract, several engines.
//!
//! Knows nothing of how articles are made or published.

pub mod contract;
pub mod error;
