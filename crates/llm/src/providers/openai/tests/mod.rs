//! The codec against recorded answers (`fixtures/openai`), cut and broken in every way.

#![allow(clippy::unwrap_used)]

mod encoding;
mod errors;
mod hostile;
mod hosts;
mod replies;

use super::Chat;
use crate::Result;
use crate::chat::{Delta, Message, Request};
use crate::testing::{self, Fixtures, reply};

/// Every recorded stream.
const STREAMS: [&str; 20] = [
    "deepseek-reasoner.txt",
    "deepseek-tools.txt",
    "groq-usage.txt",
    "llama-cpp-reasoning.txt",
    "llama-cpp-recorded.txt",
    "lm-studio-error.txt",
    "lm-studio-tools.txt",
    "mistral-thinking.txt",
    "mistral-tools.txt",
    "moonshot-usage.txt",
    "ollama-no-usage.txt",
    "ollama-tools.txt",
    "openai-logprobs.txt",
    "openai-parallel-tools.txt",
    "openai-refusal.txt",
    "openai-text.txt",
    "perplexity-search.txt",
    "together-text.txt",
    "vllm-length-crlf.txt",
    "vllm-stop.txt",
];

fn fixtures() -> Fixtures {
    Fixtures::of("openai")
}

fn fixture(name: &str) -> Vec<u8> {
    fixtures().read(name)
}

fn request() -> Request {
    Request::new("asked-for", vec![Message::user("Say hello, please.")])
}

/// Decodes a stream that arrives in these pieces and then ends.
fn decode_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Result<Delta>> {
    testing::decode_pieces::<Chat>(&request(), pieces)
}
