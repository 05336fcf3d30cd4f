//! What is remembered of a subscription to a hub (`WebSub`): who tells us of which source's changes, until when, and by which secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::learned::Hub;
use crate::model::source::SourceName;
use crate::model::url::PageUrl;

/// How far a subscription has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// The hub was asked, or is going to be; it has not yet called back to verify it.
    Asked,
    /// The hub verified it: it tells of changes.
    Active,
    /// It is to end: the hub was asked to, and has not yet called back to verify that.
    Leaving,
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Whose changes it tells of.
    pub source: SourceName,
    /// The hub, and the address by which it knows the source.
    pub hub: Hub,
    /// Where the hub calls: ends with `token`.
    pub callback: PageUrl,
    /// The part of `callback` that nobody can guess: hexadecimal digits.
    pub token: String,
    /// What the hub signs with: hexadecimal digits, less than 200 bytes as `WebSub` wants.
    pub secret: String,
    /// How far it has come.
    pub phase: Phase,
    /// When the hub is asked next: to verify, to renew, to end it.
    pub next: Timestamp,
    /// When it ends by itself, if it was verified.
    pub lease_until: Option<Timestamp>,
    /// How often in a row the hub was asked and did not verify.
    pub tries: u32,
}
