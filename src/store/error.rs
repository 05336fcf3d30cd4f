//! Why the store could not do it. Each ends a pass: a store that cannot be trusted acknowledges nothing.

use std::path::PathBuf;

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds it.
    #[error("{path}: another worker is at it")]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The folder cannot be read or written.
    #[error("{path}: {why}")]
    Unusable {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// A record cannot be read.
    #[error("{what}: a record cannot be read: {why}")]
    Damaged {
        /// Which record.
        what: String,
        /// What is wrong.
        why: String,
    },
}
