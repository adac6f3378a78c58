//! The doors for outside clients: `/v1` in the dialects that their libraries speak.
//!
//! Start with [`Doors`] and `chat.rs`. The order of a call: key, body, model, what its
//! person may use, cache, limits, money, call, booking. Nothing on this way asks SQL for a single call: keys, budgets and
//! limits are remembered for less than a second, money comes in slices, and the ledger's
//! rows are written in groups.

use llm::door::Door;
use utoipa_axum::routes;
use web::{Access, Routes};

mod asked;
mod body;
mod call;
mod chat;
mod doors;
mod embeddings;
mod enter;
mod failure;
mod held;
mod insider;
mod models;
mod near;
mod pace;
mod person;
mod quote;
mod stream;
mod tokens;
mod transcription;

pub use doors::{DoorOptions, Doors, Part};

/// All doors.
pub fn routes(doors: Doors) -> Routes {
    Routes::new()
        .add(Access::VirtualKey, routes!(chat::chat_completions))
        .add(Access::VirtualKey, routes!(chat::responses))
        .add(Access::VirtualKey, routes!(chat::messages))
        .add(Access::VirtualKey, routes!(tokens::count_tokens))
        .add(Access::VirtualKey, routes!(embeddings::embeddings))
        .add(Access::VirtualKey, routes!(transcription::transcriptions))
        .add(Access::VirtualKey, routes!(models::list))
        .add(Access::VirtualKey, routes!(models::get))
        .with_state(doors)
}

/// A door's name in the ledger and in counts.
const fn name(door: Door) -> &'static str {
    match door {
        Door::Chat => "chat/completions",
        Door::Responses => "responses",
        Door::Messages => "messages",
    }
}
