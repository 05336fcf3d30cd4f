//! What was taken down on demand: kept no longer, and never fetched again.

use serde::{Deserialize, Serialize};

use crate::model::cluster::{ArticleId, EntryKey};
use crate::model::url::PageUrl;

/// An article that was taken down, and by what it would be known if it came again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Takedown {
    /// The address that was named.
    pub link: PageUrl,
    /// Hash of its canonical address, as in a fingerprint; all zero where the address tells nothing.
    pub address: [u8; 16],
    /// The articles that had it.
    pub ids: Vec<ArticleId>,
    /// Their identities.
    pub keys: Vec<EntryKey>,
}

impl Takedown {
    /// Whether an article is what was taken down.
    #[must_use]
    pub fn covers(&self, id: ArticleId, address: &[u8; 16]) -> bool {
        self.ids.contains(&id) || (self.address == *address && self.address != [0; 16])
    }

    /// Adds what another takedown of the same address knows.
    pub fn merge(&mut self, other: &Self) {
        self.ids.extend(&other.ids);
        self.keys.extend(&other.keys);
        self.ids.sort_unstable();
        self.ids.dedup();
        self.keys.sort_unstable();
        self.keys.dedup();
    }
}
