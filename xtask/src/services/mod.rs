//! Servers for tests, each on a free loopback port with its files in one temporary folder.
//!
//! [`folder`] is where everything is kept, [`service`] watches one process and stops it,
//! [`postgres`], [`redis`] and [`hishamos`] know their programs.

mod folder;
pub mod hishamos;
pub mod postgres;
pub mod redis;
mod service;
#[cfg(test)]
mod tests;

pub use folder::Folder;
pub use service::{Service, Start, Stop, free_port};
