//! The local model: installing its weights and its server, and keeping the server running.
//!
//! Start with [`Local`], which is all that `hishamos model …` needs. `catalogue.rs` says
//! which models there are and where from; `install.rs` fetches one; `server/` supervises.

mod catalogue;
mod chosen;
mod download;
mod error;
mod file;
mod folder;
mod hexadecimal;
mod install;
mod memory;
mod model;
mod packages;
mod progress;
mod python;
mod server;
mod server_install;
mod space;

pub use catalogue::{CatalogueModel, Source, shipped};
pub use error::{Error, Result};
pub use model::{Local, LocalConfig, LocalModel, LocalStatus, PATIENT};
pub use progress::{NoProgress, Progress};
