//! Agents: what they are, what they are told, what they may use, and the pure machine
//! that carries one attempt from the prompt to a validated answer.
//!
//! Nothing here waits, looks at a clock or opens a socket. The runner asks a
//! [`turn::Turn`] what to do next, does it, journals the news and hands it in; models
//! are reached through [`port::Models`], tools through [`tool::RunTool`].
//!
//! Start with [`turn`] for the machine, [`library`] for agents and commands as files,
//! [`prompt`] for how a command becomes text, [`tool`] for the tool contract.

pub mod library;
mod limits;
pub mod port;
pub mod prompt;
pub mod tool;
pub mod turn;

pub use library::{Agent, Command, Library};
pub use limits::Limits;
