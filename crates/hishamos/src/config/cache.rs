//! Section `cache`: for how long each kind of answer is given again.

use std::time::Duration;

use gateway::CacheTimes;

use super::reader::{Key, Reader};
use crate::failure::Result;

const CHAT: Key =
    Key { name: "cache.chat_seconds", variable: "HISHAMOS_CACHE_CHAT_SECONDS", flag: "" };
const EMBEDDINGS: Key = Key {
    name: "cache.embeddings_seconds",
    variable: "HISHAMOS_CACHE_EMBEDDINGS_SECONDS",
    flag: "",
};
const TOKEN_COUNTS: Key = Key {
    name: "cache.token_counts_seconds",
    variable: "HISHAMOS_CACHE_TOKEN_COUNTS_SECONDS",
    flag: "",
};
const MODEL_LISTS: Key = Key {
    name: "cache.model_lists_seconds",
    variable: "HISHAMOS_CACHE_MODEL_LISTS_SECONDS",
    flag: "",
};

pub(super) const KEYS: [&str; 4] =
    [CHAT.name, EMBEDDINGS.name, TOKEN_COUNTS.name, MODEL_LISTS.name];

/// For how long each kind of answer is given again; zero for not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cache {
    /// Answers at the doors.
    pub answers: CacheTimes,
    /// The models that a platform says it has.
    pub model_lists: Duration,
}

impl Cache {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let mut seconds = |key: Key, default: u32| -> Result<Duration> {
            let value = reader.value(key, None, default)?;
            Ok(Duration::from_secs(u64::from(value)))
        };
        let answers = CacheTimes {
            chat: seconds(CHAT, 7_200)?,
            embeddings: seconds(EMBEDDINGS, 7_200)?,
            token_counts: seconds(TOKEN_COUNTS, 7_200)?,
        };
        Ok(Self { answers, model_lists: seconds(MODEL_LISTS, 10)? })
    }
}
