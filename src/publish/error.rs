//! Why the published folder could not be written. Each ends a pass with exit code 3.

use std::path::PathBuf;

use crate::model::url::UrlError;

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
    /// A published file could not be read again.
    #[error("{path}: cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        why: std::io::Error,
    },
    /// A file would stand outside the published folder.
    #[error("`{path}` is no place below the published folder")]
    Outside {
        /// The path as it was asked for.
        path: String,
    },
    /// `base_url` cannot be the beginning of addresses.
    #[error("base_url: {0}")]
    Base(#[from] UrlError),
    /// A library could not write its format.
    #[error("{path}: cannot be put into its format: {why}")]
    Format {
        /// The file, below the published folder.
        path: String,
        /// What the library said.
        why: String,
    },
}
