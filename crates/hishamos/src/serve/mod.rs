//! The server: the data folder, the database, the features and the HTTP side, put
//! together in one place and stopped in order.
//!
//! Start with [`Server::start`] in `start.rs`; `routes.rs` lists what is reachable,
//! `layers/` what every request goes through, `connections.rs` how connections are taken and
//! kept, `places.rs` how many, `stop.rs` how it ends. `demo` runs the same server.

mod admin_key;
mod command;
mod connections;
mod features;
mod layers;
mod library;
mod listen;
mod node;
mod places;
mod routes;
mod start;
mod stop;

pub use admin_key::{KEY_FILE, ensure as ensure_key, make_key};
pub use command::{ServeCommand, serve};
pub use features::local_model;
pub use listen::warn_if_open;
pub use start::{Server, open_database};
pub use stop::Stop;

#[cfg(test)]
pub mod tests;
