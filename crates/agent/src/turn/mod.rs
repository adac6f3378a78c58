//! One attempt of an agent as a pure machine: prompt, model reply, tool calls, results,
//! and so on to a final answer that fits the command's output schema.
//!
//! ```text
//!            ┌────────────── tool results, bad answer (once), cut answer (once)
//!            ▼                                                │
//!   new ─▶ CallModel ──reply──▶ tool calls? ──yes──▶ CallTools┤
//!            │                      └──no──▶ answer fits? ────┤
//!            ▼                                     └─▶ Finish(Completed)
//!   Finish(Failed)
//! ```
//!
//! [`Turn::next`] says what to do, [`Turn::accept`] takes the news of what came of it.
//! There is no clock, no randomness and no waiting, so the list of accepted [`Input`]s is
//! the whole journal of an attempt: [`Turn::replay`] of a prefix of it stands where the
//! live turn stood, and a killed process asks no model twice for what it has journaled.
//!
//! What small models get wrong is mended where that is safe: fences and prose around
//! JSON, raw line ends in strings, trailing commas, tool calls written as text. What is
//! still wrong is shown to the model once (the repair round); then the attempt fails.
//!
//! How an attempt fails ([`code`]): `invalid_output` (retryable: a fresh attempt may do
//! better); `output_cut` when an answer still hits the token limit after it was asked for
//! once more with twice the tokens (final: a further attempt would be cut too);
//! `refused` by the provider's filter (final); `output_too_large`, `tool_loop`,
//! `too_many_model_calls`, `too_many_tool_rounds` (final: limits are there to stop);
//! otherwise the model port's own code.

mod answer;
mod conversation;
mod effect;
mod input;
mod json;
mod machine;
mod spec;
mod state;
mod summary;
#[cfg(test)]
mod tests;
mod text_calls;
mod tools;

pub(crate) use answer::faults;
pub use effect::{Call, Effect, Outcome, code};
pub use input::{Input, ModelError, ToolOutcome};
pub use machine::{Error, Turn};
pub use spec::TurnSpec;
pub use state::{Pending, Phase, State};
