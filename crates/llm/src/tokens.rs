//! Token counts without a tokenizer: an estimate for display and for providers that do
//! not report usage, and a bound for setting money aside.
//!
//! Neither is exact. The estimate takes four ASCII characters, or one other character, as
//! a token: about right for English and code, high for European accents and Arabic, right
//! for Chinese. The bound takes each UTF-8 byte as a token, which no byte-level tokenizer
//! exceeds. Whoever stores an estimate sets `TokenUsage::estimated`.

use crate::chat::{Message, Part, Reply, Request};
use crate::embedding::{EmbedInput, EmbedRequest};
use crate::written;

/// What a provider adds around a message: role marks and separators.
const PER_MESSAGE: u64 = 8;
/// What a picture takes; providers charge 85 to about 1,600 by its size, which we do not know.
const PER_IMAGE: u64 = 1_600;

/// Estimates a text that arrives in pieces, without rounding each piece up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    ascii: u64,
    other: u64,
}

impl Tally {
    /// The next piece of the text.
    pub fn add(&mut self, text: &str) {
        let ascii = text.bytes().filter(u8::is_ascii).count();
        self.ascii += ascii as u64;
        self.other += (text.chars().count() - ascii) as u64;
    }

    /// About how many tokens all pieces together have.
    pub const fn tokens(self) -> u64 {
        self.ascii.div_ceil(4) + self.other
    }
}

/// About how many tokens this text has.
pub fn estimate_text(text: &str) -> u64 {
    let mut tally = Tally::default();
    tally.add(text);
    tally.tokens()
}

/// About how many tokens the model will read for this request.
pub fn estimate_input(request: &Request) -> u64 {
    count(request, estimate_text)
}

/// More tokens than the model can read for this request, unless it has larger pictures
/// than providers usually scale them to.
pub fn bound_input(request: &Request) -> u64 {
    let may_be_asked = request.output_schema.is_some() || !request.tools.is_empty();
    let asked = if may_be_asked { written::MOST_WORDS } else { 0 };
    count(request, |text| text.len() as u64) + asked
}

/// About how many tokens the model will read for these embeddings.
pub fn estimate_embedding(request: &EmbedRequest) -> u64 {
    match &request.input {
        EmbedInput::Texts(texts) => texts.iter().map(|text| estimate_text(text)).sum(),
        EmbedInput::Tokens(tokens) => tokens.iter().map(|tokens| tokens.len() as u64).sum(),
    }
}

/// More tokens than the model can read for these embeddings.
pub fn bound_embedding(request: &EmbedRequest) -> u64 {
    match &request.input {
        EmbedInput::Texts(texts) => texts.iter().map(|text| text.len() as u64).sum(),
        EmbedInput::Tokens(tokens) => tokens.iter().map(|tokens| tokens.len() as u64).sum(),
    }
}

/// About how many tokens the model wrote for this reply.
pub fn estimate_output(reply: &Reply) -> u64 {
    let calls = reply
        .tool_calls
        .iter()
        .map(|call| estimate_text(&call.name) + estimate_text(&call.arguments));
    estimate_text(&reply.content) + estimate_text(&reply.reasoning) + calls.sum::<u64>()
}

fn count(request: &Request, text: impl Fn(&str) -> u64) -> u64 {
    let messages = request.messages.iter().map(|message| count_message(message, &text));
    let tools = request.tools.iter().map(|tool| {
        let schema = text(&tool.parameters.to_string());
        PER_MESSAGE + text(&tool.name) + text(&tool.description) + schema
    });
    let schema = request.output_schema.iter().map(|output| text(&output.schema.to_string()));
    messages.chain(tools).chain(schema).sum()
}

fn count_message(message: &Message, text: impl Fn(&str) -> u64) -> u64 {
    let parts = message.content.iter().map(|part| match part {
        Part::Text { text: words } => text(words),
        Part::Image(_) => PER_IMAGE,
        Part::ToolCall(call) => {
            PER_MESSAGE + text(&call.id) + text(&call.name) + text(&call.arguments)
        }
        Part::ToolReturn { id, content } => text(id) + text(content),
        Part::Thought(thought) => text(&thought.text),
        Part::CachePoint => 0,
    });
    PER_MESSAGE + parts.sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_counts_four_letters_or_one_sign_as_a_token() {
        let check = |text: &str, expected: u64| assert_eq!(estimate_text(text), expected, "{text}");
        check("", 0);
        check("a", 1);
        check("four", 1);
        check("fives", 2);
        check("日本語", 3);
        check("abcé", 2);
    }

    #[test]
    fn everything_that_is_sent_counts_and_the_bound_is_never_lower() {
        let mut request = Request::new("m", vec![Message::user("twelve chars")]);
        let mut last = estimate_input(&request);
        assert_eq!(last, PER_MESSAGE + 3);
        let grow: [fn(&mut Request); 4] = [
            |request| request.messages.push(Message::tool_return("call_1", "{\"ok\":true}")),
            |request| {
                request.messages[0].content.push(Part::Image(crate::chat::Image::Url {
                    url: "https://example.com/a.png".into(),
                }));
            },
            |request| {
                request.tools.push(crate::chat::ToolSpec {
                    name: "read".into(),
                    description: "read a file".into(),
                    parameters: serde_json::json!({"type": "object"}),
                });
            },
            |request| {
                request.output_schema = Some(crate::chat::OutputSchema {
                    name: "answer".into(),
                    schema: serde_json::json!({"type": "object"}),
                });
            },
        ];
        for step in grow {
            step(&mut request);
            let now = estimate_input(&request);
            assert!(now > last, "{request:?}");
            assert!(bound_input(&request) >= now, "{request:?}");
            last = now;
        }
    }
}
