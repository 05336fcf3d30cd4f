//! What an operator is told of unasked: a source that fails for long, has gone quiet, or has lost its pictures.
//!
//! When that is so is `pipeline::alarm`'s to decide; how it is told, `cli::alert`'s.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is wrong with a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlarmKind {
    /// It has failed for long, or said that it will not come back.
    Failing,
    /// It answers, and has had nothing new for much longer than is its habit.
    Quiet,
    /// Its articles had photos, and the latest have none.
    Pictures,
}

impl AlarmKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Failing, Self::Quiet, Self::Pictures];

    /// Its word in feeds.toml, status.json and messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Quiet => "quiet",
            Self::Pictures => "pictures",
        }
    }
}

/// Something is wrong with a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// What.
    pub kind: AlarmKind,
    /// Since when.
    pub since: Timestamp,
    /// In words that say how far it is from the source's habit: `nothing new; its longest silence was 9 h`.
    pub words: String,
}

/// An alarm that its operator was told of: it is told once, and once more when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What.
    pub kind: AlarmKind,
    /// Since when it was wrong.
    pub since: Timestamp,
}
