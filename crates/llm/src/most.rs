//! The most that a model may write for a request: what a provider is told, or what its models
//! allow where it is told nothing. Whoever sets money aside for a call counts on it.

use crate::chat::Reasoning;

/// Which provider is asked, as far as it shapes what a call may come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProviderKind {
    /// OpenAI's chat, there or anywhere else.
    OpenAi,
    /// OpenAI's responses.
    OpenAiResponses,
    /// OpenAI's models at Azure.
    AzureOpenAi,
    /// OpenRouter.
    OpenRouter,
    /// Anthropic.
    Anthropic,
    /// Gemini.
    Gemini,
    /// Ollama.
    Ollama,
    /// The scripted model.
    Scripted,
}

/// The least that a model is given to think, in tokens.
pub(crate) const MIN_THINKING: u32 = 1_024;

/// More than any model that we know of writes in one answer.
const MOST: u32 = 131_072;

/// What families of models write at most, by a part of their name. The first that fits counts;
/// the figures are those of the providers' pages of models.
const FAMILIES: [(&str, u32); 14] = [
    ("gpt-3.5", 4_096),
    ("gpt-4o", 16_384),
    ("gpt-4.1", 32_768),
    ("gpt-4-turbo", 4_096),
    ("claude-3-haiku", 4_096),
    ("claude-3-opus", 4_096),
    ("claude-3-sonnet", 4_096),
    ("claude-3-5", 8_192),
    ("gemini-1.5", 8_192),
    ("gemini-2.0", 8_192),
    ("gemini-2.5", 65_536),
    ("gemini-3", 65_536),
    ("o1-mini", 65_536),
    ("o3", 100_000),
];

/// The most tokens that `model` may write at this kind of provider, its thinking included, when
/// a request limits it to `limit` and wants `reasoning`.
pub fn most_output(
    kind: ProviderKind,
    model: &str,
    limit: Option<u32>,
    reasoning: Option<Reasoning>,
) -> u32 {
    match (kind, limit) {
        // it is always told a limit, of which its thinking is a part
        (ProviderKind::Anthropic, None) => usual_of_anthropic(model).max(with_room(reasoning)),
        // it makes room for thinking where the limit leaves none
        (ProviderKind::OpenRouter, Some(limit)) => limit.saturating_add(with_room(reasoning)),
        (_, Some(limit)) => limit,
        (_, None) => longest(model),
    }
}

/// A budget for thinking, with the least room for an answer behind it.
fn with_room(reasoning: Option<Reasoning>) -> u32 {
    match reasoning {
        None | Some(Reasoning::Off | Reasoning::Budget(0)) => 0,
        Some(wanted) => {
            let budget = wanted.budget().unwrap_or(MIN_THINKING);
            budget.max(MIN_THINKING).saturating_add(MIN_THINKING)
        }
    }
}

/// What Anthropic is told when nobody limits an answer.
fn usual_of_anthropic(model: &str) -> u32 {
    let is = |part: &str| model.contains(part);
    if is("claude-3-haiku") || is("claude-3-opus") || is("claude-3-sonnet") {
        4_096
    } else if is("claude-3") {
        8_192
    } else {
        32_000
    }
}

fn longest(model: &str) -> u32 {
    FAMILIES.iter().find(|(part, _)| model.contains(part)).map_or(MOST, |(_, most)| *most)
}

#[cfg(test)]
mod tests {
    use super::ProviderKind::{Anthropic, Gemini, Ollama, OpenAi, OpenAiResponses, OpenRouter};

    use super::*;
    use crate::chat::Effort;

    #[test]
    fn an_answer_is_as_long_as_its_provider_is_told_or_its_model_allows() {
        let check = |kind, model: &str, limit, reasoning, expected: u32| {
            let most = most_output(kind, model, limit, reasoning);
            assert_eq!(most, expected, "{kind:?} {model} {limit:?} {reasoning:?}");
        };
        let high = Some(Reasoning::Effort(Effort::High));
        // thinking is a part of a limit that somebody set
        for kind in [OpenAi, OpenAiResponses, Anthropic, Gemini, Ollama] {
            check(kind, "m", Some(100), None, 100);
            check(kind, "m", Some(100), high, 100);
        }
        check(Anthropic, "claude-sonnet-4-5", None, None, 32_000);
        check(Anthropic, "claude-3-haiku", None, None, 4_096);
        check(Anthropic, "claude-sonnet-4-5", None, Some(Reasoning::Budget(40_000)), 41_024);
        check(Anthropic, "claude-3-7-sonnet", None, high, 17_408);
        check(OpenRouter, "m", Some(100), None, 100);
        check(OpenRouter, "m", Some(100), Some(Reasoning::Off), 100);
        check(OpenRouter, "m", Some(100), Some(Reasoning::Budget(2_000)), 3_124);
        check(OpenAi, "gpt-4o-mini", None, None, 16_384);
        check(Gemini, "gemini-2.5-pro", None, high, 65_536);
        check(OpenAi, "of-our-own", None, None, 131_072);
    }
}
