//! What several tests share.

#![allow(unreachable_pub, reason = "a test binary is a crate of its own; `pub` says what the tests use")]

pub mod house;
pub mod web;
