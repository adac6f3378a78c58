//! What a call costs on each of our platforms.

use base::Timestamp;
use llm::chat::TokenUsage;
use llm::price::{Override, Price, Rate};

use super::RunningServer;

/// What `usage` costs on `model` of `provider`; servers on the user's own machine are free.
pub(crate) fn cost(provider: &str, model: &str, usage: &TokenUsage, at: Timestamp) -> Price {
    let own_machine: Vec<Override> = RunningServer::usual()
        .into_iter()
        .map(|server| Override { provider: server.name, model: None, rate: Rate::Free })
        .collect();
    llm::price::cost(&own_machine, (provider, model), usage, at)
}
