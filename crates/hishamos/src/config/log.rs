//! Section `log`.

use tracing::level_filters::LevelFilter;

use super::reader::{Key, Reader};
use crate::failure::Result;

const LEVEL: Key = Key { name: "log.level", variable: "HISHAMOS_LOG", flag: "--log" };
const FORMAT: Key = Key { name: "log.format", variable: "HISHAMOS_LOG_FORMAT", flag: "" };

pub(super) const KEYS: [Key; 2] = [LEVEL, FORMAT];

/// What is logged, and how it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// A level or a filter, as `tracing-subscriber` reads it.
    pub level: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Log {
    pub(super) fn read(reader: &mut Reader<'_>, flag: Option<&str>, level: &str) -> Result<Self> {
        Ok(Self {
            level: reader.value(LEVEL, flag, Filter(level.to_owned()))?.0,
            format: reader.value(FORMAT, None, LogFormat::Text)?,
        })
    }
}

/// A level, or a filter. A lone word that is no level would be read as a filter for a target of
/// that name, and no line of anything else would be logged.
#[derive(Debug)]
struct Filter(String);

impl std::str::FromStr for Filter {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_word = !text.contains(['=', ',', '[']);
        if is_word && text.parse::<LevelFilter>().is_err() {
            return Err(
                "write error, warn, info, debug or trace, or a filter such as info,sqlx=warn",
            );
        }
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Display for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("write text or json"),
        }
    }
}

impl std::fmt::Display for LogFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}
