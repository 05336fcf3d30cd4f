//! What several tests share.

#![allow(unreachable_pub, reason = "a test binary is a crate of its own; `pub` says what the tests use")]

pub mod browser;
pub mod hostile;
pub mod hostile_content;
pub mod hostile_pages;
pub mod house;
pub mod prose;
pub mod sites;
pub mod sound;
pub mod valid;
pub mod vectors;
pub mod web;
