//! Token counts without a tokenizer: an estimate for display and for providers that do
//! not report usage, and a bound for setting money aside.
//!
//! Neither is exact. The estimate takes four ASCII characters, or one other character, as
//! a token: about right for English and code, high for European accents and Arabic, right
//! for Chinese. The bound takes each UTF-8 byte as a token, which no byte-level tokenizer
//! exceeds, and the most that is documented for a picture. Whoever stores an estimate sets `TokenUsage::estimated`.

use crate::ProviderKind;
use crate::chat::{Part, Request};
use crate::embedding::{EmbedInput, EmbedRequest};
use crate::providers::FAILED;
use crate::written;

/// What a provider adds around a message: role marks and separators.
const PER_MESSAGE: u64 = 8;
/// About what a picture takes; most are charged 85 to 1,600 by their size, which we do not know.
const PER_IMAGE: u64 = 1_600;
/// The most that a picture takes at Anthropic: 28 pixels square are a token, and what is longer
/// than 2,576 pixels on a side is scaled down (platform.claude.com, "Vision").
const IMAGE_AT_ANTHROPIC: u64 = 92 * 92;
/// The most that a picture takes anywhere else that we know of: gpt-4o-mini counts 2,833 tokens
/// and 5,667 for each of at most eight squares (developers.openai.com, "Images and vision").
/// Gemini documents 2,240 at most, Qwen's models 16,384.
const IMAGE_ANYWHERE: u64 = 2_833 + 8 * 5_667;

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
    measure_input(request).0
}

/// More tokens than any model can read for this request, whoever serves it.
pub fn bound_input(request: &Request) -> u64 {
    InputBound::of(request).anywhere()
}

/// About how many tokens the model will read for this request, and more than it can read: both in
/// one reading, for the schemas of tools are long and have to be written out to be counted.
pub fn measure_input(request: &Request) -> (u64, InputBound) {
    let (mut estimate, mut bytes) = (0, 0);
    let beside = each_text(request, |text| {
        estimate += estimate_text(text);
        bytes += text.len() as u64;
    });
    let may_be_asked = request.output_schema.is_some() || !request.tools.is_empty();
    let asked = if may_be_asked { written::MOST_WORDS } else { 0 };
    let Beside { marks, images, sealed } = beside;
    let bound = InputBound { texts: bytes + marks + sealed + asked, images };
    (estimate + marks + images * PER_IMAGE, bound)
}

/// More tokens than a model can read for a request: its texts are the same everywhere, its
/// pictures are not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InputBound {
    texts: u64,
    images: u64,
}

impl InputBound {
    /// That of this request.
    pub fn of(request: &Request) -> Self {
        measure_input(request).1
    }

    /// At this kind of provider.
    pub const fn at(self, kind: ProviderKind) -> u64 {
        let image = match kind {
            ProviderKind::Anthropic => IMAGE_AT_ANTHROPIC,
            ProviderKind::OpenAi
            | ProviderKind::OpenAiResponses
            | ProviderKind::AzureOpenAi
            | ProviderKind::OpenRouter
            | ProviderKind::Gemini
            | ProviderKind::Ollama
            | ProviderKind::Scripted => IMAGE_ANYWHERE,
        };
        self.texts + self.images * image
    }

    /// Wherever it is sent.
    pub const fn anywhere(self) -> u64 {
        self.texts + self.images * IMAGE_ANYWHERE
    }
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

/// What a model reads of a request beside its texts.
#[derive(Debug, Clone, Copy, Default)]
struct Beside {
    /// Tokens around messages, calls and tools.
    marks: u64,
    /// Pictures.
    images: u64,
    /// Bytes of sealed thoughts: they are read too, and nobody but their provider knows how much
    /// they are.
    sealed: u64,
}

/// Shows every text of a request that a model reads; gives what there is beside them.
fn each_text(request: &Request, mut show: impl FnMut(&str)) -> Beside {
    let mut beside = Beside::default();
    for message in &request.messages {
        beside.marks += PER_MESSAGE;
        for part in &message.content {
            match part {
                Part::Text { text } => show(text),
                Part::Image(_) => beside.images += 1,
                Part::ToolCall(call) => {
                    beside.marks += PER_MESSAGE;
                    show(&call.id);
                    show(&call.name);
                    show(&call.arguments);
                }
                Part::ToolReturn { id, content, is_error } => {
                    show(id);
                    show(content);
                    if *is_error {
                        show(FAILED);
                    }
                }
                Part::Thought(thought) => {
                    show(&thought.text);
                    beside.sealed += thought.seal.len() as u64;
                }
                Part::CachePoint => {}
            }
        }
        // texts side by side are kept apart by the end of a line
        let is_text = |part: &&Part| matches!(part, Part::Text { .. });
        let texts = message.content.iter().filter(is_text).count() as u64;
        beside.marks += texts.saturating_sub(1);
    }
    for tool in &request.tools {
        beside.marks += PER_MESSAGE;
        show(&tool.name);
        show(&tool.description);
        show(&tool.parameters.to_string());
    }
    if let Some(output) = &request.output_schema {
        show(&output.schema.to_string());
    }
    beside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Message;

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
                let image = crate::chat::Image::url("https://example.com/a.png");
                request.messages[0].content.push(Part::Image(image));
            },
            |request| {
                request.tools.push(crate::chat::ToolSpec {
                    name: "read".into(),
                    description: "read a file".into(),
                    parameters: serde_json::json!({"type": "object"}),
                    strict: None,
                });
            },
            |request| {
                request.output_schema = Some(crate::chat::OutputSchema {
                    name: "answer".into(),
                    schema: serde_json::json!({"type": "object"}),
                    strict: None,
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

    #[test]
    fn pictures_and_sealed_thoughts_are_bound_by_the_dearest_that_is_documented() {
        let bound = |part: Part| {
            let mut request = Request::new("m", vec![Message::user("hi")]);
            let before = InputBound::of(&request);
            request.messages[0].content.push(part);
            let now = InputBound::of(&request);
            assert!(bound_input(&request) >= estimate_input(&request));
            [ProviderKind::Anthropic, ProviderKind::OpenAi]
                .map(|kind| now.at(kind) - before.at(kind))
        };
        let image = crate::chat::Image::url("https://example.com/a.png");
        // a picture of 768 by 2,048 pixels, as gpt-4o-mini counts it
        assert_eq!(bound(Part::Image(image)), [8_464, 48_169]);
        let thought = crate::chat::Thought { text: "hm".into(), seal: "anthropic:".repeat(100) };
        assert_eq!(bound(Part::Thought(thought)), [1_002, 1_002]);
    }
}
