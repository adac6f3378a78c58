//! The llama.cpp server that we start, watch and restart.
//!
//! It is a child process with a loopback port and a random key of its own. It ends when
//! its standard input closes, so that it never outlives us, however we end. Start with
//! [`Server`]; `launch.rs` says how each kind of server is started.

mod launch;
mod log;
mod ready;
mod supervisor;

pub(super) use launch::{Launch, Program};
pub(super) use supervisor::{Server, ServerState};
