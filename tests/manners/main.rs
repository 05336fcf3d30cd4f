//! The forty manners of a good citizen, as a scripted server sees them: a test for each, named by its number in the list of `m01` to
//! `m40` below; the clock is handed in, and between any two rounds the store is closed and opened.
//!
//! Not here: what a single request looks like to `fetch` alone (`tests/fetch`).

mod addresses;
mod conditional;
mod defence;
mod desk;
mod pace;
mod requests;
#[path = "../support/web.rs"]
mod web;
