//! Streams of Gemini.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| llm_fuzz::stream::<llm::providers::gemini::Generated>(
    input
));
