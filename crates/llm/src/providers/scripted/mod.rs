//! The scripted model: canned answers for tests and rehearsals, without a network.
//!
//! A script is a list of rules; the first whose conditions fit answers. Everything that it
//! says is marked `scripted`, so that nobody takes it for a model's work. Start with
//! [`Scripted`]; `script.rs` has the shape of a rule, `template.rs` what replies may insert.

mod model;
mod other;
mod script;
mod template;
#[cfg(test)]
mod tests;

pub use model::{MODEL, Scripted};
pub use other::{embed, transcribe};
