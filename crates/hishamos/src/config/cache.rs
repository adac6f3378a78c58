//! Section `cache`: for how long each kind of answer is given again, and whether questions that
//! mean the same get the same one.

use std::time::Duration;

use gateway::{CacheTimes, SemanticCache};

use super::reader::{Key, Reader};
use crate::failure::{Failure, Result};

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

const MODEL: Key =
    Key { name: "cache.semantic.model", variable: "HISHAMOS_CACHE_SEMANTIC_MODEL", flag: "" };
const SIMILARITY: Key = Key {
    name: "cache.semantic.similarity",
    variable: "HISHAMOS_CACHE_SEMANTIC_SIMILARITY",
    flag: "",
};
const ENTRIES: Key =
    Key { name: "cache.semantic.entries", variable: "HISHAMOS_CACHE_SEMANTIC_ENTRIES", flag: "" };

pub(super) const KEYS: [Key; 7] =
    [CHAT, EMBEDDINGS, TOKEN_COUNTS, MODEL_LISTS, MODEL, SIMILARITY, ENTRIES];

/// For how long each kind of answer is given again; zero for not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Cache {
    /// Answers at the doors.
    pub answers: CacheTimes,
    /// The models that a platform says it has.
    pub model_lists: Duration,
    /// Whether questions that mean the same get the same answer.
    pub semantic: Option<SemanticCache>,
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
        let model_lists = seconds(MODEL_LISTS, 10)?;
        Ok(Self { answers, model_lists, semantic: semantic(reader)? })
    }
}

/// How questions are compared; not at all without a model that makes vectors of them.
fn semantic(reader: &mut Reader<'_>) -> Result<Option<SemanticCache>> {
    let model: Option<String> = reader.optional(MODEL, None)?;
    let similarity = reader.value(SIMILARITY, None, SemanticCache::SIMILARITY)?;
    if !(0.8..=1.0).contains(&similarity) {
        let name = SIMILARITY.name;
        return Err(Failure::invalid(format!("{name} {similarity}: use 0.8 to 1")));
    }
    let entries = reader.value(ENTRIES, None, SemanticCache::ENTRIES)?;
    if entries == 0 {
        let message = format!("{} 0: use at least 1, or leave out {}", ENTRIES.name, MODEL.name);
        return Err(Failure::invalid(message));
    }
    let model = model.filter(|model| !model.trim().is_empty());
    Ok(model.map(|model| SemanticCache { model, similarity, entries }))
}
