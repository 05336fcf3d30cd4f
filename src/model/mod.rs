//! The words of the house: data and its rules, no I/O, no async.
//!
//! Every stage takes one of these types by value and gives another. Nothing here knows a library of a stage
//! (feed-rs, rss, reqwest, sled): those types end in the file that talks to them.

pub mod alarm;
pub mod article;
pub mod cluster;
pub mod country;
pub mod cure;
pub mod document;
pub mod entry;
pub mod fault;
pub mod habit;
pub mod language;
pub mod learned;
pub mod report;
pub mod settings;
pub mod source;
pub mod subscription;
pub mod takedown;
pub mod url;
