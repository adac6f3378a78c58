//! Spans with the attributes `gen_ai.*`.

use llm::chat::TokenUsage;
use tracing::Span;
use tracing::field::Empty;

/// The span of one call of an outside client.
pub(crate) fn span(operation: &'static str, provider: &str, model: &str) -> Span {
    tracing::debug_span!(
        target: "gen_ai",
        "gen_ai.call",
        gen_ai.operation.name = operation,
        gen_ai.provider.name = provider,
        gen_ai.request.model = model,
        gen_ai.response.model = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        error.r#type = Empty,
    )
}

/// Notes how the call ended.
pub(crate) fn ended(span: &Span, model: &str, outcome: Result<&TokenUsage, &str>) {
    if span.is_disabled() {
        return;
    }
    match outcome {
        Ok(usage) => {
            span.record("gen_ai.response.model", model);
            span.record("gen_ai.usage.input_tokens", usage.input);
            span.record("gen_ai.usage.output_tokens", usage.output);
        }
        Err(code) => {
            span.record("error.type", code);
        }
    }
}
