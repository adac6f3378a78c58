//! The codec against recorded answers (`fixtures/openai`), cut and broken in every way.

#![allow(clippy::unwrap_used)]

mod encoding;
mod errors;
mod hostile;
mod replies;

use std::path::PathBuf;

use super::Decoder;
use crate::chat::{Accumulator, Delta, Message, Reply, Request};
use crate::{Error, Result};

/// Every recorded stream.
const STREAMS: [&str; 9] = [
    "llama-cpp-reasoning.txt",
    "llama-cpp-recorded.txt",
    "ollama-no-usage.txt",
    "ollama-tools.txt",
    "openai-parallel-tools.txt",
    "openai-text.txt",
    "openrouter-error.txt",
    "openrouter-text.txt",
    "vllm-length-crlf.txt",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/openai")
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn request() -> Request {
    Request::new("asked-for", vec![Message::user("Say hello, please.")])
}

/// Decodes a stream that arrives in these pieces and then ends.
fn decode_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Result<Delta>> {
    let mut decoder = Decoder::new(&request());
    let mut deltas = Vec::new();
    for piece in pieces {
        deltas.extend(decoder.push(piece));
    }
    deltas.extend(decoder.end(Error::StreamCut));
    deltas
}

fn reply(deltas: Vec<Result<Delta>>) -> Result<Reply> {
    let mut accumulator = Accumulator::default();
    for delta in deltas {
        accumulator.push(delta?)?;
    }
    accumulator.finish()
}
