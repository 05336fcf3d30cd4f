//! Why a value cannot be used, before it is known where it stands.

/// What is wrong with a value, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    /// What is wrong: `unknown country "kndr"`.
    pub(super) message: String,
    /// What to do about it: `did you mean "KP"?`.
    pub(super) cure: String,
}

impl Complaint {
    pub(super) fn new(message: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { message: message.into(), cure: cure.into() }
    }
}
