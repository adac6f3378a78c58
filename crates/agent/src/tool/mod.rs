//! The tool contract: what a tool says about itself, who may use it, how it is run.
//!
//! The model is an untrusted user. A [`Registry`] knows every tool; what an agent sees is
//! what its file lists and no policy denies ([`Registry::offer`]); each call is decided
//! again when it is made ([`Registry::policy`]). `Ask` becomes a durable approval, which
//! is the runner's business. The turn machine has checked a call's arguments against
//! [`ToolSpec::input_schema`] before anyone runs it.
//!
//! Start with [`ToolSpec`], then [`RunTool`] to write a tool.

mod arguments;
mod contract;
mod registry;
mod spec;
#[cfg(test)]
mod tests;

pub(crate) use arguments::{InvalidArguments, check_arguments};
pub use contract::{Error, Invocation, RunTool};
pub use registry::{Policy, Registry, UnknownTool};
pub use spec::{Effect, ToolSpec};
