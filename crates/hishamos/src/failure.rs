//! Why a command failed, with the exit code that tells scripts (docs/operations.md).

use std::fmt;

/// What an exit code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It failed; the message says why.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// What was named does not exist.
    NotFound = 3,
    /// The input is invalid.
    Invalid = 4,
    /// The server, the database or a provider cannot be reached.
    Unreachable = 5,
    /// Not signed in, or not allowed.
    Refused = 6,
    /// The set-up is unsafe, and it will not start like that.
    Unsafe = 7,
}

/// A failed command: one sentence for people and a code for scripts.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// What scripts see.
    pub exit: Exit,
    /// What people see.
    pub message: String,
}

/// A command's answer.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A failure with this code.
    pub fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self { exit, message: message.to_string() }
    }

    /// Something went wrong for a reason that has no code of its own.
    pub fn failed(message: impl fmt::Display) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// What was typed or written in a file cannot be used.
    pub fn invalid(message: impl fmt::Display) -> Self {
        Self::new(Exit::Invalid, message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<store::FolderError> for Failure {
    fn from(error: store::FolderError) -> Self {
        let exit = match &error {
            store::FolderError::Shared { .. } => Exit::Unsafe,
            store::FolderError::NotWritable { .. } | store::FolderError::InUse { .. } => {
                Exit::Failed
            }
        };
        Self::new(exit, error)
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        let exit = match &error {
            store::Error::Unsafe(_) => Exit::Unsafe,
            store::Error::Address(_) | store::Error::Unreachable(_) => Exit::Unreachable,
            store::Error::Migration(problem) if problem.is_unsafe() => Exit::Unsafe,
            store::Error::Migration(problem) if problem.is_invalid_input() => Exit::Invalid,
            store::Error::Database(_)
            | store::Error::Corrupt { .. }
            | store::Error::Duplicate(_)
            | store::Error::Fenced { .. }
            | store::Error::WriterStopped(_)
            | store::Error::Thread(_)
            | store::Error::InUse { .. }
            | store::Error::DiskFull
            | store::Error::Migration(_) => Exit::Failed,
        };
        Self::new(exit, error)
    }
}

impl From<web::Error> for Failure {
    fn from(error: web::Error) -> Self {
        let exit = exit_of_status(error.status().as_u16());
        // Who runs a command has no server's log to look into.
        match std::error::Error::source(&error) {
            Some(source) => Self::new(exit, source),
            None => Self::new(exit, error.detail()),
        }
    }
}

/// The exit code that an HTTP answer comes down to.
pub fn exit_of_status(status: u16) -> Exit {
    match status {
        401 | 403 => Exit::Refused,
        404 => Exit::NotFound,
        400 | 413 | 415 | 422 => Exit::Invalid,
        502..=504 => Exit::Unreachable,
        _ => Exit::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_become_exit_codes() {
        let check = |status: u16, expected: Exit| assert_eq!(exit_of_status(status), expected);
        check(400, Exit::Invalid);
        check(401, Exit::Refused);
        check(403, Exit::Refused);
        check(404, Exit::NotFound);
        check(409, Exit::Failed);
        check(413, Exit::Invalid);
        check(500, Exit::Failed);
        check(503, Exit::Unreachable);
    }
}
