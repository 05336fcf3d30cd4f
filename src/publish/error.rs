//! Why the published folder could not be written.

use std::path::PathBuf;

/// Why the published folder could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A file could not be written or replaced.
    #[error("{path}: cannot be written")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        why: std::io::Error,
    },
}
