//! The command line as a client of a running server: it uses the same HTTP API as
//! everybody else. Start with [`Client`]; `pages.rs` reads lists, `events.rs` follows an execution.

mod connect;
mod events;
mod pages;
mod request;

pub use connect::{Client, ClientFlags};
pub use events::Event;
pub use request::{part, query};
