//! One folder per provider dialect, each a pure codec, and the scripted model.
//!
//! A codec writes a canonical request in its dialect and reads the answer, whole or as a
//! stream; `refusal.rs` reads every dialect's refusals. Where outside clients speak a
//! dialect too, its folder `door` has the other side.

pub mod anthropic;
pub mod openai;
pub mod refusal;
pub mod scripted;

use crate::{Error, Result};

/// A body of JSON.
fn json_body(body: &impl serde::Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(body)
        .map_err(|error| Error::bad_request(format!("it cannot be written as JSON: {error}")))
}
