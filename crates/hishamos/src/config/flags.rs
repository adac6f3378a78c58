//! The flags that stand above every other source.

use std::path::PathBuf;

use clap::Args;

/// Where the data are; every command that opens them itself has these.
#[derive(Debug, Clone, Default, Args)]
pub struct DataFlags {
    /// The data folder [env: HISHAMOS_DATA] [default: hishamos in your data home]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The database, postgres://user@host/name or sqlite:PATH [env: HISHAMOS_DATABASE] [default: SQLite in the data folder]
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
}

/// How the server runs.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeFlags {
    #[command(flatten)]
    pub data: DataFlags,
    /// Where to listen; port 0 takes a free one [env: HISHAMOS_LISTEN] [default: 127.0.0.1:8484]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// The address people use, when a proxy with TLS stands in front [env: HISHAMOS_PUBLIC_URL]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// The model that answers when nobody names one, provider/model [env: HISHAMOS_MODEL]
    #[arg(long, value_name = "NAME", conflicts_with = "model_script")]
    pub model: Option<String>,
    /// A file with scripted answers instead of a real model; everything made from it is marked [env: HISHAMOS_MODEL_SCRIPT]
    #[arg(long, value_name = "FILE")]
    pub model_script: Option<PathBuf>,
    /// What to log: error, warn, info, debug, trace, or a filter [env: HISHAMOS_LOG]
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<String>,
}
