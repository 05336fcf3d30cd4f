//! Why the store could not do it. Each ends a pass: a store that cannot be trusted acknowledges nothing.

use std::io;
use std::path::{Path, PathBuf};

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
    /// Bytes are not those that were written. The next opening mends what can be mended.
    #[error("{what}: damaged: {why}")]
    Damaged {
        /// Which record.
        what: String,
        /// What is wrong.
        why: String,
    },
    /// A record is whole, but this feedatlas does not know its form.
    #[error("{what}: not in a form that this feedatlas reads ({why}); export with the one that wrote it, then import")]
    Form {
        /// Which record.
        what: String,
        /// What is wrong.
        why: String,
    },
    /// A line of an export that is imported.
    #[error("line {line}: {why}")]
    Line {
        /// Which, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
}

impl StoreError {
    /// The system refused a file or folder.
    pub(super) fn io(path: &Path, why: &io::Error) -> Self {
        Self::Unusable { path: path.to_owned(), why: why.to_string() }
    }

    /// Bytes that are not what was written.
    #[expect(clippy::needless_pass_by_value, reason = "an id, a text and an error are handed in alike")]
    pub(super) fn damaged(what: impl ToString, why: impl ToString) -> Self {
        Self::Damaged { what: what.to_string(), why: why.to_string() }
    }

    /// A record that is whole and yet cannot be read.
    #[expect(clippy::needless_pass_by_value, reason = "an id, a text and an error are handed in alike")]
    pub(super) fn form(what: impl ToString, why: impl ToString) -> Self {
        Self::Form { what: what.to_string(), why: why.to_string() }
    }
}
