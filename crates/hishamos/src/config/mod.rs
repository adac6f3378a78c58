//! The configuration: one [`Config`], one file per section, read once at the start from
//! flags, then the environment (`HISHAMOS_…`), then `hishamos.toml` in the data folder,
//! then the defaults. Nothing else in the program reads the environment.
//!
//! Start with [`read`]; `reader.rs` picks each value and remembers where it came from, so
//! that `hishamos config print` can tell. `file.rs` refuses keys that nobody knows, `variables.rs`
//! tells of such variables.

mod cache;
mod data;
mod database;
mod doors;
mod environment;
mod file;
mod flags;
mod limits;
mod log;
mod model;
mod providers;
mod read;
mod reader;
mod secrets;
mod server;
mod telemetry;
mod tools;
mod variables;

pub use cache::Cache;
pub use data::{Data, default_folder};
pub use database::Database;
pub use doors::Doors;
pub use environment::Environment;
pub use flags::{DataFlags, ServeFlags};
pub use limits::Limits;
pub use log::{Log, LogFormat};
pub use model::Model;
pub use read::{Config, read, read_without_keys};
pub use secrets::Secrets;
pub use server::{Server, near};
pub use telemetry::Telemetry;
pub use tools::Tools;
pub use variables::unknown_variables;
