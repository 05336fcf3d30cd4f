//! What can go wrong between us and the server, and which of it passes.
//!
//! Waits for nothing: how long is `server`'s matter.

use crate::store::error::StoreError;

/// Why a step was not done.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server, or the way to it.
    Server(sqlx::Error),
    /// What was read, or is to be written.
    Store(StoreError),
}

/// What to do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cure {
    /// Two transactions were in each other's way: the same again.
    Again,
    /// The server is gone, or may not be written to any more: look for the one that may, then the same again.
    Elsewhere,
    /// It would fail again.
    None,
}

impl Failure {
    /// What to do about it. Every step of the store is safe to repeat, also one of which it is not known whether it was done.
    pub(super) fn cure(&self) -> Cure {
        let Self::Server(error) = self else { return Cure::None };
        let code = match error {
            sqlx::Error::Database(error) => error.code().unwrap_or_default().into_owned(),
            sqlx::Error::Io(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => return Cure::Elsewhere,
            _ => return Cure::None,
        };
        match code.as_str() {
            // Serialization failure, deadlock; two that made the same table at once.
            "40001" | "40P01" | "23505" | "42P07" | "40003" => Cure::Again,
            // Read-only: it was the primary. Shutting down, crashed, starting. Too many connections. Lost on the way.
            "25006" | "57P01" | "57P02" | "57P03" | "53300" => Cure::Elsewhere,
            code if code.starts_with("08") => Cure::Elsewhere,
            _ => Cure::None,
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Server(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
