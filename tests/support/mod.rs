//! What several tests share.

pub mod house;
pub mod web;
