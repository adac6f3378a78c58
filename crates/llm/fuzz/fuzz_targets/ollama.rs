//! Streams of Ollama.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| llm_fuzz::stream::<llm::providers::ollama::Spoken>(
    input
));
