//! The local model: installing its weights and its server, and keeping the server running.
//!
//! Start with [`Local`], which is all that `hishamos model …` needs. `catalogue.rs` says
//! which models there are and where from; `install.rs` fetches one; `server/` supervises.

mod catalogue;
mod chosen;
mod config;
mod download;
mod error;
mod file;
mod folder;
mod hexadecimal;
mod install;
mod listed;
mod memory;
mod model;
mod packages;
mod progress;
mod python;
mod server;
mod server_install;
mod space;

pub use catalogue::{CatalogueModel, Source, shipped};
pub use config::{LocalConfig, PATIENT};
pub use error::{Error, Result};
pub use listed::{LocalModel, LocalStatus};
pub use model::Local;
pub use progress::{NoProgress, Progress};
