//! How much an evaluation may do: of work, and of memory.

use serde_json::Value as Json;

use super::EvalError;

/// How much work one value may be: a unit for each node visited and element made.
const WORK: usize = 100_000;
/// How many bytes may be read and made on the way to one value.
const BYTES: usize = 32 * 1024 * 1024;

/// The most bytes that a value may have which an expression gives or a step puts out.
pub const LARGEST_VALUE: usize = 4 * 1024 * 1024;

/// What one evaluation has left.
pub(super) struct Fuel {
    work: usize,
    bytes: usize,
}

impl Fuel {
    pub(super) const fn full() -> Self {
        Self { work: WORK, bytes: BYTES }
    }

    /// Pays for work.
    pub(super) fn burn(&mut self, amount: usize) -> Result<(), EvalError> {
        self.work = self.work.checked_sub(amount).ok_or(EvalError::OutOfFuel)?;
        Ok(())
    }

    /// Pays for memory.
    pub(super) fn hold(&mut self, bytes: usize) -> Result<(), EvalError> {
        self.bytes = self.bytes.checked_sub(bytes).ok_or(EvalError::TooLarge)?;
        Ok(())
    }

    /// Pays for a value that was made.
    pub(super) fn made(&mut self, value: Json) -> Result<Json, EvalError> {
        self.hold(size(&value))?;
        Ok(value)
    }
}

/// About how many bytes a value takes as JSON text.
pub fn size(value: &Json) -> usize {
    match value {
        Json::Null | Json::Bool(_) => 4,
        Json::Number(_) => 8,
        Json::String(text) => text.len() + 2,
        Json::Array(items) => items.iter().map(|item| size(item) + 1).sum::<usize>() + 2,
        Json::Object(fields) => {
            fields.iter().map(|(key, value)| key.len() + 4 + size(value)).sum::<usize>() + 2
        }
    }
}
