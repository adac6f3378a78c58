//! How the command fails: a sentence and an exit code that scripts can tell apart.

use std::fmt;
use std::process::ExitCode;

use store::{Error, FolderError};

/// Why the command did not do its work.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Failed = 1,
    InvalidInput = 4,
    Unreachable = 5,
    Unsafe = 7,
}

impl Failure {
    /// Input that cannot be used.
    pub fn invalid(message: String) -> Self {
        Self { kind: Kind::InvalidInput, message }
    }

    /// Something that a running server would not survive.
    pub fn unsafe_now(message: String) -> Self {
        Self { kind: Kind::Unsafe, message }
    }

    /// Something went wrong on the way.
    pub fn failed(message: String) -> Self {
        Self { kind: Kind::Failed, message }
    }

    /// 1 failed, 4 invalid input, 5 unreachable, 7 unsafe. Wrong usage is 2, which clap answers itself.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.kind as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Migration(problem) if problem.is_invalid_input() => Kind::InvalidInput,
            Error::Migration(problem) if problem.is_unsafe() => Kind::Unsafe,
            Error::Address(_) => Kind::InvalidInput,
            Error::Unsafe(_) | Error::InUse { .. } => Kind::Unsafe,
            Error::Unreachable(_) => Kind::Unreachable,
            Error::Database(_)
            | Error::Corrupt { .. }
            | Error::Duplicate(_)
            | Error::Fenced { .. }
            | Error::WriterStopped(_)
            | Error::Thread(_)
            | Error::DiskFull
            | Error::Migration(_) => Kind::Failed,
        };
        Self { kind, message: error.to_string() }
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        Self { kind: Kind::Unsafe, message: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn troubles_of_the_database_have_exit_codes() {
        let check = |error: Error, expected: Kind| {
            assert_eq!(Failure::from(error).kind, expected);
        };
        check(Error::Unreachable("no route".to_owned()), Kind::Unreachable);
        check(Error::Address("mysql://a".to_owned()), Kind::InvalidInput);
        check(Error::Unsafe("fsync is off".to_owned()), Kind::Unsafe);
        check(Error::DiskFull, Kind::Failed);
    }
}
