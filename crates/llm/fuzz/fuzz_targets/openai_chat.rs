//! Streams of OpenAI's chat completions.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| llm_fuzz::stream::<llm::providers::openai::Chat>(input));
